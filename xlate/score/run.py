"""What a bundle's run.json tells about how its outputs were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlate.errors import InputError

RUN = "run.json"


def made_with(output: Path) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """Decoding settings and model (name, digest) of a bundle; (None, None) for other outputs, where nobody knows.

    Raises InputError for a bundle whose run.json cannot be read.
    """
    path = output / RUN
    if not path.is_file():
        return None, None
    try:
        run = json.loads(path.read_bytes())
        settings, model = run["settings"], run["model"]
        return dict(settings), {key: model[key] for key in ("name", "digest")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: does not tell how the bundle was made; run xlate run again") from error
