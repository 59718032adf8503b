"""Which encoding the bytes of a file are in: UTF-8, UTF-16/32, windows-1256 or ISO-8859-6, or none of these.

Order of the tests, first hit wins: a byte order mark; UTF-16 without a mark (its high bytes give it away; in Arabic
it is also valid ASCII, so it is asked first); strict UTF-8; what an HTML page declares; then the two 8-bit Arabic code
pages. Both of these decode each other's bytes into letters, so the choice is made by how much the result looks like
written Arabic: the frequency of each letter, and what may stand beside it (no é inside an Arabic word, no letter after
ة). General detectors are unsure among Arabic code pages.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from xlate.errors import InputError

Certainty = Literal["sure", "likely", "unsure"]

SAMPLE = 1 << 20
"""Bytes that are looked at to decide; the strict decoding that follows sees all of them."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_MAGIC = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"PK\x05\x06": "a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "gzip data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ": "xz data",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"SQLite format 3": "a database",
}
_CODE_PAGES = ("windows-1256", "iso-8859-6")

# minus log2 of each letter's share in Arabic news (1.2 million letters counted)
_BITS = (
    "ا2.8 ل3.2 ي3.8 م4.0 ن4.2 ر4.3 ت4.4 و4.4 ب4.8 ة4.9 ع4.9 د5.0 ف5.2 س5.2 ق5.4 أ5.5 ه5.7 ح5.7 ك6.0 ج6.2 "
    "ط6.5 ش6.6 ى6.7 ص6.7 إ6.7 خ7.0 ز7.1 ث7.2 ض7.3 ئ7.4 غ7.6 ذ7.8 ء8.1 ظ8.7 ؤ9.9 آ10.1"
)
_LETTERS = {
    **{entry[0]: -float(entry[1:]) for entry in _BITS.split()},
    **dict.fromkeys("پچژگک", -9.5),
    **dict.fromkeys("ٹڈڑںھہے", -11.0),
}
_NEVER_LAST_BUT_ONE = frozenset("ةى")
_NEVER_FIRST = frozenset("ئؤء")
_TASHKEEL = frozenset(map(chr, range(0x64B, 0x653)))
_TANWIN = frozenset("ًٌٍ")
_TYPOGRAPHY = frozenset("،؛؟«»“”„‘’–—…•·° \u00a0\u200c\u200d\u200e\u200f")
_FRENCH = frozenset("àâçèéêëîïôùûüœÀÂÇÈÉÊËÎÏÔÙÛÜŒ")
_TATWEEL = "ـ"
_WRONG = -14.0
_ACCEPT = -6.6
"""Mean score from which an 8-bit reading counts as text; see tests/test_read_encoding.py for what falls where."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What bytes are taken for. `name` is Python's codec; `skip` the length of the byte order mark, in bytes."""

    name: str
    skip: int
    certainty: Certainty
    why: str


