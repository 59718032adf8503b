"""Moses: two files of plain lines, `NAME.ar` and `NAME.en`; line n of one translates line n of the other.

Moses carries text alone: ids, scores and provenance are not written, and what is read has its line number (from 1)
as id. Line n is the n-th unit of the other files of a bundle. Characters that would break a line are escaped as
`xlate.lines` says; Moses' own escapes for `|`, `[` and the like belong to its tokenizer and are not applied.

The path may be either file (`out/bitext.ar`) or the name without the language (`out/bitext`), each with a
compression suffix behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats.record import Writer
from xlate.formats.streams import numbered_lines, split_compression, writing
from xlate.lines import escape, unescape


def paths(path: Path, source_language: str = "ar", target_language: str = "en") -> tuple[Path, Path]:
    """The two files that `path` stands for.

    >>> paths(Path("bitext.ar.gz"))
    (PosixPath('bitext.ar.gz'), PosixPath('bitext.en.gz'))
    """
    plain, compression = split_compression(path)
    stem = plain.with_suffix("") if plain.suffix in (f".{source_language}", f".{target_language}") else plain
    return (
        stem.with_name(f"{stem.name}.{source_language}{compression}"),
        stem.with_name(f"{stem.name}.{target_language}{compression}"),
    )


@contextmanager
def open_writer(
    path: Path, *, source_language: str = "ar", target_language: str = "en", header: Mapping[str, str] | None = None
) -> Iterator[Writer]:
    """Open the two files of `path` for writing pairs. `header` has no place in this format."""
    source_path, target_path = paths(path, source_language, target_language)
    with writing(source_path) as put_source, writing(target_path) as put_target:

        def write(pair: SegmentPair) -> None:
            put_source(escape(pair.source) + "\n")
            put_target(escape(pair.target) + "\n")

        yield Writer(write)


def read(
    path: Path, *, source_language: str = "ar", target_language: str = "en", skipped: Counter[str] | None = None
) -> Iterator[SegmentPair]:
    """Yield the pairs, line by line. Raises InputError, at the end and with both counts, where they differ."""
    both = paths(path, source_language, target_language)
    for side in both:
        if not side.exists():
            raise InputError(f"{side}: does not exist; Moses needs {both[0].name} and {both[1].name} side by side")
    counts = [0, 0]
    for source, target in zip_longest(numbered_lines(both[0]), numbered_lines(both[1])):
        counts[0] += source is not None
        counts[1] += target is not None
        if source is not None and target is not None:
            yield SegmentPair(str(source[0]), unescape(source[1]), unescape(target[1]))
    if counts[0] != counts[1]:
        raise InputError(
            f"{both[0]} has {counts[0]} lines and {both[1].name} has {counts[1]}; both files need the same number"
        )
