"""A short cut, combed forwards and a little aside."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="short",
        groom=Groom(
            top=0.032,
            sides=0.011,
            nape=0.010,
            blend=(22, 74),
            comb=(0.45, -0.7, 0.1),
            lift=0.32,
            stiffness=0.82,
            volume=0.006,
            weight=0.9,
            clump=0.5,
            clumps=260,
            fine=0.65,
            frizz=0.0015,
            open=0.9,
        ),
        order=4,
        count=1.2,
        points=0.6,
        radius_mm=0.17,
        sides_set=True,
        bares_ears=True,
        shows=("sides",),
        wearers=Wearers(women=0.03, men=0.22),
        candidates=(Candidate("short"), Candidate("middle_men", 0.1, rank=4)),
    )
)
