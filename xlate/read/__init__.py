"""Reading: from files, folders and standard input to articles, lazily and in order, with an account of everything.

>>> report = ReadReport()
>>> [article.id for article in iter_articles(["seeds"], report)][:1], report.problems
(['000_769b5a0482304efe'], [])
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO, cast

from xlate.data import Article
from xlate.errors import InputError
from xlate.read.find import Found, discover, folded, safe_id
from xlate.read.records import read_jsonl, read_table
from xlate.read.report import FileRecord, Problem, ReadReport
from xlate.read.text import Content, read_html, read_markdown, read_text

__all__ = ["LARGEST_TEXT", "FileRecord", "Problem", "ReadReport", "iter_articles"]

LARGEST_TEXT = 256 << 20
"""Bytes (after unpacking) up to which a file is taken for one article."""

_ONE = {"txt": read_text, "stdin": read_text, "md": read_markdown, "html": read_html}
_MANY = {"jsonl": read_jsonl, "csv": read_table, "tsv": read_table}


def iter_articles(
    inputs: Sequence[Path | str],
    report: ReadReport,
    *,
    stdin: BinaryIO | None = None,
    exclude: Sequence[Path] = (),
) -> Iterator[Article]:
    """The articles of files, folders (recursively) and `-` (standard input, one plain text article), one at a time.

    Order: by path relative to the input root, whatever the order of `inputs`; records in the order of their file. Ids
    are unique, safe file names, and the same whatever else is read unless two would be alike. A file that cannot be
    read becomes a `Problem` in `report` and the others go on. Folders in `exclude` (the bundle, if it lies inside an
    input) are not entered, and files there are not taken up when a folder is searched. Raises InputError at once, before
    the first article is drawn, for an input that does not exist or when nothing is readable.
    """
    found = discover(inputs, report, exclude)
    return _draw(found, report, stdin)


def _draw(found: Sequence[Found], report: ReadReport, stdin: BinaryIO | None) -> Iterator[Article]:
    ids = _Ids(found)
    for one in found:
        record = FileRecord(one.relative, one.kind)
        report.files.append(record)
        try:
            for content in _contents(one, record, report, stdin):
                article = _article(content, one, record, ids, report)
                record.articles += 1
                yield article
        except InputError as error:
            report.problem(one.relative, str(error), record)
        except (OSError, EOFError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            report.problem(one.relative, f"cannot be read ({reason}); check the file and its rights", record)
        if not record.articles and not record.problems:
            report.empty.append(one.relative)
        report.close(record)


def _contents(one: Found, record: FileRecord, report: ReadReport, stdin: BinaryIO | None) -> Iterator[Content]:
    """What one file holds; the digest is of the file's bytes, packed where they are packed."""
    if one.kind == "stdin":
        data = _all(stdin or sys.stdin.buffer)
        record.bytes, record.sha256 = len(data), hashlib.sha256(data).hexdigest()
    else:
        with open(one.path, "rb") as raw:
            record.sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
            record.bytes = raw.tell()
        with _opened(one.path) as handle:
            if one.kind in _MANY:
                yield from _MANY[one.kind](
                    handle, record, lambda message: report.problem(one.relative, message, record)
                )
                return
            data = _all(handle)
    content = _ONE[one.kind](data, record)
    if content.text.strip():
        yield content


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.name.lower().endswith(".gz") else open(path, "rb")


def _all(handle: IO[bytes] | BinaryIO) -> bytes:
    data = handle.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise InputError(f"is larger than {LARGEST_TEXT >> 20} MiB as one article; split it, or give it as .jsonl")
    return data


def _article(content: Content, one: Found, record: FileRecord, ids: _Ids, report: ReadReport) -> Article:
    if content.line is None:
        name = one.id
    else:
        name, repeated = ids.claim(content, one)
        if repeated:
            told = f"line {content.line}: id {content.id} has been used above; read as {name}, give it an id of its own"
            report.problem(one.relative, told, record)
    return Article(
        id=name,
        title=content.title,
        text=content.text,
        source=content.source,
        path=one.relative,
        published=content.published,
        url=content.url,
        encoding=record.encoding or "utf-8",
    )


class _Ids:
    """Hands out the ids of records, each once. It remembers two times 64 bits a record: the one thing that grows."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._owner = {_hash(folded(one.id)): 0 for one in found if one.kind not in _MANY}

    def claim(self, content: Content, one: Found) -> tuple[str, bool]:
        """The record's id, and whether its file already had this one: its own; where that is taken (or differs from
        another in nothing a file system sees) with the file's id before it; then with the line's number after it."""
        numbered = f"{one.id}-{content.line}"
        if content.id is None:
            tries, mine = [numbered], 0
        else:
            own = safe_id(content.id)
            mine = _hash(f"{one.relative}\0{one.root}\0{content.id}")
            tries = [own, f"{one.id}__{own}"]
        owners = [self._owner.get(_hash(folded(safe_id(name)))) for name in tries]
        repeated = mine != 0 and mine in owners
        if repeated:
            tries = [f"{own}-{content.line}"]
        for name in map(safe_id, [*tries, numbered, f"{one.id}__{numbered}"]):
            if _hash(folded(name)) not in self._owner:
                break
        else:
            name = safe_id(numbered, always=f"{one.path}:{content.line}")
        self._owner[_hash(folded(name))] = mine
        return name, repeated


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
