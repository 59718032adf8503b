"""One process at a time for one thing: a lock file that the system lets go when its holder ends, however it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlate.errors import OutputError


@contextmanager
def holding(path: Path, waiting: Callable[[], None] = lambda: None, every: float = 0.2) -> Iterator[None]:
    """Hold the lock file `path`, which stays behind; `waiting` is called once if another process holds it.

    Raises OutputError where the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+b")
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); set XLATE_MODELS to another place") from error
    with handle:
        told = False
        while not _try(handle):
            if not told:
                waiting()
                told = True
            time.sleep(every)
        yield


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _try(handle: IO[bytes]) -> bool:
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try(handle: IO[bytes]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
