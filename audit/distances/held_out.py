"""Measures that matching never sees, and what each group of measures consists of.

The lists are frozen under HELD_OUT_VERSION and named in the report, so that figures of different days and
sets stay comparable. Held out are: the label maps themselves, laid over one another in the face's own frame
(their principal components); which classes touch each other and how far; features of a parser's encoder,
where arrays of them are given; estimates of pose, expression and hair style; the realism features; and the
content attributes once more, of label maps that one parser drew for both sides.
"""

from dataclasses import dataclass

import numpy as np

from facegen.audit.distances.frozen_lists import DESCRIPTORS, MATCHED_CONTENT, REALISM
from facegen.audit.distances.joint import Joint, at_most, joint_distances
from facegen.audit.distances.two_sample import MIN_ROWS, two_sample
from facegen.audit.measures.aligned_labels import NONE
from facegen.audit.measures.face_view import CLASSES
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.audit.measures.schema import Table

# No renderer shows what annotators' hands add to the laws of masks: one parser has one hand for both sides.
READ_ALIKE = "read_alike"
HELD_OUT = ("label_maps", "touching", "features", "descriptors", "realism", READ_ALIKE)
COMPONENTS = 20  # principal components of the label maps that are kept
MOST_ROWS = 2000  # of each set whose label maps, touching classes and features are compared
FEATURE_COMPONENTS = 32  # and of features, which are often wider than there are rows
NEED_PARSER = "it needs a parser (--parser) and real pictures (--against REAL_DIR)"


def read_rows(masks: np.ndarray) -> np.ndarray:
    """(n, len(MATCHED_CONTENT)) float64: the matched content attributes of label maps (n, h, w) uint8."""
    place = [CONTENT_NAMES.index(name) for name in MATCHED_CONTENT]
    return np.array([measure_labels(mask)[place] for mask in masks]).reshape(len(masks), len(place))


@dataclass(frozen=True)
class HeldOut:
    """One held-out group.

    name : of HELD_OUT; dimensions : columns that the classifier saw
    auc, floor : two-sample AUC, and that of the reference's own halves (NaN = not measured)
    joint : Joint distances
    why : why it was not measured, "" where it was
    """

    name: str
    dimensions: int
    auc: float
    floor: float
    joint: Joint
    why: str = ""


