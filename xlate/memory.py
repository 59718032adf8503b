"""The translation memory: what makes translate-once, resume and incremental runs one mechanism.

SQLite in WAL mode, keyed by a fingerprint of model and decoding settings and the exact source text. Each `put` is a
transaction, so a process killed at any moment loses at most what it had not yet put, and several processes can share
one file.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from xlate.errors import InputError, OutputError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS translation (
    engine TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    score REAL,
    origin TEXT NOT NULL,
    at_limit INTEGER NOT NULL,
    PRIMARY KEY (engine, source)
) WITHOUT ROWID
"""
_VERSION = 1
_PATIENCE = 60.0  # seconds to wait for another process
_PER_QUERY = 400  # below SQLite's oldest limit on bound values, 999


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the memory holds for one source text; see Translation for the fields' meaning."""

    target: str
    score: float | None
    origin: str
    at_limit: bool


def default_path() -> Path:
    """The memory that all runs of this user share, in the platform's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("xlate", appauthor=False) / "memory.sqlite3"


class Memory:
    """An open translation memory; a context manager. `path` None keeps nothing beyond the object's life.

    Raises InputError for a file that is no memory of ours, OutputError where it cannot be opened or written.
    """

    def __init__(self, path: Path | None, engine: str) -> None:
        self.path = path
        self._engine = engine
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            # "" is a database of SQLite's own that spills to a temporary file: a long stream must not fill the memory
            self._db = sqlite3.connect(path or "", timeout=_PATIENCE, isolation_level=None)
            self._prepare()
        except (sqlite3.Error, OSError) as error:
            raise self._explained(error) from error

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise InputError(f"{self.path}: was written by a newer xlate; update xlate or choose another --memory")
        tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables - {"translation"}:
            raise InputError(f"{self.path}: is a database of something else; choose another --memory")
        self._to_wal()
        # with WAL, NORMAL survives a killed process whole; only a power cut may lose the last transactions
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(_SCHEMA)
        if version != _VERSION:
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _to_wal(self) -> None:
        """Turn WAL on. Of two processes that find a new file one is told that it is locked, at once: SQLite does not wait
        here as it does elsewhere."""
        end = time.monotonic() + _PATIENCE
        while self._db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                if self._db.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                    return  # a database in memory or a file system without shared memory; it works without
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def get(self, sources: Sequence[str]) -> dict[str, Remembered]:
        """What is known of `sources`, by source text; unknown ones are absent."""
        found: dict[str, Remembered] = {}
        try:
            for first in range(0, len(sources), _PER_QUERY):
                part = [_storable(s) for s in sources[first : first + _PER_QUERY]]
                marks = ",".join("?" * len(part))
                rows = self._db.execute(
                    "SELECT source, target, score, origin, at_limit FROM translation"
                    f" WHERE engine = ? AND source IN ({marks})",
                    (self._engine, *part),
                )
                found.update((r[0], Remembered(r[1], r[2], r[3], bool(r[4]))) for r in rows)
        except sqlite3.Error as error:
            raise self._explained(error) from error
        return found

    def put(self, rows: Iterable[tuple[str, Remembered]]) -> None:
        """Remember all of `rows` (source text, what became of it) in one transaction. The first one put stays."""
        values = [(self._engine, _storable(s), r.target, r.score, r.origin, r.at_limit) for s, r in rows]
        if not values:
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("INSERT OR IGNORE INTO translation VALUES (?, ?, ?, ?, ?, ?)", values)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def close(self) -> None:
        """Close the file; its WAL is folded in when this was the last one who had it open."""
        self._db.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _explained(self, error: Exception) -> OutputError | InputError:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            return InputError(f"{self.path}: is not a translation memory ({error}); choose another --memory")
        return OutputError(f"{self.path}: the memory cannot be used ({error}); choose another --memory, or none")


def _storable(text: str) -> str:
    """SQLite stores UTF-8, in which a lone surrogate cannot be; reading replaces them, so this is the last guard."""
    return text.encode("utf-8", "replace").decode("utf-8")
