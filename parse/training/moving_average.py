"""Moving average of a network's state, which a training hands over at its end."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

Tensors = tuple[torch.Tensor, ...] | list[torch.Tensor]


class MovingAverage(AveragedModel):
    """Exponential moving average of weights and normalisation statistics; `module` holds the average.

    The decay rises to its value as (1 + step) / (10 + step), so that early averages are short (the schedule
    of tf.train.ExponentialMovingAverage with num_updates).
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__(network, multi_avg_fn=self._average, use_buffers=True)
        self.n_averaged.fill_(1)  # at 0 the first update would replace the average
        self.decay, self.weight = decay, 0.0

    def update(self, network: nn.Module, step: int) -> None:
        """Average in the weights after `step`, counted from 0."""
        self.weight = 1 - min(self.decay, (1 + step) / (10 + step))
        self.update_parameters(network)

    @torch.no_grad()
    def _average(self, averaged: Tensors, current: Tensors, count: torch.Tensor | int) -> None:
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, self.weight)
        else:  # counters of batches
            torch._foreach_copy_(averaged, current)
