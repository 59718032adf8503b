"""`model.json` written into a CTranslate2 folder where it lies: nothing is copied, nothing stays after a failed check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xlate.errors import UsageError
from xlate.files import replacing
from xlate.manifest import MANIFEST, Manifest, check_name, read_manifest, verify, write_manifest
from xlate.package.check import failures
from xlate.package.convert import describe
from xlate.package.doctor import examine_model
from xlate.package.install import Installed, Options, recipe_of
from xlate.package.languages import pair_in
from xlate.package.original import kind_of
from xlate.package.registry import Package


def adopt(directory: Path, options: Options) -> Installed:
    """Write `model.json` into a CTranslate2 folder where it lies, and examine it; where a check fails, what was there
    before comes back. A `model.json` that is there keeps all it says but what `options` give instead."""
    if kind_of(directory) not in ("ctranslate2", "model"):
        raise UsageError(f"{directory}: --in-place is for folders of CTranslate2 (model.bin, config.json) only")
    path = directory / MANIFEST
    before = path.read_bytes() if path.is_file() else None
    sound = False
    try:
        name = (_described if before is None else _corrected)(directory, options).name
        checks = tuple(examine_model(directory, None, options.speed))
        sound = options.trust or not failures(checks)
    finally:
        if not sound:
            _restore(path, before)
    return Installed(name, directory if sound else None, checks)


def _described(directory: Path, options: Options) -> Manifest:
    """The manifest written for a folder that has none."""
    name = check_name(options.name or directory.resolve().name)
    package = Package(name, *(pair_in(name) or ((), ())))
    recipe = recipe_of(options, package, name, {"path": directory.name})
    return describe(directory, directory, recipe, "ctranslate2", "ctranslate2, converted before")


def _corrected(directory: Path, options: Options) -> Manifest:
    """The manifest of a folder with what the options say instead, written; the files must be those it lists."""
    manifest = read_manifest(directory)
    verify(directory, manifest)
    manifest = replace(
        manifest,
        name=options.name or manifest.name,
        source=options.source or manifest.source,
        target=options.target or manifest.target,
        source_prefix=options.prefix or manifest.source_prefix,
        licence=options.licence or manifest.licence,
    )
    write_manifest(directory, manifest)
    return manifest


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    elif path.read_bytes() != before:
        with replacing(path, "wb") as handle:
            handle.write(before)
