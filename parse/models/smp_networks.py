"""Networks of segmentation-models-pytorch, named ARCHITECTURE-ENCODER as "unet-resnet18"."""

import functools

from torch import nn

from facegen.datasets.errors import FacegenError
from facegen.parse.models.network_registry import Network, NetworkSettings
from facegen.registry import LAST

STANDARD = "unet-resnet18"
# Those that take any multiple of networks.STRIDE; not each takes every encoder.
ARCHITECTURES = ("unet", "unetplusplus", "linknet", "fpn", "deeplabv3plus", "upernet", "segformer")
# Usual values for an encoder of this kind, not tuned yet; all networks of the package share them.
SETTINGS = NetworkSettings(size=256, steps=6000, batch=32, learning_rate=1e-3, ema=0.999)


def is_smp_name(name: str) -> bool:
    """Whether a name is that of a known architecture and encoder."""
    architecture, _, encoder = name.partition("-")
    if architecture not in ARCHITECTURES:
        return False
    import segmentation_models_pytorch as smp

    return encoder in smp.encoders.get_encoder_names()


def smp_network(name: str, order: int = LAST) -> Network:
    """The network of a name ARCHITECTURE-ENCODER."""
    return Network(
        name, functools.partial(_build, name), SETTINGS, encoder=_encoder, deepest=_encoder, order=order
    )


def _build(name: str, classes: int) -> nn.Module:
    import segmentation_models_pytorch as smp

    architecture, _, encoder = name.partition("-")
    try:
        return smp.create_model(architecture, encoder, encoder_weights=None, classes=classes)
    except (ValueError, KeyError, TypeError) as error:
        first = str(error).strip().splitlines()[0]
        raise FacegenError(f"network {name!r} cannot be built: {first}") from None


def _encoder(network: nn.Module) -> nn.Module:
    return network.encoder  # type: ignore[return-value]
