"""Many texts as sets of hashes, and who holds what."""

import doctest
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlate.shingles
from xlate.shingles import LONGEST, Postings, alike, bare, common, expanded, neighbours, shingles


def sets_of(sets):
    return [set(sets.flat[a:b].tolist()) for a, b in zip(sets.first, sets.first[1:], strict=False)]


def test_the_examples_in_the_documentation_hold():
    assert doctest.testmod(xlate.shingles).failed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("قالَ الوزيرُ: «نعم»", "قال الوزير نعم"),
        ("  He said \t YES!\n", "he said yes"),
        ("أحمد ٢٠١٦", "احمد 2016"),
        ("", "  "),
    ],
)
def test_spelling_marks_and_spaces_make_no_difference(one, other):
    first, second = sets_of(shingles([one, other]))
    assert first == second
    assert bare(one) == bare(other)


@pytest.mark.parametrize(
    ("one", "other"), [("!!", "??"), ("a b", "b a"), ("ab", "a b"), ("", "."), ("قال", "قالت"), ("2 7", "27")]
)
def test_what_differs_differs(one, other):
    first, second = sets_of(shingles([one, other]))
    assert first != second
    assert bare(one) != bare(other)


def test_a_set_holds_words_and_neighbours_once():
    assert shingles(["a", "a b", "a b a b", "a b c", ""]).sizes.tolist() == [1, 3, 4, 5, 1]
    assert len(shingles([])) == 0
    assert len(shingles([], [])) == 0


def test_two_sides_share_nothing():
    left, right = sets_of(shingles(["a b", ""], ["", "a b"]))
    assert len(left) == len(right) == 4
    assert left.isdisjoint(right)


def test_a_text_without_end_is_looked_at_so_far():
    first, second = sets_of(shingles(["ab " * LONGEST, "ab " * LONGEST + "end"]))
    assert first == second
    assert len(shingles(["x" * (1 << 20)]).flat) == 1


@given(st.lists(st.text(max_size=12), max_size=6))
def test_a_text_has_the_same_set_whatever_stands_beside_it(texts):
    assert sets_of(shingles(texts)) == [one for text in texts for one in sets_of(shingles([text]))]


def test_hashes_are_the_same_in_another_process():
    told = subprocess.run(
        [sys.executable, "-c", "from xlate.shingles import shingles; print(shingles(['قال الوزير yes']).flat.tolist())"],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert json.loads(told.stdout) == shingles(["قال الوزير yes"]).flat.tolist()


WORDS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=5).map(" ".join), min_size=1, max_size=6)


@given(WORDS, WORDS, st.integers(0, 30), st.sampled_from([1, 1 << 21]))
def test_common_counts_what_is_shared(left, right, count, block):
    ours, theirs = shingles(left), shingles(right)
    rows = [(n * 7) % len(left) for n in range(count)], [(n * 5) % len(right) for n in range(count)]
    one, other = sets_of(ours), sets_of(theirs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlate.shingles, "_BLOCK", block)
        found = common(ours, theirs, *rows)
    assert found.tolist() == [len(one[a] & other[b]) for a, b in zip(*rows, strict=True)]
    likeness = alike(ours, theirs, np.array(rows[0], dtype=int), np.array(rows[1], dtype=int))
    assert likeness.tolist() == [len(one[a] & other[b]) / len(one[a] | other[b]) for a, b in zip(*rows, strict=True)]


@given(WORDS, WORDS)
def test_postings_tell_who_holds_what(texts, asked):
    sets, index = shingles(texts), Postings(shingles(texts))
    hashes = shingles(asked).flat
    held = sets_of(sets)
    assert index.counts(hashes).tolist() == [sum(one in each for each in held) for one in hashes.tolist()]
    which, holders = index.holders(hashes)
    told = sorted(zip(which.tolist(), holders.tolist(), strict=True))
    assert told == [(n, row) for n, one in enumerate(hashes.tolist()) for row, each in enumerate(held) if one in each]


def test_sets_can_be_taken_and_places_found():
    sets = shingles(["a b", "c", "d e f"])
    assert sets_of(sets.taken(np.array([2, 0, 0]))) == [sets_of(sets)[n] for n in (2, 0, 0)]
    assert len(sets.taken(np.array([], dtype=int))) == 0
    assert [one.tolist() for one in expanded(np.array([5, 0, 9]), np.array([2, 0, 1]))] == [[0, 0, 2], [5, 6, 9]]
    assert neighbours(np.array([0, 0, 1, 1, 1]), 2).tolist() == [0, 2, 3]
    assert neighbours(np.array([0]), 2).tolist() == []
