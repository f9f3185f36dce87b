"""The reverse test: a parser trained on real faces, run on renders.

Where it fails on a render, the render looks unreal there or follows another labelling habit. The scores of
the same parser on unseen real faces are the reference. The test is fast enough to run after every change to
the renderer: the parser is trained once and kept in the user's cache. It is always the `small` network,
trained on the fit part, so that figures stay comparable between machines and over time.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from facegen.datasets.io.files import fingerprint
from facegen.parse.data.loaded_set import LoadedSet, cache_folder
from facegen.parse.experiment.recipes import recipe_for
from facegen.parse.inference.overlay import write_sheet
from facegen.parse.metrics.evaluate import Evaluation, compare, evaluate, predict, require_convention
from facegen.parse.metrics.scores import foreground_classes, number
from facegen.parse.models.checkpoints import Parser
from facegen.parse.models.networks import SMALL
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import CHECKPOINT_FILE, Progress, train

SEED = 0
WORST = 12  # samples listed and drawn
FORMAT = "facegen-reverse"
FORMAT_VERSION = 1


def reverse_recipe(size: int) -> Recipe:
    """The recipe of the cached parser at a size; FacegenError where the network cannot halve it."""
    return recipe_for(torch.device("cpu"), SMALL, size)


def parser_folder(fit: LoadedSet, recipe: Recipe, cache: Path | None = None) -> Path:
    """The folder in the cache for the parser of these pictures and this recipe."""
    key = fingerprint([asdict(recipe), SEED, fit.digest()])[:24]
    return (cache or cache_folder()) / "reverse" / key


def reverse_parser(
    fit: LoadedSet,
    recipe: Recipe,
    device: torch.device,
    cache: Path | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> tuple[Parser, bool]:
    """The parser from the cache, or trained now (an interrupted training continues).

    Returns
    -------
    parser, and whether it came from the cache
    """
    folder = parser_folder(fit, recipe, cache)
    cached = (folder / CHECKPOINT_FILE).exists()
    parser = train(fit, recipe, SEED, device, folder, on_progress)
    assert parser is not None  # only with stop_after
    return parser, cached


@dataclass(frozen=True)
class ReverseResult:
    """Evaluations of one parser on several sets.

    Attributes
    ----------
    synthetic, validate : on renders, and on real validation faces
    test : on a real test set, if there is one
    predictions : (N, S, S) uint8 labels of the renders
    """

    synthetic: Evaluation
    validate: Evaluation
    test: Evaluation | None
    predictions: npt.NDArray[np.uint8]

    def common_means(self) -> dict[str, tuple[int, dict[str, float]]]:
        """Mean F1 of each set over the classes that every set holds, so that the means are comparable.

        Returns
        -------
        "all" (foreground) and "core" (without accessories) → number of classes, {set name: mean}
        """
        sets = {"synthetic": self.synthetic, "validate": self.validate}
        if self.test is not None:
            sets["test"] = self.test
        f1 = {name: np.array(one.scores.f1) for name, one in sets.items()}
        held = ~np.isnan(np.stack(list(f1.values()))).any(0)
        means = {}
        for label, accessories in (("all", True), ("core", False)):
            ids = [i for i in foreground_classes(self.synthetic.convention, accessories) if held[i]]
            means[label] = len(ids), {n: float(v[ids].mean()) if ids else math.nan for n, v in f1.items()}
        return means

    def as_json(self) -> dict[str, Any]:
        """Plain values. `loss_f1` is validation minus synthetic: how much F1 a class loses on renders."""
        loss = np.array(self.validate.scores.f1) - np.array(self.synthetic.scores.f1)
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "convention": self.synthetic.convention.name,
            "synthetic": self.synthetic.as_json(),
            "validate": self.validate.as_json(),
            "test": self.test.as_json() if self.test else None,
            "loss_f1": {
                name: number(v)
                for name, v in zip(self.synthetic.convention.classes, loss.tolist(), strict=True)
            },
            "mean_f1_of_common_classes": {
                label: {"classes": count, **{name: number(v) for name, v in means.items()}}
                for label, (count, means) in self.common_means().items()
            },
            "worst": [{"id": one, "mean_f1": value} for one, value in self.synthetic.worst(WORST)],
        }


def reverse_test(
    parser: Parser, synthetic: LoadedSet, validate: LoadedSet, test: LoadedSet | None, device: torch.device
) -> ReverseResult:
    """Run the parser on all sets; FacegenError where one follows another convention."""
    require_convention(parser, synthetic)
    on_real = evaluate(parser, validate, device)
    on_test = evaluate(parser, test, device) if test is not None else None
    predictions = predict(parser, synthetic.images, device)
    on_synthetic = compare(predictions, np.asarray(synthetic.masks), synthetic.ids, synthetic.convention)
    return ReverseResult(on_synthetic, on_real, on_test, predictions)


def write_worst(path: Path, result: ReverseResult, synthetic: LoadedSet) -> None:
    """Sheet of the renders that agree least: picture, its label, the parser's label. Renders only."""
    places = {name: i for i, name in enumerate(synthetic.ids)}
    worst = result.synthetic.worst(WORST)
    index = [places[name] for name, _ in worst]
    write_sheet(
        path,
        synthetic.images[index],
        synthetic.masks[index],
        result.predictions[index],
        [f"{name}  mean F1 {value:.2f}   picture | label | parser" for name, value in worst],
        synthetic.convention,
    )
