"""Handwritten profiles: a TOML file by somebody who knows what their camera will see.

    name = "driver camera" base = "celebamaskhq"            # optional: what is not written below stays as
    in this profile glasses = 0.8                    # frequency of a yes/no attribute yaw = "normal(0, 40)"
    # degrees, positive to the subject's left pitch = "uniform(-30, 10)"       # degrees, positive up
    face_scale = 1.1                 # a number: always this value hair_form = { straight = 1, other = 1,
    wavy = 2 }   # weights of levels "hat | male" = 0.3               # P(hat | male) "hat | not male" =
    0.05          # P(hat | not male): follows from "hat" where that is written, otherwise it
                                     # is read here, otherwise taken from the base

All other dependence is that of the base, or none. Conditional frequencies set the latent correlation of the
two attributes (copula.py). Where a base has one attribute under two names, worn and visible (wearing_hat,
hat), a marginal of one sets both, unless both are written.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypeGuard

import numpy as np
from scipy.special import ndtri

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY
from facegen.audit.profiles.annotated_attributes import ANNOTATED, ORDINALS
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.copula import MAX_CORRELATION, nearest_correlation, upper_orthant
from facegen.audit.profiles.marginals import GRID, Continuous, Levels, Marginal
from facegen.audit.profiles.mixture import Mixture
from facegen.audit.profiles.profile_parts import Part, ProfileAttribute
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.foreign_text import parse_toml
from facegen.datasets.layouts.annotations import PITCH_ZERO

ANGLES = {"yaw": (-180.0, 180.0), "pitch": (-90.0, 90.0)}  # degrees: valid range of each
ROWS = 4000  # pictures that a handwritten profile without a base is taken to be fitted to
# Measures that follow from an angle: where the angle is handwritten, the base's marginals of these are void.
FOLLOWERS = {
    "yaw": ("yaw_nose", "yaw_eyes", "yaw_skin", "eye_mouth_ratio", "hair_balance", "ear_left", "ear_right"),
    "pitch": ("pitch_nose", "pitch_ear", "eye_mouth_ratio"),
}
_CALL = re.compile(r"^\s*(normal|uniform)\s*\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)\s*$")
_CONDITION = re.compile(r"^\s*(\S+)\s*\|\s*(not\s+)?(\S+)\s*$")
_LARGEST = 1e6  # largest number that may be written; no attribute comes near it
# Corrections of a correlation at most; errors of a conditional frequency at which to stop and to refuse.
_TRIES, _CLOSE, _FAR = 6, 0.01, 0.05
_FIXED = 50.0  # weight of handwritten correlations when the matrix is made definite


def parse_handwritten(text: str, where: str, load: Callable[[str], Profile]) -> Profile:
    """The profile that a TOML text describes.

    Parameters
    ----------
    where : names the text in errors
    load : name or path -> Profile, for `base`; raises FacegenError where the bases form a cycle

    Raises
    ------
    FacegenError : no TOML, an unknown attribute, an invalid value, frequencies that contradict each other.
    """
    try:
        data = parse_toml(text)
    except ValueError as error:
        raise FacegenError(
            f"{where}: not a handwritten profile ({error}): write ATTRIBUTE = 0.3, "
            'ATTRIBUTE = "normal(0, 10)" or "ATTRIBUTE | CONDITION" = 0.3, with the quotation marks'
        ) from None
    name, base = data.pop("name", "by hand"), data.pop("base", None)
    if not isinstance(name, str) or not (base is None or isinstance(base, str)):
        raise FacegenError(f"{where}: name and base must be texts")
    if not data:
        raise FacegenError(f"{where}: holds no attribute: write ATTRIBUTE = 0.3")
    entries = {key: value for key, value in data.items() if "|" not in key}
    conditions = [(_condition(key, where), value) for key, value in data.items() if "|" in key]
    start = load(base) if base else _empty()
    for key, value in entries.items():
        start = _with_marginal(start, key, marginal_of(key, value, where), set(entries))
        if base:
            start = _unfollowed(start, key)
    written = set(entries)
    for key in entries:
        written |= _other_names(start, key)
    for (child, parent), by in _grouped(conditions).items():
        start = _with_condition(start, child, parent, by, written, where)
        # A later condition must leave this frequency as it is.
        written |= {child, *_other_names(start, child)}
    start = _gated(start)
    method = f"handwritten ({', '.join(data)})"
    if base:
        method += f", all else from {start.name}: {start.method}"
    return replace(start, name=name, method=method, separated={}, handwritten=tuple(data))


def _empty() -> Profile:
    return Profile("by hand", "a handwritten profile", "", Part(ROWS, (), Mixture.copula(np.zeros((0, 0)))))


def _condition(key: str, where: str) -> tuple[str, bool, str]:
    found = _CONDITION.match(key)
    if not found:
        raise FacegenError(f'{where}: {key!r}: write "hat | male" or "hat | not male"')
    return found[1], not found[2], found[3]


def subject_and_condition(key: str) -> tuple[str, str | None]:
    """Attribute and condition of a line of a handwritten profile: "hat | not male" -> ("hat", "male")."""
    found = _CONDITION.match(key)
    return (found[1], found[3]) if found else (key, None)


def _grouped(
    conditions: Sequence[tuple[tuple[str, bool, str], object]],
) -> dict[tuple[str, str], dict[bool, object]]:
    out: dict[tuple[str, str], dict[bool, object]] = {}
    for (child, true, parent), value in conditions:
        out.setdefault((child, parent), {})[true] = value
    return out


def known_kind(name: str) -> str | None:
    """Kind of an attribute that may be written: "binary", "continuous" or "ordinal"; None: unknown."""
    if name in BY_NAME:
        return "binary" if BY_NAME[name].kind == BINARY else "continuous"
    if name in ANGLES:
        return "continuous"
    if name in ORDINALS:
        return "ordinal"
    return "binary" if name in {one.lower() for one in ANNOTATED} else None


def marginal_of(name: str, value: object, where: str) -> Marginal:
    """The marginal of an attribute that a TOML value gives.

    Raises
    ------
    FacegenError
        An unknown attribute, or a value that does not fit its kind; `where` names the file.
    """
    kind = known_kind(name)
    if kind is None:
        raise FacegenError(
            f"{where}: unknown attribute {name!r}: the names are those of an audit's table and of "
            f"{', '.join(one.lower() for one in ANNOTATED[:4])}, … , {', '.join((*ANGLES, *ORDINALS))}"
        )
    if kind == "binary":
        return Levels.binary(_frequency(name, value, where))
    if kind == "ordinal":
        return _levels(name, value, where)
    return Continuous(_quantiles(name, value, where))


def _frequency(name: str, value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FacegenError(f"{where}: {name} = {value!r}: write a frequency from 0 to 1")
    return float(value)


def _levels(name: str, value: object, where: str) -> Levels:
    levels = tuple(level for level, _ in ORDINALS[name])
    if not isinstance(value, Mapping) or not set(value) <= set(levels):
        raise FacegenError(f"{where}: {name}: write weights of {', '.join(levels)}, as {{ {levels[0]} = 1 }}")
    parts = [value.get(level, 0) for level in levels]
    if not all(_is_number(part) and part >= 0 for part in parts) or not any(parts):
        raise FacegenError(
            f"{where}: {name}: weights must be numbers from 0 to {_LARGEST:g}, one of them above 0"
        )
    weights = np.array(parts, float)
    return Levels(levels, weights / weights.sum())


def _quantiles(name: str, value: object, where: str) -> np.ndarray:
    """(len(GRID),) quantiles, inside the attribute's valid range and with the profile's own signs."""
    quantiles = np.full(len(GRID), float(value)) if _is_number(value) else _called(name, value, where)
    if name in ANGLES:
        (low, high), unit = ANGLES[name], "deg"
    else:
        low, high, unit = BY_NAME[name].low, BY_NAME[name].high, BY_NAME[name].unit
    if not (quantiles <= high).any() or not (quantiles >= low).any():
        raise FacegenError(f"{where}: {name} lies from {low:g} to {high:g} {unit}")
    quantiles = np.clip(quantiles, low, high)
    if name == "yaw":
        return -quantiles[::-1]
    return quantiles + PITCH_ZERO if name == "pitch" else quantiles


def _is_number(value: object) -> TypeGuard[float]:
    """Whether a TOML value is a number of a valid size; NaN is not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST


