"""What the beauty render loses of hair, laid on from the label pass: the streaks of strands and a soft edge.

A few samples and the denoiser leave hair smooth, like paint; the label pass has sixteen sub-pixels a pixel
and knows of each strand how light it is, how far away and how it shines. Pictures are (H, W).
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from facegen.datasets.conventions.native_labels import Native
from facegen.render.labels.label_pass import IS_STRAND, SUBPIXELS, fraction_of

# Pixels at 256: streaks are what differs from the mean within about REACH, locks and the highlight
# what differs between REACH and WIDE; the rest is the render's.
REACH, WIDE = 4.0, 16.0
REACHED = 2.5  # of these, where their weight ends
# Strength of a strand's own lightness, of its highlight, and the share by which hair is darker that lies a
# number of millimetres deeper than the hair about it: in streaks, and in locks.
LIGHTNESS, SHINE, GAP, GAP_MM = (1.1, 2.0), (0.8, 1.6), (0.45, 0.4), (4.0, 12.0)
GLOSS = (0.6, 2.2)  # how far highlights stand out of fair or white hair, and of black hair
FINEST = 0.45  # pixels at 256: a strand of the model stands for ten hairs, whose streaks run into each other
# Pixels at 256 over which streaks are drawn out along the hair, and over which its direction is looked for.
ALONG, DIRECTION = 2.0, 1.5
STRONGEST = 1.5  # in natural logarithms
SOFT = 0.55  # pixels at 256: how soft a camera sees the edge of hair
DENSE, FULL = (
    0.40,
    0.75,
)  # covered shares within FILL pixels from which hair is let through less, and not at all
FILL = 1.4  # pixels at 256
OWN = 0.25  # alpha from which a pixel's own colour is known
MEND = 1.2  # pixels at 256 over which colours are spread at the rim of hair


def gloss(colour):
    """How much a highlight stands out of hair of a render.spec.HairColour: a factor.

    What strands mirror has one strength; what it adds to is the darker, the more pigment there is.
    """
    pigment = colour.melanin * (1 - colour.grey) if colour.dye is None else 0.0
    return float(np.interp(pigment, (0.5, 0.95), GLOSS))


def streaks(seen, size, shine_by=1.0):
    """Factor on the light of each pixel (size, size) float64: streaks along strands, about 1 on average.

    Parameters
    ----------
    seen : render.labels.Seen of (SUBPIXELS size)^2 sub-pixels
    shine_by : float, of `gloss`
    """
    out = np.ones((size, size))
    if len(seen.strands) == 0:
        return out
    row, column = np.divmod(seen.strands, seen.plain.shape[1])
    pixel = row // SUBPIXELS * size + column // SUBPIXELS
    count = np.bincount(pixel, minlength=size * size).reshape(size, size).astype(np.float64)
    weight = count / SUBPIXELS**2
    sigmas, finest = (REACH * size / 256, WIDE * size / 256), FINEST * size / 256
    around = [np.maximum(ndimage.gaussian_filter(weight, sigma, truncate=REACHED), 1e-6) for sigma in sigmas]

    def relief(values):
        """How far the mean of a pixel's strands lies above that of the strands about it, by their share: in
        streaks, and in locks."""
        total = np.bincount(pixel, values, size * size).reshape(size, size) / SUBPIXELS**2
        near, far = (
            ndimage.gaussian_filter(total, sigma, truncate=REACHED) / of
            for sigma, of in zip(sigmas, around, strict=True)
        )
        return total - weight * near, weight * (near - far)

    lightness, distance, shine = (relief(x) for x in seen.strand.astype(np.float64).T)
    change = []
    for i in range(2):
        deeper = np.clip(1000 * distance[i] / GAP_MM[i], -1, 1)
        change.append(LIGHTNESS[i] * lightness[i] + shine_by * SHINE[i] * shine[i] - GAP[i] * deeper)
    # The light of a neighbourhood stays what the render found.
    fine = drawn_out(ndimage.gaussian_filter(change[0], finest), weight > 0, size / 256)
    factor = np.exp(np.clip(fine, -STRONGEST, STRONGEST))
    factor = factor / np.where(
        count > 0, ndimage.gaussian_filter(weight * factor, sigmas[0], truncate=REACHED) / around[0], 1
    )
    factor = factor * np.exp(np.clip(change[1], -STRONGEST, STRONGEST))
    factor = factor / np.where(
        count > 0, ndimage.gaussian_filter(weight * factor, sigmas[1], truncate=REACHED) / around[1], 1
    )
    return 1 + weight * (factor - 1)


def drawn_out(values, inside, scale):
    """`values` averaged along their streaks: a strand goes on where sub-pixels saw it only here and there.

    Parameters
    ----------
    values : (H, W) float; inside : (H, W) bool, where strands are; scale : float, pixels of one at 256

    Returns
    -------
    (H, W) float64, as varied as `values` are inside
    """
    across = [ndimage.gaussian_filter(values, 0.5 * scale, order=order) for order in ((1, 0), (0, 1))]
    down, right, both = (
        ndimage.gaussian_filter(a * b, DIRECTION * scale)
        for a, b in ((across[0], across[0]), (across[1], across[1]), (across[0], across[1]))
    )
    # The gradient's own direction, and a right angle to it: along the streak.
    angle = 0.5 * np.arctan2(2 * both, right - down) + np.pi / 2
    step = np.stack([np.sin(angle), np.cos(angle)])
    here = np.indices(values.shape).astype(np.float64)
    reach = int(np.ceil(2 * ALONG * scale))
    there, known = inside.astype(np.float64), np.where(inside, values, 0.0)
    total, weight = np.zeros(values.shape), np.zeros(values.shape)
    for k in range(-reach, reach + 1):
        share = np.exp(-0.5 * (k / (ALONG * scale)) ** 2)
        place = here + k * step
        total += share * ndimage.map_coordinates(known, place, order=1)
        weight += share * ndimage.map_coordinates(there, place, order=1)
    smooth = np.where(inside, total / np.maximum(weight, 1e-6), 0.0)
    spread = smooth[inside].std() if inside.any() else 0.0
    return smooth * (values[inside].std() / spread) if spread > 0 else smooth


def soft_cover(fine, alpha, linear):
    """What hides the backdrop, and the light that goes with it.

    Parameters
    ----------
    fine : (h, w) uint8, native labels of the sub-pixels
    alpha : (H, W) float32, the render's own; behind lenses it holds
    linear : (H, W, 3) float32, the render's light, multiplied by `alpha`

    Returns
    -------
    cover (H, W) float32 in [0, 1], light (H, W, 3) float32 multiplied by it
        Away from hair the cover is the exact share of the sub-pixels that are not backdrop, and the light is
        the render's at that cover.
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
    # Samples of strands are few: the rim takes its colour from all light about it, not its own few samples.
    spread = ndimage.gaussian_filter(alpha, MEND * scale)
    colour = ndimage.gaussian_filter(linear, (MEND * scale, MEND * scale, 0))
    colour = colour / np.maximum(spread, 1e-3)[..., None]
    # The render's filter is wider than a pixel: light for another cover would leave a dark or light line.
    own = np.where((alpha > OWN)[..., None], linear / np.maximum(alpha, OWN)[..., None], colour)
    light = np.where(lens[..., None], linear, np.where(rim[..., None], colour, own) * cover[..., None])
    return cover, light.astype(np.float32)
