"""Parallel corpora: filter, dedup, split, count."""

from xlate.corpus.chain import Account, Rejected, default_chain, filter_pairs, read_chain
from xlate.corpus.filters import FILTERS, Filter, Tools

__all__ = ["FILTERS", "Account", "Filter", "Rejected", "Tools", "default_chain", "filter_pairs", "read_chain"]
