"""How often the numbers check is right: on text whose English is right, and on errors planted into it.

    python eval/checks/measure_numbers.py PAIRS.tsv[.gz] ... [AR EN ...] [--show N] [--kind numbers]

A file whose name ends in .tsv or .tsv.gz holds `Arabic<TAB>English` lines; any other two files, one after the other,
are parallel lines. For each the table gives the pairs, those with a digit on either side ("numeric"), the share of
pairs flagged as they are, the recall on one planted error a numeric pair (a digit of the English changed, a number
dropped, inserted, two digits exchanged), and `false`: the share of false alarms among all flagged, were 1 numeric pair
in 20 wrong and every flag on the untouched text a false alarm (the worst case: some of those texts do differ).
`--show N` prints N flagged pairs a file with their evidence, to be read.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from xlate.check import check

NUMBER = re.compile(r"(?<![\w.,:/-])\d+(?:[.,]\d+)*(?![\w.,:/-]*\d)")
PLANTS = ("change", "drop", "insert", "swap")
RATE = 0.05


def pairs(paths: list[Path]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(name, pairs) of each corpus given on the command line."""
    rest = list(paths)
    while rest:
        path = rest.pop(0)
        if path.name.endswith((".tsv", ".tsv.gz")):
            rows = [line.split("\t") for line in lines(path)]
            yield path.name.split(".")[0], [(row[0], row[1]) for row in rows if len(row) >= 2]
        else:
            yield path.name, list(zip(lines(path), lines(rest.pop(0)), strict=True))


def lines(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def plant(target: str, how: str, chance: random.Random) -> str | None:
    """`target` with one error in a number written in digits; None where that error cannot be planted."""
    found = list(NUMBER.finditer(target))
    if not found:
        return None
    match = chance.choice(found)
    digits = match.group()
    if how == "drop":
        new = ""
    elif how == "insert":
        place = target.find(" ", chance.randrange(len(target)))
        return f"{target[:place]} {chance.randrange(13, 9999)}{target[place:]}" if place >= 0 else None
    elif how == "change":
        places = [index for index, char in enumerate(digits) if char.isdigit()]
        place = chance.choice(places)
        other = chance.choice([char for char in "123456789" if char != digits[place]])
        new = digits[:place] + other + digits[place + 1 :]
    else:
        places = [i for i in range(len(digits) - 1) if digits[i : i + 2].isdigit() and digits[i] != digits[i + 1]]
        if not places:
            return None
        place = chance.choice(places)
        new = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    return target[: match.start()] + new + target[match.end() :]


def flagged(source: str, target: str, kind: str) -> str:
    """The evidence of the flags of `kind`, empty when there is none."""
    return "; ".join(flag.evidence for flag in check(source, target) if flag.kind == kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    parser.add_argument("--kind", default="numbers")
    arguments = parser.parse_args()
    header = f"{'corpus':28}{'pairs':>8}{'numeric':>9}{'flagged':>9}{'of all':>9}{'recall':>8}"
    print(header + "".join(f"{how:>8}" for how in PLANTS) + f"{'false':>8}{'pairs/s':>9}")
    for name, rows in pairs(arguments.paths):
        report(name, rows, arguments.show, arguments.kind)


def report(name: str, rows: list[tuple[str, str]], show: int, kind: str) -> None:
    chance = random.Random(7)
    start = time.perf_counter()
    evidence = [flagged(source, target, kind) for source, target in rows]
    seconds = time.perf_counter() - start
    numeric = sum(any(char.isdigit() for char in source + target) for source, target in rows)
    wrong, planted, found = sum(map(bool, evidence)), Counter[str](), Counter[str]()
    for (source, target), already in zip(rows, evidence, strict=True):
        if already:
            continue
        for how in PLANTS:
            error = plant(target, how, chance)
            if error is not None:
                planted[how] += 1
                found[how] += bool(flagged(source, error, kind))
    recall = found.total() / max(planted.total(), 1)
    hits = RATE * numeric * recall
    print(
        f"{name:28}{len(rows):8}{numeric:9}{wrong:9}{wrong / max(len(rows), 1):9.2%}{recall:8.3f}"
        + "".join(f"{found[how] / max(planted[how], 1):8.3f}" for how in PLANTS)
        + f"{wrong / max(wrong + hits, 1e-9):8.1%}{len(rows) / max(seconds, 1e-9):9.0f}"
    )
    for (source, target), text in chance.sample(
        [row for row in zip(rows, evidence, strict=True) if row[1]], k=min(show, wrong)
    ):
        print(f"  {text}\n    {source}\n    {target}")


if __name__ == "__main__":
    main()
