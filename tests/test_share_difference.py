"""The difference view: edit scripts, kinds, alerts, and their English side."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlate.normalise import fold
from xlate.share import diff_english, difference
from xlate.share.compare import common_letters
from xlate.share.facts import said
from xlate.share.words import _fold as fast_fold
from xlate.share.words import forms, place, words

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


TOLL = "أعلنت الوزارة مقتل {} أشخاص وإصابة {} آخرين وفقدان {} في انفجار قرب الحدود مساء أمس"
RATE = "ارتفعت أسعار المواد الغذائية بنسبة {} خلال العام الماضي"


def alerts(a, b):
    return [(x.kind, x.a, x.b) for x in difference(a, b).alerts]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((5, 7, 9), (7, 5, 9), (("5", "7"), ("7", "5"))),
        ((5, 6, 7), (7, 6, 5), (("5", "7"), ("7", "5"))),
        ((5, 5, 7), (5, 7, 7), (("5",), ("7",))),
        ((5, 5, 7), (5, 6, 7), (("5",), ("6",))),
    ],
)
def test_numbers_swapped_or_repeated_are_an_alert_and_edits_of_kind_number(old, new, expected):
    a, b = TOLL.format(*old), TOLL.format(*new)
    assert alerts(a, b) == [("number", *expected)]
    assert {e.kind for e in difference(a, b).edits} == {"number"}


@pytest.mark.parametrize(
    ("a", "b", "swapped"),
    [
        ("سقط 5 قتلى و7 جرحى", "سقط 7 قتلى و5 جرحى", True),
        ("سقط 5 قتلى و7 جرحى", "سقط 5 جرحى و7 قتلى", True),
        ("سقط 5 قتلى و7 جرحى في المدينة", "سقط 7 جرحى و5 قتلى في المدينة", False),
        ("أصيب 5 أشخاص في درعا و7 أشخاص في حلب", "أصيب 7 أشخاص في درعا و5 أشخاص في حلب", True),
        ("أصيب 5 أشخاص في درعا و7 أشخاص في حلب", "أصيب 7 أشخاص في حلب و5 أشخاص في درعا", False),
        ("في عام 2016 قتل 5 جنود هناك", "قتل 5 جنود هناك في عام 2016", False),
        ("فاز الفريق 2-1 أمس", "فاز الفريق 1-2 أمس", True),
        ("ارتفع من 5 إلى 7", "ارتفع من 7 إلى 5", True),
    ],
)
def test_a_number_that_moves_with_its_words_is_no_alert(a, b, swapped):
    assert bool(alerts(a, b)) is swapped


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("5%", "5 بالمئة"),
        ("5%", "5 في المائة"),
        ("5%", "خمسة في المئة"),
        ("5%", "٪٥"),
        ("5 %", "5 بالمائة"),
        ("خمسة وعشرين", "25"),
        ("خمسة و عشرين", "25"),
        ("3 آلاف", "3000"),
        ("1.5", "1,5"),
        ("1,500", "1500"),
        ("1.500", "ألف وخمسمئة"),
        ("1,234.5", "1234,5"),
        ("1,5 مليون", "مليون ونصف"),
        ("500 دولار", "500 $"),
        ("نصف مليون دولار", "$500 ألف"),
        ("بأربعة عشر مليونا", "14 مليون"),
    ],
)
def test_a_number_written_otherwise_is_no_alert_and_no_edit_of_kind_number(old, new):
    found = difference(RATE.format(old), RATE.format(new))
    assert found.alerts == ()
    assert "number" not in {e.kind for e in found.edits}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("5%", "5", (("5%",), ("5",))),
        ("-5", "5", (("-5",), ("5",))),
        ("500 $", "500 €", (("500$",), ("500€",))),
        ("500 دولار", "500 يورو", (("500$",), ("500€",))),
        ("1,5", "1,500", (("1.5",), ("1500",))),
        ("0.125", "125", (("0.125",), ("125",))),
        ("خمسة وعشرين", "خمسة وثلاثين", (("25",), ("35",))),
        ("3 آلاف", "3 ملايين", (("3000",), ("3000000",))),
        ("10:30", "10:45", (("10:30",), ("10:45",))),
        ("१५", "२०", (("15",), ("20",))),
        ("9" * 400, "9" * 399, (("9" * 400,), ("9" * 399,))),
    ],
)
def test_a_number_that_differs_is_an_alert_and_an_edit_of_kind_number(old, new, expected):
    a, b = RATE.format(old), RATE.format(new)
    assert alerts(a, b) == [("number", *expected)]
    assert [e.kind for e in difference(a, b).edits] == ["number"]


def test_numbers_beside_each_other_are_no_longer_number():
    assert [e.kind for e in difference("قتل 2 7 شخصا", "قتل 27 شخصا").edits] == ["number"]
    assert [n.name for n in said(forms("5 و7 ثم خمسة وسبعة ثم 3 آلاف و500 ثم 0"))] == "5 7 5 7 3500 0".split()


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("أنها لن تشارك بينما المعارضة ستقاطع", "أنها ستشارك بينما المعارضة لن تقاطع", [("لن تشارك",), ("لن تقاطع",)]),
        ("أكد فلن تتوقف المفاوضات", "أكد سوف تتوقف المفاوضات", [("فلن",), ()]),
        ("لم يشارك الوزير في الجلسة", "لا يشارك الوزير في الجلسة", None),
        ("لم يشارك الوزير في الجلسة", "رفض الوزير المشاركة في الجلسة", None),
        ("رفض المتحدث التعليق", "المتحدث رفض التعليق", None),
        ("ذلك ليس نزاعا محليا", "ذلك ليس ، بحسب مصادر، نزاعا محليا", None),
        ("غادر دون أن يعلق على أنه خسر", "غادر دون تعليق على أنه خسر", None),
    ],
)
def test_a_negation_that_goes_over_to_another_word_is_an_alert(a, b, expected):
    assert alerts(a, b) == ([("negation", *expected)] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("حرارة -5 و(-7) و−٨", ["حراره", "-5", "و", "-7", "و", "8"]),
        ("كوفيد-19 بين 5-7 أو 5 -7 أو 2015–2016", "كوفيد 19 بين 5 7 او 5 7 او 2015 2016".split()),
        ("5% 5 % %5 ٥٪ 1.5٪", ["5%"] * 4 + ["1.5%"]),
        ("500$ $500 500 € الـ£ فقط", ["500$", "500$", "500€", "ال", "£", "فقط"]),
        ("-$5 ثم US$1,500", ["-5$", "ثم", "us", "1500$"]),
        ("१५ و௧", ["15", "و", "1"]),
    ],
)
def test_signs_are_part_of_a_number(text, expected):
    assert forms(text) == expected
    assert [w.form for w in words(text)] == expected


@pytest.mark.parametrize("text", ["cafe\u0301 du nord", "\u1112\u1161\u11ab\u1100\u116e\u11a8 x", "ا\u0654حمد \u2126"])
def test_composed_and_decomposed_letters_are_one_word_in_its_place(text):
    composed = unicodedata.normalize("NFC", text)
    assert [w.form for w in words(text)] == forms(text) == forms(composed)
    assert [text[w.start : w.end] for w in words(text)] == text.split()
    assert difference(text, composed).edits == ()


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


@given(st.text(alphabet="ابتثأةى َ٠١٢,.ـ «»\u200fab-%٪$€ e\u0301\u1100\u1161१", max_size=30))
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
    assert [n.name for n in said(forms("ثلاثة من خمسين و٢١"))] == ["3", "50", "21"]
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
