"""Medical or cloth mask over nose, mouth and chin: the face's surface smoothed, with loops to the ears."""

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.meshes.mesh import Floats, grid_faces, tube
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import CLOTH_PART, THINGS, Front, Thing, ThingPiece
from facegen.datasets.conventions.native_labels import Native

# On the face chart, mm: half the width, the upper edge at the nose and at the sides, the lower edge.
WIDTH, TOP, TOP_ASIDE, LOW = 66.0, -20.0, -38.0, -122.0
GAP, THICK = 0.003, 0.0009  # metres between skin and cloth, and the radius of a loop
SMOOTHINGS = 12  # steps after which cloth spans the hollows beside nose and mouth
ROWS, COLUMNS = 26, 40  # points of the cloth
AHEAD = 0.15  # metres in front of the cloth, from where the skin is looked for
LIPS, FACING = 0.1, 0.5  # of the mask of lips, and backward part of a normal, up to which skin carries cloth
EAR_S, EAR_T = 145.0, (6.0, -32.0)  # where the loops end behind the ears


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    model, head = front.model, front.head
    cloth = _cloth(front)
    pieces = [ThingPiece((cloth.reshape(-1, 3), grid_faces(ROWS, COLUMNS)), CLOTH_PART)]
    for edge, side in ((0, -1.0), (COLUMNS - 1, 1.0)):
        for row, t_ear in ((1, EAR_T[0]), (ROWS - 2, EAR_T[1])):
            ear = np.argmin(np.hypot(*(model.chart - (side * EAR_S, t_ear)).T))
            way = np.linspace(0, 1, 12)[:, None]
            line = cloth[row, edge] * (1 - way) + head.vertices[ear] * way
            distance, outwards = front.body.clearance(line)
            line = line + np.maximum(THICK * 1.5 - distance, 0)[:, None] * outwards
            pieces.append(ThingPiece(tube(line, np.array([THICK, THICK]), 8), CLOTH_PART))
    return pieces


def _cloth(front: Front) -> Floats:
    """Cloth (ROWS, COLUMNS, 3) over the skin: it spans mouth and hollows, GAP off the skin at least."""
    from scipy.interpolate import griddata

    model, head = front.model, front.head
    s, t = model.chart.T
    skin = np.zeros(len(s), bool)
    skin[model.faces[model.face_part == PART_SKIN]] = True
    # Lips and what folds in between them are spanned.
    skin &= (np.abs(s) < 1.3 * WIDTH) & (t < TOP + 20) & (t > LOW - 20) & (model.lips < LIPS)
    skin &= head.normals @ head.head_rotation[:, 1] < FACING
    across = np.linspace(-WIDTH, WIDTH, COLUMNS)
    top = TOP + (TOP_ASIDE - TOP) * (np.abs(across) / WIDTH) ** 1.5
    down = top + np.linspace(0, 1, ROWS)[:, None] * (LOW - top)
    places = np.stack([np.broadcast_to(across, down.shape), down], -1)
    known = model.chart[skin], head.vertices[skin].astype(float)
    cloth = griddata(*known, places)
    cloth = np.where(np.isnan(cloth), griddata(*known, places, method="nearest"), cloth)
    ahead = front.along(0, -1, 0)
    for _ in range(SMOOTHINGS):
        cloth = gaussian_filter(cloth, (1.0, 1.0, 0), mode="nearest")
        # Seen from outside: mouth and nostrils are hollow, and in them a point is clear of the skin, too.
        points = cloth.reshape(-1, 3)
        found = front.body.first_hit(points + AHEAD * ahead, np.broadcast_to(-ahead, points.shape))
        skin_at = AHEAD - found
        cloth = cloth + np.maximum(skin_at + GAP, 0).reshape(*cloth.shape[:2], 1) * ahead
    return cloth


# No mask is among 700 photographs of CelebAMask-HQ; its weight is that of a seventh of one picture.
FACE_MASK = THINGS.add(Thing("face_mask", build, weight=same_for_all(0.15), order=30, label=Native.FACEWEAR))
