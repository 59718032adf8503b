"""The checks as the pipeline calls them: kinds, order, loops, length, echoes, and which of two is better."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlate.check import KINDS, SERIOUS, Candidate, better, check, serious
from xlate.data import Flag

SOURCE = "قال الوزير أمس إن الحكومة ستعلن خطتها الجديدة لإصلاح التعليم في البلاد قريبا."
TARGET = "The minister said yesterday that the government would soon announce its new plan to reform education."


def kinds(source: str, target: str, **settings: bool) -> list[str]:
    return [flag.kind for flag in check(source, target, **settings)]


def evidence(source: str, target: str, kind: str) -> str:
    return next(flag.evidence for flag in check(source, target) if flag.kind == kind)


def test_a_good_translation_has_no_flag() -> None:
    assert check(SOURCE, TARGET) == ()


def test_flags_come_once_a_kind_in_the_order_of_kinds() -> None:
    found = kinds("عام 2017 " + SOURCE, "in 2012 the the the الوزير said , " + TARGET * 4, at_limit=True)
    assert found == [kind for kind in KINDS if kind in found]
    assert found == ["echo", "loop", "limit", "length", "numbers", "debris"]


def test_every_kind_is_explained_in_one_sentence() -> None:
    assert all(text.endswith(".") and text.count(".") == 1 for text in KINDS.values())
    assert set(KINDS) >= SERIOUS


LOOPS = [
    ("p-p-p-p-president", "p-p-p-p"),
    ("he said blah, blah, blah", "blah ×3"),
    ("in the village of the village of the village of Fuin", "the village of ×3"),
    ("of the of the of the state", "of the ×3"),
    ("the meeting in Cairo the meeting in Cairo ended", "the meeting in cairo ×2"),
    ("a happierererererer man", "erererererer"),
    ("wait!!!!!!!!!!!!", "!!!!!!!!!!!!"),
    ("the head of the new party met the head of the new party and the head of the new party", "the head of the new ×3"),
]


@pytest.mark.parametrize(("target", "told"), LOOPS)
def test_loops_are_told(target: str, told: str) -> None:
    assert evidence(SOURCE, target, "loop") == told


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (SOURCE, "The house and the garden and the road"),
        (SOURCE, "He had had enough of that that day."),
        (SOURCE, "North-South, South-South and triangular cooperation"),
        (SOURCE, "step by step, day by day"),
        (SOURCE, "1 1 1 1 1 and ..."),
        ("لا لا لا لا", "no, no, no, no"),
        ("هههههههه", "hahahahahaha"),
        ("كر وفر كر وفر كر وفر", "to and fro to and fro to and fro"),
        ("انتظر!!!!!!!!!!", "wait!!!!!!!!!!"),
    ],
)
def test_normal_repetition_is_no_loop(source: str, target: str) -> None:
    assert "loop" not in kinds(source, target)


def test_a_source_that_repeats_a_little_does_not_excuse_a_loop() -> None:
    assert "loop" in kinds("لا لا للحرب " + SOURCE, "no no " + "the war " * 9)


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        (SOURCE, "Yes.", f"too short: 4 characters for {len(SOURCE)}"),
        (SOURCE, (TARGET + " ") * 2, f"too long: {2 * len(TARGET) + 1} characters for {len(SOURCE)}"),
    ],
)
def test_odd_lengths_are_told(source: str, target: str, told: str) -> None:
    assert evidence(source, target, "length") == told


@pytest.mark.parametrize(
    ("source", "target"), [("نعم", "Yes, of course"), ("لا", "No"), ("شكرا", "Thank you very much"), ("مصر", "Egypt")]
)
def test_short_segments_may_have_any_length(source: str, target: str) -> None:
    assert check(source, target) == ()


def test_tashkeel_does_not_count_and_the_expected_ratio_moves_the_bounds() -> None:
    pointed = "".join(char + "\u064e\u0651" for char in SOURCE)
    assert check(pointed, TARGET) == ()
    assert [flag.kind for flag in check(SOURCE, TARGET, expected_ratio=0.5)] == ["length"]


@pytest.mark.parametrize(
    ("source", "target", "told"),
    [
        (SOURCE, SOURCE, "target is the source"),
        (SOURCE, "The الوزير said that الحكومة الجديدة would", "الوزير, الحكومة الجديدة"),
        (SOURCE, "ا a ب b ت c ث d ج", "ا, ب, ت and 2 more"),
    ],
)
def test_arabic_in_the_target_is_an_echo(source: str, target: str, told: str) -> None:
    assert evidence(source, target, "echo") == told


def test_a_source_without_arabic_letters_may_come_back() -> None:
    assert check("CNN 2017 https://example.org", "CNN 2017 https://example.org") == ()
    assert check("***", "***") == ()


@pytest.mark.parametrize(("target", "told"), [("", "no text"), ("  ", "no text"), (" ... ", "only ...")])
def test_empty(target: str, told: str) -> None:
    assert check(SOURCE + " 2017", target) == (Flag("empty", told),)


def test_nothing_for_nothing() -> None:
    assert check("", "") == ()
    assert check(" ", " ") == ()


def test_the_limit_is_told() -> None:
    assert kinds(SOURCE, TARGET, at_limit=True) == ["limit"]


@pytest.mark.parametrize("kind", list(KINDS))
def test_serious_flags_ask_for_decoding_again(kind: str) -> None:
    assert serious([Flag(kind, "x")]) == (kind not in ("numbers", "debris"))
    assert not serious([])


def candidate(*names: str, score: float | None = None, told: str = "x") -> Candidate:
    return Candidate("t", tuple(Flag(name, told) for name in names), score)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (candidate(), candidate("loop", score=-0.1)),
        (candidate("numbers", "debris"), candidate("length")),
        (candidate("loop"), candidate("empty")),
        (candidate("limit"), candidate("loop")),
        (candidate("loop"), candidate("loop", "length")),
        (candidate("loop"), candidate("loop", "numbers")),
        (candidate("numbers", told="1 missing"), candidate("numbers", told="1 missing; 2 added")),
        (candidate(score=-0.2), candidate(score=-0.4)),
        (candidate(score=-9.0), candidate()),
    ],
)
def test_the_better_of_two(good: Candidate, bad: Candidate) -> None:
    assert better(good, bad) is good
    assert better(bad, good) is good


def test_the_first_of_two_equals() -> None:
    first, second = candidate("loop", score=-1.0), candidate("loop", score=-1.0)
    assert better(first, second) is first


@given(st.text(), st.text(), st.booleans())
def test_checks_never_raise_and_say_known_kinds(source: str, target: str, limit: bool) -> None:
    flags = check(source, target, at_limit=limit)
    assert all(flag.kind in KINDS and flag.evidence for flag in flags)
    assert len({flag.kind for flag in flags}) == len(flags)


@pytest.mark.parametrize("unit", ["a ", "ab", "a-", "ا", "ا ", "...", "p-p-", "word word2 ", "x" * 9 + "-"])
def test_hostile_repetition_takes_linear_time(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    start = time.process_time()
    check(text, text)
    check(SOURCE, text)
    assert time.process_time() - start < 3