def decide(sample: bytes, *, complete: bool, declared: str | None = None) -> Encoding:
    """The encoding of a file that begins with `sample`; `complete` says that the sample is the whole file.

    A sample that is mostly UTF-8 with some bad bytes counts as UTF-8, so that the strict decoding which follows names
    the offset. Raises InputError (message without the path) for a binary file and for one in no known encoding.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name, len(mark), "sure", "byte order mark")
    _refuse_known_binaries(sample)
    utf16 = _utf16_without_mark(sample, complete)
    if utf16 is not None:
        return utf16
    _refuse_nul(sample)
    utf8 = _utf8(sample, complete)
    if utf8 is not None:
        return utf8
    taken = _declared(sample, declared) if declared else None
    if taken is not None and plausibility(sample.decode(taken.name)) >= _ACCEPT:
        return taken
    try:
        # publishing systems declare iso-8859-1 for whatever they serve: Arabic that can be read so goes first
        return _code_page(sample)
    except InputError:
        if taken is not None:
            return taken
        raise


def decode(data: bytes, encoding: Encoding) -> str:
    """All of `data` without its byte order mark, strictly: InputError names the offset of the first bad byte."""
    try:
        return data[encoding.skip :].decode(encoding.name)
    except UnicodeDecodeError as error:
        raise InputError(bad_bytes(error, encoding, encoding.skip)) from error


def bad_bytes(error: UnicodeDecodeError, encoding: Encoding, base: int) -> str:
    """One line for bytes that do not fit; `base` is the offset in the file of the decoded piece."""
    shown = error.object[error.start : error.start + 4].hex(" ")
    return (
        f"bytes {shown} at offset {base + error.start} are not {encoding.name} ({encoding.why}); "
        "the file is damaged or mixes encodings, save it again as UTF-8"
    )


def _refuse_known_binaries(sample: bytes) -> None:
    for magic, what in _MAGIC.items():
        if sample.startswith(magic):
            raise InputError(f"is {what}, not text; export its text as UTF-8")


def _refuse_nul(sample: bytes) -> None:
    if sample.count(0) * 10 > len(sample):
        raise InputError("is a binary file, not text (NUL bytes); export its text as UTF-8")


def _utf8(sample: bytes, complete: bool) -> Encoding | None:
    if sample.isascii():
        return Encoding("utf-8", 0, "sure", "ASCII only")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=complete)
    except UnicodeDecodeError:
        lenient = sample.decode("utf-8", "replace")
        wrong = lenient.count("\ufffd")
        right = sum(1 for char in lenient if char > "\x7f") - wrong
        # 8-bit Arabic makes a valid UTF-8 pair now and then (a letter before «،»), hardly ever more than one in ten
        return Encoding("utf-8", 0, "likely", "most of it is UTF-8") if right > 2 * wrong else None
    return Encoding("utf-8", 0, "sure", "valid UTF-8")


def _utf16_without_mark(sample: bytes, complete: bool) -> Encoding | None:
    """UTF-16 text in Arabic and Latin letters: every second byte is 00, 06, or 20 (general punctuation)."""
    if len(sample) < 4 or (complete and len(sample) % 2):
        return None
    even = sample[: len(sample) & ~1]
    for name, high in (("utf-16-le", even[1::2]), ("utf-16-be", even[0::2])):
        usual = sum(high.count(byte) for byte in (0x00, 0x06, 0x20))
        if usual < 0.97 * len(high) or not (high.count(0) or high.count(6)):
            continue
        try:
            text = even.decode(name)
        except UnicodeDecodeError:
            continue
        letters = sum(1 for char in text if char.isalnum() or char.isspace() or char in _TASHKEEL)
        if letters > 0.6 * len(text) and "\0" not in text:
            return Encoding(name, 0, "likely", "UTF-16 without a byte order mark, judged by its high bytes")
    return None


def _declared(sample: bytes, declared: str) -> Encoding | None:
    try:
        name = codecs.lookup(declared).name
        name = {"cp1256": "windows-1256", "iso8859-6": "iso-8859-6"}.get(name, name)
        text = sample.decode(name)
    except (LookupError, UnicodeError, AttributeError):
        return None
    usable = isinstance(text, str) and not re.search("[\x80-\x9f]", text)
    return Encoding(name, 0, "likely", f"declared as {declared}") if usable else None


def _code_page(sample: bytes) -> Encoding:
    scores: list[tuple[float, str]] = []
    for name in _CODE_PAGES:
        try:
            scores.append((plausibility(sample.decode(name)), name))
        except UnicodeDecodeError:
            continue
    scores.sort(reverse=True)
    best, name = scores[0]
    beyond_ascii = len(sample.translate(None, bytes(range(0x80))))
    if best < _ACCEPT and beyond_ascii * 100 < len(sample):
        return Encoding("utf-8", 0, "likely", "most of it is ASCII")  # and strict decoding will say where it is not
    if best < _ACCEPT:
        raise InputError(f"is in no known encoding ({_guess(sample)}); convert it to UTF-8, for example with iconv")
    if len(scores) == 1:
        return Encoding(name, 0, "likely", "its letters make Arabic, and ISO-8859-6 lacks some of its bytes")
    margin = best - scores[1][0]
    # one in a thousand is ten bits of evidence: a sentence has hundreds, a single word may have fewer
    certainty: Certainty = "likely" if margin * beyond_ascii >= 10 else "unsure"
    return Encoding(
        name, 0, certainty, f"its letters make Arabic, {margin:.1f} bits a letter better than {scores[1][1]}"
    )


def _guess(sample: bytes) -> str:
    """A hint for the message, by charset-normalizer; never acted upon."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:20_000]).best()
    return f"perhaps {best.encoding}" if best else "perhaps not text at all"


def plausibility(text: str) -> float:
    """Mean log2 plausibility of the characters beyond ASCII as Arabic (or French names in it); higher is better.

    About -4.5 for news in the right code page, -6 to -8 in the other, -7 and below for other languages and binaries.
    """
    text = " " + text[:50_000] + " "
    total, count = 0.0, 0
    for index in range(1, len(text) - 1):
        char = text[index]
        if char > "\x7f":
            total += _fit(text[index - 1], char, text[index + 1])
            count += 1
    return total / count if count else 0.0


@lru_cache(maxsize=1 << 15)
def _fit(before: str, char: str, after: str) -> float:
    """How well one character fits between its neighbours, in bits (log2)."""
    score = _LETTERS.get(char)
    if score is not None:
        foreign = before.isalpha() and before not in _LETTERS and before != _TATWEEL
        misplaced = (char in _NEVER_LAST_BUT_ONE and after in _LETTERS) or (
            char in _NEVER_FIRST and before not in _LETTERS and before not in _TASHKEEL and before != _TATWEEL
        )
        return _WRONG if foreign or misplaced else score
    if char in _TASHKEEL:
        placed = before in _LETTERS or before in _TASHKEEL
        ends = char not in _TANWIN or after not in _LETTERS or after == "ا"
        return -5.0 if placed and ends else _WRONG
    if char in _TYPOGRAPHY or char == _TATWEEL:
        return -6.0
    if char in _FRENCH:
        arabic = before in _LETTERS or after in _LETTERS
        latin = (before.isalpha() or after.isalpha()) and not arabic
        return -5.0 if latin else _WRONG if arabic else -8.0
    return _WRONG
