"""Rendering from Python: whole sets, single faces, and the numbers that describe a face."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from facegen.api.dataset import Dataset, FacesLike, Sample
from facegen.api.defaults import QUALITIES, RENDER, RESUME, STORAGES
from facegen.api.profile_fitting import profile_to_follow
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.measured_rows import RowSource
from facegen.datasets.conventions.convention_registry import convention as known_convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.folder_lock import folder_lock
from facegen.datasets.io.object_store import address_of, local_folder, mirror_folder, refresh
from facegen.datasets.io.progress import ProgressCallback, ignore_progress
from facegen.datasets.layouts.open_set import open_set
from facegen.render.develop.background_photos import names_in
from facegen.render.matching.label_preview import preview_processes
from facegen.render.matching.matcher import draw_specs
from facegen.render.production import dataset_run
from facegen.render.production.dataset_run import produce
from facegen.render.production.order import FILES, Order
from facegen.render.production.ray_engine import RayEngine
from facegen.render.production.shard_plan import Part
from facegen.render.production.stored_faces import faces_of
from facegen.render.production.worker_pool import Job, fitting_workers
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import WITHOUT, Override, check_together, parse

Value = float | str | Sequence[float] | Sequence[str]


def render(
    out: str | Path = RENDER.out,
    *,
    num: int | None = None,
    size: int | None = None,
    quality: str | None = None,
    seed: int = RENDER.seed,
    match_dist: str | Path | Profile | None = None,
    rounds: int = RENDER.rounds,
    set: Mapping[str, Value] | Sequence[str] = (),
    without: Sequence[str] = (),
    convention: str | None = None,
    backgrounds: str | Path | None = None,
    faces_of: FacesLike | None = None,
    workers: int | None = None,
    device: str = RENDER.device,
    resume: str = RENDER.resume,
    shard: str | None = None,
    shard_size: int | None = None,
    storage: str | None = None,
    engine: RayEngine | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Dataset:
    """Render labelled faces into a dataset folder.

    The same order gives the same faces. An interrupted call continues where it stopped when it is made again;
    a larger `num` adds faces. Blender runs in worker processes.

    Parameters
    ----------
    out : path
        Dataset folder, or an address on an object store (fsspec): "s3://bucket/faces".
    num : int, optional
        Faces; by default 100, or all of `faces_of`.
    size : int, optional
        Side of the picture in pixels, 32 to 2048; by default 256, or that of `faces_of`.
    quality : str, optional
        "fast", "standard" or "high"; by default "standard", or that of `faces_of`.
    seed : int
        The same seed gives the same faces.
    match_dist : str, path or Profile, optional
        Distribution of attributes to follow: a shipped profile by name ("celebamaskhq"), a profile file, a
        folder of real faces, or a Profile. Each face follows a measured picture of a folder. None: the
        default prior.
    rounds : int
        Pilot sets of 32 faces that are rendered, audited and corrected for before matching.
    set : mapping or sequence of str
        Attributes of every face: a value, a (low, high) range of a number to draw from evenly, a list of
        names to choose from evenly, or a colour of three numbers in linear RGB. Or lines as
        `facegen render --set` takes them.
    without : sequence of str
        Parts of the renderer to leave out: "subsurface", "light", "camera", "occluders", "rare-wear",
        "rare-hair".
    convention : str, optional
        Label convention of the masks; by default "celebamaskhq", or that of `faces_of`.
    backgrounds : path, optional
        Folder of photographs that stand behind the faces.
    faces_of : path or Dataset, optional
        A set that facegen rendered: its faces are rendered again, with `set`, `without` or another `size`.
    workers : int, optional
        Worker processes; by default one for each processor that memory has room for, one on a GPU.
    device : str
        "auto", "cpu", "cuda", "optix", "hip", "oneapi" or "metal".
    resume : str
        "if-possible", "always" or "never": what to do with a folder that already holds part of this order.
    shard : str, optional
        "i/n": only part i (from 0) of n parts, into a folder of its own; `facegen.merge` puts parts together.
    shard_size : int, optional
        Samples that are finished together, by default 256.
    storage : str, optional
        "files": each file of a sample by itself, in folders; "tar": a WebDataset archive a shard. By default
        as the folder is, else "files"; "tar" on an object store.
    engine : RayEngine, optional
        A Ray cluster (`facegen.render.production.ray_engine`) in place of processes of this machine.
    progress : callable, optional
        Called with a `ProgressEvent` after each preview, pilot face and face.

    Returns
    -------
    Dataset
        The finished faces; `failures` names those that could not be rendered.

    Raises
    ------
    FacegenError : a parameter is out of its range, the folder holds something else, rendering cannot start,
        or a process of matching died.

    Examples
    --------
    >>> import facegen
    >>> faces = facegen.render(
    ...     "faces", num=16, size=128, quality="fast", seed=1, match_dist="celebamaskhq",
    ...     set={"pose.yaw": (-30, 30), "glasses.kind": ["round", "oval"]},
    ... )  # doctest: +SKIP
    """
    order = order_of(
        out, num=num, size=size, quality=quality, seed=seed, match_dist=match_dist, rounds=rounds,
        overrides=overrides_of(set, without), convention=convention, backgrounds=backgrounds,
        faces=faces_of, workers=workers, device=device, resume=resume, progress=progress,
        shard=shard, shard_size=shard_size, storage=storage,
    )  # fmt: skip
    order = replace(order, engine=engine)
    if dataset_run.plan(order) or not dataset_run.is_finished(order):
        produce(order, progress)
    return Dataset(open_set(order.job.out))


def order_of(
    out: str | Path,
    *,
    num: int | None,
    size: int | None,
    quality: str | None,
    seed: int,
    match_dist: str | Path | Profile | None,
    rounds: int,
    overrides: tuple[Override, ...],
    convention: str | None,
    backgrounds: str | Path | None,
    faces: FacesLike | None,
    workers: int | None,
    device: str,
    resume: str,
    progress: ProgressCallback,
    shard: str | None = None,
    shard_size: int | None = None,
    storage: str | None = None,
) -> Order:
    """The checked order of `render`'s parameters; a real folder in `match_dist` is measured.

    The mirror of an address is brought up to date.
    """
    _check_range("num", num, 1, 1_000_000)
    _check_range("size", size, 32, 2048)
    _check_range("workers", workers, 1, 64)
    _check_range("shard_size", shard_size, 1, 1_000_000)
    part = None if shard is None else _part(shard)
    _check_name("quality", quality, QUALITIES)
    _check_name("resume", resume, RESUME)
    _check_name("storage", storage, STORAGES)
    folder, address = _destination(out, storage)
    again: tuple[FaceSpec, ...] = ()
    config: Mapping[str, object] = {}
    if faces is not None:
        for option, value in (("match_dist", match_dist), ("rounds", rounds)):
            if value:
                raise FacegenError(f"{option}: the faces of another set are given: leave it out")
        again, config = _faces_again(faces, backgrounds)
    job = Job(
        folder,
        int(size or str(config.get("size", RENDER.size))),
        quality or str(config.get("quality", RENDER.quality)),
        known_convention(convention or str(config.get("convention", RENDER.convention))).name,
        device,
        workers or 0,
        backgrounds=None if backgrounds is None else Path(backgrounds),
    )
    if again:
        count = len(again) if num is None else min(num, len(again))
        order = Order(job, count, seed, None, None, overrides, resume, 0, (), again, shard_size, part)
        return replace(order, storage=storage, address=address)
    profile: RowSource | None = None
    name: str | None = None
    if match_dist is not None:
        profile, name = profile_to_follow(match_dist, progress)
    photographs = names_in(Path(backgrounds)) if backgrounds is not None else ()
    count = RENDER.num if num is None else num
    order = Order(
        job, count, seed, profile, name, overrides, resume, rounds, photographs, (), shard_size, part
    )
    return replace(order, storage=storage, address=address)


def _destination(out: str | Path, storage: str | None) -> tuple[Path, str | None]:
    """The folder to render into, and the address that it mirrors, if any, brought up to date."""
    address = address_of(out)
    if address is None:
        return Path(out), None
    if storage == FILES:
        raise FacegenError(f"{address}: an object store takes archives, not single files: leave storage out")
    folder = mirror_folder(address, "write")
    with folder_lock(folder):
        refresh(address, folder)
    return folder, address


def _part(text: str) -> Part:
    """The part that "i/n" names."""
    number, slash, of = text.partition("/")
    if not (slash and number.isdecimal() and of.isdecimal()):
        raise FacegenError(
            f"shard: {text!r} is not like 0/8: the part's number, from 0, and how many there are"
        )
    return Part(int(number), int(of))


def _faces_again(
    faces: FacesLike, backgrounds: str | Path | None
) -> tuple[tuple[FaceSpec, ...], Mapping[str, object]]:
    """The faces of a set, and the config that it was rendered with."""
    folder = faces.path if isinstance(faces, Dataset) else local_folder(faces)
    config: dict[str, object] = read_dataset_json(folder)["config"]
    if config.get("photographs") and backgrounds is None:
        raise FacegenError(f"{folder} has photographs as backgrounds: name their folder with backgrounds")
    return faces_of(folder), config


def _check_name(what: str, name: str | None, known: Sequence[str]) -> None:
    if name is not None and name not in known:
        raise FacegenError(f"{what} {name!r} is not one of {', '.join(known)}")


def _check_range(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise FacegenError(f"{name} {value} is out of range: it goes from {low} to {high}")


def overrides_of(
    settings: Mapping[str, Value] | Sequence[str], without: Sequence[str] = ()
) -> tuple[Override, ...]:
    """The overrides of `render`'s parameters `set` and `without`; FacegenError where two contradict."""
    if isinstance(settings, str):
        raise FacegenError(f"set={settings!r}: give a dict or a list, as set=[{settings!r}]")
    lines = [_line(*item) for item in settings.items()] if isinstance(settings, Mapping) else list(settings)
    for part in without:
        if part not in WITHOUT:
            raise FacegenError(f"without {part!r}: it is one of {', '.join(WITHOUT)}")
        lines += [line for line in WITHOUT[part] if line not in lines]  # parts may share some
    overrides = tuple(parse(line) for line in lines)
    check_together(overrides)
    return overrides


