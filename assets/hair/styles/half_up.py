"""The crown drawn back to a tie, the rest hanging."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="half_up",
        groom=Groom(
            top=0.30,
            sides=0.34,
            nape=0.32,
            tie="half",
            lift=0.25,
            stiffness=0.56,
            volume=0.011,
            curl_radius=0.006,
            curl_pitch=0.11,
            curl_onset=0.4,
            clump=0.45,
            clumps=220,
            fine=0.6,
            frizz=0.002,
            spread=0.3,
            baby=1.4,
        ),
        order=23,
        points=1.5,
        radius_mm=0.21,
        tousle=0.004,
        hangs=True,
        takes_fringe=False,
        covers_ears=0.8,
        shows=("behind", "uneven"),
        # Counted on 208 training photographs of CelebAMask-HQ: 4 of about 110 women.
        wearers=Wearers(women=0.035, men=0.004),
        candidates=(Candidate("long", lambda seen: 0.01 if seen.man else 0.05),),
    )
)
