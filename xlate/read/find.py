"""Which files there are to read, each once, in an order and under ids that do not depend on how they were named."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlate.errors import InputError
from xlate.read.report import ReadReport

KINDS = {
    ".txt": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
}
_KNOWN = f"{' '.join(KINDS)}, each also with .gz"
STDIN = "-"
ID_BYTES = 120
"""Longest id in bytes of UTF-8: with a suffix and a temporary name's additions it fits a file system's 255."""
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True, slots=True)
class Found:
    """One file: where it is, its path relative to the input root (with /, always UTF-8), what it holds, its id."""

    path: Path
    relative: str
    kind: str
    root: str
    id: str = ""


def discover(inputs: Sequence[Path | str], report: ReadReport, exclude: Sequence[Path] = ()) -> list[Found]:
    """All files under `inputs` with their ids, sorted by relative path; counts what is passed over.

    Folders in `exclude` are not entered and files in it not taken up, for example what is written to.

    Raises InputError before anything is read: an input that does not exist, or nothing readable at all. A folder that
    gives nothing beside inputs that give something is a problem in the report.
    """
    if not inputs:
        raise InputError("no input given; name files or folders, or - for standard input")
    paths = [Path(given) for given in inputs if str(given) != STDIN]
    for path in paths:
        _must_exist(path)
    closed = {os.path.realpath(path) for path in exclude}
    found: dict[str, Found] = {}
    barren: list[Path] = []
    for path in paths:
        before = len(found) + report.skipped_repeated + len(report.problems)
        if path.is_dir():
            root = os.path.abspath(path)
            for entry in _walk(path, report, closed):
                _add(found, entry, os.path.relpath(entry, path), root, report)
            if len(found) + report.skipped_repeated + len(report.problems) == before:
                barren.append(path)
        else:
            _add(found, path, path.name, os.path.abspath(path.parent), report)
    files = list(found.values())
    if len(paths) < len(inputs):
        files.append(Found(Path(STDIN), "stdin", "stdin", ""))
    if not files:
        raise InputError(_nothing(paths, report))
    for path in barren:
        report.problem(readable(str(path)), f"nothing readable here; known are {_KNOWN}")
    files.sort(key=lambda one: (one.relative, one.root, str(one.path)))
    report.found, report.found_bytes = len(files), sum(_size(one.path) for one in files)
    return _with_ids(files)


def _must_exist(path: Path) -> None:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: does not exist; check the path") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be looked at ({_reason(error)}); check the path and its rights") from None


def _walk(folder: Path, report: ReadReport, closed: Collection[str]) -> list[Path]:
    """Files below `folder`; links to folders are not followed, so there are no loops and no way out."""
    files: list[Path] = []
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                listed = list(entries)
        except OSError as error:
            report.problem(
                readable(str(here)), f"folder cannot be listed ({_reason(error)}); check its rights and run again"
            )
            continue
        for entry in listed:
            if entry.name.startswith("."):
                report.skipped_hidden += 1
            elif closed and os.path.realpath(entry.path) in closed:
                report.skipped_excluded += 1
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                files.append(Path(entry.path))
    return files


def _add(found: dict[str, Found], path: Path, relative: str, root: str, report: ReadReport) -> None:
    """Take `path` up, unless it is of no use to us. A file reached in two ways keeps its longest relative path."""
    relative = readable(relative).replace(os.sep, "/")
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        report.problem(relative, f"cannot be read ({_reason(error)}); mend the link or check its rights")
        return
    if stat.S_ISDIR(mode):
        report.skipped_links += 1
        return
    if not stat.S_ISREG(mode):
        report.skipped_special += 1
        return
    kind = kind_of(path.name)
    if kind is None:
        suffix = _suffix(path.name)
        report.skipped_unknown[suffix] = report.skipped_unknown.get(suffix, 0) + 1
        return
    real = os.path.realpath(path)
    one = Found(path, relative, kind, root)
    other = found.get(real)
    if other is not None:
        report.skipped_repeated += 1
        one = min(one, other, key=lambda f: (-f.relative.count("/"), f.path.is_symlink(), f.relative, f.root))
    found[real] = one


def kind_of(name: str) -> str | None:
    """What a file's suffix says it holds; `.gz` after it is looked through. None where it is unknown."""
    name = name.lower().removesuffix(".gz")
    return KINDS.get(os.path.splitext(name)[1])


