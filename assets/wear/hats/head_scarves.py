"""Head scarves: tied under the chin, and wound round head and neck. A kerchief tied behind is `bandana`."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.dyes import CLOTHES_DYES
from facegen.assets.wear.hat_registry import HATS, SCARF_PATTERNS, DrapeShape, Hat, HatPiece
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear

# Openings by eye: (way from the top over the eyes to the chin, degrees).
UNDER_CHIN = (
    (1.0, 0.0), (0.97, 17.0), (0.88, 31.0), (0.68, 42.0), (0.35, 46.0), (0.0, 45.0), (-0.45, 43.0),
    (-0.75, 42.0), (-0.95, 30.0), (-1.08, 15.0), (-1.16, 0.0), (-1.3, -4.0), (-1.42, 4.0), (-1.75, 55.0),
    (-2.2, 110.0),
)  # fmt: skip
WOUND = (
    (1.0, 0.0), (0.97, 17.0), (0.88, 31.0), (0.68, 40.0), (0.35, 45.0), (0.0, 46.0), (-0.45, 43.0),
    (-0.75, 39.0), (-0.93, 28.0), (-1.06, 16.0), (-1.14, 0.0), (-1.3, -14.0), (-1.8, -22.0), (-2.4, -30.0),
)  # fmt: skip


def tied(worn: Headwear) -> DrapeShape:
    """A scarf folded to a triangle and knotted under the chin."""
    return DrapeShape(
        top_mm=worn.front_mm,
        opening=UNDER_CHIN,
        off_mm=6.0 + 3 * worn.crown,
        behind_mm=10.0 * worn.crown,
        gap_mm=6 * worn.brim,
        folds_mm=2.5 + 3 * worn.curl,
        taper=1.1,
        flare=0.5,
        hem_mm=-185.0,
        knot=True,
    )


def wrapped(worn: Headwear) -> DrapeShape:
    """A scarf wound round head, chin and neck; its ends lie on the shoulders."""
    return DrapeShape(
        top_mm=worn.front_mm,
        opening=WOUND,
        off_mm=6.0 + 3 * worn.crown,
        behind_mm=16.0 * worn.crown,
        gap_mm=2 * worn.brim,
        thickness_mm=3.0,
        folds_mm=3.0 + 4 * worn.curl,
        taper=0.8,
        flare=0.8,
    )


def no_more(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """Nothing besides the cloth."""
    return []


HEAD_SCARF = HATS.add(
    Hat(
        "head_scarf",
        no_more,
        weight=by_gender(1.3, 0.0),
        order=90,
        front_mm=(52, 88),
        dyes=CLOTHES_DYES,
        patterned=0.5,
        patterns=SCARF_PATTERNS,
        shows=("brim", "curl"),
        drape=tied,
        stuff="satin",
        covers_ears=True,
    )
)
HEAD_WRAP = HATS.add(
    Hat(
        "head_wrap",
        no_more,
        weight=by_gender(0.3, 0.0),
        order=100,
        front_mm=(48, 66),
        dyes=CLOTHES_DYES,
        patterned=0.25,
        patterns=SCARF_PATTERNS,
        shows=("brim", "curl"),
        drape=wrapped,
        stuff="woven",
        covers_ears=True,
    )
)
