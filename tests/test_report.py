"""The reading room without a browser: what is read, what is written, and that text stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from conftest import xlate
from hypothesis import given
from hypothesis import strategies as st

from xlate.check import KINDS
from xlate.data import Cluster, Flag, Member, Segment, Translation
from xlate.errors import InputError, OutputError
from xlate.report import write_page
from xlate.report.linked import pack
from xlate.report.load import load
from xlate.report.room import build
from xlate.report.sharing import MATRIX_LARGEST
from xlate.report.text import Mark, marked, rich, shorten, unwritable
from xlate.report.versions import alerts, versions, word_marks
from xlate.report.words import FLAGS, flag_label, needs_a_look, origin_class, origin_label

ARTICLES = (
    {"id": "a", "source": "Al-Khabar", "published": "2016-05-17", "url": "https://example.org/a"},
    {"id": "b", "source": "Echorouk", "published": "2016-05-18T09:30:00"},
    {"id": "c", "path": "c.txt"},
)
ROWS = (
    ("a:0000", "ليبيا: اجتماع في الجزائر", "Libya: meeting in Algiers", {"role": "headline", "paragraph": 0}),
    ("a:0001", "قال أحمد إن 20 شخصا قتلوا.", "Ahmed said 12 people were killed.", {"flags": [("numbers", "20 → 12")]}),
    ("a:0002", "لم يذكر تنظيم «داعش» ذلك.", "Daesh did not mention that.", {"score": -2.0}),
    ("a:0003", "اشترك في النشرة", "", {"role": "boilerplate", "origin": "skipped", "score": None, "paragraph": 2}),
    ("b:0000", "قال أحمد إن 25 شخصا قتلوا.", "Ahmed said 25 people were killed.", {}),
    ("b:0001", "وتكرر القول.", "And so on and so on.", {"origin": "retry beam_size=1"}),
    ("b:0002", "https://example.org/x", "https://example.org/x", {"origin": "copied", "score": None, "paragraph": 2}),
    ("c:0000", "لم يذكر تنظيم «داعش» ذلك.", "Daesh did not mention that.", {"origin": "split in 2"}),
)


def difference(a: str, b: str, old: str, new: str, kind: str) -> dict[str, Any]:
    """An edit script of one step, as xlate.share writes it."""
    spans = [{"start": t.index(w), "end": t.index(w) + len(w), "text": w} for t, w in ((a, old), (b, new))]
    return {
        "edits": [{"op": "replace", "kind": kind, "a": spans[0], "b": spans[1]}],
        "alerts": [{"kind": kind, "a": [old], "b": [new]}],
    }


def clusters() -> list[dict[str, Any]]:
    """Two clusters over ROWS: a sentence with another number, and one that is the same."""
    texts = {key: source for key, source, _, _ in ROWS}
    changed = difference(texts["a:0001"], texts["b:0000"], "20", "25", "number")
    return [
        {
            "id": "near1",
            "tier": "near-duplicate",
            "score": 0.93,
            "members": [member(key, texts[key]) for key in ("b:0000", "a:0001")],
            "evidence": {
                "first": {"article": "a", "published": "2016-05-17"},
                "pairs": [
                    {"a": "a:0001", "b": "b:0000", "tier": "near-duplicate", "score": 0.93, "difference": changed}
                ],
                "alerts": [changed["alerts"][0] | {"pair": ["a:0001", "b:0000"]}],
            },
        },
        {
            "id": "same1",
            "tier": "verbatim",
            "score": 1.0,
            "members": [member(key, texts[key]) for key in ("a:0002", "c:0000")],
            "evidence": {"identical": True},
        },
    ]


def member(key: str, text: str) -> dict[str, Any]:
    return {"article": key.split(":")[0], "segment": key, "start": 0, "end": len(text), "text": text}


def make_bundle(
    out: Path,
    rows: Sequence[tuple[str, str, str, Mapping[str, Any]]] = ROWS,
    articles: Sequence[Mapping[str, Any]] = ARTICLES,
    shared: Sequence[Mapping[str, Any]] | None = None,
    scores: Mapping[str, Any] | None = None,
    **run: Any,
) -> Path:
    """Write a bundle as `xlate run` does: (segment id, Arabic, English, what differs from a plain sentence) a row."""
    out.mkdir(parents=True, exist_ok=True)
    places: dict[str, int] = {}
    lines = []
    for key, source, target, other in rows:
        article = key.rpartition(":")[0]
        place = places[article] = places.get(article, -1) + 1
        row = {"id": key, "article": article, "index": place, "paragraph": 1, "start": 0, "end": len(source)}
        row |= {"role": "body", "source": source, "target": target, "score": -0.5, "flags": [], "origin": "model"}
        row |= other
        row["flags"] = [{"kind": kind, "evidence": evidence} for kind, evidence in row["flags"]]
        lines.append(json.dumps(row))
    (out / "bitext.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    report = {"xlate": "0.1.0", "signature": "model:tiny", "model": {"name": "tiny"}, "settings": {"length_penalty": 1}}
    (out / "run.json").write_text(json.dumps(report | {"articles": list(articles)} | run), encoding="utf-8")
    for name, data in (("shared.jsonl", shared), ("scores.json", scores)):
        if data is not None:
            text = "".join(json.dumps(c) + "\n" for c in data) if name == "shared.jsonl" else json.dumps(data)
            (out / name).write_text(text, encoding="utf-8")
    return out


def page_of(out: Path, **parts: Any) -> str:
    return write_page(make_bundle(out, **parts)).read_text(encoding="utf-8")


class Reader(HTMLParser):
    """The elements and the text of a page, the text of each row's two sides apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.sides: list[str] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "p":
            self._inside = dict(attrs).get("class") in ("en", "ar")
            if self._inside:
                self.sides.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.sides[-1] += data


