"""Long ringlets."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="long_curly",
        groom=Groom(
            top=0.38,
            sides=0.33,
            nape=0.29,
            part=0.02,
            lift=0.32,
            stiffness=0.6,
            volume=0.012,
            curl_radius=0.0105,
            curl_pitch=0.052,
            curl_onset=0.34,
            clump=0.62,
            clumps=420,
            fine=0.6,
            join=0.9,
            frizz=0.004,
            spread=0.35,
            open=1.02,
        ),
        order=14,
        points=2.0,
        radius_mm=0.21,
        tousle=0.005,
        hangs=True,
        parted=True,
        curly=True,
        shows=(
            "length",
            "part",
            "curl",
            "fringe",
            "fringe_density",
            "drape_left",
            "drape_right",
            "wind",
            "behind",
            "uneven",
        ),
        wearers=Wearers(women=0.09, men=0.01, factor=lambda person: 0.4 + 1.8 * person.african),
        candidates=(Candidate("long", lambda seen: 0.02 if seen.form == "straight" else 0.15, rank=3),),
    )
)
