"""How outputs were made, as far as they tell: a bundle in its run.json, kept outputs in their first line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlate.errors import InputError
from xlate.score.baseline import made_by
from xlate.score.inputs import numbered

RUN = "run.json"


def made_with(output: Path) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Decoding settings and model (name, digest) of a bundle or of kept outputs; (None, None) where nobody knows.

    Raises InputError for a bundle whose run.json, or outputs whose first line, cannot be read.
    """
    if output.is_file() and output.suffix == ".jsonl":
        return _kept(output)
    path = output / RUN
    if not path.is_file():
        return None, None
    try:
        run = json.loads(path.read_bytes())
        settings, model = run["settings"], run["model"]
        return dict(settings), {key: model[key] for key in ("name", "digest")}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path}: does not tell how the bundle was made; run xlate run again") from error


def _kept(output: Path) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """From the header that `write_baseline` writes; any other file tells nothing."""
    try:
        header = json.loads(next(numbered(output), ""))
    except (ValueError, RecursionError):
        return None, None
    if not isinstance(header, dict) or "xlate_baseline" not in header:
        return None, None
    try:
        return made_by(header)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{output}: line 1 is damaged; run xlate eval again") from error
