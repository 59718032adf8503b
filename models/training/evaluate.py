"""Score a CTranslate2 model folder on parallel sets: chrF and BLEU with their signatures, and speed.

    python evaluate.py OUT/ct2-int8 PREFIX [PREFIX ...] [--beam 4] [--compute int8] [--lines N] [--save]

A set is PREFIX.ar and PREFIX.en. Whole lines are translated as they are, without xlate's segmentation and repairs: this
measures the model; `xlate eval` measures what a user gets.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from describe import must_be_exported
from pairs import lines_of
from program import exit_with

from xlate.errors import InputError
from xlate.files import replacing


def main(arguments: list[str] | None = None) -> int:
    import ctranslate2
    import sacrebleu
    from subwords import load_pieces

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("sets", type=Path, nargs="+", metavar="PREFIX")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--compute", default="default", help="compute type; default: as stored")
    parser.add_argument("--lines", type=int, default=0, help="only so many lines, spread over the set")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save", action="store_true", help="write the hypotheses beside the current folder's files")
    o = parser.parse_args(arguments)
    must_be_exported(o.model)
    source, target = load_pieces(o.model / "source.spm"), load_pieces(o.model / "target.spm")
    translator = ctranslate2.Translator(str(o.model), compute_type=o.compute, inter_threads=1, intra_threads=o.threads)
    for prefix in o.sets:
        arabic, english = (list(lines_of(prefix.with_name(prefix.name + end))) for end in (".ar", ".en"))
        if len(arabic) != len(english) or not arabic:
            raise InputError(f"{prefix}: {len(arabic)} Arabic and {len(english)} English lines; they must be parallel")
        step = max(1, len(arabic) // o.lines) if o.lines else 1
        arabic, english = (side[::step][: o.lines or None] for side in (arabic, english))
        began = time.perf_counter()
        results = translator.translate_batch(
            source.encode(arabic, out_type=str), beam_size=o.beam, max_batch_size=2048, batch_type="tokens"
        )
        seconds = time.perf_counter() - began
        hypotheses = [target.decode(result.hypotheses[0]) for result in results]
        tokens = sum(len(result.hypotheses[0]) for result in results)
        row: dict[str, object] = {"set": prefix.name, "lines": len(arabic), "beam": o.beam}
        for metric in (sacrebleu.metrics.CHRF(), sacrebleu.metrics.BLEU()):
            score = metric.corpus_score(hypotheses, [english])
            row[score.name] = round(score.score, 2)
            row[score.name + " signature"] = str(metric.get_signature())
        row |= {"seconds": round(seconds, 1), "tokens a second": round(tokens / seconds), "at the limit": sum(
            len(result.hypotheses[0]) >= 256 for result in results)}  # fmt: skip
        print(json.dumps(row, ensure_ascii=False), flush=True)
        if o.save:
            with replacing(Path(f"{prefix.name}.hyp")) as handle:
                handle.writelines(line + "\n" for line in hypotheses)
    return 0


if __name__ == "__main__":
    exit_with(main)
