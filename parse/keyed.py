"""Keyed randomness: the same (seed, key) gives the same draws, whatever was drawn before.

A training can so stop after any step and go on as if it had not, and a new augmentation shifts none of
the draws of the old ones. Counter-based: Philox (Salmon et al., SC 2011).
"""

import hashlib

import numpy as np


def _digest(seed: int, key: tuple[int | str, ...], size: int) -> int:
    return int.from_bytes(
        hashlib.blake2b(repr((int(seed), *key)).encode(), digest_size=size).digest(), "little"
    )


def keyed_generator(seed: int, *key: int | str) -> np.random.Generator:
    """NumPy generator of (seed, key); independent streams for different keys."""
    return np.random.Generator(np.random.Philox(key=_digest(seed, key, 16)))


def keyed_seed(seed: int, *key: int | str) -> int:
    """Seed in [0, 2^63) for libraries that take an integer (torch.Generator.manual_seed)."""
    return _digest(seed, key, 8) >> 1
