"""What the model is fed: the text of a segment without what only disturbs. Never shown, written or counted in offsets.

>>> clean_for_model("قـــال\\u200f الوزير:\\r\\n **\\ufefb** أحد")
'قال الوزير: لا أحد'
"""

from __future__ import annotations

import re
import unicodedata

_TATWEEL = "ـ"
_MARKDOWN = [
    (re.compile(r"^[ \t]{0,3}(?:#{1,6}|>)[ \t]+", re.MULTILINE), ""),  # a heading's or quotation's mark, not a hashtag
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"!?\[([^\[\]\n]*)\]\((?:https?://|/|#|mailto:)[^()\s]*\)"), r"\1"),
]


def _becomes(char: str) -> str:
    """One character's share of the model's input: itself, its base letters, a space, or nothing."""
    code = ord(char)
    if 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFE:  # Arabic presentation forms A and B; FEFF is the BOM
        plain = unicodedata.normalize("NFKC", char)
        # U+FC5E and its like are a shadda or a vowel sign drawn alone: NFKC gives them a space to sit on
        return plain.replace(" ", "") if unicodedata.category(char) in ("Lo", "Lm") and plain[:1] == " " else plain
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in ("Cf", "Cs", "Co", "Cn") or char == _TATWEEL:  # bidi marks, zero-width, soft hyphen, unassigned
        return ""
    if category == "Cc":
        return " "
    return char


class _Table(dict[int, str]):
    """`str.translate` table that fills itself."""

    def __missing__(self, code: int) -> str:
        value = self[code] = _becomes(chr(code))
        return value


_TABLE = _Table()


def clean_for_model(text: str) -> str:
    """`text` as one line for the model: line breaks and controls are spaces, bidi marks, zero-width characters (joiners
    too) and tatweel are gone, Arabic presentation forms are base letters, Markdown's marks are taken off, NFC, single
    spaces, none at the ends. Cleaning what is clean changes nothing."""
    while True:
        # one pass can bring a Markdown mark or a composition to light that a zero-width character kept apart
        cleaned = _once(text)
        if cleaned == text:
            return cleaned
        text = cleaned


def _once(text: str) -> str:
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return " ".join(unicodedata.normalize("NFC", text.translate(_TABLE)).split())
