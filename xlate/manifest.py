"""Model directories: where they are, what `model.json` says of one, and whether its files are still the same.

A model is a directory of data, never code: `model.json`, the files of CTranslate2, `source.spm` and `target.spm`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlate.errors import ModelError
from xlate.files import replacing
from xlate.quality import calibration

MANIFEST = "model.json"
EMBEDDED = "ar-en-starter"
FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# what CTranslate2 or xlate would read if it lay there: such a file must be listed, or the model is not the one it says
_READ_BY_ENGINE = re.compile(r"(config|.*vocabulary)\.(json|txt)|vmap\.txt|.*\.(bin|spm)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `model.json` says.

    `source` and `target` are BCP 47 codes. `files` gives the SHA-256 (hex) of each file of the directory but
    `model.json`. `source_eos`: xlate appends `</s>` to the source itself, because CTranslate2 does not.
    `source_prefix`: tokens put before the source (`>>eng<<`). `position_limit`: tokens the model has positions for.
    `decoding`: defaults in CTranslate2's own words. `attention`: `{"usable": bool}`, whether it can align words.
    `quality`: the numbers of `xlate.quality`'s estimate for this model, empty where it was not calibrated.
    """

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    licence: str
    files: Mapping[str, str]
    origin: Mapping[str, Any] = field(default_factory=dict)
    source_eos: bool = False
    source_prefix: tuple[str, ...] = ()
    position_limit: int = 512
    decoding: Mapping[str, Any] = field(default_factory=dict)
    attention: Mapping[str, Any] = field(default_factory=lambda: {"usable": False})
    quality: Mapping[str, Any] = field(default_factory=dict)


def user_models_dir() -> Path:
    """The folder models are installed in: `$XLATE_MODELS`, or the user's data directory. It need not exist."""
    if chosen := os.environ.get("XLATE_MODELS"):
        return Path(chosen).expanduser()
    import platformdirs

    return platformdirs.user_data_path("xlate", appauthor=False) / "models"


def embedded_models_dir() -> Path:
    """The folder of what ships with xlate: beside the package's modules in a wheel, at the top of a checkout."""
    package = Path(__file__).resolve().parent
    wheel = package / "models"
    return wheel if wheel.is_dir() else package.parent / "models"


def models_dirs() -> list[Path]:
    """Folders that are searched for models by name, the user's first."""
    return [user_models_dir(), embedded_models_dir()]


def installed() -> dict[str, Path]:
    """Names of the models at hand and their directories, sorted; the user's own hides an embedded one of its name."""
    found: dict[str, Path] = {}
    for folder in reversed(models_dirs()):
        try:
            children = [child for child in folder.iterdir() if (child / MANIFEST).is_file()]
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ModelError(f"{folder}: cannot be listed ({error.strerror}); check XLATE_MODELS") from error
        found.update({child.name: child for child in children if _NAME.fullmatch(child.name)})
    return dict(sorted(found.items()))


def registry_path() -> Path:
    """The list of packages that can be pulled by name."""
    return embedded_models_dir() / "registry.toml"


def pullable() -> list[str]:
    """Names in the registry; nothing where it does not ship."""
    import tomllib

    try:
        return sorted(tomllib.loads(registry_path().read_text(encoding="utf-8")).get("packages", {}))
    except FileNotFoundError:
        return []


def check_name(name: str) -> str:
    """Give back a model's name that is fit to be a folder's; raise ModelError otherwise."""
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"{name!r}: not a name for a model; letters, digits and . _ + - are allowed, up to 100, no dot first"
        )
    return name


def resolve(name_or_path: str | os.PathLike[str]) -> Path:
    """The directory of a model given by its name or by a path.

    A name that is installed wins over a folder of that name in the current directory; `./NAME` means the folder.
    Raises ModelError; for an unknown name it lists the nearest, or says how to pull it.
    """
    text = os.fspath(name_or_path)
    path = Path(text).expanduser()
    is_path = isinstance(name_or_path, Path) or path.name != text or text in (".", "..")
    if not is_path and (found := installed()).get(text):
        return found[text]
    if path.is_dir():
        return path
    if path.exists():
        raise ModelError(
            f"{path}: is a file; a model is a directory (a package is made into one by: xlate model convert)"
        )
    if is_path:
        raise ModelError(f"{path}: no such directory; xlate model list names the models at hand")
    available = pullable()
    if text in available:
        raise ModelError(f"model {text} is not installed; get it with: xlate model pull {text}")
    near = difflib.get_close_matches(text, [*found, *available], n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"installed: {', '.join(found) or 'none'}"
    raise ModelError(f"no model named {text}; {hint} (xlate model list)")


def read_manifest(directory: Path) -> Manifest:
    """Read `model.json` of a model directory and check that the files it lists exist (not their contents: `verify`).

    Raises ModelError with one line that names the file and the cure.
    """
    path = directory / MANIFEST
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise ModelError(_no_manifest(directory)) from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); check its rights") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not JSON ({error}); pull or convert the model again") from error
    manifest = _parse(data, path)
    for name in manifest.files:
        if not (directory / name).is_file():
            raise ModelError(f"{directory / name}: missing, but {MANIFEST} lists it; pull or convert the model again")
    return manifest


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write `model.json` into a model directory, in one step."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": check_name(manifest.name),
        "source": list(manifest.source),
        "target": list(manifest.target),
        "licence": manifest.licence,
        "origin": dict(manifest.origin),
        "files": dict(sorted(manifest.files.items())),
        "source_eos": manifest.source_eos,
        "source_prefix": list(manifest.source_prefix),
        "position_limit": manifest.position_limit,
        "decoding": dict(manifest.decoding),
        "attention": dict(manifest.attention),
    }
    if manifest.quality:
        data["quality"] = dict(manifest.quality)
    _parse(data, directory / MANIFEST)
    with replacing(directory / MANIFEST) as handle:
        handle.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def digest_files(directory: Path) -> dict[str, str]:
    """SHA-256 of each file of a model directory but `model.json` and hidden ones, by name."""
    names = sorted(p.name for p in directory.iterdir() if p.is_file() and not p.name.startswith("."))
    return {name: file_digest(directory / name) for name in names if name != MANIFEST}


