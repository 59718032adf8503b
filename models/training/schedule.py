"""The learning rate as a function of target tokens seen, so that neither a pause nor a busy machine eats of it.

Needs the standard library alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Schedule:
    """Factors from 0 to 1 for the peak rates.

    `start` and `end`: tokens of the run at which the schedule begins and ends. `warmup`: tokens of the linear rise.
    `shape`: "cosine" falls over the whole length; "hold" stays at the peak and falls over the last `cooldown` of it,
    so `end` may be moved while it holds (Hägele et al. 2024). Both end at `floor`.
    `phase1`: share of the length during which the layers taken from a parent stand still; then they rise within 4 %.
    """

    start: int
    end: int
    warmup: int = 100_000
    shape: str = "hold"
    cooldown: float = 0.3
    floor: float = 0.02
    phase1: float = 0.0

    def progress(self, tokens: int) -> float:
        """Share of the schedule that is done, 0 to 1."""
        return min(1.0, max(0.0, (tokens - self.start) / max(1, self.end - self.start)))

    def factor(self, tokens: int) -> float:
        """Factor for embeddings and new layers."""
        done = self.progress(tokens)
        rise = min(1.0, (tokens - self.start + 1) / max(1, self.warmup))
        fall = 0.5 * (1 + math.cos(math.pi * done)) if self.shape == "cosine" else min(1.0, (1 - done) / self.cooldown)
        return rise * (self.floor + (1 - self.floor) * fall)

    def inherited(self, tokens: int) -> float:
        """Factor for the layers taken from a parent; 0 while they stand still."""
        done = self.progress(tokens)
        if done < self.phase1:
            return 0.0
        rise = min(1.0, (done - self.phase1) / 0.04 + 0.05) if self.phase1 else 1.0
        return rise * self.factor(tokens)
