"""Numbers that a translation lost, changed or made up.

Both sides are parsed to values (`arabic.mentions`, `english.mentions`). A number that has to be on the other side and
is not found there in any reading is a discrepancy. Values are compared as sets: a translator may say a number twice.
"""

from __future__ import annotations

from xlate.check import arabic, english
from xlate.check.digits import Mention, Value

_MOST = 6  # discrepancies told in one evidence


def source_mentions(text: str) -> list[Mention]:
    """Numbers of the Arabic side. Latin words in it ("Windows XP", "Twenty One Pilots") excuse numbers as well."""
    return arabic.mentions(text)


def discrepancies(source: str, target: str) -> list[str]:
    """What differs, as short texts: "2017 → 2012", "5000 missing", "500 added". Empty when all numbers agree."""
    missing, added = unmatched(source, target)
    return _told(missing, added)


def unmatched(source: str, target: str) -> tuple[list[Mention], list[Mention]]:
    """(mentions of the source that the target lacks, mentions of the target that the source lacks)."""
    left, right = arabic.mentions(source), english.mentions(target)
    from_source = _values(left) | _values(english.mentions(source))
    from_target = _values(right)
    missing = [mention for mention in left if source_demands(mention) and not _found(mention, from_target)]
    added = [mention for mention in right if target_demands(mention) and not _found(mention, from_source)]
    return missing, added


def source_demands(mention: Mention) -> bool:
    return mention.kind in ("digit", "month") or (mention.kind in ("cardinal", "ordinal") and big(mention))


def target_demands(mention: Mention) -> bool:
    if mention.kind == "digit" and mention.text in ("0", "1"):
        return False
    return source_demands(mention)


def big(mention):
    return mention.options[0][0] > 2


def _values(mentions: list[Mention]) -> set[Value]:
    values: set[Value] = set()
    for mention in mentions:
        values.update(mention.supply)
        for option in mention.options:
            values.update(option)
    return values


def _found(mention: Mention, values: set[Value]) -> bool:
    return any(values.issuperset(option) for option in mention.options) or not values.isdisjoint(mention.supply)


def _told(missing: list[Mention], added: list[Mention]) -> list[str]:
    rest = list(added)
    told: list[str] = []
    for mention in missing:
        partner = next((other for other in rest if other.kind == mention.kind), None)
        if partner:
            rest.remove(partner)
            told.append(f"{mention.text} → {partner.text}")
        else:
            told.append(f"{mention.text} missing")
    return told + [f"{mention.text} added" for mention in rest]
