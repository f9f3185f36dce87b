"""Predictions and scores of each training, kept in the training's folder.

    predictions.npz     argmax label maps of the test and of the adapter pictures, (N, S, S) uint8
    scored-VARIANT.npz  confusion matrices of the pictures, borders; VARIANT is the kind of label adapter
    adapter.pt          the label adapter of the arms

So intervals, slices and adapters need no new prediction, and an interrupted run continues. The key of a file
holds the weights of its parser and its set of pictures; a file with another key is replaced.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint, npz_bytes, read_npz, write_bytes
from facegen.parse.adaptation.network_adapter import (
    ADAPTER_FILE,
    AdapterRecipe,
    Maps,
    adapt,
    fit_adapter,
    one_hot,
    save_adapter,
)
from facegen.parse.adaptation.rule_adapter import apply_rules, fit_rules
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.real_sets import nested_order
from facegen.parse.metrics.evaluate import Evaluation, compare, predict, probabilities, require_convention
from facegen.parse.metrics.scores import score
from facegen.parse.models.checkpoints import Parser

PREDICTIONS_FILE = "predictions.npz"
FORMAT = 2  # raise it when a change here alters what is stored
NETWORK, RULES, PROBABILITIES = "network", "rules", "probabilities"
_PARTS = ("confusions", "boundary", "offsets", "near")


@dataclass(frozen=True)
class Scorer:
    """Scores parsers on the real test set, without and behind label adapters.

    Attributes
    ----------
    test : the real test set
    adapter : the real pictures that label adapters are fitted on
    recipe : of the label adapters
    """

    test: LoadedSet
    adapter: LoadedSet
    device: torch.device
    recipe: AdapterRecipe = field(default_factory=AdapterRecipe)

    @cached_property
    def key(self) -> str:
        """Fingerprint of both sets."""
        return fingerprint([FORMAT, self.test.digest(), self.adapter.digest()])

    def predictions(self, parser: Parser, folder: Path) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Label maps of the test and of the adapter pictures, each (N, S, S) uint8."""

        def make() -> dict[str, npt.NDArray[Any]]:
            require_convention(parser, self.test)
            return {
                name: predict(parser, one.images, self.device) if len(one) else one.masks[:0]
                for name, one in (("test", self.test), ("adapter", self.adapter))
            }

        kept = _kept(folder / PREDICTIONS_FILE, self._key(parser), ("test", "adapter"), make)
        return kept["test"], kept["adapter"]

    def plain(self, parser: Parser, folder: Path) -> Evaluation:
        """Score without label adapter."""
        return self._scored(parser, folder, "plain", [], lambda: self.predictions(parser, folder)[0])

    def adapted(
        self, parser: Parser, folder: Path, kind: str = NETWORK, count: int | None = None
    ) -> Evaluation:
        """Score behind a label adapter of NETWORK, RULES or PROBABILITIES, fitted on `count` pictures.

        Borders are measured only behind the adapter of the arms, the network fitted on all pictures.

        Raises
        ------
        FacegenError : fewer adapter pictures than requested.
        """
        chosen = self.chosen(count)
        variant = kind if count is None else f"{kind}-{count}"
        fitted = None if kind == RULES else [asdict(self.recipe), _seed(parser)]
        more = [kind, len(chosen), fitted]
        return self._scored(parser, folder, variant, more, lambda: self._adapt(parser, folder, kind, chosen))

    def chosen(self, count: int | None) -> npt.NDArray[Any]:
        """Places of the `count` adapter pictures, nested; None takes all."""
        if count is not None and not 0 < count <= len(self.adapter):
            raise FacegenError(
                f"--adapt-n {count}: the real set keeps {len(self.adapter)} pictures for the adapter"
            )
        return np.sort(nested_order(self.adapter.ids)[:count]).astype(int)

    def rules(self, parser: Parser, folder: Path) -> list[str]:
        """The differences in labelling that counting finds on all adapter pictures, in words."""
        _, known = self.predictions(parser, folder)
        convention = self.test.convention
        return fit_rules(known, np.asarray(self.adapter.masks), convention).sentences(convention.classes)

    def _adapt(self, parser: Parser, folder: Path, kind: str, chosen: npt.NDArray[Any]) -> npt.NDArray[Any]:
        convention, classes = self.test.convention, len(self.test.convention.classes)
        references = np.asarray(self.adapter.masks)[chosen]
        tested, known = self.predictions(parser, folder)
        if kind == RULES:
            return apply_rules(fit_rules(known[chosen], references, convention), tested)
        inputs: tuple[Maps, Maps]
        if kind == PROBABILITIES:
            inputs = (
                probabilities(parser, self.adapter.take(chosen).images, self.device),
                probabilities(parser, self.test.images, self.device),
            )
        else:
            inputs = one_hot(known[chosen], classes, self.device), one_hot(tested, classes, self.device)
        network = fit_adapter(inputs[0], references, convention, _seed(parser), self.device, self.recipe)
        if kind == NETWORK and len(chosen) == len(self.adapter):
            save_adapter(folder / ADAPTER_FILE, network, self.recipe, parser)
        return adapt(network, inputs[1], len(self.test))

    def _key(self, parser: Parser, *more: object) -> str:
        return fingerprint([self.key, parser.digest, *more])

    def _scored(
        self,
        parser: Parser,
        folder: Path,
        variant: str,
        more: list[object],
        labels: Callable[[], npt.NDArray[Any]],
    ) -> Evaluation:
        convention = self.test.convention

        def make() -> dict[str, npt.NDArray[Any]]:
            references, borders = np.asarray(self.test.masks), variant in ("plain", NETWORK)
            result = compare(labels(), references, self.test.ids, convention, borders)
            return {name: getattr(result, name) for name in _PARTS} | {
                "confusions": result.confusions.astype(np.int32)
            }

        kept = _kept(folder / f"scored-{variant}.npz", self._key(parser, variant, *more), _PARTS, make)
        confusions = kept["confusions"].astype(np.int64)
        return Evaluation(
            convention,
            self.test.ids,
            score(confusions.sum(0), convention),
            confusions,
            kept["boundary"],
            kept["offsets"],
            kept["near"],
        )


def _seed(parser: Parser) -> int:
    """The seed of its label adapter is that of its training."""
    return int(parser.metadata.get("seed", 0))


def _kept(
    file: Path, key: str, names: tuple[str, ...], make: Callable[[], dict[str, npt.NDArray[Any]]]
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a file with this key; if there is none, they are made and stored."""
    if file.exists():
        try:
            found, *arrays = read_npz(file, "key", *names)
        except FacegenError:
            pass  # it can be made again from the checkpoint
        else:
            if found.tolist() == [key]:
                return dict(zip(names, arrays, strict=True))
    made = make()
    write_bytes(file, npz_bytes(key=np.array([key]), **made))
    return made
