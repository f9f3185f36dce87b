"""Flowers before chin and mouth: a dome of blossoms and leaves that leaves the picture below."""

import numpy as np

from facegen.assets.meshes.mesh import Mesh, merge
from facegen.assets.wear.cloth_shapes import flower, green_leaf
from facegen.assets.wear.prior_weights import by_gender
from facegen.assets.wear.thing_registry import CLOTH_PART, THINGS, Front, Thing, ThingPiece
from facegen.assets.wear.thing_shapes import cleared

DOME = (0.075, 0.06, 0.075)  # metres, half axes: aside, backwards, up
LOW = (0.11, 0.065)  # metres of its middle under the lips, by `reach`
GAP, ASIDE = 0.006, 0.02
FLOWERS, LEAVES = 34, 40
FLOWER_MM, GROWS_MM, LEAF_MM, LEAF_WIDE_MM = 34.0, 18.0, 46.0, 17.0
GOLDEN = 2.39996  # radians: spreads what stands around without a pattern
PETALS = (  # linear RGB, by eye
    (0.75, 0.72, 0.66), (0.55, 0.05, 0.07), (0.75, 0.33, 0.38), (0.8, 0.55, 0.08), (0.35, 0.18, 0.5),
    (0.75, 0.25, 0.08), (0.62, 0.08, 0.25),
)  # fmt: skip
MIDDLE, GREENS = (0.55, 0.35, 0.05), ((0.03, 0.09, 0.02), (0.08, 0.17, 0.05))


def build(front: Front) -> list[ThingPiece]:
    """See `thing_registry.Thing.build`."""
    draws = front.draws
    low = LOW[0] + (LOW[1] - LOW[0]) * front.reach
    frame = np.stack([front.along(1, 0, 0), front.along(0, 1, 0), front.along(0, 0, 1)], 1)
    middle = front.mouth + ASIDE * frame[:, 0] - (DOME[1] + 0.01) * frame[:, 1] - low * frame[:, 2]
    kinds: list[list[Mesh]] = [[], [], []]
    centres: list[Mesh] = []
    leaves: list[list[Mesh]] = [[], []]
    for i in range(FLOWERS + LEAVES):
        leafy = i >= FLOWERS
        number, count = (i - FLOWERS, LEAVES) if leafy else (i, FLOWERS)
        up = 1 - 1.75 * (number + 0.5) / count
        turn = number * GOLDEN + draws.uniform(-0.2, 0.2)
        out = np.array([np.cos(turn) * np.sqrt(1 - up**2), np.sin(turn) * np.sqrt(1 - up**2), up])
        place = 1000 * out * DOME * (0.88 if leafy else draws.uniform(0.9, 1.08))
        if leafy:
            way = LEAF_MM * draws.uniform(0.7, 1.2) * (0.55 * out + 0.75 * draws.normal(0, 0.5, 3))
            leaves[number % 2].append(green_leaf(place, way, out, LEAF_WIDE_MM * draws.uniform(0.7, 1.3)))
            continue
        size = FLOWER_MM + GROWS_MM * draws.uniform()
        blossom, heart = flower(place, out, size, int(draws.integers(5, 9)), draws.uniform(0, 6))
        kinds[number % 3].append(blossom)
        centres.append(heart)
    colours = draws.permutation(len(PETALS))
    made = [(meshes, PETALS[colours[k]]) for k, meshes in enumerate(kinds)]
    made += [(centres, MIDDLE), (leaves[0], GREENS[0]), (leaves[1], GREENS[1])]
    pieces = []
    for meshes, colour in made:
        points, faces, _ = merge(meshes)
        pieces.append(ThingPiece((middle + (points / 1000) @ frame.T, faces), CLOTH_PART, colour))
    every = np.concatenate([piece.mesh[0] for piece in pieces])
    moved = cleared(every[::5], front.body, -frame[:, 1], GAP)
    return [piece._replace(mesh=(piece.mesh[0] + moved, piece.mesh[1])) for piece in pieces]


# None is among 700 photographs of CelebAMask-HQ (one wears wool up to the chin): half of one.
BOUQUET = THINGS.add(Thing("bouquet", build, weight=by_gender(0.7, 0.2), order=70, presses_hair=True))
