"""Drawn up to a tail on the back of the head."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="ponytail",
        groom=Groom(
            top=0.36,
            sides=0.2,
            nape=0.1,
            tie="pony",
            volume=0.009,
            behind=0.4,
            fine=0.6,
            frizz=0.0018,
            baby=1.4,
            spread=0.4,
        ),
        order=17,
        bares_ears=True,
        covers_ears=0.1,
        wearers=Wearers(women=0.05, men=0.004),
        candidates=(
            Candidate("short"),
            Candidate("long", lambda seen: 0.02 * (not seen.man), rank=6),
            Candidate("middle_women", 0.1, rank=3),
        ),
    )
)
