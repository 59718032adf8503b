"""Bitext formats: a name, its files, a writer and a reader each. `FORMATS` is all there is; one module a format.

Pairs stream both ways, so a bitext of any length needs constant memory. Several formats in one pass:

    with ExitStack() as stack:
        writers = [
            stack.enter_context(FORMATS[name].open_writer(Path(f"out/bitext{FORMATS[name].suffix}")))
            for name in ("jsonl", "tmx", "moses")
        ]
        for pair in pairs:
            for writer in writers:
                writer.write(pair)

Reading gives back what was written: id, source, target, score and provenance with its types (Moses: the texts alone).
Every path may end in `.gz`, `.xz` or `.zst` besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from xlate.data import SegmentPair
from xlate.errors import UsageError
from xlate.formats import jsonl, moses, tmx, tsv, xlf
from xlate.formats.record import Writer
from xlate.formats.streams import COMPRESSIONS, split_compression

__all__ = ["FORMATS", "Format", "Writer", "by_name", "by_suffix"]


class _OpenWriter(Protocol):
    def __call__(
        self,
        path: Path,
        *,
        source_language: str = ...,
        target_language: str = ...,
        header: Mapping[str, str] | None = ...,
    ) -> AbstractContextManager[Writer]: ...


class _Read(Protocol):
    def __call__(
        self,
        path: Path,
        *,
        source_language: str = ...,
        target_language: str = ...,
        skipped: Counter[str] | None = ...,
    ) -> Iterator[SegmentPair]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One bitext format.

    `suffixes` are those it is recognised by, and a file called NAME is written as NAME + `suffix` (Moses makes
    NAME.ar and NAME.en of it). `open_writer(path, source_language=, target_language=, header=)` is a context manager
    that gives a `Writer`; the file appears, whole, when it ends without an error. `read(path, source_language=,
    target_language=, skipped=)` yields pairs; `skipped`, a Counter, receives what was left out, by reason.
    """

    name: str
    suffix: str
    suffixes: tuple[str, ...]
    open_writer: _OpenWriter
    read: _Read

    def files(self, path: Path) -> list[Path]:
        """The files that a bitext at `path` is made of: two for Moses, else one."""
        return list(moses.paths(path)) if self.name == "moses" else [path]

    def write(
        self,
        pairs: Iterable[SegmentPair],
        path: Path,
        *,
        source_language: str = "ar",
        target_language: str = "en",
        header: Mapping[str, str] | None = None,
    ) -> None:
        """Write all of `pairs` to `path`. Raises OutputError where it cannot be written."""
        with self.open_writer(
            path, source_language=source_language, target_language=target_language, header=header
        ) as writer:
            for pair in pairs:
                writer.write(pair)


FORMATS = {
    "jsonl": Format("jsonl", ".jsonl", (".jsonl",), jsonl.open_writer, jsonl.read),
    "tsv": Format("tsv", ".tsv", (".tsv",), tsv.open_writer, tsv.read),
    "tmx": Format("tmx", ".tmx", (".tmx",), tmx.open_writer, tmx.read),
    "xlf": Format("xlf", ".xlf", (".xlf", ".xliff"), xlf.open_writer, xlf.read),
    "moses": Format("moses", "", (".ar", ".en"), moses.open_writer, moses.read),
}


def by_name(name: str) -> Format:
    """The format called `name`. Raises UsageError, which lists the choices."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UsageError(f"unknown format {name!r}; choose from {', '.join(FORMATS)}") from None


def by_suffix(path: Path) -> Format:
    """The format that the suffix of `path`, a compression aside, stands for. Raises UsageError with the choices."""
    suffix = split_compression(path)[0].suffix.lower()
    for one in FORMATS.values():
        if suffix in one.suffixes:
            return one
    choices = ", ".join(suffix for one in FORMATS.values() for suffix in one.suffixes)
    raise UsageError(
        f"{path}: cannot tell the bitext format from the suffix {suffix!r}; choose from {choices}"
        f" (each also with {', '.join(COMPRESSIONS)}) or name the format"
    )
