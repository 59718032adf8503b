"""Documents with known sentence alignment, made from parallel lines: sentences merged, split, dropped, inserted, moved.

    python eval/bitext/documents.py PAIRS... -o documents.jsonl [--documents N] [--seed N]

PAIRS are `.tsv` or `.tsv.gz` files (source TAB target, one sentence pair a line, neighbours from one text where
possible), or the two files of a Moses bitext as `NAME.ar,NAME.en`. One JSON object a document comes out:
`{"id", "source": [...], "target": [...], "beads": [[[source indices], [target indices]], ...]}`; beads of dropped and
inserted sentences have one empty side. Nothing of the input is kept in this repository.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from pathlib import Path
from typing import Any

from xlate.lines import to_json

RATES = {"split": 0.08, "merge": 0.10, "drop": 0.06, "insert": 0.06, "move": 0.06}
"""Share of the sentence pairs that meet each fate; `split`, `merge` and `drop` strike either side evenly."""

_CUT = {"ar": re.compile(r"[،؛:]\s+|\s+(?=و[^\s]{3})"), "en": re.compile(r"[,;:]\s+|\s+(?=(?:and|but|which|while) )")}


def pairs(name: str) -> list[tuple[str, str]]:
    """The parallel lines of one input."""
    if "," in name:
        sides = [Path(part).read_text(encoding="utf-8").splitlines() for part in name.split(",")]
        rows = list(zip(sides[0], sides[1], strict=True))
    else:
        opener = gzip.open if name.endswith(".gz") else open
        with opener(name, "rt", encoding="utf-8") as stream:
            cells = [line.rstrip("\n").split("\t") for line in stream]
        rows = [(one[0], one[1]) for one in cells if len(one) > 1]
    return [(a.strip(), b.strip()) for a, b in rows if a.strip() and b.strip()]


def cut(text: str, language: str) -> list[str]:
    """`text` in two parts at the mark or conjunction nearest its middle; whole where it has none in its middle part."""
    middle = len(text) / 2
    places = [m.end() for m in _CUT[language].finditer(text) if 0.25 < m.end() / len(text) < 0.75]
    if len(text) < 40 or not places:
        return [text]
    place = min(places, key=lambda at: abs(at - middle))
    return [text[:place].strip(), text[place:].strip()]


def document(rows: list[tuple[str, str]], strange: list[tuple[str, str]], chance: random.Random) -> dict[str, Any]:
    """One document of `rows`; what is inserted comes from `strange`."""
    beads: list[tuple[list[str], list[str]]] = []
    at = 0
    while at < len(rows):
        source, target = rows[at]
        at += 1
        fate = chance.random()
        bead = ([source], [target])
        if fate < RATES["split"]:
            side = chance.randrange(2)
            bead = (cut(source, "ar"), [target]) if side else ([source], cut(target, "en"))
        elif fate < RATES["split"] + RATES["merge"] and at < len(rows):
            more, other = rows[at]
            at += 1
            side = chance.randrange(2)
            bead = ([f"{source} {more}"], [target, other]) if side else ([source, more], [f"{target} {other}"])
        elif fate < RATES["split"] + RATES["merge"] + RATES["drop"]:
            bead = ([], [target]) if chance.randrange(2) else ([source], [])
        beads.append(bead)
        if chance.random() < RATES["insert"]:
            guest = chance.choice(strange)
            beads.append(([guest[0]], []) if chance.randrange(2) else ([], [guest[1]]))
    # each bead's place on the target side: a moved one changes it, alone or with its neighbour
    order = list(range(len(beads)))
    for number in range(len(beads)):
        if chance.random() < RATES["move"]:
            here = order.index(number)
            size = chance.choice((1, 1, 2))
            block = order[here : here + size]
            del order[here : here + size]
            there = min(max(0, here + chance.choice((-6, -4, -3, -2, -1, 1, 2, 3, 4, 6))), len(order))
            order[there:there] = block
    return _numbered(beads, order)


def _numbered(beads: list[tuple[list[str], list[str]]], order: list[int]) -> dict[str, Any]:
    source: list[str] = []
    target: list[str] = []
    places: dict[int, list[int]] = {}
    for number in order:
        places[number] = list(range(len(target), len(target) + len(beads[number][1])))
        target += beads[number][1]
    truth = []
    for number, (left, _) in enumerate(beads):
        truth.append([list(range(len(source), len(source) + len(left))), places[number]])
        source += left
    return {"source": source, "target": target, "beads": truth}


def make(names: list[str], documents: int, seed: int, shortest: int = 20, longest: int = 80) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    chunks: list[tuple[str, list[tuple[str, str]]]] = []
    every: list[tuple[str, str]] = []
    for name in names:
        rows = pairs(name)
        every += rows
        at = 0
        while at + shortest <= len(rows):
            size = chance.randint(shortest, longest)
            chunks.append((f"{Path(name.split(',')[0]).name.split('.')[0]}-{at}", rows[at : at + size]))
            at += size
    if documents and len(chunks) > documents:
        chunks = chance.sample(chunks, documents)
    return [{"id": name} | document(rows, every, chance) for name, rows in chunks if len(rows) >= shortest]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pairs", nargs="+")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--documents", type=int, default=0, help="how many at most; 0: all there are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shortest", type=int, default=20)
    parser.add_argument("--longest", type=int, default=80)
    given = parser.parse_args()
    made = make(given.pairs, given.documents, given.seed, given.shortest, given.longest)
    given.out.write_text("".join(to_json(d) + "\n" for d in made), encoding="utf-8")
    print(f"{len(made)} documents, {sum(len(d['source']) for d in made)} source sentences")
