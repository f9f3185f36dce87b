"""Clipped to a few millimetres all over."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

WEARERS = Wearers(women=0.01, men=0.13)

HAIR_STYLES.add(
    Style(
        name="buzz",
        groom=Groom(
            top=0.0075,
            sides=0.0045,
            nape=0.004,
            comb=(0, -0.4, 0),
            lift=0.5,
            stiffness=0.97,
            volume=0.001,
            weight=0.1,
            clump=0,
            fine=0,
            frizz=0.0004,
            baby=0,
            stray=0.3,
        ),
        order=3,
        count=1.5,
        points=0.4,
        radius_mm=0.085,
        scalp_shadow=0.85,
        tousle=0.0,
        takes_fringe=False,
        bares_ears=True,
        covers_ears=0.3,
        wearers=WEARERS,
        candidates=(Candidate("short", lambda seen: 0.5 * WEARERS.of(seen.man)),),
    )
)
