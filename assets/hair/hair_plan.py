"""From render.spec.Hair and Brows to what assets grow: a groom, a scalp, the outline of brows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.scalp import Scalp
from facegen.assets.skin.painted_borders import BrowShape, Hairline


@dataclass(frozen=True)
class Plan:
    """A groom and what it costs: strands and points against the quality's own numbers.

    radius_mm: of a strand at the root, at the fast quality's count (thicker than hair: one strand stands for
    about ten). scalp_shadow: how dark the scalp lies under the hair, in [0, 1]. crown: Scalp.crown.
    """

    groom: Groom | None
    count: float = 1.0
    points: float = 1.0
    radius_mm: float = 0.18
    scalp_shadow: float = 0.85
    crown: float | None = None


# fmt: off
STYLES = {
    "bald": Plan(None, scalp_shadow=0.0),
    "wreath": Plan(
        Groom(0.012, 0.011, 0.012, comb=(0, 0.5, -0.6), lift=0.2, stiffness=0.85, volume=0.002, weight=0.3,
              clump=0.3, fine=0.5, frizz=0.0015, baby=0, spread=0.4),
        0.75, 0.5, 0.13, 0.4, crown=56.0),
    "buzz": Plan(
        Groom(0.0075, 0.0045, 0.004, comb=(0, -0.4, 0), lift=0.7, stiffness=0.97, volume=0.001, weight=0.1,
              clump=0, fine=0, frizz=0.0004, baby=0),
        1.5, 0.4, 0.085, 0.68),
    "short": Plan(
        Groom(0.032, 0.011, 0.010, blend=(22, 74), comb=(0.45, -0.7, 0.1), lift=0.32, stiffness=0.82,
              volume=0.006, weight=0.9, clump=0.5, clumps=260, fine=0.65, frizz=0.0015, open=0.9),
        1.2, 0.6, 0.17),
    "side_part": Plan(
        Groom(0.062, 0.016, 0.012, blend=(18, 88), part=0.035, comb=(0, -0.1, 0.1), lift=0.34,
              stiffness=0.78, volume=0.009, weight=0.9, clump=0.5, clumps=220, fine=0.6, frizz=0.0015,
              open=0.95),
        1.2, 0.8),
    "quiff": Plan(
        Groom(0.058, 0.009, 0.008, blend=(30, 64), comb=(0.12, 0.15, 0.5), draw=(0.12, 1.5, 0.05),
              lift=0.42, stiffness=0.76, volume=0.011, weight=0.1, clump=0.55, clumps=200, fine=0.6,
              frizz=0.0015, baby=0.5, open=0.9),
        1.2, 0.8),
    "slick_back": Plan(
        Groom(0.10, 0.035, 0.03, blend=(10, 60), comb=(0, 1.0, 0.25), draw=(0, 1.4, -0.25), lift=0.28,
              stiffness=0.72, volume=0.009, weight=0.5, clump=0.5, clumps=260, fine=0.6, frizz=0.001,
              open=0.9, baby=0.6),
        1.2, 0.9),
    "fringe": Plan(
        Groom(0.085, 0.055, 0.05, fringe=0.055, comb=(0.1, -0.5, -0.1), lift=0.3, stiffness=0.72,
              volume=0.010, clump=0.4, clumps=300, fine=0.6, frizz=0.0015, baby=0.3, open=0.95),
        1.2, 0.8),
    "curly_short": Plan(
        Groom(0.060, 0.034, 0.03, blend=(0, 60), comb=(0, -0.2, 0.2), lift=0.6, stiffness=0.80,
              volume=0.008, weight=0.6, curl_radius=0.0075, curl_pitch=0.036, curl_onset=0.12, clump=0.85,
              clumps=380, fine=0.5, join=0.7, frizz=0.002, open=0.9),
        0.9, 1.6, 0.2),
    "afro": Plan(
        Groom(0.068, 0.058, 0.045, comb=(0, 0, 0.3), lift=1.0, stiffness=0.99, volume=0.003, weight=0.05,
              curl_radius=0.0042, curl_pitch=0.019, curl_onset=0.1, clump=0.6, clumps=1100, fine=0.4,
              join=0.8, frizz=0.003, spread=0.2, baby=0.5),
        1.2, 1.8, 0.21),
    "bob": Plan(
        Groom(0.20, 0.155, 0.115, part=0.02, lift=0.25, stiffness=0.58, volume=0.012, clump=0.4, clumps=300,
              fine=0.6, frizz=0.002, tuck=0.2, behind=0.1),
        1.0, 1.1, 0.2),
    "long_straight": Plan(
        Groom(0.42, 0.38, 0.35, part=0.0, lift=0.2, stiffness=0.54, volume=0.010, clump=0.45, clumps=260,
              fine=0.65, frizz=0.002, spread=0.25, tuck=0.25),
        1.0, 1.4, 0.21),
    "long_wavy": Plan(
        Groom(0.42, 0.38, 0.34, part=0.03, lift=0.25, stiffness=0.56, volume=0.011, curl_radius=0.011,
              curl_pitch=0.12, curl_onset=0.4, clump=0.45, clumps=260, fine=0.6, frizz=0.0025, spread=0.3,
              tuck=0.1),
        1.0, 1.6, 0.21),
    "long_curly": Plan(
        Groom(0.38, 0.33, 0.29, part=0.02, lift=0.32, stiffness=0.6, volume=0.012, curl_radius=0.0105,
              curl_pitch=0.052, curl_onset=0.34, clump=0.62, clumps=420, fine=0.6, join=0.9, frizz=0.004,
              spread=0.35, open=1.02),
        1.0, 2.0, 0.21),
    "locs": Plan(
        Groom(0.34, 0.30, 0.26, part=0.01, lift=0.3, stiffness=0.58, volume=0.009, curl_radius=0.0015,
              curl_pitch=0.02, clump=0.95, clumps=150, fine=0.3, join=0.22, frizz=0.0012, spread=0.4,
              baby=0.5),
        1.1, 1.4, 0.22, 0.6),
    "tied_back": Plan(
        Groom(0.30, 0.2, 0.1, tie="low", volume=0.009, behind=0.9, fine=0.6, frizz=0.0018, baby=1.6,
              spread=0.3),
        1.0, 1.0),
    "ponytail": Plan(
        Groom(0.36, 0.2, 0.1, tie="pony", volume=0.009, behind=0.4, fine=0.6, frizz=0.0018, baby=1.4,
              spread=0.4),
        1.0, 1.0),
    "updo": Plan(
        Groom(0.20, 0.2, 0.1, tie="bun", volume=0.014, fine=0.6, frizz=0.0025, baby=1.8),
        1.0, 1.0),
    "braids": Plan(
        Groom(0.38, 0.2, 0.1, tie="plaits", part=0.0, volume=0.006, fine=0.6, frizz=0.0015, baby=1.2),
        1.0, 1.3),
}
# fmt: on
# Combed away from the brow, too short for it, or too tightly curled.
NO_FRINGE = ("bald", "wreath", "buzz", "quiff", "slick_back", "curly_short", "afro", "locs")
# Hang beside the face; all others are short or tied.
HANGING = ("bob", "long_straight", "long_wavy", "long_curly", "locs", "braids")
# Metres by which a body of hair is ruffled at Hair.tousle 1, and those whose cut or care leaves less.
TOUSLE = 0.0075
TOUSLED = {"buzz": 0.0, "wreath": 0.002, "slick_back": 0.003, "afro": 0.003, "locs": 0.004}
TOUSLED |= {"curly_short": 0.004, "long_curly": 0.005, "fringe": 0.005}
# Short cuts whose sides and nape are as long as Hair.sides says.
CUTS = ("wreath", "short", "side_part", "quiff")


def groom_of(hair, identity) -> Plan:
    """The plan of a render.spec.Hair."""
    plan = STYLES[hair.style]
    if plan.groom is None:
        return plan
    g = plan.groom
    part = None if g.part is None else g.part * (-1 if hair.part < 0 else 1) + 0.02 * hair.part
    fringe = 0.055 * hair.fringe if hair.fringe > 0 and hair.style not in NO_FRINGE else g.fringe
    sides = hair.sides if hair.style in CUTS else 1.0
    groom = replace(
        g,
        top=g.top * hair.length,
        sides=g.sides * hair.length * sides,
        nape=g.nape * hair.length * sides,
        fringe=fringe,
        sweep=0.0 if abs(hair.part) < 0.25 else hair.part * 0.9,
        comb=(g.comb[0] * (-1 if hair.part < 0 else 1), *g.comb[1:]),
        draw=(g.draw[0] * (-1 if hair.part < 0 else 1), *g.draw[1:]),
        part=part,
        volume=g.volume * hair.volume,
        lift=min(1.0, g.lift * (0.6 + 0.4 * hair.volume)),
        frizz=g.frizz * (0.4 + hair.frizz),
        tousle=TOUSLED.get(hair.style, TOUSLE) * hair.tousle,
        curl_radius=g.curl_radius + 0.006 * hair.curl * (g.top > 0.05),
        behind=min(1.0, max(0.0, g.behind + hair.behind - 0.5)),
        uneven=hair.uneven,
        # Whether hair is tucked is a habit of its wearer's, not of how far the style falls behind.
        tuck=g.tuck + 0.5 - g.behind if g.tuck > 0 else 0.0,
    )
    return replace(plan, groom=groom)


def scalp_of(hair) -> Scalp:
    """The part of the scalp that carries hair, of a render.spec.Hair."""
    line = Hairline(hair.hairline_height, hair.recession, hair.peak, hair.sideburn)
    # Any two heads differ in these numbers, so they serve as the phase of the wandering hairline.
    phase = 7.0 * hair.hairline_height + 5.0 * hair.recession + 11.0 * hair.peak
    return Scalp(line, hair.thinning, STYLES[hair.style].crown, 0.8, phase)


def brow_of(brows) -> BrowShape:
    """The outline of a render.spec.Brows."""
    return BrowShape(**{field.name: getattr(brows, field.name) for field in fields(BrowShape)})
