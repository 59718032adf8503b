"""WORK/source.spm, WORK/target.spm and WORK/keep.npy from the prepared pairs and the parent's vocabulary.

    python vocabulary.py [--work WORK] [--size 16000]

source.spm: unigram pieces trained on the Arabic side, and the parent's pieces of digits, punctuation and Latin letters, so that
numbers and names keep the parent's rows. Its normaliser drops tashkeel, tatweel and invisible marks and makes
Arabic-Indic digits ASCII on top of NFKC: raw text can be fed. target.spm: the parent's vocabulary cut to the pieces the
English side uses; keep.npy: their rows. Both begin with `</s>` and `<unk>`, Marian's ids 0 and 1.
"""

from __future__ import annotations

import argparse
import collections
import random
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import parent
import sentencepiece as spm
from pairs import DIGITS, INVISIBLE, load_sources, prepared
from program import exit_with
from sentencepiece import sentencepiece_model_pb2 as pb

from xlate.files import replacing

_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\ufb50-\ufeff]")
_NUMBER = re.compile(r"[\d.,%:/$€£()\-–\"'+]+")
NORMAL = 1  # SentencePiece's type of an ordinary piece
BLOCKS = (range(0x20, 0x2FFF), range(0xFB50, 0xFE00), range(0xFE70, 0xFF00), range(0xFF01, 0xFFEF))


def sample(work: Path) -> tuple[list[str], list[str]]:
    """Lines of both sides, about by weight, no more than two copies; names and dictionaries thinly."""
    rng = random.Random(1)
    arabic, english = [], []
    for source, pairs in prepared(work / "pairs", load_sources()):
        for ar, en in pairs:
            copies = int(source.weight) + (rng.random() < source.weight - int(source.weight))
            if source.name.startswith(("names", "dict")):
                copies = int(rng.random() < 0.3 and copies > 0)
            arabic += [ar] * min(copies, 2)
            english += [en] * min(copies, 2)
    return arabic, english


def bare(piece: str) -> str:
    return piece.replace("▁", "")


def cut_target(model: Any, pieces: spm.SentencePieceProcessor, english: list[str]) -> list[int]:
    """Rows of the parent's vocabulary to keep: special and single-character pieces, and what occurs three times."""
    count: collections.Counter[int] = collections.Counter()
    for line in english:
        count.update(pieces.encode(line))
    return [i for i, p in enumerate(model.pieces) if p.type != NORMAL or count[i] >= 3 or len(bare(p.piece)) <= 1]


def rules(path: Path) -> None:
    """A normaliser rule file: NFKC and our deletions, a line a character that changes."""
    with path.open("w", encoding="utf-8") as out:
        for code in (code for block in BLOCKS for code in block):
            char = chr(code)
            if 0xD800 <= code < 0xE000 or unicodedata.category(char) == "Cn":
                continue
            folded = INVISIBLE.sub("", unicodedata.normalize("NFKC", char)).translate(DIGITS)
            if folded != char:
                out.write(f"{code:X}\t{' '.join(f'{ord(x):X}' for x in folded)}\n")


def train_source(arabic: list[str], size: int) -> Any:
    """A SentencePiece unigram model of the Arabic side."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules(folder / "rules.tsv")
        (folder / "ar.txt").write_text("\n".join(arabic) + "\n", encoding="utf-8")
        spm.SentencePieceTrainer.train(
            input=str(folder / "ar.txt"), model_prefix=str(folder / "s"), vocab_size=size, model_type="unigram",
            character_coverage=0.9998, split_digits=True, max_sentence_length=4000, num_threads=2, minloglevel=1,
            input_sentence_size=250_000, shuffle_input_sentence=True, normalization_rule_tsv=str(folder / "rules.tsv"),
        )  # fmt: skip
        model = pb.ModelProto()
        model.ParseFromString((folder / "s.model").read_bytes())
    return model


def source_model(trained: Any, parents: Any, pieces: spm.SentencePieceProcessor, arabic: list[str]) -> Any:
    """The trained Arabic pieces, the parent's Latin and number pieces that occur, and single characters."""
    count: collections.Counter[int] = collections.Counter()
    for line in arabic:
        if re.search("[A-Za-z0-9]", line):
            for word in re.sub("[\u0600-\u06ff]+", " ", line).split():
                count.update(pieces.encode(word))
    wanted: list[tuple[str, float]] = []
    for p in trained.pieces:
        if p.type == NORMAL and _ARABIC.search(p.piece) and not re.search("[A-Za-z0-9]", p.piece):
            wanted.append((p.piece, p.score))
    for i, p in enumerate(parents.pieces):
        if p.type == NORMAL and (count[i] >= 3 or len(bare(p.piece)) <= 1 or _NUMBER.fullmatch(bare(p.piece))):
            wanted.append((p.piece, p.score))
    for p in trained.pieces:
        if p.type == NORMAL and not _ARABIC.search(p.piece) and len(bare(p.piece)) <= 1:
            wanted.append((p.piece, p.score))
    out = pb.ModelProto()
    out.CopyFrom(trained)
    del out.pieces[:]
    seen: set[str] = set()
    for piece, score, kind in [("</s>", 0.0, 3), ("<unk>", 0.0, 2), *((x, s, NORMAL) for x, s in wanted)]:
        if piece not in seen:
            seen.add(piece)
            entry = out.pieces.add()
            entry.piece, entry.score, entry.type = piece, score, kind
    spec = out.trainer_spec
    spec.vocab_size, spec.unk_id, spec.eos_id, spec.bos_id, spec.pad_id = len(out.pieces), 1, 0, -1, -1
    return out


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--size", type=int, default=16_000, help="pieces trained on the Arabic side")
    o = parser.parse_args(arguments)
    arabic, english = sample(o.work)
    parents = pb.ModelProto()
    parents.ParseFromString(parent.vocabulary().read_bytes())
    pieces = spm.SentencePieceProcessor(model_file=str(parent.vocabulary()))
    keep = cut_target(parents, pieces, english)
    target = pb.ModelProto()
    target.CopyFrom(parents)
    del target.pieces[:]
    for i in keep:
        target.pieces.add().CopyFrom(parents.pieces[i])
    target.trainer_spec.vocab_size = len(keep)
    source = source_model(train_source(arabic, o.size), parents, pieces, arabic)
    for name, model in (("source", source), ("target", target)):
        with replacing(o.work / f"{name}.spm", "wb") as out:
            out.write(model.SerializeToString())
    with replacing(o.work / "keep.npy", "wb") as out:
        np.save(out, np.array(keep))
    print(f"{len(source.pieces)} source pieces, {len(keep)} target pieces")
    return 0


if __name__ == "__main__":
    exit_with(main)
