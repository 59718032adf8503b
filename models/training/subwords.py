"""The two SentencePiece vocabularies. Ids 0 and 1 are `</s>` and `<unk>`, as Marian numbers them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import sentencepiece as spm
from pairs import ROOT  # noqa: F401  makes xlate importable

from xlate.errors import InputError


def load_pieces(path: Path) -> spm.SentencePieceProcessor:
    """A vocabulary; refuses one whose ids are not Marian's.

    The parent numbers `<unk>` and `</s>` the other way or has `<s>`: such a file would shift every id.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file; make it with vocabulary.py or copy it from a model")
    pieces = spm.SentencePieceProcessor(model_file=str(path))
    if (pieces.id_to_piece(0), pieces.id_to_piece(1)) != ("</s>", "<unk>"):
        raise InputError(f"{path}: begins with other pieces than </s> and <unk>")
    return pieces


def encode(pieces: spm.SentencePieceProcessor, lines: list[str]) -> list[np.ndarray]:
    """Ids without `</s>`. Both vocabularies have `</s>` and `<unk>` first, as Marian does."""
    return [np.array(ids, np.int64) for ids in pieces.encode(lines)]
