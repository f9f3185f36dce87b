"""Long locs: every lock closes at its root."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="locs",
        groom=Groom(
            top=0.34,
            sides=0.30,
            nape=0.26,
            part=0.01,
            lift=0.3,
            stiffness=0.58,
            volume=0.009,
            curl_radius=0.0015,
            curl_pitch=0.02,
            clump=0.95,
            clumps=150,
            fine=0.3,
            join=0.22,
            frizz=0.0012,
            spread=0.4,
            baby=0.5,
        ),
        order=15,
        count=1.1,
        points=1.4,
        radius_mm=0.22,
        scalp_shadow=0.6,
        tousle=0.004,
        hangs=True,
        takes_fringe=False,
        curly=True,
        shows=("part", "behind", "uneven"),
        wearers=Wearers(women=0.012, men=0.012),
        candidates=(Candidate("long", lambda seen: 0.03 * seen.african, rank=4),),
    )
)
