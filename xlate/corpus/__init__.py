"""Parallel corpora: filter, dedup, split, count. Everything is lazy over iterables of `SegmentPair`.

account = Account()
kept = filter(dedup(pairs, level="normalised"), account=account)
FORMATS["tmx"].write(kept, Path("clean.tmx"))
account.dropped                                  # how many by which filter
"""

from xlate.corpus.card import Step, card_path, described, read_card, write_card
from xlate.corpus.chain import Account, Rejected, default_chain, filter_pairs, read_chain, write_chain
from xlate.corpus.chain import filter_pairs as filter
from xlate.corpus.dedup import Deduped, Duplicate, dedup
from xlate.corpus.filters import FILTERS, Filter, Tools
from xlate.corpus.opus import read_zip
from xlate.corpus.split import Crossing, Guard, Splitting, crossings, split
from xlate.corpus.stats import Stats, histogram, stats

__all__ = [
    "FILTERS",
    "Account",
    "Crossing",
    "Deduped",
    "Duplicate",
    "Filter",
    "Guard",
    "Rejected",
    "Splitting",
    "Stats",
    "Step",
    "Tools",
    "card_path",
    "crossings",
    "dedup",
    "default_chain",
    "described",
    "filter",
    "filter_pairs",
    "histogram",
    "read_card",
    "read_chain",
    "read_zip",
    "split",
    "stats",
    "write_card",
    "write_chain",
]
