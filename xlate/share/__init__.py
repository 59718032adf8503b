"""Shared sentences: who says the same as whom, and what each outlet changed."""

from __future__ import annotations

from xlate.share.alerts import Alert
from xlate.share.articles import write_articles, write_unique
from xlate.share.difference import Difference, Edit, EnglishEdit, Span, diff_english, difference
from xlate.share.find import align
from xlate.share.values import ArticlePair, Boilerplate, Pair, ShareSettings, Sharing, expand
from xlate.share.write import as_data, near_duplicates, representatives, write_clusters, write_matrix

__all__ = [
    "Alert",
    "ArticlePair",
    "Boilerplate",
    "Difference",
    "Edit",
    "EnglishEdit",
    "Pair",
    "ShareSettings",
    "Sharing",
    "Span",
    "align",
    "as_data",
    "diff_english",
    "difference",
    "expand",
    "near_duplicates",
    "representatives",
    "write_articles",
    "write_clusters",
    "write_matrix",
    "write_unique",
]
