"""What a synthetic set is held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit import measures
from facegen.audit.collect import Measurement
from facegen.audit.profile import Profile
from facegen.audit.schema import Table
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
    maps, touching : as in Measurement; None against a profile
    """

    name: str
    kind: str
    n: int
    attributes: Table
    labels: Table | None
    fidelity: Mapping[str, float] = field(default_factory=dict)
    maps: np.ndarray | None = None
    touching: np.ndarray | None = None

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
        )

    @classmethod
    def of_profile(cls, profile: Profile, seed: int = 0) -> Reference:
        if not any(name in measures.BY_NAME for name in profile.measured.names):
            raise FacegenError(
                f"profile {profile.name} says nothing that pictures and masks show: nothing to compare with"
            )
        table = profile.table(PROFILE_ROWS, seed)
        return cls(profile.name, "profile", profile.measured.n, table, None, profile.fidelity)
