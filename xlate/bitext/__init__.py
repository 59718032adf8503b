"""Parallel documents: which belong together (`pair_documents`), and which of their sentences (`align`)."""

from xlate.bitext.aligner import Bead, align
from xlate.bitext.documents import DocumentPair, pair_documents

__all__ = ["Bead", "DocumentPair", "align", "pair_documents"]
