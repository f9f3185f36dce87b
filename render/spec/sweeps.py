"""One face, one attribute swept: the specs behind `facegen preview --vary`."""

from __future__ import annotations

from dataclasses import dataclass

from facegen.assets.hair.hair_plan import CUTS
from facegen.datasets.errors import FacegenError
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import FAMILIES, SEEDS, SHORT, Attribute, find, paths, sweep
from facegen.render.spec.overrides import ANCESTRY, settle_ancestry

LONG = ("long_straight", "long_wavy", "bob")
BARE_NECK = ("strapless", "tank", "v_neck")
HAIR_AWAY = ("tied_back", "updo", "ponytail", "bald", "buzz", "short")
WORN = None  # anything but nothing


@dataclass(frozen=True)
class Need:
    """What must be there for attributes to show.

    path : an attribute, or the beginning of several
    setting, value : put on where it lacks
    enough : values of `setting` that show the attribute; WORN for any but NOTHING; empty to set it always
    """

    path: str
    setting: str
    value: object
    enough: tuple | None = ()


NOTHING = ("none", "bald", "plain")  # choices that show nothing of their parts
NEEDS = (
    Need("glasses.lens", "glasses.tint", 0.9),
    Need("glasses.gradient", "glasses.tint", 0.9),
    Need("glasses.", "glasses.kind", "rectangular", WORN),
    Need("facial_hair.length_mm", "facial_hair.kind", "full_beard", WORN),
    Need("facial_hair.density", "facial_hair.kind", "full_beard", WORN),
    Need("facial_hair.cheek_line", "facial_hair.kind", "full_beard", ("full_beard", "stubble")),
    Need("facial_hair.neck_line", "facial_hair.kind", "full_beard", ("full_beard", "stubble")),
    Need("headwear.curl", "headwear.kind", "cowboy", ("cap", "cowboy", "fedora")),
    Need("headwear.turned", "headwear.kind", "cap", ("cap",)),
    Need("headwear.brim", "headwear.kind", "sun_hat", ("cap", "fedora", "cowboy", "sun_hat", "bucket")),
    Need("headwear.second", "headwear.pattern", "stripes", WORN),
    Need("headwear.", "headwear.kind", "beanie", WORN),
    Need("jewellery.", "jewellery.earrings", "hoop", WORN),
    Need("jewellery.drop_mm", "jewellery.necklace", "pendant", ("chain", "pendant", "beads")),
    Need("jewellery.stone", "jewellery.necklace", "pendant", ("pendant",)),
    Need("jewellery.stone", "jewellery.earrings", "drop", ("drop", "stud")),
    Need("jewellery.", "jewellery.necklace", "chain", WORN),
    Need("jewellery.", "hair.style", "tied_back", HAIR_AWAY),
    Need("jewellery.", "garment.cut", "strapless", BARE_NECK),
    Need("jewellery.", "camera.crop", "loose"),
    Need("garment.depth", "garment.cut", "v_neck", ("v_neck",)),
    Need("garment.second", "garment.pattern", "checks", WORN),
    Need("garment.", "camera.crop", "loose"),
    Need("skin.lipstick", "skin.lipstick_amount", 0.8),
    Need("light.key_", "light.key", 1.0),
    Need("light.key_", "light.strength", 0.2),
    Need("light.kelvin", "light.key", 1.0),
    Need("light.kelvin", "light.strength", 0.2),
    Need("light.rim_kelvin", "light.rim", 0.8),
    Need("light.fill_elevation", "light.fill", 0.8),
    Need("background.second", "background.kind", "blobs", WORN),
    Need("background.seed", "background.kind", "blobs", WORN),
    Need("background.blur", "background.kind", "text_wall", WORN),
    Need("camera.exposure", "camera.skin_lightness", 0.0),
    Need("camera.metering", "camera.skin_lightness", 0.0),
    Need("camera.aperture_mm", "background.kind", "text_wall", WORN),
    Need("hair.part", "hair.style", "long_straight", (*LONG, "side_part", "long_curly", "locs")),
    Need("hair.curl", "hair.style", "long_wavy", (*LONG, "long_curly", "curly_short")),
    Need("hair.fringe", "hair.style", "long_straight", (*LONG, "fringe", "long_curly")),
    Need("hair.behind", "hair.style", "long_straight", (*LONG, "long_curly", "locs")),
    Need("hair.uneven", "hair.style", "long_straight", (*LONG, "long_curly", "locs")),
    Need("hair.sides", "hair.style", "short", CUTS),
    Need("hair.length", "hair.style", "long_straight", (*LONG, "long_curly")),
    Need("hair.colour.", "hair.colour.dye", None),
)
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
    for need in NEEDS:
        if not path.startswith(need.path) or path == need.setting:
            continue
        now = s.attribute(spec, need.setting)
        shown = now not in NOTHING if need.enough is WORN else now in need.enough
        if not shown:
            spec = s.replace(spec, need.setting, need.value)
    return spec


def _caption(attribute: Attribute, value) -> str:
    name = attribute.path.rpartition(".")[2]
    if attribute.kind == "choice":
        return str(value)
    if attribute.kind == "colour":
        return f"{name} {','.join(f'{v:.1f}' for v in value)}"
    return f"{name} {value:.3g}"


def _seeds():
    from facegen.render.spec.attribute_ranges import RANGES

    return [path for path, limits in RANGES.items() if limits == SEEDS]
