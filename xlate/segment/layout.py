"""What a text looks like before any sentence is sought: white space, lines, paragraphs, items on a line.

All spans are half-open offsets in code points of the text that was given.
"""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]

_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
# format characters that show nothing; the Arabic number signs and the end of ayah (also Cf) are ink, so not here
_FORMATS = "\xad\u061c\u180e\ufeff\ufff9\ufffa\ufffb" + "".join(
    map(chr, (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)))
)
GAP = "".join(sorted({*_SPACES, *_CONTROLS, *_FORMATS}))
"""Every character that a gap between segments may hold: white space, controls, and format characters without ink."""

INVISIBLE = frozenset(GAP) - frozenset(_SPACES)

_LINE = re.compile(r"[^\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029]+")
_RUN = re.compile(r"(?:[^\S\n]|[\u200b-\u200f]){3,}|\t+")
_TERMINATED = re.compile(r"[.!?؟…۔][\"'»”“’)\]]*$")


def trim(text: str, start: int, end: int) -> Span:
    """The span without the `GAP` characters at its two ends; an empty span when nothing else is in it."""
    piece = text[start:end]
    stripped = piece.lstrip(GAP)
    start += len(piece) - len(stripped)
    return start, start + len(stripped.rstrip(GAP))


def terminated(text: str) -> bool:
    """True when `text` ends as a sentence does, whatever closes after the mark."""
    return _TERMINATED.search(text[-12:]) is not None


def paragraphs(text: str) -> list[Span]:
    """The trimmed paragraphs of `text`, in order, none empty.

    A line is a paragraph, unless the text is hard-wrapped: then lines that broke only because the next word did not
    fit are one paragraph, and the span holds their line ends.
    """
    lines = [span for match in _LINE.finditer(text) if (span := trim(text, *match.span()))[0] < span[1]]
    width = _wrap_width(text, lines)
    if width is None:
        return lines
    joined = lines[:1]
    for before, line in pairwise(lines):
        if _adjacent(text, before, line) and _overflows(text, before, line, width):
            joined[-1] = (joined[-1][0], line[1])
        else:
            joined.append(line)
    return joined


def _adjacent(text: str, before: Span, line: Span) -> bool:
    """True when no blank line lies between."""
    return len(text[before[1] : line[0]].strip(" \t" + _FORMATS).splitlines()) <= 1


def _overflows(text: str, before: Span, line: Span, width: int) -> bool:
    """True when the first word of `line` would have made the line before it longer than `width`."""
    word = text[line[0] : min(line[1], line[0] + width)].split(None, 1)[0]
    return before[1] - before[0] + 1 + len(word) > width


def _wrap_width(text: str, lines: list[Span]) -> int | None:
    """The column at which the whole text was wrapped, or None where it was not.

    Wrapped text is known by its breaks: nearly all come where the next word would not fit, and few end a sentence. A
    list of headlines of similar length breaks wherever a headline ends, so it does not pass.
    """
    width = max((end - start for start, end in lines), default=0)
    if not 40 <= width <= 100:
        return None
    breaks = [pair for pair in pairwise(lines) if _adjacent(text, *pair)]
    forced = [pair for pair in breaks if _overflows(text, *pair, width)]
    inside = [pair for pair in forced if not terminated(text[pair[0][0] : pair[0][1]])]
    if len(forced) < 3 or len(forced) < 0.8 * len(breaks) or len(inside) < 0.5 * len(forced):
        return None
    return width


def items(text: str) -> list[Span]:
    """The pieces of `text` between runs of three or more spaces, or tabs; one span when there is no such run."""
    spans: list[Span] = []
    start = 0
    for match in _RUN.finditer(text):
        spans.append(trim(text, start, match.start()))
        start = match.end()
    spans.append(trim(text, start, len(text)))
    return [span for span in spans if span[0] < span[1]]
