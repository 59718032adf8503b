"""What the model is fed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.clean import clean_for_model, in_english


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
        ("قال&nbsp;الوزير &#8220;نعم&#x201D; &amp;amp;quot; AT&T &نعم; &foo;", 'قال الوزير “نعم” " AT&T &نعم; &foo;'),
        ("قال <b class='x'>الوزير</b><br/>نعم <i>لا</i>", "قال الوزير نعم لا"),
        ("3 < 5 و 7 > 2 <ب>", "3 < 5 و 7 > 2 <ب>"),
        ("# > ## عنوان", "عنوان"),
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


@pytest.mark.parametrize(
    ("text", "arabic", "persian"),
    [
        ("قال الوزیر فی الحکومة", "قال الوزير في الحكومة", "قال الوزیر فی الحکومة"),
        ("علی مدی یوم وحتی ۱۵ أبریل", "على مدى يوم وحتى 15 أبريل", "علی مدی یوم وحتی ۱۵ أبریل"),
        ("علیه وإلی الیابان", "عليه وإلى اليابان", "علیه وإلی الیابان"),
        ("قال ٢٠١٦", "قال ٢٠١٦", "قال ٢٠١٦"),
    ],
)
def test_another_keyboards_letters_are_arabic_for_an_arabic_model_alone(text: str, arabic: str, persian: str) -> None:
    for languages in (["ar"], ["arb", "arz"], ["ar_EG"]):
        assert clean_for_model(text, languages) == clean_for_model(arabic, languages) == arabic
    for languages in ([], ["fa"], ["ar", "fa"], ["ckb"]):
        assert clean_for_model(text, languages) == persian


@pytest.mark.parametrize("part", ["**a ", "# ", "&amp;", "<b", "[a", "__", "&lt;b&gt;", "<b>*", "](/)"])
def test_cleaning_ends_soon_on_marks_without_end(part: str) -> None:
    text = part * 20_000 + ">" * 20_000 + "ن"
    assert clean_for_model(clean_for_model(text)) == clean_for_model(text)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("٪٥٠ - ٦٠", "50% - 60"),
        ("۲۰۱۶", "2016"),
        ("١٬٢٣٤٫٥", "1,234.5"),
        ("٥٠٪", "50%"),
        ("5 % 3", "5 % 3"),
        ("؟؛،", "?;,"),
    ],
)
def test_numbers_alone_in_english(text: str, english: str) -> None:
    assert in_english(text) == english
