"""The real side of an experiment: which faces may be trained on, and which only test.

A training folder is split once by a hash of the names (datasets.splits): 70 % to fit, 10 % to validate,
20 % for the label adapter, on which no arm is trained.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.duplicates import near_duplicates, thumbnail
from facegen.datasets.inspection.opening import report_set
from facegen.datasets.io.progress import ProgressCallback, ignore_progress, say
from facegen.datasets.layouts.annotations import MAPPING_FILE
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.official_celebamaskhq import is_celebamaskhq
from facegen.datasets.layouts.open_set import open_set
from facegen.datasets.layouts.splits import split_by_hash
from facegen.parse.data.loaded_set import LoadedSet

# Of the thumbnails: encodings of one picture reach .9967 (inspection.duplicates).
REENCODED = 0.995
# Test pictures seen in training that raise a score by less than seeds differ: under a twentieth of them.
SHARED, MIN_SHARED = 0.05, 3
MIN_TEST = 2  # test pictures: one has no spread, and its bootstrap interval no width


@dataclass(frozen=True)
class RealSets:
    """Parts of a real set. `test_is` says in words which faces test."""

    fit: FaceSet
    validate: FaceSet
    adapter: FaceSet
    test: FaceSet
    test_is: str


def open_real(
    real: Path,
    real_test: Path | None = None,
    convention: str | Path | None = None,
    progress: ProgressCallback = ignore_progress,
) -> RealSets:
    """Open the real sets.

    Parameters
    ----------
    real : a training set; or the folder around train/ and test/; or a set published in parts (the official
        CelebAMask-HQ, LaPa, EasyPortrait ...), whose own training and test part are then used
    real_test : the test set; None takes the test part of `real`, and without one
        the validation tenth, which `test_is` then says
    convention : what the ids of plain index masks mean
    progress : told what each set holds and what is left out

    Raises
    ------
    FacegenError : no such folder, no masks, two different conventions, the same pictures in training and
        test, fewer than MIN_TEST of these, or a set whose labels look wrong.
    """
    holder = not is_celebamaskhq(real) and not (real / "images").is_dir() and (real / "train").is_dir()
    official = is_celebamaskhq(real) and (real / MAPPING_FILE).is_file()
    if is_celebamaskhq(real) and not official:
        say(progress, f"{real}: no {MAPPING_FILE}: the official split is unknown, all of it is for training")
    published = None if official or holder or real_test is not None else _published_parts(real, convention)
    parts = official or holder
    train = published[0] if published else open_set(real, "train" if parts else None, convention)
    split = {name: train.subset(index) for name, index in split_by_hash(train.ids).items()}
    if real_test is not None:
        test, test_is = open_set(real_test, None, convention), f"{real_test}"
    elif official:
        test, test_is = open_set(real, "test", convention), "official test part"
    elif holder and (real / "test").is_dir():
        test, test_is = open_set(real, "test", convention), f"{real / 'test'}"
    elif published:
        test, test_is = published[1], f"published test part of {real}"
    else:
        test, test_is = split["validate"], "validation tenth of the training set (no --real-test given)"
    for one in (train, test):
        if not one.has_masks:
            raise FacegenError(f"{one.path} holds pictures without masks: training and scoring need masks/")
    for one in [train, test] if published or test.path.resolve() != train.path.resolve() else [train]:
        report_set(one, progress)
    if test.convention.name != train.convention.name:
        raise FacegenError(
            f"{train.path} is {train.convention.name}, {test.path} {test.convention.name}: need one"
        )
    if real_test is not None or holder:
        _require_apart(train, test, "give other faces with --real-test")
    for part in ("fit", "validate"):
        if not len(split[part]):
            raise FacegenError(f"{train.path} holds {len(train)} faces, too few to split: need at least 10")
    if len(test) < MIN_TEST:
        raise FacegenError(
            f"{len(test)} test picture (the {test_is}), expected at least {MIN_TEST}: no interval can be "
            "given; give more faces with --real, or others with --real-test"
        )
    return RealSets(split["fit"], split["validate"], split["adapter"], test, test_is)


def _published_parts(real: Path, convention: str | Path | None) -> tuple[FaceSet, FaceSet] | None:
    """The training and test part of a set that is published in parts; None for others."""
    try:
        return open_set(real, "train", convention), open_set(real, "test", convention)
    except FacegenError:
        return None


def open_test(real: Path) -> FaceSet:
    """The faces of a set that a finished parser may be scored on.

    Parameters
    ----------
    real : the official CelebAMask-HQ or a folder around train/ and test/, of which the test part is taken; or
        any other set, taken whole

    Raises
    ------
    FacegenError : no such folder or no masks.
    """
    official = is_celebamaskhq(real) and (real / MAPPING_FILE).is_file()
    holder = not is_celebamaskhq(real) and not (real / "images").is_dir() and (real / "test").is_dir()
    faces = open_set(real, "test" if official or holder else None)
    if not faces.has_masks:
        raise FacegenError(f"{faces.path} holds pictures without masks: scoring needs masks/")
    return faces


def seen_pictures(fit: LoadedSet, test: LoadedSet) -> list[str]:
    """Names of test pictures that are training pictures encoded again, resized or mirrored.

    Raises
    ------
    FacegenError : they are so many (SHARED, MIN_SHARED) that scores would be too high.
    """
    small = [[thumbnail(one.transpose(1, 2, 0)) for one in part.images] for part in (fit, test)]
    pairs = [one for one in near_duplicates(*small) if one.correlation >= REENCODED]
    names = sorted({test.ids[one.second] for one in pairs})
    if len(names) >= max(MIN_SHARED, SHARED * len(test)):
        first = min(pairs, key=lambda one: test.ids[one.second])
        raise FacegenError(
            f"{len(names)} of {len(test)} test pictures are training pictures stored again, such as "
            f"{test.ids[first.second]} ({fit.ids[first.first]}): `facegen lint A --other B` names all; "
            "give other faces with --real-test"
        )
    return names


def require_unseen(sets: RealSets, others: Iterable[FaceSet]) -> None:
    """Check that sets which facegen did not render hold no picture of the test set or of those that label
    adapters are fitted on.

    Raises
    ------
    FacegenError : a picture is in both.
    """
    for one in others:
        if one.layout != "facegen":
            for kept in (sets.test, sets.adapter):
                _require_apart(one, kept, f"take them out of {one.name}")


def _require_apart(train: FaceSet, test: FaceSet, advice: str) -> None:
    """FacegenError where both sets hold a file, or with archives a picture, of the same content."""
    ours, theirs = _files_by_size(train), _files_by_size(test)
    if ours is None or theirs is None:
        shared = len(_pixel_digests(train) & _pixel_digests(test))
    else:
        shared = sum(
            len(_digests(ours[size]) & _digests(theirs[size])) for size in ours.keys() & theirs.keys()
        )
    if shared:
        raise FacegenError(
            f"{shared} pictures of {test.path} are in {train.path} too: "
            f"the pictures of training and test must differ; {advice}"
        )


def _files_by_size(faces: FaceSet) -> dict[int, list[Path]] | None:
    """The pictures of a set by the size of their files; None where some are members of archives."""
    sizes: dict[int, list[Path]] = {}
    for name in faces.ids:
        path = faces.image_path(name)
        if not path.is_file():
            return None
        sizes.setdefault(path.stat().st_size, []).append(path)
    return sizes


def _digests(paths: Sequence[Path]) -> set[bytes]:
    return {hashlib.blake2b(path.read_bytes(), digest_size=16).digest() for path in paths}


def _pixel_digests(faces: FaceSet) -> set[bytes]:
    """Digests of the decoded pictures of a set, their shape included."""
    found = set()
    for index in range(len(faces)):
        pixels = faces.image(index)
        digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
        digest.update(pixels.tobytes())
        found.add(digest.digest())
    return found


def nested_order(ids: Sequence[str]) -> list[int]:
    """Indices of `ids` in the order of the sha256 of their stems.

    The first k are a random choice of k, and smaller choices lie in larger ones.
    """
    return sorted(range(len(ids)), key=lambda i: hashlib.sha256(PurePath(ids[i]).stem.encode()).digest())


def choose(faces: FaceSet, count: int) -> FaceSet:
    """`count` samples of a set, the first in `nested_order`, returned in the set's own order.

    Raises
    ------
    FacegenError : the set holds fewer.
    """
    if count > len(faces):
        raise FacegenError(f"{faces.path} offers {len(faces)} samples, {count} were requested; lower --num")
    return faces.subset(sorted(nested_order(faces.ids)[:count]))
