"""Light: how bright an HDRI lights a face, lamps of a small studio, colour of black bodies and of hair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from facegen.assets.environment.hdri_registry import HDRIS
from facegen.colour_science import LUMINANCE, decode_srgb
from facegen.render.spec.face_spec import HairColour, Light

Floats: TypeAlias = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Lamp:
    """A disk lamp that looks at the face. offset (3,) metres from the eyes; size: diameter in metres."""

    name: str
    offset: Floats
    size: float
    watts: float
    colour: tuple[float, float, float]


def hdri_path(name: str) -> str:
    """File of an HDRI.

    Raises
    ------
    FacegenError : there is no HDRI of this name.
    ModuleNotFoundError : it comes with a module that is not installed.
    """
    return HDRIS.get_or_fail(name, "light.hdri").path()


@lru_cache(maxsize=8)
def _small_hdri(path: str) -> Floats:
    """An HDRI shrunk to (32, 64, 3) radiance."""
    import OpenEXR

    with OpenEXR.File(path) as exr:
        channels = exr.channels()
        pixels = channels["RGB"].pixels if "RGB" in channels else channels["RGBA"].pixels
    pixels = np.asarray(pixels, np.float64)[..., :3]
    h, w = pixels.shape[0] // 32 * 32, pixels.shape[1] // 64 * 64
    return pixels[:h, :w].reshape(32, h // 32, 64, w // 64, 3).mean((1, 3))


@lru_cache(maxsize=1)
def _sky_rays() -> tuple[Floats, Floats]:
    """Directions (2048, 3) of a small HDRI's pixels under no turn, and their solid angles (2048,)."""
    elevation = np.pi / 2 - (np.arange(32) + 0.5) / 32 * np.pi
    # Blender's equirectangular map: the picture's middle is +y... turned against by the mapping node.
    azimuth = (np.arange(64) + 0.5) / 64 * 2 * np.pi - np.pi
    e, a = np.meshgrid(elevation, azimuth, indexing="ij")
    rays = np.stack([np.cos(e) * np.cos(-a), np.cos(e) * np.sin(-a), np.sin(e)], -1)
    return rays.reshape(-1, 3), (np.cos(e) * (np.pi / 32) * (2 * np.pi / 64)).ravel()


def _against_sky(normals: npt.ArrayLike, turn: float | Floats) -> Floats:
    """Normals (..., 3) as an HDRI that is turned by `turn` degrees sees them from its own axes."""
    # The mapping node turns the look-up direction; the light itself turns the other way round.
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x, y, z = np.moveaxis(np.asarray(normals), -1, 0)
    return np.stack(np.broadcast_arrays(c * x - s * y, s * x + c * y, z), -1)


def _irradiance(path: str, normals: Floats) -> Floats:
    """Linear RGB (N, 3) of white Lambertian walls under an HDRI that is not turned."""
    rays, solid = _sky_rays()
    return np.clip(normals @ rays.T, 0, None) @ (_small_hdri(path).reshape(-1, 3) * solid[:, None]) / np.pi


