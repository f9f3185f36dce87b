"""Moving average of a network's state: what a training hands over at its end."""

import torch
from torch import nn


class Ema:
    """Moving average of weights and of normalisation statistics."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Average in the weights after `step` (from 0); early averages are short."""
        weight = 1 - min(self.decay, (1 + step) / (10 + step))
        current = network.state_dict()
        floating = [name for name, value in current.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.values[n] for n in floating], [current[n] for n in floating], weight)
        for name in current.keys() - set(floating):
            self.values[name].copy_(current[name])
