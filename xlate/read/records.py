"""Files of many articles, one record each: JSON Lines, CSV and TSV. They are streamed: memory holds one record."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import IO

from xlate.errors import InputError
from xlate.normalise import normalise
from xlate.read.dates import imprint, parse_date
from xlate.read.encoding import SAMPLE, Encoding, bad_bytes, decide
from xlate.read.report import FileRecord
from xlate.read.text import Content, without_surrogates

_ARABIC = re.compile("[\u0620-\u064a]")
FIELDS = ("id", "title", "text", "source", "published", "url")
LONGEST = 64 << 20
"""Longest line or field, in bytes or characters: what is longer is no article, but a file of another kind."""
_SAMPLE_ROWS = 1000

Tell = Callable[[str], None]
"""Takes a problem's message (without the path)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its line end, numbered from 1; `text` is None when it cannot be had, and `error` says why."""

    number: int
    text: str | None
    error: str = ""


def sniff(handle: IO[bytes], record: FileRecord) -> Encoding:
    """Decide the encoding from the beginning of a seekable file, or from where its bytes stop being ASCII."""
    sample = handle.read(SAMPLE)
    whole = len(sample) < SAMPLE
    encoding = decide(sample, complete=whole)
    while encoding.why == "ASCII only" and not whole:
        sample = handle.read(SAMPLE)
        whole = len(sample) < SAMPLE
        if not sample.isascii():
            # up to here the file is ASCII, so the sample does not begin inside a character
            try:
                encoding = decide(sample, complete=whole)
            except InputError:
                encoding = Encoding("utf-8", 0, "likely", "most of it is ASCII")  # each line that is not will be told
    handle.seek(0)
    record.encoding, record.certainty, record.why = encoding.name, encoding.certainty, encoding.why
    return encoding


def lines(handle: IO[bytes], encoding: Encoding) -> Iterator[Line]:
    """The lines of a file, decoded strictly one by one, so that bad bytes cost their own line only."""
    handle.read(encoding.skip)
    if encoding.name.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(handle, encoding)
        return
    offset, number = encoding.skip, 0
    while raw := handle.readline(LONGEST + 1):
        number += 1
        if len(raw) > LONGEST:
            offset += len(raw)
            while raw and not raw.endswith(b"\n"):
                raw = handle.readline(1 << 20)
                offset += len(raw)
            yield Line(number, None, f"is longer than {LONGEST >> 20} MiB; put each article on a line of its own")
            continue
        try:
            yield Line(number, raw.decode(encoding.name))
        except UnicodeDecodeError as error:
            yield Line(number, None, bad_bytes(error, encoding, offset))
        offset += len(raw)


def _wide_lines(handle: IO[bytes], encoding: Encoding) -> Iterator[Line]:
    """Lines of UTF-16 or UTF-32, whose line ends cannot be found in the bytes; a bad unit ends the reading."""
    decoder = codecs.getincrementaldecoder(encoding.name)()
    offset, number, rest = encoding.skip, 0, ""
    while True:
        chunk = handle.read(SAMPLE)
        pending = len(decoder.getstate()[0])
        bad = ""
        try:
            rest += decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            rest += error.object[: error.start].decode(encoding.name)
            bad = bad_bytes(error, encoding, offset - pending)
        offset += len(chunk)
        *whole, rest = rest.split("\n")
        for text in whole:
            number += 1
            yield Line(number, text + "\n")
        if bad:
            yield Line(number + 1, None, bad)
            return
        if len(rest) > LONGEST:
            yield Line(number + 1, None, f"is longer than {LONGEST >> 20} MiB; put each article on a line of its own")
            return
        if not chunk:
            if rest:
                yield Line(number + 1, rest)
            return