def readable(path: str) -> str:
    """A path as text that can be printed and written: bytes that are not UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _suffix(name: str) -> str:
    return readable(os.path.splitext(name)[1].lower()) or "(none)"


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # gone since it was listed; reading it will say so


def _nothing(paths: Sequence[Path], report: ReadReport) -> str:
    passed = [f"{count} {suffix}" for suffix, count in sorted(report.skipped_unknown.items())]
    counts = (("hidden", report.skipped_hidden), ("links", report.skipped_links), ("special", report.skipped_special))
    passed += [f"{count} {word}" for word, count in counts if count]
    saw = f" (passed over: {', '.join(passed)})" if passed else ""
    if report.problems:
        saw += f"; {report.problems[0]}"
    where = ", ".join(readable(str(path)) for path in paths)
    return f"{where}: nothing readable here{saw}; known are {_KNOWN}"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _with_ids(files: list[Found]) -> list[Found]:
    """Give each file its id. Where several would have the same, each of these gets a longer one, whatever the order."""
    level = [0] * len(files)
    while True:
        groups: dict[str, list[int]] = defaultdict(list)
        ids = [_candidate(one, rank) for one, rank in zip(files, level, strict=True)]
        for index, name in enumerate(ids):
            groups[folded(name)].append(index)
        clashes = [index for group in groups.values() if len(group) > 1 for index in group if level[index] < 3]
        if not clashes:
            break
        for index in clashes:
            level[index] += 1
    return [Found(f.path, f.relative, f.kind, f.root, name) for f, name in zip(files, ids, strict=True)]


def _candidate(one: Found, rank: int) -> str:
    """The id at a rank: without suffix, with it, with the root's name before it, with a hash after that."""
    if rank == 0:
        bare = one.relative[:-3] if one.relative.lower().endswith(".gz") else one.relative
        return safe_id(os.path.splitext(bare)[0])
    if rank == 1:
        return safe_id(one.relative)
    named = f"{os.path.basename(one.root)}/{one.relative}"
    if rank == 2:
        return safe_id(named)
    return safe_id(named, always=os.path.abspath(one.path))


def folded(name: str) -> str:
    """The id as a file system that ignores case and composition sees it."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def safe_id(name: str, *, always: str | None = None) -> str:
    """`name` as a file name that every system takes: letters (Arabic too), digits, `-`, `_` and `.`; folders joined
    by `__`; no leading or trailing dot; no Windows device name; at most ID_BYTES bytes, cut with a short hash.

    `always` is text whose hash is added in any case.

    >>> safe_id("2016/أخبار ليبيا"), safe_id("../.x"), safe_id("con")
    ('2016__أخبار_ليبيا', 'x', 'con_')
    """
    parts = [part for part in re.split(r"[/\\]", unicodedata.normalize("NFC", name)) if part not in ("", ".", "..")]
    clean = "__".join("".join(c if _allowed(c) else "_" for c in part) for part in parts).strip(". ")
    clean = clean or "article"
    if _RESERVED.fullmatch(clean):
        clean = re.sub(r"^[^.]+", lambda match: match[0] + "_", clean)
    tail = f"-{_hash(always)}" if always is not None else ""
    if len((clean + tail).encode()) > ID_BYTES:
        tail = f"-{_hash(always or name)}"
        clean = clean.encode()[: ID_BYTES - len(tail)].decode("utf-8", "ignore")
    return clean + tail


def _allowed(char: str) -> bool:
    return char.isalnum() or char in "-_." or unicodedata.category(char) in ("Mn", "Mc")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
