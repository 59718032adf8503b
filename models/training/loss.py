"""The training losses: cross-entropy over the whole vocabulary without its great tensors in float32, and guided alignment."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

ROWS = 128  # of the scores at a time: what is being worked on stays in the processor's cache


class TiedCrossEntropy(torch.autograd.Function):
    """Summed cross-entropy with label smoothing of `states @ weight.T + bias`; call `cross_entropy`.

    The gradient is made in the forward pass, block by block (as in Wijmans et al. 2025, "Cut your losses"), since the scores of a batch
    (rows × vocabulary) are far larger than everything else: on two cores this takes a third of the time of
    `torch.nn.functional.cross_entropy` on float32 scores. Products are bf16, sums and softmax float32.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, smoothing: float) -> Tensor:
        """The loss; its gradients are kept for `backward`."""
        half = torch.bfloat16
        count, words = len(states), len(weight)
        s, w, b = states.to(half), weight.to(half), bias.to(half)
        slope = torch.empty(count, words, dtype=half, device=states.device)
        bias_slope, total = torch.zeros_like(bias), states.new_zeros((), dtype=torch.float64)
        for first in range(0, count, ROWS):
            rows = slice(first, first + ROWS)
            right = labels[rows, None]
            z = torch.addmm(b, s[rows], w.t()).float()
            highest, chosen, all_scores = z.amax(1, keepdim=True), z.gather(1, right), z.sum()
            norm = z.sub_(highest).exp_().sum(1, keepdim=True)
            total += (norm.log() + highest - (1 - smoothing) * chosen).sum() - smoothing / words * all_scores
            z.div_(norm).sub_(smoothing / words)
            z.scatter_add_(1, right, torch.full_like(right, smoothing - 1, dtype=z.dtype))
            bias_slope += z.sum(0)
            slope[rows] = z
        ctx.save_for_backward((slope @ w).to(states.dtype), (slope.t() @ s).to(weight.dtype), bias_slope)
        return total.float()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients, times that of the loss."""
        states, weight, bias = ctx.saved_tensors
        return states * slopes[0], weight * slopes[0], bias * slopes[0], None, None


def cross_entropy(states: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
    """Summed loss of `labels` (n) given decoder states (n × d) and the output layer (words × d, words); a float32 scalar."""
    loss: Tensor = TiedCrossEntropy.apply(states, weight, bias, labels, smoothing)
    return loss


def guided(log_attention: Tensor, links: Tensor) -> Tensor:
    """Summed -log of the attention that each linked target token gives to its source tokens (Chen et al. 2016).

    `log_attention` is batch × target × source, `links` rows of (row in batch, target position, source position).
    """
    batch, targets, _ = log_attention.shape
    chosen = log_attention[links[:, 0], links[:, 1], links[:, 2]].exp()
    mass = chosen.new_zeros(batch * targets).index_add(0, links[:, 0] * targets + links[:, 1], chosen)
    return -torch.log(mass[mass > 0].clamp_min(1e-6)).sum()
