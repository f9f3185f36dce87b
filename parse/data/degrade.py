"""What a camera and a codec do to a picture: blur, motion blur, lost resolution, noise, JPEG.

Pictures are (B, 3, H, W) float32 RGB in [0, 1]; every function works on a whole batch on its own device,
each sample with its own strength.

Why not a library: torchvision.transforms.v2 draws one strength for a whole batch from the global generator,
and its JPEG runs on the processor, so that it is neither repeatable by (seed, step) nor fast on a GPU. kornia
takes a strength for each sample, but its diff_jpeg rounds softly, where this one gives libjpeg's pictures.
Any other arithmetic would also change the weights of every training.
"""

import functools

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

# ITU-T T.81 (JPEG), annex K.1, tables K.1 and K.2: quantisation of luminance and chrominance.
_LUMA = """16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"""
_CHROMA = """17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99"""
# JFIF 1.02 (ITU-T T.871), section 7: RGB to YCbCr, chroma around 128.
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
BLOCK = 8


def line_kernel(
    length: npt.NDArray[np.float64], angle: npt.NDArray[np.float64], radius: int
) -> npt.NDArray[np.float64]:
    """Kernels of a straight motion: (B, k, k) with k = 2 radius + 1, each summing to 1.

    length : (B,) pixels, 0 = still; angle : (B,) radians. Ends and sides fall off linearly over a pixel.
    """
    axis = np.arange(-radius, radius + 1)
    y, x = np.meshgrid(axis, axis, indexing="ij")
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    along, across = np.abs(x * cos + y * sin), np.abs(y * cos - x * sin)
    kernel = np.clip(length[:, None, None] / 2 + 0.5 - along, 0, 1) * np.clip(1 - across, 0, 1)
    return kernel / kernel.sum((1, 2), keepdims=True)


def gaussian_kernel(sigma: npt.NDArray[np.float64], radius: int) -> npt.NDArray[np.float64]:
    """Isotropic Gaussians: (B, k, k), each summing to 1. sigma : (B,) pixels, above 0."""
    axis = np.arange(-radius, radius + 1)
    profile = np.exp(-0.5 * (axis / sigma[:, None]) ** 2)
    kernel = profile[:, :, None] * profile[:, None, :]
    return kernel / kernel.sum((1, 2), keepdims=True)


def filter_each(images: torch.Tensor, kernels: npt.NDArray[np.float64]) -> torch.Tensor:
    """Convolve each picture with its own kernel (B, k, k); the border is mirrored."""
    count, channels, height, width = images.shape
    radius = kernels.shape[-1] // 2
    weight = torch.as_tensor(kernels, dtype=images.dtype).to(images.device)
    weight = weight[:, None].expand(-1, channels, -1, -1).reshape(count * channels, 1, *kernels.shape[1:])
    padded = functional.pad(images, (radius,) * 4, mode="reflect").reshape(
        1, count * channels, *_grown(images, radius)
    )
    return functional.conv2d(padded, weight, groups=count * channels).reshape(count, channels, height, width)


def _grown(images: torch.Tensor, radius: int) -> tuple[int, int]:
    return images.shape[-2] + 2 * radius, images.shape[-1] + 2 * radius


def lose_resolution(images: torch.Tensor, factor: float) -> torch.Tensor:
    """Shrink by `factor` with an anti-aliased filter and enlarge again (bilinear)."""
    height, width = images.shape[-2:]
    small = (max(1, round(height / factor)), max(1, round(width / factor)))
    shrunk = functional.interpolate(images, small, mode="bilinear", antialias=True, align_corners=False)
    return functional.interpolate(shrunk, (height, width), mode="bilinear", align_corners=False)


@functools.lru_cache(maxsize=1)
def _tables() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Luminance table, chrominance table and the orthonormal DCT-II matrix, each (8, 8)."""
    rows = np.arange(BLOCK)
    dct = np.sqrt(2 / BLOCK) * np.cos(np.pi * (2 * rows[None] + 1) * rows[:, None] / (2 * BLOCK))
    dct[0] /= np.sqrt(2)
    luma, chroma = (np.array(t.split(), dtype=float).reshape(BLOCK, BLOCK) for t in (_LUMA, _CHROMA))
    return luma, chroma, dct


def quality_tables(
    quality: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """libjpeg's tables of a quality in 1..100: luminance and chrominance, (B, 8, 8) in 1..255.

    The rule is jpeg_quality_scaling of the Independent JPEG Group's libjpeg: 5000/q below 50, else 200 − 2q.
    """
    quality = np.asarray(quality, dtype=float)
    percent = np.where(quality < 50, np.floor(5000 / quality), 200 - 2 * quality)[:, None, None]
    luma, chroma, _ = _tables()
    return (
        np.clip(np.floor((luma * percent + 50) / 100), 1, 255),
        np.clip(np.floor((chroma * percent + 50) / 100), 1, 255),
    )


def _quantise(plane: torch.Tensor, table: torch.Tensor, dct: torch.Tensor) -> torch.Tensor:
    """Round the DCT of every 8×8 block of (B, H, W) planes to multiples of the (B, 8, 8) tables."""
    count, height, width = plane.shape
    blocks = plane.reshape(count, height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(2, 3)
    steps = table[:, None, None]
    rounded = torch.round(dct @ blocks @ dct.T / steps) * steps
    return (dct.T @ rounded @ dct).transpose(2, 3).reshape(count, height, width)


def jpeg(images: torch.Tensor, quality: npt.NDArray[np.float64]) -> torch.Tensor:
    """JPEG round trip at 4:2:0 without its entropy coder, which loses nothing.

    quality : (B,) in 1..100, libjpeg's scale. Grey equals libjpeg to a tenth of a level; in chroma,
    which libjpeg rounds on the way, a coefficient near a half may fall on the other side.
    """
    count, _, height, width = images.shape
    luma_table, chroma_table = (
        torch.as_tensor(t, dtype=images.dtype).to(images.device) for t in quality_tables(quality)
    )
    dct = torch.as_tensor(_tables()[2], dtype=images.dtype).to(images.device)
    to_ycc = torch.tensor(_TO_YCC, dtype=images.dtype).to(images.device)
    to_rgb = torch.as_tensor(np.linalg.inv(_TO_YCC), dtype=images.dtype).to(images.device)
    # Codecs repeat the last row and column up to whole 16×16 units.
    extra = (-width % (2 * BLOCK), -height % (2 * BLOCK))
    padded = functional.pad(images, (0, extra[0], 0, extra[1]), mode="replicate") if any(extra) else images
    whole = padded.shape[-2:]
    ycc = torch.einsum("ij,bjhw->bihw", to_ycc, torch.round(padded * 255))
    y = _quantise(ycc[:, 0] - 128, luma_table, dct) + 128
    chroma = functional.avg_pool2d(ycc[:, 1:], 2).reshape(2 * count, whole[0] // 2, whole[1] // 2)
    chroma = _quantise(chroma, chroma_table.repeat_interleave(2, 0), dct)
    chroma = chroma.reshape(count, 2, whole[0] // 2, whole[1] // 2)
    chroma = functional.interpolate(chroma, whole, mode="bilinear", align_corners=False)
    rgb = torch.einsum("ij,bjhw->bihw", to_rgb, torch.cat([y[:, None], chroma], 1))
    return (torch.round(rgb).clamp(0, 255) / 255)[..., :height, :width]
