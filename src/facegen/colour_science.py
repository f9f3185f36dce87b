"""Colour science that several folders share: the sRGB transfer function, luminance, CIE XYZ and L*a*b*.

Colours are (..., 3) arrays of red, green and blue with the primaries and the white point D65 of sRGB.
"Linear" means proportional to light, "encoded" means after the transfer function; both lie in [0, 1]. Bytes
are encoded values times 255.

The faces that a seed gives depend on the last digits of these functions: a change of the order of operations
here changes faces and measures.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # weights of linear red, green, blue: ITU-R BT.709
# Linear sRGB to XYZ under D65, primaries of IEC 61966-2-1. Rows X, Y, Z; a row adds up to the white's.
RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
RGB_TO_XYZ_SINGLE = RGB_TO_XYZ.astype(np.float32)
_WHITE = RGB_TO_XYZ_SINGLE.sum(axis=1)
_LAB_KNEE = 6 / 29  # CIE 15:2004, where the cube root of L*a*b* goes over into a line


def encode_srgb(linear: npt.ArrayLike) -> npt.NDArray[np.floating]:
    """Encode linear light with the sRGB transfer function (IEC 61966-2-1).

    Parameters
    ----------
    linear : array_like of float
        Linear values; they are clipped to [0, 1].

    Returns
    -------
    ndarray of float, the same shape
        Encoded values in [0, 1].
    """
    x = np.clip(linear, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def decode_srgb(encoded: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Linear light of encoded values: the inverse of `encode_srgb` (IEC 61966-2-1).

    Parameters
    ----------
    encoded : ndarray of float in [0, 1]

    Returns
    -------
    ndarray of float in [0, 1], the same shape
    """
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


_LINEAR_OF_BYTE = decode_srgb(np.arange(256) / 255).astype(np.float32)


def linear_of_bytes(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Linear light in [0, 1], float32, of sRGB bytes (uint8) of any shape."""
    return _LINEAR_OF_BYTE[rgb]


def bytes_of_linear(linear: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """sRGB bytes (uint8), the nearest to linear light of any shape; it is clipped to [0, 1]."""
    return np.round(255 * encode_srgb(linear)).astype(np.uint8)


def luminance_of_lightness(lightness: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Relative luminance of a CIE lightness L* (CIE 15:2004); 1 and above for L* of 100 and above."""
    x = np.asarray(lightness, float)
    return np.where(x > 8, ((x + 16) / 116) ** 3, x / 903.3)


def lightness_of_luminance(luminance: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """CIE lightness L* of a relative luminance (CIE 15:2004); above 100 for lights brighter than white."""
    y = np.asarray(luminance, float)
    return np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)


def lab_of_linear(linear: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """CIE 1976 L*a*b* under D65 (CIE 15:2004) of linear colours.

    Parameters
    ----------
    linear : (..., 3) float32 in [0, 1]

    Returns
    -------
    (..., 3) float32
        L* in [0, 100], a*, b*; colours of the grey axis have a* = b* = 0.
    """
    # One contiguous array per channel. The product keeps the shape of `linear`: another shape gives other
    # last digits, and faces depend on them.
    xyz = np.ascontiguousarray(np.moveaxis(linear @ RGB_TO_XYZ_SINGLE.T, -1, 0))
    t = xyz / _WHITE.reshape(3, *[1] * (linear.ndim - 1))
    f = np.cbrt(t)
    np.copyto(f, t / np.float32(3 * _LAB_KNEE**2) + np.float32(4 / 29), where=t <= _LAB_KNEE**3)
    x, y, z = f
    return np.moveaxis(np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)]), 0, -1)


def lab_of_srgb(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """CIE L*a*b* under D65, (..., 3) float32, of sRGB bytes (..., 3) uint8; see `lab_of_linear`."""
    return lab_of_linear(linear_of_bytes(rgb))
