"""Test sets: what to translate, and the references to score it with.

A folder holds `<name>.ar` and `<name>.en`, the same number of lines. Further references are `<name>.en.2`, `<name>.en.3`
…; `<name>.docs` gives the document of each line; `testset.toml` says `licence` and `origin` (and `name`, where the
folder holds several). The lines may also be compressed (.gz), but not lie there both ways, and no other file may be
called `<name>.en.…`, for it would look like a reference. A name that is no folder is one of sacrebleu's test sets.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlate.errors import InputError, UsageError
from xlate.score.inputs import numbered
from xlate.score.task import Task

_PAIR = "ar-en"


@dataclass(frozen=True, slots=True)
class TestSet:
    """Lines to translate with their references: `task.sources` is what goes in. `origin` and `licence` may be unknown."""

    __test__ = False  # not a test case, whatever pytest thinks of the name

    name: str
    task: Task
    licence: str | None = None
    origin: str | None = None


def is_lines(path: Path) -> bool:
    """Whether a folder is a test set of lines rather than a folder of articles."""
    return path.is_dir() and bool(_sources(path))


def load_testset(place: str) -> TestSet:
    """A test set from a folder, or by the name that sacrebleu knows it under (downloaded once, where there is a network).

    Raises InputError for files that are missing, empty or do not fit each other, UsageError for an unknown name.
    """
    path = Path(place)
    return _from_folder(path) if path.is_dir() else _from_sacrebleu(place)


def _sources(folder: Path) -> dict[str, Path]:
    """Name → Arabic file, of every test set in the folder."""
    files = _by_name([*folder.glob("*.ar"), *folder.glob("*.ar.gz")])
    return {name.removesuffix(".ar"): path for name, path in files.items()}


def _by_name(paths: Iterable[Path]) -> dict[str, Path]:
    """The files by their names without .gz, sorted."""
    found: dict[str, Path] = {}
    for path in sorted(paths):
        twin = found.setdefault(path.name.removesuffix(".gz"), path)
        if twin is not path:
            raise InputError(f"{path}: lies beside {twin.name}, and only one of them can count; move one away")
    return dict(sorted(found.items()))


def _from_folder(folder: Path) -> TestSet:
    about = _about(folder / "testset.toml")
    sources = _sources(folder)
    name = about.get("name") or (next(iter(sources)) if len(sources) == 1 else None)
    if not sources:
        raise InputError(f"{folder}: holds no <name>.ar with its <name>.en; is it a test set?")
    if name not in sources:
        raise InputError(
            f'{folder}: holds {", ".join(sources)}; say which is meant as name = "..." in {folder / "testset.toml"}'
        )
    arabic = sources[name]
    lines = _column(arabic)
    streams = [_column(path) for path in _references(folder, name)]
    named = f"{name}.docs"
    documents = _by_name(p for p in (folder / named, folder / f"{named}.gz") if p.is_file()).get(named)
    articles = _column(documents) if documents else None
    for path, column in [
        *zip(_references(folder, name), streams, strict=True),
        *([(documents, articles)] if documents else []),
    ]:
        if column is not None and len(column) != len(lines):
            raise InputError(f"{arabic} has {len(lines)} lines, {path} has {len(column)}; they must go line by line")
    ids = tuple(str(number) for number in range(1, len(lines) + 1))
    task = Task(ids, tuple(streams), articles, lines)
    return TestSet(name, task, about.get("licence"), about.get("origin"))


def _references(folder: Path, name: str) -> list[Path]:
    first = f"{name}.en"
    files = [path for path in sorted(folder.iterdir()) if path.name == first or path.name.startswith(f"{first}.")]
    if not files:
        raise InputError(f"{folder / first}: does not exist; a test set needs references")
    for path in files:
        if not re.fullmatch(r"(\.\d+)?(\.gz)?", path.name.removeprefix(first)):
            raise InputError(
                f"{path}: references are called {first}, {first}.2, {first}.3 … (each also .gz); rename it or move it away"
            )
    return list(_by_name(files).values())


def _column(path: Path) -> tuple[str, ...]:
    lines = tuple(line.rstrip() for line in numbered(path))
    if not any(lines):
        raise InputError(f"{path}: {'every line is' if lines else 'is'} empty; there is nothing to score")
    return lines


def _about(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        about = tomllib.loads("\n".join(numbered(path)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: is not TOML ({error}); repair it") from error
    for key in ("name", "licence", "origin"):
        if not isinstance(about.get(key, ""), str):
            raise InputError(f'{path}: {key} must be text, such as {key} = "..."')
    return about


def _from_sacrebleu(name: str) -> TestSet:
    from sacrebleu.dataset import DATASETS

    fitting = sorted(known for known, data in DATASETS.items() if _PAIR in data.langpairs)
    if name not in fitting:
        raise UsageError(
            f"{name}: is no folder, and no test set of sacrebleu's for {_PAIR} (it has {', '.join(fitting)})"
        )
    data: Any = DATASETS[name]
    try:
        source, references = data.get_source_file(_PAIR), data.get_reference_files(_PAIR)
    except (OSError, SystemExit, EOFError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(
            f"{name}: sacrebleu cannot download it ({reason}); connect to a network once, or give a folder"
        ) from error
    lines = _column(Path(source))
    streams = tuple(_column(Path(path)) for path in references)
    ids = tuple(str(number) for number in range(1, len(lines) + 1))
    return TestSet(name, Task(ids, streams, None, lines), None, (data.description or "").strip() or None)
