"""How models, packages, checks and downloads are shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from xlate.package.check import Check
    from xlate.package.registry import Package


def print_checks(checks: Sequence[Check], stream: Any) -> None:
    """One line a check, and under it what to do about a warning or a failure."""
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        print(f"{check.status:<5} {check.name:<{width}}  {check.detail}", file=stream)
        if check.cure:
            print(f"{'':<5} {'':<{width}}  → {check.cure}", file=stream)


def installed_row(name: str, path: Path, strict: bool = False) -> dict[str, Any]:
    """What is known of a model at hand; one whose manifest is broken is shown as such unless `strict`."""
    from xlate.errors import ModelError
    from xlate.manifest import digest, embedded_models_dir, read_manifest
    from xlate.package.registry import read_registry

    try:
        manifest = read_manifest(path)
    except ModelError:
        if strict:
            raise
        return {
            "name": name, "source": [], "target": [], "size": None, "licence": "", "scores": [],
            "state": "broken (xlate model doctor)", "path": str(path),
        }  # fmt: skip
    listed = read_registry().get(name)
    return {
        "name": name,
        "source": list(manifest.source),
        "target": list(manifest.target),
        "size": sum((path / file).stat().st_size for file in manifest.files) / 1e6,
        "licence": manifest.licence,
        "scores": [dict(score) for score in listed.scores] if listed else [],
        "state": "embedded" if path.parent == embedded_models_dir() else "installed",
        "digest": digest(manifest),
        "origin": dict(manifest.origin),
        "position_limit": manifest.position_limit,
        "decoding": dict(manifest.decoding),
        "path": str(path),
    }


def package_row(package: Package) -> dict[str, Any]:
    """What is known of a package that can be pulled."""
    return {
        "name": package.name,
        "source": list(package.source),
        "target": list(package.target),
        "size": package.size,
        "licence": package.licence,
        "scores": [dict(score) for score in package.scores],
        "state": "available",
        "release": package.release,
        "architecture": package.architecture,
        "marian": package.marian,
        "huggingface": package.huggingface,
        "sha256": package.sha256,
        "checked": "yes" if package.checked else "no: not compared with the server",
        "note": package.note,
    }


def sides(source: Sequence[str], target: Sequence[str]) -> str:
    """`ar → en`; of many languages the first two and how many more."""
    return f"{_few(source)} → {_few(target)}"


def _few(codes: Sequence[str]) -> str:
    return ",".join(codes) if len(codes) <= 3 else f"{','.join(codes[:2])}+{len(codes) - 2}"


def megabytes(size: float | None) -> str:
    """A size for people."""
    return "-" if size is None else f"{size:.1f} MB" if size < 10 else f"{size:.0f} MB"


def best_score(scores: Sequence[dict[str, Any]]) -> str:
    """The first score of the list, which the registry has be the most telling one."""
    return score_text(scores[0]) if scores else "-"


def score_text(score: dict[str, Any]) -> str:
    """`BLEU 42.8 chrF 67.2 on flores200-devtest`."""
    numbers = [f"{metric} {score[key]}" for key, metric in (("bleu", "BLEU"), ("chrf", "chrF")) if key in score]
    return f"{' '.join(numbers)} on {score['set']}"


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their longest cell, on standard output."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say(quiet: bool) -> Callable[[str], None]:
    """A function that prints notes on standard error, unless `quiet`."""
    return (lambda text: None) if quiet else (lambda text: typer.echo(text, err=True))


def progress(quiet: bool) -> Callable[[str], Callable[[int, int | None], None]]:
    """A bar for each file on standard error, five times a second, if a person is looking."""
    if quiet or not sys.stderr.isatty():
        return lambda file: lambda done, total: None
    return lambda file: Bar(file).show


class Bar:
    """One line that tells how far a download is, its speed, and how long it will take."""

    def __init__(self, file: str) -> None:
        self.file, self.began, self.shown = file, time.monotonic(), 0.0
        self.first: int | None = None

    def show(self, done: int, total: int | None) -> None:
        """Draw the line anew, five times a second at most, and once at the end."""
        now = time.monotonic()
        if self.first is None:
            self.first = done
        finished = total is not None and done >= total
        if now - self.shown < 0.2 and not finished:
            return
        self.shown = now
        speed = (done - self.first) / max(now - self.began, 1e-3)
        parts = [f"{self.file[-40:]} {done / 1e6:.1f}"]
        if total:
            left = (total - done) / speed if speed else 0
            parts = [
                f"{parts[0]} of {total / 1e6:.1f} MB",
                f"{done / total:4.0%}",
                f"{left / 60:.0f}:{left % 60:02.0f} left",
            ]
        sys.stderr.write("\r\033[K" + "  ".join([*parts, f"{speed / 1e6:.1f} MB/s"]) + ("\n" if finished else ""))
        sys.stderr.flush()
