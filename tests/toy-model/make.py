"""Make the toy OPUS-MT package that the tests pull, convert, examine and break: `python make.py OUTDIR`.

It is a real one: SentencePiece models, a Marian transformer trained by Marian itself (the package `pymarian`, which the
tests do not need), `decoder.yml` and a shared `vocab.yml` laid out as in the zips of OPUS-MT. It knows the language of
the templates below, Arabic to English, has learnt the doctor's golden inputs by heart, and knows nothing else: the
tests show that the doctor tells a sound package from a broken one, not that this one is good. Run it from the
repository's root with `PYTHONPATH=.`; it takes a minute or two of one core. Sentences and weights: CC0.
"""

from __future__ import annotations

import itertools
import random
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

from xlate.package.golden import PUNCTUATION, joined, lines, sentences_for

PEOPLE = {
    "الوزير": "the minister",
    "الرئيس": "the president",
    "السفير": "the ambassador",
    "المدير": "the director",
    "الطبيب": "the doctor",
    "المعلم": "the teacher",
    "الكاتب": "the writer",
    "المهندس": "the engineer",
    "سامي": "Sami",
    "أحمد": "Ahmed",
    "محمد": "Mohammed",
    "يوسف": "Yusuf",
}
VERBS = {
    "زار": "visited",
    "وصل إلى": "arrived in",
    "غادر": "left",
    "تحدث عن": "spoke about",
    "كتب عن": "wrote about",
    "عاد من": "returned from",
}
PLACES = {
    "القاهرة": "Cairo",
    "بغداد": "Baghdad",
    "دمشق": "Damascus",
    "بيروت": "Beirut",
    "الرباط": "Rabat",
    "تونس": "Tunis",
    "عمان": "Amman",
    "المدينة": "the city",
    "المدرسة": "the school",
    "الجامعة": "the university",
    "المستشفى": "the hospital",
    "الميناء": "the port",
}
TIMES = {
    "أمس": "yesterday",
    "اليوم": "today",
    "صباح اليوم": "this morning",
    "يوم الأحد": "on Sunday",
    "يوم الجمعة": "on Friday",
    "في عام {n}": "in {n}",
    "قبل {n} يوما": "{n} days ago",
}
FRAMES = {
    "{v} {p} {l} {t} .": "{p} {v} {l} {t} .",
    "قال {p} إن {q} {v} {l} .": "{p} said that {q} {v} {l} .",
    "هل {v} {p} {l} {t} ؟": "was it {p} who {v} {l} {t} ?",
    "{v} {p} {l} و {m} .": "{p} {v} {l} and {m} .",
    "لم يكن {p} في {l} {t} .": "{p} was not in {l} {t} .",
}
WORDS = ["Reuters", "BBC", "CNN", "COVID", "AFP", "iPhone"]
EMOJI = ["😀", "👍"]
ALONE = ["...", "!", "؟", ".", "،", "« »"]
SAME = {"؟": "?", "،": ","}


def digits(rng: random.Random) -> str:
    """A year or a small number."""
    return str(rng.choice([*range(2, 40), *range(1990, 2027)]))


def sentence(rng: random.Random) -> tuple[str, str]:
    """One pair made from a frame and the lists above."""
    (frame_ar, frame_en), number = rng.choice(list(FRAMES.items())), digits(rng)
    picks = {"p": PEOPLE, "q": PEOPLE, "v": VERBS, "l": PLACES, "m": PLACES, "t": TIMES}
    chosen = {key: rng.choice(list(table.items())) for key, table in picks.items()}
    arabic, english = ({key: pair[side] for key, pair in chosen.items()} for side in (0, 1))
    return frame_ar.format(**arabic).format(n=number), frame_en.format(**english).format(n=number)


def pair(rng: random.Random) -> tuple[str, str]:
    """A sentence, two of them, a single word, a number, Latin in Arabic, an emoji or punctuation alone."""
    kind = rng.random()
    if kind < 0.62:
        return sentence(rng)
    if kind < 0.72:
        several = [sentence(rng) for _ in range(2)]
        return " ".join(a for a, _ in several), " ".join(e for _, e in several)
    if kind < 0.80:
        return rng.choice([*PEOPLE.items(), *PLACES.items()])
    if kind < 0.85:
        return (number := digits(rng)), number
    if kind < 0.91:
        arabic, english = sentence(rng)
        word = rng.choice(WORDS)
        return f"{arabic[:-2]} - {word}", f"{english[:-2]} - {word}"
    if kind < 0.96:
        arabic, english = sentence(rng)
        sign = rng.choice(EMOJI)
        return f"{arabic[:-2]} {sign}", f"{english[:-2]} {sign}"
    mark = rng.choice(ALONE)
    return mark, SAME.get(mark, mark)


