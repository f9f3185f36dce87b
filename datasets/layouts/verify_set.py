"""Is a dataset folder what it claims to be? Every sample is read and its arrays are compared with each other.

What is checked: dataset.json and its version; the number of samples; every file is there, readable and of the
schema (`io.sample`); native ids are known; the mask is exactly what `derive` makes of native, bare and
coverage, up to the convention's shifted borders; `bare` is equal to native except under and next to eyewear
and to what covers the face; coverage agrees with the labels; there is depth where something is drawn; left
and right on pixels; the attribute table.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.hair_lines import hair_lines
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.left_right import SidesCount, count_sides
from facegen.datasets.conventions.native_groups import IN_FRONT
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import ATTRIBUTES_FILE, read_attributes_table, read_dataset_json
from facegen.datasets.io.files import TEMPORARY_MARK
from facegen.datasets.io.images import read_index
from facegen.datasets.io.progress import ignore_count
from facegen.datasets.io.sample import FOLDERS, Sample, read_sample, sample_name
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.layouts.face_set import MAX_SWAPPED, Problem

Labels = npt.NDArray[np.uint8]

# Labels and depth come from separate passes: along outlines a pixel may be in one and not in the other. Curls
# are full of outlines (2.4 % of the drawn pixels of the worst of 2,000 faces), so hair is left out.
MAX_WITHOUT_DEPTH = 0.02  # of the drawn pixels
BORDER_SLACK = 3.0  # times a convention's shift of borders in mm at the eyes: what it may move on the picture
EYEWEAR_MARGIN = 2  # pixels around eyewear where taking it away changes which class covers most of a pixel
CERTAIN_COVERAGE = 170  # two thirds of a pixel: of two classes that make it up, one has the largest part
MAX_STRAY = 1e-3  # of the picture: coverage is rounded to 8 bits


@dataclass(frozen=True)
class Verification:
    """Result of `verify`.

    Attributes
    ----------
    samples : int
        How many were read.
    sides : SidesCount
        Left and right over all of them.
    problems : list of Problem
    broken : list of str
        Names of the samples that problems were found in.
    """

    samples: int
    sides: SidesCount
    problems: list[Problem]
    broken: list[str]


def verify(root: Path, progress: Callable[[int, int], None] = ignore_count) -> Verification:
    """Check a folder written by `facegen render`.

    Parameters
    ----------
    root : Path
    progress : callable
        Called with the numbers of samples done and in all.

    Returns
    -------
    Verification

    Raises
    ------
    FacegenError : dataset.json is missing, damaged or foreign, or no sample is finished: nothing to check.
    """
    header = read_dataset_json(root)
    chosen, samples = convention(header["convention"]), StoredSamples(root)
    names = samples.names
    if not names:
        raise FacegenError(f"{root}: no finished sample to verify")
    problems = _whole_folder(root, header, names)
    sides, broken = SidesCount(), []
    for done, name in enumerate(names, start=1):
        before = len(problems)
        try:
            sample = read_sample(root, int(name), samples)
            mask = read_index(*samples.read("masks", name))
        except FacegenError as error:
            problems.append(Problem(root, f"sample {name}: {str(error).removeprefix(f'{root}: ')}"))
        else:
            problems += [
                Problem(samples.shown(folder, name), message)
                for folder, message in sample_problems(sample, mask, header["size"], chosen)
            ]
            sides += count_sides(mask, chosen)
        if len(problems) > before:
            broken.append(name)
        progress(done, len(names))
    if sides.measured and sides.fraction > MAX_SWAPPED:
        problems.append(Problem(root, f"left and right look exchanged: {sides}"))
    return Verification(len(names), sides, problems, broken)


def sample_problems(sample: Sample, mask: Labels, size: int, chosen: Convention) -> list[tuple[str, str]]:
    """Everything that is inconsistent in one sample.

    Parameters
    ----------
    sample : Sample
    mask : (H, W) uint8
        Ids of `chosen`.
    size : int
        Pixels a side that dataset.json announces.
    chosen : Convention
        That of the dataset.

    Returns
    -------
    list of (folder of sample.FOLDERS, message)
    """
    found = [*_picture_problems(sample, size), *_unknown_ids(sample)]
    if found:
        return found  # what follows needs a sample of that form
    return [
        *_mask_problems(sample, mask, chosen),
        *_label_problems(sample),
        *_depth_problems(sample),
        *_bare_problems(sample),
        *_coverage_problems(sample),
    ]


def _picture_problems(sample: Sample, size: int) -> Iterator[tuple[str, str]]:
    height, width = sample.rgb.shape[:2]
    if (height, width) != (size, size):
        yield "images", f"{width}x{height} pixels, dataset.json says {size}"
    if np.ptp(sample.rgb) == 0:
        yield "images", "one colour all over"


def _unknown_ids(sample: Sample) -> Iterator[tuple[str, str]]:
    for folder, labels in (("labels", sample.native), ("bare", sample.bare)):
        unknown = np.setdiff1d(labels, [*Native, IGNORE])
        if unknown.size:
            yield folder, f"unknown native ids {unknown.tolist()}"


def _mask_problems(sample: Sample, mask: Labels, chosen: Convention) -> Iterator[tuple[str, str]]:
    try:
        key = (int(sample.meta["spec"]["seed"]), int(sample.meta["spec"]["index"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        lines = None  # an edited meta file: reported elsewhere
    else:
        lines = hair_lines(chosen, *key)
    expected = derive(sample.native, sample.bare, sample.coverage, chosen, lines)
    if mask.shape != expected.shape or not _same_mask(mask, expected, chosen, sample):
        yield "masks", f"is not what the {chosen.name} rules make of labels/, bare/ and coverage/"


def _label_problems(sample: Sample) -> Iterator[tuple[str, str]]:
    opaque = (sample.bare == Native.GLASSES_LENS).any()  # opaque glasses stay: nothing is seen behind them
    if (sample.bare == Native.GLASSES_FRAME).any() and not opaque:
        yield "bare", "has a glasses frame, must show the face without eyewear"
    if not np.isin(sample.native, (Native.FACE_SKIN, Native.NOSE)).any():
        yield "labels", "no face in it"


def _depth_problems(sample: Sample) -> Iterator[tuple[str, str]]:
    drawn = ~np.isin(sample.native, (Native.BACKGROUND, Native.SCALP_HAIR, IGNORE))
    without_depth = (drawn & (sample.depth <= 0)).sum() / max(drawn.sum(), 1)
    if without_depth > MAX_WITHOUT_DEPTH:
        yield "depth", f"no depth in {without_depth:.1%} of the labelled pixels"
    if (sample.depth < 0).any():
        yield "depth", "negative distance"


def _bare_problems(sample: Sample) -> Iterator[tuple[str, str]]:
    eyewear = np.isin(sample.native, (Native.GLASSES_FRAME, Native.GLASSES_LENS, *IN_FRONT))
    near = ndimage.binary_dilation(eyewear, iterations=EYEWEAR_MARGIN) if eyewear.any() else eyewear
    if ((sample.bare != sample.native) & ~near).mean() > MAX_STRAY:
        yield "bare", "differs from labels/ away from any eyewear and anything in front of the face"
    if np.isin(sample.bare, IN_FRONT).any():
        yield "bare", "has a hand, a thing or a face mask, must show the face behind it"


def _coverage_problems(sample: Sample) -> Iterator[tuple[str, str]]:
    for channel, (name, members) in enumerate(COVERAGE_CLASSES):
        covered = sample.coverage[..., channel] > CERTAIN_COVERAGE
        elsewhere = covered & ~np.isin(sample.native, (*members, *IN_FRONT, IGNORE))
        if elsewhere.sum() > MAX_STRAY * covered.size:
            yield "coverage", f"{name} covers pixels that labels/ gives to other classes"


def _same_mask(mask: Labels, expected: Labels, chosen: Convention, sample: Sample) -> bool:
    """Whether a mask is `expected`, up to the convention's own shift of painted borders.

    What the shift makes large enough to be drawn (`Convention.least` and `pieces`) is missing in `expected`:
    such a class must lie where the native map has it; the area of such a piece is tolerated.
    """
    differs = mask != expected
    shift = max((abs(mm) for mm in chosen.borders.values()), default=0.0)
    if not differs.any() or not shift:
        return not differs.any()
    reach = int(np.ceil(BORDER_SLACK * shift * _pixels_a_mm(sample.meta))) + 1
    drawn = chosen.table[sample.native]
    for one in np.unique(mask[differs]):
        known = (expected == one) | (drawn == one)
        beyond = (mask == one) & differs & ~ndimage.binary_dilation(known, iterations=reach)
        allowed = MAX_STRAY + chosen.pieces.get(chosen.classes[one], 0.0) if one in expected else 0.0
        if beyond.mean() > allowed:
            return False
    return True


def _pixels_a_mm(meta: dict[str, Any]) -> float:
    """Pixels that a millimetre at the eyes takes, from a sample's camera; 0 where the meta file lacks it."""
    try:
        return float(meta["intrinsics"][0][0] / (1000 * meta["spec"]["camera"]["distance"]))
    except (KeyError, TypeError, IndexError):
        return 0.0


