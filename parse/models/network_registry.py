"""The networks that can be trained, by name. One file adds one: see docs/extending/network.md.

A network takes (B, 3, S, S) float32, normalised with `networks.normalise`, S a multiple of `networks.STRIDE`,
and gives (B, C, S, S) logits, one for each class and pixel.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from facegen.parse.models.pretrained import PretrainedWeights
from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class NetworkSettings:
    """What a network is trained with unless the user says otherwise.

    Attributes
    ----------
    size : int
        Side of the pictures in pixels, a multiple of `networks.STRIDE`.
    steps, batch : int
        Training steps, and pictures a step.
    learning_rate : float
        Peak of the schedule.
    ema : float
        Decay a step of the moving average of the weights, in [0, 1).
    """

    size: int
    steps: int
    batch: int
    learning_rate: float
    ema: float


@dataclass(frozen=True)
class Network:
    """A kind of network.

    Attributes
    ----------
    name : str
        As the user gives it with --network, and as checkpoints keep it.
    build : callable
        Number of classes, background included -> nn.Module with weights drawn from torch's generator.
    settings : NetworkSettings
    encoder : callable, optional
        Of a built network, the part that takes pretrained weights. None: it takes none.
    deepest : callable, optional
        Of a built network, the module whose output (B, K, h, w) holds the features of a picture (of several
        outputs the last one counts). None: the network has no features that could be compared.
    pretrained : PretrainedWeights, optional
        The weights that the encoder starts from where the user names no file. None: random weights.
    order : int
        Place among the others in lists.
    """

    name: str
    build: Callable[[int], nn.Module]
    settings: NetworkSettings
    encoder: Callable[[nn.Module], nn.Module] | None = None
    deepest: Callable[[nn.Module], nn.Module] | None = None
    pretrained: PretrainedWeights | None = None
    order: int = LAST


NETWORKS: Registry[Network] = Registry("network", "facegen.parse.models.architectures", "facegen.networks")
