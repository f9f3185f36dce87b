"""Many thin plaits that hang."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="box_braids",
        groom=Groom(
            top=0.34,
            sides=0.32,
            nape=0.28,
            part=0.01,
            lift=0.25,
            stiffness=0.55,
            volume=0.009,
            clump=0.97,
            clumps=64,
            fine=0.0,
            join=0.2,
            frizz=0.0005,
            spread=0.12,
            baby=0.6,
            stray=0.4,
            plait=0.0029,
        ),
        order=25,
        count=0.8,
        points=2.2,
        radius_mm=0.2,
        scalp_shadow=0.75,
        tousle=0.004,
        hangs=True,
        takes_fringe=False,
        shows=("part", "behind", "uneven"),
        # 2 of 208 training photographs of CelebAMask-HQ, few of whose people are of African ancestry.
        wearers=Wearers(women=0.02, men=0.008, factor=lambda person: 0.1 + 3 * person.african),
        candidates=(Candidate("long", lambda seen: 0.06 * seen.african),),
    )
)
