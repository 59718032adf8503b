"""Headlines glued to the first sentence, as in seed 004, on other text: is each half still found where it went?

    python eval/alignment/glued.py BACKGROUND... [--count 300] [--seed 3]

From lines without a stop (headlines) and sentences, pairs of articles are made: one with headline and sentence apart, one
with the two glued by what the row names. The articles go through the segmenter. For each half the table counts the tier
at which it is found in the other article: `contained` where the segmenter left the two together, `verbatim` where it
cut them apart; both are right.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from plant import background

from xlate.data import Article
from xlate.segment import segment
from xlate.share import ShareSettings, align

GLUES = {"a space": " ", "nothing": "", "a dash": " - ", "a stop": ". ", "a line break": "\n"}


def halves(lines: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
    """Headlines and sentences among the lines, shuffled."""
    heads = [t for t in lines if 5 <= len(t.split()) <= 10 and not set(t) & set('.؟!»":')]
    sentences = [t for t in lines if t.endswith(".") and 14 <= len(t.split()) <= 40]
    rng = random.Random(seed)
    rng.shuffle(heads)
    rng.shuffle(sentences)
    return heads, sentences


def found(heads: Sequence[str], sentences: Sequence[str], glue: str) -> dict[str, Counter[str]]:
    """For headline and sentence the tiers at which they are found, `missed`, and what is claimed besides."""
    articles, texts = [], {}
    for n, head in enumerate(heads):
        sentence, *more = sentences[3 * n : 3 * n + 3]
        apart, glued = f"{head}\n\n{sentence} {more[0]}", f"{head}{glue}{sentence} {more[1]}"
        articles += [Article(f"a{n:04}", None, apart), Article(f"b{n:04}", None, glued)]
    segments = [s for article in articles for s in segment(article)]
    texts = {s.id: s for s in segments}
    tiers: dict[tuple[str, str], str] = {}
    counts: dict[str, Counter[str]] = {"headline": Counter(), "sentence": Counter(), "besides": Counter()}
    for pair in align(articles, segments, settings=ShareSettings(semantic="off")).pairs().values():
        a, b = sorted((texts[pair.a], texts[pair.b]), key=lambda s: s.article)
        if (a.article[0], b.article[0]) == ("a", "b") and a.article[1:] == b.article[1:]:
            tiers[a.article, a.text] = pair.tier
        else:
            counts["besides"][pair.tier] += 1
    for n, head in enumerate(heads):
        counts["headline"][tiers.get((f"a{n:04}", head), "missed")] += 1
        counts["sentence"][tiers.get((f"a{n:04}", sentences[3 * n]), "missed")] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("background", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    heads, sentences = halves(list(background(options.background, least_words=5)), options.seed)
    heads = heads[: min(options.count, len(sentences) // 3)]
    print(f"{len(heads)} headlines")
    for name, glue in GLUES.items():
        print(f"{name:13}", *(f"{half} {dict(sorted(c.items()))}" for half, c in found(heads, sentences, glue).items()))


if __name__ == "__main__":
    main()
