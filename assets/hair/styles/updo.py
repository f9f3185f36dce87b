"""Drawn up to a bun."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="updo",
        groom=Groom(
            top=0.20,
            sides=0.2,
            nape=0.1,
            tie="bun",
            volume=0.014,
            fine=0.6,
            frizz=0.0018,
            stray=0.5,
            baby=1.8,
        ),
        order=18,
        bares_ears=True,
        covers_ears=0.1,
        wearers=Wearers(women=0.05, men=0.004),
    )
)
