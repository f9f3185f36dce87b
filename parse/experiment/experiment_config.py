"""The settings of a train-eval experiment, and the one place of their defaults.

This module does without torch, so that the command line can show the defaults fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facegen.datasets.layouts.face_set import FaceSet

    FacesLike = str | Path | FaceSet  # a folder, or a set that is already open

SEEDS, QUICK_SEEDS = 3, 1


@dataclass(frozen=True)
class ExperimentConfig:
    """Every setting of an experiment, with its default. None lets facegen choose.

    Attributes
    ----------
    real : path
        Real faces with label maps: a folder with images/ and masks/, a folder with train/ and test/ of that
        kind, or the official CelebAMask-HQ.
    sets : sequence of paths or FaceSets
        Synthetic sets whose role is read from their dataset.json.
    default, matched, also : sequences of paths or FaceSets
        Synthetic sets with a given role: of the default prior, matched to the real profile, or compared with
        these two.
    real_test : path, optional
        Real faces to test on; by default the test part of `real`.
    convention : str or path, optional
        What the ids of index masks mean where a set does not say it: a convention, another known order of
        ids, or a file with the class of each id.
    num : int, optional
        Training images of every arm; by default as many as the smallest set has.
    size : int, optional
        Side of the pictures in pixels, a multiple of 32; by default 128 on a CPU and 256 on a GPU.
    seeds : int, optional
        Trainings of every arm and set; by default SEEDS, or QUICK_SEEDS with `quick`.
    device : str
        "auto", "cpu", "cuda" or "cuda:K".
    devices : int
        GPUs (or processes of a CPU) that share each training.
    network : str, optional
        A registered network ("small", "unet-lite0"), or ARCHITECTURE-ENCODER of segmentation-models-pytorch
        ("unet-resnet18").
    encoder_weights : path, optional
        Pretrained weights of the encoder, a state dict; by default those of the package that the network
        names, if it names one.
    steps, batch : int, optional
        Training steps, and images a step; by default those of the network's recipe.
    curve_numbers : sequence of int
        Points of the learning curves: numbers of synthetic training images.
    mix_numbers : sequence of int
        Numbers of real images added to `num` synthetic ones.
    adapter_numbers : sequence of int
        Numbers of pictures on which further label adapters are fitted.
    adapter_probabilities : bool
        Fit also adapters that see class probabilities.
    controls : bool
        Train also on two halves of the real faces, and on real faces reweighted to the default set's
        distribution (four trainings).
    unlabelled : path, optional
        Real pictures without labels, none of them a test picture: the best informed synthetic arm is trained
        again with them and booked apart.
    onnx : bool
        Write the first parser of every arm as ONNX too.
    show_real : bool
        Put the worst real test pictures into the page.
    out : path, optional
        Run folder, in which an interrupted run continues; by default a new ./facegen-eval.
    quick : bool
        A quarter of the steps and one seed: a first answer.
    """

    real: str | Path
    sets: Sequence[FacesLike] = ()
    default: Sequence[FacesLike] = ()
    matched: Sequence[FacesLike] = ()
    also: Sequence[FacesLike] = ()
    real_test: str | Path | None = None
    convention: str | Path | None = None
    num: int | None = None
    size: int | None = None
    seeds: int | None = None
    device: str = "auto"
    devices: int = 1
    network: str | None = None
    encoder_weights: str | Path | None = None
    steps: int | None = None
    batch: int | None = None
    curve_numbers: Sequence[int] = ()
    mix_numbers: Sequence[int] = ()
    adapter_numbers: Sequence[int] = ()
    adapter_probabilities: bool = False
    controls: bool = False
    unlabelled: str | Path | None = None
    onnx: bool = False
    show_real: bool = False
    out: str | Path | None = None
    quick: bool = False
