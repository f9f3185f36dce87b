"""Combed straight back from the brow."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="slick_back",
        groom=Groom(
            top=0.10,
            sides=0.035,
            nape=0.03,
            blend=(10, 60),
            comb=(0, 1.0, 0.25),
            draw=(0, 1.4, -0.25),
            lift=0.28,
            stiffness=0.72,
            volume=0.009,
            weight=0.5,
            clump=0.5,
            clumps=260,
            fine=0.6,
            frizz=0.001,
            open=0.9,
            baby=0.6,
        ),
        order=7,
        count=1.2,
        points=0.9,
        tousle=0.003,
        takes_fringe=False,
        wearers=Wearers(women=0.04, men=0.08),
    )
)
