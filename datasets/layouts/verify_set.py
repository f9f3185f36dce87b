"""Is a dataset folder what it claims to be? Every sample is read and its arrays are held against each other.

What is checked: dataset.json and its version; the number of samples; every file there, readable and of
the schema (sample.py); native ids known; the mask exactly what `derive` makes of native, bare and
coverage; `bare` equal to native except under and beside eyewear; coverage in step with the labels;
depth where something is drawn; left and right on pixels; the attribute table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.left_right import SidesCount, count_sides
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import ATTRIBUTES_FILE, read_attributes_table, read_dataset_json
from facegen.datasets.io.files import TEMPORARY_MARK
from facegen.datasets.io.images import read_index
from facegen.datasets.io.sample import FOLDERS, Sample, read_sample, sample_file, sample_name
from facegen.datasets.layouts.face_set import MAX_SWAPPED, Problem
from facegen.datasets.layouts.facegen_folder import finished

# Labels and depth come from separate passes: along outlines a pixel may be in one and not in the other, and
# curls are full of outlines (2.4 % of the drawn pixels of the worst of 2,000 faces): hair is left out.
MAX_WITHOUT_DEPTH = 0.02  # of the drawn pixels
BORDER_SLACK = 3.0
EYEWEAR_MARGIN = 2  # pixels around eyewear where taking it away changes which class has the largest share
CERTAIN_COVERAGE = 170  # two thirds: of two classes that share it, one has at least as much as any third
MAX_STRAY = 1e-3  # of the picture: rounding of shares to 8 bits


@dataclass(frozen=True)
class Verification:
    """samples: how many were read; sides: left and right over them; problems: what is wrong.

    broken : names of the samples that problems were found in
    """

    samples: int
    sides: SidesCount
    problems: list[Problem]
    broken: list[str]


def verify(root: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> Verification:
    """Check a folder written by `facegen render`.

    Raises
    ------
    FacegenError : dataset.json is missing, damaged or foreign, or no sample is finished: nothing to check.
    """
    header = read_dataset_json(root)
    chosen, names = convention(header["convention"]), finished(root)
    if not names:
        raise FacegenError(f"{root}: no finished sample to verify")
    problems = _whole_folder(root, header, names)
    sides, broken = SidesCount(), []
    for done, name in enumerate(names, start=1):
        before = len(problems)
        try:
            sample = read_sample(root, int(name))
            mask = read_index(sample_file(root, "masks", name))
        except FacegenError as error:
            problems.append(Problem(root, f"sample {name}: {str(error).removeprefix(f'{root}: ')}"))
        else:
            problems += [
                Problem(sample_file(root, folder, name), message)
                for folder, message in sample_problems(sample, mask, header["size"], chosen)
            ]
            sides += count_sides(mask, chosen)
        if len(problems) > before:
            broken.append(name)
        progress(done, len(names))
    if sides.measured and sides.share > MAX_SWAPPED:
        problems.append(Problem(root, f"left and right look exchanged: {sides}"))
    return Verification(len(names), sides, problems, broken)


def sample_problems(sample: Sample, mask: np.ndarray, size: int, chosen: Convention) -> list[tuple[str, str]]:
    """(folder of sample.FOLDERS, message) of everything inconsistent in one sample.

    mask : (H, W) uint8 ids of `chosen`; size : pixels a side that dataset.json announces.
    """
    found = []
    if sample.rgb.shape[:2] != (size, size):
        found.append(
            ("images", f"{sample.rgb.shape[1]}x{sample.rgb.shape[0]} pixels, dataset.json says {size}")
        )
    if np.ptp(sample.rgb) == 0:
        found.append(("images", "one colour all over"))
    for folder, labels in (("labels", sample.native), ("bare", sample.bare)):
        unknown = np.setdiff1d(labels, [*Native, IGNORE])
        if unknown.size:
            found.append((folder, f"unknown native ids {unknown.tolist()}"))
    if found:
        return found
    expected = derive(sample.native, sample.bare, sample.coverage, chosen)
    if mask.shape != expected.shape or not _same_mask(mask, expected, chosen, sample):
        found.append(("masks", f"is not what the {chosen.name} rules make of labels/, bare/ and coverage/"))
    opaque = (sample.bare == Native.GLASSES_LENS).any()  # opaque glasses stay: nothing is seen behind them
    if (sample.bare == Native.GLASSES_FRAME).any() and not opaque:
        found.append(("bare", "holds a glasses frame, must show the face without eyewear"))
    if not np.isin(sample.native, (Native.FACE_SKIN, Native.NOSE)).any():
        found.append(("labels", "no face in it"))
    drawn = ~np.isin(sample.native, (Native.BACKGROUND, Native.SCALP_HAIR, IGNORE))
    without_depth = (drawn & (sample.depth <= 0)).sum() / max(drawn.sum(), 1)
    if without_depth > MAX_WITHOUT_DEPTH:
        found.append(("depth", f"no depth in {without_depth:.1%} of the labelled pixels"))
    if (sample.depth < 0).any():
        found.append(("depth", "negative distance"))
    eyewear = np.isin(sample.native, (Native.GLASSES_FRAME, Native.GLASSES_LENS))
    near = ndimage.binary_dilation(eyewear, iterations=EYEWEAR_MARGIN) if eyewear.any() else eyewear
    if ((sample.bare != sample.native) & ~near).mean() > MAX_STRAY:
        found.append(("bare", "differs from labels/ away from any eyewear"))
    for channel, (name, members) in enumerate(COVERAGE_CLASSES):
        covered = sample.coverage[..., channel] > CERTAIN_COVERAGE
        elsewhere = covered & ~np.isin(sample.native, (*members, IGNORE))
        if elsewhere.sum() > MAX_STRAY * covered.size:
            found.append(("coverage", f"{name} covers pixels that labels/ gives to other classes"))
    return found


def _same_mask(mask, expected, chosen, sample) -> bool:
    """Whether a mask is `expected`, up to the convention's own shift of painted borders.

    What the shift makes large enough to be drawn (`Convention.least` and `pieces`) is missing in `expected`:
    such a class lies where the native map has it, such a piece is allowed for.
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


