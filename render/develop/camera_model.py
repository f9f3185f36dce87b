"""From linear light to an 8-bit photograph: exposure, white balance, lens, sensor, tone curve, JPEG.

Pictures are (H, W, 3); linear RGB float in, sRGB uint8 out.
"""

from __future__ import annotations

import io
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from facegen.assets.environment.lighting import black_body
from facegen.colour_science import LUMINANCE, encode_srgb, luminance_of_lightness
from facegen.render.develop.auto_develop import met

SHOULDER = 0.62  # linear light above which highlights are compressed
HEADROOM = 4.0  # light above this clips in the sensor before the lens can spread it
READ_SHARE = 0.2
BACKDROP_GRAIN = 0.5  # of the grain is left beside the face: cameras smooth what has no detail
# Pixels. On inner skin at 256 px, bands of 1 to 4 px over Immerkaer's sigma: 0.5, 0.5, 0.4 on photographs
# (structure without noise taken off), 0.7, 0.8, 0.7 on renders at 0.45, where sharpening coarsens it further.
GRAIN_SIGMA = 0.3
FULL_WELL = 6000.0  # electrons at white: shot noise of a small sensor
REFERENCE_KELVIN = 6500.0
BLACK_CODE = 0.028  # encoded value of L* 2, under which the audit calls a pixel black
WHITE_CODE = 0.99  # and of L* 99, over which it calls one white
MOST_WHITE = 0.3
NONE = 2e-4  # share of pixels under which none shall be black, or white
NONE_BLACK = 0.05  # encoded value that the darkest pixels then keep
BLACK_AMOUNT = (-0.05, 0.25)  # how far shadows are lifted or drawn down at most
SIGMA_OF_CIRCLE = 0.25  # a disc of diameter 1 has a standard deviation of 1/4 along each axis
SHARPEN_SIGMA = 1.0  # pixels at 256: the in-camera sharpening halo
MIN_SKIN = 60  # pixels of skin that metering needs
MAX_GAIN = 12.0  # metering never brightens or darkens by more
# A camera that meters the face knows nothing of its owner's skin: it pulls every face a little to one grey.
METER_GREY, METER_PULL = 0.2, 0.2


@dataclass(frozen=True)
class Behind:
    """What a render's clear film shows, and how far from the focus things are.

    Attributes
    ----------
    alpha : (H, W) float32 in [0, 1], what covers the backdrop; the render's colours are multiplied by it
    depth : (H, W) float32, metres, 0 where nothing was hit
    backdrop : (H, W, 3) float32, as exposed: metering asks about the face, and a set decorator answers it
    focus, width : float, metres: distance of the eyes, and breadth of the frame there
    """

    alpha: np.ndarray
    depth: np.ndarray
    backdrop: np.ndarray
    focus: float
    width: float

    def layers(self, light, aperture_mm):
        """The face, what lies off the plane of focus blurred: (H, W, 3) float64 in proportion to `light`; and
        the share of the backdrop that shows beside it: (H, W, 1) float64."""
        layer = np.concatenate([light, self.alpha[..., None]], -1)
        size = layer.shape[1]
        solid = (self.depth > 0).astype(np.float64)
        near = ndimage.gaussian_filter(solid, size / 64)
        # Half-covered pixels at the rim take the depth of what is beside them.
        depth = ndimage.gaussian_filter(self.depth * solid, size / 64) / np.maximum(near, 1e-6)
        depth = np.where(solid > 0, self.depth, np.where(near > 1e-3, depth, self.focus))
        circle = aperture_mm / 1000 * np.abs(depth - self.focus) / depth / self.width * size
        layer = _blur_by(layer, ndimage.gaussian_filter(circle, 1.0) * SIGMA_OF_CIRCLE)
        return layer[..., :3], 1 - layer[..., 3:]


