"""Fit the quality estimate of a model to segment chrF, and say how well it foretells it.

    python eval/quality/fit.py TESTSET [--model NAME] [--memory FILE] [--name NAME] [--write]

TESTSET is a folder with `<name>.ar` and `<name>.en`, as for `xlate eval`. Each line is translated as one segment. What is
printed is cross-validated in ten folds: no line is estimated by a formula that has seen it. *Pearson*, *Spearman* and
*Kendall* (tau-b) are correlations with sacrebleu's sentence chrF; *area* is that under the curve (ROC) for finding the
worst fifth of the segments: 0.5 is a guess, 1 perfect; *error* is the mean absolute one, in points of chrF.

Flags that a second try has mended are too rare in finished translations to learn from. So the first attempts at those
lines are learned from too, each in the fold of its line, and not counted in what is printed.

`--write` puts the formula of all lines into the model's `model.json` under `quality`. Nothing else of the model changes,
neither its digest nor what it says.
`check.py` measures the estimates in a bundle of `xlate run`. Needs the extra [semantic].
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sacrebleu.metrics import CHRF

from xlate.check import check, clean
from xlate.clean import clean_for_model
from xlate.data import Segment, Translation
from xlate.files import replacing
from xlate.manifest import EMBEDDED, MANIFEST, read_manifest, resolve
from xlate.memory import Memory
from xlate.model import Engine
from xlate.quality import FEATURES, Encoder, Formula, features
from xlate.score.testset import load_testset
from xlate.translate import memory_key, translate

FOLDS = 10
PENALTY = 10.0
PLAIN = tuple(name for name in FEATURES if name != "similarity")


@dataclass(frozen=True)
class Examples:
    """Translations with their true segment chrF/100 and the number of the line each belongs to; the features by name."""

    translations: list[Translation]
    truth: np.ndarray
    line: np.ndarray
    finished: np.ndarray
    columns: dict[str, np.ndarray]


def examples(place: str, model: str, memory: Path | None) -> tuple[str, Engine, Examples]:
    """The finished translations of a test set, and the first attempts at what had to be mended."""
    testset = load_testset(place)
    assert testset.task.sources is not None
    engine = Engine(resolve(model))
    lines = [Segment(str(i), "", i, 0, 0, len(text), text) for i, text in enumerate(testset.task.sources)]
    with Memory(memory, memory_key(engine)) as remembered:
        done = list(translate((s for s in lines if s.text.strip()), engine, remembered))
    finished = [t for t in done if t.score is not None]
    mended = [t.segment for t in finished if t.origin.startswith("retry")]
    every = finished + first_attempts(mended, engine)
    line = np.array([t.segment.index for t in every])
    references = [[s[i] for s in testset.task.streams if s[i] is not None] for i in line]
    chrf = CHRF()
    truth = [chrf.sentence_score(t.target, r).score / 100 for t, r in zip(every, references, strict=True)]
    encoder = Encoder()
    rows = [features(t, encoder.similarity(t)) for t in every]
    columns = {name: np.array([row[name] for row in rows]) for name in FEATURES}
    is_finished = np.arange(len(every)) < len(finished)
    return testset.name, engine, Examples(every, np.array(truth), line, is_finished, columns)


def first_attempts(segments: list[Segment], engine: Engine) -> list[Translation]:
    texts = [clean_for_model(s.text) for s in segments]
    out = []
    for batch in engine.decode(texts):
        for i, hypothesis in batch:
            target, _ = clean(hypothesis.text.strip())
            flags = check(segments[i].text, target, at_limit=hypothesis.at_limit)
            out.append(Translation(segments[i], target, hypothesis.score, flags))
    return sorted((t for t in out if t.target.strip()), key=lambda t: t.segment.index)


def fit(data: Examples, names: tuple[str, ...], rows: np.ndarray) -> Formula:
    """Ridge regression on the standardised features of `rows`; what never varies there is left out."""
    held = {n: data.columns[n][rows] for n in names if data.columns[n][rows].std() > 0}
    moments = {n: (float(v.mean()), float(v.std())) for n, v in held.items()}
    table = np.stack([np.clip((v - moments[n][0]) / moments[n][1], -3, 3) for n, v in held.items()], axis=1)
    truth = data.truth[rows]
    centred, base = table - table.mean(axis=0), float(truth.mean())
    weights = np.linalg.solve(centred.T @ centred + PENALTY * np.eye(len(held)), centred.T @ (truth - base))
    base -= float(table.mean(axis=0) @ weights)
    return Formula(base, {n: (*moments[n], float(w)) for n, w in zip(held, weights, strict=True)})


def cross_validated(data: Examples, names: tuple[str, ...]) -> np.ndarray:
    """An estimate of every finished translation by formulas that have not seen its line."""
    shuffled = np.random.default_rng(1).permutation(data.line.max() + 1)
    fold = shuffled[data.line] % FOLDS
    out = np.zeros(len(data.truth))
    for held_out in range(FOLDS):
        formula = fit(data, names, fold != held_out)
        for i in np.flatnonzero(fold == held_out):
            out[i] = formula({n: float(data.columns[n][i]) for n in names})
    return out[data.finished]


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, ties at their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[inverse]


def measures(estimate: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """How well estimates foretell the truth (see the top of this file)."""
    a, b = (np.sign(v[:, None] - v) for v in (estimate, truth))
    bad = truth <= np.quantile(truth, 0.2)
    above = ranks(-estimate)[bad].sum() - bad.sum() * (bad.sum() - 1) / 2
    return {
        "Pearson": float(np.corrcoef(estimate, truth)[0, 1]),
        "Spearman": float(np.corrcoef(ranks(estimate), ranks(truth))[0, 1]),
        "Kendall": float((a * b).sum() / math.sqrt((a**2).sum() * (b**2).sum())),
        "area": float(above / (bad.sum() * (~bad).sum())),
        "error": float(100 * np.abs(estimate - truth).mean()),
    }


def show(name: str, found: dict[str, float]) -> None:
    cells = [f"{value:.1f}" if key == "error" else f"{value:.3f}" for key, value in found.items()]
    print(f"| {name} | {' | '.join(cells)} |")


def header(what: str, segments: int, mean: float) -> None:
    print(f"{what}: {segments} segments, mean chrF {100 * mean:.1f}\n")
    print("| estimate | Pearson | Spearman | Kendall | area | error |\n|---|---|---|---|---|---|")


def as_json(fitted_on: str, plain: Formula, similar: Formula) -> dict[str, object]:
    """What belongs under `quality` in model.json."""

    def formula(one: Formula) -> dict[str, object]:
        return {
            "base": round(one.base, 4),
            "terms": {n: [round(a, 4), round(b, 4), round(c, 4)] for n, (a, b, c) in one.terms.items()},
        }

    return {"fitted_on": fitted_on, "plain": formula(plain), "similar": formula(similar)}


def write(directory: Path, quality: dict[str, object]) -> None:
    """Put the numbers into model.json; everything else in it stays, in its order."""
    path = directory / MANIFEST
    data = json.loads(path.read_bytes()) | {"quality": quality}
    with replacing(path) as handle:
        handle.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    read_manifest(directory)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("testset")
    parser.add_argument("--model", default=EMBEDDED, help="name or directory")
    parser.add_argument("--memory", type=Path, help="keep the translations in this file, for the next time")
    parser.add_argument("--name", help="what the formula is said to be fitted on; by default the test set's name")
    parser.add_argument("--write", action="store_true", help="into the model's model.json")
    given = parser.parse_args()

    name, engine, data = examples(given.testset, given.model, given.memory)
    truth = data.truth[data.finished]
    header(f"{given.name or name}, {engine.manifest.name}", len(truth), float(truth.mean()))
    sets = {"the model's score alone": ("score",), "plain": PLAIN, "similarity alone": ("similarity",)}
    for title, names in (sets | {"with similarity": tuple(FEATURES)}).items():
        show(title, measures(cross_validated(data, names), truth))
    every = np.ones(len(data.truth), dtype=bool)
    fitted_on = f"{given.name or name}, {len(truth)} segments"
    quality = as_json(fitted_on, fit(data, PLAIN, every), fit(data, tuple(FEATURES), every))
    print(f"\n{json.dumps(quality)}")
    if given.write:
        write(engine.directory, quality)


if __name__ == "__main__":
    main()
