"""Segments with offsets: golden files of the seeds, nothing lost on hostile text, paragraphs, clauses, speed."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.data import Article
from xlate.segment import GAP, paragraphs, segment, split_clauses

ROOT = Path(__file__).parent.parent
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))


def read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def check(article: Article) -> None:
    """The promises of `segment`, whatever the text."""
    got = segment(article)
    place = 0
    rebuilt = ""
    for index, s in enumerate(got):
        assert s.index == index
        assert s.id == f"{article.id}:{index:04d}"
        assert s.article == article.id
        assert s.text == article.text[s.start : s.end] != ""
        assert s.text[0] not in GAP
        assert s.text[-1] not in GAP
        gap = article.text[place : s.start]
        assert set(gap) <= set(GAP)
        rebuilt += gap + s.text
        place = s.end
    tail = article.text[place:]
    assert set(tail) <= set(GAP)
    assert rebuilt + tail == article.text
    numbers = [s.paragraph for s in got]
    assert numbers == sorted(numbers)
    assert sorted(set(numbers)) == list(range(len(set(numbers))))


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_seeds(path: Path) -> None:
    article = Article(path.stem, None, read(path))
    check(article)
    golden = read(ROOT / "tests/golden/segments" / f"{path.stem}.tsv")
    escaped = [s.text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r") for s in segment(article)]
    assert "".join(f"{s.role}\t{text}\n" for s, text in zip(segment(article), escaped, strict=True)) == golden


def test_there_are_five_seeds() -> None:
    assert len(SEEDS) == 5


NASTY = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            [*"اوبم .!?؟…،؛:\"'«»“”()[]{}-|\t\n\r\v\f\x00\x1c\x85\xa0\xad٢2ـ",
             "\u200b", "\u200d", "\u200e", "\u200f", "\u202b", "\u2028", "\u2029", "\u2066", "\ufeff", "\u06dd",
             "\u064f", "\r\n", "    ", "د. ", "ت.غ.", "قال", "وقال ", "...", "اقرأ أيضا", "الرئيسية", "👨‍👩‍👧", "https://a.b/c.d?e",
             "a@b.cd", "U.S.", "15.000", "هـ.", "\ud800"]
        ),
        max_size=60,
    ).map("".join),
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(NASTY, st.sampled_from(["ar", "en", "xx"]), st.one_of(st.none(), st.text(max_size=8)))
def test_nothing_is_lost(text: str, language: str, title: str | None) -> None:
    check(Article("a", title, text, language=language))


def test_gap_holds_white_space_and_what_cannot_be_seen() -> None:
    assert all(char.isspace() or not char.isprintable() for char in GAP)
    for ink in "\u06dd\u0600ـ﷽.،\u064f":
        assert ink not in GAP
    got = segment(Article("a", None, "\ufeff\u200f نعم.\x00\u200b لا.\u2069\r\n"))
    assert [(s.start, s.end) for s in got] == [(3, 7), (10, 13)]


@pytest.mark.parametrize("text", ["", " \n\r\n\t", "\x00\u200f"])
def test_nothing_there_gives_no_segment(text: str) -> None:
    assert segment(Article("a", None, text)) == []


@pytest.mark.parametrize(
    "text",
    ["ا" * 1_000_000, "كلمة " * 200_000, "نعم. " * 30_000, "«" * 300_000, '" ' * 150_000, "ا\n\n" * 20_000,
     " " * 1_000_000, "ا   " * 150_000],
    ids=["letters", "words", "sentences", "open", "quotes", "lines", "spaces", "items"],
)  # fmt: skip
def test_a_megabyte_takes_seconds(text: str) -> None:
    begin = time.process_time()
    segments = segment(Article("a", None, text))
    assert time.process_time() - begin < 15
    assert sum(len(s.text) for s in segments) <= len(text)


def test_every_line_is_a_paragraph() -> None:
    text = "أول سطر هنا.\r\n\r\nثانٍ هنا. وثالث.\u2028رابع\rخامس"
    got = segment(Article("a", None, text))
    assert [(s.paragraph, s.text) for s in got] == [
        (0, "أول سطر هنا."),
        (1, "ثانٍ هنا."),
        (1, "وثالث."),
        (2, "رابع"),
        (3, "خامس"),
    ]


WRAPPED = """\
قال وزير الخارجية إن المشاورات بين الدول المعنية مستمرة منذ أسابيع
طويلة، وإنها ستفضي إلى اتفاق قريب. وأضاف أن الأطراف كلها تريد الحل
السياسي، وأن المجتمع الدولي يدعمه دون تحفظ ويرى فيه السبيل الوحيد.

