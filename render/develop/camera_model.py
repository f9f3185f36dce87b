"""From linear light to an 8-bit photograph: exposure, white balance, lens, sensor, tone curve, JPEG.

Pictures are (H, W, 3): linear RGB float in, sRGB uint8 out. Linear 1 is a white wall in standard light.
Lengths in pixels are given for pictures of 256 pixels and grow with the picture.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.assets.environment.lighting import black_body
from facegen.colour_science import LUMINANCE, decode_srgb, encode_srgb, luminance_of_lightness
from facegen.render.develop.auto_develop import met
from facegen.render.develop.filled_edges import filled
from facegen.render.develop.jpeg_model import jpeg_round_trip
from facegen.render.develop.print_marks import marked
from facegen.render.spec.face_spec import Camera

Floats = npt.NDArray[np.floating]
Picture = npt.NDArray[np.uint8]

SHOULDER = 0.62  # linear light above which highlights are compressed
HEADROOM = 4.0  # light above this is clipped before blur spreads it (by eye: lamps keep a narrow glow)
READ_NOISE = 0.2  # standard deviation of read noise, in units of the setting `noise` (by eye)
BACKDROP_GRAIN = 0.3  # factor on the grain of the backdrop: cameras smooth what has no detail
# Blur of the grain, pixels of the picture itself. Once JPEG has taken the faintest grain away, matched faces
# come near to the power of photographs from 40 to 80 cycles a crop with it. With 0.3 what is left is too
# fine: the variance of the Laplacian over skin falls short of photographs with the same Immerkaer sigma.
GRAIN_SIGMA = 0.6
_ROW = np.exp(-0.5 * (np.arange(-8, 9) / GRAIN_SIGMA) ** 2)
GRAIN_SD = float((_ROW**2).sum() / _ROW.sum() ** 2)  # that is left of white noise of 1 after the blur
# Of the grain: cameras smooth colour noise more. Of a* and b* on inner skin at 256 pixels, the band of 0.7 to
# 1.4 pixels has .33 and .35 on photographs.
GRAIN_LUMA, GRAIN_CHROMA = 0.93, 0.12
# Noise that noise reduction leaves in flat areas, and standard deviation of encoded values within 5 pixels at
# which it leaves half way to all. Grain of one strength everywhere lacks the heavy tails of photographs.
FLAT_NOISE, DETAIL_CODE = 0.4, 0.02
FULL_WELL = 6000.0  # electrons at white, of a small sensor (by eye): sets the photon noise
USUAL_NOISE = 0.004  # setting `noise` at which photon noise is that of FULL_WELL
REFERENCE_KELVIN = 6500.0
TINT_AXIS = np.array([0.5, -1.0, 0.5])  # of ln of red, green and blue: greens against magentas
# Exponents of red, green and blue of a sepia print: middle greys get a* 4 and b* 14, those of the two prints
# among 1,000 training photographs being 5, 12 and 3, 17.
SEPIA = np.array([0.81, 1.0, 1.22])
BLACK_CODE = 0.028  # encoded value of L* 2, below which the audit calls a pixel black
WHITE_CODE = 0.99  # encoded value of L* 99, above which it calls a pixel white
LIGHTEST_CODE = 0.975  # encoded value of the lightest pixels where none is to be white: JPEG moves them on
WHITE_AMOUNT = (-0.04, 0.3)  # how far highlights are lowered or raised at most (by eye)
NEGLIGIBLE_FRACTION = 2e-4  # target fractions of black or white pixels below this are treated as 0
DARKEST_CODE = 0.05  # encoded value that the darkest pixels keep where none is to be black (by eye)
BLACK_AMOUNT = (-0.05, 0.25)  # how far shadows are raised or lowered at most (by eye)
SIGMA_OF_CIRCLE = 0.25  # a disc of diameter 1 has a standard deviation of 1/4 along each axis
LUMA = np.array([0.299, 0.587, 0.114])  # of encoded red, green and blue: ITU-R BT.601, which JPEG uses
SHARPEN_SIGMA = 1.0  # pixels at 256: the in-camera sharpening halo
MIN_SKIN = 60  # pixels of skin that metering needs
MAX_GAIN = 12.0  # metering never brightens or darkens by more
# Metering does not know how light a skin is: it moves every face by METER_PULL (in stops) towards METER_GREY.
# Half way, 24 faces of the default prior spread as widely in median L* as 700 photographs (11.2 and 11.6); a
# fifth of the way they spread by 14, and dark faces in dark light showed nothing.
METER_GREY, METER_PULL = 0.2, 0.5


@dataclass(frozen=True)
class Behind:
    """The backdrop behind a render with a transparent film, and how far things are from the focus.

    Attributes
    ----------
    alpha : (H, W) float32 in [0, 1]
        How much of the backdrop is covered; the render's colours are multiplied by it.
    depth : (H, W) float32, metres
        0 where nothing was hit.
    backdrop : (H, W, 3) float32
        Backdrop radiance after exposure. Exposure is metered on the face only; the backdrop is scaled by its
        own factor.
    focus, width : float, metres
        Distance of the eyes, and width of the frame at that distance.
    """

    alpha: Floats
    depth: Floats
    backdrop: Floats
    focus: float
    width: float

    def layers(self, light: Floats, aperture_mm: float) -> tuple[Floats, Floats]:
        """The face with everything off the plane of focus blurred, and how much of the backdrop is seen.

        The circle of confusion of a thin lens: aperture times the relative distance from the focus.

        Parameters
        ----------
        light : (H, W, 3) float64, linear
        aperture_mm : diameter of the lens' opening; 0 blurs nothing

        Returns
        -------
        face : (H, W, 3) float64, in proportion to `light`
        uncovered : (H, W, 1) float64 in [0, 1]
        """
        layer = np.concatenate([light, self.alpha[..., None]], -1)
        size = layer.shape[1]
        solid = (self.depth > 0).astype(np.float64)
        near = ndimage.gaussian_filter(solid, size / 64)
        # Half-covered pixels at the rim take the depth of their neighbours.
        depth = ndimage.gaussian_filter(self.depth * solid, size / 64) / np.maximum(near, 1e-6)
        depth = np.where(solid > 0, self.depth, np.where(near > 1e-3, depth, self.focus))
        circle = aperture_mm / 1000 * np.abs(depth - self.focus) / depth / self.width * size
        layer = _blur_by(layer, ndimage.gaussian_filter(circle, 1.0) * SIGMA_OF_CIRCLE)
        return layer[..., :3], 1 - layer[..., 3:]


def _blur_by(layer: Floats, sigma: Floats) -> Floats:
    """A gaussian blur whose width differs from pixel to pixel: a blend of the two nearest of a few levels."""
    levels = [0.0, 0.6, 1.2, 2.4, 4.8]
    out = np.zeros_like(layer)
    position = np.interp(sigma, levels, np.arange(len(levels)))
    for i, width in enumerate(levels):
        weight = np.clip(1 - np.abs(position - i), 0, 1)[..., None]
        if weight.any():
            out += weight * (ndimage.gaussian_filter(layer, (width, width, 0)) if width else layer)
    return out


def develop(
    linear: Floats,
    camera: Camera,
    rng: np.random.Generator,
    skin: npt.NDArray[np.bool_] | None = None,
    albedo: float = 0.4,
    behind: Behind | None = None,
    mask: npt.NDArray[np.uint8] | None = None,
) -> Picture:
    """Develop a render: lens, exposure, sensor and processing of one camera.

    Parameters
    ----------
    linear : (H, W, 3) float32
        Linear light; a white wall in standard light is 1.
    camera : Camera
        Settings; where `camera.look` has targets, the settings are found that meet them.
    rng : np.random.Generator
        The sensor's noise.
    skin : (H, W) bool, optional
        Where the face's skin is seen. None: no metering.
    albedo : float
        Luminance of that skin in standard light.
    behind : Behind, optional
        The backdrop behind a transparent film. None: `linear` covers the frame.
    mask : (H, W) uint8, optional
        In the celebamaskhq convention; targets of `camera.look` are measured with it. None: of these targets
        only blacks and whites are met.

    Returns
    -------
    (H, W, 3) uint8, sRGB
    """
    face = np.clip(linear, 0, None).astype(np.float64)
    if behind is not None:
        face, uncovered = behind.layers(face, camera.aperture_mm)
    grain = _grain(rng, face.shape)
    if behind is not None:
        grain *= 1 - (1 - BACKDROP_GRAIN) * uncovered

    def picture(camera: Camera) -> Picture:
        light = face * exposure_gain(linear, camera, skin, albedo)
        if behind is not None:
            light += uncovered * _blurred(behind.backdrop, camera.backdrop_blur)
        return _finish(light, camera, grain)

    if mask is None or not any(asdict(camera.look).values()):
        return picture(camera)
    return picture(met(camera, picture, mask))


def _finish(light: Floats, camera: Camera, grain: Floats) -> Picture:
    """Lens, sensor and processing: light (H, W, 3) float64 -> (H, W, 3) uint8."""
    size = light.shape[0]
    light = light * white_balance(camera.kelvin_shift, camera.tint)
    light *= _vignette(size, camera.vignette)[..., None]
    light = np.minimum(light, HEADROOM)
    light = _blurred(light, camera.blur_px)
    picture = encode_srgb(tone(light))
    # Noise is added after sharpening: cameras remove noise before they sharpen, and sharpened grain would be
    # coarse.
    noise = encode_srgb(tone(_sensor(light, camera.noise, grain))) - picture if camera.noise > 0 else 0.0
    if camera.sharpen > 0:
        # Of the luma alone, as cameras do: sharpened colours would speckle skin.
        luma = picture @ LUMA
        picture = picture + camera.sharpen * (luma - _blurred(luma, SHARPEN_SIGMA))[..., None]
    picture = np.clip(picture + noise * _noise_left(picture), 0, 1)
    picture = picture_style(picture, camera.contrast)
    if camera.look.blacks > 0:
        picture = with_blacks(picture, camera.look.blacks)
    if camera.look.whites > 0:
        picture = with_whites(picture, camera.look.whites)
    grey = (picture @ LUMINANCE)[..., None]
    picture = styled(np.clip(grey + (picture - grey) * camera.saturation, 0, 1), camera.style)
    out = np.round(marked(filled(picture, camera), camera) * 255).astype(np.uint8)
    return jpeg_round_trip(out, camera.jpeg) if camera.jpeg < 100 else out


def exposure_gain(linear: Floats, camera: Camera, skin: npt.NDArray[np.bool_] | None, albedo: float) -> float:
    """Factor on linear light that metering on the skin and the camera's exposure give.

    Parameters
    ----------
    linear : (H, W, 3) float32
    camera : Camera
        With `skin_lightness` the median skin gets this L*; else `metering` (0 to 1) moves it towards grey.
    skin : (H, W) bool or None
        Fewer than MIN_SKIN pixels, or None: no metering.
    albedo : float, luminance of the skin in standard light
    """
    if skin is None or skin.sum() < MIN_SKIN:
        return 2.0**camera.exposure
    seen = max(float(np.median(linear[skin] @ LUMINANCE)), 1e-4)
    if camera.skin_lightness > 0:
        wanted = _light_of(luminance_of_lightness(camera.skin_lightness), camera.contrast)
        return float(np.clip(wanted / seen, 1 / MAX_GAIN, MAX_GAIN))
    wanted = albedo ** (1 - METER_PULL) * METER_GREY**METER_PULL
    return float(np.clip((wanted / seen) ** camera.metering, 1 / MAX_GAIN, MAX_GAIN)) * 2.0**camera.exposure


def _light_of(luminance: npt.ArrayLike, contrast: float) -> float:
    """The linear light that develops to this luminance: inverse of tone curve and picture style."""
    light = np.geomspace(1e-4, 6.0, 600)
    developed = picture_style(encode_srgb(tone(light)), contrast)
    return float(np.interp(encode_srgb(luminance), developed, light))


def white_balance(shift: float, tint: float = 0.0) -> Floats:
    """Channel gains (3,) of a white balance that is off; the luminance of a grey stays.

    Parameters
    ----------
    shift : float, kelvin
        Positive makes the picture warmer.
    tint : float
        Across the black bodies: a positive one takes exp(-tint) of green and gives half of it to the others.
    """
    gain = np.array(black_body(REFERENCE_KELVIN - shift)) / np.array(black_body(REFERENCE_KELVIN))
    gain = gain * np.exp(tint * TINT_AXIS)
    return gain / (gain @ LUMINANCE)


def styled(picture: Floats, style: str) -> Floats:
    """Encoded values (H, W, 3) in one of face_spec.CAMERA_STYLES.

    Monochrome keeps the luminance of each pixel. Sepia tones it: black and white stay, greys become warm.
    """
    if style == "colour":
        return picture
    grey = encode_srgb(decode_srgb(picture) @ LUMINANCE)[..., None]
    return np.repeat(grey, 3, -1) if style == "monochrome" else grey**SEPIA


def tone(light: Floats) -> Floats:
    """Tone curve: linear up to SHOULDER, then an exponential approach to 1 with a continuous slope.

    light : linear, any shape; returns [0, 1) of the same shape
    """
    room = 1 - SHOULDER
    over = np.clip(light - SHOULDER, 0, None)
    return np.where(light < SHOULDER, light, SHOULDER + room * (1 - np.exp(-over / room)))


def picture_style(picture: Floats, contrast: float) -> Floats:
    """S-curve on encoded values in [0, 1] of any shape: slope `contrast` (0.5 to 1.6) at mid grey."""
    steeper = float(np.clip(contrast - 1, -0.5, 0.6))
    return picture - steeper * np.sin(2 * np.pi * picture) / (2 * np.pi)


def with_blacks(picture: Floats, fraction: float) -> Floats:
    """Encoded values (H, W, 3) with shadows lowered, or raised, until a fraction of the pixels is black."""
    level = float(np.quantile(picture @ LUMINANCE, min(fraction, 1.0)))
    wanted = BLACK_CODE if fraction > NEGLIGIBLE_FRACTION else DARKEST_CODE
    amount = float(np.clip((level - wanted) / (1 - level + 1e-6) ** 4, *BLACK_AMOUNT))
    return np.clip(picture - amount * (1 - picture) ** 4, 0, 1)


def with_whites(picture: Floats, fraction: float) -> Floats:
    """Encoded values (H, W, 3) with highlights moved until a fraction of pixels is white, if possible."""
    none = fraction <= NEGLIGIBLE_FRACTION
    level = float(
        (picture @ LUMINANCE).max() if none else np.quantile(picture @ LUMINANCE, 1 - min(fraction, 1))
    )
    wanted = min(level, LIGHTEST_CODE) if none else WHITE_CODE
    amount = float(np.clip((wanted - level) / max(level, 0.5) ** 6, *WHITE_AMOUNT))
    return np.clip(picture + amount * picture**6, 0, 1)


def _blurred(picture: Floats, sigma: float) -> Floats:
    """(H, W) or (H, W, 3) blurred by a gaussian of `sigma` pixels at 256; 0 changes nothing."""
    sigma *= picture.shape[0] / 256
    sigmas = (sigma, sigma, 0)[: picture.ndim]
    return ndimage.gaussian_filter(picture, sigmas, mode="nearest") if sigma > 0 else picture


def _vignette(size: int, strength: float) -> Floats:
    """(size, size) factor on light, 1 in the middle and 1 - strength in the corners."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size * 2 - 1
    return 1 - strength * 0.5 * (x**2 + y**2)