def plain(html: str) -> str:
    """The text content of a piece of HTML."""
    reader = Reader(f'<p class="en">{html}</p>')
    return reader.sides[0]


# text


@given(st.text(), st.sampled_from(["ar", "en"]))
def test_text_content_is_the_text(text: str, language: str) -> None:
    expected = re.sub("[\x00\ud800-\udfff]", "\ufffd", text)
    assert plain(rich(text, language)) == expected


@given(st.text(alphabet="aب ‮1<&", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5))
def test_marks_lose_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    assert plain(marked(text, "ar", [Mark(a, b, "number") for a, b in spans])) == text


@pytest.mark.parametrize(
    ("text", "language", "html"),
    [
        ("نظام Windows XP (SP2)", "ar", 'نظام <bdi dir="ltr">Windows XP</bdi> (<bdi dir="ltr">SP2</bdi>)'),
        ("طائرة F-16 و3D", "ar", 'طائرة <bdi dir="ltr">F-16</bdi> و<bdi dir="ltr">3D</bdi>'),
        ("انظر https://a.org/b?c=1.", "ar", 'انظر <bdi dir="ltr">https://a.org/b?c=1</bdi>.'),
        ("في 17/05/2016 كان 50%", "ar", "في 17/05/2016 كان 50%"),
        ("the word حزب الله (party)", "en", 'the word <bdi lang="ar" dir="rtl">حزب الله</bdi> (party)'),
        ("a\u202eb", "en", 'a<bdi class="bc" data-c="RLO">\u202e</bdi>b'),
        ("<b onclick=x>&amp;", "en", "&lt;b onclick=x&gt;&amp;amp;"),
        ("a\r\nb", "en", "a&#13;\nb"),
    ],
)
def test_rich(text: str, language: str, html: str) -> None:
    assert rich(text, language) == html


def test_long_runs_of_digits_and_letters_take_linear_time() -> None:
    for text in ("1" * 200_000, "1." * 100_000, "a-" * 100_000, "ا " * 100_000, "\u202e" * 20_000):
        assert plain(rich(text, "ar")) == text


def test_marks_nest_isolates_and_give_way() -> None:
    html = marked("قال X2 ليلا", "ar", [Mark(4, 6, "name"), Mark(5, 8, "wording"), Mark(9, 9, "number")])
    assert html == ('قال <mark class="name"><bdi dir="ltr">X2</bdi></mark><mark class="wording"> ل</mark>يلا')


def test_unwritable_characters_are_counted() -> None:
    assert unwritable(["a\x00b", "\ud800", "ok"]) == 2


def test_shorten() -> None:
    assert shorten("a  b\nc") == "a b c"
    assert shorten("one two three", 12) == "one two…"
    assert shorten("x" * 301) == "x" * 299 + "…"


# plain words


def test_every_kind_of_flag_has_a_label() -> None:
    assert list(FLAGS) == list(KINDS)
    assert flag_label("strange") == "strange"


@pytest.mark.parametrize(
    ("origin", "name", "label", "look"),
    [
        ("model", "model", "Made by model", False),
        ("memory", "model", "Made by memory", False),
        ("copied", "copied", "Copied", False),
        ("skipped", "skipped", "Not translated", False),
        ("split in 3", "split", "Translated in 3 parts", False),
        ("retry beam_size=1", "repaired", "Repaired", True),
        ("retry split in 2", "repaired", "Repaired, in 2 parts", True),
        ("model, worded as a:0001", "model", "Made by model", False),
        ("split in 3, worded as a:0001", "split", "Translated in 3 parts", False),
        ("by hand", "by hand", "Made by by hand", True),
    ],
)
def test_origins(origin: str, name: str, label: str, look: bool) -> None:
    translation = Translation(Segment("x:0", "x", 0, 0, 0, 1, "ا"), "a", -1.0, (), origin)
    assert (origin_class(origin), origin_label(origin), needs_a_look(translation)) == (name, label, look)


# versions


