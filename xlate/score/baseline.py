"""The stored baseline: outputs with their ids, and the signatures that say what they may be compared with.

A file of JSON lines, so that version control shows what changed: the first line is the header, each further line one
segment `{"id", "target"}` (with `flags` where they are known). Nothing in it depends on the time or the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlate.errors import InputError
from xlate.files import replacing
from xlate.lines import to_json
from xlate.score.metrics import METRICS, signature
from xlate.score.task import System, Task

_FORMAT = 1
_CURE = "write a new baseline with --update-baseline"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Outputs to compare with. `settings` are the decoding settings and `model` tells name and digest, if known."""

    path: Path
    system: System
    ids: tuple[str, ...]
    references: str
    signatures: Mapping[str, str]
    settings: Mapping[str, Any] | None = None
    model: Mapping[str, Any] | None = field(default=None)


def write_baseline(
    path: Path,
    task: Task,
    system: System,
    settings: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
) -> None:
    """Store a system's outputs as the baseline. Raises OutputError where the file cannot be written."""
    header = {
        "xlate_baseline": _FORMAT,
        "name": system.name,
        "segments": len(task.ids),
        "references": task.digest,
        "signatures": signatures(task),
        "settings": settings,
        "model": model,
    }
    with replacing(path) as handle:
        handle.write(to_json(header) + "\n")
        for i, segment in enumerate(task.ids):
            row: dict[str, Any] = {"id": segment, "target": system.texts[i]}
            if system.flags is not None:
                row["flags"] = list(system.flags[i])
            handle.write(to_json(row) + "\n")


def signatures(task: Task) -> dict[str, str]:
    """The signature of every metric on this task."""
    return {metric: signature(metric, task.streams) for metric in METRICS}


def read_baseline(path: Path) -> Baseline:
    """Read a stored baseline. Raises InputError for what is not one, is damaged, or has no outputs."""
    from xlate.score.inputs import numbered

    rows = []
    for number, line in enumerate(numbered(path), 1):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            if number == 1:
                break
            raise InputError(f"{path}: line {number} is not JSON; {_CURE}") from error
    header = rows[0] if rows else None
    if not isinstance(header, dict) or header.get("xlate_baseline") != _FORMAT:
        raise InputError(f"{path}: is not a baseline of this version; {_CURE}")
    segments = rows[1:]
    if not segments:
        raise InputError(f"{path}: the baseline has no outputs, so nothing can be paired with it; {_CURE}")
    try:
        flags = [tuple(map(str, row["flags"])) for row in segments if "flags" in row]
        texts = tuple(row["target"].rstrip() for row in segments)
        system = System(str(header["name"]), texts, tuple(flags) if len(flags) == len(texts) else None)
        ids = tuple(str(row["id"]) for row in segments)
        stored = dict(header["signatures"])
        if not all(isinstance(text, str) for text in stored.values()):
            raise TypeError("a signature is text")
        baseline = Baseline(path, system, ids, header["references"], stored, *made_by(header))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"{path}: the baseline is damaged; {_CURE}") from error
    if len(ids) != header.get("segments"):
        raise InputError(f"{path}: has {len(ids)} of its {header.get('segments')} outputs; {_CURE}")
    return baseline


def made_by(header: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The decoding settings and the model (name, digest) of a header, each None where it is not known.

    Raises KeyError, TypeError or ValueError where the header is damaged.
    """
    settings, model = (None if header[key] is None else dict(header[key]) for key in ("settings", "model"))
    return settings, model


def check_baseline(
    baseline: Baseline, task: Task, metrics: tuple[str, ...], settings: Mapping[str, Any] | None
) -> None:
    """Raise InputError, with the difference named, where the baseline cannot fairly be compared with.

    What counts: the segments, the references, each metric's signature (tokeniser, version …), the decoding settings.
    The model is not compared: that it changed is what a gate is there to judge.
    """
    difference = _difference(baseline, task, metrics, settings)
    if difference:
        raise InputError(f"{baseline.path}: cannot be compared with: {difference}; {_CURE}")


def _difference(
    baseline: Baseline, task: Task, metrics: tuple[str, ...], settings: Mapping[str, Any] | None
) -> str | None:
    if baseline.ids != task.ids:
        if len(baseline.ids) != len(task.ids):
            return f"it has {len(baseline.ids)} segments and the test set has {len(task.ids)}"
        at = next(i for i, (a, b) in enumerate(zip(baseline.ids, task.ids, strict=True)) if a != b)
        return f"its segment {at + 1} is '{baseline.ids[at]}' and the test set's is '{task.ids[at]}'"
    now = signatures(task)
    for metric in metrics:
        stored = baseline.signatures.get(metric)
        if stored is None:
            return f"it has no signature for {metric}"
        named = _named_difference(_parts(stored), _parts(now[metric]))
        if named:
            return f"the signature of {metric} differs: {named}"
    if baseline.references != task.digest:
        return f"its references are others (digest {baseline.references}, now {task.digest})"
    if settings is not None and baseline.settings is not None:
        named = _named_difference(baseline.settings, settings)
        if named:
            return f"the model settings differ: {named}"
    return None


def _parts(text: str) -> dict[str, str]:
    return dict(part.partition(":")[::2] for part in text.split("|"))


def _named_difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    differing = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    return ", ".join(
        f"{key} is {there.get(key, 'not set')} there and {here.get(key, 'not set')} here" for key in differing
    )
