"""Cuts for a segment that is too long for the model, at the places where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from xlate.segment.layout import INVISIBLE, Span

# best first: after «؛» or a stop; after «،», «:», a dash, or where a quotation opens or closes; before و…; at a space
_CUTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:[؛;](?!\d)|[.!?؟…۔](?=[\s\"»”)]))[\"»”)\]]*\s*",
        r"(?:(?<!\d)[،,:]|[،,:](?!\d)|(?<=\s)[-–—](?=\s))[\"»”)\]]*\s*|[»”\"](?=\s)\s*|(?<=\s)(?=[«“\"]\S)",
        r"(?<=\s)(?=[وف][^\W\d_]{3})",
        r"\s+",
    )
)
_WINDOWS = (0.15, 0.15, 0.25, 0.35)


def split_clauses(text: str, fits: Callable[[str], bool]) -> list[Span]:
    """Cut `text` into parts that each fit, as balanced as its clause marks allow.

    Returns spans that tile the text: the first starts at 0, each next one where the last ended, the last ends at
    `len(text)`; spaces after a mark stay with the part before, so strip a part before using it. The text is halved
    near its middle at the best mark there (semicolon or stop; comma, colon, dash, quotation mark; before a
    conjunction; any space; anywhere between two letters), and the halves again, until `fits(part)` is true. A single
    character with its marks is returned even when it does not fit, for nothing can be cut from it.
    """
    done: list[Span] = []
    waiting = [(0, len(text))] if text else []
    while waiting:
        start, end = waiting.pop()
        cut = None if fits(text[start:end]) else _best_cut(text, start, end)
        if cut is None:
            done.append((start, end))
        else:
            waiting += [(cut, end), (start, cut)]
    return done


def _best_cut(text: str, start: int, end: int) -> int | None:
    """The place of the best mark near the middle, strictly inside the span; None when there is no place to cut."""
    middle = (start + end) / 2
    for pattern, edge in zip(_CUTS, _WINDOWS, strict=True):
        margin = max(1, int((end - start) * edge))
        places = [match.end() for match in pattern.finditer(text, start, end)]
        inside = [place for place in places if start + margin <= place <= end - margin]
        if inside:
            return min(inside, key=lambda place: abs(place - middle))
    return _between_letters(text, start, end)


def _between_letters(text: str, start: int, end: int) -> int | None:
    """The place nearest after the middle, else before it, that parts no character from its marks and joiners."""
    middle = (start + end) // 2
    for places in (range(middle, end), range(middle - 1, start, -1)):
        for place in places:
            if place > start and not _joined(text, place):
                return place
    return None


def _joined(text: str, place: int) -> bool:
    """True when the character at `place` belongs to the one before: a mark, a joiner, a skin tone, tatweel."""
    char = text[place]
    return (
        unicodedata.category(char) in ("Mn", "Me", "Mc")
        or char in INVISIBLE
        or char == "\u0640"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or text[place - 1] == "\u200d"
    )
