"""Of middle length, the front long and swept aside over the brow."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="swept",
        groom=Groom(
            top=0.10,
            sides=0.055,
            nape=0.06,
            fringe=0.085,
            comb=(0.7, -0.5, -0.1),
            lift=0.3,
            stiffness=0.7,
            volume=0.010,
            clump=0.6,
            clumps=220,
            fine=0.65,
            frizz=0.0018,
            spread=0.35,
            baby=0.4,
            open=0.92,
        ),
        order=22,
        count=1.2,
        points=0.9,
        tousle=0.005,
        covers_ears=1.5,
        shows=("fringe_density",),
        # Counted on 208 training photographs of CelebAMask-HQ: 3 of about 110 women, 5 of about 95 men.
        wearers=Wearers(women=0.03, men=0.05),
        candidates=(
            Candidate("short", lambda seen: 0.05 if seen.man else 0.02),
            Candidate("middle_women", 0.12),
            Candidate("middle_men", 0.3),
        ),
    )
)
