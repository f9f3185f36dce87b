"""One face, one attribute swept: the specs behind `facegen preview --vary`."""

from __future__ import annotations

from dataclasses import dataclass

from facegen.datasets.errors import FacegenError
from facegen.render import spec as s
from facegen.render.overrides import ANCESTRY, settle_ancestry
from facegen.render.ranges import FAMILIES, SEEDS, SHORT, Attribute, find, paths, sweep

# What must be there for an attribute to show: path or its beginning -> settings made where they lack.
NEEDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("glasses.", {"glasses.kind": "rectangular"}),
    ("facial_hair.length_mm", {"facial_hair.kind": "full_beard"}),
    ("facial_hair.density", {"facial_hair.kind": "full_beard"}),
    ("headwear.", {"headwear.kind": "beanie"}),
    ("jewellery.", {"jewellery.earrings": "hoop", "jewellery.necklace": "chain"}),
    ("skin.lipstick", {"skin.lipstick_amount": 0.8}),
    ("light.key_", {"light.key": 1.0, "light.strength": 0.2}),
    ("light.kelvin", {"light.key": 1.0, "light.strength": 0.2}),
    ("background.second", {"background.kind": "blobs"}),
    ("background.seed", {"background.kind": "blobs"}),
    ("background.blur", {"background.kind": "text_wall"}),
    ("garment.second", {"garment.pattern": "checks"}),
    ("camera.exposure", {"camera.skin_lightness": 0.0}),
    ("camera.metering", {"camera.skin_lightness": 0.0}),
    ("hair.colour.", {"hair.colour.dye": None}),
)
NOTHING = ("none", "bald", "plain")  # choices that show nothing of their parts
HAIR_FREE = ("hair.style", "hair.hairline_height", "hair.recession", "hair.peak")  # told on any head


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
        return [p.removesuffix(".*") for p in paths() if p not in _seeds()]
    family = family_of(which)
    return [family] if family else [find(which).path]


def family_of(which: str) -> str | None:
    """The full name of a dictionary of the spec, or None."""
    name = which.removesuffix(".*")
    name = SHORT.get(f"{name}.", f"{name}.").removesuffix(".")
    return name if name in FAMILIES else None


def variations(base: s.FaceSpec, path: str, steps: int) -> list[Variation]:
    """The face with one attribute at every step of its range (all its choices), or a family one at a time.

    What the attribute needs in order to show (glasses for their tint) is put on where it lacks.
    """
    if steps < 2:
        raise FacegenError(f"--steps {steps}: a sweep needs 2 or more")
    family = family_of(path)
    if family:
        names, (_, high) = FAMILIES[family]
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


def put(spec: s.FaceSpec, path: str, value) -> s.FaceSpec:
    """The spec with one attribute set; ancestry shares still sum to 1."""
    path = find(path).path
    changed = s.replace(spec, path, value)
    name = path.removeprefix("identity.")
    return settle_ancestry(changed, [name]) if name in ANCESTRY else changed


def with_needs(spec: s.FaceSpec, path: str) -> s.FaceSpec:
    """The spec with what `path` needs in order to show."""
    if path.startswith("hair.") and not path.startswith(HAIR_FREE) and spec.hair.style == "bald":
        spec = s.replace(spec, "hair.style", "short")
    for start, settings in NEEDS:
        if not path.startswith(start):
            continue
        for need, value in settings.items():
            if need == path:
                continue
            now = s.attribute(spec, need)
            if not isinstance(value, str) or now in NOTHING:
                spec = s.replace(spec, need, value)
    return spec


def _caption(attribute: Attribute, value) -> str:
    name = attribute.path.rpartition(".")[2]
    if attribute.kind == "choice":
        return str(value)
    if attribute.kind == "colour":
        return f"{name} {','.join(f'{v:.1f}' for v in value)}"
    return f"{name} {value:.3g}"


def _seeds():
    from facegen.render.ranges import RANGES

    return [path for path, limits in RANGES.items() if limits == SEEDS]
