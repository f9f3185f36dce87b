"""A short cut with a parting, longer on top."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="side_part",
        groom=Groom(
            top=0.062,
            sides=0.016,
            nape=0.012,
            blend=(18, 88),
            part=0.035,
            comb=(0, -0.1, 0.1),
            lift=0.34,
            stiffness=0.78,
            volume=0.009,
            weight=0.9,
            clump=0.5,
            clumps=220,
            fine=0.6,
            frizz=0.0015,
            open=0.95,
        ),
        order=5,
        count=1.2,
        points=0.8,
        parted=True,
        sides_set=True,
        shows=("part", "sides"),
        wearers=Wearers(women=0.03, men=0.16),
        candidates=(Candidate("short"), Candidate("middle_men", 0.1, rank=5)),
    )
)
