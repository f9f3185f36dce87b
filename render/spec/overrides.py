"""`--set attribute=value|range`: fix or spread one attribute of every face.

hair.style=afro            one value
pose.yaw=-40:40            uniform between two numbers
glasses.kind=round|oval    one of several, evenly
hair.style=shag:bob|afro:buzz   exchanged: a bob where a shag would be, the other styles stay
garment.colour=0.4,0.1,0.1 a colour, linear RGB

A setting of the camera that is set is no longer adjusted to reach the development target
(render.develop.auto_develop).

`--without` names settings that are taken together: what a face looks like without one part of the renderer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import generator
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import Attribute, find
from facegen.render.spec.face_spec import ANCESTRY, settle_ancestry

NO_HAIR_OVER_FACE = ("hair.drape_left=0", "hair.drape_right=0", "hair.loose=0")
WITHOUT = {
    "subsurface": ("skin.subsurface=0",),
    "light": (
        "light.hdri=studio",
        "light.turn=0",
        "light.strength=1",
        "light.key=0",
        "light.fill=0.5",
        "light.fill_elevation=5",
        "light.rim=0",
        "light.flash=0",
        "light.kelvin=5500",
    ),
    "camera": (
        "camera.contrast=1",
        "camera.saturation=1",
        "camera.kelvin_shift=0",
        "camera.tint=0",
        "camera.style=colour",
        "camera.noise=0",
        "camera.blur_px=0",
        "camera.sharpen=0",
        "camera.vignette=0",
        "camera.jpeg=100",
        "camera.aperture_mm=0",
        "camera.backdrop_blur=0",
        "camera.look.blacks=0",
        "camera.look.whites=0",
    ),
    "occluders": ("hand.kind=none", "thing.kind=none", *NO_HAIR_OVER_FACE),
    # Headwear and clothes as they were before the rare kinds: each turns into the common one nearest to it.
    "rare-wear": (
        "headwear.kind=flat_cap:cap|bandana:beanie|head_scarf:beanie|head_wrap:beanie|hood:beanie"
        "|fur_hat:beanie|turban:beanie|towel:beanie|scarf_band:none|visor:cap|flower_crown:none"
        "|helmet:beanie|headband:none|tiara:none|hair_flower:none|net_veil:none",
        "headwear.turned=0",
        "headwear.emblem=none",
        "garment.cut=tuxedo:suit|scarf:coat|roll_neck:turtleneck|jumper:crew|camisole:tank|halter:strapless"
        "|zipped:hoodie|uniform:shirt|fur_collar:coat|lace_top:scoop",
        "garment.pattern=lettering:print|lace:plain",
        "garment.fabric=denim:woven",
    ),
    "rare-hair": (
        "hair.style=spiky:quiff|shag:long_wavy|swept:side_part|half_up:long_straight|high_bun:updo"
        "|box_braids:locs|cornrows:buzz",
        "hair.fringe_density=1",
        "hair.wind=0",
        "hair.wet=0",
        *NO_HAIR_OVER_FACE,
    ),
}
TARGETS = "camera.look."  # development targets
# Actions that pull the same part in opposite ways.
OPPOSITES = (
    *((f"eyeBlink{side}", f"eyeWide{side}") for side in ("Left", "Right")),
    *((f"eyeLookUp{side}", f"eyeLookDown{side}") for side in ("Left", "Right")),
    *((f"eyeLookIn{side}", f"eyeLookOut{side}") for side in ("Left", "Right")),
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
)


@dataclass(frozen=True)
class Override:
    """One parsed `--set`.

    given : the attribute, narrowed to what the text allows: low to high (the same for one number), or names
    colour : of an attribute that is one
    exchanged : of a choice, what stands for which name; None where the attribute is set whatever it was
    """

    text: str
    given: Attribute
    colour: tuple[float, float, float] | None = None
    exchanged: Mapping[str, str] | None = None

    @property
    def path(self) -> str:
        return self.given.path

    def apply(self, spec: s.FaceSpec) -> s.FaceSpec:
        """The spec with this attribute set, drawn by the spec's own seed and index."""
        rng = generator(spec.seed, spec.index, f"set.{self.path}")
        value: object
        if self.colour is not None:
            value = self.colour
        elif self.exchanged is not None:
            old = str(s.attribute(spec, self.path))
            value = self.exchanged.get(old, old)
        elif self.given.kind == "choice":
            value = str(rng.choice(self.given.names))
        else:
            value = float(rng.uniform(self.given.low, self.given.high))
        if self.given.rule.developed_for:
            spec = s.replace(spec, self.given.rule.developed_for, 0.0)
        return s.replace(spec, self.path, value)


