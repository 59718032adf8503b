"""Should near-duplicates be translated alike? Measures three ways on pairs of near-duplicates with references.

    python eval/alignment/consistency.py PAIRS.tsv[.gz] [--limit 150]

PAIRS.tsv holds Arabic TAB English; near-duplicates are looked for among lines whose English begins with the same three
words and whose Arabic shares more than 0.7 of its words in order (contrastive test sets are full of them). For the
second sentence of each pair it prints chrF and BLEU against its own reference and how alike it is to the first one's
translation (share of words in common order; the references show how alike they should be):

alone        as if the first sentence were not there
nearest      the hypothesis of its own beam nearest to the first translation (what xlate.consistent does), by margin
prefix       the first half of the first translation forced as a prefix
"""

from __future__ import annotations

import argparse
import gzip
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

from xlate.clean import clean_for_model
from xlate.consistent import NBEST
from xlate.manifest import EMBEDDED, resolve
from xlate.model import Engine
from xlate.score import corpus


def alike(a: str, b: str) -> float:
    return SequenceMatcher(None, a.split(), b.split(), autojunk=False).ratio()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--limit", type=int, default=150)
    parser.add_argument("--model", default=EMBEDDED)
    arguments = parser.parse_args()
    engine = Engine(resolve(arguments.model))
    opened = gzip.open if arguments.pairs.suffix == ".gz" else open
    with opened(arguments.pairs, "rt", encoding="utf-8") as handle:
        rows = [line.rstrip("\n").split("\t")[:2] for line in handle]
    rows = [[clean_for_model(ar), en] for ar, en in rows]
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        groups.setdefault(" ".join(row[1].split()[:3]), []).append(row)
    pairs = [
        (a, b)
        for group in groups.values()
        for a, b in combinations(group, 2)
        if a[0] != b[0] and alike(a[0], b[0]) > 0.7 and engine.fits(a[0]) and engine.fits(b[0])
    ][: arguments.limit]
    firsts, seconds = [a[0] for a, _ in pairs], [b[0] for _, b in pairs]
    lead = {i: h.text for batch in engine.decode(firsts) for i, h in batch}
    alone = {i: h.text for batch in engine.decode(seconds) for i, h in batch}
    nbest = {i: h for batch in engine.decode_nbest(seconds, NBEST, beam_size=NBEST) for i, h in batch}

    def report(name: str, texts: list[str]) -> None:
        bleu, chrf = corpus(texts, [[b[1] for _, b in pairs]])
        likeness = sum(alike(lead[i], text) for i, text in enumerate(texts)) / len(texts)
        print(f"{name:<14} chrF {chrf.value:.2f}  BLEU {bleu.value:.2f}  alike {likeness:.3f}")

    print(f"{len(pairs)} pairs; " + "; ".join(f"{s.metric} {s.signature}" for s in corpus(["x"], [["x"]])))
    print(f"{'references':<14} alike {sum(alike(a[1], b[1]) for a, b in pairs) / len(pairs):.3f}")
    report("alone", [alone[i] for i in range(len(pairs))])
    for margin in (0.0, 0.1, 0.2, 99.0):
        picked = []
        for i in range(len(pairs)):
            good = [h for h in nbest[i] if h.score >= nbest[i][0].score - margin]
            picked.append(max(good, key=lambda h: (alike(h.text, lead[i]), h.score)).text)
        report(f"nearest {margin:g}", picked)
    tokens = engine._pieces[1].encode([lead[i] for i in range(len(pairs))], out_type=str)
    forced = engine._translator.translate_batch(
        engine.tokenise(seconds), target_prefix=[t[: len(t) // 2] for t in tokens], beam_size=4
    )
    report("prefix", [engine._pieces[1].decode(r.hypotheses[0]) for r in forced])


if __name__ == "__main__":
    main()