def verify(directory: Path, manifest: Manifest) -> None:
    """Hash each listed file and compare; refuse unlisted ones that an engine would read.

    Raises ModelError that names the file. Costs one reading of the model: about 50 ms for 21 MB.
    """
    for name, expected in manifest.files.items():
        path = directory / name
        try:
            actual = file_digest(path)
        except OSError as error:
            raise ModelError(f"{path}: cannot be read ({error.strerror}); pull or convert the model again") from error
        if actual != expected:
            raise ModelError(
                f"{path}: altered (SHA-256 {actual[:12]}…, {MANIFEST} says {expected[:12]}…); "
                "pull or convert the model again"
            )
    for path in sorted(directory.iterdir()):
        if path.name not in manifest.files and path.name != MANIFEST and _READ_BY_ENGINE.fullmatch(path.name):
            raise ModelError(f"{path}: not listed in {MANIFEST}; remove it, or convert the model again")


def digest(manifest: Manifest) -> str:
    """SHA-256 (hex) of all that decides what the model says for given decoding settings: its files and the treatment of
    the source. Name, licence, origin and texts for people do not count."""
    counted = {name: value for name, value in manifest.files.items() if _READ_BY_ENGINE.fullmatch(name)}
    lines = [f"{name}:{value}" for name, value in sorted(counted.items())]
    behaviour = {
        "source_eos": manifest.source_eos,
        "source_prefix": list(manifest.source_prefix),
        "position_limit": manifest.position_limit,
    }
    lines.append(json.dumps(behaviour, sort_keys=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _no_manifest(directory: Path) -> str:
    if not directory.is_dir():
        return f"{directory}: no such directory; xlate model list names the models at hand"
    kinds = {
        "decoder.yml": "a Marian package",
        "model.bin": "a CTranslate2 folder",
        "config.json": "a Hugging Face folder",
    }
    kind = next((word for name, word in kinds.items() if (directory / name).is_file()), None)
    if kind:
        return f"{directory}: {kind} without {MANIFEST}; make a model of it with: xlate model convert {directory}"
    return f"{directory}: not a model directory (no {MANIFEST}); xlate model list names the models at hand"


def _parse(data: Any, path: Path) -> Manifest:
    """The checked Manifest of what `model.json` held; nothing of the file is trusted."""

    def refuse(what: str) -> ModelError:
        return ModelError(f"{path}: {what}; pull or convert the model again")

    def strings(key: str, default: list[str] | None = None) -> tuple[str, ...]:
        value = data.get(key, default)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise refuse(f"{key} must be a list of strings")
        return tuple(value)

    def typed(key: str, kind: type, default: Any = None) -> Any:
        value = data.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise refuse(f"{key} must be {_KINDS[kind]}")
        return value

    if not isinstance(data, dict):
        raise refuse("not a JSON object")
    if data.get("format") != FORMAT:
        raise ModelError(
            f"{path}: format {data.get('format')!r}, this xlate reads {FORMAT}; upgrade xlate or convert again"
        )
    files = typed("files", dict)
    for name, value in files.items():
        if not name or name != Path(name).name or "\\" in name or name == MANIFEST:
            raise refuse(f"files: {name!r} is not the name of a file in this directory")
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            raise refuse(f"files: {name!r} has no SHA-256")
    for name in ("model.bin", "config.json", "source.spm", "target.spm"):
        if name not in files:
            raise refuse(f"files: {name} is missing")
    limit = typed("position_limit", int, 512)
    if limit < 4:
        raise refuse("position_limit must be 4 or more")
    decoding = typed("decoding", dict, {})
    if not all(key.isidentifier() and isinstance(value, str | int | float) for key, value in decoding.items()):
        raise refuse("decoding must map option names to numbers, strings, true or false")
    quality = typed("quality", dict, {})
    try:
        calibration(quality)
    except ValueError as error:
        raise ModelError(f"{path}: {error}; upgrade xlate, or fit it again") from error
    return Manifest(
        name=check_name(typed("name", str)),
        source=strings("source"),
        target=strings("target"),
        licence=typed("licence", str),
        files=files,
        origin=typed("origin", dict, {}),
        source_eos=typed("source_eos", bool, False),
        source_prefix=strings("source_prefix", []),
        position_limit=limit,
        decoding=decoding,
        attention=typed("attention", dict, {"usable": False}),
        quality=quality,
    )


_KINDS = {dict: "an object", str: "a string", int: "a whole number", bool: "true or false"}
