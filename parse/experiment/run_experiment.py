"""The train-eval experiment as one call: train parsers on each set, test them on real faces, split the loss.

`run_experiment` does what an `ExperimentConfig` says and returns `Results`.
Nothing here knows of a terminal: progress and remarks go to a callback as `ProgressEvent`s.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.opening import report_set
from facegen.datasets.io.files import write_json
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.facegen_folder import can_redraw, redrawn
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data.device import describe_device, gpu_memory, pick_device
from facegen.parse.data.loaded_set import LoadedSet, load_pictures, load_reported
from facegen.parse.experiment.attributes import attributes_of, real_weights
from facegen.parse.experiment.estimate import estimate
from facegen.parse.experiment.experiment_config import QUICK_SEEDS, SEEDS, ExperimentConfig
from facegen.parse.experiment.experiment_plan import Ingredients, Plan, make_plan
from facegen.parse.experiment.real_sets import (
    RealSets,
    choose,
    nested_order,
    open_real,
    require_unseen,
    seen_pictures,
)
from facegen.parse.experiment.recipes import adapter_recipe, recipe_for, recommendations
from facegen.parse.experiment.results import Results
from facegen.parse.experiment.results_content import Run, results_json, write_results
from facegen.parse.experiment.results_page import write_page
from facegen.parse.experiment.run_folder import ARGUMENTS_FILE, adopt_renamed, check_run_folder, fresh_folder
from facegen.parse.experiment.run_plan import (
    FREE_MEMORY,
    Workplace,
    common_number,
    missing,
    run_plan,
    study_adapters,
)
from facegen.parse.experiment.scoring_cache import Scorer
from facegen.parse.experiment.set_roles import Roles, assign, cautions
from facegen.parse.inference.onnx_export import export_onnx, require_onnx
from facegen.parse.metrics.validation_log import ValidationLook
from facegen.parse.models.networks import check_torch_pair
from facegen.parse.training.data_parallel import check_devices
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.self_training import Unlabelled, without_labels

if TYPE_CHECKING:
    from facegen.parse.experiment.experiment_config import FacesLike

SHOWN = 6  # synthetic faces of each kind in the page


@dataclass(frozen=True)
class _Setup:
    """A checked configuration: what is trained on what, where."""

    config: ExperimentConfig
    device: torch.device
    recipe: Recipe
    real: RealSets
    roles: Roles
    count: int
    seeds: int
    folder: Path
    unlabelled: FaceSet | None = None

    @property
    def most(self) -> int:
        """The largest number of synthetic images in any training."""
        return max([self.count, *self.config.curve_numbers])


def run_experiment(config: ExperimentConfig, progress: ProgressCallback = ignore_progress) -> Results:
    """Train parsers on real faces and on each synthetic set, test all of them on real faces.

    An interrupted run continues in its folder: trainings and scores that are there are kept.

    Parameters
    ----------
    config : ExperimentConfig
    progress : callable, optional
        Called with a `ProgressEvent` for each remark and about every second of work.

    Returns
    -------
    Results
        The content of results.json; its folder also holds gap.json, index.html and the trained parsers.

    Raises
    ------
    FacegenError : a set cannot be read or used, settings do not fit, the run folder holds another run, or
        memory is out.
    """
    setup = _set_up(config, progress)
    arguments = _arguments(setup)
    check_run_folder(setup.folder, arguments)
    adopt_renamed(setup.folder)
    _describe(setup, progress)
    parts = _ingredients(setup, progress)
    scorer, look = _testers(setup, progress)
    _require_untested(parts.unlabelled, scorer.test)
    seen = seen_pictures(parts.fit, scorer.test)
    if seen:
        names = ", ".join(seen[:3]) + (", ..." if len(seen) > 3 else "")
        say(progress, f"{len(seen)} test pictures look like training pictures stored again: {names}")
    attributes = attributes_of(setup.real.test, progress, "no slices")
    weights, effective = real_weights(setup.real, setup.roles, progress) if config.controls else (None, None)
    plan = _plan(setup, parts, weights)
    place = Workplace(scorer, setup.recipe, setup.device, setup.folder, look, config.devices)
    todo = missing(plan, place)
    write_json(setup.folder / ARGUMENTS_FILE, arguments)
    say(
        progress,
        estimate(plan.trainings(), todo, scorer, setup.recipe, setup.folder, config.devices),
    )
    began = time.perf_counter()
    scored = run_plan(plan, place, progress)
    studies = study_adapters(plan, place, config.adapter_numbers, config.adapter_probabilities, progress)
    run = Run(
        plan,
        scored,
        studies,
        scorer,
        setup.recipe,
        setup.real.test_is,
        arguments,
        attributes,
        effective,
        cautions(setup.roles),
    )
    progress(ProgressEvent("score", "intervals"))
    content = results_json(run, setup.device, time.perf_counter() - began)
    write_results(setup.folder, content, run)
    _write_page(setup, content, run, progress)
    if config.onnx:
        for rows in plan.arms.values():
            say(progress, str(export_onnx(setup.folder / rows[0][0].name)))
    return Results(setup.folder, content)


def _set_up(config: ExperimentConfig, progress: ProgressCallback) -> _Setup:
    """Check all that can be checked before anything is decoded or written."""
    check_torch_pair()
    if config.onnx:
        require_onnx()
    device = pick_device(config.device)
    weights = None if config.encoder_weights is None else Path(config.encoder_weights)
    recipe = recipe_for(
        device, config.network, config.size, config.steps, config.batch, config.quick, weights
    )
    check_devices(config.devices, device, recipe.batch)
    test = None if config.real_test is None else Path(config.real_test)
    real = open_real(Path(config.real), test, config.convention, progress)
    opened = [
        [_as_labelled(_open(one, config.convention), real.fit.convention, progress) for one in part]
        for part in (config.sets, config.default, config.matched, config.also)
    ]
    if not any(opened):
        raise FacegenError("no synthetic set is given: name at least one")
    roles = assign(*opened)
    for one in roles:
        report_set(one, progress)
    require_unseen(real, roles)
    count = common_number(real.fit, [*roles], config.num)
    _check_numbers(config, real, roles)
    seeds = config.seeds or (QUICK_SEEDS if config.quick else SEEDS)
    folder = fresh_folder() if config.out is None else Path(config.out)
    unlabelled = None if config.unlabelled is None else open_set(config.unlabelled)
    if unlabelled is not None and not (roles.default or roles.matched):
        raise FacegenError("--unlabelled needs a set of the default prior or a matched one to be added to")
    if unlabelled is not None and not len(unlabelled):
        raise FacegenError(f"{unlabelled.path} holds no pictures")
    return _Setup(config, device, recipe, real, roles, count, seeds, folder, unlabelled)


def _open(faces: "FacesLike", convention: str | Path | None) -> FaceSet:
    return faces if isinstance(faces, FaceSet) else open_set(faces, convention=convention)


def _as_labelled(faces: FaceSet, convention: Convention, progress: ProgressCallback) -> FaceSet:
    """A rendered set with masks of the real set's convention."""
    if faces.convention.name == convention.name or not can_redraw(faces):
        return faces
    say(
        progress,
        f"{faces.name}: masks are drawn as {convention.name}, from the native labels, with neutral borders: "
        f"render with --convention {convention.name} for those of its annotators",
    )
    return redrawn(faces, convention)