def apply_all(spec: s.FaceSpec, overrides: Sequence[Override]) -> s.FaceSpec:
    """The spec with every override applied; ancestry fractions that were not set make room for the others."""
    # A setting that is set clears its development target: explicit targets are applied after it and win.
    for override in sorted(overrides, key=lambda one: one.path.startswith(TARGETS)):
        spec = override.apply(spec)
    given = [name for name in ANCESTRY if f"identity.{name}" in {o.path for o in overrides}]
    return settle_ancestry(spec, given) if given else spec


def parse(text: str) -> Override:
    """An Override from its text; FacegenError says what is wrong with it and what it may be."""
    path, sign, value = text.partition("=")
    path, value = path.strip(), value.strip()
    if not sign or not path or not value:
        raise FacegenError(f"--set {text!r}: write ATTRIBUTE=VALUE, ATTRIBUTE=LOW:HIGH or ATTRIBUTE=A|B")
    try:
        attribute = find(path)
    except FacegenError as error:
        raise FacegenError(f"--set: {error}") from None
    path = attribute.path
    if attribute.kind == "choice":
        return _parse_choice(text, attribute, [v.strip() for v in value.split("|")])
    parts = value.split(",") if attribute.kind == "colour" else value.split(":")
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError:
        numbers = ()
    if len(numbers) not in ((3,) if attribute.kind == "colour" else (1, 2)):
        kind = "colour" if attribute.kind == "colour" else "number and no range"
        raise FacegenError(f"--set {path}: {value!r} is no {kind}: give {attribute.limits()}")
    for number in numbers:
        if not attribute.low <= number <= attribute.high:
            raise FacegenError(f"--set {path}: {number:g} is out of range: it goes from {attribute.limits()}")
    if attribute.kind == "colour":
        return Override(text, attribute, (numbers[0], numbers[1], numbers[2]))
    if numbers[0] > numbers[-1]:
        raise FacegenError(f"--set {path}: the range {value} runs backwards")
    return Override(text, dataclasses.replace(attribute, low=numbers[0], high=numbers[-1]))


def _parse_choice(text: str, attribute: Attribute, parts: Sequence[str]) -> Override:
    """One of some names, or names that are exchanged: NAME|NAME or OLD:NEW|OLD:NEW."""
    pairs = [tuple(name.strip() for name in part.split(":")) for part in parts]
    lengths = {len(pair) for pair in pairs}
    if lengths - {1, 2} or len(lengths) > 1:
        raise FacegenError(
            f"--set {attribute.path}: {'|'.join(parts)} mixes names: give NAME|NAME to draw one of them, or "
            "OLD:NEW|OLD:NEW to exchange them"
        )
    for name in (name for pair in pairs for name in pair):
        if name not in attribute.names:
            raise FacegenError(f"--set {attribute.path}: {name!r} is not {attribute.limits()}")
    if lengths == {1}:
        return Override(text, dataclasses.replace(attribute, names=tuple(name for (name,) in pairs)))
    old = [pair[0] for pair in pairs]
    if len(set(old)) < len(old):
        raise FacegenError(f"--set {attribute.path}: exchanges one name twice")
    exchanged = {pair[0]: pair[1] for pair in pairs}
    kept = [name for name in attribute.names if name not in exchanged]
    names = tuple(dict.fromkeys([*kept, *exchanged.values()]))
    return Override(text, dataclasses.replace(attribute, names=names), exchanged=exchanged)


def check_together(overrides: Sequence[Override]) -> None:
    """Raises FacegenError where two `--set` contradict each other."""
    by_path: dict[str, Override] = {}
    for override in overrides:
        if override.path in by_path:
            raise FacegenError(
                f"--set {override.path} is given twice: {by_path[override.path].text} and {override.text}"
            )
        by_path[override.path] = override
    for other, override in by_path.items():
        path, name = override.given.rule.void_when or ("", "")
        if path in by_path and by_path[path].given.names == (name,) and other != path:
            raise FacegenError(f"--set {other} contradicts {path}={name}: leave one of them out")
    for one, other in OPPOSITES:
        pair = [by_path.get(f"expression.{name}") for name in (one, other)]
        if all(o is not None and o.given.low > 0 for o in pair):
            raise FacegenError(f"--set expression.{one} contradicts expression.{other}: leave one at 0")
    fractions = [by_path[f"identity.{name}"] for name in ANCESTRY if f"identity.{name}" in by_path]
    most, least = sum(o.given.high for o in fractions), sum(o.given.low for o in fractions)
    if most > 1 + 1e-6 or (len(fractions) == 3 and least < 1 - 1e-6):
        raise FacegenError(
            f"--set {' '.join(o.text for o in fractions)}: african, asian and caucasian sum to 1: "
            "set fewer of them, the rest makes room"
        )
