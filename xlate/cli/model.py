"""`xlate model`: models at hand and to be had; pull, convert, doctor."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xlate.cli.app import app
from xlate.cli.modelview import (
    best_score,
    installed_row,
    megabytes,
    package_row,
    print_checks,
    print_table,
    progress,
    say,
    score_text,
    sides,
)

if TYPE_CHECKING:
    from xlate.package.install import Installed, Options

models = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="List, pull, convert and examine models.",
)
app.add_typer(models, name="model")

_MODEL = typer.Argument(..., metavar="MODEL", help="Name or path of a model, or name of a package.")
_PACKAGES = typer.Argument(..., metavar="PACKAGE...", help="Names of the list, addresses or owner/name.")
_PATH = typer.Argument(..., metavar="PATH", help="Zip or folder: Marian (OPUS-MT), Hugging Face, CTranslate2.")
_ANY = typer.Argument("", metavar="[MODEL]", help="Name or path of a model, or a package (zip or folder).")
_JSON = typer.Option(False, "--json", help="Print JSON.")
_NAME = typer.Option("", "--name", help="Name of the model instead of the package's.")
_QUANTIZATION = typer.Option("int8", "--quantization", help="int8, int16, float16, float32 … in CTranslate2's words.")
_SOURCE = typer.Option([], "--source", help="Source language (BCP 47), where the package does not say; repeatable.")
_TARGET = typer.Option([], "--target", help="Target language (BCP 47), where the package does not say; repeatable.")
_PREFIX = typer.Option([], "--prefix", help="Token put before each source, such as '>>eng<<'; repeatable.")
_LICENCE = typer.Option("", "--licence", help="Licence, where the package does not say (SPDX).")
_FORCE = typer.Option(False, "--force", help="Replace an installed model of that name.")
_KEEP = typer.Option(False, "--keep-original", help="Keep the package beside the model.")
_TRUST = typer.Option(False, "--trust", help="Install even if the doctor finds a failure.")
_QUIET = typer.Option(False, "--quiet", "-q", help="No progress and no table of checks that passed.")
_NO_SPEED = typer.Option(False, "--no-speed", help="Leave the measurement of speed out.")


@models.command("list")
def list_models(
    source: str = typer.Option("", "--source", help="Only models that translate from this language."),
    target: str = typer.Option("", "--target", help="Only models that translate into this language."),
    as_json: bool = _JSON,
) -> None:
    """Models at hand, and packages that can be pulled."""
    from xlate.manifest import installed
    from xlate.package.registry import read_registry

    found = [installed_row(name, path) for name, path in installed().items()]
    at_hand = {row["name"] for row in found}
    rows = [*found, *(package_row(p) for p in read_registry().values() if p.name not in at_hand)]
    rows = [r for r in rows if (not source or source in r["source"]) and (not target or target in r["target"])]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = [("NAME", "LANGUAGES", "SIZE", "LICENCE", "SCORE", "STATE")]
    table += [
        (row["name"], sides(row["source"], row["target"]), megabytes(row["size"]), row["licence"],
         best_score(row["scores"]), row["state"])
        for row in rows
    ]  # fmt: skip
    print_table(table)
    if not source and not target:
        typer.echo("Addresses work, too: a zip of OPUS-MT (xx-yy/FILE.zip) or a Marian repository (owner/name).")


@models.command()
def info(
    model: str = _MODEL,
    as_json: bool = _JSON,
) -> None:
    """All that is known of a model or package: languages, licence, origin, scores, digest, place."""
    from xlate.manifest import installed, resolve
    from xlate.package.registry import read_registry

    listed = read_registry()
    if model in listed and model not in installed():
        row = package_row(listed[model])
    else:
        path = resolve(model)
        row = installed_row(path.name, path, strict=True)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=2))
        return
    for key, value in row.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = "; ".join(score_text(score) for score in value)
        elif isinstance(value, dict):
            value = "; ".join(f"{k} {v}" for k, v in value.items())
        elif isinstance(value, list):
            value = ", ".join(value)
        if key == "size":
            value = megabytes(value)
        typer.echo(f"{key:<16} {value if value not in ('', None) else '-'}")


@models.command()
def pull(
    packages: list[str] = _PACKAGES,
    name: str = _NAME,
    origin: str = typer.Option("", "--from", help="marian or huggingface, where a package has both."),
    mirror: str = typer.Option("", "--mirror", envvar="XLATE_MIRROR", help="Base address used instead of the host."),
    sha256: str = typer.Option("", "--sha256", help="SHA-256 the zip (or the repository's weights) must have."),
    timeout: float = typer.Option(30.0, "--timeout", min=0.1, help="Seconds to wait for the next byte."),
    retries: int = typer.Option(5, "--retries", min=0, help="Tries after the first, each with a longer wait."),
    quantization: str = _QUANTIZATION,
    source: list[str] = _SOURCE,
    target: list[str] = _TARGET,
    prefix: list[str] = _PREFIX,
    licence: str = _LICENCE,
    force: bool = _FORCE,
    keep: bool = _KEEP,
    trust: bool = _TRUST,
    no_speed: bool = _NO_SPEED,
    quiet: bool = _QUIET,
) -> None:
    """Download, convert, examine and install packages; a broken download goes on where it broke."""
    from xlate.errors import UsageError
    from xlate.package.download import Line
    from xlate.package.install import pull as pull_package
    from xlate.package.registry import locate

    if origin not in ("", "marian", "huggingface"):
        raise UsageError(f"--from {origin}: choose from marian, huggingface")
    if len(packages) > 1 and (name or sha256):
        raise UsageError("--name and --sha256 are for one package; pull the others separately")
    if sha256 and (len(sha256) != 64 or set(sha256.lower()) - set("0123456789abcdef")):
        raise UsageError(f"--sha256 {sha256}: not a SHA-256, which has 64 hexadecimal digits")
    options = _options(name, quantization, source, target, prefix, licence, force, keep, trust, no_speed)
    located = [locate(text, origin or None) for text in packages]  # type: ignore[arg-type]
    sound = True
    for package in located:
        done = pull_package(
            package, options, mirror=mirror or None, sha256=sha256 or None, line=Line(timeout, retries),
            progress=progress(quiet), say=say(quiet),
        )  # fmt: skip
        sound &= _report(done, quiet)
    raise typer.Exit(0 if sound else 1)


@models.command()
def convert(
    path: Path = _PATH,
    name: str = _NAME,
    quantization: str = _QUANTIZATION,
    source: list[str] = _SOURCE,
    target: list[str] = _TARGET,
    prefix: list[str] = _PREFIX,
    licence: str = _LICENCE,
    in_place: bool = typer.Option(
        False,
        "--in-place",
        help="Only write model.json into a CTranslate2 folder; what one there says is kept, but for other options.",
    ),
    force: bool = _FORCE,
    keep: bool = _KEEP,
    trust: bool = _TRUST,
    no_speed: bool = _NO_SPEED,
    quiet: bool = _QUIET,
) -> None:
    """Make an installed model of a package at hand, without network."""
    from xlate.package.adopt import adopt
    from xlate.package.install import install_local

    options = _options(name, quantization, source, target, prefix, licence, force, keep, trust, no_speed)
    done = adopt(path, options) if in_place else install_local(path, options, say(quiet))
    raise typer.Exit(0 if _report(done, quiet) else 1)


@models.command()
def doctor(
    model: str = _ANY,
    source: list[str] = _SOURCE,
    target: list[str] = _TARGET,
    prefix: list[str] = _PREFIX,
    as_json: bool = _JSON,
    no_speed: bool = _NO_SPEED,
) -> None:
    """Examine a model or a package; exit code 1 if a check fails."""
    from xlate.manifest import EMBEDDED, resolve
    from xlate.package.check import failures
    from xlate.package.doctor import examine_model, examine_package
    from xlate.package.original import kind_of

    path = Path(model).expanduser()
    if not path.is_file():
        path = resolve(model or EMBEDDED)
    if path.is_file() or kind_of(path) in ("marian", "huggingface", "ctranslate2"):
        checks = examine_package(path, tuple(source), tuple(target), tuple(prefix), speed=not no_speed)
    else:
        checks = examine_model(path, speed=not no_speed)
    if as_json:
        typer.echo(
            json.dumps({"model": str(path), "checks": [asdict(c) for c in checks]}, ensure_ascii=False, indent=2)
        )
    else:
        print_checks(checks, sys.stdout)
    raise typer.Exit(1 if failures(checks) else 0)


def _options(
    name: str, quantization: str, source: Sequence[str], target: Sequence[str], prefix: Sequence[str], licence: str,
    force: bool, keep: bool, trust: bool, no_speed: bool,
) -> Options:  # fmt: skip
    from xlate.errors import UsageError
    from xlate.package.convert import QUANTIZATIONS
    from xlate.package.install import Options

    if quantization not in QUANTIZATIONS:
        raise UsageError(f"--quantization {quantization}: choose from {', '.join(QUANTIZATIONS)}")
    return Options(
        name, quantization, tuple(source), tuple(target), tuple(prefix), licence,
        force=force, keep=keep, trust=trust, speed=not no_speed,
    )  # fmt: skip


def _report(done: Installed, quiet: bool) -> bool:
    """Say what came of an installation; true if a model is there."""
    if done.already:
        typer.echo(f"{done.name} is installed already: {done.path} (--force pulls it again)")
        return True
    shown = [c for c in done.checks if c.status != "pass"] if quiet else done.checks
    print_checks(shown, sys.stderr)
    if done.path is None:
        typer.echo(f"xlate: {done.name} was not installed: a check failed (--trust installs it all the same)", err=True)
        return False
    if done.kept:
        typer.echo(f"original kept: {done.kept}")
    typer.echo(f"{done.name}: {done.path}")
    return True
