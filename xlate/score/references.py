"""Reference translations by segment id, and their pairing with a run's segments.

A folder holds one file an article, named by the article's id: `<article>.tsv` (segment id, tab, English; or with a first
line that names the columns, `id`, `reference` and any others) or `<article>.txt` / `<article>.en` (plain text, one line a
translated segment). Several folders are several references; an article may be in any of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlate.errors import ReferencesError
from xlate.score.inputs import REFERENCE

_SUFFIXES = (".tsv", ".txt", ".en")
_CURES = {True: "write the segment id, a tab and the English", False: "write one, or use a .tsv with segment ids"}


@dataclass(frozen=True, slots=True)
class ArticleReferences:
    """The references of one article from one file. `ids` is None where the file goes by line.

    `lines[i]` is the line number of `texts[i]`, for messages.
    """

    path: Path
    ids: tuple[str, ...] | None
    texts: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class References:
    """References as read: one mapping from article id to its file for each folder, in the order given."""

    streams: tuple[Mapping[str, ArticleReferences], ...]

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of all articles that have a reference, sorted."""
        return tuple(sorted({article for stream in self.streams for article in stream}))


@dataclass(frozen=True, slots=True)
class Paired:
    """Segments that have a reference, in the order asked for, with sacrebleu's streams.

    `streams[r][i]` is reference `r` of segment `ids[i]`, None where that segment lacks it (each has at least one).
    `missing` are the segments without any reference; `unused` the articles that have references and were not asked for.
    """

    ids: tuple[str, ...]
    streams: tuple[tuple[str | None, ...], ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def load_references(directory: Path, *more: Path) -> References:
    """Read one folder of references, or several for several references of the same segments.

    Raises ReferencesError, with file and line, for a folder that has none, for two files of one article, a line without
    a tab, a repeated id, an empty reference, or a file that is not UTF-8.
    """
    return References(tuple(_folder(Path(folder)) for folder in (directory, *more)))


def pair(
    references: References, segments: Mapping[str, Sequence[str]], copied: Collection[str] = frozenset()
) -> Paired:
    """Pair references with the translated segments of a run: article id → ids of its segments, in order.

    `copied` are those of the segments that were passed through (numbers, links): a .tsv may give them a reference, but
    nobody misses it, and a plain text file has no line for them.
    Raises ReferencesError for an id that the article does not have (names file, line and id), for a plain text file
    with another number of lines than the article has segments, and when no segment has a reference.
    """
    found = [_stream_for(stream, segments, copied) for stream in references.streams]
    wanted = [segment for ids in segments.values() for segment in ids]
    ids = tuple(segment for segment in wanted if any(segment in stream for stream in found))
    if not ids:
        raise ReferencesError(
            f"{_places(references)}: no reference fits a segment; the files are named by article id, such as "
            f"{next(iter(segments), 'article')}.tsv"
        )
    found_ids = {*ids, *copied}
    missing = tuple(segment for segment in wanted if segment not in found_ids)
    streams = tuple(tuple(stream.get(segment) for segment in ids) for stream in found)
    kept = tuple(stream for stream in streams if any(text is not None for text in stream))
    return Paired(ids, kept, missing, tuple(a for a in references.articles if a not in segments))


def _stream_for(
    stream: Mapping[str, ArticleReferences], segments: Mapping[str, Sequence[str]], copied: Collection[str]
) -> dict[str, str]:
    """Segment id → reference, from one folder."""
    out: dict[str, str] = {}
    for article, ids in segments.items():
        entry = stream.get(article)
        if entry is None:
            continue
        if entry.ids is None:
            translated = [segment for segment in ids if segment not in copied]
            if len(entry.texts) != len(translated):
                raise ReferencesError(
                    f"{entry.path}: has {len(entry.texts)} lines, article {article} has {len(translated)} translated "
                    "segments; write one line for each, or a .tsv with segment ids"
                )
            out.update(zip(translated, entry.texts, strict=True))
            continue
        known = set(ids)
        for segment, text, line in zip(entry.ids, entry.texts, entry.lines, strict=True):
            if segment not in known:
                raise ReferencesError(
                    f"{entry.path}: line {line}: no translated segment has the id '{segment}'; "
                    "take the ids from bitext.tsv"
                )
            out[segment] = text
    return out


def _folder(directory: Path) -> dict[str, ArticleReferences]:
    if not directory.is_dir():
        raise ReferencesError(f"{directory}: is not a folder of references; give one that holds <article id>.tsv files")
    try:
        files = sorted(path for path in directory.iterdir() if path.suffix in _SUFFIXES and path.name[0] != ".")
    except OSError as error:
        raise ReferencesError(f"{directory}: cannot be read ({error.strerror}); check its rights") from error
    out: dict[str, ArticleReferences] = {}
    for path in files:
        if path.stem in out:
            raise ReferencesError(
                f"{path}: article {path.stem} already has {out[path.stem].path.name}; keep one of them"
            )
        out[path.stem] = _read(path)
    if not out:
        raise ReferencesError(f"{directory}: holds no references; name them <article id>.tsv, .txt or .en")
    return out


def _read(path: Path) -> ArticleReferences:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ReferencesError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    except UnicodeDecodeError as error:
        raise ReferencesError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    # only "\n" ends a line, as for sacrebleu; a "\r" before it goes with the other white space at the end
    tabbed = path.suffix == ".tsv"
    if tabbed:
        entries = _table(path, text.split("\n"))
    else:
        rows = text.rstrip().split("\n") if text.strip() else []
        entries = [(number, "", row.strip()) for number, row in enumerate(rows, 1)]
    ids: dict[str, None] = {}
    for number, segment, reference in entries:
        if tabbed and segment in ids:
            raise ReferencesError(f"{path}: line {number}: the id '{segment}' is given twice; keep one of them")
        if not reference:
            raise ReferencesError(f"{path}: line {number}: has no reference; {_CURES[tabbed]}")
        ids[segment] = None
    if not entries:
        raise ReferencesError(f"{path}: holds no reference; write one or remove the file")
    texts = tuple(reference for *_, reference in entries)
    return ArticleReferences(path, tuple(ids) if tabbed else None, texts, tuple(number for number, *_ in entries))


def _table(path: Path, rows: Sequence[str]) -> list[tuple[int, str, str]]:
    """Line number, id and reference ("" where it lacks) of the lines of a .tsv that are not empty."""
    table = [(number, [cell.strip() for cell in row.split("\t")]) for number, row in enumerate(rows, 1) if row.strip()]
    columns = ["id", "reference"]
    if table and (table[0][1][0].lower() == "id" or len(table[0][1]) > 2):
        columns = [name.lower() for name in table.pop(0)[1]]
    column = next((columns.index(name) for name in REFERENCE if name in columns), None)
    if column is None or "id" not in columns:
        raise ReferencesError(
            f"{path}: has the columns {', '.join(columns)}; name one of them id and one {', '.join(REFERENCE)}"
        )
    entries = []
    for number, cells in table:
        if len(cells) == 1:
            cells += [""] * (len(columns) - 1)  # no tab: told as a line without a reference
        if len(cells) != len(columns):
            raise ReferencesError(
                f"{path}: line {number} has {len(cells)} columns, not {len(columns)}; repair that line"
            )
        entries.append((number, cells[columns.index("id")], cells[column]))
    return entries


def _places(references: References) -> str:
    paths = {str(entry.path.parent) for stream in references.streams for entry in stream.values()}
    return ", ".join(sorted(paths))
