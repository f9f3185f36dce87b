"""Everything but data and seed that decides a training."""

import math
from dataclasses import dataclass, field

from facegen.parse.data.augment import Augmentation


@dataclass(frozen=True)
class Recipe:
    """The settings of a training, the same for every arm of an experiment."""

    network: str = "small"
    size: int = 128  # pixels
    steps: int = 2000
    batch: int = 16
    learning_rate: float = 4e-3  # peak
    weight_decay: float = 0.01  # not on biases and norms
    warmup: float = 0.05  # fraction of the steps
    ema: float = 0.99  # decay a step of the moving average, reached gradually
    clip: float = 1.0  # gradient norm
    dice_weight: float = 1.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    encoder_weights: str = ""  # file that the encoder starts from; "": random weights
    encoder_digest: str = ""  # sha256 of that file


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then half a cosine to 0 (Loshchilov and Hutter, ICLR 2017)."""
    warm = max(1, round(recipe.warmup * recipe.steps))
    if step < warm:
        return recipe.learning_rate * (step + 1) / warm
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, recipe.steps - warm)))