ورفضت المعارضة هذا الكلام، وقالت إن الحكومة لم تقدم أي ضمانات حتى
الآن، وإن المفاوضات متوقفة فعليا منذ شهر.
"""


def test_hard_wrapped_paragraphs_are_joined() -> None:
    got = segment(Article("a", None, WRAPPED))
    assert [s.paragraph for s in got] == [0, 0, 1]
    assert got[0].text.startswith("قال وزير")
    assert got[0].text.endswith("أسابيع\nطويلة، وإنها ستفضي إلى اتفاق قريب.")
    assert got[2].text.endswith("منذ شهر.")
    check(Article("a", None, WRAPPED))


def test_a_list_of_headlines_is_not_taken_for_wrapped_text() -> None:
    lines = ["تنسيق أمني جزائري مصري تونسي لمواجهة تنظيم داعش في ليبيا اليوم", "مقتل ثلاثة في قصف على ريف حلب",
             "الحكومة تعلن عن خطة جديدة لدعم الفلاحين", "انطلاق المهرجان الدولي للفيلم في دورته العاشرة",
             "ارتفاع أسعار النفط"]  # fmt: skip
    assert len(paragraphs("\n".join(lines))) == 5


LONG = (
    "قال الوزير إن المشاورات مستمرة منذ أسابيع، وإنها ستفضي إلى اتفاق قريب بين الأطراف كلها؛ وأضاف: «نريد الحل السياسي "
    "الذي يرضي الجميع، ونرفض الحرب»، مشيرا إلى أن 1,500 شخص عادوا عند 07:50 إلى بيوتهم في المدينة القديمة"
)


def parts(text: str, most: int) -> list[str]:
    spans = split_clauses(text, lambda part: len(part.split()) <= most)
    assert "".join(text[start:end] for start, end in spans) == text
    return [text[start:end] for start, end in spans]


def test_clauses_are_cut_at_the_best_mark_near_the_middle() -> None:
    assert parts(LONG, 100) == [LONG]
    got = parts(LONG, 22)
    assert [len(part.split()) <= 22 for part in got] == [True] * len(got)
    assert got[0].endswith("كلها؛ ")
    assert all(part.rstrip().endswith(("،", "؛", ":", "»", "»،")) for part in got[:-1])


def test_clauses_never_cut_numbers_or_times() -> None:
    joined = "|".join(parts(LONG, 4))
    assert "1,500" in joined
    assert "07:50" in joined


def test_clauses_fall_back_to_conjunctions_then_spaces_then_letters() -> None:
    assert parts("ذهب الولد إلى السوق صباحا وعاد البيت مساء ومعه خبز", 6)[1].startswith("وعاد")
    assert parts("واحد اثنان ثلاثة أربعة", 2) == ["واحد اثنان ", "ثلاثة أربعة"]
    spans = split_clauses("ا" * 100, lambda part: len(part) <= 30)
    assert [end - start for start, end in spans] == [25, 25, 25, 25]


def test_clauses_keep_marks_with_their_letters() -> None:
    text = "بُ" * 10
    spans = split_clauses(text, lambda part: len(part) <= 3)
    assert all(text[start] == "ب" for start, _ in spans)
    family = "👨‍👩‍👧"
    assert split_clauses(family, lambda part: len(part) < 2) == [(0, len(family))]
    assert split_clauses("", lambda part: False) == []


@settings(max_examples=200, deadline=None)
@given(NASTY, st.integers(1, 30))
def test_clauses_tile_the_text(text: str, most: int) -> None:
    spans = split_clauses(text, lambda part: len(part) <= most)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)


def test_clauses_are_fast() -> None:
    begin = time.process_time()
    got = split_clauses("كلمة، " * 50_000, lambda part: len(part) <= 400)
    assert time.process_time() - begin < 10
    assert all(200 <= end - start <= 400 for start, end in got[:-1])
