"""Folding fan before mouth and chin: pleated paper or cloth between ribs, its hinge low at one side."""

import numpy as np

from facegen.assets.meshes.mesh import Floats, grid_faces, merge, tube
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.thing_registry import CLOTH_PART, HARD_PART, THINGS, Front, Thing, ThingPiece
from facegen.assets.wear.thing_shapes import cleared

INNER, RIB_ENDS, OUTER = 0.075, 0.125, 0.205  # metres from the hinge
RIBS = 25
SPREAD = np.radians(74.0)  # to each side
LEANS = 0.12  # radians, to the side away from the hinge
PLEAT = 0.0035  # metres by which folds stand out
HINGE = (0.025, -0.055, -0.225)  # metres from the mouth: aside, backwards, up
HIGHER, GAP = 0.04, 0.008  # metres that `reach` adds
PRINTS = {"plain": 0.4, "floral": 0.35, "print": 0.25}
WOODS = ((0.02, 0.012, 0.008), (0.25, 0.12, 0.05))


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    frame = np.stack([front.along(1, 0, 0), front.along(0, 1, 0), front.along(0, 0, 1)], 1)
    hinge = front.mouth + frame @ np.array(HINGE) + HIGHER * front.reach * frame[:, 2]
    angles = np.linspace(-SPREAD, SPREAD, 2 * RIBS - 1) - LEANS
    out = np.linspace(INNER, OUTER, 12)

    def place(radius: Floats, angle: Floats, depth: Floats) -> Floats:
        local = np.stack(np.broadcast_arrays(radius * np.sin(angle), depth, radius * np.cos(angle)), -1)
        points: Floats = hinge + local @ frame.T
        return points

    fold = PLEAT * np.where(np.arange(len(angles)) % 2 == 0, 1.0, -1.0)
    sheet = place(out[:, None], angles[None], fold[None] * (out / OUTER)[:, None])
    ribs = []
    for angle in angles[::2]:
        line = place(np.linspace(0.0, RIB_ENDS, 6), np.full(6, angle), np.full(6, -0.004))
        ribs.append(tube(line, np.array([0.0035, 0.0012]), 8))
    points, faces, _ = merge(ribs)
    # Each panel by itself: a fold is sharp.
    panels = [(sheet[:, k : k + 2].reshape(-1, 3), grid_faces(len(out), 2)) for k in range(len(angles) - 1)]
    paper, paper_faces, _ = merge(panels)
    moved = cleared(paper, front.body, -frame[:, 1], GAP)
    pattern = str(front.draws.choice(list(PRINTS), p=list(PRINTS.values())))
    wood = WOODS[int(front.draws.integers(len(WOODS)))]
    return [
        ThingPiece((paper + moved, paper_faces), CLOTH_PART, pattern=pattern),
        ThingPiece((points + moved, faces), HARD_PART, wood),
    ]


# None is among 700 photographs of CelebAMask-HQ: a quarter of one picture.
FAN = THINGS.add(Thing("fan", build, weight=by_gender(0.4, 0.05), order=80, presses_hair=True))
