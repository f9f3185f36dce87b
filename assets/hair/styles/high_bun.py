"""Drawn up to a bun on top of the head."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="high_bun",
        groom=Groom(
            top=0.20,
            sides=0.2,
            nape=0.1,
            tie="top",
            volume=0.010,
            fine=0.6,
            frizz=0.002,
            stray=0.9,
            baby=1.8,
        ),
        order=24,
        bares_ears=True,
        takes_fringe=False,
        covers_ears=0.1,
        # Counted on 208 training photographs of CelebAMask-HQ: 2 of about 110 women.
        wearers=Wearers(women=0.02, men=0.005),
    )
)
