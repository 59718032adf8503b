"""One process at a time for one thing: a lock file that the system lets go when its holder ends, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xlate.errors import OutputError


@contextmanager
def holding(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock file `path`, which may stay behind; `waiting` is called once if another process holds it.

    Raises OutputError where the file cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(poll_interval=0.2)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); set XLATE_MODELS to another place") from error
    try:
        yield
    finally:
        lock.release()
