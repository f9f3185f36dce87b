"""Named hair styles: from render.spec.Hair to the numbers of assets.hair.Groom."""

from __future__ import annotations

from dataclasses import dataclass, replace

from facegen.assets.hair import Groom
from facegen.assets.regions import Hairline


@dataclass(frozen=True)
class Plan:
    """A groom and what it costs: strands and points against the quality's own numbers.

    scalp_shadow: how dark the scalp lies under the hair, in [0, 1].
    """

    groom: Groom | None
    count: float = 1.0
    points: float = 1.0
    radius_mm: float = 0.17
    scalp_shadow: float = 0.75


STYLES = {
    "bald": Plan(None, scalp_shadow=0.0),
    "buzz": Plan(
        Groom(
            0.006,
            0.004,
            0.004,
            comb=(0, -0.4, 0.0),
            lift=0.7,
            stiffness=0.97,
            volume=0.001,
            clump=0.0,
            frizz=0.0004,
        ),
        1.5,
        0.4,
        0.085,
        0.66,
    ),
    "short": Plan(
        Groom(
            0.034,
            0.014,
            0.012,
            comb=(0.5, -0.45, 0.3),
            lift=0.55,
            stiffness=0.88,
            volume=0.007,
            clump=0.55,
            frizz=0.003,
        ),
        1.1,
        0.6,
    ),
    "side_part": Plan(
        Groom(
            0.062,
            0.020,
            0.014,
            comb=(0, -0.35, 0),
            part=0.035,
            lift=0.42,
            stiffness=0.82,
            volume=0.012,
            clump=0.6,
            clumps=500,
            back=0.25,
            frizz=0.003,
        ),
        1.1,
        0.8,
    ),
    "quiff": Plan(
        Groom(
            0.060,
            0.012,
            0.011,
            comb=(0.1, 0.5, 0.6),
            lift=0.72,
            stiffness=0.90,
            volume=0.016,
            clump=0.6,
            clumps=500,
            frizz=0.004,
        ),
        1.1,
        0.7,
    ),
    "slick_back": Plan(
        Groom(
            0.085,
            0.045,
            0.05,
            comb=(0, 1.0, 0.1),
            lift=0.25,
            stiffness=0.72,
            volume=0.004,
            clump=0.65,
            clumps=600,
            back=0.9,
            frizz=0.001,
        ),
        1.1,
        0.8,
    ),
    "fringe": Plan(
        Groom(
            0.075,
            0.05,
            0.05,
            fringe=0.055,
            comb=(0.1, -0.8, 0),
            lift=0.3,
            stiffness=0.75,
            volume=0.009,
            clump=0.55,
            frizz=0.003,
        ),
        1.1,
        0.8,
    ),
    "curly_short": Plan(
        Groom(
            0.055,
            0.03,
            0.03,
            comb=(0, -0.2, 0.2),
            lift=0.7,
            stiffness=0.85,
            volume=0.012,
            curl_radius=0.0055,
            curl_pitch=0.024,
            clump=0.75,
            clumps=900,
            frizz=0.006,
        ),
        0.9,
        1.5,
    ),
    "afro": Plan(
        Groom(
            0.075,
            0.06,
            0.05,
            comb=(0, 0, 0.3),
            lift=1.0,
            stiffness=0.985,
            volume=0.003,
            curl_radius=0.0042,
            curl_pitch=0.011,
            clump=0.35,
            clumps=2200,
            frizz=0.013,
            spread=0.3,
        ),
        1.25,
        1.8,
        0.15,
    ),
    "bob": Plan(
        Groom(
            0.19,
            0.15,
            0.11,
            part=0.02,
            comb=(0, 0.0, 0),
            lift=0.2,
            stiffness=0.6,
            volume=0.010,
            clump=0.5,
            back=0.12,
            frizz=0.003,
        ),
        1.0,
        1.1,
        0.19,
    ),
    "long_straight": Plan(
        Groom(
            0.40,
            0.36,
            0.33,
            part=0.0,
            comb=(0, 0.0, 0),
            lift=0.16,
            stiffness=0.55,
            volume=0.008,
            clump=0.55,
            clumps=500,
            back=0.22,
            frizz=0.003,
            spread=0.25,
        ),
        1.0,
        1.4,
        0.2,
    ),
    "long_wavy": Plan(
        Groom(
            0.38,
            0.34,
            0.30,
            part=0.03,
            comb=(0, 0.0, 0),
            lift=0.2,
            stiffness=0.58,
            volume=0.010,
            curl_radius=0.008,
            curl_pitch=0.105,
            clump=0.75,
            clumps=380,
            back=0.2,
            frizz=0.004,
            spread=0.25,
        ),
        1.0,
        1.6,
        0.2,
    ),
    "long_curly": Plan(
        Groom(
            0.33,
            0.29,
            0.26,
            part=0.02,
            comb=(0, -0.1, 0.1),
            lift=0.3,
            stiffness=0.62,
            volume=0.013,
            curl_radius=0.009,
            curl_pitch=0.042,
            clump=0.8,
            clumps=480,
            back=0.12,
            frizz=0.006,
            spread=0.3,
        ),
        1.0,
        2.0,
        0.19,
    ),
    "tied_back": Plan(
        Groom(
            0.15,
            0.12,
            0.05,
            comb=(0, 1.0, 0.15),
            lift=0.12,
            stiffness=0.62,
            volume=0.003,
            clump=0.6,
            clumps=600,
            back=1.0,
            frizz=0.002,
        ),
        1.0,
        1.0,
    ),
}


def groom_of(hair, identity) -> Plan:
    """The plan of a render.spec.Hair."""
    plan = STYLES[hair.style]
    if plan.groom is None:
        return plan
    g = plan.groom
    part = None if g.part is None else g.part * (-1 if hair.part < 0 else 1) + 0.02 * hair.part
    groom = replace(
        g,
        top=g.top * hair.length,
        sides=g.sides * hair.length,
        nape=g.nape * hair.length,
        fringe=0.055 * hair.fringe if hair.fringe > 0 else g.fringe,
        part=part,
        volume=g.volume * hair.volume,
        lift=min(1.0, g.lift * (0.6 + 0.4 * hair.volume)),
        frizz=g.frizz * (0.5 + hair.frizz),
        curl_radius=g.curl_radius + 0.006 * hair.curl * (g.top > 0.05),
        back=g.back + 0.5 * (hair.behind - 0.5) * (g.top > 0.1),
    )
    return replace(plan, groom=groom)


def hairline_of(hair) -> Hairline:
    """The hairline of a render.spec.Hair."""
    return Hairline(hair.hairline_height, hair.recession, hair.peak)