def _grain(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Sensor noise (H, W, 3) of about one standard deviation, nearly white, as after scaling down."""
    grain = ndimage.gaussian_filter(rng.standard_normal(shape), (GRAIN_SIGMA, GRAIN_SIGMA, 0)) / GRAIN_SD
    return GRAIN_LUMA * grain.mean(-1, keepdims=True) * np.sqrt(3) + GRAIN_CHROMA * grain


def _noise_left(picture: Floats) -> Floats:
    """Fraction (H, W, 1) of the noise that noise reduction leaves: more beside detail than in flat areas."""
    luma = picture @ LUMA
    side = 2 * round(picture.shape[0] / 256) + 3
    mean = ndimage.uniform_filter(luma, side, mode="nearest")
    detail = np.maximum(ndimage.uniform_filter(luma * luma, side, mode="nearest") - mean * mean, 0)
    return (FLAT_NOISE + (1 - FLAT_NOISE) * detail / (detail + DETAIL_CODE**2))[..., None]


def _sensor(light: Floats, noise: float, grain: Floats) -> Floats:
    """Light with photon noise and read noise; `noise` is the camera's setting."""
    # After encoding, photon noise is about the same at all tones; read noise shows in shadows, which cameras
    # smooth.
    shot = np.sqrt(np.clip(light, 0, 1) / FULL_WELL) * (noise / USUAL_NOISE)
    return np.clip(light + grain * np.hypot(READ_NOISE * noise, shot), 0, None)