def cluster(tier: str, texts: Mapping[str, str], **evidence: Any) -> tuple[Cluster, dict[str, Translation]]:
    members = tuple(Member(key, f"{key}:0", 0, len(text), text) for key, text in texts.items())
    translations = {
        f"{key}:0": Translation(Segment(f"{key}:0", key, 0, 0, 0, len(text), text), f"says {text}", -1.0)
        for key, text in texts.items()
    }
    return Cluster("k", tier, 0.9, members, evidence), translations  # type: ignore[arg-type]


def test_versions_mark_the_edit_script_whichever_side_is_first() -> None:
    texts = {"p": "قتل 20 رجلا", "q": "قتل 25 رجلا"}
    pair = {"a": "p:0", "b": "q:0", "difference": difference(texts["p"], texts["q"], "20", "25", "number")}
    found, translations = cluster("near-duplicate", texts, pairs=[pair])
    for order in ({"p": 0, "q": 1}, {"p": 1, "q": 0}):
        shown = versions(found, translations, order)
        assert [v.members[0].article for v in shown] == sorted(order, key=order.__getitem__)
        assert {v.members[0].article: str(v.arabic) for v in shown} == {
            "p": 'قتل <mark class="number">20</mark> رجلا',
            "q": 'قتل <mark class="number">25</mark> رجلا',
        }


def test_identical_members_stand_for_one_another() -> None:
    texts = {"p": "قتل 20 رجلا", "q": "قتل 25 رجلا", "r": "قتل 20 رجلا."}
    pair = {"a": "r:0", "b": "q:0", "difference": difference(texts["r"], texts["q"], "20", "25", "number")}
    found, translations = cluster("near-duplicate", texts, pairs=[pair], same=[["r:0", "p:0"]])
    shown = versions(found, translations, {"p": 0, "q": 1, "r": 2})
    assert str(shown[0].arabic) == 'قتل <mark class="number">20</mark> رجلا'
    assert str(shown[2].arabic) == "قتل 20 رجلا."


def test_the_same_text_is_one_version_with_all_its_articles() -> None:
    found, translations = cluster("verbatim", {"p": "نص", "q": "نص", "r": "نَصّ"}, identical=False)
    shown = versions(found, translations, {"r": 0})
    assert [[m.article for m in v.members] for v in shown] == [["r"], ["p", "q"]]
    assert "<mark" not in shown[0].arabic  # vowel signs are spelling, not a change


def test_words_are_compared_where_there_is_no_edit_script() -> None:
    found, translations = cluster("near-duplicate", {"p": "قال الوزير اليوم", "q": "قال الرئيس اليوم"})
    shown = versions(found, translations, {"p": 0})
    assert str(shown[1].arabic) == 'قال <mark class="wording">الرئيس</mark> اليوم'
    assert 'says <bdi lang="ar" dir="rtl">قال</bdi>' in shown[1].english
    assert shown[1].english.count("<mark") == 1


def test_passages_are_marked_with_what_differs_inside() -> None:
    texts = {"p": "قال إن الأمر كله جديد", "q": "الأمر كله قديم حقا"}
    pair = {
        "a": "p:0",
        "b": "q:0",
        "fragment": {"a_start": 7, "a_end": 21, "a_text": texts["p"][7:21], "b_start": 0, "b_end": 14}
        | {"b_text": texts["q"][:14]},
        "difference": difference(texts["p"], texts["q"], "جديد", "قديم", "wording"),
    }
    found, translations = cluster("quotation", texts, pairs=[pair])
    shown = versions(found, translations, {"p": 0})
    common, changed = '<mark class="common">', '<mark class="wording">'
    assert str(shown[0].arabic) == f"قال إن {common}الأمر كله </mark>{changed}جديد</mark>"
    assert str(shown[1].arabic) == f"{common}الأمر كله </mark>{changed}قديم</mark> حقا"
    assert "<mark" not in shown[0].english


def test_english_steps_without_an_arabic_reason_are_noise() -> None:
    texts = {"p": "قتل 20 رجلا", "q": "قتل 25 رجلا"}
    found, translations = cluster("near-duplicate", texts)
    english = [
        {"op": "replace", "a": {"start": 5, "end": 8, "text": "قتل"}, "b": {"start": 5, "end": 8, "text": "قتل"}},
        {"op": "replace", "a": {"start": 9, "end": 11, "text": "20"}, "b": {"start": 9, "end": 11, "text": "25"}},
        {"op": "replace", "a": {"start": 0, "end": 4, "text": "gone"}, "b": {"start": 0, "end": 4, "text": "says"}},
    ]
    for step, tied in zip(english, ([], [0], [0, 7]), strict=True):
        step["arabic"] = tied
    pair = {
        "a": "p:0",
        "b": "q:0",
        "difference": difference(texts["p"], texts["q"], "20", "25", "number") | {"english": english},
    }
    found, translations = cluster("near-duplicate", texts, pairs=[pair])
    shown = versions(found, translations, {"p": 0})
    assert re.findall(r'<mark class="(\w+)">(?:<bdi[^>]*>)?(\w+)', shown[0].english) == [
        ("noise", "قتل"),
        ("number", "20"),
    ]
    assert re.findall(r'<mark class="(\w+)">(?:<bdi[^>]*>)?(\w+)', shown[1].english) == [
        ("number", "says"),
        ("noise", "قتل"),
        ("number", "25"),
    ]


