"""The examination of a model, or of a package before it becomes one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from xlate.errors import ModelError
from xlate.manifest import Manifest, read_manifest
from xlate.package.archive import extract, package_root
from xlate.package.check import Check, failures
from xlate.package.convert import Recipe, convert
from xlate.package.examine import AGAIN, examine
from xlate.package.golden import known_language
from xlate.package.languages import pair_in
from xlate.package.original import examine_marian, kind_of
from xlate.package.trial import Trial, agreement_check, speed_check, try_out


def examine_model(directory: Path, reference: Path | None = None, speed: bool = True) -> list[Check]:
    """All checks of a model directory. `reference` is a directory of the same model in float32, if it is at hand; else
    the model's own weights are computed in float32 for comparison. `speed` takes about four seconds.

    What cannot be read is a failed check, so this raises nothing that a person can cause.
    """
    try:
        manifest = read_manifest(directory)
    except ModelError as error:
        return [Check("model.json", "fail", str(error), AGAIN)]
    sides = f"{', '.join(manifest.source)} → {', '.join(manifest.target)}"
    checks = [
        Check("model.json", "pass", f"{manifest.name}: {sides}, {manifest.licence}"),
        *examine(directory, manifest),
    ]
    unsafe = ("files", "readable", "vocabulary", "special tokens", "target language token")
    if any(check.name.startswith(unsafe) for check in failures(checks)):
        return checks  # it would not load, or is not the model it was: nothing it says would mean anything
    return [*checks, *_translating(directory, manifest, reference, speed)]


def _translating(directory: Path, manifest: Manifest, reference: Path | None, speed: bool) -> list[Check]:
    trial = Trial(directory, manifest)
    try:
        compute_type = trial.translator.compute_type
    except (RuntimeError, ValueError) as error:
        return [Check("loads", "fail", f"CTranslate2 cannot load it ({' '.join(str(error).split())})", AGAIN)]
    checks = [Check("loads", "pass", f"CTranslate2 computes in {compute_type}")]
    try:
        checks += try_out(trial)
    except (TypeError, ValueError, RuntimeError) as error:
        detail = f"CTranslate2 refuses decoding {dict(manifest.decoding)} ({str(error).splitlines()[0]})"
        return [*checks, Check("decoding", "fail", detail, "correct the options under decoding in model.json")]
    language = next((code for code in map(known_language, manifest.source) if code), None)
    if language:
        against = Trial(reference or directory, manifest, "float32")
        checks.append(agreement_check(trial, against, language))
        if speed:
            checks.append(speed_check(trial, language))
    return checks


def examine_package(
    path: Path,
    source: tuple[str, ...] = (),
    target: tuple[str, ...] = (),
    prefix: tuple[str, ...] = (),
    speed: bool = True,
) -> list[Check]:
    """All checks of a zip or folder that is no model yet: those of a Marian package first, then, if none failed, those
    of what its conversion gives (made in a temporary folder). Languages and prefix, where the package does not tell.

    Raises UsageError where the languages are not known or the extra `[convert]` is missing.
    """
    with tempfile.TemporaryDirectory(prefix="xlate-") as name:
        work = Path(name)
        folder = path
        if path.is_file():
            try:
                extract(path, work / "original")
            except ModelError as error:
                return [Check("archive", "fail", str(error), "get the package again")]
            folder = package_root(work / "original")
        checks = examine_marian(folder) if kind_of(folder) == "marian" else []
        if failures(checks):
            return checks
        try:
            guess = pair_in(path.stem) or ((), ())
            recipe = Recipe("package", source or guess[0], target or guess[1], prefix=prefix)
            convert(folder, work / "model", recipe)
        except ModelError as error:
            return [*checks, Check("conversion", "fail", str(error), "get the package again")]
        return [*checks, *examine_model(work / "model", float32_reference(folder, work, recipe), speed)]


def float32_reference(folder: Path, work: Path, recipe: Recipe) -> Path | None:
    """The same package converted in float32 into `work`, to compare with; None where there is nothing to convert."""
    if kind_of(folder) in ("ctranslate2", "model") or recipe.quantization == "float32":
        return None
    exact = Recipe(recipe.name, recipe.source, recipe.target, quantization="float32", prefix=recipe.prefix)
    convert(folder, work / "float32", exact)
    return work / "float32"
