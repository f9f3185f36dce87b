"""From linear light to an 8-bit photograph: exposure, white balance, lens, sensor, tone curve, JPEG.

Pictures are (H, W, 3); linear RGB float in, sRGB uint8 out.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from scipy import ndimage

from facegen.assets.lighting import LUMINANCE, black_body

SHOULDER = 0.62  # linear light above which highlights are compressed
HEADROOM = 4.0  # light above this clips in the sensor before the lens can spread it
FULL_WELL = 6000.0  # electrons at white: shot noise of a small sensor
REFERENCE_KELVIN = 6500.0
SHARPEN_SIGMA = 1.0  # pixels at 256: the in-camera sharpening halo
MIN_SKIN = 60  # pixels of skin that metering needs
MAX_GAIN = 12.0  # metering never brightens or darkens by more


def develop(linear, camera, rng, skin=None, albedo=0.4):
    """Take the picture.

    Parameters
    ----------
    linear : (H, W, 3) float32, a white wall in standard light is 1
    camera : any object with the fields of render.spec.Camera
    rng : np.random.Generator, the sensor's noise
    skin : (H, W) bool or None, where the face's skin is seen; None: no metering
    albedo : float, luminance of that skin in standard light

    Returns
    -------
    (H, W, 3) uint8, sRGB
    """
    size = linear.shape[0]
    light = np.clip(linear, 0, None).astype(np.float64) * exposure_gain(linear, camera, skin, albedo)
    light *= white_balance(camera.kelvin_shift)
    light *= _vignette(size, camera.vignette)[..., None]
    light = np.minimum(light, HEADROOM)
    if camera.blur_px > 0:
        sigma = camera.blur_px * size / 256
        light = ndimage.gaussian_filter(light, (sigma, sigma, 0), mode="nearest")
    light = _sensor(light, camera.noise, size, rng)
    picture = encode_srgb(tone(light))
    if camera.sharpen > 0:
        sigma = SHARPEN_SIGMA * size / 256
        soft = ndimage.gaussian_filter(picture, (sigma, sigma, 0), mode="nearest")
        picture = np.clip(picture + camera.sharpen * (picture - soft), 0, 1)
    picture = np.clip(0.5 + (picture - 0.5) * camera.contrast, 0, 1)
    grey = (picture @ LUMINANCE)[..., None]
    picture = np.clip(grey + (picture - grey) * camera.saturation, 0, 1)
    out = np.round(picture * 255).astype(np.uint8)
    return jpeg_round_trip(out, camera.jpeg) if camera.jpeg < 100 else out


def exposure_gain(linear, camera, skin, albedo):
    """Factor on linear light: what metering and the camera's settings ask for."""
    if skin is None or skin.sum() < MIN_SKIN:
        return 2.0**camera.exposure
    seen = max(float(np.median(linear[skin] @ LUMINANCE)), 1e-4)
    if camera.skin_lightness > 0:
        # The tone curve is linear up to SHOULDER: undo it for brighter skin.
        wanted = luminance_of(camera.skin_lightness)
        if wanted > SHOULDER:
            wanted = SHOULDER - (1 - SHOULDER) * np.log(max(1 - (wanted - SHOULDER) / (1 - SHOULDER), 0.05))
        return float(np.clip(wanted / seen, 1 / MAX_GAIN, MAX_GAIN))
    return float(np.clip((albedo / seen) ** camera.metering, 1 / MAX_GAIN, MAX_GAIN)) * 2.0**camera.exposure


def luminance_of(lightness):
    """CIE L* -> relative luminance in [0, 1]."""
    return ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3


def white_balance(shift):
    """Channel gains (3,) of a balance that is off by `shift` kelvin (positive: the picture turns warm)."""
    gain = np.array(black_body(REFERENCE_KELVIN - shift)) / np.array(black_body(REFERENCE_KELVIN))
    return gain / (gain @ LUMINANCE)


def tone(light):
    """Linear up to SHOULDER, then an exponential roll-off that reaches 1 at infinity; slope is continuous."""
    room = 1 - SHOULDER
    over = np.clip(light - SHOULDER, 0, None)
    return np.where(light < SHOULDER, light, SHOULDER + room * (1 - np.exp(-over / room)))


def encode_srgb(linear):
    """IEC 61966-2-1 transfer function, linear [0, 1] to encoded [0, 1]."""
    x = np.clip(linear, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def _vignette(size, strength):
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    return 1 - strength * 0.5 * (x**2 + y**2)


def _sensor(light, noise, size, rng):
    """Photon and read noise, softened the way demosaicking does. noise: read noise, share of white."""
    if noise <= 0:
        return light
    grain = ndimage.gaussian_filter(rng.standard_normal(light.shape), (0.45, 0.45, 0))
    grain = 0.8 * grain.mean(-1, keepdims=True) * np.sqrt(3) + 0.6 * grain
    shot = np.sqrt(np.clip(light, 0, 1) / FULL_WELL) * (noise / 0.004)
    return np.clip(light + grain * np.hypot(noise, shot), 0, None)


def jpeg_round_trip(picture, quality):
    """Encode and decode as JPEG with 4:2:0 chroma."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=int(quality), subsampling=2)
    return np.asarray(Image.open(buffer))
