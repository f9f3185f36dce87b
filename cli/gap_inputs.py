"""What `facegen train-eval` needs before it trains: decoded sets, attributes, an estimate of time."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from facegen.audit.collect import CONVENTION
from facegen.audit.measures import BY_NAME, MEASURES_VERSION
from facegen.audit.schema import Table
from facegen.cli.gap_tables import say_on
from facegen.cli.measuring import measured
from facegen.cli.training_bar import duration, load
from facegen.datasets.errors import FacegenError
from facegen.datasets.faceset import FaceSet
from facegen.datasets.files import fingerprint, npz_bytes, read_npz, write_bytes
from facegen.parse.adapter import fit_adapter, one_hot
from facegen.parse.arms import Ingredients, Training
from facegen.parse.controls import effective_number, law_weights
from facegen.parse.judge import Judge
from facegen.parse.real import RealSets, choose, nested_order
from facegen.parse.roles import Roles
from facegen.parse.slices import Slice, make_slices
from facegen.parse.speed import measure_rate, seconds_for
from facegen.parse.train import Recipe

ESTIMATE_SECONDS = 3.0
ESTIMATE_STEPS = 4  # of an adapter
SHOWN = 6  # synthetic faces of each kind in the page


def check_numbers(
    sets: RealSets, roles: Roles, numbers: Sequence[int], mix: Sequence[int], adapt_n: Sequence[int]
) -> None:
    """FacegenError where a curve asks for more than a set offers, before anything is trained."""
    for first in (part[0] for part in (roles.default, roles.matched) if part):
        if numbers and max(numbers) > len(first):
            raise FacegenError(f"--n {max(numbers)}: {first.path} offers {len(first)} samples")
    if mix and max(mix) > len(sets.fit):
        raise FacegenError(f"--mix {max(mix)}: {sets.fit.path} offers {len(sets.fit)} faces to fit")
    if adapt_n and max(adapt_n) > len(sets.adapter):
        raise FacegenError(f"--adapt-n {max(adapt_n)}: {len(sets.adapter)} faces are kept for the adapter")


def ingredients(console: Console, sets: RealSets, roles: Roles, most: int, size: int) -> Ingredients:
    """Decode what is trained on; of a synthetic set at most `most` samples."""
    synthetic, titles = {}, {}
    for key, title, which in roles.parts():
        synthetic[key] = [load(console, choose(one, min(most, len(one))), size) for one in which]
        titles[key] = title
    return Ingredients(load(console, sets.fit, size), synthetic, titles)


def unseen(faces: FaceSet, used: int) -> FaceSet:
    """A few samples to show, those that no training saw where the set holds more than `used`."""
    order = nested_order(faces.ids)
    return faces.subset((order[used:] or order)[:SHOWN])


def estimate(
    console: Console,
    trainings: Sequence[Training],
    todo: Sequence[Training],
    judge: Judge,
    recipe: Recipe,
    folder: Path,
) -> None:
    """Say how many trainings there are, which are done already, and how long the others will take."""
    say = say_on(console)
    if not todo:
        say(f"all {len(trainings)} trainings are there already; run folder {folder}")
        return
    rate = measure_rate(todo[0].data, recipe, judge.device, ESTIMATE_SECONDS)
    short = replace(judge.recipe, steps=ESTIMATE_STEPS)
    masks, convention = np.asarray(judge.adapter.masks[: short.batch]), judge.test.convention
    began = time.perf_counter()
    filled = np.where(masks < len(convention.classes), masks, 0)
    fit_adapter(
        one_hot(filled, len(convention.classes), judge.device), masks, convention, 0, judge.device, short
    )
    adapter = (time.perf_counter() - began) * judge.recipe.steps / ESTIMATE_STEPS
    each = seconds_for(recipe, rate)
    say(
        f"{len(trainings)} trainings, {len(trainings) - len(todo)} of them there already; each about "
        f"{duration(each)} ({rate.loop:.0f} images/s) and {duration(adapter)} for its label adapter: "
        f"{duration(len(todo) * (each + adapter))} in all; run folder {folder}"
    )


class Attributes:
    """Measured attributes of sets, kept in the run folder."""

    def __init__(self, console: Console, folder: Path) -> None:
        self.console, self.folder = console, folder

    def table(self, faces: FaceSet) -> Table | None:
        """All attributes of a set; None, said aloud, where its convention cannot be measured."""
        if faces.convention.name != CONVENTION:
            say_on(self.console)(
                f"{faces.path}: attributes are measured on {CONVENTION} masks only: no slices"
            )
            return None
        key = fingerprint([MEASURES_VERSION, str(faces.path.resolve()), faces.ids])
        file = self.folder / f"attributes-{key[:12]}.npz"
        if not file.exists():
            result = measured(faces, None, self.console).attributes
            write_bytes(file, npz_bytes(values=result.values))
        (values,) = read_npz(file, "values")
        return Table(tuple(BY_NAME), values, tuple(faces.ids), faces.name)

    def slices(self, test: FaceSet) -> list[Slice] | None:
        """The parts of the test set."""
        table = self.table(test)
        return None if table is None else make_slices(table.names, table.values)

    def law(self, sets: RealSets, roles: Roles) -> tuple[np.ndarray, float] | tuple[None, None]:
        """Chances of the real faces by the content law of the first default set, and how many faces they are
        worth."""
        tables = [self.table(one) for one in (sets.fit, roles.default[0])]
        if tables[0] is None or tables[1] is None:
            return None, None
        content = [name for name, one in BY_NAME.items() if one.content and one.matchable]
        weights = law_weights(*(one.columns(content) for one in tables if one is not None))
        return weights, effective_number(weights)
