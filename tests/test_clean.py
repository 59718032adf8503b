"""What the model is fed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.clean import clean_for_model


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("", ""),
        (" \t\r\n ", ""),
        ("قال الوزير", "قال الوزير"),
        ("قال\r\nالوزير\u2028ثم\x85عاد", "قال الوزير ثم عاد"),
        ("قال\0الوزير\x07 ثم", "قال الوزير ثم"),
        ("\u200fقال \u202bالوزير\u202c\u2067.\u2069\ufeff", "قال الوزير."),
        ("مي\u200cخواهم أ\u200dب", "ميخواهم أب"),
        ("قـــال", "قال"),
        ("\ufefb \ufefc \ufdf2 \ufe8d\ufedf", "لا لا الله ال"),
        ("\ufdfa", "صلى الله عليه وسلم"),
        ("\ufe76", "\u064e"),  # a vowel sign drawn alone loses the space it sat on
        ("ﷲ ½ ﬁ ①", "الله ½ ﬁ ①"),  # compatibility folding for the Arabic blocks only
        ("ا\u0653", "آ"),
        ("مُهِمٌّ", unicodedata.normalize("NFC", "مُهِمٌّ")),
        ("## عنوان", "عنوان"),
        ("> قال", "قال"),
        ("#داعش في #ليبيا", "#داعش في #ليبيا"),
        ("قال **الوزير** و __النائب__", "قال الوزير و النائب"),
        ("2**3 و snake__case", "2**3 و snake__case"),
        ("انظر [الخبر](https://a.org/1) و ![صورة](/x.png)", "انظر الخبر و صورة"),
        ("مادة [1] (أولى)", "مادة [1] (أولى)"),
        ("a\u00a0b\u3000c", "a b c"),
        ("a\u00adb\ue000c", "abc"),
        ("x 👍🏽 y", "x 👍🏽 y"),
        ("*\u200b*ن**", "ن"),  # the mark that a zero-width space hid
    ],
)
def test_table(text: str, clean: str) -> None:
    assert clean_for_model(text) == clean


@settings(deadline=None)
@given(st.text(st.characters(codec=None) | st.sampled_from("*_#>[]()\u200f\u200bـ\ufefbا\u0653 \n")))
def test_properties(text: str) -> None:
    clean = clean_for_model(text)
    assert clean_for_model(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == " ".join(clean.split())
    for char in clean:
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        assert char != "ـ"
        assert not 0xFE70 <= ord(char) <= 0xFEFF
