"""One face, one attribute swept: the specs behind `facegen preview --vary`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import SHORT, Attribute, families, find, paths, rules, sweep
from facegen.render.spec.face_spec import ANCESTRY, settle_ancestry
from facegen.render.spec.spec_fields import NOTHING, Need


@dataclass(frozen=True)
class Variation:
    """One tile of a sweep."""

    caption: str
    spec: s.FaceSpec


def attributes(which: str) -> list[str]:
    """Paths that `--vary` names: one attribute, 'all', or a family as 'expression' or 'sliders'.

    Seeds are left out of 'all': they have no order. Raises FacegenError for an unknown name.
    """
    if which == "all":
        return [p.removesuffix(".*") for p in paths() if not rules()[p.removesuffix(".*")].is_seed]
    family = family_of(which)
    return [family] if family else [find(which).path]


def family_of(which: str) -> str | None:
    """The full name of a dictionary of the spec, or None."""
    name = which.removesuffix(".*")
    name = SHORT.get(f"{name}.", f"{name}.").removesuffix(".")
    return name if name in families() else None


def variations(base: s.FaceSpec, path: str, steps: int) -> list[Variation]:
    """The face with one attribute at every step of its range (all its choices), or a family one at a time.

    What the attribute needs in order to show (glasses for their tint) is put on where it lacks.
    """
    if steps < 2:
        raise FacegenError(f"--steps {steps}: a sweep needs 2 or more")
    family = family_of(path)
    if family:
        names, (_, high) = families()[family]
        at_rest = s.replace(base, f"{family}.{names[0]}", 0.0)
        for name in names[1:]:
            at_rest = s.replace(at_rest, f"{family}.{name}", 0.0)
        shown = [Variation(n, s.replace(at_rest, f"{family}.{n}", high)) for n in names]
        return [Variation(f"{family} at 0", at_rest), *shown]
    attribute = find(path)
    base = with_needs(base, attribute.path)
    return [
        Variation(_caption(attribute, value), put(base, path, value)) for value in sweep(attribute, steps)
    ]


def put(spec: s.FaceSpec, path: str, value: object) -> s.FaceSpec:
    """The spec with one attribute set; ancestry fractions still sum to 1."""
    path = find(path).path
    changed = s.replace(spec, path, value)
    name = path.removeprefix("identity.")
    return settle_ancestry(changed, [name]) if name in ANCESTRY else changed


def with_needs(spec: s.FaceSpec, path: str) -> s.FaceSpec:
    """The spec with what `path` needs in order to show."""
    rule = rules().get(path)
    for need in rule.needs if rule else ():
        if path != need.setting and not _shown(need, path, s.attribute(spec, need.setting)):
            spec = s.replace(spec, need.setting, need.value)
    return spec


def _shown(need: Need, path: str, now: object) -> bool:
    """Whether the value of `need.setting` lets the attribute show."""
    if need.worn:
        return now not in NOTHING
    if need.flag or need.shows:
        entry = rules()[need.setting].entries().get(now)
        if entry is None:  # "none"
            return False
        return bool(getattr(entry, need.flag)) if need.flag else path.rpartition(".")[2] in entry.shows
    return now in need.enough


def _caption(attribute: Attribute, value: Any) -> str:
    name = attribute.path.rpartition(".")[2]
    if attribute.kind == "choice":
        return str(value)
    if attribute.kind == "colour":
        return f"{name} {','.join(f'{v:.1f}' for v in value)}"
    return f"{name} {value:.3g}"
