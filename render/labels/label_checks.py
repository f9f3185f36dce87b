"""Checks of the labels of one face against rays cast at its parts. Arrays and Open3D, no Blender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from facegen.assets.meshes.mesh import Floats, Mask
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.native_groups import IN_FRONT
from facegen.datasets.conventions.native_labels import IGNORE, Native
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.face_set import FaceSet
from facegen.render.geometry.camera_framing import CameraView
from facegen.render.geometry.landmark_projection import outside_their_class, project_visible
from facegen.render.geometry.part import PaintedSkin
from facegen.render.labels.label_pass import (
    Labels,
    Seen,
    Surface,
    coverage,
    draw_mask,
    layers,
    own,
    reduce_labels,
)
from facegen.render.labels.raycast import EYES, Caster, RaycastMesh, Scene, pixel_rays

# Groups of classes that the ray-casting check compares.
GROUPS: dict[str, tuple[Native, ...]] = {
    "skin": (Native.FACE_SKIN,),
    "nose": (Native.NOSE,),
    "brows": (Native.BROW_L, Native.BROW_R),
    "eyes": EYES,
    "lips": (Native.UPPER_LIP, Native.LOWER_LIP),
    "mouth": (Native.INNER_MOUTH, Native.TEETH, Native.TONGUE),
    "ears": (Native.EAR_L, Native.EAR_R),
    "neck": (Native.NECK, Native.TORSO_SKIN),
    "hair": (Native.SCALP_HAIR,),
    "facial hair": (Native.BEARD, Native.MOUSTACHE),
    "lashes": (Native.LASHES,),
    "eyewear": (Native.GLASSES_FRAME, Native.GLASSES_LENS),
    "cloth": (Native.CLOTHING,),
    "in front": IN_FRONT,
}
HEAD_GROUPS = ("skin", "nose", "brows", "eyes", "lips", "ears", "neck")
MIN_IOU = 0.98  # median over faces of each of HEAD_GROUPS
MAX_RATE = 0.01  # of each fault
MIN_AREA = 100 / 256**2  # of the picture: smaller regions have no meaningful overlap
INSIDE = 0.001  # metres inside the head from where a strand counts
THROUGH_REACH = 0.004  # metres behind an eye's front within which a lid must not lie
LANDMARK_REACH = 2.5 / 256  # of the side: a landmark on a border lies within this of its class
RIM = 1 / 256  # of the side
MIN_THROUGH = 2 / 256**2  # of the picture: an eye that shows through a lid in less is not seen
ISLAND = 5 / 256**2  # of the picture: smaller islands are noise of resampling, in real masks too
# 95th percentile of the islands of hair in CelebAMask-HQ's 1,000 training masks, at 256 px nearest
# neighbour, islands of 5 px and more.
REAL_ISLANDS = 3


def overlaps(native: Labels, cast: Labels) -> dict[str, tuple[int, int, int]]:
    """Agreement of two native label maps (H, W), group by group.

    Returns
    -------
    dict : group -> (intersection, union, beyond) in pixels, for groups of MIN_AREA in either map;
    beyond = pixels of one map that lie further than 1 px from the group in the other map
    """
    out = {}
    for name, classes in GROUPS.items():
        mine, theirs = np.isin(native, classes), np.isin(cast, classes)
        if max(mine.sum(), theirs.sum()) < MIN_AREA * native.size:
            continue
        near_mine, near_theirs = (ndimage.binary_dilation(m, np.ones((3, 3))) for m in (mine, theirs))
        beyond = int((mine & ~near_theirs).sum() + (theirs & ~near_mine).sum())
        out[name] = (int((mine & theirs).sum()), int((mine | theirs).sum()), beyond)
    return out


def hair_islands(mask: Labels, hair: int) -> int:
    """Islands of class `hair` of at least ISLAND in a mask (H, W) uint8."""
    islands, count = ndimage.label(mask == hair)
    return int((np.bincount(islands.ravel(), minlength=count + 1)[1:] >= ISLAND * mask.size).sum())


def strands_inside(meshes: Sequence[RaycastMesh]) -> dict[str, tuple[int, int]]:
    """Strands in the head: native label name -> (number of strands, those that dip into it by INSIDE)."""
    head = Caster([_only(mesh, (Surface.SKIN, own(Native.INNER_MOUTH))) for mesh in _skins(meshes)])
    out: dict[str, tuple[int, int]] = {}
    for mesh in meshes:
        if mesh.strands is None:
            continue
        points = mesh.strands[:, 1:].reshape(-1, 3)
        deep = head.inside(points)
        deep[deep] = head.distance(points[deep]) > INSIDE
        name = Native(int(mesh.code[0]) - Surface.OWN).name.lower()
        count, inside = out.get(name, (0, 0))
        strands = deep.reshape(len(mesh.strands), -1).any(1)
        out[name] = (count + len(strands), inside + int(strands.sum()))
    return out


def eyes_through_lids(meshes: Sequence[RaycastMesh], view: CameraView, rays: Floats, seen: Mask) -> int:
    """Number of sub-pixels where an eye is drawn although a lid lies just behind its front.

    The edge of a lid itself dips into the ball where the two meet: a rim thinner than RIM is left out. So is
    the lining of the socket, which belongs inside: it faces the middle of the ball, and a lid faces away.

    Parameters
    ----------
    meshes : sequence of RaycastMesh
    view : CameraView
    rays : (h * w, 3) float, directions of the sub-pixels
    seen : (h, w) bool, where an eye is drawn
    """
    if not seen.any():
        return 0
    shape, seen = seen.shape, seen.ravel()
    balls = [mesh for mesh in meshes if np.isin(mesh.code, [own(e) for e in EYES]).any()]
    eyes, middles = Caster(balls), np.stack([ball.vertices.mean(0) for ball in balls])
    skin = Caster([_only(mesh, (Surface.SKIN,)) for mesh in _skins(meshes)])
    front, _, _ = eyes.cast(view.position, rays[seen])
    place, front = np.flatnonzero(seen)[np.isfinite(front)], front[np.isfinite(front)]
    rays = rays[place]
    start = view.position + rays * (front[:, None] + 5e-5)
    leave, _, _ = eyes.cast(start, rays)
    gap, triangle, _ = skin.cast(start, rays)
    hit = np.isfinite(gap) & (gap < np.minimum(leave - 1e-4, THROUGH_REACH))
    a, b, c = (skin.vertices[skin.triangles[triangle[hit], i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    away = (a + b + c) / 3 - middles[:, None]
    from_ball = np.take_along_axis(away, (away**2).sum(2).argmin(0)[None, :, None], 0)[0]
    lid = ((normal * rays[hit]).sum(1) < 0) & ((normal * from_ball).sum(1) > 0)
    through = np.zeros(shape, bool)
    through.ravel()[place[hit][lid]] = True
    rim = max(2, round(RIM * shape[0]))
    return int(ndimage.binary_opening(through, np.ones((rim, rim))).sum())


def unlabelled(native: Labels, cast_fine: Labels, factor: int) -> int:
    """Number of pixels that have no label in the middle of what rays hit, or an unknown one.

    Parameters
    ----------
    native : (H, W) uint8
    cast_fine : (h, w) uint8, labels of the sub-pixels by ray casting
    factor : int, sub-pixels along a pixel's side
    """
    height, width = native.shape
    solid = (cast_fine.reshape(height, factor, width, factor) != Native.BACKGROUND).all((1, 3))
    deep = ndimage.binary_erosion(solid, np.ones((3, 3)), border_value=1)
    unknown = ~np.isin(native, [int(n) for n in Native]) | (native == IGNORE)
    return int(((native == Native.BACKGROUND) & deep | unknown).sum())


def check_face(
    meshes: Sequence[RaycastMesh],
    view: CameraView,
    painted: PaintedSkin,
    size: int,
    seen: Seen,
    points: tuple[Floats, Floats],
    convention: Convention,
    behind: Seen | None = None,
) -> dict[str, Any]:
    """All checks of this module on one face.

    Parameters
    ----------
    meshes : sequence of RaycastMesh
    view : CameraView
    painted : PaintedSkin
    size : int, pixels of the picture's side
    seen : Seen, Blender's label pass at `size`
    points : landmarks (70, 3) and normals (70, 3), of `landmark_projection.surface_landmarks`
    convention : Convention
        In whose mask islands of hair are counted.
    behind : Seen or None
        Blender's label pass without what stands in front of the face; None where nothing does.

    Returns
    -------
    dict of JSON types
    """
    scene = Scene(meshes, view)
    cast_fine, _, _ = layers(scene.labels(size), None, painted)
    fine, bare_fine, worn_fine = layers(seen, behind, painted)
    native, bare, cast = (reduce_labels(m) for m in (fine, bare_fine, cast_fine))
    mask = draw_mask(seen, painted.brow, convention, painted.scalp, None, behind)
    if mask is None:
        mask = derive(native, bare, coverage(worn_fine), convention)
    pixel, visible = project_visible(view, *points, size, scene.depth(size), native, bare)
    outside = outside_their_class(pixel, visible, bare, LANDMARK_REACH * size)
    factor = fine.shape[0] // size
    rays = pixel_rays(view, size * factor)
    through = eyes_through_lids(meshes, view, rays, np.isin(seen.plain, EYES))
    return {
        "overlap": overlaps(native, cast),
        "strands": strands_inside(meshes),
        "eye_through_lid": through / factor**2 / native.size,
        "unlabelled": unlabelled(native, cast_fine, factor),
        "landmarks_visible": int(visible[17:].sum()),
        "landmarks_outside": outside,
        "hair_islands": hair_islands(mask, convention.id("hair")),
    }


def _skins(meshes: Sequence[RaycastMesh]) -> list[RaycastMesh]:
    return [mesh for mesh in meshes if (mesh.code == Surface.SKIN).any()]


def _only(mesh: RaycastMesh, codes: Sequence[int]) -> RaycastMesh:
    """The triangles that have one of the codes."""
    keep = np.isin(mesh.code, codes)
    return RaycastMesh(mesh.name, mesh.vertices, mesh.triangles[keep], mesh.code[keep])


# Fault of a face -> what is counted, for the table.
FAULTS = {
    "strands inside the head": "strands",
    "eye through a lid": "faces",
    "unlabelled or unknown pixels": "faces",
    "landmarks outside their class": "landmarks",
    "hair in too many islands": "faces",
}


def fault_rates(
    reports: Sequence[Mapping[str, Any]], islands: float = REAL_ISLANDS
) -> dict[str, dict[str, Any]]:
    """Faults over all reports of `check_face`: name -> {"of", "count", "faults", "rate", "faces"}.

    `faces` = faces with at least one; the rate is nan where nothing was counted.
    """
    strands = [np.array(list(r["strands"].values()) or [(0, 0)]).sum(0) for r in reports]
    rows = {
        "strands inside the head": [(n, bad) for n, bad in strands],
        "eye through a lid": [(1, r["eye_through_lid"] > MIN_THROUGH) for r in reports],
        "unlabelled or unknown pixels": [(1, r["unlabelled"] > 0) for r in reports],
        "landmarks outside their class": [
            (r["landmarks_visible"], len(r["landmarks_outside"])) for r in reports
        ],
        "hair in too many islands": [(1, r["hair_islands"] > islands) for r in reports],
    }
    out = {}
    for name, pairs in rows.items():
        count, bad = (int(sum(p[i] for p in pairs)) for i in (0, 1))
        out[name] = {
            "of": FAULTS[name],
            "count": count,
            "faults": bad,
            "rate": bad / count if count else float("nan"),
            "faces": int(sum(bool(p[1]) for p in pairs)),
        }
    return out


def agreement(reports: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """How well labels and rays agree.

    Returns
    -------
    dict : group -> {"faces", "median" and "worst" IoU, "worst_face" (place in `reports`), "beyond_1px"
    (pixels further than 1 px from the group in the other map, over all of its pixels)}
    """
    out = {}
    for name in GROUPS:
        rows = [(i, *r["overlap"][name]) for i, r in enumerate(reports) if name in r["overlap"]]
        if not rows:
            continue
        place, both, either, beyond = np.array(rows).T
        iou = both / either
        out[name] = {
            "faces": len(rows),
            "median": float(np.median(iou)),
            "worst": float(iou.min()),
            "worst_face": int(place[iou.argmin()]),
            "beyond_1px": float(beyond.sum() / either.sum()),
        }
    return out


def real_islands(faces: FaceSet) -> float:
    """95th percentile of `hair_islands` over the masks of a set that show hair.

    Raises
    ------
    FacegenError : no mask shows hair.
    """
    from PIL import Image

    hair, counts = faces.convention.id("hair"), []
    for i in range(len(faces)):
        small = Image.fromarray(faces.mask(i)).resize((256, 256), Image.Resampling.NEAREST)
        mask = np.asarray(small)
        if (mask == hair).any():
            counts.append(hair_islands(mask, hair))
    if not counts:
        raise FacegenError(f"{faces.path}: no mask shows hair")
    return float(np.percentile(counts, 95))