def _called(name: str, value: object, where: str) -> np.ndarray:
    found = _CALL.match(value) if isinstance(value, str) else None
    try:
        first, second = (float(found[i]) for i in (2, 3)) if found else (math.nan, math.nan)
    except ValueError:
        first = second = math.nan
    if not (_is_number(first) and _is_number(second)):
        raise FacegenError(
            f"{where}: {name} = {value!r}: write a number, normal(MEAN, SD) or uniform(LOW, HIGH), "
            f"numbers up to {_LARGEST:g}"
        )
    if found and found[1] == "normal":
        if second < 0:
            raise FacegenError(f"{where}: {name}: normal(MEAN, SD) needs a standard deviation of at least 0")
        # The outermost stored quantiles represent the tails: finite ends, three and a half SDs out.
        return first + second * np.clip(ndtri(GRID), -3.5, 3.5)
    if first > second:
        raise FacegenError(f"{where}: {name}: uniform({first:g}, {second:g}) runs backwards")
    return first + (second - first) * GRID


def _with_marginal(profile: Profile, name: str, marginal: Marginal, written: AbstractSet[str]) -> Profile:
    """The profile with this marginal of an attribute, also under its other name unless that is written."""
    for field in ("annotated", "measured"):
        part = getattr(profile, field)
        if part is not None and name in part.names:
            changed = tuple(replace(a, marginal=marginal) if a.name == name else a for a in part.attributes)
            profile = replace(profile, **{field: replace(part, attributes=changed)})
            break
    else:
        return replace(profile, measured=_grown(profile.measured, name, marginal))
    for link in profile.links:
        if not link.same or name not in (link.annotated, link.measured) or not isinstance(marginal, Levels):
            continue
        (other,) = {link.annotated, link.measured} - {name}
        if other not in written:
            p = float(marginal.frequencies[1])
            profile = _with_marginal(
                profile, other, Levels.binary(p if link.correlation > 0 else 1 - p), {*written, name}
            )
    return profile


