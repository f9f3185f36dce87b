"""Profile files: JSON, versioned, aggregates only; and the profiles that ship with the package."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np

from facegen.audit.measures.measure_table import BY_NAME, MEASURES_VERSION
from facegen.audit.profiles.annotated_attributes import ANNOTATED_KINDS
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.copula import nearest_correlation
from facegen.audit.profiles.handwritten_profile import parse_handwritten
from facegen.audit.profiles.marginals import GRID, Continuous, Levels, Marginal
from facegen.audit.profiles.mixture import Mixture
from facegen.audit.profiles.profile_parts import Gap, Link, Part, ProfileAttribute, Separated
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes
from facegen.datasets.io.foreign_text import MAX_TOML, parse_json, read_bounded

FORMAT, FORMAT_VERSION = "facegen-profile", 2  # version 1 is read too
_DIGITS = 5  # significant digits of a quantile: finer than any measure's noise
# Covariances are written as whole numbers of this: their smallest eigenvalues stay far above the rounding.
_COVARIANCE_UNIT = 0.001
MAX_PROFILE = 1 << 25  # bytes of a file: the shipped one has 0.4 MB
_SUFFIXES = (".json", ".toml")  # fitted, handwritten


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that ship with the package."""
    files = [Path(file.name) for file in resources.files("facegen.audit.profiles").iterdir()]
    return tuple(sorted(file.stem for file in files if file.suffix in _SUFFIXES))


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by its name, or any profile by its file.

    Parameters
    ----------
    name_or_path : str or Path
        "celebamaskhq" or "uniform", a JSON file that `save_profile` wrote (format 1 or 2), or a TOML file
        of a handwritten profile.

    Raises
    ------
    FacegenError
        Neither a shipped name nor a readable profile file, or one of a newer format or of other measures.
    """
    return _load((), name_or_path)


def _load(above: tuple[Path, ...], name_or_path: str | Path) -> Profile:
    """`load_profile` for the base of a handwritten profile.

    above : the file that names it, then the files that name that one
    """
    if str(name_or_path) in profile_names():
        folder = resources.files("facegen.audit.profiles")
        for suffix in _SUFFIXES:
            file = folder / f"{name_or_path}{suffix}"
            if file.is_file():
                return _parsed(file.read_text("utf-8"), f"profile {name_or_path}", suffix, above)
    return _read(above, Path(name_or_path))


def _parsed(text: str, where: str, suffix: str, above: tuple[Path, ...]) -> Profile:
    return (
        parse_handwritten(text, where, partial(_load, above))
        if suffix == ".toml"
        else parse_profile(text, where)
    )


def _read(above: tuple[Path, ...], path: Path) -> Profile:
    if not path.is_file():
        known = ", ".join(profile_names())
        raise FacegenError(
            f"no profile {str(path)!r}: give one of {known}, or a file that `facegen profile` wrote, "
            "or a handwritten one in TOML"
        )
    if path.resolve() in above:
        raise FacegenError(f"{above[0]}: its base leads back to {path}: name another base")
    try:
        text = read_bounded(path, MAX_TOML if path.suffix == ".toml" else MAX_PROFILE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FacegenError(f"{path}: cannot be read as a profile ({error})") from None
    return _parsed(text, str(path), path.suffix, (path.resolve(), *above))


def parse_profile(text: str, where: str) -> Profile:
    """The profile in a JSON text; `where` names it in errors."""
    try:
        data = parse_json(text)
    except ValueError as error:
        raise FacegenError(f"{where}: not a profile, not even JSON ({error}): fit it again") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise FacegenError(f"{where}: not a profile: write one with `facegen profile REAL_DIR -o FILE`")
    version = data.get("format_version")
    if version not in (1, FORMAT_VERSION):
        raise FacegenError(
            f"{where}: profile format {version!r}, this facegen reads up to {FORMAT_VERSION}: update facegen "
            "or fit it again"
        )
    if data.get("measures_version") != MEASURES_VERSION:
        raise FacegenError(
            f"{where}: measured by measures of version {data.get('measures_version')!r}, these are "
            f"{MEASURES_VERSION}: fit it again with `facegen profile`"
        )
    try:
        profile = _profile_of(_translated(data) if version == 1 else data)
        _require_known(profile, where)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise FacegenError(
            f"{where}: damaged profile ({type(error).__name__}: {error}): fit it again"
        ) from None
    return profile


def _require_known(profile: Profile, where: str) -> None:
    """FacegenError where a profile has attributes that this facegen does not know, or links to none."""
    annotated = profile.annotated.names if profile.annotated else ()
    unknown = sorted(set(profile.measured.names) - set(BY_NAME))
    unknown += sorted(name for name in annotated if name not in ANNOTATED_KINDS)
    if unknown:
        raise FacegenError(
            f"{where}: unknown attribute {unknown[0]!r}: update facegen, install the package that adds it, "
            "or fit it again"
        )
    for name in annotated:
        kind = profile.attribute(name).marginal.kind
        if kind != ANNOTATED_KINDS[name]:
            raise FacegenError(f"{where}: damaged profile: {name!r} is {kind}, not {ANNOTATED_KINDS[name]}")
    for attribute in profile.measured.attributes:
        for gate in {one for part in attribute.gate for one in part.split("|")}:
            if gate not in profile.measured.names:
                raise FacegenError(
                    f"{where}: damaged profile: the gate {gate!r} of {attribute.name!r} is missing"
                )
    for link in profile.links:
        if link.annotated not in annotated or link.measured not in profile.measured.names:
            raise FacegenError(
                f"{where}: damaged profile: {link.annotated!r} is linked to {link.measured!r}, one is missing"
            )
        doubled = [other for other in profile.links if other is not link and _linked_twice(link, other)]
        if doubled:
            raise FacegenError(
                f"{where}: damaged profile: the links {link.annotated!r} - {link.measured!r} and "
                f"{doubled[0].annotated!r} - {doubled[0].measured!r} exclude each other"
            )
        if not -1 <= link.correlation <= 1:
            raise FacegenError(f"{where}: damaged profile: a link has the correlation {link.correlation!r}")


def _linked_twice(link: Link, other: Link) -> bool:
    """Whether two links use one attribute in a way that no single latent can follow."""
    return link.measured == other.measured or (link.same and link.annotated == other.annotated)


def save_profile(profile: Profile, path: Path | str) -> None:
    """Write a profile to `path` as JSON, whole or not at all.

    Raises
    ------
    FacegenError
        The file cannot be written.
    """
    write_bytes(Path(path), profile_text(profile).encode())


def profile_text(profile: Profile) -> str:
    """The profile as the text of its file: the same profile gives the same text."""
    text = json.dumps(_data_of(profile), ensure_ascii=False, indent=None, separators=(",", ":"))
    for start in ('{"name"', '"weights":', '"means":', '"covariances":', '"gaps":'):
        text = text.replace(start, "\n" + start)
    return text + "\n"


def _data_of(profile: Profile) -> dict:
    from facegen import __version__

    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "measures_version": MEASURES_VERSION,
        "facegen": __version__,
        "name": profile.name,
        "source": profile.source,
        "method": profile.method,
        "separated": {key: _finite(vars(one)) for key, one in profile.separated.items()},
        "dependence": profile.dependence,
        "measured": _part_data(profile.measured),
        "annotated": _part_data(profile.annotated) if profile.annotated else None,
        "links": [vars(link) for link in profile.links],
        "measures": list(profile.measures),
    } | ({"handwritten": list(profile.handwritten)} if profile.handwritten else {})


def _finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {key: None if math.isnan(number) else number for key, number in numbers.items()}


def _part_data(part: Part) -> dict:
    mixture = part.mixture
    return {
        "n": part.n,
        "attributes": [_attribute_data(a) for a in part.attributes],
        "gaps": [{"attributes": list(gap.names), "fraction": round(gap.fraction, 6)} for gap in part.gaps],
        "mixture": {
            "weights": mixture.weights.round(6).tolist(),
            "means": mixture.means.round(4).tolist(),
            "covariance_unit": _COVARIANCE_UNIT,
            # Rows of the lower triangles.
            "covariances": [
                [np.rint(row[: i + 1] / _COVARIANCE_UNIT).astype(int).tolist() for i, row in enumerate(one)]
                for one in mixture.covariances
            ],
        },
    }


def _attribute_data(a: ProfileAttribute) -> dict:
    data = {"name": a.name, "kind": a.marginal.kind, "unit": a.unit, "group": a.group, "n": a.n}
    data |= {"gate": list(a.gate), "measured_fraction": round(a.measured_fraction, 5), "matched": a.matched}
    if isinstance(a.marginal, Continuous):
        return data | {"quantiles": [float(f"{q:.{_DIGITS}g}") for q in a.marginal.quantiles]}
    if a.marginal.kind == "binary":
        return data | {"frequency": round(float(a.marginal.frequencies[1]), 6)}
    return data | {
        "levels": dict(zip(a.marginal.names, a.marginal.frequencies.round(6).tolist(), strict=True))
    }


def _translated(data: dict) -> dict:
    """The data of a file of format 1 under the keys of format 2.

    Format 1 holds a Gaussian copula, and attributes that are missing independently of all else. It does not
    list the measures that existed; those that were found are known to have existed.
    """
    parts = {
        key: part and _translated_part(part)
        for key, part in ((k, data[k]) for k in ("measured", "annotated"))
    }
    measures = [one["name"] for one in data["measured"]["attributes"]]
    added = {
        "measures": measures,
        "handwritten": data.get("written", []),
        "separated": {key: {"auc": auc, "low": None, "high": None} for key, auc in data["fidelity"].items()},
        "dependence": "a Gaussian copula",
    }
    return data | parts | added


def _translated_part(data: dict) -> dict:
    attributes = [{"measured_fraction": a["measured"], **a} for a in data["attributes"]]
    partly = [a for a in attributes if 0 < a["measured_fraction"] < 1]
    gaps = [{"attributes": [a["name"]], "fraction": 1 - a["measured_fraction"]} for a in partly]
    known = len(attributes)
    if len(data["correlation"]) != known:
        raise ValueError("the correlation does not fit the attributes")
    rows = [[*row] for row in data["correlation"]]
    rows += [[0.0] * (known + i) + [1.0] for i in range(len(gaps))]
    mixture = {"weights": [1.0], "means": [[0.0] * len(rows)], "covariance_unit": 1.0, "covariances": [rows]}
    return data | {"attributes": attributes, "gaps": gaps, "mixture": mixture}


def _profile_of(data: dict) -> Profile:
    annotated = _part_of(data["annotated"]) if data["annotated"] else None
    return Profile(
        name=str(data["name"]),
        source=str(data["source"]),
        method=str(data["method"]),
        measured=_part_of(data["measured"]),
        annotated=annotated,
        links=tuple(Link(**link) for link in data["links"]),
        separated={key: _separated_of(one) for key, one in data["separated"].items()},
        handwritten=tuple(str(name) for name in data.get("handwritten", ())),
        measures=tuple(str(name) for name in data["measures"]),
        dependence=str(data["dependence"]),
    )


def _separated_of(data: dict) -> Separated:
    numbers = (data[key] for key in ("auc", "low", "high"))
    return Separated(*(math.nan if number is None else float(number) for number in numbers))


def _part_of(data: dict) -> Part:
    n = int(data["n"])
    if n <= 0:
        raise ValueError(f"a part of {n} rows")
    attributes = tuple(_attribute_of(one) for one in data["attributes"])
    gaps = tuple(_gap_of(one, attributes) for one in data["gaps"])
    return Part(n, attributes, _mixture_of(data["mixture"], len(attributes) + len(gaps)), gaps)


def _gap_of(data: dict, attributes: Sequence[ProfileAttribute]) -> Gap:
    names, fraction = tuple(str(name) for name in data["attributes"]), float(data["fraction"])
    gates = {a.name: a.gate for a in attributes}
    if not names or not set(names) <= set(gates) or len({gates[name] for name in names}) > 1:
        raise ValueError(f"a gap of {', '.join(names)}, which are no attributes or have several gates")
    if not 0 < fraction <= 1:
        raise ValueError(f"a gap of {names[0]!r} in {fraction} of the rows")
    return Gap(names, fraction)


def _mixture_of(data: dict, size: int) -> Mixture:
    """The mixture of `size` latents; rounding of a correlation matrix may have cost definiteness."""
    weights, means = (np.array(data[key], float) for key in ("weights", "means"))
    if means.ndim != 2 or means.shape[1] != size or len(data["covariances"]) != len(weights):
        raise ValueError(f"a mixture that does not fit {size} attributes and gaps")
    covariances = np.empty((len(weights), size, size))
    for full, rows in zip(covariances, data["covariances"], strict=True):
        if len(rows) != size or [len(row) for row in rows] != list(range(1, size + 1)):
            raise ValueError("a covariance that does not fit the attributes")
        for i, row in enumerate(rows):
            full[i, : i + 1] = full[: i + 1, i] = row
    covariances *= float(data["covariance_unit"])
    if len(weights) == 1 and not means.any() and size and np.isfinite(covariances).all():
        if np.abs(covariances).max() > 1 or np.any(np.diag(covariances[0]) != 1):
            raise ValueError("a copula with other numbers than correlations")
        return Mixture.copula(nearest_correlation(covariances[0]))
    return Mixture.checked(weights, means, covariances)


def _attribute_of(data: dict) -> ProfileAttribute:
    return ProfileAttribute(
        name=str(data["name"]),
        unit=str(data["unit"]),
        group=str(data["group"]),
        marginal=_marginal_of(data),
        gate=tuple(data["gate"]),
        measured_fraction=float(data["measured_fraction"]),
        n=int(data["n"]),
        matched=bool(data["matched"]),
    )


def _marginal_of(data: dict) -> Marginal:
    if data["kind"] == "continuous":
        quantiles = np.array(data["quantiles"], float)
        if len(quantiles) != len(GRID) or not np.isfinite(quantiles).all() or np.any(np.diff(quantiles) < 0):
            raise ValueError(f"the quantiles of {data['name']!r} are not {len(GRID)} rising numbers")
        return Continuous(quantiles)
    if data["kind"] == "binary":
        frequency = float(data["frequency"])
        if not 0 <= frequency <= 1:
            raise ValueError(f"the frequency of {data['name']!r} is {frequency}")
        return Levels.binary(frequency)
    if data["kind"] == "ordinal":
        frequencies = np.array(list(data["levels"].values()), float)
        if not (frequencies >= 0).all() or not abs(frequencies.sum() - 1) <= 1e-3:
            raise ValueError(f"the frequencies of {data['name']!r} do not sum to 1")
        return Levels(tuple(data["levels"]), frequencies / frequencies.sum())
    raise ValueError(f"unknown kind {data['kind']!r} of {data['name']!r}")