@cache  # 3,600 turns of few HDRIs, three numbers each
def _frontal(path: str, turn: float) -> Floats:
    """Mean over a face: its front and both cheeks."""
    normals = np.array([(0, -1, 0), (-0.5, -0.8, 0.33), (0.5, -0.8, 0.33)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return _irradiance(path, _against_sky(normals, turn)).mean(0)


def frontal_irradiance(path: str, turn: float) -> Floats:
    """Linear RGB (3,) that a white wall facing -y shows under an HDRI turned by `turn` degrees."""
    return np.maximum(_frontal(path, round(float(turn), 1)), 1e-4)


class _Stand(NamedTuple):
    """Where a lamp stands and what it gives: degrees, metres, luminance of a white wall that faces it."""

    name: str
    azimuth: float | Floats
    elevation: float
    distance: float
    size: float
    level: float
    colour: tuple[float, float, float]


def _stands(light: Light, key_azimuth: float | Floats) -> list[_Stand]:
    """The lamps of a render.spec.Light that are lit, for a key at `key_azimuth` or at an array of them."""
    warm = black_body(light.kelvin)
    stands = [
        _Stand("key", key_azimuth, light.key_elevation, 1.6, light.key_size, light.key, warm),
        _Stand("fill", -key_azimuth, light.fill_elevation, 1.9, 1.2, light.fill, warm),
        _Stand("rim", 180 - 0.6 * key_azimuth, 35.0, 1.4, 0.35, light.rim, black_body(light.rim_kelvin)),
        _Stand("flash", 3.0, 6.0, 1.5, 0.06, light.flash, (1.0, 0.98, 0.95)),
    ]
    return [one for one in stands if one.level > 0]


def _towards(azimuth: float | Floats, elevation: float) -> Floats:
    """Unit vectors (..., 3), world axes, from a face to what lights it from these degrees (...)."""
    a, e = np.broadcast_arrays(np.radians(azimuth), np.radians(elevation))
    return np.stack([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)], -1)


def lamps(light: Light) -> list[Lamp]:
    """Lamps of a render.spec.Light, strengths in the unit of `frontal_irradiance`."""
    out = []
    for one in _stands(light, light.key_azimuth):
        offset = one.distance * _towards(one.azimuth, one.elevation)
        # A lamp of P watts gives P / (pi d)^2 at d: Blender's area lamps are Lambertian emitters.
        out.append(Lamp(one.name, offset, one.size, one.level * (np.pi * one.distance) ** 2, one.colour))
    return out


SKY = (0.0, -0.7, 0.7)  # where the light of a surround mostly comes from


def main_direction(light: Light) -> Floats:
    """Unit vector (3,) towards the middle of a render.spec.Light, lamps behind the head left out."""
    total = light.strength * np.array(SKY)
    for lamp in lamps(light):
        if lamp.name != "rim":
            distance = np.linalg.norm(lamp.offset)
            total = total + lamp.watts / (np.pi * distance) ** 2 * lamp.offset / distance
    return total / np.linalg.norm(total)


@lru_cache(maxsize=16)
def _sky_polynomial(path: str) -> Floats:
    """Luminance of a white wall under an HDRI as a quadratic polynomial of its normal: (9,) coefficients.

    Within some percent of the integral for any light: Ramamoorthi and Hanrahan, An Efficient Representation
    for Irradiance Environment Maps, 2001.
    """
    rays, _ = _sky_rays()
    normals = rays[::5]
    return np.linalg.lstsq(_quadratic(normals), _irradiance(path, normals) @ LUMINANCE, rcond=None)[0]


def _quadratic(normals: Floats) -> Floats:
    x, y, z = np.moveaxis(normals, -1, 0)
    return np.stack([np.ones_like(x), x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1], -1)


def face_shading(light: Light, normals: Floats, azimuths: npt.ArrayLike, turns: npt.ArrayLike) -> Floats:
    """Luminance of unshadowed white skin, for keys from several sides and HDRIs turned several ways.

    Parameters
    ----------
    light : render.spec.Light, whose own key_azimuth and turn do not count
    normals : (N, 3) float, unit, world axes: the camera looks along +y
    azimuths : (A,) float, degrees, of the key and with it of fill and rim
    turns : (T,) float, degrees, of the HDRI

    Returns
    -------
    (T, A, N) float64, in the unit of `frontal_irradiance`
    """
    azimuths, turns = np.asarray(azimuths, float), np.asarray(turns, float)
    path = hdri_path(light.hdri)
    sky = _quadratic(_against_sky(normals, turns[:, None])) @ _sky_polynomial(path)
    level = np.array([frontal_irradiance(path, turn) @ LUMINANCE for turn in turns])
    shading = np.repeat(
        light.strength * np.clip(sky, 0, None)[:, None] / level[:, None, None], len(azimuths), 1
    )
    for one in _stands(light, azimuths):
        shading = shading + one.level * np.clip(_towards(one.azimuth, one.elevation) @ normals.T, 0, None)
    return shading


def frontal_colour(lamps: Sequence[Lamp]) -> Floats:
    """Linear RGB (3,) that lamps send onto a wall facing the camera, in the unit of `frontal_irradiance`."""
    total = np.zeros(3)
    for lamp in lamps:
        distance = np.linalg.norm(lamp.offset)
        facing = max(-lamp.offset[1] / distance, 0.0)
        total += facing * lamp.watts / (np.pi * distance) ** 2 * np.array(lamp.colour)
    return total


def arriving_colour(light: Light) -> Floats:
    """Linear RGB (3,), of luminance 1, of a white wall that faces the camera before any white balance."""
    front = frontal_irradiance(hdri_path(light.hdri), light.turn)
    arriving = light.strength * front / float(front @ LUMINANCE) + frontal_colour(lamps(light))
    return arriving / float(arriving @ LUMINANCE)


def black_body(kelvin: float) -> tuple[float, float, float]:
    """Linear RGB of a black body, brightest channel 1.

    Fit of Tanner Helland (2012) to Charity's table of black bodies, converted to linear light.
    """
    t = kelvin / 100
    red = 255.0 if t <= 66 else 329.7 * (t - 60) ** -0.1332
    green = 99.47 * np.log(t) - 161.1 if t <= 66 else 288.1 * (t - 60) ** -0.0755
    blue = 255.0 if t >= 66 else (0.0 if t <= 19 else 138.5 * np.log(t - 10) - 305.0)
    srgb = np.clip([red, green, blue], 0, 255) / 255
    linear = decode_srgb(srgb)
    red, green, blue = (float(x) for x in linear / linear.max())
    return red, green, blue


def hair_colour(colour: HairColour) -> Floats:
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
