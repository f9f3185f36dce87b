"""Augmentation of a batch, keyed by (seed, step), strong enough to carry synthetic faces to real photos.

Every strength is drawn for each sample from its own keyed stream, so that a run repeats and resumes exactly,
and a new edit does not change the draws of the others. Lengths are fractions of the side: 128 px and 256 px
see the same edits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.keyed_random import keyed_generator, keyed_seed
from facegen.parse.data import degrade, warp

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
DOWN_FACTORS = (1.5, 2.0, 3.0)  # few values, so that a batch is resampled in few calls


@dataclass(frozen=True)
class Augmentation:
    """Ranges (half-widths where there is one number) and probabilities of every edit."""

    flip: float = 0.5  # chance
    rotation: float = 15.0  # degrees
    scale: float = 1.2  # face enlarged or reduced by up to this factor
    shift: float = 0.06  # of the side
    perspective: float = 0.06  # change of depth across half the side
    brightness: float = 0.25  # relative gain
    contrast: float = 0.25  # relative gain around mid-grey
    saturation: float = 0.4  # relative gain around grey
    hue: float = 10.0  # degrees around the grey axis
    white_balance: float = 0.08  # relative gain of each channel
    gamma: float = 1.4  # exponent or its inverse
    gamma_chance: float = 0.3
    grey_chance: float = 0.05
    blur_chance: float = 0.15
    blur: tuple[float, float] = (0.003, 0.010)  # sigma, of the side
    motion_chance: float = 0.07
    motion: tuple[float, float] = (0.015, 0.045)  # length, of the side
    down_chance: float = 0.1
    noise_chance: float = 0.25
    noise: tuple[float, float] = (0.01, 0.06)  # sigma, of the range
    jpeg_chance: float = 0.2
    jpeg: tuple[int, int] = (30, 90)  # quality
    cutout_chance: float = 0.2
    cutout: tuple[float, float] = (0.08, 0.30)  # side of the hole, of the side


NO_AUGMENTATION = Augmentation(
    flip=0, rotation=0, scale=1, shift=0, perspective=0, brightness=0, contrast=0, saturation=0, hue=0,
    white_balance=0, gamma_chance=0, grey_chance=0, blur_chance=0, motion_chance=0, down_chance=0,
    noise_chance=0, jpeg_chance=0, cutout_chance=0,
)  # fmt: skip


class _Draws:
    """Keyed draws of one step: one stream a name."""

    def __init__(self, seed: int, step: int, count: int) -> None:
        self.key, self.count = (seed, "augment", step), count

    def uniform(self, name: str, low: float, high: float, width: int | None = None) -> np.ndarray:
        shape = (self.count,) if width is None else (self.count, width)
        return keyed_generator(*self.key, name).uniform(low, high, shape)

    def chosen(self, name: str, chance: float) -> np.ndarray:
        """Indices of the samples that get this edit."""
        return np.flatnonzero(keyed_generator(*self.key, name).random(self.count) < chance)


def colour_matrices(
    gain: np.ndarray, contrast: np.ndarray, saturation: np.ndarray, hue: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Brightness, white balance, contrast, saturation and hue as one affine map of RGB.

    Parameters
    ----------
    gain : (B, 3) float, factor of each channel
    contrast, saturation : (B,) float, 1 = unchanged
    hue : (B,) float, degrees of rotation around the grey axis

    Returns
    -------
    matrix (B, 3, 3), bias (B, 3): new = matrix @ rgb + bias
    """
    angle = np.deg2rad(hue)[:, None, None]
    axis = np.ones(3) / np.sqrt(3)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = np.cos(angle) * np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * np.outer(axis, axis)
    luma = np.ones((3, 1)) * np.array(LUMA)
    tint = saturation[:, None, None] * np.eye(3) + (1 - saturation[:, None, None]) * luma
    matrix = gain[:, :, None] * contrast[:, None, None] * (tint @ turn)
    bias = gain * (0.5 * (1 - contrast))[:, None]
    return matrix, bias


def _colour(images: torch.Tensor, config: Augmentation, draws: _Draws) -> torch.Tensor:
    brightness = 1 + draws.uniform("brightness", -config.brightness, config.brightness)
    balance = 1 + draws.uniform("white_balance", -config.white_balance, config.white_balance, 3)
    saturation = 1 + draws.uniform("saturation", -config.saturation, config.saturation)
    saturation[draws.chosen("grey", config.grey_chance)] = 0
    matrix, bias = colour_matrices(
        brightness[:, None] * balance,
        1 + draws.uniform("contrast", -config.contrast, config.contrast),
        saturation,
        draws.uniform("hue", -config.hue, config.hue),
    )
    weight = torch.as_tensor(matrix, dtype=images.dtype).to(images.device)
    offset = torch.as_tensor(bias, dtype=images.dtype).to(images.device)[:, :, None]
    flat = torch.baddbmm(offset, weight, images.reshape(len(images), 3, -1))
    return flat.reshape(images.shape).clamp_(0, 1)


