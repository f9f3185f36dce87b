"""Plaited close to the scalp in rows."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="cornrows",
        groom=Groom(
            top=0.08,
            sides=0.1,
            nape=0.1,
            tie="rows",
            volume=0.002,
            fine=0.5,
            frizz=0.0004,
            stray=0.3,
            baby=0.9,
        ),
        order=26,
        count=1.1,
        radius_mm=0.16,
        scalp_shadow=0.55,
        tousle=0.0,
        takes_fringe=False,
        bares_ears=True,
        covers_ears=0.1,
        # 1 of 208 training photographs of CelebAMask-HQ, few of whose people are of African ancestry.
        wearers=Wearers(women=0.01, men=0.012, factor=lambda person: 0.05 + 3 * person.african),
        candidates=(Candidate("short", lambda seen: 0.06 * seen.african),),
    )
)
