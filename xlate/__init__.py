"""xlate: Arabic news into English you can check and data you can reuse.

The values and errors are here; each job has a module of its own: `xlate.pipeline`, `xlate.translate`, `xlate.share`,
`xlate.score`, `xlate.bitext`, `xlate.corpus`, `xlate.report`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """Values and errors are imported when they are asked for: `xlate --help` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'xlate' has no attribute {name!r}")
    place = "xlate.errors" if name.endswith("Error") else "xlate.data"
    return getattr(import_module(place), name)
