"""Held-out measures: what matching never sees, so that matching cannot fit them.

The groups are: the label maps themselves, laid over one another in the face's own frame (their principal
components); the adjacency of classes (length of the common border of each pair); features of a parser's
encoder, where they are given; estimates of pose, expression and hair style; the realism features; and the
content attributes once more, measured on label maps that one parser draws for both sides.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.audit.distances.frozen_lists import DESCRIPTORS, MATCHED_CONTENT, REALISM
from facegen.audit.distances.joint import Joint, at_most, joint_distances
from facegen.audit.distances.sides import Sides
from facegen.audit.distances.two_sample import MIN_ROWS, two_sample
from facegen.audit.measures.aligned_labels import NONE
from facegen.audit.measures.face_view import CLASSES
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.audit.measures.schema import Table
from facegen.datasets.keyed_random import philox

LABEL_MAPS, ADJACENCY, FEATURES, DESCRIPTOR, REALISM_GROUP = (
    "label_maps", "adjacency", "features", "descriptors", "realism",
)  # fmt: skip
# Annotators have drawing conventions that no renderer reproduces. One parser draws both sides the same way.
PARSED_CONTENT = "parsed_content"
HELD_OUT = (LABEL_MAPS, ADJACENCY, FEATURES, DESCRIPTOR, REALISM_GROUP, PARSED_CONTENT)

COMPONENTS = 20  # principal components of the label maps that are kept
FEATURE_COMPONENTS = 32  # and of features, which often have more columns than there are rows
# Rows of each set whose label maps, adjacency and features are compared: the memory of principal components
# grows with the square of the rows.
MOST_ROWS = 2000
MIN_PAIR_FRACTION = 0.02  # fraction of the pictures of either set in which a pair of classes must be adjacent
NEED_PARSER = "it needs a parser (--parser) and real pictures (--against REAL_DIR)"
_NO_SYNTHETIC_MASKS = "the synthetic set has no masks, or of another convention than the real one"
_NO_REAL_MASKS = (
    "the reference has no masks; a profile does not describe them: give a real set with --against"
)

Rows = npt.NDArray[np.floating]
NEITHER: Sides = Sides(None, None)  # neither side has it


def content_rows(masks: npt.NDArray[np.uint8], lost: frozenset[str] = frozenset()) -> npt.NDArray[np.float64]:
    """The matched content attributes of label maps.

    Parameters
    ----------
    masks : (n, h, w) uint8
        celebamaskhq ids, 255 = ignore.
    lost : frozenset of str
        Attributes that the convention of the maps cannot say: they are missing.

    Returns
    -------
    (n, len(MATCHED_CONTENT)) float64, NaN = could not be measured.
    """
    place = [CONTENT_NAMES.index(name) for name in MATCHED_CONTENT]
    rows = np.array([measure_labels(mask)[place] for mask in masks]).reshape(len(masks), len(place))
    rows[:, [name in lost for name in MATCHED_CONTENT]] = np.nan
    return rows


@dataclass(frozen=True)
class HeldOut:
    """One held-out group.

    Attributes
    ----------
    name : one of HELD_OUT
    dimensions : columns that the classifier saw
    auc, floor : two-sample AUC in [0, 1], and the AUC of two halves of the reference; NaN = not measured
    joint : joint distances
    reason : why it was not measured, "" where it was
    """

    name: str
    dimensions: int
    auc: float
    floor: float
    joint: Joint
    reason: str = ""


@dataclass(frozen=True)
class HeldOutInputs:
    """What the held-out groups are computed from; None where a side, or both, do not have it.

    Attributes
    ----------
    maps : (n, GRID * GRID) uint8 of each side, see aligned_labels.aligned_map; a profile has none
    adjacency : (n, len(PAIRS)) float32 of each side, see aligned_labels.adjacency; a profile has none
    attributes : measured attributes of each side
    features : (n, d) encoder features of one parser of each side
    parsed_content : `content_rows` of the label maps that this parser draws for each side
    """

    maps: Sides[npt.NDArray[np.uint8] | None] = NEITHER
    adjacency: Sides[npt.NDArray[np.float32] | None] = NEITHER
    attributes: Sides[Table] | None = None
    features: Sides[Rows] | None = None
    parsed_content: Sides[Rows] | None = None


def compare_held_out(inputs: HeldOutInputs, seed: int = 0) -> tuple[HeldOut, ...]:
    """All held-out groups, in the order of HELD_OUT. A group that cannot be measured says why.

    Parameters
    ----------
    inputs : HeldOutInputs
        Of more than MOST_ROWS rows that many are drawn.
    seed : int
        Of the folds, the permutations and the draw of rows.
    """
    tables = inputs.attributes
    return (
        _label_maps(inputs.maps, seed),
        _adjacency(inputs.adjacency, seed),
        _features(inputs.features, seed),
        _attributes(DESCRIPTOR, DESCRIPTORS, tables, seed),
        _attributes(REALISM_GROUP, REALISM, tables, seed),
        _parsed_content(inputs.parsed_content, seed),
    )


def _drawn(sides: Sides[np.ndarray], seed: int) -> Sides[np.ndarray]:
    """At most MOST_ROWS rows of each side, both drawn with the same key."""
    return sides.map(lambda rows: at_most(rows, MOST_ROWS, philox(seed)))


def _both(sides: Sides[np.ndarray | None], seed: int) -> Sides[np.ndarray] | str:
    """The drawn rows of both sides, or why there are none."""
    if sides.synthetic is None:
        return _NO_SYNTHETIC_MASKS
    return _NO_REAL_MASKS if sides.real is None else _drawn(Sides(sides.real, sides.synthetic), seed)


def _label_maps(maps: Sides[npt.NDArray[np.uint8] | None], seed: int) -> HeldOut:
    seen = _both(maps, seed)
    if isinstance(seen, str):
        return _unmeasured(LABEL_MAPS, seen)
    hot = seen.map(lambda rows: one_hot(rows[~(rows == NONE).all(1)]))
    return _group(LABEL_MAPS, components(hot, COMPONENTS), seed)


def _adjacency(adjacency: Sides[npt.NDArray[np.float32] | None], seed: int) -> HeldOut:
    seen = _both(adjacency, seed)
    if isinstance(seen, str):
        return _unmeasured(ADJACENCY, seen)
    often = np.maximum(*((rows > 0).mean(0) for rows in seen)) >= MIN_PAIR_FRACTION
    return _group(ADJACENCY, seen.map(lambda rows: rows[:, often].astype(float)), seed)


def _features(features: Sides[Rows] | None, seed: int) -> HeldOut:
    if features is None:
        return _unmeasured(FEATURES, NEED_PARSER)
    return _group(FEATURES, components(_drawn(features, seed), FEATURE_COMPONENTS), seed)


def _parsed_content(rows: Sides[Rows] | None, seed: int) -> HeldOut:
    if rows is None:
        return _unmeasured(PARSED_CONTENT, NEED_PARSER)
    return _group(PARSED_CONTENT, _drawn(rows, seed), seed)


def _attributes(name: str, members: tuple[str, ...], tables: Sides[Table] | None, seed: int) -> HeldOut:
    if tables is None:
        return _unmeasured(name, "no measured attributes were given")
    shared = [one for one in members if one in tables.real.names and one in tables.synthetic.names]
    if not shared:
        return _unmeasured(name, "the reference does not hold them: give a real set with --against")
    rows = tables.map(lambda table: table.columns(shared))
    seen = rows.map(lambda part: part[~np.isnan(part).all(1)])
    if not min(len(part) for part in seen):
        return _unmeasured(name, "one of the sets shows none of them")
    return _group(name, seen, seed)


def one_hot(maps: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(n, cells) uint8 -> (n, cells * classes) float32 in {0, 1}; a cell without class is all 0."""
    hot = maps[..., None] == np.arange(len(CLASSES), dtype=np.uint8)
    return hot.reshape(len(maps), maps.shape[1] * len(CLASSES)).astype(np.float32)


