"""Packages made into model directories by CTranslate2's own converters."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xlate.errors import ModelError, UsageError
from xlate.manifest import Manifest, check_name, digest_files, read_manifest, verify, write_manifest
from xlate.package.check import failures
from xlate.package.examine import LANGUAGE_TOKEN
from xlate.package.original import about, examine_marian, kind_of
from xlate.package.weights import position_rows, read_config, read_shapes, read_vocabularies

QUANTIZATIONS = ("int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32")
KEPT_TEXTS = ("README.md", "LICENSE")
EXTRA = "needs the extra: pip install 'xlate[convert]' (transformers, torch); the Marian zip needs none"
# beam 4 is what published scores were measured with; what a package asks of Marian (beam 6 or 12) costs more than it
# gives
DECODING = {"beam_size": 4}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to convert: empty fields are filled from what the package says of itself. `name` is the model's.

    `prefix` are tokens put before each source (`>>eng<<`). `origin` goes into the manifest with the converter added.
    """

    name: str
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    licence: str = ""
    quantization: str = "int8"
    prefix: tuple[str, ...] = ()
    architecture: str = ""
    origin: Mapping[str, Any] = field(default_factory=dict)


def needs_extra(kind: str) -> None:
    """Raise UsageError where a Hugging Face folder could not be converted for lack of the extra `[convert]`."""
    missing = [name for name in ("transformers", "torch", "sentencepiece") if importlib.util.find_spec(name) is None]
    if kind == "huggingface" and missing:
        raise UsageError(f"a Hugging Face package {EXTRA}; missing: {', '.join(missing)}")


def convert(original: Path, destination: Path, recipe: Recipe) -> Manifest:
    """Make a model directory at `destination` (new) from the package in the folder `original`, and give its manifest.

    Takes Marian/OPUS-MT folders, Hugging Face Marian folders, CTranslate2 folders, and models, which are copied.
    Raises ModelError where the package is damaged or of another kind, UsageError where languages or the extra are
    missing.
    """
    if recipe.quantization not in QUANTIZATIONS:
        raise UsageError(f"--quantization {recipe.quantization}: choose from {', '.join(QUANTIZATIONS)}")
    check_name(recipe.name)
    kind = kind_of(original)
    if kind == "model":
        return _from_model(original, destination, recipe)
    makers = {"marian": _from_marian, "huggingface": _from_hub, "ctranslate2": _from_ctranslate2}
    if kind is None or kind not in makers:
        raise ModelError(
            f"{original}: neither a Marian, a Hugging Face nor a CTranslate2 model (no decoder.yml, config.json)"
        )
    made_by = makers[kind](original, destination, recipe.quantization)
    for name in ("source.spm", "target.spm", *KEPT_TEXTS):
        if (original / name).is_file():
            shutil.copyfile(original / name, destination / name)
    return describe(original, destination, recipe, kind, made_by)


def describe(original: Path, directory: Path, recipe: Recipe, kind: str, made_by: str) -> Manifest:
    """Write `model.json` for the CTranslate2 files, `source.spm` and `target.spm` in `directory`."""
    for name in ("source.spm", "target.spm"):
        if not (directory / name).is_file():
            raise ModelError(f"{original / name}: missing; a model needs it to cut texts into tokens")
    said = about(original)
    source, target = recipe.source or said.get("source", ()), recipe.target or said.get("target", ())
    if not source or not target:
        raise UsageError(f"{original}: the languages are not known; say --source ar --target en (BCP 47)")
    config = read_config(directory)
    rows = position_rows(read_shapes(directory / "model.bin"))
    manifest = Manifest(
        name=recipe.name,
        source=tuple(source),
        target=tuple(target),
        licence=recipe.licence or said.get("licence", "unknown"),
        files=digest_files(directory),
        origin={**recipe.origin, "converter": made_by, "quantization": recipe.quantization},
        source_eos=not config.get("add_source_eos", False),
        source_prefix=recipe.prefix or _prefix(directory, tuple(target)),
        position_limit=min(_position_limit(original, kind), rows or 512),
        decoding=DECODING,
        attention={"usable": "align" in (recipe.architecture or said.get("architecture", ""))},
    )
    write_manifest(directory, manifest)
    return manifest


def _from_model(original: Path, destination: Path, recipe: Recipe) -> Manifest:
    """A model made elsewhere, brought to a machine without network: verified and copied, under the name asked for."""
    manifest = read_manifest(original)
    verify(original, manifest)
    destination.mkdir(parents=True)
    for name in manifest.files:
        shutil.copyfile(original / name, destination / name)
    write_manifest(destination, replace(manifest, name=recipe.name))
    return replace(manifest, name=recipe.name)


def _from_marian(original: Path, destination: Path, quantization: str) -> str:
    import yaml
    from ctranslate2.converters import OpusMTConverter

    if failed := failures(examine_marian(original)):
        raise ModelError(f"{original}: {failed[0].name}: {failed[0].detail}")
    try:
        OpusMTConverter(str(original)).convert(str(destination), quantization=quantization)
    except (ValueError, KeyError, NotImplementedError, RuntimeError, TypeError, yaml.YAMLError) as error:
        raise ModelError(f"{original}: CTranslate2 cannot convert it ({' '.join(str(error).split())})") from error
    return f"ctranslate2 {_version()} OpusMTConverter"


def _from_hub(original: Path, destination: Path, quantization: str) -> str:
    needs_extra("huggingface")
    kind = read_config(original).get("model_type")
    if kind != "marian":
        raise ModelError(f"{original}: a model of type {kind}; only Marian models of Hugging Face are taken")
    for name in ("source.spm", "target.spm", "vocab.json"):
        if not (original / name).is_file():
            raise ModelError(f"{original / name}: missing; get the package again")
    import transformers
    from ctranslate2.converters import TransformersConverter

    try:
        TransformersConverter(str(original)).convert(str(destination), quantization=quantization)
    except (ValueError, KeyError, NotImplementedError, RuntimeError, OSError) as error:
        raise ModelError(f"{original}: CTranslate2 cannot convert it ({' '.join(str(error).split())})") from error
    return f"ctranslate2 {_version()} TransformersConverter, transformers {transformers.__version__}"


def _from_ctranslate2(original: Path, destination: Path, quantization: str) -> str:
    """Converted before: copied as it is, since nothing is left to convert."""
    read_config(original)
    read_vocabularies(original)
    destination.mkdir(parents=True)
    for path in original.iterdir():
        if path.is_file() and re.fullmatch(r"model\.bin|config\.json|.*vocabulary\.(json|txt)", path.name):
            shutil.copyfile(path, destination / path.name)
    return "ctranslate2, converted before"


def _prefix(directory: Path, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The token of the target language where the vocabulary has such tokens and the target is known; else nothing."""
    from xlate.package.languages import bcp47

    tokens = [token for token in read_vocabularies(directory)[0] if LANGUAGE_TOKEN.fullmatch(token)]
    fitting = [token for token in tokens if bcp47(token[2:-2]) in targets]
    return (fitting[0],) if len(tokens) > 1 and len(fitting) == 1 else ()


def _position_limit(original: Path, kind: str) -> int:
    """Tokens the model was meant for: of its configuration, or 512, which OPUS-MT was trained with."""
    if kind == "huggingface":
        return int(read_config(original).get("max_position_embeddings", 512))
    return 512


def _version() -> str:
    import ctranslate2

    return str(ctranslate2.__version__)
