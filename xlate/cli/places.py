"""Where a command may write: never over what it reads."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Sequence
from pathlib import Path

from xlate.errors import UsageError


def keep_inputs(path: Path, inputs: Sequence[str], ours: re.Pattern[bytes]) -> None:
    """Raise UsageError where writing `path` would overwrite one of the inputs. A file in an input folder may be written
    if it is not there, is empty or of no kind that is read, or begins as `ours` says: an earlier run left it."""
    real = os.path.realpath(path)
    read = [os.path.realpath(given) for given in inputs if given != "-"]
    if real in read or (any(Path(real).is_relative_to(given) for given in read) and not _ours(path, ours)):
        raise UsageError(f"{path}: is one of the inputs and would be overwritten; give another name")


def _ours(path: Path, ours: re.Pattern[bytes]) -> bool:
    from xlate.read.find import kind_of

    if kind_of(path.name) is None:
        return True
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as handle:
            head = handle.read(200)
    except OSError:
        return True  # nothing that could be read; writing tells what else is wrong
    return not head or ours.match(head) is not None
