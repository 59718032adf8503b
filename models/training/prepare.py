"""Make the training pairs: clean, filter, drop repeats and all that overlaps with what we measure on.

    python prepare.py --bitext FOLDER [FOLDER ...] [--protect FILE_OR_FOLDER ...] [--work WORK]

Writes WORK/pairs/<source>.tsv.gz, WORK/losses.tsv (pairs lost, by source and reason) and WORK/licences.md.
Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from pathlib import Path

import overlap
import pairs
from program import exit_with

from xlate.errors import InputError
from xlate.files import replacing


def prepare(
    folders: list[Path], protected: overlap.Protected, work: Path, sources: dict[str, pairs.Source]
) -> Counter[str]:
    """Write the prepared files; returns pairs kept by source."""
    target = work / "pairs"
    files = pairs.source_files(folders, sources)
    if target.resolve() in {folder.resolve() for folder in folders}:
        raise InputError(f"{target}: is written anew from the folders of --bitext and cannot be one; copy it elsewhere")
    if target.exists():  # a source that was taken out must not live on
        shutil.rmtree(target)
    seen: set[bytes] = set()
    kept: Counter[str] = Counter()
    losses: dict[str, Counter[str]] = {}
    for source, path in files:
        lost = losses[source.name] = Counter()
        if source.weight == 0:
            lost["weight 0"] = sum(1 for _ in pairs.lines_of(path))
            continue
        with pairs.writing(target / path.name) as write:
            for arabic, english in pairs.filtered(path, seen, lost):
                if hit := protected.hits((arabic, english)):
                    lost[f"overlap, {hit[0]}"] += 1
                    continue
                kept[source.name] += 1
                write(arabic, english)
    with replacing(work / "losses.tsv") as table:
        table.write("source\treason\tpairs\n")
        for name, lost in losses.items():
            table.writelines(f"{name}\t{reason}\t{count}\n" for reason, count in sorted(lost.items()))
    with replacing(work / "licences.md") as table:
        table.write(licence_table(kept, sources))
    return kept


def licence_table(kept: Counter[str], sources: dict[str, pairs.Source]) -> str:
    """Markdown: pairs, weighted pairs an epoch and sources by licence, the largest first."""
    weighted: Counter[str] = Counter()
    count: Counter[str] = Counter()
    origins: dict[str, set[str]] = {}
    for name, number in kept.items():
        source = sources[name]
        count[source.licence] += number
        weighted[source.licence] += round(number * source.weight)
        origins.setdefault(source.licence, set()).add(source.origin.split(";")[0])
    rows_out = ["| licence | pairs | pairs an epoch (× weight) | from |", "|---|---|---|---|"]
    for licence, number in weighted.most_common():
        rows_out.append(f"| {licence} | {count[licence]:,} | {number:,} | {', '.join(sorted(origins[licence]))} |")
    return "\n".join(rows_out) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bitext", type=Path, nargs="+", required=True, help="folders of <source>.tsv.gz")
    parser.add_argument("--protect", type=Path, nargs="*", default=[], metavar="PATH", help="evaluation sets")
    parser.add_argument("--work", type=Path, default=Path("work"))
    options = parser.parse_args(arguments)
    sources = pairs.load_sources()
    kept = prepare(options.bitext, overlap.protect(options.protect), options.work, sources)
    for name, number in kept.items():
        print(f"{name:32} {number:7} pairs x {sources[name].weight:g}")
    print(f"{sum(kept.values())} pairs; losses by reason in {options.work / 'losses.tsv'}")
    return 0


if __name__ == "__main__":
    exit_with(main)
