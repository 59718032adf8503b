"""Find training pairs that stand in texts we measure on: seeds, references, test sets.

    python overlap.py WORK/pairs [--protect FILE_OR_FOLDER ...]

`seeds/` and `eval/` of this repository are always protected; give every other evaluation set by its path. Two tests, on
text folded by `xlate.normalise` with punctuation removed, each side by itself:

- exact: the line equals a protected line, field or sentence of three words or more;
- near: it shares eight words in a row with one.

Prints each offending line and exits with 1 if there is any, with 0 if there is none, with 2 for bad input.
Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pairs import ROOT, SUFFIX, lines_of
from program import exit_with

from xlate.errors import InputError
from xlate.normalise import normalise

NGRAM = 8
SHORTEST = 3  # words; a name or "read more" is nobody's sentence
ALWAYS = (ROOT / "seeds", ROOT / "eval", Path(__file__).with_name("alignment.gold.tsv"))
# data; what lies beside it (programs, pages about it) is not measured on
_TEXTS = {"", ".txt", ".tsv", ".csv", ".jsonl", ".ar", ".en", ".src", ".ref", ".gz", ".ara", ".eng"}
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


class Protected:
    """The texts that must not be trained on."""

    def __init__(self) -> None:
        self.whole: dict[str, str] = {}
        self.grams: dict[str, str] = {}

    def add(self, text: str, where: str) -> None:
        """Protect a line: itself, its sentences, and every eight words in a row."""
        for part in {text, *_SENTENCE.split(text)}:
            tokens = words(part)
            if len(tokens) >= SHORTEST:
                self.whole.setdefault(" ".join(tokens), where)
        for gram in ngrams(words(text)):
            self.grams.setdefault(gram, where)

    def add_path(self, path: Path) -> list[Path]:
        """Protect every line and tab-separated field of a file, or of a folder's text files; returns the files read."""
        if not path.exists():
            raise InputError(f"{path}: no such file or folder to protect")
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        read = []
        for file in files:
            if path.is_dir() and file.suffix.lower() in _OTHER:
                continue
            if file.suffix.lower() not in _TEXTS:
                raise InputError(f"{file}: {file.suffix} is no known kind of text; give its lines as .txt or .tsv")
            for number, line in enumerate(lines_of(file), 1):
                for field in line.split("\t"):
                    self.add(field, f"{file}:{number}")
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
