"""FaceSpec: everything that one face is, as numbers and names.

A spec and the facegen version render the same sample again. Specs are frozen, hold no arrays and no Blender
objects, and go through JSON without loss. Angles are degrees, lengths metres unless a name says mm, colours
linear RGB. Left and right are the subject's.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.render.spec import spec_fields as field
from facegen.render.spec.spec_fields import Rule, flagged, one_of, set_to, showing, worn

SPEC_VERSION = 2
# "module:function" that makes an Identity of an older version mean the same head today, imported when needed.
OLDER_IDENTITIES = {1: "facegen.assets.head.earlier_averages:with_current_averages"}
ANCESTRY = ("african", "asian", "caucasian")  # fractions of an identity, which sum to 1

CAMERA_STYLES = ("colour", "monochrome", "sepia")
MARKS = ("none", "watermark", "caption", "column", "signature", "frame")
FACIAL_HAIR = ("none", "stubble", "moustache", "goatee", "full_beard", "sideburns")
# Registries, imported when a field is first read (see `spec_fields`).
GLASSES = "facegen.assets.wear.glasses_registry:GLASSES_FRAMES"
HEADWEAR = "facegen.assets.wear.hat_registry:HATS"
EMBLEMS = "facegen.assets.wear.emblems:EMBLEMS"
EARRINGS = "facegen.assets.wear.jewellery_registry:EARRINGS"
NECKLACES = "facegen.assets.wear.jewellery_registry:NECKLACES"
THINGS = "facegen.assets.wear.thing_registry:THINGS"
HANDS = "facegen.assets.wear.hand_registry:HANDS"
GARMENTS = "facegen.assets.wear.garment_registry:GARMENT_CUTS"
PATTERNS = "facegen.assets.wear.cloth_patterns:PATTERNS"
HAIR_STYLES = "facegen.assets.hair.style_registry:HAIR_STYLES"
BACKDROPS = "facegen.assets.environment.backdrop_registry:BACKDROPS"
HDRIS = "facegen.assets.environment.hdri_registry:HDRIS"
FABRICS = ("woven", "knit", "fleece", "satin", "leather", "denim")

# What sweeps put on, and the choices that void others (see `spec_fields`).
HAS_HAIR = (worn("hair.style", "short"),)
SEEN_ON_LONG = (*HAS_HAIR, showing("hair.style", "long_straight"))
SEEN_ON_WAVY = (*HAS_HAIR, showing("hair.style", "long_wavy"))
FRINGED = (*HAS_HAIR, showing("hair.style", "fringe"), set_to("hair.fringe", 1.0))
SEEN_ON_SHORT = (*HAS_HAIR, showing("hair.style", "short"))
BEARDED = (worn("facial_hair.kind", "full_beard"),)
BEARD_LINES = (one_of("facial_hair.kind", "full_beard", "stubble"),)
BALD = ("hair.style", "bald")
SHAVEN = ("facial_hair.kind", "none")
JEWELLERY_SEEN = (
    worn("jewellery.earrings", "hoop"),
    worn("jewellery.necklace", "chain"),
    flagged("hair.style", "tied_back", "bares_ears"),
    flagged("garment.cut", "strapless", "bares_neck"),
    set_to("camera.crop", "loose"),
)
# A key light, and little else that could hide where it stands.
KEY_LIT = (set_to("light.key", 1.0), set_to("light.strength", 0.2))


@dataclass(frozen=True)
class Identity:
    """Who it is.

    Attributes
    ----------
    gender : 0 female, 1 male
    age : years
    african, asian, caucasian : fractions of three average heads of the head model; they sum to 1
    weight, muscle : the head model's axes; 0.5 is average
    shape_factors : in standard deviations, how this person differs from the average of its sex, ancestry and
        age in what varies together in people (assets.head.shape_distribution); absent ones are 0
    sliders : shape sliders of head and neck that this person adds to both
    """

    gender: float = field.number(0.5, 0, 1)
    age: float = field.number(35.0, 16, 90, "years")
    african: float = field.number(1 / 3, 0, 1)
    asian: float = field.number(1 / 3, 0, 1)
    caucasian: float = field.number(1 / 3, 0, 1)
    weight: float = field.number(0.5, 0, 1)
    muscle: float = field.number(0.5, 0, 1)
    shape_factors: dict[str, float] = field.family("facegen.assets.head.shape_distribution:FACTORS", -3, 3)
    sliders: dict[str, float] = field.family("facegen.assets.head.sliders:SLIDERS", -1, 1)


@dataclass(frozen=True)
class Pose:
    """The skull against the camera, in degrees.

    Attributes
    ----------
    yaw, pitch, roll : to the subject's left, up, and to the left shoulder
    turn : fraction of the yaw that the neck makes; the whole body makes the rest
    body_yaw : how far the body is turned beyond that, to the subject's left
    lean : how far the body leans forward
    gaze_yaw, gaze_pitch : direction of the eyes against the skull
    """

    yaw: float = field.number(0.0, -90, 90, "degrees")
    pitch: float = field.number(0.0, -40, 40, "degrees")
    roll: float = field.number(0.0, -30, 30, "degrees")
    turn: float = field.number(0.5, 0, 1)
    body_yaw: float = field.number(0.0, -60, 60, "degrees")
    lean: float = field.number(0.0, -15, 30, "degrees")
    gaze_yaw: float = field.number(0.0, -35, 35, "degrees")
    gaze_pitch: float = field.number(0.0, -25, 25, "degrees")


@dataclass(frozen=True)
class Skin:
    """Two pigments as volume fractions, and what lies on them.

    Attributes
    ----------
    melanin : fraction of the epidermis; haemoglobin : fraction of the dermis. Jimenez et al., A Practical
        Appearance Model for Dynamic Facial Color, 2010, after Donner and Jensen, 2006
    warmth : shift of hue, negative is cooler
    roughness, oil, pores, wrinkles, freckles, spots, moles, blemishes, scars, blush : strength of each
    lip_colour : strength of the lips' own colour
    lipstick, lipstick_amount : linear RGB, and how much of it covers the lips
    lip_gloss : 0 dry lips, 1 a coat of gloss
    eye_shadow, eye_shadow_colour : strength of make-up on the lids, and its linear RGB
    liner, mascara : of lids and lashes
    foundation : how much it evens the skin
    contour, rouge : powders that darken the hollow of the cheeks and redden the cheeks
    lid_crease : depth of the upper lid's fold, 0 is a lid without one
    lid_shade : light that lids lose to their depth, thin skin and lashes; 0 is lighter than the rest of the
        face (assets.skin.eye_area)
    eye_bags : how deep and dark they are
    subsurface : fraction of the light that is scattered under the skin; 0 is paint
    texture_seed : seed of the marks' places
    """

    melanin: float = field.number(0.1, 0.01, 0.45)
    haemoglobin: float = field.number(0.03, 0.01, 0.1)
    warmth: float = field.number(0.0, -1.5, 1.5)
    roughness: float = field.number(0.5, 0.2, 0.8)
    oil: float = field.number(0.3, 0, 1)
    pores: float = field.number(0.5, 0, 3)
    wrinkles: float = field.number(0.1, 0, 1.5)
    freckles: float = field.number(0.0, 0, 1)
    spots: float = field.number(0.1, 0, 1)
    moles: float = field.number(0.1, 0, 1)
    blemishes: float = field.number(0.0, 0, 1)
    scars: float = field.number(0.0, 0, 1)
    blush: float = field.number(0.3, 0, 1.2)
    lip_colour: float = field.number(0.3, 0, 1)
    lipstick: tuple[float, float, float] = field.colour(
        (0.4, 0.05, 0.06), needs=(set_to("skin.lipstick_amount", 0.8),)
    )
    lipstick_amount: float = field.number(0.0, 0, 1)
    lip_gloss: float = field.number(0.2, 0, 1)
    eye_shadow: float = field.number(0.0, 0, 1)
    eye_shadow_colour: tuple[float, float, float] = field.colour(
        (0.10, 0.06, 0.05), needs=(set_to("skin.eye_shadow", 0.8),)
    )
    liner: float = field.number(0.0, 0, 1)
    mascara: float = field.number(0.0, 0, 1)
    foundation: float = field.number(0.0, 0, 1)
    contour: float = field.number(0.0, 0, 1)
    rouge: float = field.number(0.0, 0, 1)
    lid_crease: float = field.number(0.7, 0, 1)
    lid_shade: float = field.number(0.5, 0, 1)
    eye_bags: float = field.number(0.3, 0, 1)
    subsurface: float = field.number(1.0, 0, 1)
    texture_seed: int = field.seed()


@dataclass(frozen=True)
class Eyes:
    """Iris, pupil and whites.

    Attributes
    ----------
    family : colour of the iris, a key of assets.head.eyes.IRIS_FAMILIES
    iris_mm : radius of the iris
    pupil : radius of the pupil over that of the iris
    redness : of the whites
    """

    family: str = field.choice("brown", ("blue", "grey", "green", "hazel", "brown", "dark"))
    iris_mm: float = field.number(5.85, 5.0, 6.7, "mm")
    pupil: float = field.number(0.38, 0.2, 0.75)
    redness: float = field.number(0.2, 0, 1)


@dataclass(frozen=True)
class Brows:
    """Outline of the brows (assets.skin.painted_borders.BrowShape), and the hairs on it.

    Attributes
    ----------
    height, inner, length : mm by which the brows are higher, closer together and longer than the standard
    thickness : scale of the half width
    arch : mm by which the middle bows up; slant : mm by which the outer end lies higher than the inner one
    taper : fraction of the width that the tail loses
    lift, longer : mm by which the left brow is higher and longer than the right one
    thicker : fraction by which the left brow is thicker
    density : of the hairs; lashes : length and density of the lashes
    """

    height: float = field.number(0.0, -8, 6, "mm")
    thickness: float = field.number(1.0, 0.3, 2.0)
    arch: float = field.number(0.0, -4, 6, "mm")
    slant: float = field.number(0.0, -14, 14, "mm")
    taper: float = field.number(0.0, -0.6, 0.8)
    inner: float = field.number(0.0, -5, 6, "mm")
    length: float = field.number(0.0, -8, 8, "mm")
    lift: float = field.number(0.0, -6, 6, "mm")
    longer: float = field.number(0.0, -8, 8, "mm")
    thicker: float = field.number(0.0, -0.6, 0.6)
    density: float = field.number(0.7, 0.1, 1.5)
    lashes: float = field.number(0.5, 0, 1)


@dataclass(frozen=True)
class HairColour:
    """Pigment, grey hairs or dye.

    Attributes
    ----------
    melanin, redness : axes of Blender's Principled Hair
    grey : fraction of white hairs
    dye : linear RGB that replaces the pigment, or None
    """

    melanin: float = field.number(0.7, 0, 1)
    redness: float = field.number(0.3, 0, 1)
    grey: float = field.number(0.0, 0, 1)
    dye: tuple[float, float, float] | None = field.colour(None)


@dataclass(frozen=True)
class Hair:
    """Hair of the head.

    Attributes
    ----------
    style : an entry of assets.hair.style_registry.HAIR_STYLES
    length, volume : scales of the style's own
    part : side of the parting and of a swept fringe, negative is the subject's right
    curl, frizz : added to the style's own
    tousle : 0 combed, 1 ruffled
    fringe : 0 none, 1 to the brows (styles that take none ignore it)
    hairline_height, recession, peak : mm on the face chart
    thinning : fraction of hairs lost on top
    behind : 0 hair falls in front of the shoulders, 1 behind them
    uneven : by how much more on the left than on the right
    sides : scale of the length of sides and nape, for short cuts
    sideburn : mm by which hair reaches lower in front of the ears
    fringe_density : 0 a few hairs, 1 all hair at the front
    drape_left, drape_right : how far hair hangs into the face: 0 to its outline, 1 before the eye
    loose : locks at the front that hang apart, 0 none, 1 many
    wind : blows hair to the subject's left, or to the right
    wet : 0 dry, 1 soaked
    colour : HairColour
    """

    style: str = field.choice("short", HAIR_STYLES)
    length: float = field.number(1.0, 0.4, 1.8, needs=SEEN_ON_LONG, void_when=BALD)
    volume: float = field.number(1.0, 0.3, 2.0, needs=HAS_HAIR, void_when=BALD)
    part: float = field.number(0.0, -1, 1, needs=SEEN_ON_LONG, void_when=BALD)
    curl: float = field.number(0.0, 0, 1.5, needs=SEEN_ON_WAVY, void_when=BALD)
    frizz: float = field.number(0.5, 0, 2, needs=HAS_HAIR, void_when=BALD)
    tousle: float = field.number(0.0, 0, 2, needs=HAS_HAIR, void_when=BALD)
    fringe: float = field.number(0.0, 0, 1.5, needs=SEEN_ON_LONG, void_when=BALD)
    hairline_height: float = field.number(0.0, -10, 20, "mm")
    recession: float = field.number(0.0, -4, 25, "mm")
    peak: float = field.number(0.0, -5, 12, "mm")
    thinning: float = field.number(0.0, 0, 1, needs=HAS_HAIR, void_when=BALD)
    behind: float = field.number(0.5, 0, 1, needs=SEEN_ON_LONG, void_when=BALD)
    uneven: float = field.number(0.0, -1.5, 1.5, needs=SEEN_ON_LONG, void_when=BALD)
    sides: float = field.number(1.0, 0.4, 4, needs=SEEN_ON_SHORT, void_when=BALD)
    sideburn: float = field.number(0.0, -8, 30, "mm", needs=HAS_HAIR, void_when=BALD)
    fringe_density: float = field.number(1.0, 0, 1, needs=FRINGED, void_when=BALD)
    drape_left: float = field.number(0.0, 0, 1, needs=SEEN_ON_LONG, void_when=BALD)
    drape_right: float = field.number(0.0, 0, 1, needs=SEEN_ON_LONG, void_when=BALD)
    loose: float = field.number(0.0, 0, 1, needs=HAS_HAIR, void_when=BALD)
    wind: float = field.number(0.0, -1, 1, needs=SEEN_ON_LONG, void_when=BALD)
    wet: float = field.number(0.0, 0, 1, needs=HAS_HAIR, void_when=BALD)
    colour: HairColour = field.part(HairColour, needs=(*HAS_HAIR, set_to("hair.colour.dye", None)))


@dataclass(frozen=True)
class FacialHair:
    """A beard, or none.

    Attributes
    ----------
    kind : one of FACIAL_HAIR
    length_mm, density : of the hairs
    shadow : unshaven darkness of the skin
    cheek_line, neck_line : mm that the beard reaches higher on the cheek and lower on the throat
    """

    kind: str = field.choice("none", FACIAL_HAIR)
    length_mm: float = field.number(6.0, 0.5, 40, "mm", needs=BEARDED, void_when=SHAVEN)
    density: float = field.number(0.7, 0.1, 1.5, needs=BEARDED, void_when=SHAVEN)
    shadow: float = field.number(0.0, 0, 1)
    cheek_line: float = field.number(0.0, -15, 12, "mm", needs=BEARD_LINES, void_when=SHAVEN)
    neck_line: float = field.number(0.0, -15, 25, "mm", needs=BEARD_LINES, void_when=SHAVEN)


@dataclass(frozen=True)
class Glasses:
    """Spectacles or sunglasses, or none.

    Attributes
    ----------
    kind : "none" or an entry of assets.wear.glasses_registry.GLASSES_FRAMES
    width, height : scales of a standard frame
    thickness_mm, colour, metal : of the frame (linear RGB; metal 1 is metal, 0 plastic)
    tint : darkness of the lens
    lens : linear RGB that a tinted lens lets through
    gradient : fraction of the tint that the bottom of the lens lacks
    glare : how much the lens mirrors
    slip_mm : how far the glasses slipped down the nose
    """

    kind: str = field.choice("none", GLASSES, none=True)
    width: float = field.number(1.0, 0.85, 1.2)
    height: float = field.number(1.0, 0.7, 1.35)
    thickness_mm: float = field.number(2.2, 0.8, 6, "mm")
    colour: tuple[float, float, float] = field.colour((0.02, 0.02, 0.02))
    metal: float = field.number(0.0, 0, 1)
    tint: float = field.number(0.0, 0, 1)
    lens: tuple[float, float, float] = field.colour((0.05, 0.05, 0.055), needs=(set_to("glasses.tint", 0.9),))
    gradient: float = field.number(0.0, 0, 1, needs=(set_to("glasses.tint", 0.9),))
    glare: float = field.number(0.2, 0, 1)
    slip_mm: float = field.number(0.0, 0, 10, "mm")


@dataclass(frozen=True)
class Headwear:
    """A hat, or none.

    Attributes
    ----------
    kind : "none" or an entry of assets.wear.hat_registry.HATS
    front_mm, back_mm : height of the lower edge above the eyes, in front and behind
    lean : degrees to the left ear
    crown, brim, curl : shape
    turned : half turns to the subject's left: 1 and -1 are a cap worn backwards
    colour, second : linear RGB of the cloth and of its pattern or band
    pattern : one of assets.wear.cloth_patterns.PATTERNS
    roughness : of the cloth
    emblem : "none" or one of assets.wear.emblems.EMBLEMS, in front
    emblem_colour : linear RGB
    """

    kind: str = field.choice("none", HEADWEAR, none=True)
    front_mm: float = field.number(58.0, 20, 95, "mm")
    back_mm: float = field.number(8.0, -60, 75, "mm")
    lean: float = field.number(0.0, -20, 20, "degrees")
    crown: float = field.number(0.5, 0, 1)
    brim: float = field.number(0.5, 0, 1, needs=(showing("headwear.kind", "sun_hat"),))
    curl: float = field.number(0.5, 0, 1, needs=(showing("headwear.kind", "cowboy"),))
    turned: float = field.number(0.0, -1, 1, "half turns", needs=(showing("headwear.kind", "cap"),))
    colour: tuple[float, float, float] = field.colour((0.05, 0.05, 0.06))
    second: tuple[float, float, float] = field.colour(
        (0.3, 0.3, 0.3), needs=(worn("headwear.pattern", "stripes"),)
    )
    pattern: str = field.choice("plain", PATTERNS)
    roughness: float = field.number(0.85, 0.2, 1)
    emblem: str = field.choice("none", EMBLEMS, none=True, needs=(showing("headwear.kind", "cap"),))
    emblem_colour: tuple[float, float, float] = field.colour(
        (0.8, 0.8, 0.8), needs=(showing("headwear.kind", "cap"), worn("headwear.emblem", "letters"))
    )


@dataclass(frozen=True)
class Jewellery:
    """Earrings and a necklace, or none.

    Attributes
    ----------
    earrings, necklace : "none" or an entry of assets.wear.jewellery_registry.EARRINGS, NECKLACES
    earring_mm : diameter of studs and hoops, length of drops
    necklace_mm : size of a bead or pendant, width of a band
    drop_mm : length of the necklace
    colour : linear RGB of the metal; stone : of stones, pearls and bands
    metal : metalness of `colour`
    """

    earrings: str = field.choice("none", EARRINGS, none=True)
    earring_mm: float = field.number(6.0, 2, 80, "mm")
    necklace: str = field.choice("none", NECKLACES, none=True)
    necklace_mm: float = field.number(8.0, 2, 30, "mm")
    drop_mm: float = field.number(40.0, 0, 110, "mm", needs=(showing("jewellery.necklace", "pendant"),))
    colour: tuple[float, float, float] = field.colour((0.85, 0.65, 0.32))
    stone: tuple[float, float, float] = field.colour(
        (0.75, 0.72, 0.68),
        needs=(showing("jewellery.necklace", "pendant"), showing("jewellery.earrings", "drop")),
    )
    metal: float = field.number(1.0, 0, 1)


@dataclass(frozen=True)
class Hand:
    """A hand at the head with its arm, or none. Where `thing.kind` is held in a hand, only that hand is seen.

    Attributes
    ----------
    kind : "none" or an entry of assets.wear.hand_registry.HANDS
    side : the subject's "left" or "right" hand
    shift_s, shift_t : mm on the face chart by which it lies further out and higher than its pose says
    turn : degrees by which it is turned about the direction out of the head
    spread : degrees between neighbouring fingers, added to the model's own
    sleeve : 0 a bare arm, 1 a sleeve to the wrist
    polish, polish_colour : of the nails: how much of them it covers, and its linear RGB
    """

    kind: str = field.choice("none", HANDS, none=True)
    side: str = field.choice("left", ("left", "right"))
    shift_s: float = field.number(0.0, -15, 15, "mm")
    shift_t: float = field.number(0.0, -15, 15, "mm")
    turn: float = field.number(0.0, -20, 20, "degrees")
    spread: float = field.number(0.0, -8, 8, "degrees")
    sleeve: float = field.number(0.7, 0, 1)
    polish: float = field.number(0.0, 0, 1)
    polish_colour: tuple[float, float, float] = field.colour(
        (0.4, 0.02, 0.04), needs=(set_to("hand.polish", 1.0),)
    )


@dataclass(frozen=True)
class Thing:
    """A thing in front of the face or a face mask, or none. What is held brings its own hand.

    Attributes
    ----------
    kind : "none" or an entry of assets.wear.thing_registry.THINGS
    side : of the face to which it leads, the subject's "left" or "right"
    reach : how far it stands off, or how long it is
    colour : linear RGB of its plastic or cloth
    """

    kind: str = field.choice("none", THINGS, none=True)
    side: str = field.choice("left", ("left", "right"))
    reach: float = field.number(0.5, 0, 1)
    colour: tuple[float, float, float] = field.colour((0.02, 0.02, 0.02))


@dataclass(frozen=True)
class Garment:
    """Clothes of the upper body.

    Attributes
    ----------
    cut : an entry of assets.wear.garment_registry.GARMENT_CUTS
    depth : of the neckline
    colour, second : linear RGB of the cloth and of its pattern
    inner : linear RGB of what is worn under a jacket
    pattern : one of assets.wear.cloth_patterns.PATTERNS
    roughness : of the cloth
    fabric : one of FABRICS
    folds : 0 hangs smooth, 1 in deep folds
    """

    cut: str = field.choice("crew", GARMENTS)
    depth: float = field.number(0.5, 0, 1, needs=(showing("garment.cut", "v_neck"),))
    colour: tuple[float, float, float] = field.colour((0.2, 0.2, 0.25))
    second: tuple[float, float, float] = field.colour(
        (0.6, 0.6, 0.6), needs=(worn("garment.pattern", "checks"),)
    )
    inner: tuple[float, float, float] = field.colour((0.6, 0.6, 0.6))
    pattern: str = field.choice("plain", PATTERNS)
    roughness: float = field.number(0.8, 0.2, 1)
    fabric: str = field.choice("woven", FABRICS)
    folds: float = field.number(0.5, 0, 1)


@dataclass(frozen=True)
class Light:
    """An environment map and lamps, in the camera's frame.

    Attributes
    ----------
    hdri : an entry of assets.environment.hdri_registry.HDRIS
    turn, strength : degrees by which it is turned, and its scale
    key, fill, rim, flash : watts of each lamp at arm's length
    key_azimuth, key_elevation, fill_elevation : degrees
    key_size : metres
    rim_kelvin, kelvin : colour temperature of the rim light and of the other lamps
    """

    hdri: str = field.choice("studio", HDRIS)
    turn: float = field.number(0.0, 0, 360, "degrees")
    strength: float = field.number(1.0, 0.02, 3)
    key: float = field.number(0.0, 0, 3)
    key_azimuth: float = field.number(40.0, -180, 180, "degrees", needs=KEY_LIT)
    key_elevation: float = field.number(30.0, -30, 85, "degrees", needs=KEY_LIT)
    key_size: float = field.number(0.5, 0.05, 3, "m", needs=KEY_LIT)
    fill: float = field.number(0.0, 0, 2)
    fill_elevation: float = field.number(5.0, -60, 60, "degrees", needs=(set_to("light.fill", 0.8),))
    rim: float = field.number(0.0, 0, 3)
    rim_kelvin: float = field.number(6500.0, 2000, 12000, "K", needs=(set_to("light.rim", 0.8),))
    flash: float = field.number(0.0, 0, 2)
    kelvin: float = field.number(5500.0, 2000, 12000, "K", needs=KEY_LIT)


@dataclass(frozen=True)
class Look:
    """Development target: what the developed picture is to show, as the audit measures it.

    0 leaves a measure to the camera's settings.

    Attributes
    ----------
    contrast : standard deviation of L*
    skin_lightness, skin_redness, skin_yellowness : median L*, a* and b* of the skin
    sharpness : log10 of the variance of the Laplacian over the face
    noise : standard deviation of L* over the skin
    blacks, whites : fractions of pixels under L* 2 and over L* 99
    background_sharpness : log10 of the variance of the Laplacian over the background
    """

    contrast: float = field.number(0.0, 0, 45)
    skin_lightness: float = field.number(0.0, 0, 97)
    skin_redness: float = field.number(0.0, -20, 50)
    skin_yellowness: float = field.number(0.0, -40, 70)
    sharpness: float = field.number(0.0, 0, 4)
    noise: float = field.number(0.0, 0, 10)
    blacks: float = field.number(0.0, 0, 0.6)
    whites: float = field.number(0.0, 0, 0.6)
    background_sharpness: float = field.number(0.0, -2, 4)


@dataclass(frozen=True)
class Camera:
    """Framing, exposure and picture-taking.

    Attributes
    ----------
    crop : crop rule (render.geometry.camera_framing)
    distance : metres from the eyes
    scale, shift_x, shift_y, tilt : deviation from the crop rule: size, place in picture sides, degrees
    exposure : stops
    metering : fraction of the face's under- or over-exposure that the camera corrects; 1 is fully automatic
    skin_lightness : median L* of the skin to expose for; 0 leaves it to metering and exposure
    white_balance : fraction of the light's colour that the camera removes
    kelvin_shift : of the white balance
    tint : of the white balance, green (negative) to magenta: ln of green's loss (render.spec.camera_ranges)
    contrast, saturation : scales
    style : of the finished picture, a photographer's choice: one of CAMERA_STYLES
    noise : standard deviation of the sensor's noise, before noise reduction
    blur_px : pixels at a picture side of 256
    sharpen : strength of an unsharp mask of one pixel, of the luma
    vignette : darkening of the corners
    jpeg : quality of a file of 512 pixels a side, of which smaller pictures are made; 100 is not encoded
    aperture_mm : diameter of the lens opening, focused on the eyes; 0 keeps the whole head sharp
    backdrop_blur : pixels at 256, of the background alone
    end_left, end_right, end_top, end_bottom : where the photograph ends inside the crop, in fractions of its
        side from each edge; a blur fills what lies beyond (render.develop.filled_edges). Negative: outside
    mark : what is put on the finished picture: one of MARKS (render.develop.print_marks)
    mark_seed : of its place and letters
    look : Look; development turns the settings above, within bounds, until the picture shows it
    """

    crop: str = field.choice("celebahq", ("celebahq", "loose"))
    distance: float = field.number(1.5, 0.35, 6, "m")
    scale: float = field.number(1.0, 0.6, 2.0)
    shift_x: float = field.number(0.0, -0.3, 0.3)
    shift_y: float = field.number(0.0, -0.3, 0.3)
    tilt: float = field.number(0.0, -45, 45, "degrees")
    exposure: float = field.number(0.0, -3, 3, "stops", needs=(set_to("camera.skin_lightness", 0.0),))
    metering: float = field.number(0.7, 0, 1, needs=(set_to("camera.skin_lightness", 0.0),))
    skin_lightness: float = field.number(0.0, 0, 95, "L*", developed_for="camera.look.skin_lightness")
    white_balance: float = field.number(0.75, 0, 1)
    kelvin_shift: float = field.number(0.0, -3000, 3000, "K", developed_for="camera.look.skin_yellowness")
    contrast: float = field.number(1.0, 0.4, 1.8, developed_for="camera.look.contrast")
    tint: float = field.number(0.0, -0.3, 0.3)
    saturation: float = field.number(1.0, 0, 2, developed_for="camera.look.skin_redness")
    style: str = field.choice("colour", CAMERA_STYLES)
    noise: float = field.number(0.003, 0, 0.05, developed_for="camera.look.noise")
    blur_px: float = field.number(0.0, 0, 4, "pixels", developed_for="camera.look.sharpness")
    sharpen: float = field.number(0.5, 0, 3, developed_for="camera.look.sharpness")
    vignette: float = field.number(0.0, 0, 1)
    jpeg: int = field.number(95, 20, 100)
    aperture_mm: float = field.number(0.0, 0, 80, "mm", needs=(worn("background.kind", "text_wall"),))
    backdrop_blur: float = field.number(
        0.0, 0, 20, "pixels", developed_for="camera.look.background_sharpness"
    )
    end_left: float = field.number(-0.1, -0.1, 0.3)
    end_right: float = field.number(-0.1, -0.1, 0.3)
    end_top: float = field.number(-0.1, -0.1, 0.3)
    end_bottom: float = field.number(-0.1, -0.1, 0.3)
    mark: str = field.choice("none", MARKS)
    mark_seed: int = field.seed(needs=(set_to("camera.mark", "caption"),))
    look: Look = field.part(Look)


@dataclass(frozen=True)
class Background:
    """A drawn scene or a photograph behind the head.

    Attributes
    ----------
    kind : an entry of assets.environment.backdrop_registry.BACKDROPS
    first, second : linear RGB of the dark and the bright tone of the scene, or the reverse
    tint : fraction of the scene's hues that they set
    chroma : scale of its own colours
    colourfulness : M3 of the encoded picture (Hasler and Suesstrunk, 2003); 0 leaves it
    blur : fraction of the picture's width
    photograph : file name in the user's folder, used in place of the scene with its own tones
    seed : of the scene
    """

    kind: str = field.choice("gradient", BACKDROPS)
    first: tuple[float, float, float] = field.colour((0.3, 0.3, 0.32), 0, 2)
    second: tuple[float, float, float] = field.colour(
        (0.1, 0.1, 0.12), 0, 2, needs=(worn("background.kind", "blobs"),)
    )
    tint: float = field.number(0.3, 0, 1)
    chroma: float = field.number(1.0, 0, 3)
    colourfulness: float = field.number(0.0, 0, 150)
    blur: float = field.number(0.02, 0, 0.2, needs=(worn("background.kind", "text_wall"),))
    photograph: str = ""
    seed: int = field.seed(needs=(worn("background.kind", "blobs"),))


@dataclass(frozen=True)
class FaceSpec:
    """One face, complete."""

    seed: int = 0
    index: int = 0
    identity: Identity = field.part(Identity)
    expression: dict[str, float] = field.family("facegen.assets.head.actions:ACTIONS", 0, 1)
    pose: Pose = field.part(Pose)
    skin: Skin = field.part(Skin)
    eyes: Eyes = field.part(Eyes)
    brows: Brows = field.part(Brows)
    hair: Hair = field.part(Hair)
    facial_hair: FacialHair = field.part(FacialHair)
    glasses: Glasses = field.part(
        Glasses, needs=(worn("glasses.kind", "rectangular"),), void_when=("glasses.kind", "none")
    )
    headwear: Headwear = field.part(Headwear, needs=(worn("headwear.kind", "beanie"),))
    jewellery: Jewellery = field.part(Jewellery, needs=JEWELLERY_SEEN)
    hand: Hand = field.part(Hand, needs=(worn("hand.kind", "cheek"), set_to("camera.crop", "loose")))
    thing: Thing = field.part(Thing, needs=(worn("thing.kind", "microphone"),))
    garment: Garment = field.part(Garment, needs=(set_to("camera.crop", "loose"),))
    light: Light = field.part(Light)
    camera: Camera = field.part(Camera)
    background: Background = field.part(Background)
    version: int = SPEC_VERSION

    def with_(self, path: str, value: object) -> FaceSpec:
        """A copy with one attribute changed.

        A setting of the camera that is changed is no longer adjusted when the picture is developed, and
        fractions of ancestry make room for one that is changed, as with `facegen render --set`.

        Parameters
        ----------
        path : str
            Dotted, as "hair.colour.melanin"; `facegen render --list-attributes` names all of them.
        value : float, str or tuple of three floats
            A number in the attribute's range, one of its names, or a colour in linear RGB.

        Returns
        -------
        FaceSpec

        Raises
        ------
        FacegenError : there is no such attribute, or the value is out of its range.

        Examples
        --------
        >>> from facegen import FaceSpec
        >>> spec = FaceSpec().with_("headwear.kind", "cap").with_("pose.yaw", 20)
        >>> spec.headwear.kind, spec.pose.yaw
        ('cap', 20.0)
        """
        rule = _rule_at(self, path)
        if rule is not None:
            _check_value(path, rule, value)
            if rule.developed_for:
                return replace(replace(self, rule.developed_for, 0.0), path, value)
        changed, part = replace(self, path, value), path.removeprefix("identity.")
        return settle_ancestry(changed, [part]) if part in ANCESTRY else changed

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FaceSpec:
        """Inverse of `to_dict`; an older version becomes the current one, of the same head shape.

        Raises
        ------
        FacegenError : an unknown version or field.
        """
        version = data.get("version") if isinstance(data, Mapping) else None
        if version != SPEC_VERSION and version not in OLDER_IDENTITIES:
            raise FacegenError(
                f"face spec of version {version!r}: this facegen reads versions up to {SPEC_VERSION}"
            )
        spec: FaceSpec = _build(cls, data, "spec")
        if version == SPEC_VERSION:
            return spec
        module, _, function = OLDER_IDENTITIES[spec.version].partition(":")
        identity = getattr(import_module(module), function)(spec.identity)
        return dataclasses.replace(spec, identity=identity, version=SPEC_VERSION)


def _build(kind: type[Any], data: Mapping[str, Any], where: str) -> Any:
    """An instance of a dataclass of the spec from plain JSON types."""
    if not isinstance(data, Mapping):
        raise FacegenError(f"{where}: holds {type(data).__name__}, need an object of fields")
    hints = typing.get_type_hints(kind)
    unknown = set(data) - set(hints)
    if unknown:
        raise FacegenError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    values = {}
    for name, value in data.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            value = _build(typing.cast(type, hint), value, f"{where}.{name}")
        elif isinstance(value, list):
            value = tuple(value)
        values[name] = value
    return kind(**values)


def attribute(spec: FaceSpec, path: str) -> Any:
    """Value of a dotted path, as `attribute(spec, "hair.colour.melanin")`."""
    value: Any = spec
    for part in path.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


def _rule_at(spec: FaceSpec, path: str) -> Rule | None:
    """The rule of the attribute at a path; None where it has none, or where there is no such attribute."""
    *parts, last = path.split(".")
    node: Any = spec
    for k, part in enumerate(parts):
        fields = {f.name: f for f in dataclasses.fields(node)}
        if part not in fields:
            return None
        below = getattr(node, part)
        if isinstance(below, dict):
            rule: Rule = fields[part].metadata[field.RULE]
            name = ".".join([*parts[k + 1 :], last])
            if name not in rule.choices():
                raise FacegenError(f"unknown attribute {path!r}: it is one of {', '.join(rule.choices())}")
            return rule
        if not dataclasses.is_dataclass(below):
            return None
        node = below
    found = {f.name: f for f in dataclasses.fields(node)}.get(last)
    return None if found is None else found.metadata.get(field.RULE)


def _check_value(path: str, rule: Rule, value: object) -> None:
    """FacegenError where a value is not what the rule of its attribute allows."""
    if rule.kind == "choice":
        if value not in rule.choices():
            raise FacegenError(f"{path}: {value!r} is none of {', '.join(rule.choices())}")
        return
    if rule.kind == "colour" and value is None:
        return
    numbers = value if rule.kind == "colour" and isinstance(value, tuple | list) else (value,)
    count = 3 if rule.kind == "colour" else 1
    good = len(numbers) == count and all(
        isinstance(one, int | float) and rule.low <= one <= rule.high for one in numbers
    )
    if not good:
        what = "three numbers, each" if count == 3 else "a number"
        raise FacegenError(f"{path}: {value!r} is not {what} from {rule.low:g} to {rule.high:g}")


def settle_ancestry(spec: FaceSpec, given: Sequence[str]) -> FaceSpec:
    """Scale the fractions of ancestry that are not `given` so that all three sum to 1."""
    fraction = {name: getattr(spec.identity, name) for name in ANCESTRY}
    rest = [name for name in ANCESTRY if name not in given]
    room, total = 1 - sum(fraction[name] for name in given), sum(fraction[name] for name in rest)
    new = {name: room * fraction[name] / total if total > 0 else room / len(rest) for name in rest}
    return dataclasses.replace(spec, identity=dataclasses.replace(spec.identity, **new))


def replace(spec: FaceSpec, path: str, value: object) -> FaceSpec:
    """A copy of a spec with one attribute changed.

    Parameters
    ----------
    path : str
        Dotted, as "hair.colour.melanin".
    value : object
        Converted to the type that the attribute has.

    Raises
    ------
    FacegenError : there is no such attribute, or the value cannot be converted.
    """
    head, _, rest = path.partition(".")
    changed: FaceSpec = _replace(spec, head, rest, value, path)
    return changed


def _replace(node: Any, head: str, rest: str, value: Any, path: str) -> Any:
    """A copy of a part of a spec with its field `head` changed, or what `rest` names in that field."""
    if isinstance(node, dict):
        return {**node, (f"{head}.{rest}" if rest else head): float(value)}
    fields = {f.name: f for f in dataclasses.fields(node)}
    if head not in fields:
        raise FacegenError(f"unknown attribute {path!r}: {head!r} is none of {', '.join(fields)}")
    old = getattr(node, head)
    has_parts = dataclasses.is_dataclass(old) or isinstance(old, dict)
    if rest:
        if not has_parts:
            raise FacegenError(f"unknown attribute {path!r}: {head!r} has no parts")
        inner, _, more = rest.partition(".")
        return dataclasses.replace(node, **{head: _replace(old, inner, more, value, path)})
    if has_parts:
        raise FacegenError(f"{path!r} has parts: name one, as {path}.NAME")
    # Only a colour whose default is None may be None (no dye); it may hold a tuple or nothing.
    as_it_is = old is None or isinstance(value, tuple) or (value is None and fields[head].default is None)
    try:
        value = value if as_it_is else type(old)(value)
    except (TypeError, ValueError) as error:
        raise FacegenError(f"{path}: {value!r} is not a {type(old).__name__}") from error
    return dataclasses.replace(node, **{head: value})
