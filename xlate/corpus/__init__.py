"""Parallel corpora: filter, dedup, split, count. Everything is lazy over iterables of `SegmentPair`.

A worked example: a small corpus with a duplicate, an untranslated line and a wrong number becomes a clean one.

>>> from pathlib import Path
>>> from xlate.data import SegmentPair
>>> from xlate.formats import FORMATS
>>> rows = [
...     ("قال الوزير إن 12 نائبا حضروا الجلسة.", "The minister said 12 deputies attended the session."),
...     ("قالَ الوزير إن 12 نائباً حضروا الجلسة", "The minister said 12 deputies attended the session"),
...     ("اقرأ المزيد على الموقع الرسمي", "اقرأ المزيد على الموقع الرسمي"),
...     ("وصل الوفد إلى تونس عام 2016.", "The delegation arrived in Tunis in 2012."),
...     ("وغادر الوفد العاصمة مساء اليوم نفسه.", "The delegation left the capital the same evening."),
... ]
>>> pairs = [SegmentPair(str(n), source, target) for n, (source, target) in enumerate(rows)]
>>> account, dropped = Account(), []
>>> clean = filter_pairs(dedup(pairs, level="normalised"), default_chain(cheap=True), account, rejected=dropped.append)
>>> path = Path(folder) / "clean.tmx"
>>> FORMATS["tmx"].write(clean, path)
>>> [pair.id for pair in FORMATS["tmx"].read(path)]
['0', '4']
>>> [(one.pair.id, one.filter, one.score) for one in dropped]
[('2', 'script', 0.0), ('3', 'numbers', 2.0)]
>>> account.read, account.kept
(4, 2)
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