def compare_held_out(
    real_maps: np.ndarray | None,
    synthetic_maps: np.ndarray | None,
    real_touching: np.ndarray | None,
    synthetic_touching: np.ndarray | None,
    features: tuple[np.ndarray, np.ndarray] | None,
    seed: int = 0,
    tables: tuple[Table, Table] | None = None,
    read: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[HeldOut, ...]:
    """All held-out groups; what cannot be measured says why.

    Parameters
    ----------
    *_maps : (n, GRID * GRID) uint8 of `label_maps.aligned_map`, None against a profile
    *_touching : (n, len(PAIRS)) float32 of `label_maps.touching`, None likewise
    features : (m, d) real and (n, d) synthetic features of one parser, or None
    tables : measured attributes, real and synthetic, or None
    read : `read_rows` of what one parser drew for the real (m) and the synthetic (n) pictures, or None

    Of more than MOST_ROWS pictures that many are drawn: the memory of components grows with the square.
    """
    out = []
    why = (
        "the synthetic set has no masks"
        if synthetic_maps is None
        else "the reference holds no masks; a profile says nothing of them: give a real set with --against"
    )
    real_maps, synthetic_maps, real_touching, synthetic_touching = (
        None if part is None else _at_most(part, seed)
        for part in (real_maps, synthetic_maps, real_touching, synthetic_touching)
    )
    if real_maps is None or synthetic_maps is None:
        out.append(_unmeasured("label_maps", why))
    else:
        seen = [maps[~(maps == NONE).all(1)] for maps in (real_maps, synthetic_maps)]
        out.append(_group("label_maps", *components(one_hot(seen[0]), one_hot(seen[1]), COMPONENTS), seed))
    if real_touching is None or synthetic_touching is None:
        out.append(_unmeasured("touching", why))
    else:
        out.append(_group("touching", *_shown(real_touching, synthetic_touching), seed))
    if features is None:
        out.append(_unmeasured("features", NEED_PARSER))
    else:
        seen = [_at_most(part, seed) for part in features]
        out.append(_group("features", *components(seen[0], seen[1], FEATURE_COMPONENTS), seed))
    for name, members in (("descriptors", DESCRIPTORS), ("realism", REALISM)):
        out.append(_attributes(name, members, tables, seed))
    if read is None:
        out.append(_unmeasured(READ_ALIKE, NEED_PARSER))
    else:
        out.append(_group(READ_ALIKE, _at_most(read[0], seed), _at_most(read[1], seed), seed))
    return tuple(out)


def _at_most(rows: np.ndarray, seed: int) -> np.ndarray:
    return at_most(rows, MOST_ROWS, np.random.Generator(np.random.Philox(key=seed)))


def _attributes(
    name: str, members: tuple[str, ...], tables: tuple[Table, Table] | None, seed: int
) -> HeldOut:
    if tables is None:
        return _unmeasured(name, "no measured attributes were given")
    real, synthetic = tables
    shared = [one for one in members if one in real.names and one in synthetic.names]
    if not shared:
        return _unmeasured(name, "the reference does not hold them: give a real set with --against")
    rows = [table.columns(shared) for table in tables]
    seen = [part[~np.isnan(part).all(1)] for part in rows]
    if not min(len(part) for part in seen):
        return _unmeasured(name, "one of the sets shows none of them")
    return _group(name, seen[0], seen[1], seed)


def one_hot(maps: np.ndarray) -> np.ndarray:
    """(n, cells) uint8 -> (n, cells * classes) float32; a cell without class is all 0."""
    hot = maps[..., None] == np.arange(len(CLASSES), dtype=np.uint8)
    return hot.reshape(len(maps), -1).astype(np.float32)


def components(real: np.ndarray, synthetic: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of both on the principal components of both pooled: (m, count), (n, count) float64.

    Which row is whose plays no part, so that rows of one law stay exchangeable, the reference's halves on
    these same components too, which are the floor. On components of the reference alone its rows would lie
    further out than fresh ones of one law with them, wherever there are not far more rows than columns.
    """
    if not len(real) or not len(synthetic):
        return np.empty((len(real), 0)), np.empty((len(synthetic), 0))
    pooled = np.concatenate([real, synthetic])
    count = min(count, pooled.shape[1], len(pooled) - 1)
    # The Gram matrix of the rows has the same components as that of the columns, and there are fewer rows.
    centred = pooled.astype(np.float64) - pooled.mean(0, dtype=np.float64)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    top = np.argsort(-values)[:count]
    top = top[values[top] > 1e-9 * max(values.max(), 1e-12)]
    scores = vectors[:, top] * np.sqrt(values[top])
    return scores[: len(real)], scores[len(real) :]


def _shown(real: np.ndarray, synthetic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that touch in at least one picture in fifty of either set."""
    kept = np.maximum((real > 0).mean(0), (synthetic > 0).mean(0)) >= 0.02
    return real[:, kept].astype(float), synthetic[:, kept].astype(float)


def _group(name: str, real: np.ndarray, synthetic: np.ndarray, seed: int) -> HeldOut:
    if min(len(real), len(synthetic)) < MIN_ROWS or not real.shape[1]:
        return _unmeasured(name, f"{len(real)} real and {len(synthetic)} synthetic pictures are too few")
    part = min(len(synthetic), len(real) // 2)
    floor = np.nan
    if part >= MIN_ROWS:
        order = np.random.Generator(np.random.Philox(key=seed + 1)).permutation(len(real))
        floor = two_sample(real[order[part:]], real[order[:part]], seed).auc
    found = two_sample(real, synthetic, seed)
    return HeldOut(name, found.columns, found.auc, floor, joint_distances(real, synthetic, seed))


def _unmeasured(name: str, why: str) -> HeldOut:
    nothing = Joint(np.nan, np.nan, np.nan, np.nan, np.nan)
    return HeldOut(name, 0, np.nan, np.nan, nothing, why)