def _other_names(profile: Profile, name: str) -> set[str]:
    pairs = ({link.annotated, link.measured} for link in profile.links if link.same)
    return {other for pair in pairs if name in pair for other in pair - {name}}


def _unfollowed(profile: Profile, name: str) -> Profile:
    """The profile in which nothing has to follow an angle that is now handwritten."""
    followers = FOLLOWERS.get(name, ())
    kept = tuple(
        replace(a, matched=a.matched and a.name not in followers) for a in profile.measured.attributes
    )
    return replace(profile, measured=replace(profile.measured, attributes=kept))


def _grown(part: Part, name: str, marginal: Marginal) -> Part:
    """The part with one more attribute that depends on no other."""
    measure = BY_NAME.get(name)
    unit = measure.unit if measure else "deg" if name in ANGLES else "0/1"
    gate = measure.gate if measure else ()
    matched = measure.matchable if measure else True
    group = measure.group if measure else "pose" if name in ANGLES else "person"
    one = ProfileAttribute(name, unit, group, marginal, gate, 1.0, part.n, matched)
    mixture = part.mixture.with_latent(len(part.attributes))
    return Part(part.n, (*part.attributes, one), mixture, part.gaps)


def _gated(profile: Profile) -> Profile:
    """The profile without the gates that have no marginal: they count as open.

    Called after all lines, so that their order does not matter.
    """
    part = profile.measured
    kept = tuple(
        replace(a, gate=tuple(one for one in a.gate if set(one.split("|")) <= set(part.names)))
        for a in part.attributes
    )
    return replace(profile, measured=replace(part, attributes=kept))


