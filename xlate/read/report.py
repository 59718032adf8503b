"""What was read, what was passed over and what could not be read: filled while the articles are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

PROBLEMS_A_FILE = 20
"""Problems of one file that are told one by one; the rest are told as a number."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that could not be read; `message` is one line that ends with the cure. `str()` puts the path first."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(slots=True)
class FileRecord:
    """One file that was opened.

    `path` is relative to its input root, `bytes` and `sha256` are of the file as it lies there. `encoding` is what it
    was taken for, `certainty` sure, likely or unsure, `why` the reason in words. `articles` counts what it gave,
    `empty_records` the records whose text was empty. `replaced` counts characters that cannot exist in UTF-8 (lone
    surrogates) and became U+FFFD; `dates_not_understood` publication dates that were given and could not be read;
    `front_matter` the characters of a Markdown file's front matter, which stand before the first offset of its article.
    """

    path: str
    kind: str
    bytes: int = 0
    sha256: str | None = None
    encoding: str | None = None
    certainty: str | None = None
    why: str | None = None
    articles: int = 0
    empty_records: int = 0
    replaced: int = 0
    dates_not_understood: int = 0
    front_matter: int = 0
    problems: int = 0


@dataclass(slots=True)
class ReadReport:
    """The account of one reading. `found` and `found_bytes` are complete before the first article is drawn; the rest
    is complete when the iterator is exhausted.

    `empty` lists files without text (not an error). Skipped things are counted: hidden names, unknown suffixes (with
    a count each), links to folders, special files (pipes, sockets, devices), ways to a file already found, and folders
    that the caller excludes. Plain values only: `dataclasses.asdict` gives what JSON takes.
    """

    found: int = 0
    found_bytes: int = 0
    files: list[FileRecord] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped_hidden: int = 0
    skipped_unknown: dict[str, int] = field(default_factory=dict)
    skipped_links: int = 0
    skipped_special: int = 0
    skipped_repeated: int = 0
    skipped_excluded: int = 0

    def problem(self, path: str, message: str, record: FileRecord | None = None) -> None:
        """Note a problem; a file with very many of them (a JSONL that is none) does not flood the report."""
        if record is not None:
            record.problems += 1
            if record.problems > PROBLEMS_A_FILE:
                return
        self.problems.append(Problem(path, " ".join(message.split())))

    def close(self, record: FileRecord) -> None:
        """Say how many problems of a file were not told one by one."""
        more = record.problems - PROBLEMS_A_FILE
        if more > 0:
            self.problems.append(
                Problem(record.path, f"{more} more lines like these could not be read; correct them too")
            )
