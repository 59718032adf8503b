"""Arabic folded for matching: spelling variants that mean no difference become equal.

Only for comparing and searching. The folded text never replaces what is shown, translated or written.

>>> normalise("أَحْمَـــد  ٢٠١٦، «الإدارة»")
'احمد 2016, "الاداره"'
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_LETTERS = {
    **dict.fromkeys("أإآٱٲٳٵ", "ا"),
    **dict.fromkeys("ىیيېۍئ", "ي"),
    "ؤ": "و",
    "ة": "ه",
    "ۀ": "ه",
    "ک": "ك",
    "ڪ": "ك",
    "گ": "ك",
    "ہ": "ه",
    "ھ": "ه",
}
_PUNCTUATION = {
    **dict.fromkeys("،٬﹐，", ","),
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "٫": ".",
    "۔": ".",
    **dict.fromkeys("«»“”„‟″〝〞", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    """What one character becomes: nothing for marks and controls, a space for any white space."""
    if char.isspace():
        return " "
    # combining marks (tashkeel), format characters (bidi, zero-width, BOM), controls, tatweel
    if char == "\u0640" or unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc"):
        return ""
    for table in (_LETTERS, _PUNCTUATION):
        if char in table:
            return table[char]
    if unicodedata.category(char) == "Nd":  # of any script
        return str(unicodedata.decimal(char))
    decomposed = unicodedata.normalize("NFKC", char)
    if decomposed != char:
        return "".join(_fold_char(c) for c in decomposed)
    lowered = char.lower()
    return lowered if len(lowered) == 1 else "".join(_fold_char(c) for c in lowered)  # «İ» is i with a combining dot


class _Table(dict[int, str]):
    """`str.translate` table that fills itself, so that normalising runs at C speed after the first sight."""

    def __missing__(self, code: int) -> str:
        value = self[code] = _fold_char(chr(code))
        return value


_TABLE = _Table()


def normalise(text: str) -> str:
    """Fold `text` for matching: no tashkeel, tatweel or invisible characters; one form of alef, ya, ta marbuta and kaf;
    ASCII digits and punctuation; presentation forms resolved; lower case; single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_TABLE).split())


def fold(text: str) -> tuple[str, list[int]]:
    """Like `normalise`, with the place each character came from.

    Returns the folded text and a list as long as it: `origin[i]` is the index in `text` of the character that gave
    the folded character `i`, of the first one where several are composed into one (NFC).
    """
    out: list[str] = []
    origin: list[int] = []
    for index, char in _composed(text):
        for folded in _TABLE[ord(char)]:
            if folded == " " and (not out or out[-1] == " "):
                continue
            out.append(folded)
            origin.append(index)
    if out and out[-1] == " ":
        out.pop()
        origin.pop()
    return "".join(out), origin


def _composed(text: str) -> Iterable[tuple[int, str]]:
    """The characters of the text in NFC, each with the place where what it is composed of begins."""
    if unicodedata.is_normalized("NFC", text):
        yield from enumerate(text)
        return
    start, part = 0, ""
    for index, char in enumerate(text):
        if part and not (unicodedata.combining(char) or _joins(part, char)):
            yield from ((start, c) for c in unicodedata.normalize("NFC", part))
            start, part = index, ""
        part += char
    yield from ((start, c) for c in unicodedata.normalize("NFC", part))


def _joins(part: str, char: str) -> bool:
    """Whether a character that is no combining mark is composed with what stands before it, as in Hangul."""
    alone = unicodedata.normalize("NFC", part) + unicodedata.normalize("NFC", char)
    return unicodedata.normalize("NFC", part + char) != alone
