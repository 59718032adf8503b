"""Checks of a Marian package before its conversion, and what it says of itself."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlate.errors import ModelError
from xlate.package.check import Check
from xlate.package.examine import load_spm, pieces_known, vocabulary_sizes
from xlate.package.languages import codes

PACKAGE_AGAIN = "get the package again; an OPUS-MT zip holds decoder.yml, *.npz, *.vocab.yml, source.spm, target.spm"


def kind_of(folder: Path) -> str | None:
    """What a folder holds: `model`, `marian`, `ctranslate2`, `huggingface`, or None."""
    for kind, marks in {
        "model": ("model.json",),
        "marian": ("decoder.yml",),
        "ctranslate2": ("model.bin", "config.json"),
        "huggingface": ("config.json",),
    }.items():
        if all((folder / mark).is_file() for mark in marks):
            return kind
    return "marian" if folder.is_dir() and any(folder.glob("*.npz")) else None


def examine_marian(folder: Path) -> list[Check]:
    """Configuration, weights, vocabulary and SentencePiece models of a Marian package; the last may be left out by what
    comes before, since each check needs the ones above it."""
    try:
        config = decoder_config(folder)
    except ModelError as error:
        return [Check("decoder.yml", "fail", str(error), PACKAGE_AGAIN)]
    model, vocabs = folder / config["models"][0], [folder / name for name in config["vocabs"]]
    checks = [Check("decoder.yml", "pass", f"names {model.name} and {len(vocabs)} vocabularies")]
    try:
        rows, options = read_npz(model)
        vocabularies = [read_marian_vocabulary(path) for path in (vocabs[0], vocabs[-1])]
        spms = [load_spm(folder / name) for name in ("source.spm", "target.spm")]
    except ModelError as error:
        return [*checks, Check("readable", "fail", str(error), PACKAGE_AGAIN)]
    checks.append(Check("readable", "pass", f"weights of a Marian {options.get('type')}, vocabularies, SentencePiece"))
    checks += vocabulary_sizes(vocabularies, rows)
    checks += [_order(side, tokens) for side, tokens in zip(("source", "target"), vocabularies, strict=True)]
    return [*checks, *pieces_known(spms, vocabularies)]


def decoder_config(folder: Path) -> dict[str, Any]:
    """`decoder.yml`, with at least `models` and `vocabs`, whose files are in the folder. Raises ModelError."""
    import yaml

    path = folder / "decoder.yml"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: missing; {PACKAGE_AGAIN}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ModelError(f"{path}: cannot be read ({' '.join(str(error).split())}); {PACKAGE_AGAIN}") from error
    for key in ("models", "vocabs"):
        names = config.get(key) if isinstance(config, dict) else None
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise ModelError(f"{path}: {key} is not a list of file names; {PACKAGE_AGAIN}")
        for name in names:
            if Path(name).name != name:
                raise ModelError(f"{path}: {key} names {name}, which is not in the folder; write its bare name")
            if not (folder / name).is_file():
                raise ModelError(f"{folder / name}: missing, but decoder.yml names it; {PACKAGE_AGAIN}")
    return dict(config)


def read_npz(path: Path) -> tuple[tuple[int, int], Mapping[str, Any]]:
    """Rows of the source and target embeddings and Marian's options. Reads every array, so that a cut or damaged file
    is found. Raises ModelError."""
    import numpy
    import yaml

    rows: dict[str, int] = {}
    try:
        with numpy.load(path) as weights:
            for name in weights.files:
                array = weights[name]
                if name.endswith("Wemb"):
                    rows[name] = array.shape[0]
            options = yaml.safe_load(weights["special:model.yml"].tobytes().rstrip(b"\0"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, yaml.YAMLError) as error:
        text = " ".join(str(error).split())
        raise ModelError(f"{path}: the weights are cut off or damaged ({text}); {PACKAGE_AGAIN}") from error
    source = rows.get("encoder_Wemb", rows.get("Wemb", 0))
    return (source, rows.get("decoder_Wemb", rows.get("Wemb", source))), options


def read_marian_vocabulary(path: Path) -> list[str]:
    """The entries of a `vocab.yml` in order, read as CTranslate2's converter does. Raises ModelError."""
    from ctranslate2.converters.marian import load_vocab

    try:
        return list(load_vocab(str(path)))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: not a vocabulary ({error}); {PACKAGE_AGAIN}") from error


def _order(side: str, tokens: list[str]) -> Check:
    """Marian has `</s>` as number 0 and `<unk>` as number 1."""
    name = f"vocabulary order {side}"
    if tokens[:2] != ["</s>", "<unk>"]:
        detail = f"it begins with {', '.join(map(repr, tokens[:2]))}, not with '</s>', '<unk>'"
        return Check(name, "fail", detail, f"the vocabulary is out of order; {PACKAGE_AGAIN}")
    return Check(name, "pass", "</s> is 0, <unk> is 1")


def about(folder: Path) -> dict[str, Any]:
    """What a package says of itself in README.md and LICENSE: `source`, `target`, `licence`, `architecture`, where
    told."""
    said: dict[str, Any] = {}
    readme = _text(folder / "README.md")
    for key, pattern in {"source": r"source language\(s\):", "target": r"target language\(s\):"}.items():
        if (match := re.search(rf"^\W*{pattern}(.*)$", readme, re.MULTILINE)) and (found := codes(match[1])):
            said[key] = found
    if match := re.search(r"^\W*model:\s*(transformer\S*)\s*$", readme, re.MULTILINE):
        said["architecture"] = match[1]
    if match := re.search(r"^license:\s*(\S+)\s*$", readme, re.MULTILINE):
        said["licence"] = match[1]
    licence = _text(folder / "LICENSE")
    for text, name in {
        "Attribution 4.0": "CC-BY-4.0",
        "CC0": "CC0-1.0",
        "Apache License": "Apache-2.0",
        "MIT License": "MIT",
    }.items():
        if text in licence:
            said["licence"] = name
            break
    return said


def _text(path: Path) -> str:
    """A text for people, or nothing."""
    return path.read_text(encoding="utf-8", errors="replace")[:100_000] if path.is_file() else ""