def _line(path: str, value: Value) -> str:
    """An attribute and its value as `facegen render --set` takes them."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return f"{path}={value}"
    if value and isinstance(value[0], str):
        return f"{path}={'|'.join(map(str, value))}"
    return f"{path}={(':' if len(value) == 2 else ',').join(map(str, value))}"


def draw_spec(seed: int = 0, index: int = 0, match_dist: str | Path | Profile | None = None) -> FaceSpec:
    """The numbers of one face of a set, without rendering it.

    It is face `index` of the set that `render` makes of the same seed and profile. With a profile the block
    of 32 to 256 faces that holds it is matched, which takes about a minute.

    Parameters
    ----------
    seed : int
        Of the set.
    index : int
        Of the face in the set.
    match_dist : str, path or Profile, optional
        As in `render`.

    Returns
    -------
    FaceSpec

    Raises
    ------
    FacegenError : no such profile, or a process of matching died.

    Examples
    --------
    >>> import facegen
    >>> spec = facegen.draw_spec(seed=0, index=3)
    >>> spec.with_("headwear.kind", "cap").headwear.kind
    'cap'
    """
    profile = None if match_dist is None else profile_to_follow(match_dist)[0]
    with preview_processes(1 if profile is None else fitting_workers("cpu")) as pool:
        (spec,) = draw_specs(profile, seed, [index], index + 1, pool=pool)
    return spec


def render_face(
    spec: FaceSpec,
    *,
    size: int = RENDER.size,
    quality: str = RENDER.quality,
    convention: str = RENDER.convention,
    device: str = RENDER.device,
) -> Sample:
    """Render one face to arrays.

    A worker process is started for the call, which takes some seconds; use `render` for many faces.

    Parameters
    ----------
    spec : FaceSpec
        Of `draw_spec`, or of a sample's meta.
    size : int
        Side of the picture in pixels, 32 to 2048.
    quality : str
        "fast", "standard" or "high".
    convention : str
        Label convention of the mask.
    device : str
        "auto", "cpu", "cuda", "optix", "hip", "oneapi" or "metal".

    Returns
    -------
    Sample
        With all layers.

    Raises
    ------
    FacegenError : a parameter is out of its range, or the face cannot be rendered.

    Examples
    --------
    >>> import facegen
    >>> sample = facegen.render_face(facegen.draw_spec(seed=0, index=3), size=128)  # doctest: +SKIP
    >>> sample.image.shape, sample.depth.shape  # doctest: +SKIP
    ((128, 128, 3), (128, 128))
    """
    _check_range("size", size, 32, 2048)
    _check_name("quality", quality, QUALITIES)
    if not isinstance(spec, FaceSpec):
        raise FacegenError(
            f"render_face takes a FaceSpec, as facegen.draw_spec gives, not {type(spec).__name__}"
        )
    with tempfile.TemporaryDirectory(prefix="facegen-") as name:
        job = Job(Path(name), size, quality, known_convention(convention).name, device, workers=1)
        outcome = produce(Order(job, 1, spec.seed, faces=(spec,)))
        if outcome.failures:
            raise FacegenError(f"the face could not be rendered: {outcome.failures[0]}")
        return Dataset(open_set(job.out))[0]
