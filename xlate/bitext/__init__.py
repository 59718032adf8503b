"""Parallel documents: which belong together, and which of their sentences."""

from xlate.bitext.aligner import Bead, align

__all__ = ["Bead", "align"]