def _blur_by(layer, sigma):
    """A gaussian blur whose width differs from pixel to pixel: a blend of the two nearest of a few levels."""
    levels = [0.0, 0.6, 1.2, 2.4, 4.8]
    out = np.zeros_like(layer)
    position = np.interp(sigma, levels, np.arange(len(levels)))
    for i, width in enumerate(levels):
        weight = np.clip(1 - np.abs(position - i), 0, 1)[..., None]
        if weight.any():
            out += weight * (ndimage.gaussian_filter(layer, (width, width, 0)) if width else layer)
    return out


def develop(linear, camera, rng, skin=None, albedo=0.4, behind=None, mask=None):
    """Take the picture.

    Parameters
    ----------
    linear : (H, W, 3) float32, a white wall in standard light is 1
    camera : any object with the fields of render.spec.Camera
    rng : np.random.Generator, the sensor's noise
    skin : (H, W) bool or None, where the face's skin is seen; None: no metering
    albedo : float, luminance of that skin in standard light
    behind : Behind or None, what shows where the film is clear; None: `linear` covers the frame
    mask : (H, W) uint8 in the celebamaskhq convention, by which camera.look is measured; None: of the look
        only blacks and whites are met

    Returns
    -------
    (H, W, 3) uint8, sRGB
    """
    face = np.clip(linear, 0, None).astype(np.float64)
    if behind is not None:
        face, beside = behind.layers(face, camera.aperture_mm)
    grain = _grain(rng, face.shape)
    if behind is not None:
        grain *= 1 - (1 - BACKDROP_GRAIN) * beside

    def picture(camera):
        light = face * exposure_gain(linear, camera, skin, albedo)
        if behind is not None:
            light += beside * _blurred(behind.backdrop, camera.backdrop_blur)
        return _finish(light, camera, grain)

    if mask is None or not any(asdict(camera.look).values()):
        return picture(camera)
    return picture(met(camera, picture, mask))


def _finish(light, camera, grain):
    """Lens, sensor and the processing behind it: light (H, W, 3) float64 -> (H, W, 3) uint8."""
    size = light.shape[0]
    light = light * white_balance(camera.kelvin_shift)
    light *= _vignette(size, camera.vignette)[..., None]
    light = np.minimum(light, HEADROOM)
    light = _blurred(light, camera.blur_px)
    picture = encode_srgb(tone(light))
    # Cameras clean before they sharpen, and pictures are made smaller after: sharpened grain would be coarse.
    noise = encode_srgb(tone(_sensor(light, camera.noise, grain))) - picture if camera.noise > 0 else 0.0
    if camera.sharpen > 0:
        soft = _blurred(picture, SHARPEN_SIGMA)
        picture = picture + camera.sharpen * (picture - soft)
    picture = np.clip(picture + noise, 0, 1)
    picture = picture_style(picture, camera.contrast)
    if camera.look.blacks > 0:
        picture = with_blacks(picture, camera.look.blacks)
    if camera.look.whites > NONE:
        picture = with_whites(picture, camera.look.whites)
    grey = (picture @ LUMINANCE)[..., None]
    picture = np.clip(grey + (picture - grey) * camera.saturation, 0, 1)
    out = np.round(picture * 255).astype(np.uint8)
    # Quality counts at 256 pixels: what was saved larger and then made smaller has lost less.
    quality = 100 - (100 - camera.jpeg) * min(size / 256, 1.0)
    return jpeg_round_trip(out, quality) if camera.jpeg < 100 else out


def exposure_gain(linear, camera, skin, albedo):
    """Factor on linear light: what metering and the camera's settings ask for."""
    if skin is None or skin.sum() < MIN_SKIN:
        return 2.0**camera.exposure
    seen = max(float(np.median(linear[skin] @ LUMINANCE)), 1e-4)
    if camera.skin_lightness > 0:
        wanted = _light_of(luminance_of_lightness(camera.skin_lightness), camera.contrast)
        return float(np.clip(wanted / seen, 1 / MAX_GAIN, MAX_GAIN))
    wanted = albedo ** (1 - METER_PULL) * METER_GREY**METER_PULL
    return float(np.clip((wanted / seen) ** camera.metering, 1 / MAX_GAIN, MAX_GAIN)) * 2.0**camera.exposure


