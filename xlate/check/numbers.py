"""Numbers that a translation lost, changed or made up.

Both sides are parsed to values (`arabic.mentions`, `english.mentions`). A number that has to be on the other side and
is not found there in any reading is a discrepancy. Values are compared as sets: a translator may say a number twice.

What has to be there was decided by measuring on right text (eval/checks/README.md): digits, months that cannot be
another word, decades, and numbers and ordinals from three up in words, on both sides. What only excuses: one and two in
words (articles, pronouns, the dual), bare scale words ("thousand"; "million" in the English), fractions, dozens, Roman
numerals, words that are also names (`Six Flags`, «ساحة السبعين»). A lone 0 or 1 in the English may be half a score.
"""

from __future__ import annotations

import re
from fractions import Fraction

from xlate.check import arabic, english
from xlate.check.arabic_words import folded
from xlate.check.digits import Mention, Value

_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W_]+(?:[.,:/٫٬-]\d+)*")


def discrepancies(source: str, target: str) -> list[str]:
    """What differs, as short texts: "2017 → 2012", "5000 missing", "500 added", «ثلاثين (30) missing».

    `source` is Arabic (Latin words and numbers in it count too), `target` English. Empty when all numbers agree.
    """
    missing, added = unmatched(source, target)
    told: list[str] = []
    for mention in missing:
        partner = next((other for other in added if _comparable(mention, other)), None)
        if partner:
            added.remove(partner)
        told.append(f"{_shown(mention, source)} → {partner.text}" if partner else f"{_shown(mention, source)} missing")
    return told + [f"{mention.text} added" for mention in added]


def unmatched(source: str, target: str) -> tuple[list[Mention], list[Mention]]:
    """(mentions of the source that the target lacks, mentions of the target that the source lacks), in text order."""
    left, right = arabic.mentions(source), english.mentions(target)
    words = english.mentions(source) if _LATIN.search(source) else []
    latin = [mention for mention in words if not any(char.isdigit() for char in mention.text)]
    from_source = _values(left) | _values(latin)
    from_target = _values(right)
    missing = [mention for mention in left if _required(mention) and not _found(mention, from_target)]
    added = [
        mention
        for mention in right
        if mention.kind != "scale" and _required(mention) and not _found(mention, from_source)
    ]
    return missing, [mention for mention in added if mention.text not in ("0", "1")]


def _required(mention: Mention) -> bool:
    if mention.kind in ("cardinal", "ordinal"):
        value = mention.options[0][0]
        return isinstance(value, Fraction) and value > 2
    if mention.kind == "scale":
        return isinstance(value := mention.options[0][0], Fraction) and value >= 10**6
    return mention.kind in ("digit", "month")


def _values(mentions: list[Mention]) -> set[Value]:
    values: set[Value] = set()
    for mention in mentions:
        values.update(mention.supply)
        for option in mention.options:
            values.update(option)
    return values


def _found(mention: Mention, values: set[Value]) -> bool:
    return any(values.issuperset(option) for option in mention.options) or not values.isdisjoint(mention.supply)


def _comparable(first: Mention, second: Mention) -> bool:
    """Whether "first → second" is a likely story: months with months, ordinals with ordinals or digits, and so on."""
    return (first.kind == "month") == (second.kind == "month")


def _shown(mention: Mention, source: str) -> str:
    """A mention of the source as it is written there, with its value where it is written in words."""
    wanted = mention.text.split()
    numeral = any(char.isdigit() for char in mention.text)
    written = [match.group() for match in _WORD.finditer(source)]
    forms = [folded(word) for word in written]
    size = len(wanted)
    place = next((start for start in range(len(forms) - size + 1) if forms[start : start + size] == wanted), None)
    text = mention.text if place is None else " ".join(written[place : place + size])
    value = mention.options[0][0]
    return text if numeral or mention.kind == "month" else f"{text} ({value})"
