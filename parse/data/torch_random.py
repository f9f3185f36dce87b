"""Keyed randomness: the same (seed, key) gives the same draws, whatever was drawn before.

A training can so stop after any step and go on as if it had not, and a new augmentation shifts none of
the draws of the old ones. Counter-based: Philox (Salmon et al., SC 2011).
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch


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


@contextmanager
def keyed_torch(device: torch.device, seed: int, *key: int | str) -> Iterator[None]:
    """torch's own generator of a device gives the draws of (seed, key), and is put back after."""
    generator = torch.default_generator
    if device.type == "cuda":
        number = torch.cuda.current_device() if device.index is None else device.index
        generator = torch.cuda.default_generators[number]
    state = generator.get_state()
    generator.manual_seed(keyed_seed(seed, *key))
    try:
        yield
    finally:
        generator.set_state(state)
