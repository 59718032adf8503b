"""The inputs every model has to cope with before it is trusted, and what they mean."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

PUNCTUATION = "...!"
LONG_TOKENS = 200
_KINDS = ("word", "name", "digits", "latin", "question", "quotation", "emoji", "long")
# codes of varieties and ISO 639-3 codes whose inputs are those of a bigger language
_ALIASES = {
    **dict.fromkeys(("ara", "arb", "acm", "afb", "apc", "arq", "ary", "arz", "ajp"), "ar"),
    **dict.fromkeys(("fas", "pes", "prs"), "fa"),
    **dict.fromkeys(("zho", "cmn", "yue"), "zh"),
    **dict(zip(("eng", "heb", "iw", "tur", "urd", "fra"), ("en", "he", "he", "tr", "ur", "fr"), strict=True)),
    **dict(zip(("spa", "deu", "rus", "swa", "swh"), ("es", "de", "ru", "sw", "sw"), strict=True)),
}


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("golden.toml").read_text(encoding="utf-8"))


def known_language(code: str) -> str | None:
    """The language of the table that `code` (BCP 47 or ISO 639-3) belongs to, or None."""
    primary = code.replace("_", "-").split("-")[0].lower()
    primary = _ALIASES.get(primary, primary)
    return primary if primary in _table() else None


def golden_languages(codes: Iterable[str]) -> dict[str, str]:
    """The codes that have golden inputs and the languages those are of, each language once, under its first code."""
    found: dict[str, str] = {}
    for code in codes:
        language = known_language(code)
        if language and language not in found.values():
            found[code] = language
    return found


def lines(language: str) -> dict[str, str]:
    """The eight written lines of a language of the table, by kind. The same kind says the same in each language."""
    return {kind: _table()[language][kind] for kind in _KINDS}


def golden_inputs(language: str, count: Callable[[str], int]) -> dict[str, str]:
    """The ten inputs of a language by kind; `count` gives the number of tokens of a text (for the one of 200)."""
    return {
        **lines(language),
        "punctuation": PUNCTUATION,
        "200 tokens": joined(language, sentences_for(language, count)),
    }


def joined(language: str, number: int) -> str:
    """So many sentences of the table in one line, the long one first; begins anew where they run out."""
    kinds = ("long", "quotation", "latin", "digits", "question")
    return " ".join(lines(language)[kinds[n % len(kinds)]] for n in range(number))


def sentences_for(language: str, count: Callable[[str], int]) -> int:
    """How many joined sentences make 200 tokens (at most 60)."""
    return next((n for n in range(1, 60) if count(joined(language, n)) >= LONG_TOKENS), 60)