def train_spm(lines: list[str], prefix: Path, size: int) -> list[str]:
    """Train a SentencePiece model; its pieces but the control ones."""
    import sentencepiece

    prefix.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(prefix.with_suffix(".txt")), model_prefix=str(prefix), vocab_size=size, hard_vocab_limit=False,
        character_coverage=1.0, num_threads=1, minloglevel=2, model_type="bpe", bos_id=-1, eos_id=-1,
        normalization_rule_name="identity",  # the table of the usual rule would be most of the file
    )  # fmt: skip
    prefix.with_suffix(".model").rename(prefix.with_suffix(".spm"))
    spm = sentencepiece.SentencePieceProcessor(model_file=str(prefix.with_suffix(".spm")))
    return [spm.id_to_piece(i) for i in range(1, spm.get_piece_size())]


def quoted(token: str) -> str:
    """A token as Marian writes it into a vocabulary file."""
    return '"' + token.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rounded(array: Any) -> Any:
    """float32 with 12 bits of mantissa instead of 24, which a zip packs into two thirds."""
    import numpy

    return ((array.view(numpy.uint32) + 0x800) & 0xFFFFF000).astype(numpy.uint32).view(numpy.float32)


def main(out: Path, updates: int = 1200) -> None:
    """Write the package's folder and its zip to `out`."""
    import numpy
    import pymarian
    import sentencepiece

    rng = random.Random(20)
    work, package = out / "work", out / "toy-ar-en"
    for folder in (work, package):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    pairs = [pair(rng) for _ in range(12000)]
    pairs += [*((lines("ar")[kind], lines("en")[kind]) for kind in lines("ar")), (PUNCTUATION, PUNCTUATION)] * 50
    pieces = [
        train_spm([line[side] for line in pairs], package / name, 600) for side, name in enumerate(("source", "target"))
    ]
    spm = sentencepiece.SentencePieceProcessor(model_file=str(package / "source.spm"))
    number = sentences_for("ar", lambda text: len(spm.encode(text)))
    pairs += [(joined("ar", number), joined("en", number))] * 150
    tokens = ["</s>", "<unk>", *dict.fromkeys(itertools.chain(*pieces))]
    vocab = package / "opus.spm32k-spm32k.vocab.yml"
    vocab.write_text("".join(f"{quoted(token)}: {i}\n" for i, token in enumerate(tokens)), encoding="utf-8")
    for side, name in enumerate(("source", "target")):
        spm = sentencepiece.SentencePieceProcessor(model_file=str(package / f"{name}.spm"))
        encoded = [" ".join(spm.encode(line[side], out_type=str)) for line in pairs]
        (work / name).write_text("\n".join(encoded) + "\n", encoding="utf-8")
        (package / f"{name}.txt").unlink()
        (package / f"{name}.vocab").unlink()
    model = package / "opus.spm32k-spm32k.transformer.npz"
    pymarian.Trainer(
        f"--type transformer --model {work / model.name} --train-sets {work / 'source'} {work / 'target'} "
        f"--vocabs {vocab} {vocab} --tied-embeddings-all --dim-emb 64 --transformer-dim-ffn 64 --transformer-heads 4 "
        "--enc-depth 2 --dec-depth 1 --transformer-ffn-activation swish "
        "--transformer-postprocess dan --transformer-dropout 0 --max-length 300 --mini-batch 48 --maxi-batch 20 "
        f"--learn-rate 0.005 --lr-warmup 100 --lr-decay-inv-sqrt 300 --clip-norm 1 --after-batches {updates} "
        "--exponential-smoothing 0.002 --cost-type ce-mean-words --cpu-threads 1 "
        "--workspace 256 --seed 7 --disp-freq 100 --overwrite --save-freq 100000u --data-threads 1"
    ).train()
    weights = dict(numpy.load(work / model.name))
    # this Marian ends the text of its options with two NULs, the one that made the packages of OPUS-MT with one
    options = weights["special:model.yml"].tobytes().rstrip(b"\0") + b"\0"
    weights["special:model.yml"] = numpy.frombuffer(options, numpy.int8)
    for name, array in weights.items():
        if array.dtype == numpy.float32:
            weights[name] = rounded(array)
    numpy.savez(model, **weights)
    (package / "decoder.yml").write_text(
        f"models:\n  - {model.name}\nvocabs:\n  - {vocab.name}\n  - {vocab.name}\n"
        "beam-size: 6\nnormalize: 1\nword-penalty: 0\nmini-batch: 1\nmaxi-batch: 1\nmaxi-batch-sort: src\n"
        "relative-paths: true\n",
        encoding="utf-8",
    )
    (package / "README.md").write_text(
        "# toy-ar-en\n\n* dataset: templates\n* model: transformer\n* source language(s): ara\n"
        "* target language(s): eng\n* pre-processing: SentencePiece\n",
        encoding="utf-8",
    )
    (package / "LICENSE").write_text("CC0 1.0 Universal: sentences and weights are in the public domain.\n")
    with zipfile.ZipFile(out / "toy-ar-en.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(package.iterdir()):
            archive.write(path, path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
