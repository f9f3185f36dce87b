"""The role of each synthetic set: drawn from the default prior, matched to a profile, or a further set.

Several sets of one role are renders of the same order from different seeds; how much their scores differ
shows the variation that comes from sampling a set.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.provenance import header_of, without_folders

DEFAULT, MATCHED = "S", "S_D"  # keys of the arms
# Keys of a set's config that decide the distribution of its faces. All others must be the same in the default
# and the matched set.
DISTRIBUTION_KEYS = {"seed", "match_dist", "distribution", "rounds", "faces"}


@dataclass(frozen=True)
class Roles:
    """Sets of each role. `also`: sets of any other kind, compared with the default and matched ones."""

    default: tuple[FaceSet, ...] = ()
    matched: tuple[FaceSet, ...] = ()
    also: tuple[FaceSet, ...] = ()

    def __iter__(self) -> Iterator[FaceSet]:
        return iter((*self.default, *self.matched, *self.also))

    def parts(self) -> list[tuple[str, str, tuple[FaceSet, ...]]]:
        """Key, title and sets of every arm there is: DEFAULT, MATCHED, then X1, X2 … of `also`."""
        arms = [(DEFAULT, "default prior", self.default), (MATCHED, "matched", self.matched)]
        arms += [(f"X{k}", one.name, (one,)) for k, one in enumerate(self.also, 1)]
        return [arm for arm in arms if arm[2]]


def part_of(faces: FaceSet) -> str:
    """The role of a set according to its dataset.json, or that of the set that was exported: DEFAULT,
    MATCHED or "" for a further set.

    A matched set follows a profile that was fitted to pictures. Sets with a handwritten distribution, with
    changed attributes (--set, --without) and with the faces of another set are compared, but take no part in
    the split of the gap. Sets that facegen did not render count as default.
    """
    content = header_of(faces)
    if content is None:
        return DEFAULT
    config = content["config"]
    if content.get("handwritten_profile") or config.get("faces") or config.get("set"):
        return ""
    return DEFAULT if content["profile"] is None else MATCHED


def assign(
    unsorted: Sequence[FaceSet],
    default: Sequence[FaceSet] = (),
    matched: Sequence[FaceSet] = (),
    also: Sequence[FaceSet] = (),
) -> Roles:
    """Give every set its role.

    Parameters
    ----------
    unsorted : sets whose role their dataset.json decides
    default, matched, also : sets whose role the caller decides

    Raises
    ------
    FacegenError : a set is given twice, sets of one role are not repeated renders of one order, or the
        default and the matched set differ in more than their distribution.
    """
    seen = set()
    for one in (*unsorted, *default, *matched, *also):
        if one.path.resolve() in seen:
            raise FacegenError(
                f"{one.path} is given twice: a second set must be rendered from another --seed"
            )
        seen.add(one.path.resolve())
    parts = [(part_of(one), one) for one in unsorted]
    plain, following, others = (
        tuple(one for part, one in parts if part == wanted) for wanted in (DEFAULT, MATCHED, "")
    )
    roles = Roles((*default, *plain), (*matched, *following), (*also, *others))
    for part in (roles.default, roles.matched):
        _check_repeats(part)
    _check_same_order(roles)
    return roles


def cautions(roles: Roles) -> list[str]:
    """Reasons to distrust the split of the gap, in sentences."""
    foreign = [one.name for one in roles.default if header_of(one) is None]
    if not (foreign and roles.matched):
        return []
    return [
        f"{', '.join(foreign)} was not rendered by facegen: differences between two renderers count as "
        "distribution in the split; --also only compares it"
    ]


def _check_repeats(sets: Sequence[FaceSet]) -> None:
    """FacegenError unless rendered sets differ in nothing but their seed."""
    rendered = _configs(sets)
    for path, config in rendered[1:]:
        first, reference = rendered[0]
        differing = _differing(config, reference, {"seed"})
        if differing:
            raise FacegenError(
                f"{first} and {path} are not repeated renders of one order (they differ in "
                f"{', '.join(differing)}): give one with --also, which only compares it"
            )
        if config.get("seed") == reference.get("seed"):
            raise FacegenError(f"{first} and {path} are the same faces: render one from another --seed")


def _check_same_order(roles: Roles) -> None:
    """FacegenError where default and matched sets differ in more than their distribution: the split would
    count the difference as distribution."""
    parts = _configs(roles.default)[:1], _configs(roles.matched)[:1]
    for (first, reference), (second, config) in zip(*parts, strict=False):
        differing = _differing(config, reference, DISTRIBUTION_KEYS)
        if differing:
            raise FacegenError(
                f"{first} and {second} differ in more than their distribution ({', '.join(differing)}): "
                "render one again like the other, or give it with --also, which only compares it"
            )


def _configs(sets: Sequence[FaceSet]) -> list[tuple[Path, dict]]:
    """Folder and config of those that facegen rendered; an export's config says what it changed."""
    headers = [(one.path, header_of(one)) for one in sets]
    return [(path, without_folders(header)["config"]) for path, header in headers if header is not None]


def _differing(one: dict, other: dict, but: set[str]) -> list[str]:
    return sorted(key for key in {*one, *other} - but if one.get(key) != other.get(key))
