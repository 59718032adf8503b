"""Files written so that nobody ever sees half of one: a temporary name beside the target, then a rename."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from xlate.errors import OutputError


@contextmanager
def replacing(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary file beside `path`; on success it becomes `path`, on any error it is removed.

    Text is UTF-8 with line ends as written. `mode` is "w" or "wb".
    Raises OutputError, with the cure, where the place cannot be written (folder missing, no right, disk full).
    """
    handle = None
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; give the name of a file")
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".part", dir=path.parent)
        binary = "b" in mode
        handle = os.fdopen(descriptor, mode, encoding=None if binary else "utf-8", newline=None if binary else "")
        yield handle
        handle.flush()
        os.fsync(handle.fileno())
        handle.close()
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); choose another place") from error
    finally:
        if handle is not None and not handle.closed:
            _close_quietly(handle)
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    """The process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _close_quietly(handle: IO[Any]) -> None:
    """Close after an error: a full disk fails a second time on the buffer that is left, and the first error counts."""
    try:
        handle.close()
    except OSError:
        return
