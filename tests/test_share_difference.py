"""The difference view: edit scripts, kinds, alerts, and their English side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlate.normalise import fold
from xlate.share import diff_english, difference
from xlate.share.compare import common_letters
from xlate.share.words import _fold as fast_fold
from xlate.share.words import forms, number_values, place, words

BASE = "قال وزير الداخلية إن الشرطة أوقفت خمسة أشخاص في مدينة سوسة مساء الأحد"


def kinds(a, b):
    return [(e.op, e.kind, e.a.text, e.b.text) for e in difference(a, b).edits]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("خمسة", "سبعة", ("replace", "number", "خمسة", "سبعة")),
        ("خمسة", "12", ("replace", "number", "خمسة", "12")),
        ("أوقفت", "اعتقلت", ("replace", "wording", "أوقفت", "اعتقلت")),
        ("قال", "أكد", ("replace", "attribution", "قال", "أكد")),
        ("سوسة", "صفاقس", ("replace", "name", "سوسة", "صفاقس")),
        ("الشرطة", "الشرطة التونسية", ("insert", "addition", "", "التونسية")),
        ("مساء الأحد", "مساء", ("delete", "omission", "الأحد", "")),
        ("مساء الأحد", "مساء الأحد بحسب وكالة محلية", ("insert", "attribution", "", "بحسب وكالة محلية")),
    ],
)
def test_kind_of_an_edit(old, new, expected):
    assert kinds(BASE, BASE.replace(old, new)) == [expected]


@pytest.mark.parametrize(
    "same",
    [
        BASE.replace("الداخلية إن", "الداخليةإن"),
        BASE.replace("أوقفت", "اوقفت").replace("سوسة", "سوسه"),
        f"«{BASE}»!",
        BASE.replace("قال", "قَالَ"),
    ],
)
def test_spelling_that_folds_and_spaces_are_no_difference(same):
    found = difference(BASE, same)
    assert (found.edits, found.alerts) == ((), ())


def test_words_moved_are_wording():
    moved = "مساء الأحد " + BASE.removesuffix(" مساء الأحد")
    assert {kind for _, kind, _, _ in kinds(BASE, moved)} == {"wording"}


def test_alerts_put_numbers_first_then_negations_then_names():
    found = difference(
        "أعلنت مصر أن 120 جنديا شاركوا في العملية",
        "أعلنت قطر أن 210 جنود لم يشاركوا في العملية",
    )
    assert [(a.kind, a.a, a.b) for a in found.alerts] == [
        ("number", ("120",), ("210",)),
        ("negation", (), ("لم",)),
        ("name", ("مصر",), ("قطر",)),
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("قتل خمسة جنود في الهجوم", "قتل 5 جنود في الهجوم"),
        ("بلغ العدد 15.000 لاجئ", "بلغ العدد ١٥٬٠٠٠ لاجئ"),
        ("التقى الوفد الجزائري نظيره", "التقى وفد الجزائر نظيره"),
        ("وصل يوم الاثنين إلى هناك", "وصل يوم الخميس إلى هناك"),
    ],
)
def test_no_alert_for_the_same_number_or_country_otherwise_said(a, b):
    assert difference(a, b).alerts == ()


def test_a_range_limits_what_is_compared():
    a, b = f"{BASE} ثم عاد 3 مرات", f"وكتب المراسل: {BASE}"
    at = b.index(BASE)
    assert difference(a, b, (0, len(BASE)), (at, len(b))).edits == ()
    assert difference(a, b).edits != ()


@given(st.lists(st.sampled_from(BASE.split()), max_size=8), st.lists(st.sampled_from(BASE.split()), max_size=8))
def test_edits_turn_a_into_b(left, right):
    a, b = " ".join(left), " ".join(right)
    at, rebuilt = 0, ""
    for edit in difference(a, b).edits:
        assert a[edit.a.start : edit.a.end] == edit.a.text
        rebuilt += a[at : edit.a.start] + " " + edit.b.text + " "
        at = edit.a.end
    rebuilt += a[at:]
    assert "".join(rebuilt.split()) == "".join(b.split())


@given(st.text(alphabet="ابتثأةى َ٠١٢,.ـ «»\u200fab", max_size=30))
def test_words_are_forms_with_places(text):
    found = words(text)
    assert [w.form for w in found] == forms(text)
    assert all(forms(text[w.start : w.end]) == [w.form] for w in found)


@given(st.text(alphabet="ابتثأةىئؤء ٠١٢09,.:!()«»،؛؟\"'-bZ\u0653\u0640", max_size=30))
def test_the_fast_fold_is_the_fold(text):
    folded, origin = fast_fold(text)
    assert (folded, list(origin)) == fold(text)


@given(st.text(alphabet="ابتج", max_size=12), st.text(alphabet="ابتج", max_size=12))
def test_common_letters_is_the_longest_common_subsequence(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    assert common_letters(a, b) == table[-1][-1]


def test_numbers_and_places():
    assert number_values(forms("ثلاثة من خمسين و٢١")) == {"3", "50", "21"}
    assert [place(w) for w in forms("والجزائر الجزائرية بتونس طاولة")] == ["جزاير", "جزاير", "تونس", None]


ENGLISH = ("Police arrested five people in Sousse on Sunday.", "Police arrested seven people in Sousse, on Sunday.")


def test_english_edits_are_tied_by_translating_the_changed_words():
    found = difference(BASE, BASE.replace("خمسة", "سبعة"))
    glosses = {"خمسة": "five", "سبعة": "seven"}
    (edit,) = diff_english(found, *ENGLISH, translate=glosses.__getitem__)
    assert (edit.op, edit.a.text, edit.b.text, edit.arabic, edit.glosses) == (
        "replace",
        "five",
        "seven",
        (0,),
        (("five", "seven"),),
    )
    assert ENGLISH[1][edit.b.start : edit.b.end] == "seven"


def test_english_edits_are_tied_by_word_links():
    found = difference(BASE, BASE.replace("خمسة", "سبعة"))
    spot, five, seven = found.edits[0].a, ENGLISH[0].index("five"), ENGLISH[1].index("seven")
    links_a = [(spot.start, spot.end, five, five + 4)]
    (edit,) = diff_english(found, *ENGLISH, links_a=links_a, links_b=[(spot.start, spot.end, seven, seven + 5)])
    assert edit.arabic == (0,)
    (loose,) = diff_english(found, *ENGLISH, links_a=[], links_b=[])
    assert loose.arabic == ()


def test_an_english_edit_without_arabic_is_translation_noise():
    (edit,) = diff_english(difference(BASE, BASE), "He said so on Sunday", "He stated so on Sunday", translate=str)
    assert (edit.a.text, edit.b.text, edit.arabic) == ("said", "stated", ())
