"""Hair styles: what one is made of, who wears it, which flags describe it.

Each file in `styles/` adds one `Style` to HAIR_STYLES; an installed package adds more through the entry-point
group `facegen.hair_styles`. See docs/extending/hair-style.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from facegen.assets.hair.groom import Groom
from facegen.registry import LAST, Registry
from facegen.render.spec.face_spec import Identity

TOUSLE = 0.0075  # metres by which hair is ruffled at Hair.tousle 1: by eye


@dataclass(frozen=True)
class Wearers:
    """How often the default prior draws a style. Guesses; no style is so rare that it is missed.

    Attributes
    ----------
    women, men : float
        Weight among all styles. The shipped ones sum to about 1 for each; only ratios count.
    factor : function of an Identity, giving a float
        Multiplies the weight, for what depends on age or ancestry. None = 1.
    """

    women: float = 0.0
    men: float = 0.0
    factor: Callable[[Identity], float] | None = None

    def weight(self, identity: Identity) -> float:
        """Weight of the style for a person; between women's and men's by `identity.gender`."""
        man = identity.gender
        weight = (1 - man) * self.women + man * self.men
        return weight if self.factor is None else weight * self.factor(identity)

    def of(self, man: bool) -> float:
        """Weight for men or for women, before `factor`."""
        return self.men if man else self.women


@dataclass(frozen=True)
class Observed:
    """Hair as a row of a profile describes it, for matching.

    Attributes
    ----------
    man : bool
    african : float in [0, 1]
        Fraction of African ancestry.
    form : str
        "straight", "wavy", "curly" or "other".
    receding : bool
        The row says that the hairline recedes.
    """

    man: bool
    african: float = 0.0
    form: str = "other"
    receding: bool = False


@dataclass(frozen=True)
class Candidate:
    """A style that matching may choose for hair of an observed length.

    Attributes
    ----------
    length : str
        One of OBSERVED_LENGTHS.
    weight : float, or function of Observed giving a float
        Among the candidates of this length. None = the style's `wearers`, women or men.
    rank : int
        Place among the candidates: a draw walks through them in this order, so it is part of what a seed
        means. 0 = as the styles are listed.
    """

    length: str
    weight: float | Callable[[Observed], float] | None = None
    rank: int = 0


# "long" falls below the chin; "middle" ends between the ear lobe and the chin.
OBSERVED_LENGTHS = ("long", "middle_women", "middle_men", "short")


@dataclass(frozen=True)
class Style:
    """One hair style. The numbers of the shipped ones are set by eye.

    Attributes
    ----------
    name : str
        As in `--set hair.style=NAME` and in stored specs.
    groom : Groom or None
        Shape of the hair at the spec's own defaults; None = no hair.
    order : int
        Place in the list of styles.
    count, points : float
        Strands, and points of a strand, compared with the numbers of the quality.
    radius_mm : float
        Of a strand at the root, at the fast quality's count. Thicker than a hair: a strand stands for about
        ten of them.
    scalp_shadow : float in [0, 1]
        How dark the scalp is under the hair.
    crown : float or None, chart mm
        Scalp.crown: the head is bald above this height.
    tousle : float, metres
        By how much hair is ruffled at Hair.tousle 1; less where cut or care leaves it in place.
    hangs : bool
        Hangs at the sides of the face; all others are short or gathered.
    takes_fringe : bool
        Hair.fringe has an effect. It has none where the front is combed away from the brow, too short, or too
        tightly curled.
    parted : bool
        The parting is seen.
    curly : bool
        Tightly curled, whatever Hair.curl is.
    sides_set : bool
        A short cut whose sides and nape are as long as Hair.sides says.
    bares_ears : bool
        Ears and neck are seen: jewellery shows.
    covers_ears : float
        Factor on the style's weight in matching where no ear is seen: over 1 for hair that covers them.
    shows : tuple of str
        Fields of Hair that are well seen on this style. A sweep of one of them keeps a style that shows it.
    wearers : Wearers
    candidates : tuple of Candidate, or None
        When matching may choose the style. None: for long hair if it hangs, else for short hair, with the
        weights of `wearers`.
    """

    name: str
    groom: Groom | None
    order: int = LAST
    count: float = 1.0
    points: float = 1.0
    radius_mm: float = 0.18
    scalp_shadow: float = 0.85
    crown: float | None = None
    tousle: float = TOUSLE
    hangs: bool = False
    takes_fringe: bool = True
    parted: bool = False
    curly: bool = False
    sides_set: bool = False
    bares_ears: bool = False
    covers_ears: float = 1.0
    shows: tuple[str, ...] = ()
    wearers: Wearers = Wearers()
    candidates: tuple[Candidate, ...] | None = None

    @property
    def long(self) -> bool:
        """Hangs loose: how long it is shows."""
        return self.hangs and self.groom is not None and self.groom.tie is None

    @property
    def traits(self) -> frozenset[str]:
        """Which of "long", "curly" and "parted" hold."""
        return frozenset(name for name in ("long", "curly", "parted") if getattr(self, name))


HAIR_STYLES: Registry[Style] = Registry("hair style", "facegen.assets.hair.styles", "facegen.hair_styles")


def style_weights(identity: Identity) -> dict[str, float]:
    """Weight of every style for a person, in the order of the styles."""
    return {name: style.wearers.weight(identity) for name, style in HAIR_STYLES.items()}


def candidate_weights(length: str, observed: Observed) -> dict[str, float]:
    """Weights of the styles that matching may choose for hair of an observed length, in their order.

    length : one of OBSERVED_LENGTHS
    """
    found = [
        (one.rank or style.order, style, one)
        for style in HAIR_STYLES.values()
        for one in _candidates(style)
        if one.length == length
    ]
    return {style.name: _weight(style, one, observed) for _, style, one in sorted(found, key=lambda x: x[0])}


def _candidates(style: Style) -> tuple[Candidate, ...]:
    if style.candidates is not None:
        return style.candidates
    return (Candidate("long" if style.hangs else "short"),)


def _weight(style: Style, candidate: Candidate, observed: Observed) -> float:
    if candidate.weight is None:
        return style.wearers.of(observed.man)
    return candidate.weight(observed) if callable(candidate.weight) else candidate.weight
