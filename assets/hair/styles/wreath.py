"""A wreath of short hair round back and sides of a bald crown."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="wreath",
        groom=Groom(
            top=0.012,
            sides=0.011,
            nape=0.012,
            comb=(0, 0.5, -0.6),
            lift=0.2,
            stiffness=0.85,
            volume=0.002,
            weight=0.3,
            clump=0.3,
            fine=0.5,
            frizz=0.0015,
            baby=0,
            spread=0.4,
        ),
        order=2,
        count=0.75,
        points=0.5,
        radius_mm=0.13,
        scalp_shadow=0.4,
        crown=56.0,
        tousle=0.002,
        takes_fringe=False,
        sides_set=True,
        shows=("sides",),
        wearers=Wearers(women=0.0, men=0.04),
        candidates=(Candidate("short", lambda seen: 0.1 if seen.man and seen.receding else 0.0, rank=100),),
    )
)
