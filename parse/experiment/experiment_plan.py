"""Which trainings a run consists of: the arms, the curves and the controls.

An arm is one of the kinds of training that are compared: on real faces (R), on synthetic faces of the
default prior (S), on synthetic faces matched to the real profile (S_D), on further sets (X1, X2 …). Each is
scored twice, without and with a label adapter (R_L, S_L, S_DL …); with the adapter it is not trained again.
With two synthetic arms these are the six arms of the split. An arm's trainings form a table
[rendered set][seed].

A training is identified by the name of its folder, so one that two comparisons need (the end of a curve, the
start of a mix) happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet, join
from facegen.parse.experiment.real_sets import nested_order
from facegen.parse.experiment.set_roles import DEFAULT, MATCHED
from facegen.parse.training.self_training import Unlabelled

REAL = "R"
ADAPTED = {REAL: "R_L", DEFAULT: "S_L", MATCHED: "S_DL"}


def adapted_key(key: str) -> str:
    """Key of an arm behind the label adapter."""
    return ADAPTED.get(key, f"{key}_L")


@dataclass(frozen=True)
class Training:
    """One network to train.

    Attributes
    ----------
    name : its folder in the run
    title : what it is, for people
    adapter : whether it is also scored behind a label adapter
    unlabelled : pictures without labels that it learns from as well
    """

    name: str
    title: str
    data: LoadedSet
    seed: int
    adapter: bool = True
    unlabelled: Unlabelled | None = None


@dataclass(frozen=True)
class Ingredients:
    """Decoded sets, each at least as large as the largest training on it.

    Attributes
    ----------
    fit : real faces to train on
    synthetic : {key of the arm: its rendered sets}
    titles : {key: words}
    unlabelled : pictures without labels, for a further training
    """

    fit: LoadedSet
    synthetic: dict[str, list[LoadedSet]]
    titles: dict[str, str]
    unlabelled: Unlabelled | None = None


@dataclass(frozen=True)
class Plan:
    """All trainings of a run.

    Attributes
    ----------
    arms : {key: [rendered set][seed]}, REAL first
    curves : {key: {number of images: training}}
    mix : {number of real images added to N synthetic ones: training}, on the first set of arm `mix_of`
    halves : two halves of the real faces, to see how much two samples of one distribution differ; empty where
        not requested
    reweighted : random real faces with repeats, and real faces reweighted to the default set's distribution
        with the same number of repeats; empty where not requested
    taught : by seed, the best informed synthetic arm `taught_of` with unlabelled pictures as well; no arm of
        the split, and empty where not requested
    """

    arms: dict[str, list[list[Training]]]
    titles: dict[str, str]
    curves: dict[str, dict[int, Training]] = field(default_factory=dict)
    mix: dict[int, Training] = field(default_factory=dict)
    mix_of: str = ""
    halves: tuple[Training, ...] = ()
    reweighted: tuple[Training, ...] = ()
    taught: tuple[Training, ...] = ()
    taught_of: str = ""

    def trainings(self) -> list[Training]:
        """Each training once: the arms seed by seed, so that a run stopped early has whole seeds; then the
        rest."""
        seeds = len(self.arms[REAL][0])
        order = [row[k] for k in range(seeds) for rows in self.arms.values() for row in rows]
        order += [one for line in self.curves.values() for one in line.values()]
        order += [*self.mix.values(), *self.halves, *self.reweighted, *self.taught]
        return list({one.name: one for one in order}.values())


def nested(data: LoadedSet, count: int) -> LoadedSet:
    """`count` samples; smaller choices lie in larger ones (as real_sets.choose).

    Raises
    ------
    FacegenError : the set holds fewer.
    """
    if not 0 < count <= len(data):
        raise FacegenError(f"{data.name} offers {len(data)} samples, {count} were requested")
    return data if count == len(data) else data.take(sorted(nested_order(data.ids)[:count]))


def make_plan(
    sets: Ingredients,
    count: int,
    seeds: int,
    numbers: Sequence[int] = (),
    mix: Sequence[int] = (),
    halves: bool = False,
    weights: npt.NDArray[np.float64] | None = None,
) -> Plan:
    """Lay out a run.

    Parameters
    ----------
    count : N, training images of every arm
    numbers : points of the curves, one training each on the first set of each synthetic arm
    mix : numbers of real images added to N synthetic ones of the first matched (else default) set
    halves : train on two halves of the real faces, N // 2 each
    weights : (len(fit),) probabilities that sum to 1, for drawing `count` real faces with replacement
    """

    def synthetic(key: str, place: int, number: int, seed: int) -> Training:
        data = sets.synthetic[key][place]
        return Training(
            f"{key}-set{place + 1}-n{number}-seed{seed}",
            f"{sets.titles[key]}, set {place + 1}, {number} images, seed {seed}",
            nested(data, number),
            seed,
        )

    real = nested(sets.fit, count)
    arms = {REAL: [[Training(f"R-n{count}-seed{k}", f"real, seed {k}", real, k) for k in range(seeds)]]}
    for key, rendered in sets.synthetic.items():
        arms[key] = [[synthetic(key, j, count, k) for k in range(seeds)] for j in range(len(rendered))]
    curves = {
        key: {n: synthetic(key, 0, n, 0) for n in sorted({*numbers, count})}
        for key in (DEFAULT, MATCHED)
        if numbers and key in sets.synthetic
    }
    mix_of = next((key for key in (MATCHED, DEFAULT) if key in sets.synthetic), "")
    mixed = {k: _mixed(sets, synthetic(mix_of, 0, count, 0), k) for k in sorted({*mix})} if mix_of else {}
    parts: tuple[Training, ...] = ()
    if halves:
        order = nested_order(real.ids)
        parts = tuple(
            Training(
                f"R-half{part + 1}-n{count}-seed0",
                f"half {part + 1} of the real faces",
                real.take(sorted(order[part::2][: count // 2])),
                0,
                adapter=False,
            )
            for part in range(2)
        )
    drawn = _reweighted(sets.fit, count, weights) if weights is not None else ()
    taught: tuple[Training, ...] = ()
    if sets.unlabelled is not None and mix_of:
        taught = tuple(_taught(one, sets.unlabelled) for one in arms[mix_of][0])
    titles = {REAL: "real", **sets.titles}
    return Plan(arms, titles, curves, mixed, mix_of, parts, drawn, taught, mix_of if taught else "")


def _taught(one: Training, unlabelled: Unlabelled) -> Training:
    """A training that learns from unlabelled pictures as well."""
    words = f"{one.title}, with {len(unlabelled.data)} unlabelled pictures"
    return replace(
        one, name=one.name.replace("-seed", "+unlabelled-seed"), title=words, unlabelled=unlabelled
    )


def _reweighted(fit: LoadedSet, count: int, weights: npt.NDArray[np.float64]) -> tuple[Training, Training]:
    """Random real faces repeated as often as those of the second training, which are drawn by `weights`."""
    draw = keyed_generator(0, "law")  # the name of the random stream: another one would draw other faces
    repeats = np.bincount(draw.choice(len(fit), count, p=weights), minlength=len(fit))
    shuffled = draw.permutation(repeats)

    def training(name: str, title: str, times: npt.NDArray[np.int64]) -> Training:
        data = fit.take(np.repeat(np.arange(len(fit)), times))
        return Training(f"R-{name}-n{count}-seed0", title, data, 0, adapter=False)

    return (
        training("repeats", "random real faces, repeated as often as the reweighted ones", shuffled),
        training("reweighted", "real faces reweighted to the default set's distribution", repeats),
    )


def _mixed(sets: Ingredients, alone: Training, real: int) -> Training:
    if real == 0:
        return alone
    data = join(f"{alone.data.name} + {real} real", [alone.data, nested(sets.fit, real)])
    return Training(
        alone.name.replace("-seed", f"+{real}real-seed"), f"{alone.title}, with {real} real faces", data, 0
    )
