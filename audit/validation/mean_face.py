"""Mean faces: where the faces of one set are lighter, redder or yellower than another's.

Frontal faces without glasses are laid over one another by eyes and mouth; at each place the colour of what
belongs to the face is taken against the mean of that face's own skin. Random effects of
light, expression and skin average out; an error that the renderer makes in every face remains.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from facegen.audit.measure_dataset import check_masks
from facegen.audit.measures.face_view import FACE, ID, LIPS, FaceView, make_view
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.face_set import FaceSet

SIDE = 160  # of the common frame, about one unit a millimetre
# Right eye, left eye and mouth in the frame: (x, y).
ANCHORS = np.array([[50.0, 62.0], [110.0, 62.0], [80.0, 112.0]])
# Fraction of the eyes' distance by which the mouth may be off their middle: about 20 degrees of yaw.
ASIDE = 0.22
MIN_EYES = 28  # working pixels between the eyes
MIN_SKIN = 500
MIN_FACES = 8
CHANNELS = ("L*", "a*", "b*")
# Places worth a number: x from and to, y from and to, of the subject's right side; the left is its mirror.
REGIONS = {
    "forehead": ((65, 80), (25, 38)),
    "temple": ((30, 36), (40, 56)),
    "between brows": ((76, 80), (48, 56)),
    "upper lid": ((45, 55), (53, 57)),
    "lower lid": ((45, 55), (68, 71)),
    "outer corner": ((37, 40), (60, 64)),
    "inner corner": ((60, 64), (60, 64)),
    "eyeball": ((46, 54), (60, 64)),
    "cheek": ((44, 54), (88, 100)),
    "bridge of nose": ((77, 80), (66, 80)),
    "under nose": ((76, 80), (100, 104)),
    "beside mouth": ((48, 58), (116, 128)),
    "chin": ((70, 80), (136, 150)),
}


@dataclass(frozen=True)
class MeanFace:
    """mean : (SIDE, SIDE, 3) float64, CIELAB against each face's skin; NaN where too few faces show anything.

    faces : how many
    """

    mean: np.ndarray
    faces: int

    def region(self, name: str) -> np.ndarray:
        """(3,) float64: mean L*, a*, b* of a place of REGIONS against the skin; NaN where it is unseen."""
        (x0, x1), (y0, y1) = REGIONS[name]
        both = [self.mean[y0:y1, x0:x1], self.mean[y0:y1, SIDE - x1 + 1 : SIDE - x0 + 1]]
        values = np.concatenate([b.reshape(-1, 3) for b in both])
        seen = values[np.isfinite(values).all(1)]
        return seen.mean(0) if len(seen) else np.full(3, np.nan)


def aligned_face(view: FaceView) -> np.ndarray | None:
    """(SIDE, SIDE, 3) float32: CIELAB minus the skin's mean, NaN outside the face; None where the face is
    turned away, too small, behind glasses or not there.
    """
    if not view.has_axes or view.present(ID["eye_g"]):
        return None
    eyes = [view.centroid(ID[name]) for name in ("r_eye", "l_eye")]
    right, left = eyes[::-1] if view.axes.swapped else eyes
    mouth, across = view.centroid(*LIPS), left - right
    place = (mouth - right) @ across / (across @ across)
    if np.hypot(*across) < MIN_EYES or abs(place - 0.5) > ASIDE:
        return None
    corners = np.stack([right, left, mouth]) - 0.5  # pixel centres count from 0 below
    to_picture = np.linalg.solve(np.column_stack([ANCHORS, np.ones(3)]), corners)
    y, x = np.mgrid[:SIDE, :SIDE]
    spots = np.stack([x, y, np.ones_like(x)], -1) @ to_picture
    rows_columns = [spots[..., 1], spots[..., 0]]
    labels = ndimage.map_coordinates(view.labels, rows_columns, order=0, cval=255)
    lab = np.stack(
        [ndimage.map_coordinates(c, rows_columns, order=1) for c in np.moveaxis(view.lab, -1, 0)], -1
    )
    skin = labels == ID["skin"]
    if skin.sum() < MIN_SKIN:
        return None
    return np.where(np.isin(labels, FACE)[..., None], lab - lab[skin].mean(0), np.nan).astype(np.float32)


def mean_face(faces: FaceSet, limit: int, on_face: Callable[[], object] = lambda: None) -> MeanFace:
    """The mean of the first `limit` faces that can be laid over one another.

    Raises
    ------
    FacegenError : no masks, another convention, or fewer than MIN_FACES such faces.
    """
    check_masks(faces)
    seen, total, count = np.zeros((SIDE, SIDE, 1)), np.zeros((SIDE, SIDE, 3)), 0
    for index in range(len(faces)):
        found = aligned_face(make_view(faces.image(index), faces.mask(index)))
        on_face()
        if found is None:
            continue
        known = np.isfinite(found).all(-1, keepdims=True)
        seen, total, count = seen + known, total + np.where(known, found, 0), count + 1
        if count == limit:
            break
    if count < MIN_FACES:
        raise FacegenError(f"{faces.path}: {count} frontal faces without glasses, {MIN_FACES} are needed")
    return MeanFace(total / np.where(seen >= MIN_FACES / 2, seen, np.nan), count)


def difference_picture(
    synthetic: MeanFace, real: MeanFace, span: tuple[float, ...] = (16, 8, 8)
) -> np.ndarray:
    """Synthetic minus real, L*, a* and b* side by side: (SIDE, 3 SIDE, 3) uint8.

    Red where the synthetic mean is lighter, redder or yellower, blue where it is less so, white where they
    agree; full colour at `span`. The picture shows no face, only where two means differ.
    """
    tiles = []
    for channel, full in enumerate(span):
        gap = np.nan_to_num(np.clip((synthetic.mean - real.mean)[..., channel] / full, -1, 1))
        tiles.append(np.stack([1 - np.maximum(-gap, 0), 1 - np.abs(gap), 1 - np.maximum(gap, 0)], -1))
    return np.round(255 * np.concatenate(tiles, 1)).astype(np.uint8)
