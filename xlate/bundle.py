"""The bundle a run leaves behind: names and contents of the files under OUT (see DESIGN in README, "The bundle")."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from xlate.data import Article, SegmentPair, Translation
from xlate.errors import OutputError
from xlate.files import replacing
from xlate.formats import FORMATS

RUN = "run.json"
SCORES = "scores.json"
SHARED = "shared.jsonl"
MATRIX = "shared.matrix.tsv"
SHARED_ARTICLES = "shared.articles.tsv"
UNIQUE = "shared.unique.tsv"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold OUT for one run at a time, and clear away what a killed run left half-written.

    Raises OutputError where OUT is a file, cannot be made, or another run is writing to it.
    """
    from filelock import FileLock, Timeout

    if out.exists() and not out.is_dir():
        raise OutputError(f"{out}: is a file; give a folder for the bundle")
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise OutputError(f"{out}: another run is writing here; wait for it or choose another folder") from None
    except OSError as error:
        raise OutputError(f"{out}: cannot be written ({error.strerror or error}); choose another folder") from error
    try:
        for folder in (out, out / "articles"):
            for left_over in folder.glob(".*.part"):
                left_over.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def pair(translation: Translation) -> SegmentPair:
    """A translation as the formats write it."""
    segment = translation.segment
    return SegmentPair(
        id=segment.id,
        source=segment.text,
        target=translation.target,
        score=translation.score,
        provenance={
            "article": segment.article,
            "index": segment.index,
            "paragraph": segment.paragraph,
            "start": segment.start,
            "end": segment.end,
            "role": segment.role,
            "flags": [{"kind": f.kind, "evidence": f.evidence} for f in translation.flags],
            "origin": translation.origin,
            "quality": translation.quality,
            **({"alignment": translation.alignment} if translation.alignment else {}),
        },
    )


def write_bitext(
    out: Path, translations: Iterable[Translation], formats: Sequence[str], languages: tuple[str, str], signature: str
) -> list[str]:
    """Write `bitext.*` in the formats named (keys of FORMATS), all in one pass; returns the names relative to OUT."""
    source, target = languages
    with ExitStack() as stack:
        writers = [
            stack.enter_context(
                FORMATS[name].open_writer(
                    out / f"bitext{FORMATS[name].suffix}",
                    source_language=source,
                    target_language=target,
                    header={"signature": signature},
                )
            )
            for name in formats
        ]
        for translation in translations:
            row = pair(translation)
            for writer in writers:
                writer.write(row)
    return [
        f"bitext{suffix}"
        for name in formats
        for suffix in ((f".{source}", f".{target}") if name == "moses" else (FORMATS[name].suffix,))
    ]


def write_articles(
    out: Path, articles: Sequence[Article], translations: Mapping[str, Sequence[Translation]]
) -> list[str]:
    """Write `articles/<id>.en.txt` for each article; returns the names relative to OUT."""
    names = []
    for article in articles:
        name = f"articles/{article.id}.en.txt"
        with replacing(out / name) as handle:
            handle.write(english(translations.get(article.id, ())))
        names.append(name)
    return names


def english(translations: Sequence[Translation]) -> str:
    """The article in English, its paragraphs as in the source, an empty line between them."""
    paragraphs: dict[int, list[str]] = {}
    for translation in translations:
        if translation.target:
            paragraphs.setdefault(translation.segment.paragraph, []).append(translation.target)
    return "".join(" ".join(sentences) + "\n\n" for sentences in paragraphs.values())[:-1]


def write_json(path: Path, data: Any) -> None:
    """Write `data` as JSON that a person can read too."""
    with replacing(path) as handle:
        handle.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def earlier_files(out: Path) -> list[str]:
    """The files that the run before this one wrote to OUT, as its run.json tells; nothing where there is none."""
    try:
        files = json.loads((out / RUN).read_bytes()).get("files", [])
    except (OSError, ValueError, AttributeError):
        return []
    return [name for name in files if isinstance(name, str)] if isinstance(files, list) else []


def remove_stale(out: Path, earlier: Sequence[str], now: Sequence[str]) -> list[str]:
    """Remove what an earlier run wrote and this one did not, so that the bundle holds one run; returns the names."""
    root = out.resolve()
    removed = []
    for name in sorted(set(earlier) - set(now)):
        path = (out / name).resolve()
        if path.is_relative_to(root) and path.is_file():
            path.unlink()
            removed.append(name)
    return removed
