"""The values that travel between the stages: frozen, slotted, plain.

Offsets are half-open and count Unicode code points of `Article.text`, so `article.text[s.start:s.end] == s.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["headline", "body", "boilerplate"]
Tier = Literal["verbatim", "near-duplicate", "contained", "quotation", "paraphrase"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read.

    `id` comes from the path relative to the input root (or the `id` field of a record) and is safe as a file name.
    `text` is the decoded text with nothing moved: only what cannot exist in UTF-8 is replaced, one for one.
    `published` is an ISO 8601 date or date-time, or None. `encoding` is what the bytes were taken for.
    """

    id: str
    title: str | None
    text: str
    source: str | None = None
    path: str | None = None
    published: str | None = None
    language: str = "ar"
    url: str | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Segment:
    """The unit translated, usually a sentence. `index` counts from 0 in the article, `paragraph` likewise."""

    id: str
    article: str
    index: int
    paragraph: int
    start: int
    end: int
    text: str
    role: Role = "body"


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to look again at a translation: `kind` is a stable word, `evidence` a short text for a person."""

    kind: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Translation:
    """What became of one segment.

    `score` is the model's log-probability divided by the length penalty as CTranslate2 gives it (≤ 0), None where no
    model was asked. `origin` says how the target was made: `model`, `copied`, `skipped`, or the repair's name.
    `quality` is the chrF/100 expected of it (0–1, see `xlate.quality`), None where that was not asked for or no model was.
    `alignment` links words in Pharaoh's form, "0-0 1-2": word of the segment, word of the target, both counted from 0
    between white space (`str.split`); empty where the model gives no links.
    `remembered` is true when the target was not computed in this run; it is never written into a bitext.
    """

    segment: Segment
    target: str
    score: float | None
    flags: tuple[Flag, ...] = ()
    origin: str = "model"
    quality: float | None = None
    alignment: str = ""
    remembered: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """One segment inside a cluster, with its article and offsets."""

    article: str
    segment: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Segments that say the same; `evidence` is plain JSON data whose keys depend on the tier."""

    id: str
    tier: Tier
    score: float
    members: tuple[Member, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SegmentPair:
    """One line of a bitext: what the formats read and write.

    `provenance` holds strings, numbers, None or lists of such, ready for JSON (article, index, start, role, flags …).
    """

    id: str
    source: str
    target: str
    score: float | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """A number with what is needed to make it again. `value` is on the metric's own scale (0–100 for BLEU and chrF);
    `n` is the number of segments; `confidence` is the half-width of the 95 % interval, where it was computed."""

    metric: str
    value: float
    signature: str
    n: int
    confidence: float | None = None
