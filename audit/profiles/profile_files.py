"""Profile files: JSON, versioned, aggregates only; and the profiles that ship with the package."""

import json
import math
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np

from facegen.audit.measures.measure_table import BY_NAME, MEASURES_VERSION
from facegen.audit.profiles.annotated_attributes import ANNOTATED_KINDS
from facegen.audit.profiles.attribute_profile import Link, Part, Profile, ProfileAttribute
from facegen.audit.profiles.copula import nearest_correlation
from facegen.audit.profiles.handwritten_profile import parse_handwritten
from facegen.audit.profiles.marginals import GRID, Continuous, Levels, Marginal
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import write_bytes

FORMAT, FORMAT_VERSION = "facegen-profile", 2  # version 1 is read too
_DIGITS = 5  # significant digits of a quantile: finer than any measure's noise
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
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FacegenError(f"{path}: cannot be read as a profile ({error})") from None
    return _parsed(text, str(path), path.suffix, (path.resolve(), *above))


def parse_profile(text: str, where: str) -> Profile:
    """The profile in a JSON text; `where` names it in errors."""
    try:
        data = json.loads(text)
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
    text = text.replace('{"name"', '\n{"name"').replace('"correlation":[[', '\n"correlation":[[')
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
        "fidelity": {key: None if math.isnan(auc) else auc for key, auc in profile.fidelity.items()},
        "measured": _part_data(profile.measured),
        "annotated": _part_data(profile.annotated) if profile.annotated else None,
        "links": [vars(link) for link in profile.links],
        "measures": list(profile.measures),
    } | ({"handwritten": list(profile.handwritten)} if profile.handwritten else {})


def _part_data(part: Part) -> dict:
    rows = [[round(float(x), 6) for x in row[: i + 1]] for i, row in enumerate(part.correlation)]
    return {"n": part.n, "attributes": [_attribute_data(a) for a in part.attributes], "correlation": rows}


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

    Format 1 does not list the measures that existed; those that were found are known to have existed.
    """
    parts = {
        key: part
        and part | {"attributes": [{"measured_fraction": a["measured"], **a} for a in part["attributes"]]}
        for key, part in ((key, data[key]) for key in ("measured", "annotated"))
    }
    measures = [one["name"] for one in data["measured"]["attributes"]]
    return data | parts | {"measures": measures, "handwritten": data.get("written", [])}


def _profile_of(data: dict) -> Profile:
    annotated = _part_of(data["annotated"]) if data["annotated"] else None
    return Profile(
        name=str(data["name"]),
        source=str(data["source"]),
        method=str(data["method"]),
        measured=_part_of(data["measured"]),
        annotated=annotated,
        links=tuple(Link(**link) for link in data["links"]),
        fidelity={key: math.nan if auc is None else float(auc) for key, auc in data["fidelity"].items()},
        handwritten=tuple(str(name) for name in data.get("handwritten", ())),
        measures=tuple(str(name) for name in data["measures"]),
    )


def _part_of(data: dict) -> Part:
    n = int(data["n"])
    if n <= 0:
        raise ValueError(f"a part of {n} rows")
    attributes = tuple(_attribute_of(one) for one in data["attributes"])
    k = len(attributes)
    lower = np.zeros((k, k))
    for i, row in enumerate(data["correlation"]):
        if len(row) != i + 1:
            raise ValueError(f"row {i} of the correlation has {len(row)} numbers")
        lower[i, : i + 1] = row
    if len(data["correlation"]) != k or not np.isfinite(lower).all() or np.abs(lower).max(initial=0) > 1:
        raise ValueError("the correlation does not fit the attributes")
    full = lower + np.tril(lower, -1).T
    return Part(n, attributes, nearest_correlation(full))  # rounding may have cost definiteness


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
        if np.any(frequencies < 0) or abs(frequencies.sum() - 1) > 1e-3:
            raise ValueError(f"the frequencies of {data['name']!r} do not sum to 1")
        return Levels(tuple(data["levels"]), frequencies / frequencies.sum())
    raise ValueError(f"unknown kind {data['kind']!r} of {data['name']!r}")
