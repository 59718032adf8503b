"""Measure the quality estimates in a bundle of `xlate run` against references.

    python eval/quality/check.py BUNDLE REFERENCES...

Prints what `fit.py` prints, for the segments of the bundle that have a reference: the estimates of the run, and the
model's score alone. (The correlations of the score do not depend on its scale; its error has no meaning and is left out.)
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from fit import header, measures, show
from sacrebleu.metrics import CHRF

from xlate.formats import jsonl
from xlate.score.task import prepare


def main(bundle: str, *references: str) -> None:
    task, (system,) = prepare([Path(bundle)], [Path(r) for r in references])
    rows = {row.id: row for row in jsonl.read(Path(bundle) / "bitext.jsonl")}
    chrf = CHRF()
    truth, estimates, scores = [], [], []
    for i, (segment, text) in enumerate(zip(task.ids, system.texts, strict=True)):
        quality, score = rows[segment].provenance.get("quality"), rows[segment].score
        if quality is not None and score is not None:
            given = [stream[i] for stream in task.streams if stream[i] is not None]
            truth.append(chrf.sentence_score(text, given).score / 100)
            estimates.append(quality)
            scores.append(score)
    header(f"{bundle}", len(truth), float(np.mean(truth)))
    alone = measures(np.array(scores), np.array(truth))
    del alone["error"]
    show("the model's score alone", alone)
    show(f"in the bundle (mean {100 * np.mean(estimates):.1f})", measures(np.array(estimates), np.array(truth)))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
