"""A compact U-Net for CPUs: what a machine without a GPU gets."""

import itertools

import torch
from torch import nn
from torch.nn import functional

from facegen.parse.models.network_registry import NETWORKS, Network, NetworkSettings

# Channels at 1/2, 1/4, 1/8, 1/16 and 1/32 of the side: 0.95 M parameters with 19 classes. The full
# resolution holds no convolution: on a CPU two of 16 channels there cost as much as all the rest.
WIDTHS = (40, 64, 96, 128, 144)
# Steps and learning rate were chosen on the 700 fit faces of CelebAMask-HQ at 128 px, by the score on its 100
# validation faces.
SETTINGS = NetworkSettings(size=128, steps=2500, batch=16, learning_rate=4e-3, ema=0.99)


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

    def __init__(self, classes: int, widths: tuple[int, ...] = WIDTHS) -> None:
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


def _deepest(network: nn.Module) -> nn.Module:
    return network.encoder[-1]  # type: ignore[index, return-value]


SMALL_UNET = NETWORKS.add(Network("small", SmallUNet, SETTINGS, deepest=_deepest, order=10))