def components(rows: Sides[Rows], count: int) -> Sides[npt.NDArray[np.float64]]:
    """Scores of both sides on the principal components of both sides pooled.

    The components do not use which side a row is from, so that rows of one distribution stay exchangeable.
    This holds for the halves of the reference too, which are the floor. Components of the reference alone
    would place its own rows further out than fresh rows of the same distribution, unless there are far more
    rows than columns.

    Parameters
    ----------
    rows : Sides of (m, d) and (n, d) float
    count : int
        Components to keep at most.

    Returns
    -------
    Sides of (m, k) and (n, k) float64, k <= count.
    """
    real, synthetic = rows
    if not len(real) or not len(synthetic):
        return rows.map(lambda part: np.empty((len(part), 0)))
    pooled = np.concatenate([real, synthetic])
    count = min(count, pooled.shape[1], len(pooled) - 1)
    # The Gram matrix of the rows has the same components as that of the columns, and there are fewer rows.
    centred = pooled.astype(np.float64) - pooled.mean(0, dtype=np.float64)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    top = np.argsort(-values)[:count]
    top = top[values[top] > 1e-9 * max(values.max(), 1e-12)]
    scores = vectors[:, top] * np.sqrt(values[top])
    return Sides(scores[: len(real)], scores[len(real) :])


def _group(name: str, rows: Sides[Rows], seed: int) -> HeldOut:
    real, synthetic = rows
    if min(len(real), len(synthetic)) < MIN_ROWS or not real.shape[1]:
        return _unmeasured(name, f"{len(real)} real and {len(synthetic)} synthetic pictures are too few")
    part = min(len(synthetic), len(real) // 2)
    floor = np.nan
    if part >= MIN_ROWS:
        order = philox(seed + 1).permutation(len(real))
        floor = two_sample(real[order[part:]], real[order[:part]], seed).auc
    found = two_sample(real, synthetic, seed)
    return HeldOut(name, found.columns, found.auc, floor, joint_distances(real, synthetic, seed))


def _unmeasured(name: str, reason: str) -> HeldOut:
    nothing = Joint(np.nan, np.nan, np.nan, np.nan, np.nan)
    return HeldOut(name, 0, np.nan, np.nan, nothing, reason)
