"""What a synthetic set is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures import measure_table
from facegen.audit.measures.schema import Table
from facegen.audit.profiles.attribute_profile import Profile
from facegen.datasets.errors import FacegenError

PROFILE_ROWS = 4000  # drawn from a profile to stand for its law; more change no distance by over 0.01 spreads


@dataclass(frozen=True)
class Reference:
    """What the synthetic set is held against.

    Attributes
    ----------
    name : for people
    kind : "set" or "profile"
    n : real pictures behind it
    attributes : Table; rows of the set, or rows drawn from the profile
    labels : Table or None: a profile says nothing of how the masks are drawn
    fidelity : of the profile (see Profile), empty for a set
    by_hand : a law that somebody wrote, all or part of it; n is then what it is taken to stand for
    maps, touching, unknown : as in Measurement; None against a profile
    """

    name: str
    kind: str
    n: int
    attributes: Table
    labels: Table | None
    fidelity: Mapping[str, float] = field(default_factory=dict)
    maps: np.ndarray | None = None
    touching: np.ndarray | None = None
    unknown: np.ndarray | None = None
    by_hand: bool = False

    @property
    def fitted(self) -> bool:
        """Whether it is a law fitted to pictures. How far its own draws lie apart says nothing of these: the
        law's error is not in it."""
        return self.kind == "profile" and not self.by_hand

    @property
    def compared(self) -> Table:
        """The attributes; of a profile as many rows as pictures are behind it, for more would claim more."""
        return self.attributes.rows(np.arange(min(self.n, len(self.attributes))))

    @property
    def what(self) -> str:
        """What it is, for people."""
        if self.by_hand:
            return f"a law written by hand, taken for one of {self.n} pictures"
        return f"a {self.kind} of {self.n} real pictures"

    @classmethod
    def of_set(cls, measured: Measurement, name: str) -> Reference:
        return cls(
            name,
            "set",
            len(measured),
            measured.attributes,
            measured.labels,
            {},
            measured.maps,
            measured.touching,
            measured.unknown,
        )

    @classmethod
    def of_profile(cls, profile: Profile, seed: int = 0) -> Reference:
        if not any(name in measure_table.BY_NAME for name in profile.measured.names):
            raise FacegenError(
                f"profile {profile.name} says nothing that pictures and masks show: nothing to compare with"
            )
        table = profile.table(PROFILE_ROWS, seed)
        by_hand = bool(profile.written)
        return cls(
            profile.name, "profile", profile.measured.n, table, None, profile.fidelity, by_hand=by_hand
        )
