"""Train-eval from Python: what synthetic faces are worth on real photos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from facegen.api.dataset import Dataset, FacesLike
from facegen.cpu_threads import wait_without_spinning
from facegen.datasets.io.progress import ProgressCallback, ignore_progress
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.experiment.experiment_config import ExperimentConfig

wait_without_spinning()  # before torch is loaded, which the imports below do

from facegen.parse.experiment.results import Results  # noqa: E402
from facegen.parse.experiment.run_experiment import run_experiment  # noqa: E402

DEFAULTS = ExperimentConfig(real="")


def train_eval(
    sets: Sequence[FacesLike] = (),
    *,
    real: str | Path,
    default: Sequence[FacesLike] = (),
    matched: Sequence[FacesLike] = (),
    also: Sequence[FacesLike] = (),
    unlabelled: str | Path | None = None,
    real_test: str | Path | None = None,
    convention: str | Path | None = None,
    num: int | None = None,
    size: int | None = None,
    seeds: int | None = None,
    device: str = DEFAULTS.device,
    network: str | None = None,
    encoder_weights: str | Path | None = None,
    steps: int | None = None,
    batch: int | None = None,
    out: str | Path | None = None,
    quick: bool = False,
    progress: ProgressCallback = ignore_progress,
) -> Results:
    """Train parsers on real faces and on each synthetic set, test all of them on real faces.

    All trainings share one recipe and one number of images. What synthetic training loses is split into
    distribution, labels and the rest, where a set of the default prior and a matched one are given. An
    interrupted call continues when it is made again with the same `out`.

    Parameters
    ----------
    sets : sequence of paths or Datasets
        Synthetic sets; a set rendered with `match_dist` counts as matched, another one as default.
    real : path
        Real faces with label maps: a folder with images/ and masks/, a folder with train/ and test/ of that
        kind, or the official CelebAMask-HQ.
    default, matched, also : sequences of paths or Datasets
        Synthetic sets whose role is given, in place of `sets`.
    unlabelled : path, optional
        Real pictures without labels, none of the test set: one more arm learns from them.
    real_test : path, optional
        Real faces to test on; by default the test part of `real`.
    convention : str or path, optional
        What the ids of index masks mean where a set does not say it: a convention, another known order of
        ids, or a file with the class of each id.
    num : int, optional
        Training images; by default as many as every set has.
    size : int, optional
        Side of the pictures in pixels; by default 128 on a CPU, 256 on a GPU.
    seeds : int, optional
        Trainings of every set; by default 3, 1 with `quick`.
    device : str
        "auto", "cpu", "cuda" or "cuda:K".
    network : str, optional
        "small", "unet-lite0" with ImageNet weights of the extra `pretrained`, or ARCHITECTURE-ENCODER of
        segmentation-models-pytorch, as "unet-resnet18".
    encoder_weights : path, optional
        Pretrained weights of the encoder; by default those of the installed extra, for a network that needs
        them.
    steps, batch : int, optional
        Training steps, and images a step.
    out : path, optional
        Run folder; by default a new ./facegen-eval.
    quick : bool
        A quarter of the steps and one seed: a first answer.
    progress : callable, optional
        Called with a `ProgressEvent` for remarks and about every second of work.

    Returns
    -------
    Results

    Raises
    ------
    FacegenError : a set cannot be read or used, parameters do not fit, or memory is out.

    Examples
    --------
    >>> import facegen
    >>> results = facegen.train_eval(["default", "matched"], real="my_photos", quick=True)  # doctest: +SKIP
    >>> results.to_frame()  # doctest: +SKIP
    """
    config = ExperimentConfig(
        real=real,
        sets=_opened(sets),
        default=_opened(default),
        matched=_opened(matched),
        also=_opened(also),
        unlabelled=unlabelled,
        real_test=real_test,
        convention=convention,
        num=num,
        size=size,
        seeds=seeds,
        device=device,
        network=network,
        encoder_weights=encoder_weights,
        steps=steps,
        batch=batch,
        out=out,
        quick=quick,
    )
    return run_experiment(config, progress)


def _opened(sets: Sequence[FacesLike]) -> list[str | Path | FaceSet]:
    return [one.faces if isinstance(one, Dataset) else one for one in sets]


__all__ = ["Results", "train_eval"]
