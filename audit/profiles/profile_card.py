"""The card of a profile: what it was made from, what it cannot say, how well its rows pass for real ones."""

import math
from dataclasses import dataclass

from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.profile_parts import Separated


@dataclass(frozen=True)
class ProfileCard:
    """What one should know of a profile before following it.

    Attributes
    ----------
    name, source : of the profile
    pictures, annotated_rows : rows of its parts; 0: it has no such part
    attributes : number of measured attributes
    dependence : how the attributes depend on one another, for people
    components : pictures that each component of the mixture stands for, about, the largest first
    never_measured : measures that no picture had
    partly_missing : groups of attributes that some pictures lack together
    separated : how far rows of the profile can be told from real ones, see Profile
    handwritten : lines written by hand
    """

    name: str
    source: str
    pictures: int
    annotated_rows: int
    attributes: int
    dependence: str
    components: tuple[int, ...]
    never_measured: tuple[str, ...]
    partly_missing: tuple[tuple[str, ...], ...]
    separated: dict[str, Separated]
    handwritten: tuple[str, ...]

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """(heading, text) of each line, for people."""
        rows = f"{self.attributes} measured attributes of {self.pictures} pictures"
        if self.annotated_rows:
            rows += f", annotations of {self.annotated_rows}"
        out = [("made from", self.source), ("rows", rows), ("dependence", self.dependence or "not known")]
        if self.handwritten:
            out.append(("by hand", ", ".join(self.handwritten)))
        told = ", ".join(f"{key} {_interval(one)}" for key, one in self.separated.items())
        out.append(
            (
                "told from real rows",
                f"AUC {told} on pictures it was not fitted to (0.5 = not at all)" if told else "not measured",
            )
        )
        missing = ", ".join(self.never_measured) or "nothing"
        groups = len(self.partly_missing)
        out.append(("never measured", missing))
        out.append(("missing in some", f"{groups} groups of attributes" if groups else "nothing"))
        return tuple(out)


def card_of(profile: Profile) -> ProfileCard:
    """The card of a profile."""
    part = profile.measured
    shares = sorted((round(float(weight) * part.n) for weight in part.mixture.weights), reverse=True)
    return ProfileCard(
        name=profile.name,
        source=profile.source,
        pictures=part.n,
        annotated_rows=profile.annotated.n if profile.annotated else 0,
        attributes=len(part.names),
        dependence=profile.dependence,
        components=tuple(shares),
        never_measured=tuple(name for name in profile.measures if name not in part.names),
        partly_missing=tuple(gap.names for gap in part.gaps),
        separated=dict(profile.separated),
        handwritten=profile.handwritten,
    )


def _interval(one: Separated) -> str:
    """ "0.61 (0.59 to 0.64)"; without the interval where it is not known."""
    if math.isnan(one.auc):
        return "not measured"
    known = not math.isnan(one.low + one.high)
    return f"{one.auc:.2f}" + (f" ({one.low:.2f} to {one.high:.2f})" if known else "")