def test_paraphrases_are_shown_without_marks() -> None:
    found, translations = cluster(
        "paraphrase", {"p": "قال الوزير", "q": "صرح المسؤول"}, pairs=[{"a": "p:0", "b": "q:0"}]
    )
    assert not any("<mark" in v.arabic + v.english for v in versions(found, translations, {}))


@pytest.mark.parametrize(
    "evidence",
    [
        {"pairs": 3, "same": "x", "alerts": [1, {"kind": "number"}, {"kind": "number", "pair": 7}]},
        {"pairs": [{"a": "p:0", "b": "q:0", "difference": {"edits": [{"a": 1, "b": {"start": "x", "end": None}}]}}]},
        {"pairs": [{"a": "p:0", "b": "q:0", "difference": {"edits": [{"kind": "?", "a": {"start": 90, "end": 99}}]}}]},
        {"pairs": [{"a": "p:0", "b": "q:0", "fragment": {"a_start": None}}], "first": 4},
    ],
)
def test_strange_evidence_does_no_harm(evidence: dict[str, Any]) -> None:
    found, translations = cluster("quotation", {"p": "نص", "q": "نص آخر"}, **evidence)
    assert [plain(v.arabic) for v in versions(found, translations, {"p": 0})] == ["نص", "نص آخر"]
    assert alerts(found) == []


def test_word_marks_ignore_punctuation_and_spelling() -> None:
    assert word_marks("قال أحمد، نعم", "قال احمد: نعم.", "wording") == ([], [])
    assert word_marks("one two three", "one 2 three four", "w") == (
        [Mark(4, 7, "w")],
        [Mark(4, 5, "w"), Mark(12, 16, "w")],
    )


# the page


def test_overview_counts(tmp_path: Path) -> None:
    room = build(load(make_bundle(tmp_path, shared=clusters())))
    assert room.counts == {
        "articles": 3,
        "sentences": 7,
        "boilerplate": 1,
        "looks": 2,
        "shared": 4,
        "linked": 0,
        "misfits": 0,
        "unwritable": 0,
    }
    assert room.flags == {"numbers": 1}
    assert room.origins == {"repaired": 1, "split": 1, "copied": 1, "skipped": 1}
    a, b, c = room.articles
    assert (a.english, a.arabic, a.name) == ("Libya: meeting in Algiers", "ليبيا: اجتماع في الجزائر", "Al-Khabar")
    assert (a.sentences, a.words, a.looks, a.shared) == (3, 4 + 6 + 5, 1, 2)
    assert [(s.other, s.sentences, round(s.share, 2)) for s in a.shares] == [("b", 1, 0.33), ("c", 1, 0.33)]
    assert (b.looks, c.name, c.arabic) == (1, "Daesh did not mention that.", ROWS[-1][1])  # neither source nor headline


def test_matrix(tmp_path: Path) -> None:
    matrix = build(load(make_bundle(tmp_path, shared=clusters()))).matrix
    assert matrix is not None
    assert (matrix.of, matrix.names) == ("articles", ("Al-Khabar", "Echorouk", "Daesh did not mention that."))
    assert matrix.rows == ((None, (1, 3), (1, 3)), ((1, 3), None, (0, 0)), ((1, 9), (0, 0), None))


