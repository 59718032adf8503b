"""The training losses: cross-entropy without the great tensors of the vocabulary in float32, and guided alignment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
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
    def forward(
        ctx: Any, states: Tensor, weight: Tensor, bias: Tensor, labels: Tensor, spread: Tensor, offset: Tensor
    ) -> Tensor:
        """The loss; its gradients are kept for `backward`. `spread` (words) is what smoothing gives to each word, `offset`
        (words) what is added to its score in the softmax alone."""
        half = torch.bfloat16
        count, words, smoothing = len(states), len(weight), spread.sum()
        s, w, b = states.to(half), weight.to(half), bias.to(half)
        slope = torch.empty(count, words, dtype=half, device=states.device)
        bias_slope, total = torch.zeros_like(bias), states.new_zeros((), dtype=torch.float64)
        for first in range(0, count, ROWS):
            rows = slice(first, first + ROWS)
            right = labels[rows, None]
            z = torch.addmm(b, s[rows], w.t()).float()
            chosen, smoothed = z.gather(1, right), (z @ spread).sum()
            highest = z.add_(offset).amax(1, keepdim=True)
            norm = z.sub_(highest).exp_().sum(1, keepdim=True)
            total += (norm.log() + highest - (1 - smoothing) * chosen).sum() - smoothed
            z.div_(norm).sub_(spread)
            z.scatter_add_(1, right, (smoothing - 1).expand(right.shape))
            bias_slope += z.sum(0)
            slope[rows] = z
        ctx.save_for_backward((slope @ w).to(states.dtype), (slope.t() @ s).to(weight.dtype), bias_slope)
        return total.float()

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients, times that of the loss."""
        states, weight, bias = ctx.saved_tensors
        return states * slopes[0], weight * slopes[0], bias * slopes[0], None, None, None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The words that a batch's softmax runs over: frequent ones, the batch's own, and some drawn from the rest.

    A drawn word stands for all that were not drawn, so its share of the sum is raised by one over the chance of being drawn
    (Bengio & Senécal 2008; Jean et al. 2015): the expected sum is that over the whole vocabulary.
    """

    frequent: np.ndarray  # true for the words that are always there, by id
    drawn: int

    @classmethod
    def of(cls, counts: np.ndarray, frequent: int, drawn: int) -> Shortlist:
        """The `frequent` words with the highest counts (by id) and `drawn` of the others."""
        always = np.zeros(len(counts), bool)
        always[np.argsort(-counts, kind="stable")[:frequent]] = True
        return cls(always, drawn)

    def words(self, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Ids in order, and how many words of the vocabulary each one stands for."""
        stands = self.frequent.astype(np.float32)
        stands[labels] = 1
        rest = np.nonzero(stands == 0)[0]
        if drawn := min(self.drawn, len(rest)):
            stands[rng.choice(rest, drawn, replace=False)] = len(rest) / drawn
        ids = np.nonzero(stands)[0]
        return ids, stands[ids]


def cross_entropy(
    states: Tensor,
    weight: Tensor,
    bias: Tensor,
    labels: Tensor,
    smoothing: float = 0.0,
    shortlist: tuple[np.ndarray, np.ndarray] | None = None,
) -> Tensor:
    """Summed loss of `labels` (n) given decoder states (n × d) and the output layer (words × d, words); a float32 scalar.

    With `Shortlist.words`, an estimate of it that looks at those words alone; they must hold all labels.
    """
    stands = weight.new_ones(len(weight))
    spread = stands * (smoothing / len(weight))
    if shortlist is not None:
        ids = torch.from_numpy(shortlist[0]).to(weight.device)
        stands = torch.from_numpy(shortlist[1]).to(weight.device)
        spread = stands * (smoothing / len(weight))
        weight, bias, labels = weight[ids], bias[ids], torch.searchsorted(ids, labels)
    loss: Tensor = TiedCrossEntropy.apply(states, weight, bias, labels, spread, stands.log())
    return loss


def guided(log_attention: Tensor, links: Tensor) -> Tensor:
    """Summed -log of the attention that each linked target token gives to its source tokens (Chen et al. 2016).

    `log_attention` is batch × target × source, `links` rows of (row in batch, target position, source position).
    """
    batch, targets, _ = log_attention.shape
    chosen = log_attention[links[:, 0], links[:, 1], links[:, 2]].exp()
    mass = chosen.new_zeros(batch * targets).index_add(0, links[:, 0] * targets + links[:, 1], chosen)
    return -torch.log(mass[mass > 0].clamp_min(1e-6)).sum()
