"""What the page shows, as plain values that a template only has to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from xlate.data import Flag
from xlate.report.load import About
from xlate.report.versions import Alert, Version


@dataclass(frozen=True, slots=True)
class Also:
    """A margin note: the other articles that have this sentence too, the first by name and how many more."""

    cluster: str
    label: str
    names: tuple[str, ...]
    more: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row: both sides as HTML and what is to be said about it. `shade` is 0 (sure) to 3, or None."""

    id: str
    number: int
    english: Markup
    arabic: Markup
    role: str
    origin: str
    origin_note: str
    flags: tuple[Flag, ...]
    look: bool
    confidence: float | None
    shade: int | None
    also: tuple[Also, ...]

    @property
    def changed(self) -> bool:
        """Whether another article has this sentence with another number, negation or name."""
        return any(also.alerts for also in self.also)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a run of boilerplate lines (`folded`)."""

    folded: bool
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of an article another one has: sentences, and their share (0–1) of the article's."""

    other: str
    name: str
    sentences: int
    share: float


@dataclass(frozen=True, slots=True)
class Article:
    """One article as the page shows it. `words` counts the Arabic words of what is not boilerplate."""

    id: str
    anchor: str
    name: str
    english: str
    arabic: str
    about: About
    blocks: tuple[Block, ...]
    sentences: int
    words: int
    looks: int
    shared: int
    shares: tuple[Shares, ...]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SharedSentence:
    """A cluster with its versions; `within` when all of it stands in one article."""

    id: str
    anchor: str
    tier: str
    label: str
    meaning: str
    score: float
    within: bool
    articles: int
    versions: tuple[Version, ...]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Sharing, row by column: a cell is (sentences of the row that the column has too, step 0–9), None on the diagonal.

    `names` are articles, or sources where there are too many articles; `of` says which.
    """

    of: str
    names: tuple[str, ...]
    anchors: tuple[str | None, ...]
    rows: tuple[tuple[tuple[int, int] | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Room:
    """The whole page."""

    articles: tuple[Article, ...]
    shared: tuple[SharedSentence, ...]
    repeats: tuple[SharedSentence, ...]
    compared: bool
    matrix: Matrix | None
    counts: Mapping[str, int]
    flags: Mapping[str, int]
    origins: Mapping[str, int]
    sources: tuple[str, ...]
    dates: tuple[str, ...]
    scores: Mapping[str, Any] | None
    run: Mapping[str, Any]
    link_quality: float | None
    shades: tuple[float, ...]
    estimated: bool
    data: Mapping[str, Any]