def test_matrix_of_sources_where_there_are_too_many_articles(tmp_path: Path) -> None:
    count = MATRIX_LARGEST + 2
    rows = [(f"n{i}:0000", "نص مشترك", "shared text", {}) for i in range(count)]
    articles = [{"id": f"n{i}", "source": f"S{i % 2}"} for i in range(count)]
    everywhere = {
        "id": "k",
        "tier": "verbatim",
        "score": 1,
        "members": [member(key, "نص مشترك") for key, *_ in rows],
        "evidence": {},
    }
    matrix = build(load(make_bundle(tmp_path, rows, articles, [everywhere]))).matrix
    assert matrix is not None
    assert (matrix.of, matrix.names) == ("sources", ("S0", "S1"))
    assert matrix.rows == ((None, (count // 2, 9)), ((count // 2, 9), None))
    page = write_page(tmp_path).read_text(encoding="utf-8")
    assert f"<bdi>S1 (1)</bdi>, <bdi>S0 (6)</bdi>, <bdi>S1 (6)</bdi> and {count - 4} more" in page


def test_gravest_first_and_earliest_first(tmp_path: Path) -> None:
    room = build(load(make_bundle(tmp_path, shared=clusters()[::-1])))
    assert [c.id for c in room.shared] == ["near1", "same1"]
    assert [v.members[0].article for v in room.shared[0].versions] == ["a", "b"]
    also = room.articles[1].blocks[0].sentences[0].also[0]
    assert (also.label, also.names, also.more, also.alerts) == ("Edited", ("Al-Khabar",), 0, ("Numbers",))


def test_a_repeat_inside_one_article_is_no_sharing(tmp_path: Path) -> None:
    rows = [("a:0000", "نص", "text", {}), ("a:0001", "نص", "text", {})]
    repeat = {"id": "r", "tier": "verbatim", "score": 1, "members": [member(k, "نص") for k, *_ in rows], "evidence": {}}
    room = build(load(make_bundle(tmp_path, rows, ARTICLES[:1], [repeat])))
    assert (room.shared, [c.id for c in room.repeats], room.counts["shared"]) == ((), ["r"], 0)
    assert room.articles[0].blocks[0].sentences[0].also == ()


def test_shades_are_relative_and_confidence_needs_a_plain_length_penalty(tmp_path: Path) -> None:
    rows = [(f"a:{n:04d}", "نص", "text", {"score": -n / 100}) for n in range(100)]
    room = build(load(make_bundle(tmp_path / "1", rows, ARTICLES[:1])))
    sentences = room.articles[0].blocks[0].sentences
    assert [sum(s.shade == shade for s in sentences) for shade in range(4)] == [75, 15, 7, 3]
    assert sentences[99].shade == 3
    assert sentences[50].confidence == pytest.approx(0.6065, abs=1e-4)
    room = build(load(make_bundle(tmp_path / "2", rows, ARTICLES[:1], settings={"length_penalty": 0.6})))
    assert {s.confidence for s in room.articles[0].blocks[0].sentences} == {None}
    assert room.shades == ()


def test_shades_go_by_the_quality_where_it_was_estimated(tmp_path: Path) -> None:
    rows = [(f"a:{n:04d}", "نص", "text", {"score": -n / 100, "quality": (50 + n) / 200}) for n in range(100)]
    rows.append(("a:0100", "12", "12", {"score": None, "quality": None}))
    quality = {"mean": 0.5, "calibrated": True}
    out = make_bundle(tmp_path / "1", rows, ARTICLES[:1], quality=quality)
    room = build(load(out))
    sentences = room.articles[0].blocks[0].sentences
    assert [sentences[n].shade for n in (0, 5, 20, 99, 100)] == [3, 2, 1, 0, None]
    assert (sentences[50].confidence, sentences[100].confidence) == (0.5, None)
    assert room.shades == (0.375, 0.3, 0.265)
    page = write_page(out).read_text(encoding="utf-8")
    assert "chrF, as a share of 1" in page
    assert 'title="quality 0.50"' in page
    assert "not calibrated for this model" not in page
    other = make_bundle(tmp_path / "2", rows, ARTICLES[:1], quality=quality | {"calibrated": False})
    assert "not calibrated for this model" in write_page(other).read_text(encoding="utf-8")
    (out / "bitext.jsonl").write_text((out / "bitext.jsonl").read_text().replace("0.25}", '"good"}'))
    with pytest.raises(InputError, match=r"quality is not a number; "):
        load(out)


def test_same_bundle_same_bytes(tmp_path: Path) -> None:
    out = make_bundle(tmp_path, shared=clusters(), timings={"read": 1.0}, counts={"from_memory": 3})
    first = write_page(out).read_bytes()
    make_bundle(tmp_path, shared=clusters(), timings={"read": 2.0}, counts={"from_memory": 99})
    assert write_page(out).read_bytes() == first
    assert [p.name for p in out.iterdir() if p.name.startswith(".")] == []


def test_the_policy_names_the_style_and_the_script_and_nothing_else(tmp_path: Path) -> None:
    page = page_of(tmp_path, shared=clusters())
    reader = Reader(page)
    (policy,) = [a["content"] for t, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy"]
    parts = dict(part.split(" ", 1) for part in str(policy).split("; "))
    style, script = (re.findall(rf"<{t}>(.*?)</{t}>", page, re.DOTALL) for t in ("style", "script"))
    for kind, bodies in (("style-src", style), ("script-src", script)):
        (body,) = bodies
        assert parts[kind] == f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"
    assert parts["default-src"] == "'none'"
    assert not any(name == "style" or name.startswith("on") for _, attributes in reader.tags for name in attributes)
    assert not any(tag in ("img", "link", "iframe", "object", "base") for tag, _ in reader.tags)


HOSTILE = (
    "<script>window.hit=1</script>",
    "</p></div></script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '" onmouseover="window.hit=1" x="',
    "]]> <!-- --> <![CDATA[ &lt;b&gt; &#x3c; &amp;amp;",
    "\u202eنص معكوس\u202d \u2066x\u2069 \u200f",
    "{{ 7 * 7 }} {% raw %} ${window.hit=1} `x`",
    "a\tb\u2028c\u2029d\x0be\x7f\x85\ufeff",
    "</style><style>*{display:none}</style>",
    "نص " + "و" * 5000,
)


def hostile_bundle(out: Path) -> Path:
    rows: list[tuple[str, str, str, dict[str, Any]]] = [
        (f"h:{n:04d}", text, text, {"flags": [("numbers", text)], "origin": text if n == 3 else "model"})
        for n, text in enumerate(HOSTILE)
    ]
    title = "<b>" * 4000 + "</title><script>window.hit=1</script>"
    rows.append((f'h"><script>window.hit=1</script>:{len(rows):04d}', title, title, {"role": "headline"}))
    rows.append(("g g\u202e'&:0000", "نص", "text", {}))
    texts = {key: source for key, source, _, _ in rows}
    keys = [rows[1][0], rows[-2][0]]
    shared = [
        {
            "id": '"><img src=x onerror=window.hit=1>',
            "tier": "near-duplicate",
            "score": 0.5,
            "members": [
                {"article": k.rpartition(":")[0], "segment": k, "start": 0, "end": 1, "text": texts[k]} for k in keys
            ],
            "evidence": {"alerts": [{"kind": "name", "a": ["<script>"], "b": ["</script>"], "pair": keys}]},
        }
    ]
    names = dict.fromkeys(key.rpartition(":")[0] for key, *_ in rows)
    articles = [
        {"id": name, "title": HOSTILE[1], "source": HOSTILE[2], "published": "<b>", "url": "javascript:window.hit=1"}
        for name in names
    ]
    return make_bundle(
        out, rows, articles, shared, signature=HOSTILE[1], problems=[{"path": HOSTILE[0], "message": "<"}]
    )


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    out = hostile_bundle(tmp_path)
    page = write_page(out).read_text(encoding="utf-8")
    reader = Reader(page)
    tags = [tag for tag, _ in reader.tags]
    assert (tags.count("script"), tags.count("style"), tags.count("img")) == (2, 1, 0)
    assert not [a for _, a in reader.tags if str(a.get("href", "")).lower().startswith("javascript")]
    known = set(reader.sides)
    for row in map(json.loads, (out / "bitext.jsonl").read_text(encoding="utf-8").splitlines()):
        assert row["source"] in known
        assert row["target"] in known
    data = json.loads(page.split('id="room-data">')[1].split("</script>")[0])
    assert data["segments"][0][7] == [{"kind": "numbers", "evidence": HOSTILE[0]}]
    assert data["signature"] == HOSTILE[1]


def test_control_characters_that_json_and_html_cannot_share(tmp_path: Path) -> None:
    page = page_of(tmp_path, rows=[("a:0000", "\x00\ud800\rx", "ok", {})], articles=[], signature="\x00\r\ud800<")
    assert "2 characters that HTML cannot hold stand here as \ufffd." in page
    assert json.loads(page.split('id="room-data">')[1].split("</script>")[0])["signature"] == "\x00\r\ud800<"


def test_scores_and_what_made_it(tmp_path: Path) -> None:
    score = {"metric": "BLEU", "value": 22.84, "signature": "nrefs:1|v:2", "n": 60, "confidence": 3.71}
    scores = {"corpus": [score], "articles": {"a": [score | {"value": 9.0}]}, "without_reference": 1}
    page = page_of(
        tmp_path, scores=scores, versions={"python": "3.11"}, problems=[{"path": "x.bin", "message": "no text"}]
    )
    for text in (
        "22.8",
        "3.7",
        "nrefs:1|v:2",
        "9.0",
        "1 translated sentence has no reference",
        "python 3.11",
        "no text",
    ):
        assert text in page


def test_a_bundle_of_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path, rows=[], articles=[])
    assert "No article came out of this run." in page
    page = page_of(tmp_path, rows=[], articles=[{"id": "empty"}])
    assert "This article holds no sentence." in page
    assert "not compared" in page


def test_five_thousand_segments_fit_twelve_megabytes(tmp_path: Path) -> None:
    arabic = (
        "وقال الدبلوماسي الأمريكي إن بلاده مستعدة لتقديم أي مساعدة تطلبها حكومة الوفاق في هذا الصدد، معتبرا أن تشكيل "
    )
    arabic += (
        "حكومة ليبية موحدة خطوة أساسية لمواجهة الإرهاب، وأضاف المسؤول أن بلاده تخشى تمدد التنظيم في ليبيا نحو المغرب."
    )
    english = "The US diplomat said that his country is ready to provide any assistance that the Government of Accord may ask "
    english += "for, calling a unified Libyan government an essential step, and added that it fears the organization expanding."
    rows = [(f"article-{n // 20:04d}:{n % 20:04d}", f"{arabic} {n}", f"{english} {n}", {}) for n in range(5000)]
    articles = [{"id": f"article-{n:04d}", "source": f"S{n % 9}", "published": "2016-05-17"} for n in range(250)]
    shared = [
        {
            "id": f"k{n}",
            "tier": "near-duplicate",
            "score": 0.9,
            "members": [member(rows[i][0], rows[i][1]) for i in (n, n + 2500)],
            "evidence": {},
        }
        for n in range(0, 2500, 2)
    ]
    path = write_page(make_bundle(tmp_path, rows, articles, shared))
    assert 4e6 < path.stat().st_size <= 12e6


# word links


@pytest.mark.parametrize(
    ("alignment", "packed"),
    [
        (None, ""),
        ("", ""),
        ("  ", ""),
        ("0-0", "0"),
        ("1-0 2-1 2-2 0-4 3-4", "1  = - 0,3"),
        ("0-4 2-1 1-0 2-2\t3-4 0-4", "1  = - 0,3"),
        ("4-2", "- - 4"),
        ("0-0 1-2", "0 - "),
        ("4-4 0-0 5-0", "0,5 - - - 4"),
        # misfits
        ("0-5", None),
        ("6-0", None),
        ("0-0 9999999999999999999999-0", None),
        ("-1-0", None),
        ("0--1", None),
        ("0-0 1", None),
        ("0-0-0", None),
        ("٠-٠", None),
        ("0–0", None),
        ("<script>", None),
        (0, None),
        (False, None),
        ([[0, 0]], None),
        ({"0": 0}, None),
    ],
)
def test_links_are_packed_or_do_not_fit(alignment: object, packed: str | None) -> None:
    assert pack(alignment, "ا ب\u2003ج\x1cد\u00a0ه و", "a b c\u3000d e") == packed


def test_links_count_words_as_the_bitext_does() -> None:
    assert pack("1-1", "a\ufeffb", "a\u200bb c") is None  # neither is white space
    assert pack("0-0", "", "a") is None


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, unique=True))
def test_packed_links_are_the_links(links: list[tuple[int, int]]) -> None:
    text = "a b c d e f g"
    packed = pack(" ".join(f"{i}-{j}" for i, j in links), text, text)
    assert packed
    found, own = [], [0]
    for j, item in enumerate(packed.split(" ")):
        if item != "-":
            own = {"": [own[-1] + 1], "=": own}.get(item) or [int(i) for i in item.split(",")]
            found += [(i, j) for i in own]
    assert sorted(found) == sorted(links)


def test_links_that_do_not_fit_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [(f"a:{n:04d}", "نص آخر", "other text", {"alignment": a}) for n, a in enumerate(["0-1 1-0", "0-2", 7, None])]
    page = page_of(tmp_path, rows=rows, articles=ARTICLES[:1])
    segments = json.loads(page.split('id="room-data">')[1].split("</script>")[0])["segments"]
    assert [segment[10:] for segment in segments] == [["1 0"], [], [], []]
    assert "<p>2 sentences have word links that do not fit their words; they are left out.</p>" in page
    page = page_of(tmp_path, rows=rows[:2], articles=ARTICLES[:1])
    assert "<p>1 sentence has word links that do not fit its words; they are left out.</p>" in page
    assert "do not fit" not in page_of(tmp_path, rows=rows[:1], articles=ARTICLES[:1])


@pytest.mark.parametrize(
    ("attention", "quality"),
    [
        ({"usable": True, "f1": 0.8, "measured_on": "x"}, ": F1 0.80 against links made by hand, where 1 is every"),
        ({"f1": 1}, ": F1 1.00 against"),
        ({"usable": True}, None),
        ({"f1": "<b>"}, None),
        ({"f1": True}, None),
        ({"f1": float("nan")}, None),
        ({"f1": 7}, None),
        ([0.8], None),
        (None, None),
    ],
)
def test_the_legend_says_what_word_links_are_worth(tmp_path: Path, attention: object, quality: str | None) -> None:
    rows = [("a:0000", "نص", "text", {"alignment": "0-0"})]
    page = page_of(tmp_path, rows=rows, articles=[], model={"name": "tiny", "attention": attention})
    legend = page.split("<dt>Word links</dt>")[1].split("</dd>")[0]
    assert (quality in legend) if quality else "F1" not in legend
    assert "Word links" not in page_of(tmp_path, articles=[], model={"name": "tiny", "attention": attention})


# errors


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("run.json", None, "{out}: holds no bundle (run.json is missing); make one with xlate run INPUT... -o {out}"),
        ("run.json", "[]", "{out}/run.json: is not a JSON object; make the bundle again with xlate run"),
        ("run.json", b"\xff", "{out}/run.json: is not UTF-8 (byte 0); make the bundle again with xlate run"),
        ("run.json", "{", "{out}/run.json: is not JSON (Expecting property name"),
        (
            "run.json",
            '{"articles": {}}',
            "{out}/run.json: articles is not a list; make the bundle again with xlate run",
        ),
        ("run.json", '{"articles": [{"id": 1}]}', "{out}/run.json: articles holds something that is no article; make"),
        (
            "bitext.jsonl",
            None,
            "{out}/bitext.jsonl: is missing, and the page is made from it; run again with --format jsonl",
        ),
        ("bitext.jsonl", "{]\n", "{out}/bitext.jsonl: line 1: "),
        (
            "bitext.jsonl",
            '{"source": "a", "target": "b"}\n',
            "{out}/bitext.jsonl: record 1: has no id, index, paragraph",
        ),
        ("bitext.jsonl", "{row}{row}", "{out}/bitext.jsonl: record 2: the segment id x:0 stands there twice; make the"),
        (
            "bitext.jsonl",
            "{noorigin}",
            "{out}/bitext.jsonl: record 1: has no article, role and origin as xlate run writes",
        ),
        (
            "bitext.jsonl",
            "{badflag}",
            "{out}/bitext.jsonl: record 1: flags are not a list of kind and evidence; make the",
        ),
        ("shared.jsonl", "x\n", "{out}/shared.jsonl: line 1: is not JSON ("),
        ("shared.jsonl", '\n{"id": "k"}\n', "{out}/shared.jsonl: line 2: is no cluster of shared sentences (KeyError"),
        (
            "shared.jsonl",
            '{"id":"k","tier":1,"score":1,"members":[]}',
            "{out}/shared.jsonl: line 1: is no cluster of shared",
        ),
        (
            "shared.jsonl",
            "{stray}",
            "{out}/shared.jsonl: line 1: names the segment z:9, which bitext.jsonl does not have; make",
        ),
        (
            "scores.json",
            '{"corpus": [{"metric": "BLEU"}]}',
            "{out}/scores.json: holds something that is no score; make",
        ),
        (
            "scores.json",
            '{"corpus": [], "articles": 3}',
            "{out}/scores.json: holds something that is no score; make the",
        ),
        ("scores.json", "1", "{out}/scores.json: is not a JSON object; make the bundle again with xlate run"),
    ],
)
def test_broken_bundles_are_one_line_and_code_2(
    tmp_path: Path, name: str, content: str | bytes | None, message: str
) -> None:
    out = make_bundle(tmp_path / "out", shared=clusters())
    row = {"id": "x:0", "article": "x", "index": 0, "paragraph": 0, "start": 0, "end": 1, "role": "body"}
    row |= {"source": "ا", "target": "a", "score": None, "flags": [], "origin": "model"}
    lines = {
        "{row}": row,
        "{noorigin}": {k: v for k, v in row.items() if k != "origin"},
        "{badflag}": row | {"flags": [{"kind": "numbers"}]},
        "{stray}": {"id": "k", "tier": "verbatim", "score": 1, "members": [member("z:9", "x")]},
    }
    if content is None:
        (out / name).unlink()
    else:
        data = content
        if isinstance(data, str):
            for key, value in lines.items():
                data = data.replace(key, json.dumps(value) + "\n")
            data = data.encode()
        (out / name).write_bytes(data)
    ran = xlate("report", out)
    assert ran.code == 2
    assert ran.err.startswith("xlate: " + message.replace("{out}", str(out)))
    assert ran.err.count("\n") == 1
    assert not (out / "index.html").exists()


