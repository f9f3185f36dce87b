"""Keyed randomness: every draw depends on (seed, sample index, attribute name) and nothing else.

Adding an attribute shifts no other, and any sample can be drawn alone.
"""

from __future__ import annotations

import hashlib

import numpy as np


def generator(seed: int, index: int, name: str) -> np.random.Generator:
    """A Philox generator (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011) of one draw."""
    digest = hashlib.sha256(f"{int(seed)}/{int(index)}/{name}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def build_generator(spec, name: str) -> np.random.Generator:
    """The generator of one named draw while a spec is built: hangs on its seed, index and this name."""
    return generator(spec.seed, spec.index, f"build.{name}")
