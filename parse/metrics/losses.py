"""Cross-entropy plus soft Dice over one softmax.

Logits are (B, C, H, W) float, references (B, H, W) int64 with IGNORE = 255 where a pixel has no label.
"""

import torch

from facegen.datasets.conventions.native_labels import IGNORE

SMOOTH = 1.0  # pixels; keeps the Dice of a class of a few pixels from jumping


def dice_per_class(probabilities: torch.Tensor, reference: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Soft Dice of each class pooled over the batch: (2 Σ p·y + s) / (Σ p + Σ y + s), s = SMOOTH.

    Milletari et al., V-Net, 3DV 2016, with p and y summed plainly. Sums are taken by class index instead
    of a one-hot copy of the reference, which would cost as much memory as the logits.

    Parameters
    ----------
    probabilities : (N, C) float in [0, 1], summing to 1 over C
    reference : (N,) int64, IGNORE counts nowhere

    Returns
    -------
    dice : (C,) float
    present : (C,) bool, whether the class occurs in the reference
    """
    valid = reference != IGNORE
    index = torch.where(valid, reference, 0)
    weight = valid.to(probabilities.dtype)
    true_probability = probabilities.gather(1, index[:, None])[:, 0] * weight
    none = probabilities.new_zeros(probabilities.shape[1])
    intersection = none.index_add(0, index, true_probability)
    reference_sum = none.index_add(0, index, weight)
    predicted_sum = weight @ probabilities
    dice = (2 * intersection + SMOOTH) / (predicted_sum + reference_sum + SMOOTH)
    return dice, reference_sum > 0


def segmentation_loss(logits: torch.Tensor, reference: torch.Tensor, dice_weight: float) -> torch.Tensor:
    """Mean cross-entropy + dice_weight × (1 − mean Dice over the classes present in the batch).

    Returns
    -------
    scalar tensor; 0 where every pixel is ignored.
    """
    # Pixel by pixel: of logits in channels-last order, as networks on a CPU give them, this is a view.
    log_probabilities = logits.permute(0, 2, 3, 1).reshape(-1, logits.shape[1]).float().log_softmax(1)
    flat = reference.reshape(-1)
    valid = flat != IGNORE
    index = torch.where(valid, flat, 0)
    negative = -log_probabilities.gather(1, index[:, None])[:, 0]
    cross_entropy = (negative * valid).sum() / valid.sum().clamp(min=1)
    if dice_weight == 0:
        return cross_entropy
    dice, present = dice_per_class(log_probabilities.exp(), flat)
    mean_dice = (dice * present).sum() / present.sum().clamp(min=1)
    return cross_entropy + dice_weight * (1 - mean_dice) * present.any()
