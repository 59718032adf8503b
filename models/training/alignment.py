"""How well a model's attention aligns words: F1 against 50 sentences aligned by hand (alignment.gold.tsv).

    python alignment.py --model OUT/ct2-int8             the head that CTranslate2 gives with return_attention=True
    python alignment.py --weights WEIGHTS.pt --work WORK    every head of the attention to the source
    python alignment.py --links WORK                     the aligner of links.py, on WORK/pairs and the gold sentences

CTranslate2 returns the first head of the alignment layer of a Marian model (its converter sets `alignment_heads` to 1), not a mean;
`export.py --head LAYER:HEAD` puts the chosen one there. The English reference is forced, so that the links are those of
the gold. A target word is linked to the source word that gets most of its attention (summed over pieces; `</s>` not
counted); F1 is that of links, pooled over the sentences. 1 - F1 is the alignment error rate here, as all gold links are sure.

alignment.gold.tsv (written for this project, CC0): Arabic, English, links i-j from 0, words split at spaces.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pairs import HERE, lines_of
from program import exit_with

from xlate.errors import InputError

GOLD = HERE / "alignment.gold.tsv"
Link = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of both sides and the links (Arabic position, English position), from 0."""

    arabic: list[str]
    english: list[str]
    links: frozenset[Link]


def read_gold(path: Path = GOLD) -> list[Sentence]:
    """The sentences of a gold file; raises InputError for a link that points outside its sentence."""
    out = []
    for number, line in enumerate(lines_of(path), 1):
        fields = line.split("\t")
        if number == 1 and fields[:3] == ["arabic", "english", "links"]:
            continue
        try:
            arabic, english = fields[0].split(), fields[1].split()
            links = frozenset((int(i), int(j)) for i, j in (link.split("-") for link in fields[2].split()))
        except (IndexError, ValueError):
            raise InputError(f"{path}:{number}: not Arabic<TAB>English<TAB>0-0 1-2 ...; correct the line") from None
        if not all(0 <= i < len(arabic) and 0 <= j < len(english) for i, j in links) or not links:
            raise InputError(f"{path}:{number}: a link points outside the sentence, or there is none; correct the line")
        out.append(Sentence(arabic, english, links))
    return out


def word_of(pieces: Sequence[str]) -> list[int]:
    """For each piece the number of its word, from 0; a word begins with SentencePiece's ▁."""
    out, word = [], -1
    for piece in pieces:
        word += piece.startswith("▁") or word < 0
        out.append(word)
    return out


def word_links(attention: Any, source: Sequence[str], target: Sequence[str]) -> set[Link]:
    """Links of words from attention, target pieces × source pieces (more rows or columns, of `</s>`, are not read)."""
    import numpy as np

    rows, columns = word_of(target), word_of(source)
    mass = np.zeros((rows[-1] + 1, columns[-1] + 1))
    np.add.at(mass, np.ix_(rows, columns), np.asarray(attention)[: len(rows), : len(columns)])
    return {(int(i), j) for j, i in enumerate(mass.argmax(1))}


def f1(found: Sequence[set[Link]], gold: Sequence[Sentence]) -> tuple[float, float, float]:
    """Precision, recall and F1 of links, pooled."""
    right = sum(len(links & sentence.links) for links, sentence in zip(found, gold, strict=True))
    said, true = sum(map(len, found)), sum(len(sentence.links) for sentence in gold)
    precision, recall = right / max(1, said), right / max(1, true)
    return precision, recall, 2 * right / max(1, said + true)


def pieces_of(gold: Sequence[Sentence], source: Any, target: Any) -> list[tuple[list[str], list[str]]]:
    """Pieces of both sides; refuses a sentence whose words the vocabulary joins or splits at other places."""
    out = []
    for s in gold:
        arabic, english = (p.encode(" ".join(w), out_type=str) for p, w in ((source, s.arabic), (target, s.english)))
        if (word_of(arabic)[-1] + 1, word_of(english)[-1] + 1) != (len(s.arabic), len(s.english)):
            raise InputError(f"{GOLD}: {' '.join(s.english)!r} has other words as pieces; rewrite it without that sign")
        out.append((arabic, english))
    return out


