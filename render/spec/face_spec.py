"""FaceSpec: everything that one face is, as numbers and names.

A spec and the facegen version render the same sample again. Specs are frozen, hold no arrays and no Blender
objects, and go through JSON without loss. Angles are degrees, lengths metres unless a name says mm, colours
linear RGB. Left and right are the subject's.
"""

from __future__ import annotations

import dataclasses
import typing
from dataclasses import dataclass, field

from facegen.datasets.errors import FacegenError

SPEC_VERSION = 1

HAIR_STYLES = (
    "bald",
    "wreath",
    "buzz",
    "short",
    "side_part",
    "quiff",
    "slick_back",
    "fringe",
    "curly_short",
    "afro",
    "bob",
    "long_straight",
    "long_wavy",
    "long_curly",
    "locs",
    "tied_back",
    "ponytail",
    "updo",
    "braids",
)
FACIAL_HAIR = ("none", "stubble", "moustache", "goatee", "full_beard", "sideburns")
GLASSES = ("none", "round", "rectangular", "oval", "browline", "aviator", "wayfarer", "cat_eye", "rimless")
GARMENTS = (
    "crew",
    "v_neck",
    "scoop",
    "tank",
    "strapless",
    "turtleneck",
    "shirt",
    "suit",
    "blazer",
    "open_collar",
    "coat",
    "hoodie",
)
FABRICS = ("woven", "knit", "fleece", "satin", "leather")
HEADWEAR = ("none", "beanie", "cap", "fedora", "cowboy", "sun_hat", "bucket")
EARRINGS = ("none", "stud", "hoop", "drop")
NECKLACES = ("none", "chain", "pendant", "beads", "choker")
BACKGROUNDS = (
    "plain",
    "gradient",
    "blobs",
    "bokeh",
    "wall",
    "text_wall",
    "foliage",
    "sky",
    "room",
    "street",
    "crowd",
    "stage",
)
HDRIS = ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")


