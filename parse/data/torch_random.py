"""Keyed randomness: the same (seed, key) gives the same draws, whatever was drawn before.

A training can so stop after any step and go on as if it had not, and a new augmentation shifts none of
the draws of the old ones. Counter-based: Philox (Salmon et al., SC 2011).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from facegen.datasets.keyed_random import keyed_seed


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