def read_jsonl(handle: IO[bytes], record: FileRecord, tell: Tell) -> Iterator[Content]:
    """The articles of a JSON Lines file. A line that is none is told with its number; the others go on."""
    encoding = sniff(handle, record)
    for line in lines(handle, encoding):
        if line.text is None:
            tell(f"line {line.number}: {line.error}")
            continue
        if not line.text.strip():
            continue
        try:
            value = json.loads(line.text)
        except (ValueError, RecursionError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply or a number too long"
            tell(f"line {line.number}: not JSON ({reason}); write one object a line")
            continue
        if not isinstance(value, dict):
            tell(f'line {line.number}: not an object; write one a line, like {{"id": …, "text": …}}')
            continue
        content = _content({str(key).lower(): item for key, item in value.items()}, line.number, record, tell)
        if content is not None:
            yield content


def read_table(handle: IO[bytes], record: FileRecord, tell: Tell) -> Iterator[Content]:
    """The articles of a CSV or TSV file whose first line names the columns (any order and case; `text` is needed).

    CSV may be separated by semicolons, as spreadsheets of many countries write it. A TSV is read with quoting where
    its beginning has quoted cells and is well-formed so, and else literally, a line a record. Raises InputError for a file that cannot be
    read further; a row with a wrong number of columns is told and passed over.
    """
    encoding = sniff(handle, record)
    plain = record.kind == "tsv" and not _quoted_tsv(handle, encoding)
    handle.seek(0)
    rows = _split(handle, encoding) if plain else _parsed(handle, encoding, "\t" if record.kind == "tsv" else None)
    header: list[str] = []
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if not header:
            header = _header(row)
        elif len(row) != len(header):
            tell(f"line {number}: {len(row)} columns where the first line names {len(header)}; correct its separators")
        else:
            content = _content(dict(zip(header, row, strict=True)), number, record, tell)
            if content is not None:
                yield content


def _header(row: list[str]) -> list[str]:
    names = [cell.strip().lstrip("\ufeff").lower() for cell in row]
    if "text" not in names:
        shown = ", ".join(name[:30] or "(unnamed)" for name in names[:12])
        raise InputError(f"has no column named text (found: {shown}); name the column that holds the article text")
    doubled = sorted({name for name in names if name in FIELDS and names.count(name) > 1})
    if doubled:
        raise InputError(f"has two columns named {doubled[0]}; rename one of them")
    return names


def _texts(handle: IO[bytes], encoding: Encoding) -> Iterator[str]:
    """Decoded lines for a reader that cannot go on after a loss."""
    for line in lines(handle, encoding):
        if line.text is None:
            raise InputError(f"line {line.number}: {line.error}")
        yield line.text


def _split(handle: IO[bytes], encoding: Encoding) -> Iterator[tuple[int, list[str]]]:
    for number, text in enumerate(_texts(handle, encoding), 1):
        yield number, text.rstrip("\r\n").split("\t")


def _parsed(handle: IO[bytes], encoding: Encoding, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Rows by the csv module, strictly; the delimiter is seen from the first line when it is not given."""
    source = _texts(handle, encoding)
    first = next(source, "")
    if delimiter is None:
        delimiter = max(",;\t", key=first.count)

    def again() -> Iterator[str]:
        yield first
        yield from source

    csv.field_size_limit(LONGEST)
    reader = csv.reader(again(), delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        if "new-line" in str(error):
            raise InputError(f"line {start}: a lone carriage return ends a line; save it with \\n line ends") from None
        raise InputError(
            f"record from line {start}: {error}; check its quotation marks, those inside are doubled"
        ) from None


def _quoted_tsv(handle: IO[bytes], encoding: Encoding) -> bool:
    """Whether a cell in the first rows of a TSV begins with a quotation mark, and they are well-formed read with quoting.

    Well-formed rows are of one width.
    """
    widths: set[int] = set()
    try:
        if not any(cell.startswith('"') for _, row in islice(_split(handle, encoding), _SAMPLE_ROWS) for cell in row):
            return False
        handle.seek(0)
        for index, (_, row) in enumerate(_parsed(handle, encoding, "\t")):
            widths.add(len(row))
            if index == _SAMPLE_ROWS:
                break
    except InputError:
        return False
    return len(widths - {0}) <= 1


def _titled(text: str, title: str | None) -> str:
    """`text` with an Arabic title before it as a line of its own, so that the headline is translated with the article;
    as it is where its beginning has the title already."""
    if not title or not _ARABIC.search(title) or normalise(title) in normalise(text[: 2 * len(title) + 400]):
        return text
    return f"{' '.join(title.split())}\n\n{text}"


def _content(fields: Mapping[str, object], number: int, record: FileRecord, tell: Tell) -> Content | None:
    """One record's fields, checked; None (and told, or counted as empty) when it has no text to translate."""
    text = fields.get("text")
    if not isinstance(text, str):
        tell(f'line {number}: {"no text" if text is None else "text is not a string"}; give it a field "text"')
        return None
    if not text.strip():
        record.empty_records += 1
        return None
    own = fields.get("id")
    if isinstance(own, int) and not isinstance(own, bool):
        own = str(own)
    values = {"id": own, **{name: fields.get(name) for name in ("title", "source", "url")}}
    for name, value in values.items():
        if value is not None and not isinstance(value, str):
            tell(f"line {number}: {name} is not a string; read without it, correct it")
            values[name] = None
    clean = {
        name: without_surrogates(value, record).strip() or None if isinstance(value, str) else None
        for name, value in values.items()
    }
    stated = fields.get("published")
    published, source = imprint(text)
    if stated not in (None, ""):
        usable = isinstance(stated, (str, int, float)) and not isinstance(stated, bool)
        published = parse_date(stated) if usable else None  # type: ignore[arg-type]
        record.dates_not_understood += published is None
    return Content(
        _titled(without_surrogates(text, record), clean["title"]),
        clean["title"],
        clean["source"] or source,
        published,
        clean["url"],
        clean["id"],
        number,
    )