@dataclass(frozen=True)
class Identity:
    """Who it is. gender: 0 female, 1 male. age in years. Ancestry shares sum to 1."""

    gender: float = 0.5
    age: float = 35.0
    african: float = 1 / 3
    asian: float = 1 / 3
    caucasian: float = 1 / 3
    weight: float = 0.5
    muscle: float = 0.5
    sliders: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pose:
    """yaw to the subject's left, pitch up, roll to the left shoulder: the skull against the camera.

    turn: share of yaw made by the neck, the rest by the whole body. body_yaw: degrees that the body is turned
    beyond that, to the subject's left. lean: degrees that it leans forward. gaze: eyes against the skull.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    turn: float = 0.5
    body_yaw: float = 0.0
    lean: float = 0.0
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0


@dataclass(frozen=True)
class Skin:
    """Two pigments as volume fractions, and what lies on them.

    melanin in [0.01, 0.45] of the epidermis, haemoglobin in [0.01, 0.1] of the dermis: Jimenez et al., A
    Practical Appearance Model for Dynamic Facial Color, 2010, after Donner and Jensen 2006. lid_crease: depth
    of the upper lid's fold, 0 for a lid without one. lid_shade: how much light lids lose to their depth,
    thin skin and lashes; 0 is lighter than the rest of the face (assets.skin.LIDS_LIGHT). lip_gloss: 0 for
    dry lips, 1 for a coat of gloss. eye_bags: how deep and dark they are. subsurface: share of the light that
    is scattered under the skin; 0 is paint.
    """

    melanin: float = 0.1
    haemoglobin: float = 0.03
    warmth: float = 0.0
    roughness: float = 0.5
    oil: float = 0.3
    pores: float = 0.5
    wrinkles: float = 0.1
    freckles: float = 0.0
    spots: float = 0.1
    moles: float = 0.1
    blemishes: float = 0.0
    scars: float = 0.0
    blush: float = 0.3
    lip_colour: float = 0.3
    lipstick: tuple[float, float, float] = (0.4, 0.05, 0.06)
    lipstick_amount: float = 0.0
    lip_gloss: float = 0.2
    eye_shadow: float = 0.0
    lid_crease: float = 0.7
    lid_shade: float = 0.5
    eye_bags: float = 0.3
    subsurface: float = 1.0
    texture_seed: int = 0


@dataclass(frozen=True)
class Eyes:
    """family: a key of assets.eyes.IRIS_FAMILIES; pupil: radius over iris radius."""

    family: str = "brown"
    iris_mm: float = 5.85
    pupil: float = 0.38
    redness: float = 0.2


@dataclass(frozen=True)
class Brows:
    """Shape of assets.regions.BrowShape, and the hairs on it."""

    height: float = 0.0
    thickness: float = 1.0
    arch: float = 0.0
    inner: float = 0.0
    length: float = 0.0
    lift: float = 0.0
    longer: float = 0.0
    thicker: float = 0.0
    density: float = 0.7
    lashes: float = 0.5


@dataclass(frozen=True)
class HairColour:
    """melanin, redness: Principled Hair's axes; grey: share of white hairs; dye replaces the pigment."""

    melanin: float = 0.7
    redness: float = 0.3
    grey: float = 0.0
    dye: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Hair:
    """style: one of HAIR_STYLES; length and volume scale the style's own.

    part: side of the parting and of a swept fringe. fringe: 0 none, 1 to the brows (means nothing to the
    styles of render.grooms.NO_FRINGE). hairline_height, recession, peak: chart mm. thinning: share of hairs
    lost on top. behind: 0 hair falls in front of the shoulders, 1 behind them; uneven: by how much more on
    the left than on the right. sides: scales the length of the sides and the nape of grooms.CUTS. sideburn:
    mm by which hair reaches lower before the ears. tousle: 0 combed, 1 ruffled.
    """

    style: str = "short"
    length: float = 1.0
    volume: float = 1.0
    part: float = 0.0
    curl: float = 0.0
    frizz: float = 0.5
    tousle: float = 0.0
    fringe: float = 0.0
    hairline_height: float = 0.0
    recession: float = 0.0
    peak: float = 0.0
    thinning: float = 0.0
    behind: float = 0.5
    uneven: float = 0.0
    sides: float = 1.0
    sideburn: float = 0.0
    colour: HairColour = field(default_factory=HairColour)


@dataclass(frozen=True)
class FacialHair:
    """kind: one of FACIAL_HAIR; length in mm; shadow: unshaven darkness of the skin.

    cheek_line, neck_line: mm that the beard reaches higher on the cheek and lower on the throat.
    """

    kind: str = "none"
    length_mm: float = 6.0
    density: float = 0.7
    shadow: float = 0.0
    cheek_line: float = 0.0
    neck_line: float = 0.0


@dataclass(frozen=True)
class Glasses:
    """kind: one of GLASSES. Sizes are scales of a standard frame; tint: darkness of the lens, which passes
    the colour `lens`; gradient: share of the tint that its bottom lacks; glare: how much it mirrors.
    """

    kind: str = "none"
    width: float = 1.0
    height: float = 1.0
    thickness_mm: float = 2.2
    colour: tuple[float, float, float] = (0.02, 0.02, 0.02)
    metal: float = 0.0
    tint: float = 0.0
    lens: tuple[float, float, float] = (0.05, 0.05, 0.055)
    gradient: float = 0.0
    glare: float = 0.2
    slip_mm: float = 0.0


@dataclass(frozen=True)
class Headwear:
    """kind: one of HEADWEAR. front_mm, back_mm: height of its lower edge over the eyes, before and behind.

    lean: degrees to the left ear; crown, brim, curl: shape in [0, 1]; turned: 1 = a cap worn backwards.
    """

    kind: str = "none"
    front_mm: float = 58.0
    back_mm: float = 8.0
    lean: float = 0.0
    crown: float = 0.5
    brim: float = 0.5
    curl: float = 0.5
    turned: float = 0.0
    colour: tuple[float, float, float] = (0.05, 0.05, 0.06)
    second: tuple[float, float, float] = (0.3, 0.3, 0.3)
    pattern: str = "plain"
    roughness: float = 0.85


