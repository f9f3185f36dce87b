"""No hair."""

from facegen.assets.hair.style_registry import HAIR_STYLES, Style, Wearers

HAIR_STYLES.add(
    Style(
        name="bald",
        groom=None,
        order=1,
        scalp_shadow=0.0,
        takes_fringe=False,
        bares_ears=True,
        wearers=Wearers(
            women=0.005, men=0.06, factor=lambda person: 0.3 + 1.5 * min(max((person.age - 25) / 50, 0), 1)
        ),
        candidates=(),
    )
)
