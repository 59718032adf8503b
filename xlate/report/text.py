"""Hostile text into safe HTML that reads in the right direction; its text content is the text, character for character.

Inside right-to-left text a run of Latin letters is isolated (`<bdi>`), and so is Arabic inside English, so that
punctuation beside it stays where it belongs (Unicode Standard Annex 9). Characters that override or embed a direction
are wrapped one by one: an isolate ends what they begin, so they are kept, shown by name, and move nothing.
What HTML cannot hold (U+0000, lone surrogates) becomes U+FFFD; `unwritable` counts it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_LATIN = r"A-Za-z\u00c0-\u024f"
_ARABIC = r"\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_CONTROLS = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
_CONTROL = "[" + "".join(_CONTROLS) + "]"
# a Latin run: words of letters with the digits and signs glued to them (F-16, 3D, http://a.b/c?d=1), single spaces between
_LATIN_WORD = rf"[@#$€£]?(?:[0-9]{{1,9}}[-./]?)?[{_LATIN}](?:[{_LATIN}0-9_'’]|[-./:@&?=#%+~](?=[{_LATIN}0-9/]))*"
_FOREIGN = {
    "ar": re.compile(rf"(?P<control>{_CONTROL})|(?P<run>{_LATIN_WORD}(?:[ \u00a0]{_LATIN_WORD})*)"),
    "en": re.compile(rf"(?P<control>{_CONTROL})|(?P<run>[{_ARABIC}]+(?: [{_ARABIC}]+)*)"),
}
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch to highlight, half-open in code points. `kind` is a CSS class of the page's own choosing."""

    start: int
    end: int
    kind: str


def unwritable(texts: Iterable[str]) -> int:
    """How many characters of `texts` HTML cannot hold."""
    return sum(len(_UNWRITABLE.findall(text)) for text in texts)


def writable(text: str) -> str:
    """`text` with U+FFFD for what HTML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def rich(text: str, language: str) -> Markup:
    """`text`, in `language` ("ar" or "en"), as HTML."""
    parts = []
    done = 0
    for match in _FOREIGN[language].finditer(text):
        parts.append(_plain(text[done : match.start()]))
        if control := match["control"]:
            parts.append(Markup('<bdi class="bc" data-c="{}">{}</bdi>').format(_CONTROLS[control], control))
        elif language == "ar":
            parts.append(Markup('<bdi dir="ltr">{}</bdi>').format(_plain(match["run"])))
        else:
            parts.append(Markup('<bdi lang="ar" dir="rtl">{}</bdi>').format(_plain(match["run"])))
        done = match.end()
    parts.append(_plain(text[done:]))
    return Markup("").join(parts)


def marked(text: str, language: str, marks: Sequence[Mark]) -> Markup:
    """Like `rich`, with `marks` highlighted; where two overlap the later one gives way. Empty ones are left out."""
    parts = []
    done = 0
    for mark in sorted(marks, key=lambda m: (m.start, m.end)):
        start, end = max(mark.start, done), min(mark.end, len(text))
        if start >= end:
            continue
        parts.append(rich(text[done:start], language))
        parts.append(Markup('<mark class="{}">{}</mark>').format(mark.kind, rich(text[start:end], language)))
        done = end
    parts.append(rich(text[done:], language))
    return Markup("").join(parts)


def shorten(text: str, limit: int = 300) -> str:
    """`text` on one line, cut at `limit` characters with an ellipsis, between words where they are not too long."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    whole, _, part = line[: limit - 1].rpartition(" ")
    return (whole if whole and len(part) < 20 else line[: limit - 1]).rstrip() + "…"


def _plain(text: str) -> Markup:
    """Escaped; a carriage return as a reference, since HTML reads a bare one as a line feed."""
    return Markup(html.escape(writable(text), quote=False).replace("\r", "&#13;"))
