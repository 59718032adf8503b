"""Words of segment and target are linked, or honestly not."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import STARTER

from xlate.data import Segment, Translation
from xlate.links import linked
from xlate.memory import Memory
from xlate.model import Engine


def translation(source: str, target: str, origin: str = "model") -> Translation:
    return Translation(Segment("a:0000", "a", 0, 0, 0, len(source), source), target, -0.5, (), origin)


def alignment(engine: Engine, source: str, target: str, origin: str = "model") -> str:
    with Memory(None, "x") as memory:
        (out,) = linked([translation(source, target, origin)], engine, memory)
    assert out.target == target
    return out.alignment


@pytest.mark.parametrize("source", ["وصل الوفد إلى تونس.", "وصل  الوفـــد\u200f إلى\tتونس."])
def test_links_count_words_between_white_space(engine: Engine, source: str):
    links = alignment(engine, source, "The delegation arrived in Tunis.").split()
    assert [link.split("-")[1] for link in links] == ["0", "1", "2", "3", "4"]
    assert {"1-1", "0-2", "3-4"} <= set(links)


@pytest.mark.parametrize(
    ("source", "target", "origin"),
    [
        ("وصل ـــ الوفد إلى تونس.", "The delegation arrived in Tunis.", "model"),  # cleaning drops a word
        ("وصل الوفد، " * 200, "The delegation arrived.", "split in 20"),
        ("2016", "2016", "copied"),
        ("ترك الرد", "", "skipped"),
        ("وصل الوفد.", "", "model"),
    ],
)
def test_no_links(engine: Engine, source: str, target: str, origin: str):
    assert alignment(engine, source, target, origin) == ""


def test_links_are_remembered(engine: Engine):
    class NoModel(Engine):
        def align(self, pairs):
            pytest.fail("the model was asked again")

    rows = [translation("وصل الوفد إلى تونس.", "The delegation arrived in Tunis.")]
    with Memory(None, "x") as memory:
        first = linked(rows, engine, memory)
        assert first[0].alignment
        assert linked(rows, NoModel(STARTER), memory) == first


def test_a_model_whose_attention_is_not_fit_gives_none(tmp_path: Path):
    copy = Path(shutil.copytree(STARTER, tmp_path / "model"))
    manifest = json.loads((copy / "model.json").read_bytes())
    manifest["attention"] = {"usable": False}
    (copy / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert alignment(Engine(copy), "وصل الوفد إلى تونس.", "The delegation arrived in Tunis.") == ""
