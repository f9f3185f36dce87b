"""Medical or cloth mask over nose, mouth and chin: the face's surface smoothed, with loops to the ears."""

import numpy as np

from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.meshes.mesh import Floats, Ints, tube
from facegen.assets.wear.prior_weights import same_for_all
from facegen.assets.wear.thing_registry import CLOTH_PART, THINGS, Front, Thing, ThingPiece
from facegen.datasets.conventions.native_labels import Native

# On the face chart, mm: half the width, the upper edge at the nose and at the sides, the lower edge.
WIDTH, TOP, TOP_ASIDE, LOW = 66.0, -20.0, -38.0, -122.0
GAP, THICK = 0.003, 0.0009  # metres between skin and cloth, and the radius of a loop
SMOOTHINGS = 60  # steps after which cloth spans the hollows beside nose and mouth
EAR_S, EAR_T = 145.0, (6.0, -32.0)  # where the loops end behind the ears


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    model, head = front.model, front.head
    s, t = np.abs(model.chart[:, 0]), model.chart[:, 1]
    edge = TOP + (TOP_ASIDE - TOP) * np.clip(s / WIDTH, 0, 1) ** 1.5
    inside = (s < WIDTH) & (t < edge) & (t > LOW) & (head.normals @ head.head_rotation[:, 1] < 0.5)
    faces = model.faces[(model.face_part == PART_SKIN) & inside[model.faces].all(1)]
    used = np.unique(faces)
    new = np.zeros(len(s), int)
    new[used] = np.arange(len(used))
    vertices = _spanned(head.vertices[used].astype(float), new[faces], front)
    pieces = [ThingPiece((vertices, new[faces]), CLOTH_PART)]
    for side in (1.0, -1.0):
        for t_at, t_ear in ((TOP_ASIDE - 4, EAR_T[0]), (LOW + 30, EAR_T[1])):
            ends = [np.argmin(np.hypot(*(model.chart[used] - (side * (WIDTH - 3), t_at)).T))]
            ear = np.argmin(np.hypot(*(model.chart - (side * EAR_S, t_ear)).T))
            way = np.linspace(0, 1, 12)[:, None]
            line = vertices[ends[0]] * (1 - way) + head.vertices[ear] * way
            distance, outwards = front.body.clearance(line)
            line = line + np.maximum(THICK * 1.5 - distance, 0)[:, None] * outwards
            pieces.append(ThingPiece(tube(line, np.array([THICK, THICK]), 8), CLOTH_PART))
    return pieces


def _spanned(vertices: Floats, faces: Ints, front: Front) -> Floats:
    """Vertices (V, 3) of cloth over skin: smooth, GAP off it at least."""
    pairs = np.concatenate([faces[:, [i, (i + 1) % 4]] for i in range(4)])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    count = np.bincount(pairs[:, 0], minlength=len(vertices))[:, None]
    for _ in range(SMOOTHINGS):
        mean = np.stack([np.bincount(pairs[:, 0], v, len(vertices)) for v in vertices[pairs[:, 1]].T], 1)
        vertices = 0.5 * vertices + 0.5 * mean / count
        distance, outwards = front.body.clearance(vertices)
        vertices = vertices + np.maximum(GAP - distance, 0)[:, None] * outwards
    return vertices


# No mask is among 700 photographs of CelebAMask-HQ; its weight is that of a seventh of one picture.
FACE_MASK = THINGS.add(Thing("face_mask", build, weight=same_for_all(0.15), order=30, label=Native.FACEWEAR))
