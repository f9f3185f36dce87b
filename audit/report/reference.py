"""What a synthetic set is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures import measure_table
from facegen.audit.measures.schema import Table
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.profile_card import ProfileCard, card_of
from facegen.datasets.errors import FacegenError

# Rows drawn from a profile to represent its distribution; more change no distance by over 0.01.
PROFILE_ROWS = 4000


@dataclass(frozen=True)
class Reference:
    """What the synthetic set is compared with.

    Attributes
    ----------
    name : for people
    kind : "set" or "profile"
    n : real pictures behind it
    attributes : Table; rows of the set, or rows drawn from the profile
    labels : Table or None: a profile does not describe how masks are drawn
    fidelity : of the profile (see Profile), empty for a set
    card : of the profile, None for a set
    handwritten : whether it is a profile that somebody wrote, fully or in part; n is then an assumption
    maps, adjacency, unknown : as in Measurement; None against a profile
    """

    name: str
    kind: str
    n: int
    attributes: Table
    labels: Table | None
    fidelity: Mapping[str, float] = field(default_factory=dict)
    maps: np.ndarray | None = None
    adjacency: np.ndarray | None = None
    unknown: np.ndarray | None = None
    handwritten: bool = False
    card: ProfileCard | None = None

    @property
    def fitted(self) -> bool:
        """Whether it is a profile fitted to pictures. The distance between its own draws is then no floor:
        the
        error of the fit is not in it."""
        return self.kind == "profile" and not self.handwritten

    @property
    def compared(self) -> Table:
        """The attributes; of a profile as many rows as it was fitted to, because more would overstate it."""
        return self.attributes.rows(np.arange(min(self.n, len(self.attributes))))

    @property
    def description(self) -> str:
        """What it is, for people."""
        if self.handwritten:
            return f"a handwritten profile, taken as one of {self.n} pictures"
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
            measured.adjacency,
            measured.unknown,
        )

    @classmethod
    def of_profile(cls, profile: Profile, seed: int = 0) -> Reference:
        if not any(name in measure_table.BY_NAME for name in profile.measured.names):
            raise FacegenError(
                f"profile {profile.name} describes nothing that pictures and masks show: compare with another"
            )
        table = profile.table(PROFILE_ROWS, seed)
        handwritten = bool(profile.handwritten)
        return cls(
            profile.name,
            "profile",
            profile.measured.n,
            table,
            None,
            profile.fidelity,
            handwritten=handwritten,
            card=card_of(profile),
        )