def _light_of(luminance, contrast):
    """The linear light that develops to this luminance: the curves, looked up backwards."""
    light = np.geomspace(1e-4, 6.0, 600)
    developed = picture_style(encode_srgb(tone(light)), contrast)
    return float(np.interp(encode_srgb(luminance), developed, light))


def white_balance(shift):
    """Channel gains (3,) of a balance that is off by `shift` kelvin (positive: the picture turns warm)."""
    gain = np.array(black_body(REFERENCE_KELVIN - shift)) / np.array(black_body(REFERENCE_KELVIN))
    return gain / (gain @ LUMINANCE)


def tone(light):
    """Linear up to SHOULDER, then an exponential roll-off that reaches 1 at infinity; slope is continuous."""
    room = 1 - SHOULDER
    over = np.clip(light - SHOULDER, 0, None)
    return np.where(light < SHOULDER, light, SHOULDER + room * (1 - np.exp(-over / room)))


def picture_style(picture, contrast):
    """A camera's S-curve on encoded values in [0, 1]: slope `contrast` (0.5 to 1.6) at mid grey."""
    steeper = float(np.clip(contrast - 1, -0.5, 0.6))
    return picture - steeper * np.sin(2 * np.pi * picture) / (2 * np.pi)


def with_blacks(picture, share):
    """Draws shadows of encoded values in [0, 1] down, or lifts them, until `share` of pixels are black."""
    level = float(np.quantile(picture @ LUMINANCE, min(share, 1.0)))
    wanted = BLACK_CODE if share > NONE else NONE_BLACK
    amount = float(np.clip((level - wanted) / (1 - level + 1e-6) ** 4, *BLACK_AMOUNT))
    return np.clip(picture - amount * (1 - picture) ** 4, 0, 1)


def with_whites(picture, share):
    """Draws highlights of encoded values in [0, 1] up until `share` of the pixels are white, if near it."""
    level = float(np.quantile(picture @ LUMINANCE, 1 - min(share, 1.0)))
    amount = float(np.clip((WHITE_CODE - level) / max(level, 0.5) ** 6, 0, MOST_WHITE))
    return np.clip(picture + amount * picture**6, 0, 1)


def _blurred(picture, sigma):
    """(H, W, 3) blurred by `sigma` pixels at 256; 0 leaves it."""
    sigma *= picture.shape[0] / 256
    return ndimage.gaussian_filter(picture, (sigma, sigma, 0), mode="nearest") if sigma > 0 else picture


def _vignette(size, strength):
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    return 1 - strength * 0.5 * (x**2 + y**2)


def _grain(rng, shape):
    """Sensor noise of one standard deviation or so, all but white, as after scaling down."""
    grain = ndimage.gaussian_filter(rng.standard_normal(shape), (GRAIN_SIGMA, GRAIN_SIGMA, 0))
    # Cameras smooth colour noise more than brightness noise.
    return 0.95 * grain.mean(-1, keepdims=True) * np.sqrt(3) + 0.3 * grain


def _sensor(light, noise, grain):
    """Photon and read noise. noise: read noise, share of white."""
    # Shot noise looks alike at all tones once encoded; read noise lifts shadows, which cameras smooth.
    shot = np.sqrt(np.clip(light, 0, 1) / FULL_WELL) * (noise / 0.004)
    return np.clip(light + grain * np.hypot(READ_SHARE * noise, shot), 0, None)


def jpeg_round_trip(picture, quality):
    """Encode and decode as JPEG with 4:2:0 chroma."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=int(quality), subsampling=2)
    return np.asarray(Image.open(buffer))
