"""Averaging a trained reader with the one it went on from."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    """A copy of a model's weights, by name."""
    return {name: weights.detach().clone() for name, weights in model.named_parameters()}


def average(model: nn.Module, base: dict[str, Tensor], share: float) -> None:
    """Draw a model's weights towards those of its base, which count for `share` of the mean.

    What one run learned and what it forgot lie in different directions, so that the mean of two readers of one lineage
    reads better than either (Wortsman et al. 2022, robust fine-tuning of zero-shot models).
    """
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.lerp_(base[name].to(weights), share)
