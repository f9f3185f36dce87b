"""Short ringlets."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="curly_short",
        groom=Groom(
            top=0.060,
            sides=0.034,
            nape=0.03,
            blend=(0, 60),
            comb=(0, -0.2, 0.2),
            lift=0.6,
            stiffness=0.80,
            volume=0.008,
            weight=0.6,
            curl_radius=0.0075,
            curl_pitch=0.036,
            curl_onset=0.12,
            clump=0.85,
            clumps=380,
            fine=0.5,
            join=0.7,
            frizz=0.002,
            open=0.9,
        ),
        order=9,
        count=0.9,
        points=1.6,
        radius_mm=0.2,
        tousle=0.004,
        takes_fringe=False,
        curly=True,
        shows=("curl",),
        wearers=Wearers(women=0.05, men=0.06, factor=lambda person: 0.4 + 1.6 * person.african),
        candidates=(
            Candidate("short"),
            Candidate("middle_women", 0.06, rank=4),
            Candidate("middle_men", 0.15, rank=3),
        ),
    )
)
