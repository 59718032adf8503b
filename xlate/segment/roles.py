"""What a line is: the article's headline, its body, or something the site wrote around it.

A wrong `boilerplate` hides a sentence of the article, a missed one only costs a translation, so every rule wants more
than one cue: the words (`notices`), the shape (short, no full stop, items between runs of spaces) and the place
(after the label of another block, before the first body line).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlate.data import Role
from xlate.normalise import normalise
from xlate.segment.layout import items, terminated
from xlate.segment.notices import (
    BUTTONS,
    BYLINE,
    DATE_WORDS,
    LABELS,
    MENU,
    NOTICES,
    SECTIONS,
    WEEKDAYS,
    ZONE_LABELS,
)
from xlate.segment.words import FRONTED, LEAD_SUBJECTS, LEAD_VERBS, NOT_IN_HEADLINE

LONGEST_HEADLINE = 25
"""Words; the longest title line in the news text that was looked at has 21."""

_EDGE = " :.!?,-|/\"'()[]{}<>*•●▪■►▶◄←→#_=~+&»«…"
_BULLETS = "-–—•●▪■*"
_COUNT = re.compile(r" ?[(\[]? ?\d+ ?[)\]]?$")

_DATED = re.compile(r"(?<!\d)\d{1,2}(?!\d).*(?<!\d)\d{4}(?!\d)|\d ?[/-] ?\d{1,2} ?[/-] ?\d|(?<!\d)\d{1,2}:\d\d")


def is_notice(text: str) -> bool:
    """True when a line or sentence is the site speaking: labels, menus, forms, notices, dates, bylines."""
    if len(text) > 1200:
        return False
    line = normalise(text)
    bare = line.strip(_EDGE)
    if not bare:
        return True
    if bare in BUTTONS and text.lstrip()[0] in _BULLETS:
        return False
    if bare in LABELS or _COUNT.sub("", bare).strip(_EDGE) in LABELS:
        return True
    words = line.split()
    parts = [part.strip(_EDGE) for part in re.split(r"[-|/•·:,!(]", bare)]
    if len(parts) > 1 and all(part in LABELS or part in SECTIONS for part in parts) and not terminated(text):
        return True
    if len(line) <= 600 and not terminated(text) and MENU.fullmatch(bare):
        return True
    if len(words) <= 8 and (BYLINE.fullmatch(bare) or _is_date(bare)):
        return True
    lead = line.lstrip(_EDGE)
    return any(len(words) <= most and pattern.match(lead) for pattern, most in NOTICES)


def _is_date(bare: str) -> bool:
    """True for a line of nothing but a date and a time, to the year or with the weekday or the time of day.

    «25 يناير» and «2011 / 2012» may as well be sub-headlines.
    """
    words = [word.strip(_EDGE + ",") for word in re.split(r"[ /|]", bare)]
    words = [word for word in words if word]
    if len(words) < 2 or not all(word[0].isdigit() or word in DATE_WORDS for word in words):
        return False
    return _DATED.search(bare) is not None or (not WEEKDAYS.isdisjoint(words) and any(map(str.isdigit, bare)))


def is_listing(text: str) -> bool:
    """True for a line of other pages' headlines: four or more items between runs of spaces, few of them sentences.

    Headlines have three words or more in the mean; the cells of a table have fewer.
    """
    pieces = [text[start:end] for start, end in items(text)]
    if len(pieces) < 4:
        return False
    stopped = sum(piece.endswith((".", "۔")) and not piece.endswith("..") for piece in pieces)
    words = sum(len(piece.split()) for piece in pieces) / len(pieces)
    return stopped <= 0.2 * len(pieces) and words >= 3 and max(map(len, pieces)) <= 240


def line_roles(lines: Sequence[str], title: str | None = None, source: str | None = None) -> list[Role]:
    """One role for each line of an article, in order. `title` and `source` are what else is known of the article."""
    roles: list[Role] = ["body"] * len(lines)
    names = {normalise(name).strip(_EDGE) for name in (source,) if name}
    for n, line in enumerate(lines):
        if is_listing(line) or is_notice(line) or normalise(line[:200]).strip(_EDGE) in names:
            roles[n] = "boilerplate"
    _mark_zones(lines, roles)
    _mark_headlines(lines, roles, title)
    return roles


def _is_prose(line: str) -> bool:
    """True when a line reads as body: it ends as a sentence does, or is longer than a headline."""
    words = len(line[:2000].split())
    return words > LONGEST_HEADLINE or (words > 3 and terminated(line) and not line.endswith(("..", "؟", "!", "…")))


def _mark_zones(lines: Sequence[str], roles: list[Role]) -> None:
    """The short lines after the label of another block belong to it, up to the next line of prose.

    Where the article goes on after the block, its last line may be the article's: the title when no prose came before,
    else a sub-headline, when it is not the only line and has six words or fewer.
    """
    final = max((n for n, role in enumerate(roles) if role != "boilerplate"), default=-1)
    top = True
    n = 0
    while n < len(lines):
        if roles[n] != "boilerplate" or not _is_zone_label(lines[n]):
            top = top and not (roles[n] == "body" and _is_prose(lines[n]))
            n += 1
            continue
        last = n + 1
        while last < len(lines) and not _ends_zone(lines[last]):
            last += 1
        if last <= final and (top or (last - n > 2 and len(lines[last - 1].split()) <= 6)):
            last = max(n + 1, last - 1)
        for m in range(n + 1, last):
            roles[m] = "boilerplate"
        n = last


def _ends_zone(line: str) -> bool:
    """True for prose, and for a question or an exclamation too long to be a headline."""
    return _is_prose(line) or (terminated(line) and len(line.split()) > 12)


def _is_zone_label(line: str) -> bool:
    bare = normalise(line[:200]).strip(_EDGE)
    return len(line) < 200 and (bare in ZONE_LABELS or _COUNT.sub("", bare).strip(_EDGE) in ZONE_LABELS)


def _mark_headlines(lines: Sequence[str], roles: list[Role], title: str | None) -> None:
    """Title lines: the known title; short lines before the first prose; a short line alone between two of prose."""
    body = [n for n, role in enumerate(roles) if role == "body"]
    prose = [n for n in body if _is_prose(lines[n])]
    known = normalise(title) if title else None
    for place, n in enumerate(body):
        if known and normalise(lines[n][:1000]) == known and len(body) > 1:
            roles[n] = "headline"
        elif not prose or n > prose[-1] or not _is_headline_shape(lines[n]):
            continue
        elif n < prose[0] or (body[place - 1] in prose and body[place + 1] in prose and len(lines[n].split()) <= 12):
            roles[n] = "headline"


def _is_headline_shape(line: str) -> bool:
    """True for a short line that does not end as a statement, does not introduce a list, and is no list item."""
    if line.endswith((":", "،", "؛", ",", ";")) or line[0] in _BULLETS:
        return False
    return not _is_prose(line) and len(line.split()) > 1 and not re.match(r"[\d٠-٩]{1,3}[.)\-]\s", line)


def glued_headline(text: str, title: str | None = None) -> int:
    """Length of the headline at the start of an article that arrived as one block, or 0 where no cue is sure.

    The cues: the known title stands there; or, in the first sentence and with no punctuation before, a verb of saying
    and an official (كشف نائب…) follow five to twenty words that are neither an adverbial nor a clause which could
    govern the verb.
    """
    if title and title.strip() and text.startswith(title.strip()):
        length = len(title.strip())
        if text[length : length + 1].isspace() and len(text) > 2 * length:
            return length
    words = list(re.finditer(r"\S+", text[:400]))
    if not words or FRONTED.match(words[0][0]):
        return 0
    for n, match in enumerate(words[:21]):
        word = match[0]
        if n >= 5 and word in LEAD_VERBS and n + 1 < len(words) and words[n + 1][0] in LEAD_SUBJECTS:
            return words[n - 1].end()
        if NOT_IN_HEADLINE.match(word) or re.search(r"[،؛:.!?؟,()\[\]–—|/-]", word):
            return 0
    return 0
