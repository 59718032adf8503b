"""xlate: Arabic news into English you can check and data you can reuse."""

from xlate.data import Article, Cluster, Flag, Member, Score, Segment, SegmentPair, Translation
from xlate.errors import InputError, ModelError, OutputError, ReferencesError, UsageError, XlateError

__all__ = [
    "Article",
    "Cluster",
    "Flag",
    "InputError",
    "Member",
    "ModelError",
    "OutputError",
    "ReferencesError",
    "Score",
    "Segment",
    "SegmentPair",
    "Translation",
    "UsageError",
    "XlateError",
]