def _whole_folder(root: Path, header: dict[str, Any], names: list[str]) -> list[Problem]:
    """Counts, leftovers and the attribute table."""
    return [*_count_problems(root, header, names), *_leftovers(root), *_table_problems(root, names)]


def _count_problems(root: Path, header: dict[str, Any], names: list[str]) -> Iterator[Problem]:
    num, failed = header["num"], len(header["failures"])
    if len(names) + failed < num:
        yield Problem(root, f"{len(names)} samples finished and {failed} failed of {num}: resume the render")
    beyond = [name for name in names if name >= sample_name(min(num, 999_999))]
    if beyond:
        yield Problem(root, f"sample {beyond[0]} lies beyond the {num} that dataset.json announces")


def _leftovers(root: Path) -> Iterator[Problem]:
    for folder in FOLDERS:
        inside = sorted((root / folder).glob("*")) if (root / folder).is_dir() else []
        for file in inside:
            if file.name.startswith(TEMPORARY_MARK):
                yield Problem(file, "left by an interrupted run: remove it")


def _table_problems(root: Path, names: list[str]) -> Iterator[Problem]:
    table = root / ATTRIBUTES_FILE
    try:
        listed = read_attributes_table(root).get("name", [])
    except FacegenError as error:
        yield Problem(table, str(error).removeprefix(f"{table}: "))
        return
    if sorted(listed) != names:
        yield Problem(table, f"has {len(listed)} rows for {len(names)} samples")