def of_engine(folder: Path, gold: Sequence[Sentence]) -> list[set[Link]]:
    """Links from CTranslate2's attention with the English forced as a prefix."""
    import ctranslate2
    from subwords import load_pieces

    pieces = pieces_of(gold, load_pieces(folder / "source.spm"), load_pieces(folder / "target.spm"))
    translator = ctranslate2.Translator(str(folder), intra_threads=2)
    results = translator.translate_batch(
        [a for a, _ in pieces], target_prefix=[e for _, e in pieces], beam_size=1, return_attention=True
    )
    found = []
    for (arabic, english), result in zip(pieces, results, strict=True):
        attention = result.attention[0]
        if result.hypotheses[0][: len(english)] != english or len(attention) < len(english):
            raise InputError(f"{folder}: this CTranslate2 gives no attention for a forced prefix; use --weights")
        found.append(word_links(attention, arabic, english))
    return found


def of_weights(path: Path, work: Path, gold: Sequence[Sentence]) -> dict[str, list[set[Link]]]:
    """Links of each head, by "layer:head" from 1, and of the mean of each layer."""
    import numpy as np
    import torch
    from batches import pad
    from model import unpack
    from subwords import load_pieces
    from train import load
    from validate import to_device

    model = unpack(load(path)).eval()
    source, target = load_pieces(work / "source.spm"), load_pieces(work / "target.spm")
    found: dict[str, list[set[Link]]] = {}
    for arabic, english in pieces_of(gold, source, target):
        ids = [np.array([p.piece_to_id(x) for x in side]) for p, side in ((source, arabic), (target, english))]
        tensors = to_device(pad([ids[0]], [ids[1]]), "cpu")
        with torch.no_grad():
            _, looks = model(*tensors[:3], slice(None))
        for layer, look in enumerate(looks, 1):
            heads = look[0].exp().numpy()
            named = {f"{layer}:{head}": heads[head - 1] for head in range(1, len(heads) + 1)}
            for name, attention in (named | {f"{layer}:mean": heads.mean(0)}).items():
                found.setdefault(name, []).append(word_links(attention, arabic, english))
    return found


def of_aligner(work: Path, gold: Sequence[Sentence], most: int = 100_000) -> list[set[Link]]:
    """Links of links.py's aligner, both directions agreeing, run on news pairs and the gold sentences together."""
    import links
    import numpy as np
    from pairs import load_sources, prepared
    from subwords import load_pieces

    source, target = load_pieces(work / "source.spm"), load_pieces(work / "target.spm")
    news = [pair for s, pairs in prepared(work / "pairs", load_sources()) if s.weight >= 1 for pair in pairs][:most]
    pieces = pieces_of(gold, source, target)
    arabic = source.encode([a for a, _ in news]) + [[source.piece_to_id(x) for x in a] for a, _ in pieces]
    english = target.encode([e for _, e in news]) + [[target.piece_to_id(x) for x in e] for _, e in pieces]
    kept = [k for k in range(len(arabic)) if k >= len(news) or (arabic[k] and english[k])]
    both = links.align([np.array(arabic[k]) for k in kept], [np.array(english[k]) for k in kept])[-len(gold) :]
    out = []
    for (a, e), (agreed, _) in zip(pieces, both, strict=True):
        rows, columns = word_of(a), word_of(e)
        out.append({(rows[i], columns[j]) for i, j in agreed})
    return out


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--model", type=Path)
    what.add_argument("--weights", type=Path)
    what.add_argument("--links", type=Path, metavar="WORK")
    parser.add_argument("--work", type=Path, default=Path("work"))
    o = parser.parse_args(arguments)
    gold = read_gold()
    results: dict[str, list[set[Link]]]
    if o.model:
        results = {"return_attention": of_engine(o.model, gold)}
    elif o.weights:
        results = of_weights(o.weights, o.work, gold)
    else:
        results = {"aligner": of_aligner(o.links, gold)}
    score: Callable[[str], float] = lambda name: f1(results[name], gold)[2]  # noqa: E731
    for name in sorted(results, key=score, reverse=True):
        precision, recall, value = f1(results[name], gold)
        print(f"{name:16} precision {precision:.3f} recall {recall:.3f} F1 {value:.3f}")
    return 0


if __name__ == "__main__":
    exit_with(main)
