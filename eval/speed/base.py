"""Speed of the embedded model beside a transformer-base, the size of most OPUS-MT models: prints sentences a second and the ratio.

    python eval/speed/base.py FILE.ar [--lines 300] [--rounds 3]

FILE.ar holds one Arabic sentence a line. The transformer-base is made here with random weights (6 + 6 layers, width 512, feed-forward
2,048, 8 heads, 62,834 pieces, tied embeddings: opus-mt-ar-en's sizes) and quantised to int8: how long a layer takes does not depend on what
it has learnt. What a random model says has no natural end, so both are made to write as many tokens as the embedded model does on average. Both
are given the same number of source tokens; a real vocabulary of that size would need somewhat fewer.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from ctranslate2.specs import TransformerSpec, common_spec

from xlate.manifest import EMBEDDED, resolve
from xlate.model import Engine

PIECES, WIDTH, FEED_FORWARD, HEADS, LAYERS = 62_834, 512, 2048, 8, 6


def random_base(folder: Path) -> ctranslate2.Translator:
    """A transformer-base in int8 that has learnt nothing."""
    spec = TransformerSpec.from_config(LAYERS, HEADS, pre_norm=False, activation=common_spec.Activation.SWISH)
    random = np.random.default_rng(1)

    def matrix(rows: int, columns: int) -> Any:
        return random.standard_normal((rows, columns), dtype=np.float32) / columns**0.5

    def linear(layer: Any, out: int, into: int = WIDTH) -> None:
        layer.weight, layer.bias = matrix(out, into), np.zeros(out, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def attention(layer: Any, own: bool) -> None:
        sizes = (3 * WIDTH, WIDTH) if own else (WIDTH, 2 * WIDTH, WIDTH)
        for part, size in zip(layer.linear, sizes, strict=True):
            linear(part, size)
        norm(layer.layer_norm)

    def feed_forward(layer: Any) -> None:
        linear(layer.linear_0, FEED_FORWARD)
        linear(layer.linear_1, WIDTH, FEED_FORWARD)
        norm(layer.layer_norm)

    embeddings = matrix(PIECES, WIDTH)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = spec.decoder.projection.weight = embeddings
    spec.decoder.projection.bias = np.zeros(PIECES, np.float32)
    for side in (spec.encoder, spec.decoder):
        side.position_encodings.encodings = matrix(512, WIDTH)
        for layer in side.layer:
            attention(layer.self_attention, own=True)
            feed_forward(layer.ffn)
    for layer in spec.decoder.layer:
        attention(layer.attention, own=False)
    words = ["<unk>", "<s>", "</s>", *(f"w{n}" for n in range(PIECES - 3))]
    spec.register_source_vocabulary(words)
    spec.register_target_vocabulary(words)
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    return ctranslate2.Translator(str(folder), compute_type="int8", inter_threads=2, intra_threads=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()[: arguments.lines]
    engine = Engine(resolve(EMBEDDED))
    tokens = engine.tokenise(lines)
    ours = ctranslate2.Translator(str(engine.directory), compute_type="int8", inter_threads=2, intra_threads=1)
    written = [r.hypotheses[0] for r in ours.translate_batch(tokens, beam_size=4, max_batch_size=32)]
    length = round(sum(map(len, written)) / len(written))
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "embedded": (ours, tokens),
            "transformer-base": (random_base(Path(folder)), [["w7"] * len(t) for t in tokens]),
        }
        best = dict.fromkeys(made, float("inf"))
        for _ in range(arguments.rounds):
            for name, (translator, source) in made.items():
                start = time.perf_counter()
                translator.translate_batch(
                    source, beam_size=4, min_decoding_length=length, max_decoding_length=length, max_batch_size=32
                )
                best[name] = min(best[name], time.perf_counter() - start)
    print(
        f"{len(lines)} lines, {sum(map(len, tokens))} source tokens, {length} target tokens each, beam 4, int8, 2 threads"
    )
    for name, taken in best.items():
        print(f"{name:17} {taken:6.2f} s, {len(lines) / taken:6.1f} sentences a second")
    print(f"the embedded model is {best['transformer-base'] / best['embedded']:.2f} times as fast")


if __name__ == "__main__":
    main()