@dataclass(frozen=True)
class Jewellery:
    """earrings: one of EARRINGS, earring_mm its size; necklace: one of NECKLACES, drop_mm its length.

    earring_mm: diameter of studs and hoops, length of drops. necklace_mm: size of a bead, of a pendant, or
    width of a band. colour: of the metal; stone: of stones, pearls and bands; metal: metalness of `colour`.
    """

    earrings: str = "none"
    earring_mm: float = 6.0
    necklace: str = "none"
    necklace_mm: float = 8.0
    drop_mm: float = 40.0
    colour: tuple[float, float, float] = (0.85, 0.65, 0.32)
    stone: tuple[float, float, float] = (0.75, 0.72, 0.68)
    metal: float = 1.0


@dataclass(frozen=True)
class Garment:
    """cut: one of GARMENTS; depth: of the neckline, 0 to 1; pattern: one of assets.cloth.PATTERNS.

    inner: colour of what is worn under a jacket; fabric: one of FABRICS; folds: 0 hangs smooth,
    1 in deep folds.
    """

    cut: str = "crew"
    depth: float = 0.5
    colour: tuple[float, float, float] = (0.2, 0.2, 0.25)
    second: tuple[float, float, float] = (0.6, 0.6, 0.6)
    inner: tuple[float, float, float] = (0.6, 0.6, 0.6)
    pattern: str = "plain"
    roughness: float = 0.8
    fabric: str = "woven"
    folds: float = 0.5


@dataclass(frozen=True)
class Light:
    """HDRI turned by `turn` degrees and scaled; lamps (watts at arm's length) in the camera's frame."""

    hdri: str = "studio"
    turn: float = 0.0
    strength: float = 1.0
    key: float = 0.0
    key_azimuth: float = 40.0
    key_elevation: float = 30.0
    key_size: float = 0.5
    fill: float = 0.0
    fill_elevation: float = 5.0
    rim: float = 0.0
    rim_kelvin: float = 6500.0
    flash: float = 0.0
    kelvin: float = 5500.0


@dataclass(frozen=True)
class Look:
    """What the developed picture is to show, as the audit measures it; 0 leaves it to the camera's settings.

    contrast: standard deviation of L*; skin_lightness, skin_redness, skin_yellowness: median L*, a* and b* of
    the skin; sharpness: log10 of the variance of the Laplacian over the face; noise: sigma of L* over the
    skin; blacks, whites: share of pixels under L* 2 and over L* 99; background_sharpness: log10 of the
    variance of the Laplacian over the background.
    """

    contrast: float = 0.0
    skin_lightness: float = 0.0
    skin_redness: float = 0.0
    skin_yellowness: float = 0.0
    sharpness: float = 0.0
    noise: float = 0.0
    blacks: float = 0.0
    whites: float = 0.0
    background_sharpness: float = 0.0


@dataclass(frozen=True)
class Camera:
    """crop: framing rule; distance from the eyes; residual jitter of the crop; picture-taking.

    metering: share of the face's under- or over-exposure that the camera corrects (1 = wholly automatic).
    skin_lightness: median L* of the skin to expose for; 0 leaves it to metering and exposure (stops).
    blur_px, sharpen: at 256 pixels; sharpening is an unsharp mask of one pixel. backdrop_blur: of what lies
    behind alone.
    white_balance: share of the light's colour that the camera removes.
    aperture_mm: diameter of the lens opening, focused on the eyes; 0 holds the whole head sharp.
    look: what development aims at, turning the settings above as an editor turns sliders, within bounds.
    """

    crop: str = "celebahq"
    distance: float = 1.5
    scale: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    tilt: float = 0.0
    exposure: float = 0.0
    metering: float = 0.7
    skin_lightness: float = 0.0
    white_balance: float = 0.75
    kelvin_shift: float = 0.0
    contrast: float = 1.0
    saturation: float = 1.0
    noise: float = 0.003
    blur_px: float = 0.0
    sharpen: float = 0.5
    vignette: float = 0.0
    jpeg: int = 95
    aperture_mm: float = 0.0
    backdrop_blur: float = 0.0
    look: Look = field(default_factory=Look)


