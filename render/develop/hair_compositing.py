"""Detail of hair that the beauty render loses, added from the label pass: streaks of strands and a soft edge.

With few samples and the denoiser, hair comes out smooth, like paint. The label pass has sixteen sub-pixels a
pixel and knows the lightness, the distance and the shine of each strand. Pictures are (H, W). Lengths in
pixels are given for pictures of 256 pixels. Constants without a source are by eye on renders.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from facegen.datasets.conventions.native_labels import Native
from facegen.render.labels.label_pass import IS_STRAND, SUBPIXELS, Seen, fraction_of
from facegen.render.spec.face_spec import HairColour

Floats = npt.NDArray[np.floating]

# Pixels: streaks are what differs from the mean within about REACH; locks and the highlight are what differs
# between REACH and WIDE. Broader differences are those of the render.
REACH, WIDE = 4.0, 16.0
TRUNCATE = 2.5  # standard deviations at which these gaussians end
# In streaks, and in locks: strength of a strand's own lightness, of its highlight, and how much darker hair
# is that lies GAP_MM millimetres deeper than the hair around it.
LIGHTNESS, SHINE, GAP, GAP_MM = (0.88, 2.8), (0.55, 1.6), (0.45, 0.5), (4.0, 12.0)
# By how much red and blue change with the logarithm of a strand's own lightness: strands with less pigment
# are yellower; highlights have the colour of the light, so the other way. By octaves of chroma in photos.
TINT = (0.06, 0.0, -0.22)
GLOSS = (0.6, 2.2)  # strength of highlights compared with the hair: on fair or white hair, and on black hair
GLOSS_PIGMENT = (0.5, 0.95)  # pigment of these
BEARD_SHINE = 0.25  # highlights of beards, whose hairs stand apart, against those of the scalp
SLEEK, LEAST_SLEEK = 0.05, 0.1  # metres from which hair lies in one direction, and gloss of the shortest
FINEST = 0.45  # pixels: a strand of the model stands for ten hairs, whose streaks run into each other
# Pixels over which streaks are averaged along the hair, and over which its direction is measured.
ALONG, DIRECTION = 2.0, 1.5
MAX_CHANGE = 1.5  # of the light, in natural logarithms
SOFT = 0.7  # pixels: blur of the edge of hair in a camera
# Covered fractions within FILL pixels from which less of the backdrop shows through hair, and from which
# nothing does.
DENSE, FULL = 0.42, 0.78
FILL = 1.4  # pixels
KNOWN_ALPHA = 0.25  # alpha from which a pixel's own colour is used
RIM_BLUR = 1.2  # pixels over which colours are averaged at the rim of hair


def gloss(colour: HairColour, length: float) -> float:
    """Strength of highlights on hair of a colour, as a factor.

    Strands mirror the same amount of light whatever their colour; on darker hair it stands out more. Clipped
    hair stands in all directions: where it mirrors there is no highlight, only specks that an eye averages.

    Parameters
    ----------
    colour : HairColour
    length : float, metres, of the hair on top of the head
    """
    pigment = colour.melanin * (1 - colour.grey) if colour.dye is None else 0.0
    return float(np.interp(pigment, GLOSS_PIGMENT, GLOSS) * np.clip(length / SLEEK, LEAST_SLEEK, 1))


def tinted(colour: HairColour) -> float:
    """How far strands of a hair colour differ in hue, as a factor: white ones do not."""
    return 1 - colour.grey if colour.dye is None else 1.0


def streaks(seen: Seen, size: int, shine_by: float = 1.0, tint_by: float = 1.0) -> Floats:
    """Streaks along strands.

    Parameters
    ----------
    seen : label_pass.Seen of (SUBPIXELS * size)² sub-pixels
    size : pixels of the picture's side
    shine_by : strength of highlights, of `gloss`
    tint_by : strength of differences in hue, of `tinted`

    Returns
    -------
    (size, size, 3) float64
        Factor on the light of each pixel, about 1 on average within REACH.
    """
    out = np.ones((size, size, 3))
    if len(seen.strands) == 0:
        return out
    row, column = np.divmod(seen.strands, seen.plain.shape[1])
    pixel = row // SUBPIXELS * size + column // SUBPIXELS
    count = np.bincount(pixel, minlength=size * size).reshape(size, size).astype(np.float64)
    weight = count / SUBPIXELS**2
    sigmas, finest = (REACH * size / 256, WIDE * size / 256), FINEST * size / 256
    around = [np.maximum(ndimage.gaussian_filter(weight, sigma, truncate=TRUNCATE), 1e-6) for sigma in sigmas]

    def relief(values: Floats) -> tuple[Floats, Floats]:
        """Difference of a pixel's strands from those around it, times their cover: in streaks, in locks."""
        total = np.bincount(pixel, values, size * size).reshape(size, size) / SUBPIXELS**2
        near, far = (
            ndimage.gaussian_filter(total, sigma, truncate=TRUNCATE) / of
            for sigma, of in zip(sigmas, around, strict=True)
        )
        return total - weight * near, weight * (near - far)

    of_strand = seen.strand.astype(np.float64)
    of_strand[:, 2] *= np.where(seen.plain.ravel()[seen.strands] == Native.SCALP_HAIR, 1, BEARD_SHINE)
    lightness, distance, shine = (relief(x) for x in of_strand.T)
    change, warmth = [], np.zeros((size, size))
    for i in range(2):
        deeper = np.clip(1000 * distance[i] / GAP_MM[i], -1, 1)
        own, glint = LIGHTNESS[i] * lightness[i], shine_by * SHINE[i] * shine[i]
        change.append(own + glint - GAP[i] * deeper)
        warmth += own - glint
    # The mean light of a neighbourhood stays that of the render.
    fine = drawn_out(ndimage.gaussian_filter(change[0], finest), weight > 0, size / 256)
    factor = np.exp(np.clip(fine, -MAX_CHANGE, MAX_CHANGE))
    factor = factor / np.where(
        count > 0, ndimage.gaussian_filter(weight * factor, sigmas[0], truncate=TRUNCATE) / around[0], 1
    )
    factor = factor * np.exp(np.clip(change[1], -MAX_CHANGE, MAX_CHANGE))
    factor = factor / np.where(
        count > 0, ndimage.gaussian_filter(weight * factor, sigmas[1], truncate=TRUNCATE) / around[1], 1
    )
    warmth = np.clip(ndimage.gaussian_filter(warmth, finest), -MAX_CHANGE, MAX_CHANGE)
    hue = np.exp(tint_by * warmth[..., None] * TINT)
    return 1 + weight[..., None] * (factor[..., None] * hue - 1)


