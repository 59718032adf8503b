"""Every file of one object a line has one line an object, whatever a reader takes for the end of a line."""

import json
from pathlib import Path

import pytest
from conftest import xlate
from hypothesis import given
from hypothesis import strategies as st

from xlate.data import Article, Segment, SegmentPair
from xlate.formats import FORMATS
from xlate.lines import to_json
from xlate.score.baseline import write_baseline
from xlate.score.task import System, Task
from xlate.share import ShareSettings, align, write_clusters

TORN = "أعلنت وزارة الداخلية\u2028التونسية توقيف\u2029خمسة أشخاص\x85قرب الحدود مع ليبيا"


def shared(path: Path) -> None:
    articles = [Article(name, None, TORN) for name in "ab"]
    segments = [Segment(f"{name}:0", name, 0, 0, 0, len(TORN), TORN) for name in "ab"]
    write_clusters(align(articles, segments, settings=ShareSettings(semantic="off")), path)


def bitext(path: Path) -> None:
    with FORMATS["jsonl"].open_writer(path) as writer:
        writer.write(SegmentPair("1", TORN, TORN, None, {"note": TORN}))


def baseline(path: Path) -> None:
    write_baseline(path, Task(("1",), ((TORN,),)), System(TORN, (TORN,)))


def segments(path: Path) -> None:
    for name in ("hyp", "ref"):
        path.with_name(f"{name}.jsonl").write_text(json.dumps({"id": TORN, "text": TORN}) + "\n", "utf-8")
    ran = xlate("score", path.with_name("hyp.jsonl"), path.with_name("ref.jsonl"), "--segments", path, "-q")
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(("write", "lines"), [(shared, 1), (bitext, 1), (baseline, 2), (segments, 1)])
def test_every_writer_of_lines_keeps_an_object_on_its_line(tmp_path: Path, write, lines: int):
    path = tmp_path / "out.jsonl"
    write(path)
    text = path.read_text("utf-8")
    found = text.splitlines()
    assert len(found) == text.count("\n") == lines
    data = [json.loads(line) for line in found]
    assert TORN in json.dumps(data, ensure_ascii=False)
    assert "وزارة" in text  # the rest can be read


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_on_a_line_comes_back(value):
    for compact in (False, True):
        line = to_json(value, compact=compact)
        assert len(line.splitlines()) == 1
        assert json.loads(line) == json.loads(json.dumps(value))
    assert to_json({"a": [1, "é"]}, compact=True) == '{"a":[1,"é"]}'
