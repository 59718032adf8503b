"""What an analyst must see first where two outlets differ: numbers, negations and known names on one side only.

Numbers in words and in digits are the same number («خمسة وعشرين», 25; «5 في المئة», 5%; 1,5 and 1.5). Numbers that changed
places («5 قتلى و7 جرحى» against «7 قتلى و5 جرحى») and a negation that went over to another word are alerts too; clauses that
moved are none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlate.share.facts import Number
from xlate.share.words import denies_next, listed, negates, place

_SMALL = listed("ان انه انها الي علي عند منذ بعد قبل حتي الا اي ايضا هذا هذه ذلك تلك التي الذي سوف")


@dataclass(frozen=True, slots=True)
class Alert:
    """A number, negation or name that only one side has (`a`, `b`: what is found there alone, or in another role)."""

    kind: str
    a: tuple[str, ...]
    b: tuple[str, ...]


def alerts(
    a: Sequence[str], b: Sequence[str], numbers_a: Sequence[Number], numbers_b: Sequence[Number]
) -> Iterable[Alert]:
    """Numbers, negations and names that differ between two sides as a whole, in this order.

    `a`, `b`: the forms of their words; `numbers_a`, `numbers_b`: the numbers `said` in them.
    """
    yield from filter(None, (_number_alert(a, b, numbers_a, numbers_b), _negation_alert(a, b)))
    named = [{p: w for w in side if (p := place(w))} for side in (a, b)]
    if named[0].keys() != named[1].keys():
        only_a = tuple(sorted(named[0][p] for p in named[0].keys() - named[1].keys()))
        only_b = tuple(sorted(named[1][p] for p in named[1].keys() - named[0].keys()))
        yield Alert("name", only_a, only_b)


def _number_alert(
    a: Sequence[str], b: Sequence[str], numbers_a: Sequence[Number], numbers_b: Sequence[Number]
) -> Alert | None:
    """Numbers that one side has more often, or else those that stand beside the same words in other roles."""
    sides = [Counter(n.name for n in numbers) for numbers in (numbers_a, numbers_b)]
    if sides[0] != sides[1]:
        return Alert("number", _only(sides[0], sides[1]), _only(sides[1], sides[0]))
    for depth in (1, 2):  # by one word after each, and where that says nothing («5 أشخاص … و7 أشخاص …») by two
        roles_a, roles_b = _roles(a, numbers_a, depth), _roles(b, numbers_b, depth)
        both = {role for _, role in roles_a} & {role for _, role in roles_b}
        swapped_a = tuple(n for n, role in roles_a if role in both and (n, role) not in roles_b)
        swapped_b = tuple(n for n, role in roles_b if role in both and (n, role) not in roles_a)
        if swapped_a and swapped_b:
            return Alert("number", swapped_a, swapped_b)
    return None


def _roles(forms: Sequence[str], numbers: Sequence[Number], depth: int) -> list[tuple[str, tuple[str, ...]]]:
    """Each number with the words of content after it, `depth` of them at most and none beyond the next number, or,
    where there are none, with the word before it."""
    ends = [*(n.first for n in numbers[1:]), len(forms)]
    return [
        (n.name, tuple(filter(_content, forms[n.last : end]))[:depth] or ("", *forms[max(0, n.first - 1) : n.first]))
        for n, end in zip(numbers, ends, strict=False)
    ]


def _content(form: str) -> bool:
    return len(form) >= 3 and form not in _SMALL


def _only(ours: Counter[str], theirs: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted((ours - theirs).elements()))


def _negation_alert(a: Sequence[str], b: Sequence[str]) -> Alert | None:
    """Negations that one side has more of, or else those on each side that deny what the other leaves undenied."""
    denied_a, denied_b = _denied(a), _denied(b)
    if not denied_a and not denied_b:
        return None
    if len(denied_a) != len(denied_b):
        sides = [Counter(no for no, _ in denied) for denied in (denied_a, denied_b)]
        return Alert("negation", _only(sides[0], sides[1]), _only(sides[1], sides[0]))
    only_a, only_b = _went(denied_a, denied_b, b), _went(denied_b, denied_a, a)
    return Alert("negation", only_a, only_b) if only_a and only_b else None


def _denied(forms: Sequence[str]) -> list[tuple[str, str]]:
    """The negations, each with the word of content that it denies, or with nothing where that cannot be told."""
    return [
        (form, next(filter(_content, forms[at + 1 :]), "") if denies_next(form) else "")
        for at, form in enumerate(forms)
        if negates(form)
    ]


def _went(ours: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]], other: Sequence[str]) -> tuple[str, ...]:
    """Our negations, with the word they deny, that the other side says without a negation."""
    only = Counter(_verb(word) for _, word in ours) - Counter(_verb(word) for _, word in theirs)
    plain = only.keys() & set(map(_verb, other))
    return tuple(f"{no} {word}" for no, word in ours if _verb(word) in plain)


def _verb(form: str) -> str:
    """A word without the sign of the future: «ستشارك» is what «لن تشارك» denies."""
    return form[1:] if form[:2] in ("سي", "ست", "سن", "سا") and len(form) > 4 else form
