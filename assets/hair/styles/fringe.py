"""Of middle length all round, cut straight above the brows."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="fringe",
        groom=Groom(
            top=0.085,
            sides=0.055,
            nape=0.05,
            fringe=0.055,
            comb=(0.1, -0.5, -0.1),
            lift=0.3,
            stiffness=0.72,
            volume=0.010,
            clump=0.4,
            clumps=300,
            fine=0.6,
            frizz=0.0015,
            baby=0.3,
            open=0.95,
        ),
        order=8,
        count=1.2,
        points=0.8,
        tousle=0.0035,
        covers_ears=1.5,
        shows=("fringe", "fringe_density"),
        wearers=Wearers(women=0.07, men=0.06),
        candidates=(
            Candidate("short"),
            Candidate("middle_women", 0.06, rank=5),
            Candidate("middle_men", 0.25, rank=2),
        ),
    )
)
