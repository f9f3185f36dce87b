"""How far cameras turn colours and tones: the ranges that priors, matching and development keep to.

White balance, tint and saturation are those of real pictures. For each of 700 photographs (the fitting split
of the CelebAMask-HQ faces) the most likely melanin, blood, lips, whites of eyes, exposure, white balance,
tint and saturation were found that explain the median colours of skin, lips and whites of eyes together, by
the models of `assets.skin.skin_pigments` and `camera_model` at the usual contrast. Spreads of all of them
were estimated from the same pictures (variance components, 12 rounds of expectation-maximisation). Ranges
hold the middle 98 %.
"""

from __future__ import annotations

from typing import NamedTuple


class CameraRange(NamedTuple):
    """Least and greatest value of a setting of face_spec.Camera, its usual value, and its spread."""

    low: float
    high: float
    usual: float
    sd: float


# Kelvin of the white balance: -40 to 28 mired around 6,500 K, standard deviation 12, of which the colour that
# automatic white balance leaves of the light has 180 +- 290 K and a tint of 0.01 +- 0.013.
KELVIN_SHIFT = CameraRange(-2300.0, 1000.0, -180.0, 410.0)
TINT = CameraRange(-0.12, 0.08, -0.02, 0.035)
# A factor; usual and spread are those of its logarithm.
SATURATION = CameraRange(0.71, 1.68, 0.031, 0.205)
# Slope of the tone curve at middle grey. Preferred system gammas are 1.0 in bright, 1.25 in dim and 1.5 in
# dark surrounds: Bartleson and Breneman, J. Opt. Soc. Am. 57, 1967. Haze and flare take a little of the
# lowest, photographers who edit add a little to the highest. The usual one gives faces of the default prior
# the dark tones of photographs, which keep their chroma (slope of b* on L* over the skin).
CONTRAST = CameraRange(0.85, 1.6, 1.34, 0.11)
# Of the sensor's noise before noise reduction, in the unit of face_spec.Camera; by eye: above it grain is
# what one sees first.
NOISE = CameraRange(0.0003, 0.03, 0.009, 0.0)
# Pixels of blur at 256, as `auto_develop` counts it: negative, against sharpening. With up to 3,
# matched faces had edges of cloth against the backdrop that changed by .81 of their step a pixel (median;
# photographs .44).
CRISPNESS = CameraRange(-1.2, 1.2, 0.0, 0.0)
# Monochrome and sepia prints: none and two of 1,000 training photographs whose colours lie on one line of
# hue; means of the Jeffreys posterior.
STYLE_RATES = {"monochrome": 0.0005, "sepia": 0.0025}
