"""From a profile to the specs of a set, pilots included, stored with the set so that a resumed run continues.

`matching/` in the dataset folder holds one file a matched block and the correction that pilots gave. It is
used again only for the same order (its fingerprint says which). Specs stay in these files until each is
needed: those of 100,000 faces take gigabytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.audit.measures import measure_table
from facegen.audit.profiles.measured_rows import MeasuredRows, RowSource
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json, write_json
from facegen.datasets.io.images import read_index, read_rgb
from facegen.datasets.io.sample import is_done, sample_name
from facegen.datasets.keyed_random import generator
from facegen.render.matching import pilot_correction
from facegen.render.matching.label_preview import preview_processes
from facegen.render.matching.matcher import Matched, Origin, block_of, match_block, targets_of
from facegen.render.production.worker_pool import Job, render_specs
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import Override

FOLDER = "matching"
BLOCK_VERSION = 3  # of a block's file
OnStep = Callable[[str, int], object]


def matched_blocks(
    job: Job,
    profile: RowSource,
    seed: int,
    indices: Sequence[int],
    overrides: Sequence[Override],
    rounds: int,
    workers: int,
    fingerprint: str,
    on_step: OnStep = lambda step, count: None,
) -> tuple[list[Matched], pilot_correction.Correction]:
    """All blocks that hold any of the indices, matched now or read back, and the correction they used.

    The blocks come without specs and origins: `stored_specs` reads the specs.

    Parameters
    ----------
    job : Job
        Where the set lies and how pilots are rendered.
    profile : Profile or MeasuredRows
    seed : int
        Of the set.
    indices : sequence of int
        Samples whose blocks are needed.
    overrides : sequence of Override
        Applied to every face.
    rounds : int
        Pilot sets before matching.
    workers : int
        Processes that preview.
    fingerprint : str
        Of the order: stored blocks of another one are not used.
    on_step : callable
        Called with "match" or "pilot" and the number of faces just previewed or rendered, and with "block"
        and the number of blocks when one begins.

    Raises
    ------
    FacegenError : a process of matching died, or a pilot failed on most faces.
    """
    with preview_processes(workers) as pool:
        return _blocks(job, profile, seed, indices, overrides, rounds, pool, fingerprint, on_step)


def _blocks(
    job: Job,
    profile: RowSource,
    seed: int,
    indices: Sequence[int],
    overrides: Sequence[Override],
    rounds: int,
    pool: Executor | None,
    fingerprint: str,
    on_step: OnStep,
) -> tuple[list[Matched], pilot_correction.Correction]:
    folder = Path(job.out) / FOLDER
    correction = _stored_correction(job, profile, seed, overrides, rounds, pool, fingerprint, on_step)
    blocks = []
    ranges = sorted({block_of(index) for index in indices})
    for start, stop in ranges:
        on_step("block", len(ranges))
        path = folder / f"block-{start:06d}.json"
        block = _read_block(path, fingerprint, profile, seed, start)
        if block is None:
            block = match_block(
                profile, seed, start, stop, overrides, correction, pool, lambda n: on_step("match", n)
            )
            keep_block(job, profile, start, fingerprint, block)
        blocks.append(replace(block, specs=[], origins=()))
    return blocks, correction


def stored_specs(job: Job, indices: Iterable[int], fingerprint: str) -> Iterator[FaceSpec]:
    """Specs of matched samples from the files of their blocks, one block in memory at a time.

    Parameters
    ----------
    job : Job
        Where the set lies.
    indices : iterable of int
        Samples whose blocks `matched_blocks` has matched, rising.
    fingerprint : str
        Of the order.

    Yields
    ------
    FaceSpec

    Raises
    ------
    FacegenError : the file of a block is gone or of another order.
    """
    specs: list[dict[str, Any]] = []
    start = stop = 0
    for index in indices:
        if not start <= index < stop:
            start, stop = block_of(index)
            path = Path(job.out) / FOLDER / f"block-{start:06d}.json"
            data = read_json(path, "remove it and run again: the block is matched again")
            if data.get("fingerprint") != fingerprint:
                raise FacegenError(f"{path}: is of another order: was it changed during the run?")
            specs = data.get("specs", [])
            if not isinstance(specs, list) or len(specs) <= index - start:
                raise FacegenError(f"{path}: damaged: remove it and run again: the block is matched again")
        yield FaceSpec.from_dict(specs[index - start])


def _stored_correction(
    job: Job,
    profile: RowSource,
    seed: int,
    overrides: Sequence[Override],
    rounds: int,
    pool: Executor | None,
    fingerprint: str,
    on_step: OnStep,
) -> pilot_correction.Correction:
    """The correction of the order, from its file or from pilots."""
    folder = Path(job.out) / FOLDER
    correction = _correction(folder, fingerprint)
    if correction is None:
        correction = pilot_correction.START
        for number in range(rounds):
            correction = _pilot(job, profile, seed, number, overrides, correction, pool, on_step)
        write_json(folder / "correction.json", {"fingerprint": fingerprint, **correction.to_dict()})
    return correction


def correction_of(
    job: Job,
    profile: RowSource,
    seed: int,
    overrides: Sequence[Override],
    rounds: int,
    workers: int,
    fingerprint: str,
    on_step: OnStep = lambda step, count: None,
) -> pilot_correction.Correction:
    """The correction that blocks are matched with, stored with the set; parameters as of `matched_blocks`.

    Raises
    ------
    FacegenError : a process of matching died, or a pilot failed on most faces.
    """
    with preview_processes(workers) as pool:
        return _stored_correction(job, profile, seed, overrides, rounds, pool, fingerprint, on_step)


def missing_blocks(
    job: Job, profile: RowSource, seed: int, indices: Sequence[int], fingerprint: str
) -> list[tuple[int, int]]:
    """First row, and the one after the last, of the blocks of `indices` that the order has not stored."""
    folder = Path(job.out) / FOLDER
    return [
        (start, stop)
        for start, stop in sorted({block_of(index) for index in indices})
        if _read_block(folder / f"block-{start:06d}.json", fingerprint, profile, seed, start) is None
    ]


def keep_block(job: Job, profile: RowSource, start: int, fingerprint: str, block: Matched) -> None:
    """Store a matched block with the set; DiskError where it cannot be written."""
    path = Path(job.out) / FOLDER / f"block-{start:06d}.json"
    write_json(path, {"fingerprint": fingerprint, **_block_data(block, profile)})


def _pilot(
    job: Job,
    profile: RowSource,
    seed: int,
    number: int,
    overrides: Sequence[Override],
    before: pilot_correction.Correction,
    pool: Executor | None,
    on_step: OnStep,
) -> pilot_correction.Correction:
    """Match, render and measure a pilot, and learn from it."""
    own_seed = int(generator(seed, number, "match.pilot").integers(2**31))
    block = match_block(
        profile, own_seed, 0, pilot_correction.FACES, overrides, before, pool, lambda n: on_step("match", n)
    )
    with tempfile.TemporaryDirectory(prefix="facegen-pilot-") as name:
        out = Path(name)
        order = replace(job, out=out, convention="celebamaskhq")
        render_specs(order, enumerate(block.specs), lambda _: on_step("pilot", 1))
        done = [i for i in range(len(block.specs)) if is_done(out, i)]
        if len(done) < len(block.specs) // 2:
            raise FacegenError(
                f"the pilot failed on {len(block.specs) - len(done)} of {len(block.specs)} faces"
            )
        pictures = [_picture(out, i) for i in done]
    rows = np.array([measure_table.measure(*one) for one in pictures])
    column = {name: rows[:, j] for j, name in enumerate(measure_table.NAMES)}
    names = [n for n in pilot_correction.ROW_COLOURS if n in profile.measured.names]
    requested = profile.sample(pilot_correction.FACES, own_seed)
    return pilot_correction.learn(
        before,
        block.names,
        block.predicted[done],
        np.stack([column[n] for n in block.names], axis=1),
        {n: column[n] for n in pilot_correction.ROW_COLOURS},
        {n: requested[n][done].astype(float) for n in names},
    )


def _picture(out: Path, index: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    name = sample_name(index)
    image = next(path for path in (out / "images").glob(f"{name}.*"))
    return read_rgb(image), read_index(out / "masks" / f"{name}.png")


def _correction(folder: Path, fingerprint: str) -> pilot_correction.Correction | None:
    path = folder / "correction.json"
    if not path.is_file():
        return None
    data = read_json(path)
    if data.pop("fingerprint", None) != fingerprint:
        return None
    with _damage_named(path):
        return pilot_correction.Correction.from_dict(data)


def _block_data(block: Matched, profile: RowSource) -> dict[str, Any]:
    """For the block's file. Rows of a real folder are drawn again when it is read: none is stored."""
    return {
        "format_version": BLOCK_VERSION,
        "specs": [spec.to_dict() for spec in block.specs],
        "names": list(block.names),
        "targets": None if isinstance(profile, MeasuredRows) else _nullable(block.targets),
        "predicted": _nullable(block.predicted),
        "report": block.report,
        "origins": [origin._asdict() for origin in block.origins],
    }