def _with_condition(
    profile: Profile,
    child: str,
    parent: str,
    by: Mapping[bool, object],
    written: AbstractSet[str],
    where: str,
) -> Profile:
    """Frequencies of `child` given `parent`: by = {True: among those, False: among the others}."""
    for name in (child, parent):
        if known_kind(name) != "binary":
            raise FacegenError(f"{where}: {child} | {parent}: {name!r} is not a yes/no attribute")
    given = {true: _frequency(f"{child} | {parent}", value, where) for true, value in by.items()}
    for name in (parent, child):
        if name not in profile.names and (name == parent or len(given) < 2):
            raise FacegenError(f"{where}: {child} | {parent}: write {name} = FREQUENCY too")
    q = _frequency_of(profile, parent)
    if len(given) == 1 and child in written:
        p = _frequency_of(profile, child)
        ((true, frequency),) = given.items()
        own = q if true else 1 - q
        other = (p - frequency * own) / (1 - own) if own < 1 else frequency
        if not -1e-9 <= other <= 1 + 1e-9:
            raise FacegenError(
                f"{where}: {child} | {parent} = {frequency:g} contradicts {child} = {p:.3g} "
                f"and {parent} = {q:.3g}"
            )
        given = {true: frequency, not true: float(np.clip(other, 0, 1))}
    else:
        if len(given) == 1:
            ((true, _),) = given.items()
            given[not true] = _frequency_among(profile, child, parent, not true)
        p = q * given[True] + (1 - q) * given[False]
        profile = _with_marginal(profile, child, Levels.binary(p), written)
    if not 0 < p < 1 or not 0 < q < 1:
        return profile
    return _together(profile, child, parent, given[True] * q, where)


def _together(profile: Profile, child: str, parent: str, both: float, where: str) -> Profile:
    """The profile in which two yes/no attributes come up together `both` often.

    The latent correlation that does it in a normal distribution is a first guess; in a mixture it is changed
    until the frequency holds.
    """
    p, q = (_frequency_of(profile, name) for name in (child, parent))
    rho = wanted = latent_of(p, q, both)
    for _ in range(_TRIES):
        found = _correlated(profile, child, parent, rho, where)
        shown = _frequency_of_both(found, child, parent)
        nearer = rho + wanted - latent_of(p, q, shown)
        nearer = float(np.clip(nearer, -MAX_CORRELATION, MAX_CORRELATION))
        if abs(shown - both) < _CLOSE * min(p, q) or nearer == rho:
            break
        rho = nearer
    if abs(shown - both) > _FAR * q:
        raise FacegenError(
            f"{where}: {child} | {parent} = {both / q:.3g} cannot be had over this base, it "
            f"comes to {shown / q:.3g}: write another frequency, or no base"
        )
    return found


def _frequency_of(profile: Profile, name: str) -> float:
    marginal = profile.attribute(name).marginal
    assert isinstance(marginal, Levels)  # known_kind returned "binary"
    return float(marginal.frequencies[1])


def _frequency_among(profile: Profile, child: str, parent: str, true: bool) -> float:
    """How often a profile shows `child` among those with `parent` (true) or among the others."""
    p, q = (_frequency_of(profile, name) for name in (child, parent))
    if not 0 < p < 1 or not 0 < q < 1:
        return p
    both = _frequency_of_both(profile, child, parent)
    return float(np.clip(both / q if true else (p - both) / (1 - q), 0, 1))


