"""Cut round at the height of the jaw, parted."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="bob",
        groom=Groom(
            top=0.20,
            sides=0.155,
            nape=0.115,
            part=0.02,
            lift=0.25,
            stiffness=0.58,
            volume=0.0115,
            clump=0.4,
            clumps=300,
            fine=0.6,
            frizz=0.002,
            tuck=0.2,
            behind=0.1,
        ),
        order=11,
        points=1.1,
        radius_mm=0.2,
        tousle=0.0035,
        hangs=True,
        parted=True,
        covers_ears=3.0,
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
        wearers=Wearers(women=0.13, men=0.01),
        candidates=(Candidate("middle_women", 0.7, rank=1), Candidate("middle_men", 0.4, rank=1)),
    )
)