def _pixels_a_mm(meta) -> float:
    """Pixels that a millimetre at the eyes takes, from a sample's camera; 0 where the meta file lacks it."""
    try:
        return meta["intrinsics"][0][0] / (1000 * meta["spec"]["camera"]["distance"])
    except (KeyError, TypeError, IndexError):
        return 0.0


def _whole_folder(root: Path, header: dict, names: list[str]) -> list[Problem]:
    """Counts, leftovers and the attribute table."""
    problems = []
    excused = len(header["failures"])
    if len(names) + excused < header["num"]:
        problems.append(
            Problem(
                root,
                f"{len(names)} samples finished and {excused} failed of {header['num']}: resume the render",
            )
        )
    beyond = [name for name in names if name >= sample_name(min(header["num"], 999_999))]
    if beyond:
        problems.append(
            Problem(root, f"sample {beyond[0]} lies beyond the {header['num']} that dataset.json announces")
        )
    for folder in FOLDERS:
        inside = sorted((root / folder).glob("*")) if (root / folder).is_dir() else []
        leftover = [file for file in inside if file.name.startswith(TEMPORARY_MARK)]
        problems += [Problem(file, "left by an interrupted run: remove it") for file in leftover]
    try:
        listed = read_attributes_table(root).get("name", [])
        if sorted(listed) != names:
            problems.append(
                Problem(root / ATTRIBUTES_FILE, f"has {len(listed)} rows for {len(names)} samples")
            )
    except FacegenError as error:
        problems.append(
            Problem(root / ATTRIBUTES_FILE, str(error).removeprefix(f"{root / ATTRIBUTES_FILE}: "))
        )
    return problems
