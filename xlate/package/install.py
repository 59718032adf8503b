"""Packages pulled or brought, converted, examined and put where models are found: all or nothing."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from xlate.errors import ModelError, OutputError, UsageError
from xlate.manifest import MANIFEST, check_name, file_digest, read_manifest, user_models_dir, verify
from xlate.package.archive import extract, package_root
from xlate.package.check import Check, failures
from xlate.package.convert import Recipe, convert, needs_extra
from xlate.package.doctor import examine_model, float32_reference
from xlate.package.download import Line, NotFoundError, Progress, download
from xlate.package.languages import pair_in
from xlate.package.lock import holding
from xlate.package.registry import Package, hub_file, mirrored

# besides the download: the unpacked package, float32 to compare with and the model itself, as multiples of its size
ROOM = 2.5
_HUB_NEEDED = ("config.json", "source.spm", "target.spm", "vocab.json", "tokenizer_config.json")
_HUB_WANTED = ("special_tokens_map.json", "generation_config.json", "README.md")
_HUB_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may ask of an installation. `name`: the model's, instead of the package's. `force`: replace a
    model of that name. `keep`: keep the package beside the model's folder. `trust`: install although checks failed."""

    name: str = ""
    quantization: str = "int8"
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    licence: str = ""
    force: bool = False
    keep: bool = False
    trust: bool = False
    speed: bool = True


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of it: `path` is None where checks failed and nothing was installed; `kept` is the original, if
    asked."""

    name: str
    path: Path | None
    checks: tuple[Check, ...]
    kept: Path | None = None
    already: bool = False


def pull(
    package: Package,
    options: Options,
    *,
    mirror: str | None = None,
    sha256: str | None = None,
    line: Line | None = None,
    progress: Callable[[str], Progress] = lambda file: lambda done, total: None,
    say: Callable[[str], None] = lambda text: None,
) -> Installed:
    """Download, convert, examine and install a package into the user's models directory.

    A broken download is kept there and goes on next time. Two pulls of one package wait for each other, and the second
    finds the model installed; `sha256` is then compared with what its manifest tells of its origin. Raises UsageError,
    ModelError (also for no network) or OutputError.
    """
    name = check_name(options.name or package.name)
    models = user_models_dir()
    with holding(models / f".{name}.lock", lambda: say(f"another pull of {name} is running; waiting for it")):
        if (models / name / MANIFEST).is_file() and not options.force:
            _same_package(models / name, sha256)
            return Installed(name, models / name, (), already=True)
        needs_extra(package.kind)
        cache = models / f".download-{name}"
        _make(cache)
        fetch = _pull_zip if package.kind == "marian" else _pull_hub
        original, origin = fetch(package, cache, mirror, sha256 or package.sha256 or None, line, progress)
        recipe = recipe_of(options, package, name, origin)
        try:
            done = _install(original, models, recipe, options, say)
        except ModelError:
            if original.is_file():  # a page of a proxy or a damaged file: the next pull has to fetch it anew
                original.unlink()
            raise
        if done.path:
            shutil.rmtree(cache)
        return done


def _same_package(installed: Path, sha256: str | None) -> None:
    """Raise UsageError where a digest is asked for and the model was not made of that package, as far as is known;
    ModelError where it is not the model that was made of it."""
    manifest = read_manifest(installed)
    if not sha256:
        return
    verify(installed, manifest)
    if (known := manifest.origin.get("sha256")) != sha256.lower():
        of = f"of a package with SHA-256 {known}" if known else "of a package whose SHA-256 is not known"
        raise UsageError(
            f"{installed}: installed already, {of}, not {sha256.lower()}; say --force to pull it again, or --name for "
            "another name"
        )


def install_local(path: Path, options: Options, say: Callable[[str], None] = lambda text: None) -> Installed:
    """Convert, examine and install a zip or folder that a person brought. Raises as `pull` does."""
    if not path.exists():
        raise ModelError(f"{path}: no such file or folder; give a zip or a folder of a package")
    name = check_name(options.name or (path.stem if path.is_file() else path.resolve().name))
    models = user_models_dir()
    if path.resolve() == (models / name).resolve():
        raise UsageError(f"{path}: would be converted onto itself; say --name")
    with holding(models / f".{name}.lock", lambda: say(f"another conversion to {name} is running; waiting for it")):
        if (models / name).exists() and not options.force:
            raise UsageError(
                f"model {name} is installed already; say --force to replace it, or --name for another name"
            )
        origin = {"path": path.name}
        if path.is_file():
            origin["sha256"] = file_digest(path)
        pair = pair_in(path.stem if path.is_file() else path.resolve().name) or ((), ())
        package = Package(name, *pair)
        return _install(path, models, recipe_of(options, package, name, origin), options, say)


def recipe_of(options: Options, package: Package, name: str, origin: Mapping[str, object]) -> Recipe:
    """How to convert a package: what the options say, and else what is known of it."""
    return Recipe(
        name=name,
        source=options.source or package.source,
        target=options.target or package.target,
        licence=options.licence or (package.licence if package.licence != "unknown" else ""),
        quantization=options.quantization,
        prefix=options.prefix or package.prefix,
        architecture=package.architecture,
        origin=origin,
    )


def _install(original: Path, models: Path, recipe: Recipe, options: Options, say: Callable[[str], None]) -> Installed:
    """Unpack, convert, examine, rename into place. The working folder lies beside, on the same disk, and always
    goes."""
    with _working(models, recipe.name) as work:
        folder = original
        if original.is_file():
            extract(original, work / "original")
            folder = package_root(work / "original")
        say(f"converting {recipe.name} ({recipe.quantization})")
        convert(folder, work / "model", recipe)
        say("examining")
        checks = tuple(examine_model(work / "model", float32_reference(folder, work, recipe), options.speed))
        if failures(checks) and not options.trust:
            return Installed(recipe.name, None, checks)
        _into_place(work / "model", models / recipe.name, work / "old", options.force)
        kept = _keep(original, models / f"{recipe.name}.original{original.suffix}") if options.keep else None
        return Installed(recipe.name, models / recipe.name, checks, kept)


@contextmanager
def _working(models: Path, name: str) -> Iterator[Path]:
    """A temporary folder among the models; leftovers of killed processes for this name go first (its lock is ours)."""
    _make(models)
    prefix = f".work-{name}~"
    for left in models.glob(f"{prefix}*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        work = Path(tempfile.mkdtemp(prefix=prefix, dir=models))
    except OSError as error:
        raise OutputError(
            f"{models}: cannot be written ({error.strerror}); set XLATE_MODELS to another place"
        ) from error
    try:
        yield work
    except OSError as error:
        where = error.filename or models
        raise OutputError(f"{where}: cannot be read or written ({error.strerror or error}); free some space") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _into_place(made: Path, final: Path, aside: Path, force: bool) -> None:
    """Rename the finished directory to its name; a model of that name steps aside for it, and comes back if that
    fails."""
    if final.exists():
        if not force:
            raise UsageError(f"model {final.name} is installed already; say --force to replace it")
        final.rename(aside)
    try:
        made.rename(final)
    except OSError:
        with suppress(OSError):
            aside.rename(final)
        raise


def _keep(original: Path, path: Path) -> Path:
    if original.is_dir():
        shutil.copytree(original, path, dirs_exist_ok=True)
    else:
        shutil.copyfile(original, path)
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); set XLATE_MODELS to another place") from error


def _pull_zip(
    package: Package,
    cache: Path,
    mirror: str | None,
    sha256: str | None,
    line: Line | None,
    progress: Callable[[str], Progress],
) -> tuple[Path, dict[str, object]]:
    path = cache / "package.zip"
    note = cache / "package.json"
    url = mirrored(package.marian, mirror)
    digest = _downloaded_before(path, note, package.marian)
    if not digest or (sha256 and digest != sha256.lower()):
        digest = download(url, path, line=line, sha256=sha256, room=ROOM, progress=progress(url.rsplit("/", 1)[-1]))
        note.write_text(json.dumps({"url": package.marian, "sha256": digest}), encoding="utf-8")
    return path, _origin(package, package.marian, url, digest)


def _downloaded_before(path: Path, note: Path, url: str) -> str | None:
    """Digest of a package that came whole but was not installed (languages not said, a failed check), if it still is."""
    try:
        noted = json.loads(note.read_bytes())
        digest = file_digest(path)
    except (OSError, ValueError):
        return None
    return digest if noted == {"url": url, "sha256": digest} else None


def _pull_hub(
    package: Package,
    cache: Path,
    mirror: str | None,
    sha256: str | None,
    line: Line | None,
    progress: Callable[[str], Progress],
) -> tuple[Path, dict[str, object]]:
    """The files of a repository, one after the other; safetensors rather than a pickle. `sha256` is that of the
    weights."""
    folder = cache / "repository"
    _make(folder)

    def get(file: str, **more: object) -> str:
        url = mirrored(hub_file(package.huggingface, file), mirror)
        return download(url, folder / file, line=line, progress=progress(file), **more)  # type: ignore[arg-type]

    digests = {file: get(file) for file in _HUB_NEEDED}
    for file in _HUB_WANTED:
        with suppress(NotFoundError):
            digests[file] = get(file)
    for file in _HUB_WEIGHTS:
        try:
            digests[file] = get(file, sha256=sha256, room=ROOM)
            break
        except NotFoundError:
            if file == _HUB_WEIGHTS[-1]:
                raise
    address = f"https://huggingface.co/{package.huggingface}"
    weights = next(digests[file] for file in _HUB_WEIGHTS if file in digests)
    origin = _origin(package, address, mirrored(address, mirror), weights)
    return folder, {**origin, "files": digests}


def _origin(package: Package, url: str, fetched: str, digest: str) -> dict[str, object]:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0).isoformat()
    origin: dict[str, object] = {"url": url, "sha256": digest, "release": package.release, "pulled": now}
    return origin if fetched == url else {**origin, "mirror": fetched}
