"""Cut in layers to the neck, ends standing out."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="shag",
        groom=Groom(
            top=0.12,
            sides=0.13,
            nape=0.17,
            part=0.02,
            lift=0.3,
            stiffness=0.66,
            volume=0.010,
            curl_radius=0.004,
            curl_pitch=0.09,
            curl_onset=0.6,
            clump=0.75,
            clumps=150,
            fine=0.7,
            frizz=0.0025,
            spread=0.75,
            tuck=0.1,
            stray=1.6,
        ),
        order=21,
        points=1.1,
        radius_mm=0.2,
        tousle=0.011,
        hangs=True,
        covers_ears=1.5,
        shows=("part", "fringe", "fringe_density", "drape_left", "drape_right", "wind"),
        # Counted on 208 training photographs of CelebAMask-HQ: 4 of about 110 women, 3 of about 95 men.
        wearers=Wearers(women=0.04, men=0.03),
        candidates=(Candidate("middle_women", 0.15), Candidate("middle_men", 0.25)),
    )
)
