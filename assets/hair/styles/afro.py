"""Tight coils that stand out all round."""

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.style_registry import HAIR_STYLES, Candidate, Style, Wearers

WEARERS = Wearers(women=0.02, men=0.02, factor=lambda person: 0.2 + 4 * person.african)

HAIR_STYLES.add(
    Style(
        name="afro",
        groom=Groom(
            top=0.068,
            sides=0.058,
            nape=0.045,
            comb=(0, 0, 0.3),
            lift=1.0,
            stiffness=0.99,
            volume=0.003,
            weight=0.05,
            curl_radius=0.0042,
            curl_pitch=0.019,
            curl_onset=0.1,
            clump=0.6,
            clumps=1100,
            fine=0.4,
            join=0.8,
            frizz=0.003,
            spread=0.2,
            baby=0.5,
        ),
        order=10,
        count=1.2,
        points=1.8,
        radius_mm=0.21,
        tousle=0.003,
        takes_fringe=False,
        curly=True,
        wearers=WEARERS,
        candidates=(Candidate("short", lambda seen: WEARERS.of(seen.man) * (4 * seen.african)),),
    )
)