def _frequency_of_both(profile: Profile, one: str, other: str) -> float:
    """How often two yes/no attributes come up together in a profile."""
    profile = _gated(profile)  # lines that give a gate may follow
    fused = profile.fused
    p, q = (_frequency_of(profile, name) for name in (one, other))
    if fused.source[one][0] == fused.source[other][0]:
        return min(p, q) if fused.source[one][1] == fused.source[other][1] else max(0.0, p + q - 1)
    ends, above, places = [], [], []
    for name, frequency in ((one, p), (other, q)):
        latent, sign = fused.source[name]
        places.append(fused.names.index(latent))
        ends.append(float(profile.scale(name).latent(np.array(1 - frequency if sign > 0 else frequency))))
        above.append(sign > 0)
    up = fused.mixture.both_above((places[0], places[1]), (ends[0], ends[1]))
    # The other corners of the table follow from its margins.
    if all(above):
        return up
    first, second = (
        frequency if yes else 1 - frequency for frequency, yes in zip((p, q), above, strict=True)
    )
    if not any(above):
        return 1 - first - second + up
    return second - up if above[1] else first - up


def latent_of(p: float, q: float, both: float) -> float:
    """Latent correlation of yes/no attributes of frequencies p and q that come up together `both` often."""
    low, high = -MAX_CORRELATION, MAX_CORRELATION
    h, k = -ndtri(np.array([p])), -ndtri(np.array([q]))
    for _ in range(50):
        middle = 0.5 * (low + high)
        if upper_orthant(h, k, np.array([middle]))[0] < both:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _correlated(profile: Profile, child: str, parent: str, rho: float, where: str) -> Profile:
    """The profile with this latent correlation of two attributes; all others change as little as possible."""
    names = {}
    for field in ("measured", "annotated"):
        part = getattr(profile, field)
        for name in (child, parent):
            if part is not None and name in part.names:
                names[name] = (field, name)
    for link in profile.links:
        # One latent with two frequencies: the annotated side holds it.
        if link.same and link.measured in names:
            names[link.measured] = ("annotated", link.annotated)
            rho *= link.correlation
    (field, one), (other_field, other) = names[child], names[parent]
    if field != other_field:
        raise FacegenError(
            f"{where}: {child} | {parent}: the base holds them in two sources: use their annotated names"
        )
    profile = _with_correlation(profile, field, one, other, rho)
    if field == "measured":
        return profile
    # The same two attributes as the masks show them follow.
    twins = {link.annotated: (link.measured, link.correlation) for link in profile.links if link.same}
    if not {one, other} <= set(twins):
        return profile
    (one, sign), (other, other_sign) = twins[one], twins[other]
    return _with_correlation(profile, "measured", one, other, sign * other_sign * rho)


def _with_correlation(profile: Profile, field: str, one: str, other: str, rho: float) -> Profile:
    """The profile with this latent correlation of two attributes of a part.

    The latents are mapped linearly, as little as possible: by the optimal transport between two normal
    distributions (Dowson and Landau, J. Multivariate Analysis 12, 1982).
    """
    part = getattr(profile, field)
    i, j = part.names.index(one), part.names.index(other)
    before = part.mixture.correlation
    after, weights = before.copy(), np.ones(len(before))
    after[i, j] = after[j, i] = rho
    weights[[i, j]] = _FIXED
    after = nearest_correlation(after, weights)
    root, back = _powers(before)
    middle, _ = _powers(root @ after @ root)
    sd = np.sqrt(np.diag(part.mixture.covariance))
    matrix = (back @ middle @ back) * sd[:, None] / sd[None, :]
    mean = part.mixture.mean
    mixture = part.mixture.mapped(matrix, mean - matrix @ mean)
    return replace(profile, **{field: replace(part, mixture=mixture)})


def _powers(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Square root of a positive definite matrix, and the inverse of that."""
    values, vectors = np.linalg.eigh(matrix)
    root = np.sqrt(np.maximum(values, 1e-12))
    return (vectors * root) @ vectors.T, (vectors / root) @ vectors.T