def _check_numbers(config: ExperimentConfig, real: RealSets, roles: Roles) -> None:
    """FacegenError where a curve has no set, or requests more faces than a set has."""
    for option, numbers in (("--n", config.curve_numbers), ("--mix", config.mix_numbers)):
        if numbers and not (roles.default or roles.matched):
            raise FacegenError(
                f"{option}: a curve needs a set of the default prior or a matched one; give one with "
                "--default or --matched"
            )
    most_curve, most_mix, most_adapter = (
        max(numbers, default=0)
        for numbers in (config.curve_numbers, config.mix_numbers, config.adapter_numbers)
    )
    for first in (part[0] for part in (roles.default, roles.matched) if part):
        if most_curve > len(first):
            raise FacegenError(f"--n {most_curve}: {first.path} offers {len(first)} samples")
    if most_mix > len(real.fit):
        raise FacegenError(f"--mix {most_mix}: {real.fit.path} offers {len(real.fit)} faces to fit")
    if most_adapter > len(real.adapter):
        raise FacegenError(
            f"--adapt-n {most_adapter}: {len(real.adapter)} faces are kept for the label adapter"
        )


def _arguments(setup: _Setup) -> dict[str, Any]:
    """The settings as args.json and results.json hold them."""
    config, recipe, roles = setup.config, setup.recipe, setup.roles
    return {
        "default": [str(one.path) for one in roles.default],
        "matched": [str(one.path) for one in roles.matched],
        "also": [str(one.path) for one in roles.also],
        "real": str(config.real),
        "real_test": None if config.real_test is None else str(config.real_test),
        "convention": setup.real.fit.convention.name,
        "num": setup.count,
        "seeds": setup.seeds,
        "network": recipe.network,
        "encoder_weights": recipe.encoder_digest,
        "size": recipe.size,
        "steps": recipe.steps,
        "batch": recipe.batch,
        "devices": config.devices,
        "n": list(config.curve_numbers),
        "mix": list(config.mix_numbers),
        "adapt_n": list(config.adapter_numbers),
        "controls": config.controls,
        **({} if config.unlabelled is None else {"unlabelled": str(config.unlabelled)}),
    }


