"""Short, stiffened into spikes that stand in all directions."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="spiky",
        groom=Groom(
            top=0.058,
            sides=0.022,
            nape=0.03,
            blend=(0, 60),
            comb=(0.1, -0.2, 0.5),
            draw=(0.0, 0.1, 0.7),
            lift=0.8,
            stiffness=0.93,
            volume=0.004,
            weight=0.15,
            clump=0.95,
            clumps=60,
            fine=0.7,
            join=1.1,
            frizz=0.001,
            spread=0.45,
            scatter=0.9,
            baby=0.5,
            open=0.9,
        ),
        order=20,
        count=1.2,
        points=0.7,
        tousle=0.006,
        takes_fringe=False,
        sides_set=True,
        shows=("sides",),
        # Counted on 208 training photographs of CelebAMask-HQ: 3 of about 95 men, no woman.
        wearers=Wearers(women=0.004, men=0.03),
    )
)
