"""Networks by name: RGB in, one logit a class and pixel out.

A network takes (B, 3, S, S) float32, normalised with MEAN and STD, S a multiple of STRIDE, and gives
(B, C, S, S) logits. Nothing is ever downloaded: encoder weights come from a local file or not at all.
"""

import importlib.metadata
import itertools
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from facegen.datasets.errors import FacegenError

STRIDE = 32  # the networks halve the side five times
SMALL, STANDARD = "small", "unet-resnet18"  # what a CPU and what a GPU gets
# Of segmentation-models-pytorch, those that take any multiple of STRIDE; not each takes every encoder.
ARCHITECTURES = ("unet", "unetplusplus", "linknet", "fpn", "deeplabv3plus", "upernet", "segformer")
# ImageNet statistics, so that pretrained encoders see what they were trained on:
# https://pytorch.org/vision/stable/models.html
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the side: 0.95 M parameters with 19 classes. The full
# resolution holds no convolution: on a CPU two of 16 channels there cost as much as all the rest.
SMALL_WIDTHS = (40, 64, 96, 128, 144)


def check_torch_pair() -> None:
    """Check that torchvision was built for this torch.

    A wrong pair imports torch well and then fails with "operator torchvision::nms does not exist".

    Raises
    ------
    FacegenError : torchvision is missing or does not fit, with both versions and what to install.
    """

    def version(package: str) -> str:
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return "not installed"

    try:
        import torchvision

        boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
        torchvision.ops.nms(boxes, torch.ones(1), 0.5)
    except (ImportError, RuntimeError, AttributeError, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FacegenError(
            f"torch {version('torch')} and torchvision {version('torchvision')} do not fit together "
            f"({reason}); "
            "install a pair of one release, e.g. pip install 'torch==2.11.*' 'torchvision==0.26.*'"
        ) from error


def _block(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class SmallUNet(nn.Module):
    """Compact U-Net for CPUs: space-to-depth stem, additive skips, sub-pixel head.

    U-Net: Ronneberger et al., MICCAI 2015. Sub-pixel head: Shi et al., CVPR 2016.
    """

    def __init__(self, classes: int, widths: tuple[int, ...] = SMALL_WIDTHS) -> None:
        super().__init__()
        self.stem = nn.PixelUnshuffle(2)
        inputs = (12, *widths[:-1])
        self.encoder = nn.ModuleList(
            # One block where the map is smallest: two would be a third of all parameters.
            nn.Sequential(_block(i, o), *([_block(o, o)] if level < len(widths) - 1 else []))
            for level, (i, o) in enumerate(zip(inputs, widths, strict=True))
        )
        self.reduce = nn.ModuleList(_block(deep, wide, 1) for wide, deep in itertools.pairwise(widths))
        self.decoder = nn.ModuleList(_block(wide, wide) for wide in widths[:-1])
        self.head = nn.Sequential(nn.Conv2d(widths[0], 4 * classes, 1), nn.PixelShuffle(2))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.stem(image)
        skips = []
        for level, encode in enumerate(self.encoder):
            x = encode(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in range(len(self.decoder) - 1, -1, -1):
            x = functional.interpolate(self.reduce[level](x), scale_factor=2.0, mode="nearest") + skips[level]
            x = self.decoder[level](x)
        return self.head(x)


def require_network(name: str) -> None:
    """FacegenError where no network has this name."""
    if name == SMALL:
        return
    check_torch_pair()
    import segmentation_models_pytorch as smp

    architecture, _, encoder = name.partition("-")
    if architecture not in ARCHITECTURES or encoder not in smp.encoders.get_encoder_names():
        raise FacegenError(
            f"network {name!r} is unknown; choose {SMALL}, {STANDARD} or another ARCHITECTURE-ENCODER of "
            f"segmentation-models-pytorch: {', '.join(ARCHITECTURES)} with resnet34, mobilenet_v2, …"
        )


def build_network(name: str, classes: int, seed: int, encoder_weights: Path | None = None) -> nn.Module:
    """Network by name with weights drawn from `seed`.

    Parameters
    ----------
    name : "small", or ARCHITECTURE-ENCODER of segmentation-models-pytorch, as "unet-resnet18"
    classes : int, background included
    seed : int
    encoder_weights : a state dict of the encoder saved by torch.save, or None for random weights; nothing is
        ever downloaded

    Raises
    ------
    FacegenError : unknown name; the weights file is missing, unsafe or does not fit.
    """
    require_network(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if name == SMALL:
            network: nn.Module = SmallUNet(classes)
        else:
            import segmentation_models_pytorch as smp

            architecture, _, encoder = name.partition("-")
            try:
                network = smp.create_model(architecture, encoder, encoder_weights=None, classes=classes)
            except (ValueError, KeyError, TypeError) as error:
                first = str(error).strip().splitlines()[0]
                raise FacegenError(f"network {name!r} cannot be built: {first}") from None
    if encoder_weights is not None:
        _load_encoder(network, name, encoder_weights)
    return network


def _load_encoder(network: nn.Module, name: str, path: Path) -> None:
    if name == SMALL:
        raise FacegenError(
            f"network {SMALL!r} takes no encoder weights, but {path} was given; use {STANDARD}"
        )
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        state = {key: value for key, value in state.items() if not key.startswith("fc.")}
        network.encoder.load_state_dict(state)  # type: ignore[operator, union-attr]
    except Exception as error:  # torch raises a different type for each kind of broken file
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise FacegenError(
            f"encoder weights {path} cannot be used: {first}; give a state dict of the encoder of {name}"
        ) from error


def parameter_count(network: nn.Module) -> int:
    """Number of trainable scalars."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def normalise(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, S, S) float in [0, 1] → zero mean, unit variance by ImageNet's statistics, channels last."""
    mean = torch.tensor(MEAN, device=images.device)[:, None, None]
    std = torch.tensor(STD, device=images.device)[:, None, None]
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)
