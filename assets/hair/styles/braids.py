"""Parted in the middle, in two plaits."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="braids",
        groom=Groom(
            top=0.38,
            sides=0.2,
            nape=0.1,
            tie="plaits",
            part=0.0,
            volume=0.006,
            fine=0.6,
            frizz=0.0015,
            baby=1.2,
        ),
        order=19,
        points=1.3,
        hangs=True,
        covers_ears=0.1,
        wearers=Wearers(women=0.015, men=0.002),
        candidates=(Candidate("long", lambda seen: 0.03 * (not seen.man), rank=5),),
    )
)
