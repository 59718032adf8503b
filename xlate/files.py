"""Files written so that nobody ever sees half of one: a temporary name beside the target, then a rename."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from xlate.errors import OutputError


@contextmanager
def replacing(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """Open a temporary file beside `path`; on success it becomes `path`, on any error it is removed.

    Of a symbolic link the target is replaced. What is there and is no regular file (a FIFO, a device, /dev/stdout) is
    written into as it stands. Text is UTF-8 with line ends as written. `mode` is "w" or "wb".
    Raises OutputError, with the cure, where the place cannot be written (folder missing, no right, disk full).
    """
    handle = None
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; give the name of a file")
        descriptor = _standing(path)
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        if descriptor is None:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:80]}.", suffix=".part", dir=target.parent)
        binary = "b" in mode
        handle = os.fdopen(descriptor, mode, encoding=None if binary else "utf-8", newline=None if binary else "")
        yield handle
        handle.flush()
        if temporary is not None:
            os.fsync(handle.fileno())
        handle.close()
        if temporary is not None:
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
            temporary = None
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); choose another place") from error
    finally:
        if handle is not None and not handle.closed:
            _close_quietly(handle)
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _standing(path: Path) -> int | None:
    """A descriptor to write into what is at `path` as it stands; None where nothing or a regular file is there.

    A link to what this process writes to already, such as /dev/stdout, is that descriptor again, also where it leads to
    a regular file: one opened anew would write over what was printed.
    """
    try:
        there = os.stat(path)
    except OSError:
        return None
    for descriptor in (1, 2) if path.is_symlink() else ():
        with suppress(OSError):
            if os.path.samestat(there, os.fstat(descriptor)):
                return os.dup(descriptor)
    return None if stat.S_ISREG(there.st_mode) else os.open(path, os.O_WRONLY)


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
