"""The shapes inside a `model.bin`, the configuration and the vocabularies beside it, read without loading the model."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import IO, Any

from xlate.errors import ModelError


def read_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Name and shape of each variable of a CTranslate2 `model.bin`.

    The layout is that of `ModelSpec._serialize` in CTranslate2's `specs/model_spec.py`: binary version, name of the
    specification, revision, then the variables with name, rank, dimensions, type, size and bytes, then aliases.
    Raises ModelError for a file that does not follow it or ends early.
    """
    size = path.stat().st_size
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        with path.open("rb") as handle:
            version = _number(handle, "I")
            if not 4 <= version <= 6:
                raise ValueError(f"binary version {version}")
            _string(handle)
            _number(handle, "I")
            for _ in range(_number(handle, "I")):
                name = _string(handle)
                shapes[name] = tuple(_number(handle, "I") for _ in range(_number(handle, "B")))
                _number(handle, "B")
                length = _number(handle, "I")
                if handle.tell() + length > size:
                    raise ValueError("it ends early")
                handle.seek(length, 1)
            for _ in range(_number(handle, "I")):
                alias, name = _string(handle), _string(handle)
                shapes[alias] = shapes[name]
    except (ValueError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not a model.bin of CTranslate2 ({error}); pull or convert the model again") from None
    return shapes


def embedding_rows(shapes: dict[str, tuple[int, ...]]) -> tuple[int, int]:
    """Rows of the source and of the target embeddings."""
    sides = (("encoder/embeddings_0/weight", "encoder/embeddings/weight"), ("decoder/embeddings/weight",))
    rows = [next((shapes[name][0] for name in names if name in shapes), 0) for names in sides]
    return rows[0], rows[1]


def position_rows(shapes: dict[str, tuple[int, ...]]) -> int | None:
    """Rows of the table of positions; None where the model has none."""
    rows = [shape[0] for name, shape in shapes.items() if name.endswith("position_encodings/encodings") and shape]
    return min(rows) if rows else None


def read_config(directory: Path) -> dict[str, Any]:
    """The `config.json` of a CTranslate2 or Hugging Face folder. Raises ModelError that names the file."""
    path = directory / "config.json"
    try:
        config = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); pull or convert the model again") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); pull or convert the model again") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: cannot be read (not a JSON object); pull or convert the model again")
    return config


def read_vocabularies(directory: Path) -> tuple[list[str], list[str]]:
    """The source and target vocabularies of a CTranslate2 folder. Raises ModelError that names the file."""
    shared = _vocabulary(directory, "shared_vocabulary")
    if shared is not None:
        return shared, shared
    pair = [_vocabulary(directory, f"{side}_vocabulary") for side in ("source", "target")]
    for side, vocabulary in zip(("source", "target"), pair, strict=True):
        if vocabulary is None:
            path = directory / f"{side}_vocabulary.json"
            raise ModelError(f"{path}: missing; pull or convert the model again")
    return pair[0] or [], pair[1] or []


def _vocabulary(directory: Path, stem: str) -> list[str] | None:
    for path in (directory / f"{stem}.json", directory / f"{stem}.txt"):
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
            tokens = json.loads(text) if path.suffix == ".json" else text.split("\n")[: text.count("\n")]
        except ValueError as error:
            raise ModelError(f"{path}: not a vocabulary ({error}); pull or convert the model again") from error
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ModelError(f"{path}: not a list of tokens; pull or convert the model again")
        return tokens
    return None


def _number(handle: IO[bytes], kind: str) -> int:
    size = struct.calcsize(kind)
    return int(struct.unpack(f"<{kind}", handle.read(size))[0])


def _string(handle: IO[bytes]) -> str:
    raw = handle.read(_number(handle, "H"))
    if not raw.endswith(b"\0"):
        raise ValueError("a name is cut off")
    return raw[:-1].decode("utf-8")
