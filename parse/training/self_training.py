"""Learning from pictures without labels: a mean teacher whose sure pixels become labels.

The teacher is the moving average of the weights (Tarvainen and Valpola, Mean teachers are better role models,
NeurIPS 2017). It reads an unlabelled picture as it is; pixels that it is sure of become labels, the others
are ignored; the student learns them on the strongly augmented picture (Sohn et al., FixMatch, NeurIPS 2020).
"""

import math
from dataclasses import asdict, dataclass, field

import numpy as np
import torch
from torch import nn

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.io.files import fingerprint
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.models.networks import normalise


@dataclass(frozen=True)
class SelfTraining:
    """The settings of learning without labels. Values of FixMatch (threshold, weight) and of Laine and Aila,
    Temporal Ensembling, ICLR 2017 (ramp); none was tuned.

    Attributes
    ----------
    confidence : probability of the likeliest class from which a pixel becomes a label
    weight : of the loss of unlabelled pictures beside that of labelled ones
    ramp : fraction of the steps over which the weight rises, since an early teacher is wrong
    """

    confidence: float = 0.95
    weight: float = 1.0
    ramp: float = 0.4

    def weight_at(self, step: int, steps: int) -> float:
        """The weight at a step, counted from 0: weight * exp(-5 (1 - t)^2) over the ramp."""
        rising = min(1.0, step / max(1.0, self.ramp * steps))
        return self.weight * math.exp(-5 * (1 - rising) ** 2)


@dataclass(frozen=True)
class Unlabelled:
    """Pictures without labels, and how they are learned from.

    Attributes
    ----------
    data : LoadedSet whose masks are IGNORE throughout
    """

    data: LoadedSet
    settings: SelfTraining = field(default_factory=SelfTraining)

    @property
    def key(self) -> str:
        """Fingerprint of pictures and settings."""
        return fingerprint([asdict(self.settings), self.data.digest()])


def without_labels(name: str, ids: list[str], images: np.ndarray, convention: Convention) -> LoadedSet:
    """A set of pictures (N, 3, S, S) uint8 whose masks are IGNORE throughout."""
    masks = np.full((len(images), *images.shape[-2:]), IGNORE, np.uint8)
    return LoadedSet(name, convention, ids, images, masks)


@torch.no_grad()
def sure_labels(teacher: nn.Module, images: torch.Tensor, confidence: float) -> torch.Tensor:
    """What a teacher is sure of.

    Parameters
    ----------
    teacher : logits (B, C, S, S) of normalised pictures; it is left in evaluation mode
    images : (B, 3, S, S) uint8
    confidence : least probability of the likeliest class

    Returns
    -------
    (B, S, S) uint8, IGNORE where no class is as likely
    """
    logits = teacher.eval()(normalise(images.float() / 255)).float()
    probability, label = logits.softmax(1).max(1)
    return torch.where(probability >= confidence, label, IGNORE).to(torch.uint8)