@dataclass(frozen=True)
class Background:
    """kind: one of BACKGROUNDS, drawn from `seed`, blurred by `blur` of the width, graded to two tones.

    first, second: the scene's dark and bright tone, or bright and dark; tint: share of its hues that they
    set; chroma: scale of its own colours; colourfulness: the encoded picture's M3, 0 leaves it.
    photograph: file name in the user's folder, taken in place of the scene with its own tones.
    """

    kind: str = "gradient"
    first: tuple[float, float, float] = (0.3, 0.3, 0.32)
    second: tuple[float, float, float] = (0.1, 0.1, 0.12)
    tint: float = 0.3
    chroma: float = 1.0
    colourfulness: float = 0.0
    blur: float = 0.02
    photograph: str = ""
    seed: int = 0


@dataclass(frozen=True)
class FaceSpec:
    """One face, complete."""

    seed: int = 0
    index: int = 0
    identity: Identity = field(default_factory=Identity)
    expression: dict[str, float] = field(default_factory=dict)
    pose: Pose = field(default_factory=Pose)
    skin: Skin = field(default_factory=Skin)
    eyes: Eyes = field(default_factory=Eyes)
    brows: Brows = field(default_factory=Brows)
    hair: Hair = field(default_factory=Hair)
    facial_hair: FacialHair = field(default_factory=FacialHair)
    glasses: Glasses = field(default_factory=Glasses)
    headwear: Headwear = field(default_factory=Headwear)
    jewellery: Jewellery = field(default_factory=Jewellery)
    garment: Garment = field(default_factory=Garment)
    light: Light = field(default_factory=Light)
    camera: Camera = field(default_factory=Camera)
    background: Background = field(default_factory=Background)
    version: int = SPEC_VERSION

    def to_dict(self) -> dict:
        """Plain JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> FaceSpec:
        """Inverse of `to_dict`. Raises FacegenError for another version or an unknown field."""
        version = data.get("version")
        if version != SPEC_VERSION:
            raise FacegenError(f"face spec of version {version!r}: this facegen reads version {SPEC_VERSION}")
        return _build(cls, data, "spec")


def _build(cls, data, where):
    hints = typing.get_type_hints(cls)
    unknown = set(data) - set(hints)
    if unknown:
        raise FacegenError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    values = {}
    for name, value in data.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            value = _build(hint, value, f"{where}.{name}")
        elif isinstance(value, list):
            value = tuple(value)
        values[name] = value
    return cls(**values)


def attribute(spec: FaceSpec, path: str):
    """Value of a dotted path, as `attribute(spec, "hair.colour.melanin")`."""
    value: object = spec
    for part in path.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def replace(spec: FaceSpec, path: str, value) -> FaceSpec:
    """A copy with one dotted path changed. FacegenError: an unknown path, or a value of another kind."""
    head, _, rest = path.partition(".")
    return _replace(spec, head, rest, value, path)


def _replace(node, head, rest, value, path):
    if isinstance(node, dict):
        return {**node, (f"{head}.{rest}" if rest else head): float(value)}
    names = [f.name for f in dataclasses.fields(node)]
    if head not in names:
        raise FacegenError(f"unknown attribute {path!r}: {head!r} is none of {', '.join(names)}")
    old = getattr(node, head)
    if rest:
        if not (dataclasses.is_dataclass(old) or isinstance(old, dict)):
            raise FacegenError(f"unknown attribute {path!r}: {head!r} has no parts")
        inner, _, more = rest.partition(".")
        return dataclasses.replace(node, **{head: _replace(old, inner, more, value, path)})
    if dataclasses.is_dataclass(old) or isinstance(old, dict):
        raise FacegenError(f"{path!r} has parts: name one, as {path}.NAME")
    try:
        value = value if old is None or isinstance(value, tuple) else type(old)(value)
    except (TypeError, ValueError) as error:
        raise FacegenError(f"{path}: {value!r} is not a {type(old).__name__}") from error
    return dataclasses.replace(node, **{head: value})
