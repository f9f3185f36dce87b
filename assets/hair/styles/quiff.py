"""Short sides, the top combed up from the brow and back."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="quiff",
        groom=Groom(
            top=0.058,
            sides=0.009,
            nape=0.008,
            blend=(30, 64),
            comb=(0.12, 0.15, 0.5),
            draw=(0.12, 1.5, 0.05),
            lift=0.42,
            stiffness=0.76,
            volume=0.011,
            weight=0.1,
            clump=0.55,
            clumps=200,
            fine=0.6,
            frizz=0.0015,
            baby=0.5,
            open=0.9,
        ),
        order=6,
        count=1.2,
        points=0.8,
        takes_fringe=False,
        sides_set=True,
        shows=("sides",),
        wearers=Wearers(women=0.01, men=0.11),
    )
)
