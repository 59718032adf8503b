"""The paraphrase tier on statements written for it, and on unrelated news.

    python eval/alignment/paraphrase.py [--part tune|held|all] [--errors]
    python eval/alignment/paraphrase.py --unrelated BACKGROUND... [--sentences 4000] [--seed 1] [--errors]

`statements.tsv` holds stories of six statements: `first`, the same in other words (`second`), and a statement like it
that says something else (`other`), by `kind`: another number, the contrary, another actor, place or time, or another
statement on the matter. The three columns become three articles a story. True are the pairs first-second; any other
pair at the tier is a false alarm. Stories take turns: even ones (the first is 0) are for tuning, odd ones are held back.

With `--unrelated`, sentences of BACKGROUND (a sentence a line, each on its own event) are put into articles of twelve:
every pair is a false alarm. The encoder is needed: pip install 'xlate[semantic]'.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from plant import background
from score import Counts

from xlate.data import Article, Segment
from xlate.share import ShareSettings, Sharing, align

STATEMENTS = Path(__file__).with_name("statements.tsv")
Row = dict[str, str]


def read(part: str, path: Path = STATEMENTS) -> list[Row]:
    """The rows of `part`: tune, held or all."""
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    order = {story: n for n, story in enumerate(dict.fromkeys(r["story"] for r in rows))}
    wanted = {"tune": (0,), "held": (1,), "all": (0, 1)}[part]
    return [r for r in rows if order[r["story"]] % 2 in wanted]


def articles(texts: Iterable[tuple[str, Sequence[str]]]) -> tuple[list[Article], list[Segment]]:
    """Articles of the given names and sentences, a sentence a paragraph."""
    found, segments = [], []
    for name, sentences in texts:
        offset = 0
        for index, text in enumerate(sentences):
            segments.append(Segment(f"{name}#{index}", name, index, index, offset, offset + len(text), text))
            offset += len(text) + 1
        found.append(Article(name, None, "\n".join(sentences)))
    return found, segments


def claims(sharing: Sharing) -> dict[tuple[str, str], float]:
    """The pairs claimed at the tier, with their scores."""
    return {key: pair.score for key, pair in sharing.pairs().items() if pair.tier == "paraphrase"}


def of_statements(rows: Sequence[Row], settings: ShareSettings) -> tuple[Counts, Counter[str], list[str]]:
    """Counts of the tier, false alarms by the kind of the other statement, and the errors in words."""
    stories = list(dict.fromkeys(r["story"] for r in rows))
    columns = ("first", "second", "other")
    named = [
        (f"{n:02}.{column}", [r[column] for r in rows if r["story"] == story])
        for n, story in enumerate(stories)
        for column in columns
    ]
    kinds = {
        f"{n:02}#{k}": r["kind"]
        for n, s in enumerate(stories)
        for k, r in enumerate(x for x in rows if x["story"] == s)
    }
    found = claims(align(*articles(named), settings=settings))
    texts = {f"{name}#{n}": text for name, own in named for n, text in enumerate(own)}
    true = {(f"{n}.first#{k}", f"{n}.second#{k}") for n, _, k in (name.partition("#") for name in kinds)}
    counts = Counts(len(found), len(true & found.keys()), len(true), len(true & found.keys()))
    wrong: Counter[str] = Counter()
    lines = []
    for pair in sorted(found.keys() - true):
        stories_of = {side.partition(".")[0] + "#" + side.partition("#")[2] for side in pair}
        twin = len(stories_of) == 1
        wrong[kinds[stories_of.pop()] if twin else "elsewhere"] += 1
        lines.append(f"wrong  {found[pair]:.3f} {texts[pair[0]]} | {texts[pair[1]]}")
    lines += [f"missed {texts[a]} | {texts[b]}" for a, b in sorted(true - found.keys())]
    return counts, wrong, lines


def of_unrelated(paths: Sequence[Path], sentences: int, seed: int, settings: ShareSettings) -> list[str]:
    """The false alarms among unrelated sentences, one line each, best first."""
    pool = list(background(paths))
    random.Random(seed).shuffle(pool)
    pool = pool[:sentences]
    named = [(f"a{start:06}", pool[start : start + 12]) for start in range(0, len(pool), 12)]
    held, segments = articles(named)
    texts = {s.id: s.text for s in segments}
    found = claims(align(held, segments, settings=settings))
    return [f"{found[k]:.3f} {texts[k[0]]} | {texts[k[1]]}" for k in sorted(found, key=lambda k: (-found[k], k))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("tune", "held", "all"), default="all")
    parser.add_argument("--unrelated", nargs="+", type=Path, metavar="BACKGROUND")
    parser.add_argument("--sentences", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threshold", type=float, default=ShareSettings().paraphrase)
    parser.add_argument("--errors", action="store_true", help="list the wrong and the missed pairs")
    options = parser.parse_args()
    settings = ShareSettings(semantic="on", paraphrase=options.threshold)
    if options.unrelated:
        lines = of_unrelated(options.unrelated, options.sentences, options.seed, settings)
        print(f"{len(lines)} pairs claimed among {options.sentences} unrelated sentences")
    else:
        for part in ("tune", "held") if options.part == "all" else (options.part,):
            counts, wrong, lines = of_statements(read(part), settings)
            scores = counts.scores()
            print(
                f"{part}: precision {scores['precision']:.3f} recall {scores['recall']:.3f} F1 {scores['f1']:.3f}",
                end="",
            )
            print(f" ({counts.claimed} claimed, {counts.expected} true); wrong by kind: {dict(sorted(wrong.items()))}")
            if options.errors:
                print(*lines, sep="\n")
        return
    if options.errors:
        print(*lines, sep="\n")


if __name__ == "__main__":
    main()
