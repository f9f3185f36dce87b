"""Drawn back to a low tail."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="tied_back",
        groom=Groom(
            top=0.30,
            sides=0.2,
            nape=0.1,
            tie="low",
            volume=0.009,
            behind=0.9,
            fine=0.6,
            frizz=0.0015,
            stray=0.5,
            baby=1.6,
            spread=0.3,
        ),
        order=16,
        bares_ears=True,
        covers_ears=0.1,
        wearers=Wearers(women=0.05, men=0.012),
        candidates=(Candidate("short"), Candidate("middle_women", 0.08, rank=2)),
    )
)