def _describe(setup: _Setup, progress: ProgressCallback) -> None:
    """Report what will be trained and tested on what."""
    recipe, real, roles = setup.recipe, setup.real, setup.roles
    say(progress, f"device {describe_device(setup.device)}")
    say(
        progress,
        f"network {recipe.network} at {recipe.size} px, {recipe.steps} steps of {recipe.batch}; "
        f"N = {setup.count} images an arm, {setup.seeds} seed(s); tested on {len(real.test)} real faces: "
        f"{real.test_is}; labels {real.fit.convention.name}",
    )
    for part, which in (("default", roles.default), ("matched", roles.matched), ("also", roles.also)):
        if which:
            say(progress, f"{part}: {', '.join(str(one.path) for one in which)}")
    if not (roles.default and roles.matched):
        lacking = "matched set (facegen render --match-dist)" if roles.default else "set of the default prior"
        say(progress, f"no {lacking} is given: the gap is measured but not split")
    for one in (*recommendations(setup.config.network), *cautions(roles)):
        say(progress, one)


def _ingredients(setup: _Setup, progress: ProgressCallback) -> Ingredients:
    """Decode what is trained on; at most `setup.most` samples of a synthetic set."""
    size = setup.recipe.size
    synthetic, titles = {}, {}
    for key, title, which in setup.roles.parts():
        synthetic[key] = [
            load_reported(choose(one, min(setup.most, len(one))), size, progress) for one in which
        ]
        titles[key] = title
    fit = load_reported(setup.real.fit, size, progress)
    return Ingredients(fit, synthetic, titles, _unlabelled(setup, progress))


def _unlabelled(setup: _Setup, progress: ProgressCallback) -> Unlabelled | None:
    """The pictures of --unlabelled."""
    if setup.unlabelled is None:
        return None
    one = setup.unlabelled
    progress(ProgressEvent("load", one.name))
    images = load_pictures(one, setup.recipe.size)
    convention = setup.real.fit.convention
    return Unlabelled(without_labels(one.name, list(one.ids), images, convention))


def _require_untested(unlabelled: Unlabelled | None, test: LoadedSet) -> None:
    """FacegenError where test pictures are among the unlabelled ones."""
    shared = [] if unlabelled is None else seen_pictures(unlabelled.data, test)
    if shared:
        raise FacegenError(
            f"--unlabelled holds {len(shared)} test pictures, {shared[0]} for one: learning from them would "
            "raise the score; take them out"
        )


def _testers(setup: _Setup, progress: ProgressCallback) -> tuple[Scorer, ValidationLook]:
    """What scores finished trainings, and what scores them on the way."""
    real, size = setup.real, setup.recipe.size
    test, adapter = (load_reported(one, size, progress) for one in (real.test, real.adapter))
    scorer = Scorer(test, adapter, setup.device, adapter_recipe(setup.config.quick))
    return scorer, ValidationLook(load_reported(real.validate, size, progress), setup.device)


def _plan(setup: _Setup, parts: Ingredients, weights: npt.NDArray[np.float64] | None) -> Plan:
    config = setup.config
    return make_plan(
        parts, setup.count, setup.seeds, config.curve_numbers, config.mix_numbers, config.controls, weights
    )


def _write_page(setup: _Setup, content: dict[str, Any], run: Run, progress: ProgressCallback) -> None:
    """index.html with a few synthetic faces of each arm, as the parsers see them."""
    shown = {
        key: load_reported(_unseen(which[0], setup.most), setup.recipe.size, progress)
        for key, _, which in setup.roles.parts()
    }
    with gpu_memory(FREE_MEMORY):
        write_page(setup.folder, content, run, shown, setup.config.show_real, setup.device)


def _unseen(faces: FaceSet, used: int) -> FaceSet:
    """A few samples to show; those that no training saw, if the set holds more than `used`."""
    order = nested_order(faces.ids)
    return faces.subset((order[used:] or order)[:SHOWN])
