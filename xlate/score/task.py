"""A scoring task: segments with their references, and the systems that translated them, matched by id or by line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlate.errors import InputError, ReferencesError
from xlate.score.inputs import BUNDLE, Lines, read_lines
from xlate.score.references import load_references, pair


@dataclass(frozen=True, slots=True)
class System:
    """One system's output for the segments of a task, with the kinds of flags on each where they are known.

    `unscored_flags` are those of its other segments, which have no reference.
    """

    name: str
    texts: tuple[str, ...]
    flags: tuple[tuple[str, ...], ...] | None = None
    unscored_flags: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What systems are scored against. `streams[r][i]` is reference `r` of segment `ids[i]`, None where it lacks one.

    Without ids of their own segments are called by line number, from 1. `unscored` counts the segments that were left
    out because they have no reference.
    """

    ids: tuple[str, ...]
    streams: tuple[tuple[str | None, ...], ...]
    articles: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    unscored: int = 0

    @property
    def digest(self) -> str:
        """16 hexadecimal digits over ids and references: equal if and only if the task is the same."""
        data = json.dumps([self.ids, self.streams], ensure_ascii=True).encode()
        return hashlib.sha256(data).hexdigest()[:16]


def prepare(hypotheses: Sequence[Path], references: Sequence[Path]) -> tuple[Task, list[System]]:
    """Read systems and references and match them: by segment id where both have ids, else by line.

    A reference is a file, or a folder of `<article>.tsv` files when the systems are bundles of `xlate run`.
    Raises InputError or ReferencesError for what does not fit, naming the first place where it does not.
    """
    outputs = [read_lines(path) for path in hypotheses]
    folders = [path for path in references if path.is_dir() and not (path / BUNDLE).is_file()]
    if folders and len(folders) < len(references):
        raise ReferencesError(f"{folders[0]}: is a folder, other references are files; give one kind")
    first = outputs[0]
    if folders:
        task = _from_folders(first, folders)
    else:
        task = _from_files(first, [read_lines(path, reference=True) for path in references])
    systems = [_select(name, output, first, task) for name, output in zip(_names(hypotheses), outputs, strict=True)]
    _refuse_empty_references(task, systems, references)
    return task, systems


def _from_folders(first: Lines, folders: Sequence[Path]) -> Task:
    if first.ids is None or first.articles is None:
        raise ReferencesError(
            f"{first.path}: has no articles and ids; a folder of references needs a bundle of xlate run"
        )
    segments: dict[str, list[str]] = {}
    for article, segment in zip(first.articles, first.ids, strict=True):
        segments.setdefault(article, []).append(segment)
    paired = pair(load_references(*folders), segments, first.copied)
    return _restrict(first, paired.ids, paired.streams, len(paired.missing))


def _from_files(first: Lines, references: Sequence[Lines]) -> Task:
    columns = [_by_id(first, r) if first.ids and r.ids else _by_line(first, r) for r in references]
    keep = [i for i in range(len(first.texts)) if any(column[i] is not None for column in columns)]
    ids = (
        first.ids or next((r.ids for r in references if r.ids), None) or tuple(map(str, range(1, len(first.texts) + 1)))
    )
    streams = tuple(tuple(column[i] for i in keep) for column in columns)
    if not keep:
        raise ReferencesError(f"{references[0].path}: has no reference for any segment of {first.path}; check the ids")
    kept = set(keep)
    missing = [i for i in range(len(first.texts)) if i not in kept and ids[i] not in first.copied]
    return _restrict(replace(first, ids=ids), [ids[i] for i in keep], streams, len(missing))


def _by_line(first: Lines, reference: Lines) -> list[str | None]:
    if len(first.texts) != len(reference.texts):
        raise InputError(
            f"{first.path} has {len(first.texts)} segments, {reference.path} has {len(reference.texts)}; "
            "give the same segments in the same order"
        )
    return list(reference.texts)


def _by_id(first: Lines, reference: Lines) -> list[str | None]:
    assert first.ids is not None
    assert reference.ids is not None
    texts = dict(zip(reference.ids, reference.texts, strict=True))
    known = set(first.ids)
    unknown = next((i for i in reference.ids if i not in known), None)
    if first.bundle and unknown is not None:
        raise ReferencesError(f"{reference.path}: {first.path} has no segment with the id '{unknown}'; check the ids")
    if not first.bundle and (unknown is not None or len(known) != len(texts)):
        pairs = zip(first.ids, reference.ids, strict=False)
        drift = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(known), len(texts)))
        here, there = (ids[drift] if drift < len(ids) else "the end" for ids in (first.ids, reference.ids))
        raise InputError(
            f"{first.path} has {len(known)} segments, {reference.path} has {len(texts)}; "
            f"they part at segment {drift + 1}: '{here}' there, '{there}' here"
        )
    return [texts.get(i) for i in first.ids]


def _restrict(first: Lines, ids: Sequence[str], streams: Sequence[Sequence[str | None]], unscored: int) -> Task:
    """The task over the chosen ids of `first`."""
    assert first.ids is not None
    place = {segment: i for i, segment in enumerate(first.ids)}
    at = [place[segment] for segment in ids]
    return Task(
        tuple(ids),
        tuple(tuple(stream) for stream in streams),
        tuple(first.articles[i] for i in at) if first.articles else None,
        tuple(first.sources[i] for i in at) if first.sources else None,
        unscored,
    )


def _select(name: str, output: Lines, first: Lines, task: Task) -> System:
    """One system: its texts and flags for the segments of the task, and the flags of the others."""
    if output.ids is not None and (first.ids is not None or set(task.ids) <= set(output.ids)):
        place = {segment: i for i, segment in enumerate(output.ids)}
        lacking = next((segment for segment in task.ids if segment not in place), None)
        if lacking is not None:
            raise InputError(
                f"{output.path}: has no translation of '{lacking}', which {first.path} has; give whole outputs"
            )
        at = [place[segment] for segment in task.ids]
    else:
        if len(output.texts) != len(first.texts) or (first.ids and len(task.ids) != len(first.texts)):
            raise InputError(
                f"{output.path} has {len(output.texts)} segments, {first.path} has {len(first.texts)}; "
                "give outputs for the same segments"
            )
        at = list(range(len(output.texts)))
    texts = tuple(output.texts[i] for i in at)
    if output.flags is None:
        return System(name, texts)
    others = sorted(set(range(len(output.texts))).difference(at))
    return System(name, texts, tuple(output.flags[i] for i in at), tuple(output.flags[i] for i in others))


def _refuse_empty_references(task: Task, systems: Sequence[System], references: Sequence[Path]) -> None:
    """An empty reference for a translated segment is a mistake; an empty line on both sides is only an empty line."""
    for i, segment in enumerate(task.ids):
        if not any(stream[i] for stream in task.streams) and any(system.texts[i] for system in systems):
            raise ReferencesError(
                f"{references[0]}: the reference of segment {segment} is empty and its translation is not; "
                "write one or leave the segment out on both sides"
            )


def _names(paths: Sequence[Path]) -> list[str]:
    """Short names that tell the systems apart."""
    for names in ([p.name for p in paths], [str(p) for p in paths]):
        if len(set(names)) == len(names):
            return names
    raise InputError(f"{paths[0]}: the same output is given twice; give each system once")
