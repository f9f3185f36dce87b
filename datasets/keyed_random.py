"""Keyed randomness: a draw depends on a seed and on its own key, and on nothing that was drawn before.

A new draw shifts none of the others, any part can be drawn alone, and no global generator is needed. All
schemes give the key of a counter-based Philox generator (Salmon et al., Parallel random numbers: as easy as
1, 2, 3, 2011). Faces, trainings and sampled rows depend on their digits: they never change.

| scheme | key | used for |
|---|---|---|
| `generator`, `Draw` | SHA-256 of "seed/index/name" | attributes of one sample |
| `keyed_generator`, `keyed_seed` | BLAKE2b of the tuple (seed, \\*key) | steps of a training, bootstraps |
| `keyed_uniform` | SHA-256 of "seed:name" | columns of a table, row by row |
| `philox` | a number | one stream |
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence

KEY_BITS = 128  # of a Philox key
TRIES = 1000  # after which a truncated normal is called impossible


class _Key(ISeedSequence):
    """A Philox key as it is: `Philox(key=...)` asks the system for entropy first, at three times the cost."""

    def __init__(self, words: npt.NDArray[np.uint64]) -> None:
        self.words = words

    def generate_state(self, n_words: int, dtype: npt.DTypeLike = np.uint32) -> npt.NDArray[np.uint64]:
        """The key, (2,) uint64, whatever number of words is requested."""
        return self.words


def _of_bytes(digest: bytes) -> np.random.Generator:
    """The generator whose key is 16 bytes, little-endian."""
    key = _Key(np.frombuffer(digest, "<u8"))
    # NumPy's stubs know of SeedSequence only.
    return np.random.Generator(np.random.Philox(key))  # type: ignore[arg-type]


def philox(key: int) -> np.random.Generator:
    """The generator of a plain key, as NumPy's `Generator(Philox(key=key))`.

    Raises
    ------
    ValueError : the key is negative or has more than 128 bits.
    """
    if not 0 <= key < 2**KEY_BITS:
        raise ValueError(f"key {key} is no unsigned number of {KEY_BITS} bits")
    return _of_bytes(int(key).to_bytes(KEY_BITS // 8, "little"))


def generator(seed: int, index: int, name: str) -> np.random.Generator:
    """The generator of one named draw of one sample.

    Parameters
    ----------
    seed, index : int
        Of a set, and of the sample in it.
    name : str
        Of the draw, as "pose.yaw".
    """
    return _of_bytes(hashlib.sha256(f"{int(seed)}/{int(index)}/{name}".encode()).digest()[:16])


class _Sample(Protocol):
    """What names a sample: a seed and an index, as a FaceSpec has them."""

    @property
    def seed(self) -> int: ...

    @property
    def index(self) -> int: ...


def build_generator(spec: _Sample, name: str) -> np.random.Generator:
    """The generator of one named draw while a face is built from its spec."""
    return generator(spec.seed, spec.index, f"build.{name}")


def _digest(seed: int, key: tuple[int | str, ...], size: int) -> bytes:
    return hashlib.blake2b(repr((int(seed), *key)).encode(), digest_size=size).digest()


def keyed_generator(seed: int, *key: int | str) -> np.random.Generator:
    """The generator of (seed, key); streams of different keys are independent."""
    return _of_bytes(_digest(seed, key, 16))


def keyed_seed(seed: int, *key: int | str) -> int:
    """Seed in [0, 2^63) of (seed, key), for libraries that take an integer (torch.Generator.manual_seed)."""
    return int.from_bytes(_digest(seed, key, 8), "little") >> 1


def keyed_uniform(seed: int, name: str, n: int) -> npt.NDArray[np.float64]:
    """Uniform numbers of a named column.

    Returns
    -------
    (n,) float64 in (0, 1)
        Row i depends on (seed, name, i) alone, whatever n is.
    """
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    raw = np.random.Philox(key=int.from_bytes(digest[:16], "little")).random_raw(n)
    return ((raw >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53


class Draw:
    """Named draws of one sample: `draw("pose.yaw").normal(0, 10)`."""

    def __init__(self, seed: int, index: int) -> None:
        self.seed, self.index = seed, index

    def __call__(self, name: str) -> np.random.Generator:
        """The generator of a named draw."""
        return generator(self.seed, self.index, name)

    def choice(self, name: str, weights: Mapping[str, float]) -> str:
        """A key of `weights`, with a probability proportional to its value.

        Raises
        ------
        ValueError : a weight is negative, or none is positive.
        """
        names = list(weights)
        p = np.array([weights[n] for n in names], float)
        total = p.sum()
        if not total > 0 or p.min() < 0:
            raise ValueError(f"{name}: weights {weights} are no distribution")
        # What Generator.choice does, at half its cost.
        reached = (p / total).cumsum()
        return str(names[(reached / reached[-1]).searchsorted(self(name).random(), side="right")])

    def chance(self, name: str, probability: float) -> bool:
        """True with a probability in [0, 1]."""
        return bool(self(name).random() < probability)

    def uniform(self, name: str, low: float, high: float) -> float:
        """A number drawn evenly from [low, high)."""
        return float(self(name).uniform(low, high))

    def normal(self, name: str, mean: float, sd: float, low: float = -np.inf, high: float = np.inf) -> float:
        """A normal number, drawn again from the same stream until it lies in [low, high].

        Raises
        ------
        ValueError : TRIES numbers all lay outside.
        """
        stream = self(name)
        for _ in range(TRIES):
            value = float(stream.normal(mean, sd))
            if low <= value <= high:
                return value
        raise ValueError(f"{name}: normal({mean}, {sd}) hardly ever falls in [{low}, {high}]")