def test_no_folder_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder; give the folder that xlate run wrote with -o"):
        write_page(tmp_path / "nowhere")
    out = make_bundle(tmp_path / "out")
    (out / "index.html").mkdir()
    with pytest.raises(OutputError, match=r"index\.html: is a folder"):
        write_page(out)


def test_report_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = make_bundle(tmp_path)
    ran = xlate("report", out)
    assert (ran.code, ran.out, ran.err) == (0, f"{out / 'index.html'}\n", "")
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", lambda url: opened.append(url) or 0)
    assert xlate("report", out, "--open").code == 0
    assert opened == [(out / "index.html").resolve().as_uri()]
    monkeypatch.setattr("typer.launch", lambda url: 3)
    ran = xlate("report", out, "--open")
    assert (ran.code, ran.err) == (0, f"xlate: no browser could be opened; the page is {out / 'index.html'}\n")


def test_run_writes_the_page_and_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", lambda url: opened.append(url) or 0)
    (tmp_path / "in.txt").write_text("قال أحمد.\n", encoding="utf-8")
    out = tmp_path / "out"
    ran = xlate("run", tmp_path / "in.txt", "-o", out, "--memory", "none", "--open", "--quiet")
    assert ran.code == 0, ran.err
    page = out / "index.html"
    assert opened == [page.resolve().as_uri()]
    assert "قال أحمد." in page.read_text(encoding="utf-8")
    first = page.read_bytes()
    assert write_page(out).read_bytes() == first
    ran = xlate("run", tmp_path / "in.txt", "-o", out, "--memory", "none", "--open", "--format", "tsv")
    assert (ran.code, ran.err) == (
        2,
        "xlate: --open shows index.html, which is made from bitext.jsonl; add --format jsonl\n",
    )
    assert xlate("run", tmp_path / "in.txt", "-o", out, "--memory", "none", "--format", "tsv").code == 0
    assert not page.exists()  # it would show another run


def test_flag_values_travel(tmp_path: Path) -> None:
    bundle = load(make_bundle(tmp_path))
    assert bundle.translations["a"][1].flags == (Flag("numbers", "20 → 12"),)
    assert [a.id for a in bundle.articles] == ["a", "b", "c"]
    assert bundle.clusters is None
