"""Keyed draws from torch's own generators; NumPy's are in datasets/keyed_random.py.

The same (seed, key) gives the same draws, whatever was drawn before, so that a training can stop after any
step and continue exactly.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from facegen.datasets.keyed_random import keyed_seed


@contextmanager
def keyed_torch(device: torch.device, seed: int, *key: int | str) -> Iterator[None]:
    """torch's generator of a device gives the draws of (seed, key); afterwards it is restored."""
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
