"""Find training pairs that stand in texts we measure on: seeds, references, test sets.

    python overlap.py WORK/pairs [--protect FILE_OR_FOLDER ...]

`seeds/` and `eval/` of this repository are always protected; give every other evaluation set by its path. Two tests, on
text folded by `xlate.normalise` with punctuation removed, each side by itself:

- exact: the line equals a protected line, value or sentence of three words or more;
- near: it shares eight words in a row with one.

Values are the fields between tabs, the cells of .csv (between commas or semicolons), and every string in the JSON of .jsonl,
whatever its escapes and depth; any of these files may be gzipped.

Prints each offending line and exits with 1 if there is any, with 0 if there is none, with 2 for bad input.
Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pairs import ROOT, SUFFIX, lines_of
from program import exit_with

from xlate.errors import InputError
from xlate.normalise import normalise

NGRAM = 8
SHORTEST = 3  # words; a name or "read more" is nobody's sentence
ALWAYS = (ROOT / "seeds", ROOT / "eval", Path(__file__).with_name("alignment.gold.tsv"))
LARGEST = 64 << 20  # characters of a cell; the csv module's own limit is the process's, whoever set it
# data; what lies beside it (programs, pages about it) is not measured on
_TEXTS = {"", ".txt", ".tsv", ".csv", ".jsonl", ".ar", ".en", ".src", ".ref", ".ara", ".eng"}
_OTHER = {".md", ".py", ".json", ".pyc", ".sh", ".toml", ".html", ".yml"}
_SENTENCE = re.compile(r"(?<=[.!?؟])\s+")
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words two texts are compared by.

    >>> words("قال «الوزير»: أهلًا، 20%")
    ['قال', 'الوزير', 'اهلا', '20']
    """
    return _WORD.findall(normalise(text))


def ngrams(tokens: list[str], n: int = NGRAM) -> Iterator[str]:
    """Every run of `n` words, joined by spaces."""
    for start in range(len(tokens) - n + 1):
        yield " ".join(tokens[start : start + n])


def values(file: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every value of a file. Raises InputError for a line that is not of the file's kind."""
    kind, number = kind_of(file), 0
    csv.field_size_limit(LARGEST)
    try:
        for number, line in enumerate(lines_of(file), 1):
            if kind != ".jsonl":
                yield from ((number, field) for field in line.split("\t"))
            elif text := line.strip(" \t\ufeff"):
                yield from ((number, string) for string in _strings(json.loads(text)))
        for delimiter in ",;" if kind == ".csv" else "":  # besides the lines: a stray quotation mark joins many
            cells, number = csv.reader((line + "\n" for line in lines_of(file)), delimiter=delimiter), 1
            for row in cells:
                yield from ((number, cell) for cell in row)
                number = cells.line_num + 1
    except (csv.Error, json.JSONDecodeError, RecursionError) as error:
        raise InputError(
            f"{file}:{number}: not {kind[1:].upper()} ({error}); correct it, or give lines as .txt"
        ) from None


def kind_of(file: Path) -> str:
    """The suffix of a file, its compression aside."""
    return Path(file.name.lower().removesuffix(".gz")).suffix


def _strings(value: Any) -> Iterator[str]:
    """The strings in a value of JSON, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


class Protected:
    """The texts that must not be trained on."""

    def __init__(self) -> None:
        self.whole: dict[str, str] = {}
        self.grams: dict[str, str] = {}

    def add(self, text: str, where: str) -> None:
        """Protect a text: itself, its lines and sentences, and every eight words in a row."""
        for part in {text, *text.splitlines(), *_SENTENCE.split(text)}:
            tokens = words(part)
            if len(tokens) >= SHORTEST:
                self.whole.setdefault(" ".join(tokens), where)
        for gram in ngrams(words(text)):
            self.grams.setdefault(gram, where)

    def add_path(self, path: Path) -> list[Path]:
        """Protect every value of a file, or of a folder's text files; returns the files read."""
        if not path.exists():
            raise InputError(f"{path}: no such file or folder to protect")
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        read = []
        for file in files:
            if path.is_dir() and kind_of(file) in _OTHER:
                continue
            if kind_of(file) not in _TEXTS:
                raise InputError(f"{file}: {kind_of(file)} is no known kind of text; give its lines as .txt or .tsv")
            for number, text in values(file):
                self.add(text, f"{file}:{number}")
            read.append(file)
        if not read:
            raise InputError(f"{path}: no text in it to protect")
        return read

    def hit(self, text: str) -> tuple[str, str, str] | None:
        """("exact" or "near", where it is protected, the shared words) for a line that must not be trained on."""
        tokens = words(text)
        line = " ".join(tokens)
        if where := self.whole.get(line):
            return "exact", where, line
        for gram in ngrams(tokens):
            if where := self.grams.get(gram):
                return "near", where, gram
        return None

    def hits(self, sides: Iterable[str]) -> tuple[str, str, str] | None:
        """The first hit of any side of a pair."""
        return next((found for side in sides if (found := self.hit(side))), None)


def protect(paths: Iterable[Path], always: Iterable[Path] = ALWAYS) -> Protected:
    """The protected texts of this repository and of `paths`."""
    protected = Protected()
    for path in [*always, *paths]:
        protected.add_path(path)
    return protected


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+", help="folders or files of training pairs")
    parser.add_argument("--protect", type=Path, nargs="*", default=[], metavar="PATH", help="more evaluation texts")
    options = parser.parse_args(arguments)
    protected = protect(options.protect)
    pairs = found = 0
    for path in options.train:
        files = sorted(path.glob("*" + SUFFIX)) if path.is_dir() else [path]
        if not files:
            raise InputError(f"{path}: no *{SUFFIX} in it to check")
        for file in files:
            if kind_of(file) not in _TEXTS - {".jsonl", ".csv"}:
                raise InputError(f"{file}: not Arabic<TAB>English; give the pairs as .tsv")
            for number, line in enumerate(lines_of(file), 1):
                pairs += 1
                if hit := protected.hits(line.split("\t")):
                    found += 1
                    kind, where, shared = hit
                    print(f"{file}:{number}: {kind} overlap with {where}: {shared}\n    {line}")
    print(
        f"{pairs} pairs against {len(protected.whole)} protected lines and {len(protected.grams)} 8-grams: {found} overlap"
    )
    return 1 if found else 0


if __name__ == "__main__":
    exit_with(main)
