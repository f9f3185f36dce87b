"""Light: how bright an HDRI lights a face, lamps of a small studio, colour of black bodies and of hair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709


@dataclass(frozen=True)
class Lamp:
    """A disk lamp that looks at the face. offset (3,) metres from the eyes; size: diameter in metres."""

    name: str
    offset: np.ndarray
    size: float
    watts: float
    colour: tuple[float, float, float]


@lru_cache(maxsize=8)
def _small_hdri(path):
    """An HDRI shrunk to (32, 64, 3) radiance."""
    import OpenEXR

    with OpenEXR.File(path) as exr:
        channels = exr.channels()
        pixels = channels["RGB"].pixels if "RGB" in channels else channels["RGBA"].pixels
    pixels = np.asarray(pixels, np.float64)[..., :3]
    h, w = pixels.shape[0] // 32 * 32, pixels.shape[1] // 64 * 64
    return pixels[:h, :w].reshape(32, h // 32, 64, w // 64, 3).mean((1, 3))


@lru_cache(maxsize=64)
def _irradiance(path, turn):
    sky = _small_hdri(path)
    elevation = np.pi / 2 - (np.arange(32) + 0.5) / 32 * np.pi
    # Blender's equirectangular map: the picture's middle is +y... turned against by the mapping node.
    azimuth = (np.arange(64) + 0.5) / 64 * 2 * np.pi - np.pi
    e, a = np.meshgrid(elevation, azimuth, indexing="ij")
    direction = np.stack([np.cos(e) * np.cos(-a), np.cos(e) * np.sin(-a), np.sin(e)], -1)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    # The mapping node turns the look-up direction; the light itself turns the other way round.
    world = np.stack(
        [
            c * direction[..., 0] + s * direction[..., 1],
            -s * direction[..., 0] + c * direction[..., 1],
            direction[..., 2],
        ],
        -1,
    )
    solid = np.cos(e) * (np.pi / 32) * (2 * np.pi / 64)
    total = np.zeros(3)
    for normal in ((0, -1, 0), (-0.5, -0.8, 0.33), (0.5, -0.8, 0.33)):
        n = np.array(normal) / np.linalg.norm(normal)
        total += (sky * (solid * np.clip(world @ n, 0, None))[..., None]).sum((0, 1)) / 3
    return total / np.pi


def frontal_irradiance(path, turn):
    """Linear RGB (3,) that a white wall facing -y shows under an HDRI turned by `turn` degrees."""
    return np.maximum(_irradiance(path, round(float(turn), 1)), 1e-4)


def lamps(light):
    """Lamps of a render.spec.Light, strengths in the unit of `frontal_irradiance`."""
    warm = black_body(light.kelvin)
    out = []

    def add(name, azimuth, elevation, distance, size, share, colour):
        if share <= 0:
            return
        a, e = np.radians([azimuth, elevation])
        offset = distance * np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
        # A lamp of P watts gives P / (pi d^2) at d: Blender's area lamps are Lambertian emitters.
        out.append(Lamp(name, offset, size, share * np.pi * np.pi * distance**2, colour))

    add("key", light.key_azimuth, light.key_elevation, 1.6, light.key_size, light.key, warm)
    add("fill", -light.key_azimuth, light.fill_elevation, 1.9, 1.2, light.fill, warm)
    add("rim", 180 - 0.6 * light.key_azimuth, 35.0, 1.4, 0.35, light.rim, black_body(light.rim_kelvin))
    add("flash", 3.0, 6.0, 1.5, 0.06, light.flash, (1.0, 0.98, 0.95))
    return out


SKY = (0.0, -0.7, 0.7)  # where the light of a surround mostly comes from


def main_direction(light):
    """Unit vector (3,) towards the middle of a render.spec.Light, lamps behind the head left out."""
    total = light.strength * np.array(SKY)
    for lamp in lamps(light):
        if lamp.name != "rim":
            distance = np.linalg.norm(lamp.offset)
            total = total + lamp.watts / (np.pi * distance) ** 2 * lamp.offset / distance
    return total / np.linalg.norm(total)


def frontal_colour(lamps):
    """Linear RGB (3,) that lamps send onto a wall facing the camera, in the unit of `frontal_irradiance`."""
    total = np.zeros(3)
    for lamp in lamps:
        distance = np.linalg.norm(lamp.offset)
        facing = max(-lamp.offset[1] / distance, 0.0)
        total += facing * lamp.watts / (np.pi * distance) ** 2 * np.array(lamp.colour)
    return total


def black_body(kelvin):
    """Linear RGB of a black body, brightest channel 1.

    Fit of Tanner Helland (2012) to Charity's table of black bodies, converted to linear light.
    """
    t = kelvin / 100
    red = 255.0 if t <= 66 else 329.7 * (t - 60) ** -0.1332
    green = 99.47 * np.log(t) - 161.1 if t <= 66 else 288.1 * (t - 60) ** -0.0755
    blue = 255.0 if t >= 66 else (0.0 if t <= 19 else 138.5 * np.log(t - 10) - 305.0)
    srgb = np.clip([red, green, blue], 0, 255) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return tuple(float(x) for x in linear / linear.max())


def hair_colour(colour):
    """Diffuse look of a render.spec.HairColour as linear RGB (3,): for shadows of cropped hair on skin.

    Eumelanin and pheomelanin absorption: d'Eon et al., An Energy-Conserving Hair Reflectance Model, 2011.
    """
    if colour.dye is not None:
        return np.array(colour.dye)
    melanin = -np.log(max(1 - colour.melanin, 1e-4))
    eu, pheo = melanin * (1 - colour.redness), melanin * colour.redness
    sigma = eu * np.array([0.506, 0.841, 1.653]) + pheo * np.array([0.343, 0.733, 1.924])
    pigment = np.exp(-np.sqrt(sigma) * 1.8)
    return pigment * (1 - colour.grey) + 0.55 * colour.grey
