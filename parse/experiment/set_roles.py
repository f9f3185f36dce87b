"""Which part each synthetic set plays: drawn from the default prior, matched to a profile, or beside them.

Several sets of one part are the same order rendered from other seeds: how much they differ is the error of
drawing a set at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.layouts.face_set import FaceSet

DEFAULT, MATCHED = "S", "S_D"  # keys of the arms
# Of a set's config: which faces are drawn. Everything else must be alike in both parts of the split.
LAW = {"seed", "match_dist", "law", "rounds", "faces"}


@dataclass(frozen=True)
class Roles:
    """Sets of each part. `also`: sets of any other kind, scored beside the split."""

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
    """DEFAULT, MATCHED or "" (beside them): what a set says of itself.

    Matched follow a profile that was fitted to pictures. Beside stand sets by a law that somebody wrote
    (uniform, a file of laws) or changed (--set, --without) and the faces of another set rendered again.
    Foreign sets count as default.
    """
    if faces.layout != "facegen":
        return DEFAULT
    said = read_dataset_json(faces.path)
    config = said["config"]
    if said.get("law_by_hand") or config.get("faces") or config.get("set"):
        return ""
    return DEFAULT if said["profile"] is None else MATCHED


def assign(
    unsorted: Sequence[FaceSet],
    default: Sequence[FaceSet] = (),
    matched: Sequence[FaceSet] = (),
    also: Sequence[FaceSet] = (),
) -> Roles:
    """Give every set its part: `unsorted` ones by what their dataset.json says, the others as told.

    Raises
    ------
    FacegenError : a set is given twice, sets of one part are no repeated renders of one another, or the two
        parts differ in more than their law.
    """
    seen = set()
    for one in (*unsorted, *default, *matched, *also):
        if one.path.resolve() in seen:
            raise FacegenError(
                f"{one.path} is given twice: a second set must be rendered from another --seed"
            )
        seen.add(one.path.resolve())
    parts = [(part_of(one), one) for one in unsorted]
    plain, following, beside = (
        tuple(one for part, one in parts if part == wanted) for wanted in (DEFAULT, MATCHED, "")
    )
    roles = Roles((*default, *plain), (*matched, *following), (*also, *beside))
    for part in (roles.default, roles.matched):
        _check_repeats(part)
    _check_alike(roles)
    return roles


def cautions(roles: Roles) -> list[str]:
    """What keeps the split from meaning what it says, in sentences."""
    foreign = [one.name for one in roles.default if one.layout != "facegen"]
    if not (foreign and roles.matched):
        return []
    return [
        f"{', '.join(foreign)} was not rendered by facegen: what sets two renderers apart counts as "
        "distribution in the split; --also scores it beside"
    ]


def _check_repeats(sets: Sequence[FaceSet]) -> None:
    """FacegenError unless rendered sets differ in nothing but their seed."""
    rendered = _configs(sets)
    for path, config in rendered[1:]:
        first, reference = rendered[0]
        differing = _differing(config, reference, {"seed"})
        if differing:
            raise FacegenError(
                f"{first} and {path} are no repeated renders (they differ in {', '.join(differing)}): "
                "name one --also, which scores it beside the split"
            )
        if config.get("seed") == reference.get("seed"):
            raise FacegenError(f"{first} and {path} are the same faces: render one from another --seed")


def _check_alike(roles: Roles) -> None:
    """FacegenError where default and matched sets differ in more than their law: that would count as
    distribution."""
    parts = _configs(roles.default)[:1], _configs(roles.matched)[:1]
    for (first, reference), (second, config) in zip(*parts, strict=False):
        differing = _differing(config, reference, LAW)
        if differing:
            raise FacegenError(
                f"{first} and {second} differ in more than their law ({', '.join(differing)}): render one "
                "again like the other, or give it with --also, which scores it beside the split"
            )


def _configs(sets: Sequence[FaceSet]) -> list[tuple[Path, dict]]:
    """Folder and config of those that facegen rendered."""
    return [(one.path, read_dataset_json(one.path)["config"]) for one in sets if one.layout == "facegen"]


def _differing(one: dict, other: dict, but: set[str]) -> list[str]:
    return sorted(key for key in {*one, *other} - but if one.get(key) != other.get(key))
