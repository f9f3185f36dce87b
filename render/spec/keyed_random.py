"""Keyed randomness: every draw depends on (seed, sample index, attribute name) and nothing else.

Adding an attribute shifts no other, and any sample can be drawn alone.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.random.bit_generator import ISeedSequence


def generator(seed: int, index: int, name: str) -> np.random.Generator:
    """A Philox generator (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011) of one draw."""
    digest = hashlib.sha256(f"{int(seed)}/{int(index)}/{name}".encode()).digest()
    key = _Key(np.frombuffer(digest[:16], "<u8"))
    # NumPy's stubs know of SeedSequence only.
    return np.random.Generator(np.random.Philox(key))  # type: ignore[arg-type]


class _Key(ISeedSequence):
    """A Philox key as it is: `Philox(key=...)` asks the system for entropy first, at three times the cost."""

    def __init__(self, words):
        self.words = words

    def generate_state(self, n_words, dtype=np.uint32):
        """The key, (2,) uint64, whatever is asked for."""
        return self.words


def build_generator(spec, name: str) -> np.random.Generator:
    """The generator of one named draw while a spec is built: hangs on its seed, index and this name."""
    return generator(spec.seed, spec.index, f"build.{name}")


class Draw:
    """Keyed draws of one sample: `draw("pose.yaw").normal(0, 10)`."""

    def __init__(self, seed: int, index: int):
        self.seed, self.index = seed, index

    def __call__(self, name: str) -> np.random.Generator:
        return generator(self.seed, self.index, name)

    def choice(self, name, weights):
        """A key of `weights`, with probability proportional to its value."""
        names = list(weights)
        p = np.array([weights[n] for n in names], float)
        total = p.sum()
        if not total > 0 or p.min() < 0:
            raise ValueError(f"{name}: weights {weights} are no law")
        # What Generator.choice does, at half its cost.
        reached = (p / total).cumsum()
        return str(names[(reached / reached[-1]).searchsorted(self(name).random(), side="right")])

    def chance(self, name, probability):
        return bool(self(name).random() < probability)

    def uniform(self, name, low, high):
        return float(self(name).uniform(low, high))

    def normal(self, name, mean, sd, low=-np.inf, high=np.inf):
        """Normal, redrawn from the same stream until it lies in [low, high]."""
        stream = self(name)
        for _ in range(1000):
            value = float(stream.normal(mean, sd))
            if low <= value <= high:
                return value
        raise ValueError(f"{name}: normal({mean}, {sd}) hardly ever falls in [{low}, {high}]")