def drawn_out(values: Floats, inside: npt.NDArray[np.bool_], scale: float) -> Floats:
    """Values averaged along their streaks: strands continue where sub-pixels missed them.

    The direction is that of the structure tensor (Bigün and Granlund, ICCV 1987).

    Parameters
    ----------
    values : (H, W) float64
    inside : (H, W) bool, where strands are
    scale : pixels that stand for one of a picture of 256

    Returns
    -------
    (H, W) float64
        0 outside; inside, with the standard deviation of `values`.
    """
    across = [ndimage.gaussian_filter(values, 0.5 * scale, order=order) for order in ((1, 0), (0, 1))]
    down, right, both = (
        ndimage.gaussian_filter(a * b, DIRECTION * scale)
        for a, b in ((across[0], across[0]), (across[1], across[1]), (across[0], across[1]))
    )
    # A right angle to the direction of the gradient is along the streak.
    angle = 0.5 * np.arctan2(2 * both, right - down) + np.pi / 2
    if not inside.any():
        return np.zeros(values.shape)
    step = np.stack([np.sin(angle), np.cos(angle)])[:, inside]
    here = np.array(np.nonzero(inside), np.float64)
    reach = int(np.ceil(2 * ALONG * scale))
    there, known = inside.astype(np.float64), np.where(inside, values, 0.0)
    total, weight = np.zeros(here.shape[1]), np.zeros(here.shape[1])
    for k in range(-reach, reach + 1):
        factor = np.exp(-0.5 * (k / (ALONG * scale)) ** 2)
        place = here + k * step
        total += factor * ndimage.map_coordinates(known, place, order=1)
        weight += factor * ndimage.map_coordinates(there, place, order=1)
    smooth = total / np.maximum(weight, 1e-6)
    sd = smooth.std()
    out = np.zeros(values.shape)
    out[inside] = smooth * (values[inside].std() / sd) if sd > 0 else smooth
    return out


def soft_cover(
    fine: npt.NDArray[np.uint8], alpha: npt.NDArray[np.float32], linear: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """How much of the backdrop is covered, and the light of what covers it.

    Parameters
    ----------
    fine : (h, w) uint8
        Native labels of the sub-pixels.
    alpha : (H, W) float32
        Of the render; it is kept behind lenses.
    linear : (H, W, 3) float32
        The render's light, multiplied by `alpha`.

    Returns
    -------
    cover : (H, W) float32 in [0, 1]
        Away from hair, the exact fraction of sub-pixels that are not backdrop.
    light : (H, W, 3) float32
        Multiplied by `cover`; away from hair the render's.
    """
    size = alpha.shape[0]
    scale = size / 256
    exact = 1 - fraction_of(fine, Native.BACKGROUND)
    lens = fraction_of(fine, Native.GLASSES_LENS) > 0
    hair = fraction_of(IS_STRAND[fine], True)
    near = ndimage.gaussian_filter(hair, FILL * scale)
    rim = (near > 0.02) & (ndimage.minimum_filter(exact, max(3, 2 * round(scale) + 1)) < 1) & ~lens
    soft = ndimage.gaussian_filter(exact, SOFT * scale)
    dense = (ndimage.gaussian_filter(exact, FILL * scale) - DENSE) / (FULL - DENSE)
    dense = np.clip(dense, 0, 1)
    dense = dense * dense * (3 - 2 * dense)
    cover = np.where(rim, np.maximum(soft, dense * np.clip(2 * near, 0, 1)), exact)
    cover = np.where(lens, alpha, cover).astype(np.float32)
    # The rim has few samples of strands: it takes its colour from all light around it.
    nearby = ndimage.gaussian_filter(alpha, RIM_BLUR * scale)
    colour = ndimage.gaussian_filter(linear, (RIM_BLUR * scale, RIM_BLUR * scale, 0))
    colour = colour / np.maximum(nearby, 1e-3)[..., None]
    # The render's filter is wider than a pixel: its light for its own cover would leave a dark or light line.
    own = np.where(
        (alpha > KNOWN_ALPHA)[..., None], linear / np.maximum(alpha, KNOWN_ALPHA)[..., None], colour
    )
    light = np.where(lens[..., None], linear, np.where(rim[..., None], colour, own) * cover[..., None])
    return cover, light.astype(np.float32)
