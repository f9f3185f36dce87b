"""Measurements of a head in millimetres, as anthropometry takes them between named points of the face.

Points are millimetres from the middle between the eyeballs, in the axes of the skull: x to the subject's
left, y backwards, z up. So measurements do not depend on where a head is or where it looks. A leading axis n
runs over heads.

Definitions of points and measurements: Weinberg et al., The 3D Facial Norms Database, Cleft
Palate-Craniofacial Journal 53(6), 2016; sellion, head, jaw and ear as in ANSUR II (NATICK/TR-15/007).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.head_model import HeadModel, PosedHead, head_model
from facegen.render.geometry.pose import pose_heads
from facegen.render.spec.face_spec import FaceSpec, Identity

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]

MM = 1000.0  # per metre
BATCH = 32  # heads posed at once: the time a head needs no longer falls with more


class Landmark(NamedTuple):
    """A named point of the face: the mean of some vertices.

    Attributes
    ----------
    vertices : ids in MakeHuman's base.obj; of the left side where there are two sides
    definition : what people place it on
    """

    vertices: tuple[int, ...]
    definition: str


class Region(NamedTuple):
    """Skin inside a box on the template: mm from the middle of the eyes. Borders are by eye, on the mesh."""

    x: tuple[float, float]
    y: tuple[float, float]
    z: tuple[float, float]


# Vertices were chosen on the template by eye, after the definitions.
LANDMARKS: Mapping[str, Landmark] = MappingProxyType(
    {
        "se": Landmark((132,), "sellion: deepest point of the root of the nose"),
        "n": Landmark((136, 169), "nasion: midline over the nasofrontal suture"),
        "g": Landmark((227,), "glabella: most protruding point between the brows"),
        "sn": Landmark((343, 5072), "subnasale: where septum and upper lip meet"),
        "ls": Landmark((466,), "labiale superius: midline of the upper vermilion border"),
        "sto": Landmark((474, 523), "stomion: middle of the line between the lips"),
        "li": Landmark((492, 5337), "labiale inferius: midline of the lower vermilion border"),
        "sl": Landmark((724,), "sublabiale: deepest point of the fold between lower lip and chin"),
        "gn": Landmark((732,), "gnathion (menton): lower border of the mandible in the midline"),
        "en": Landmark((11487,), "endocanthion: inner corner, where the lids meet"),
        "ex": Landmark((6802,), "exocanthion: outer corner, where the lids meet"),
        "ac": Landmark((7057,), "alar curvature point: in the crease behind the wing of the nose"),
        "ch": Landmark((7185,), "cheilion: end of the line between the lips"),
        "ft": Landmark((7012,), "frontotemporale: innermost point of the temporal ridge"),
        "t": Landmark((12032,), "tragion: notch above the tragus"),
        "behind_ear": Landmark((7579,), "the head's surface behind the ear"),
    }
)
PAIRED = ("en", "ex", "ac", "ch", "ft", "t", "behind_ear")
GONION = (7613, 7614)  # base.obj's vertices at the angle of the jaw; it has no edge on the mesh

# Where extreme points are searched. On the left; the right is the mirror.
WING = Region((13, 20), (-np.inf, -23), (-46, -34))
CHEEK_ARCH = Region((50, np.inf), (22, 46), (-30, 4))
ABOVE_EARS = Region((0, np.inf), (0, np.inf), (22, np.inf))
NOSE_TIP = Region((-3, 3), (-np.inf, -39), (-46, -33))
BACK = Region((-0.5, 0.5), (100, np.inf), (-60, np.inf))
EAR_MASK = 0.5  # MakeHuman's ear mask at a vertex of the ear
NO_EAR_MASK = 0.05  # and at most at a vertex of the head


@dataclass(frozen=True)
class HeadPoints:
    """Rows of `PosedHead.vertices` that measurements need. Build with `head_points`.

    Attributes
    ----------
    left, right : dict of landmark to (m,) int; the same rows for a landmark in the middle
    regions : dict of region to (left rows (m,) int, right rows (m,) int)
    skin : (m,) int
    """

    left: Mapping[str, Rows]
    right: Mapping[str, Rows]
    regions: Mapping[str, tuple[Rows, Rows]]
    skin: Rows


def head_points(model: HeadModel) -> HeadPoints:
    """Where facegen's head mesh has landmarks and regions.

    Parameters
    ----------
    model : HeadModel

    Returns
    -------
    HeadPoints
    """
    template = np.asarray(model.template, np.float64) * MM
    skin = np.unique(model.faces[model.face_part == PART_SKIN])

    def mirrored(rows: Rows) -> Rows:
        there = template[rows] * (-1, 1, 1)
        return skin[np.argmin(((there[:, None] - template[skin]) ** 2).sum(-1), 1)]

    def rows_of(ids: Sequence[int]) -> Rows:
        return np.searchsorted(model.kept, ids)

    def inside(region: Region) -> Rows:
        here = np.isin(np.arange(len(template)), skin) & (model.ear < NO_EAR_MASK)
        for axis, (low, high) in enumerate(region):
            here &= (template[:, axis] > low) & (template[:, axis] < high)
        return np.flatnonzero(here)

    left = {name: rows_of(landmark.vertices) for name, landmark in LANDMARKS.items()}
    regions = {
        "wing": inside(WING),
        "cheek_arch": inside(CHEEK_ARCH),
        "above_ears": inside(ABOVE_EARS),
        "nose_tip": inside(NOSE_TIP),
        "back": inside(BACK),
        "gonion": rows_of(GONION),
        "ear": skin[(model.ear[skin] > EAR_MASK) & (template[skin, 0] > 0)],
    }
    return HeadPoints(
        left=left,
        right={name: mirrored(rows) if name in PAIRED else rows for name, rows in left.items()},
        regions={name: (rows, mirrored(rows)) for name, rows in regions.items()},
        skin=skin,
    )


@lru_cache(maxsize=1)
def _shipped_points() -> HeadPoints:
    return head_points(head_model())


class Head(NamedTuple):
    """Heads in their own axes, mm, and where their points are.

    Attributes
    ----------
    vertices : (n, N, 3) float
    eyes : (n, 2, 3) float, centres of the eyeballs, left then right
    points : HeadPoints
    """

    vertices: Floats
    eyes: Floats
    points: HeadPoints

    def at(self, name: str, right: bool = False) -> Floats:
        """(n, 3) place of a landmark."""
        side = self.points.right if right else self.points.left
        return self.vertices[:, side[name]].mean(1)

    def nose_tip(self) -> Floats:
        """(n, 3) pronasale: the most protruding point of the tip."""
        tip = self.vertices[:, self.points.regions["nose_tip"][0]]
        return tip[np.arange(len(tip)), tip[..., 1].argmin(1)]

    def length(self, one: str, other: str) -> Floats:
        """(n,) distance of two landmarks, the mean of both sides; "prn" is the tip of the nose."""
        sides = []
        for right in (False, True):
            a, b = (self.nose_tip() if k == "prn" else self.at(k, right) for k in (one, other))
            sides.append(np.linalg.norm(a - b, axis=-1))
        return np.mean(sides, axis=0)

    def across(self, name: str) -> Floats:
        """(n,) distance of a landmark from its mirror."""
        return np.linalg.norm(self.at(name) - self.at(name, right=True), axis=-1)

    def width(self, region: str) -> Floats:
        """(n,) greatest width over a region and its mirror."""
        left, right = self.points.regions[region]
        return self.vertices[:, left, 0].max(1) - self.vertices[:, right, 0].min(1)


def _ear_lengths(head: Head) -> tuple[Floats, Floats]:
    """Ear length from superaurale to subaurale, breadth across it in profile: (n,), means of both sides."""
    lengths, breadths = [], []
    for rows in head.points.regions["ear"]:
        ear = head.vertices[:, rows]
        each = np.arange(len(ear))
        axis = ear[each, ear[..., 2].argmax(1)] - ear[each, ear[..., 2].argmin(1)]
        lengths.append(np.linalg.norm(axis, axis=-1))
        aside = np.stack([np.zeros(len(axis)), -axis[:, 2], axis[:, 1]], 1)
        aside /= np.linalg.norm(aside, axis=-1, keepdims=True)
        breadths.append(np.ptp(np.einsum("nki,ni->nk", ear, aside), axis=1))
    return np.mean(lengths, axis=0), np.mean(breadths, axis=0)


def _ear_protrusion(head: Head) -> Floats:
    left, right = (head.vertices[:, rows, 0] for rows in head.points.regions["ear"])
    out_left = left.max(1) - head.at("behind_ear")[:, 0]
    out_right = head.at("behind_ear", right=True)[:, 0] - right.min(1)
    return (out_left + out_right) / 2


def _head_length(head: Head) -> Floats:
    back = head.vertices[:, head.points.regions["back"][0]]
    return np.linalg.norm(back - head.at("g")[:, None], axis=-1).max(1)


def _top(head: Head) -> Floats:
    ears = (head.at("t") + head.at("t", right=True)) / 2
    return head.vertices[:, head.points.skin, 2].max(1) - ears[:, 2]


def _between(one: str, other: str) -> Callable[[Head], Floats]:
    return lambda head: head.length(one, other)


def _across(name: str) -> Callable[[Head], Floats]:
    return lambda head: head.across(name)


def _width(region: str) -> Callable[[Head], Floats]:
    return lambda head: head.width(region)


# What is measured, in the order of `measure`'s columns. Names and definitions: face_norms.json.
MEASUREMENTS: Mapping[str, Callable[[Head], Floats]] = MappingProxyType(
    {
        "en_en": _across("en"),
        "ex_ex": _across("ex"),
        "fissure": _between("en", "ex"),
        "ipd": lambda head: np.linalg.norm(head.eyes[:, 0] - head.eyes[:, 1], axis=-1),
        "al_al": _width("wing"),
        "n_sn": _between("n", "sn"),
        "se_sn": _between("se", "sn"),
        "sn_prn": _between("sn", "prn"),
        "n_prn": _between("n", "prn"),
        "ac_prn": _between("ac", "prn"),
        "ch_ch": _across("ch"),
        "sn_ls": _between("sn", "ls"),
        "sn_sto": _between("sn", "sto"),
        "sto_sl": _between("sto", "sl"),
        "ls_sto": _between("ls", "sto"),
        "sto_li": _between("sto", "li"),
        "li_sl": _between("li", "sl"),
        "n_sto": _between("n", "sto"),
        "sn_gn": _between("sn", "gn"),
        "n_gn": _between("n", "gn"),
        "se_gn": _between("se", "gn"),
        "zy_zy": _width("cheek_arch"),
        "go_go": _width("gonion"),
        "ft_ft": _across("ft"),
        "t_t": _across("t"),
        "t_n": _between("t", "n"),
        "t_sn": _between("t", "sn"),
        "t_gn": _between("t", "gn"),
        "eu_eu": _width("above_ears"),
        "g_op": _head_length,
        "ear_len": lambda head: _ear_lengths(head)[0],
        "ear_br": lambda head: _ear_lengths(head)[1],
        "ear_prot": _ear_protrusion,
        "t_top": _top,
    }
)


def measure_heads(heads: Sequence[PosedHead], points: HeadPoints | None = None) -> Floats:
    """Measure posed heads. Expression and pose should be neutral: a smile widens the mouth.

    Parameters
    ----------
    heads : n heads
        Of facegen's own mesh.
    points : HeadPoints, optional
        By default those of `head_model()`.

    Returns
    -------
    (n, len(MEASUREMENTS)) float64, mm
    """
    points = points or _shipped_points()
    vertices, eyes = [], []
    for head in heads:
        middle, turn = head.eye_centres.mean(0), head.head_rotation.astype(np.float64)
        vertices.append((head.vertices - middle) @ turn * MM)
        eyes.append((head.eye_centres - middle) @ turn * MM)
    stacked = Head(np.array(vertices), np.array(eyes), points)
    return np.stack([take(stacked) for take in MEASUREMENTS.values()], 1)


def measure_people(people: Sequence[Identity], on_measured: Callable[[int], None] | None = None) -> Floats:
    """Measure the heads of people at rest: neutral expression, eyes and head straight ahead.

    Parameters
    ----------
    people : n identities
    on_measured : called with the number of heads of each batch

    Returns
    -------
    (n, len(MEASUREMENTS)) float64, mm
    """
    model = head_model()
    rows = [np.empty((0, len(MEASUREMENTS)))]
    for start in range(0, len(people), BATCH):
        batch = people[start : start + BATCH]
        rows.append(measure_heads(pose_heads(model, [FaceSpec(identity=one) for one in batch])))
        if on_measured is not None:
            on_measured(len(batch))
    return np.concatenate(rows)
