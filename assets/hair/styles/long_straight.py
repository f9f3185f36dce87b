"""Long and straight, parted in the middle."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="long_straight",
        groom=Groom(
            top=0.42,
            sides=0.38,
            nape=0.35,
            part=0.0,
            lift=0.2,
            stiffness=0.54,
            volume=0.010,
            clump=0.45,
            clumps=260,
            fine=0.65,
            frizz=0.002,
            spread=0.25,
            tuck=0.25,
        ),
        order=12,
        points=1.4,
        radius_mm=0.21,
        tousle=0.0018,
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
        wearers=Wearers(women=0.20, men=0.015, factor=lambda person: 0.5 + person.asian),
        candidates=(
            Candidate("long", lambda seen: {"straight": 0.75, "wavy": 0.05}.get(seen.form, 0.4), rank=1),
        ),
    )
)
