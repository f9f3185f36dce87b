"""Hood worn up, of the cloth of the garment."""

from __future__ import annotations

from facegen.assets.wear.hat_registry import HATS, DrapeShape, Hat
from facegen.assets.wear.hats.head_scarves import no_more
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# By eye: (way from the top over the eyes to the chin, degrees).
OPENING = (
    (1.0, 0.0), (0.97, 15.0), (0.9, 29.0), (0.75, 44.0), (0.5, 56.0), (0.2, 62.0), (-0.3, 63.0), (-0.8, 58.0),
    (-1.1, 50.0), (-1.5, 34.0), (-1.9, 20.0), (-2.6, 12.0),
)  # fmt: skip


def shape(worn: Headwear) -> DrapeShape:
    """A hood: `crown` is its slack behind, `brim` how far its edge stands off, `curl` its folds."""
    return DrapeShape(
        top_mm=worn.front_mm,
        opening=OPENING,
        off_mm=10.0,
        behind_mm=14.0 + 26 * worn.crown,
        gap_mm=8.0 + 18 * worn.brim,
        gap_reaches_mm=45.0,
        thickness_mm=4.5,
        folds_mm=2.0 + 4 * worn.curl,
        taper=0.45,
        flare=0.5,
        shows_mm=14.0,
    )


HOOD = HATS.add(
    Hat(
        "hood",
        no_more,
        weight=by_gender(1.3, 1.3),
        order=110,
        front_mm=(58, 92),
        shows=("brim", "curl"),
        drape=shape,
        stuff="garment",
        garment_cuts=("hoodie", "coat"),
        covers_ears=True,
    )
)
