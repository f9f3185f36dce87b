"""Long, in loose waves, parted."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="long_wavy",
        groom=Groom(
            top=0.42,
            sides=0.38,
            nape=0.34,
            part=0.03,
            lift=0.25,
            stiffness=0.56,
            volume=0.011,
            curl_radius=0.011,
            curl_pitch=0.12,
            curl_onset=0.4,
            clump=0.45,
            clumps=260,
            fine=0.6,
            frizz=0.0025,
            spread=0.3,
            tuck=0.1,
        ),
        order=13,
        points=1.6,
        radius_mm=0.21,
        tousle=0.005,
        hangs=True,
        parted=True,
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
        wearers=Wearers(women=0.18, men=0.01),
        candidates=(
            Candidate("long", lambda seen: {"straight": 0.2, "wavy": 0.65}.get(seen.form, 0.35), rank=2),
        ),
    )
)
