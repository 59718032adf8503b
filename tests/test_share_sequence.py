"""The fast alignment of words gives the steps of difflib."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.share.sequence import Aligner

WORDS = st.lists(st.sampled_from("abcdef"), max_size=18)


@given(WORDS, WORDS)
@settings(max_examples=600, deadline=None)
def test_steps_are_those_of_difflib(ours, other):
    expected = SequenceMatcher(None, other, ours, autojunk=False).get_opcodes()
    assert Aligner(ours).steps(other) == expected


@given(WORDS, WORDS, st.lists(st.sampled_from("abcdef"), min_size=3, max_size=8))
@settings(max_examples=300, deadline=None)
def test_steps_are_those_of_difflib_around_a_common_stretch(ours, other, common):
    ours, other = ours + common + other, other + common + ours
    assert Aligner(ours).steps(other) == SequenceMatcher(None, other, ours, autojunk=False).get_opcodes()


@pytest.mark.parametrize(
    ("ours", "other", "blocks"),
    [
        ("abcd", "abcd", [(0, 0, 4)]),
        ("abxcd", "abycd", [(0, 0, 2), (3, 3, 2)]),
        ("aa", "a", [(0, 0, 1), (0, 1, 1)]),
        ("ab", "cd", []),
        ("", "ab", []),
    ],
)
def test_blocks_are_the_maximal_diagonals(ours, other, blocks):
    assert Aligner(ours).blocks(other) == blocks