def _apply(images: torch.Tensor, chosen: np.ndarray, edit: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Replace the chosen samples in place; `edit` sees only those."""
    if len(chosen):
        index = torch.as_tensor(chosen).to(images.device)
        images[index] = edit(images[index])


def _lens(images: torch.Tensor, config: Augmentation, draws: _Draws) -> None:
    """Gaussian blur, motion blur and lost resolution."""
    size = images.shape[-1]
    chosen = draws.chosen("blur", config.blur_chance)
    sigma = np.maximum(size * draws.uniform("blur_sigma", *config.blur)[chosen], 1e-3)
    radius = int(np.ceil(2.5 * size * config.blur[1]))
    _apply(images, chosen, lambda x: degrade.filter_each(x, degrade.gaussian_kernel(sigma, radius)))
    chosen = draws.chosen("motion", config.motion_chance)
    length = size * draws.uniform("motion_length", *config.motion)[chosen]
    angle = draws.uniform("motion_angle", 0, np.pi)[chosen]
    radius = int(np.ceil(size * config.motion[1] / 2)) + 1
    _apply(images, chosen, lambda x: degrade.filter_each(x, degrade.line_kernel(length, angle, radius)))
    chosen = draws.chosen("down", config.down_chance)
    level = np.floor(draws.uniform("down_factor", 0, len(DOWN_FACTORS)))[chosen]
    for k, factor in enumerate(DOWN_FACTORS):
        _apply(images, chosen[level == k], partial(degrade.lose_resolution, factor=factor))


def _sensor(images: torch.Tensor, config: Augmentation, draws: _Draws) -> None:
    """Gamma, noise and JPEG."""
    chosen = draws.chosen("gamma", config.gamma_chance)
    span = np.log(config.gamma)
    exponent = torch.as_tensor(np.exp(draws.uniform("gamma_value", -span, span))[chosen], dtype=images.dtype)
    _apply(images, chosen, lambda x: x.pow(exponent.to(x.device)[:, None, None, None]))
    chosen = draws.chosen("noise", config.noise_chance)
    sigma = torch.as_tensor(draws.uniform("noise_sigma", *config.noise)[chosen], dtype=images.dtype)
    source = torch.Generator(images.device).manual_seed(keyed_seed(*draws.key, "noise_field"))

    def add_noise(x: torch.Tensor) -> torch.Tensor:
        field = torch.randn(x.shape, generator=source, device=x.device, dtype=x.dtype)
        return (x + field * sigma.to(x.device)[:, None, None, None]).clamp_(0, 1)

    _apply(images, chosen, add_noise)
    chosen = draws.chosen("jpeg", config.jpeg_chance)
    quality = np.round(draws.uniform("jpeg_quality", *config.jpeg))[chosen]
    _apply(images, chosen, lambda x: degrade.jpeg(x, quality))


def _cut_out(images: torch.Tensor, masks: torch.Tensor, config: Augmentation, draws: _Draws) -> None:
    """A hole of one colour. Its labels become IGNORE, since the picture no longer shows what was there."""
    size = images.shape[-1]
    sides = size * draws.uniform("cutout_side", *config.cutout, 2)
    centres = draws.uniform("cutout_centre", 0, size, 2)
    colours = draws.uniform("cutout_colour", 0, 1, 3)
    for i in draws.chosen("cutout", config.cutout_chance):
        low = np.clip(np.round(centres[i] - sides[i] / 2), 0, size).astype(int)
        high = np.clip(np.round(centres[i] + sides[i] / 2), 0, size).astype(int)
        hole = (slice(low[1], high[1]), slice(low[0], high[0]))
        colour = torch.as_tensor(colours[i], dtype=images.dtype).to(images.device)
        images[(i, slice(None), *hole)] = colour[:, None, None]
        masks[(i, *hole)] = IGNORE


def augment(
    images: torch.Tensor, masks: torch.Tensor, table: torch.Tensor, config: Augmentation, seed: int, step: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Augment one batch on the device it lies on.

    Parameters
    ----------
    images : (B, 3, S, S) uint8 RGB
    masks : (B, S, S) uint8, 255 = ignore
    table : (256,) uint8 of `Convention.flip_table`
    seed, step : the key of all draws

    Returns
    -------
    images : (B, 3, S, S) float32 in [0, 1]
    masks : (B, S, S) int64
    """
    draws = _Draws(seed, step, len(images))
    chosen = np.zeros(len(images), dtype=bool)
    chosen[draws.chosen("flip", config.flip)] = True
    images, masks = warp.flip(images, masks, torch.as_tensor(chosen).to(images.device), table)
    picture = images.to(torch.float32).div_(255)
    if config.rotation or config.scale != 1 or config.shift or config.perspective:
        span = np.log(config.scale)
        picture, masks = warp.warp(
            picture,
            masks,
            warp.homographies(
                draws.uniform("rotation", -config.rotation, config.rotation),
                np.exp(draws.uniform("scale", -span, span)),
                draws.uniform("shift", -config.shift, config.shift, 2),
                draws.uniform("perspective", -config.perspective, config.perspective, 2),
            ),
        )
    picture = _colour(picture, config, draws)
    _lens(picture, config, draws)
    _sensor(picture, config, draws)
    _cut_out(picture, masks, config, draws)
    return picture.clamp_(0, 1), masks.long()
