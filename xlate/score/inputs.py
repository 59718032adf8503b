"""Hypotheses and references from files: plain text, TSV, JSONL, each also as .gz, and the bundle of `xlate run`.

Plain text is read as sacrebleu's command reads it: only a newline ends a line, white space at its end does not count.
TSV has a header naming its columns, or one column of text, or two of segment id and text. JSONL has one object a line.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlate.errors import InputError

BUNDLE = "bitext.jsonl"

# names of the text, the most telling first; a bundle's `target` is its hypothesis, a reference file's is its reference
HYPOTHESIS = ("hypothesis", "hyp", "target", "translation", "mt", "text", "en")
REFERENCE = ("reference", "ref", "target", "translation", "text", "en")


@dataclass(frozen=True, slots=True)
class Lines:
    """The segments of one file, in order; every tuple that is not None is as long as `texts`.

    `flags` holds the kinds of the flags on each segment. `copied` are the ids that were passed through untranslated.
    `bundle`: it is the output of a run, so segments without a reference are to be expected.
    """

    path: Path
    texts: tuple[str, ...]
    ids: tuple[str, ...] | None = None
    articles: tuple[str, ...] | None = None
    flags: tuple[tuple[str, ...], ...] | None = None
    sources: tuple[str, ...] | None = None
    copied: frozenset[str] = frozenset()
    bundle: bool = False


def read_lines(path: Path, reference: bool = False) -> Lines:
    """Read one file or bundle. `reference` says which column or key is meant where a file has both sides.

    Raises InputError, with file and line, for what cannot be read, decoded or parsed, has no text column, repeats an
    id, is empty or has only empty lines.
    """
    names = REFERENCE if reference else HYPOTHESIS
    if path.is_dir():
        if not (path / BUNDLE).is_file():
            raise InputError(f"{path}: holds no {BUNDLE}; give a folder that xlate run wrote, or a file")
        records = [r for r in _json_records(path / BUNDLE) if r[1].get("origin") != "skipped"]
        lines = _from_records(path / BUNDLE, records, names, bundle=True)
    else:
        kind = path.name.removesuffix(".gz").rpartition(".")[2].lower()
        if kind in ("jsonl", "ndjson"):
            lines = _from_records(path, list(_json_records(path)), names, bundle=path.name == BUNDLE)
        elif kind == "tsv":
            lines = _from_records(path, _tsv_records(path), names)
        else:
            lines = Lines(path, tuple(text.rstrip() for text in numbered(path)))
    if not lines.texts:
        raise InputError(f"{path}: is empty; there is nothing to score")
    if not any(lines.texts):
        side = "reference" if reference else "translation"
        raise InputError(f"{path}: every {side} is empty; there is nothing to score")
    return lines


def numbered(path: Path) -> Iterator[str]:
    """The lines of a text file, UTF-8, decompressed if its name ends in .gz. Raises InputError."""
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: does not exist; check the path") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"{path}: is not a whole gzip file ({error}); fetch or compress it again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); check its rights") from error
    rows = text.split("\n")
    yield from rows[:-1] if not rows[-1] else rows


Record = tuple[int, dict[str, Any]]


def _json_records(path: Path) -> Iterator[Record]:
    for number, row in enumerate(numbered(path), 1):
        if not row.strip():
            continue
        try:
            value = json.loads(row)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}: line {number} is not JSON; repair it or write the file again") from error
        if not isinstance(value, dict):
            raise InputError(f"{path}: line {number} is not a JSON object; write one object a line")
        if number == 1 and "xlate_baseline" in value:
            continue  # kept outputs can be scored like any others
        yield number, value


def _tsv_records(path: Path) -> list[Record]:
    rows = [row.rstrip("\r").split("\t") for row in numbered(path)]
    if not rows:
        return []
    header = [cell.strip().lower() for cell in rows[0]]
    known = {"id", *HYPOTHESIS, *REFERENCE}
    if header[0] == "id" or (len(header) > 1 and known.intersection(header)):
        first, columns = 1, header
    elif len(header) <= 2:
        first, columns = 0, ["id", "text"][-len(header) :]
    else:
        raise InputError(f"{path}: has {len(header)} columns and no header; name them, such as id and reference")
    for number, row in enumerate(rows[first:], first + 1):
        if len(row) != len(columns):
            raise InputError(f"{path}: line {number} has {len(row)} columns, not {len(columns)}; repair that line")
    return [(n, dict(zip(columns, row, strict=True))) for n, row in enumerate(rows[first:], first + 1)]


def _from_records(path: Path, records: Sequence[Record], names: Sequence[str], bundle: bool = False) -> Lines:
    if not records:
        return Lines(path, ())
    column = next((name for name in names if name in records[0][1]), None)
    if column is None:
        have = ", ".join(records[0][1]) or "nothing"
        raise InputError(f"{path}: has {have} but no text; call the column one of {', '.join(names)}")
    texts = []
    for number, record in records:
        text = record.get(column)
        if not isinstance(text, str):
            raise InputError(f"{path}: line {number} has no text under '{column}'; repair that line")
        texts.append(_valid(" ".join(text.splitlines())).rstrip())
    ids = _ids(path, records)
    copied = frozenset(i for i, (_, r) in zip(ids or (), records, strict=False) if r.get("origin") == "copied")
    return Lines(
        path,
        tuple(texts),
        ids,
        _strings(records, "article"),
        tuple(tuple(_kinds(r.get("flags"))) for _, r in records) if "flags" in records[0][1] else None,
        _strings(records, "source"),
        copied,
        bundle,
    )


def _ids(path: Path, records: Sequence[Record]) -> tuple[str, ...] | None:
    if not any("id" in record for _, record in records):
        return None
    seen: dict[str, int] = {}
    for number, record in records:
        value = record.get("id")
        if value is None or isinstance(value, (dict, list)) or str(value) == "":
            raise InputError(f"{path}: line {number} has no id; give every line one, or none")
        if str(value) in seen:
            raise InputError(
                f"{path}: line {number} repeats the id '{value}' of line {seen[str(value)]}; make ids unique"
            )
        seen[_valid(str(value))] = number
    return tuple(seen)


def _strings(records: Sequence[Record], key: str) -> tuple[str, ...] | None:
    values = [record.get(key) for _, record in records]
    return tuple(_valid(v) for v in values) if all(isinstance(v, str) for v in values) else None  # type: ignore[arg-type]


def _kinds(flags: Any) -> Iterable[str]:
    """The kinds of a segment's flags, each once: from JSON objects, from strings, or from a TSV cell of JSON."""
    if isinstance(flags, str):
        try:
            flags = json.loads(flags or "[]")
        except ValueError:
            flags = flags.split()
    kinds = [f.get("kind") if isinstance(f, dict) else f for f in flags] if isinstance(flags, list) else []
    return dict.fromkeys(str(kind) for kind in kinds if kind)


def _valid(text: str) -> str:
    """`text` without lone surrogates, which JSON can smuggle in and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
