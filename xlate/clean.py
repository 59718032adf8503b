"""What the model is fed: the text of a segment without what only disturbs. Never shown, written or counted in offsets.

>>> clean_for_model("قـــال\\u200f الوزير:\\r\\n **\\ufefb** أحد")
'قال الوزير: لا أحد'
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

_TATWEEL = "ـ"
_HEADING = re.compile(r"^[ \t]{0,3}(?:(?:#{1,6}|>)[ \t]+)+", re.MULTILINE)  # or a quotation's mark; not a hashtag
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.{1,400}?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:https?://|/|#|mailto:)[^()\s]*\)")
_WITHIN_LINES = re.compile(r"(?i)</?(?:a|abbr|b|cite|em|font|i|mark|q|s|small|span|strong|sub|sup|u)\b[^<>]*>")
_BETWEEN_LINES = re.compile(
    r"(?i)</?(?:blockquote|br|div|figcaption|figure|h[1-6]|hr|img|li|ol|p|table|tbody|td|th|tr|ul)\b[^<>]*>"
)
_ESCAPED = re.compile(r"(?i)&(?:amp;|#0*38;|#x0*26;)+")  # text that was escaped twice, or oftener
_ENTITY = re.compile(r"(?i)&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});")
_PASSES = 8
_MARKS = re.compile(r"[][<>()&*_#]")

_MARKS_IN_ENGLISH = str.maketrans("،؛؟٪٫٬", ",;?%.,")
_PERCENT = re.compile(r"(?<![\d%])%(\d[\d.,]*)(?!\d*%)")

_ARABIC = frozenset("ar ara arb arz ary arq apc ajp acm afb ayl aeb acq ars apd".split())
# what keyboards for other languages type in place of an Arabic letter, as in text from Iran, Kurdistan and some fonts
_PERSIAN = str.maketrans("یېکڪگہەھ۰۱۲۳۴۵۶۷۸۹", "ييكككههه0123456789")
_FINAL = re.compile(r"\b([وف]?(?:[إا]ل|عل|حت|لد|مت|سو|مد|[أا]خر|كبر|أعل|أدن|مستو|مستشف|مصطف|موس|عيس|يحي|ليل|منته))ی\b")


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


def clean_for_model(text: str, languages: Sequence[str] = ()) -> str:
    """`text` as one line for the model: line breaks and controls are spaces, bidi marks, zero-width characters (joiners
    too) and tatweel are gone, Arabic presentation forms are base letters, the marks of Markdown and HTML's commonest tags
    are taken off, entities are characters, NFC, single spaces, none at the ends. Cleaning what is clean changes nothing.

    Where all of `languages`, the model's source languages, are Arabic, Persian letters and digits are Arabic letters and
    European digits: in Arabic they are another keyboard's (الوزیر), in Persian and Kurdish they are right.
    """
    cleaned = _stable(text)
    if languages and all(language.split("-")[0].split("_")[0].lower() in _ARABIC for language in languages):
        cleaned = unicodedata.normalize("NFC", _FINAL.sub(r"\1ى", cleaned.replace("ک", "ك")).translate(_PERSIAN))
    return cleaned


def in_english(text: str) -> str:
    """Text without Arabic words as English writes it: European digits and marks, the percent sign after its number.

    >>> in_english("٪٥٠ – ١٬٢٠٠؟")
    '50% – 1,200?'
    """
    plain = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    return _PERCENT.sub(r"\1%", plain.translate(_MARKS_IN_ENGLISH))


def _stable(text: str) -> str:
    # a pass can bring a mark, a tag or a composition to light that something else kept apart
    for _ in range(_PASSES):
        cleaned = _once(text)
        if cleaned == text:
            return cleaned
        text = cleaned
    # marks inside marks without end are no text: one more round for each would take time by the square of the length
    text = _MARKS.sub(" ", text)
    while (cleaned := _once(text)) != text:
        text = cleaned
    return cleaned


def _once(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), _ESCAPED.sub("&", text))
    text = _LINK.sub(r"\1", _BOLD.sub(r"\2", _HEADING.sub("", text)))
    if "<" in text:
        text = _BETWEEN_LINES.sub(" ", _WITHIN_LINES.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text.translate(_TABLE)).split())