def _nullable(rows: npt.NDArray[np.float64]) -> list[list[float | None]]:
    return [[None if np.isnan(x) else float(x) for x in row] for row in rows]


def _floats(rows: list[list[float | None]]) -> npt.NDArray[np.float64]:
    """The inverse of `_nullable`."""
    return np.array([[np.nan if x is None else x for x in row] for row in rows], float)


def _read_block(path: Path, fingerprint: str, profile: RowSource, seed: int, start: int) -> Matched | None:
    if not path.is_file():
        return None
    data = read_json(path)
    if data.get("fingerprint") != fingerprint or data.get("format_version") != BLOCK_VERSION:
        return None  # of another order or with other keys: matched again, which gives the same faces
    with _damage_named(path):
        specs = [FaceSpec.from_dict(spec) for spec in data["specs"]]
        predicted = _floats(data["predicted"])
        if data["targets"] is None:
            targets = targets_of(profile, seed, start, start + len(specs)).values
        else:
            targets = _floats(data["targets"])
        origins = tuple(Origin(**one) for one in data.get("origins", ()))
        return Matched(specs, tuple(data["names"]), targets, predicted, data["report"], origins)


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """FacegenError that names the file where its content is not of the stored form."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise FacegenError(f"{path}: damaged ({why}): remove it and run again: it is matched again") from None
