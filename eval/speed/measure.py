"""Speed of xlate against CTranslate2 alone, side by side on the same sentences: prints seconds and the ratio.

    python eval/speed/measure.py FILE.ar [--lines 1012] [--rounds 3]

FILE.ar holds one Arabic sentence a line. Alone means: sentences tokenised beforehand, one call of
`Translator.translate_batch` with batch_type="tokens" (CTranslate2 sorts by length itself), the best of several
max_batch_size; nothing is detokenised, checked or kept. xlate means: reading, segmenting, tokenising, decoding, cleaning,
checking, repairing, and keeping in a new memory on disk. The two take turns, and the best round of each counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ctranslate2

from xlate.manifest import EMBEDDED, resolve
from xlate.memory import Memory
from xlate.model import Engine
from xlate.translate import memory_key, translate_lines


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lines", type=int, default=1012)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default=EMBEDDED)
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()[: arguments.lines]

    engine = Engine(resolve(arguments.model))
    tokens = engine.tokenise(lines)
    inter, intra = engine.threads
    settings = engine.settings
    translator = ctranslate2.Translator(
        str(engine.directory), compute_type=settings.compute_type, inter_threads=inter, intra_threads=intra
    )

    def alone(size: int) -> Callable[[], object]:
        return lambda: translator.translate_batch(
            tokens,
            batch_type="tokens",
            max_batch_size=size,
            beam_size=settings.beam_size,
            max_decoding_length=settings.max_decoding_length,
            return_scores=True,
        )

    def whole() -> None:
        with tempfile.TemporaryDirectory() as folder, Memory(Path(folder) / "memory", memory_key(engine)) as memory:
            for _ in translate_lines(lines, engine, memory):
                pass

    next(iter(engine.decode(lines[:2])))  # both models are loaded before the clock starts
    alone(1024)()
    sizes = (512, 1024, 2048, 4096)
    best = {size: float("inf") for size in sizes}
    ours = float("inf")
    for _ in range(arguments.rounds):
        for size in sizes:
            best[size] = min(best[size], seconds(alone(size)))
        ours = min(ours, seconds(whole))
    fastest = min(best, key=lambda size: best[size])
    print(
        f"{len(lines)} lines, {sum(map(len, tokens))} source tokens, {inter} × {intra} threads, beam {settings.beam_size}"
    )
    for size, taken in best.items():
        print(f"CTranslate2 alone, max_batch_size {size:>5}: {taken:7.2f} s")
    print(f"xlate, end to end:                      {ours:7.2f} s")
    print(f"xlate's speed over the fastest alone: {best[fastest] / ours:.3f}")


if __name__ == "__main__":
    main()
