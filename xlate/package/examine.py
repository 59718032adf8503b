"""Checks of a model directory that need no translation: files, vocabularies, SentencePiece models, special tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlate.errors import ModelError
from xlate.manifest import Manifest, verify
from xlate.package.check import Check, graded
from xlate.package.golden import golden_languages, known_language, lines
from xlate.package.weights import embedding_rows, position_rows, read_config, read_shapes, read_vocabularies

AGAIN = "pull or convert the model again"
LANGUAGE_TOKEN = re.compile(r">>\S{1,24}<<")
_CONTROL = {"<s>", "</s>", "<unk>", "<pad>"}


def load_spm(path: Path) -> Any:
    """The SentencePiece model in `path`. Raises ModelError that names the file."""
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor()
    try:
        processor.LoadFromSerializedProto(path.read_bytes())
    except FileNotFoundError:
        cure = "a package with BPE codes instead of SentencePiece cannot be used, take a later release"
        raise ModelError(f"{path}: missing; {cure}") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}); {AGAIN}") from error
    except RuntimeError:
        raise ModelError(f"{path}: not a SentencePiece model; {AGAIN}") from None
    return processor


def examine(directory: Path, manifest: Manifest) -> list[Check]:
    """All checks of this module, in the order of the table; a file that cannot be read is a failed check."""
    checks = [_files(directory, manifest)]
    try:
        vocabularies = read_vocabularies(directory)
        shapes = read_shapes(directory / "model.bin")
        spms = (load_spm(directory / "source.spm"), load_spm(directory / "target.spm"))
    except ModelError as error:
        return [*checks, Check("readable", "fail", str(error), AGAIN)]
    rows = embedding_rows(shapes)
    checks += vocabulary_sizes(vocabularies, rows)
    checks += pieces_known(spms, vocabularies)
    checks += special_tokens(vocabularies, manifest)
    checks.append(source_end(directory, manifest))
    checks.append(_positions(manifest, position_rows(shapes)))
    return [*checks, *tokenisation(spms, manifest.source, manifest.target)]


def _files(directory: Path, manifest: Manifest) -> Check:
    try:
        verify(directory, manifest)
    except ModelError as error:
        return Check("files", "fail", str(error), AGAIN)
    return Check("files", "pass", f"{len(manifest.files)} files as recorded (SHA-256)")


def vocabulary_sizes(vocabularies: Sequence[Sequence[str]], rows: Sequence[int]) -> list[Check]:
    """Entries against rows of the embeddings, and no entry twice."""
    checks = []
    for side, vocabulary, count in zip(("source", "target"), vocabularies, rows, strict=True):
        twice = [token for token, times in Counter(vocabulary).items() if times > 1]
        name = f"vocabulary {side}"
        if len(vocabulary) != count:
            detail = f"{len(vocabulary)} entries, but the embeddings have {count} rows"
            checks.append(Check(name, "fail", detail, "the vocabulary belongs to another model; get the package again"))
        elif twice:
            detail = f"{len(twice)} entries more than once, {twice[0]!r} first"
            checks.append(Check(name, "fail", detail, "the vocabulary is damaged; get the package again"))
        else:
            checks.append(Check(name, "pass", f"{count} entries, as many as the embeddings have rows"))
    return checks


def pieces_known(spms: Sequence[Any], vocabularies: Sequence[Sequence[str]]) -> list[Check]:
    """Share of the pieces of each SentencePiece model that the vocabulary knows."""
    checks = []
    for side, spm, vocabulary in zip(("source", "target"), spms, vocabularies, strict=True):
        pieces = [spm.id_to_piece(i) for i in range(spm.get_piece_size()) if not spm.is_control(i)]
        pieces = [piece for piece in pieces if piece not in _CONTROL]
        unknown = set(pieces).difference(vocabulary)
        share = 1 - len(unknown) / max(1, len(pieces))
        detail = f"{share:.2%} of {len(pieces)} pieces of {side}.spm are in the vocabulary"
        if unknown:
            detail += f"; missing, for example, {min(unknown)!r}"
        cure = f"{side}.spm and the vocabulary are of two models (or source.spm and target.spm are swapped); {AGAIN}"
        checks.append(graded(f"pieces {side}", share, 0.98, 0.90, detail, cure))
    return checks


def special_tokens(vocabularies: Sequence[Sequence[str]], manifest: Manifest) -> list[Check]:
    """`</s>` and `<unk>` are there, and the token of the target language is handled."""
    checks = []
    for side, vocabulary in zip(("source", "target"), vocabularies, strict=True):
        absent = [token for token in ("</s>", "<unk>") if token not in vocabulary]
        name = f"special tokens {side}"
        if absent:
            cure = "the vocabulary is damaged; get the package again"
            checks.append(Check(name, "fail", f"{' and '.join(absent)} not in the vocabulary", cure))
        else:
            pad = ", <pad>" if "<pad>" in vocabulary else ""
            checks.append(Check(name, "pass", f"</s>, <unk>{pad} in the vocabulary"))
    return [*checks, _target_language(vocabularies[0], manifest)]


def _target_language(vocabulary: Sequence[str], manifest: Manifest) -> Check:
    tokens = sorted(token for token in vocabulary if LANGUAGE_TOKEN.fullmatch(token))
    wrong = [token for token in manifest.source_prefix if token not in vocabulary]
    name = "target language token"
    if wrong:
        cure = f"convert again with one of: {', '.join(tokens[:8]) or 'no prefix'}"
        return Check(name, "fail", f"prefix {wrong[0]} is not in the vocabulary", cure)
    if manifest.source_prefix:
        return Check(name, "pass", f"{' '.join(manifest.source_prefix)} is put before each source")
    if len(tokens) > 1:
        detail = f"the model serves {len(tokens)} targets ({', '.join(tokens[:4])} …), but no prefix says which"
        return Check(name, "fail", detail, f"convert again with --prefix '{tokens[0]}' or the like")
    return Check(name, "pass", "none needed")


def source_end(directory: Path, manifest: Manifest) -> Check:
    """The source ends in exactly one `</s>`: added by CTranslate2 (`add_source_eos`) or by xlate, not both, not
    none."""
    try:
        adds = bool(read_config(directory).get("add_source_eos", False))
    except ModelError as error:
        return Check("end of source", "fail", str(error), AGAIN)
    if adds and manifest.source_eos:
        detail = "</s> doubled: CTranslate2 adds it (config.json) and model.json has xlate add it too"
        return Check("end of source", "fail", detail, f"set source_eos to false in model.json, or {AGAIN}")
    if not adds and not manifest.source_eos:
        detail = "</s> missing: neither CTranslate2 (config.json) nor xlate (model.json) adds it"
        return Check("end of source", "fail", detail, f"set source_eos to true in model.json, or {AGAIN}")
    return Check("end of source", "pass", f"one </s>, added by {'CTranslate2' if adds else 'xlate'}")


def _positions(manifest: Manifest, rows: int | None) -> Check:
    limit = manifest.position_limit
    if rows is not None and limit > rows:
        detail = f"position_limit {limit}, but the model has {rows} positions"
        return Check("positions", "fail", detail, f"set position_limit to {min(rows, 512)} in model.json")
    return Check("positions", "pass", f"{rows or 'relative'} positions, {limit} used")


def tokenisation(spms: Sequence[Any], sources: Sequence[str], targets: Sequence[str]) -> list[Check]:
    """`source.spm` knows the letters of each source language and cuts it into fewer pieces than `target.spm` does."""
    checks = []
    target = next((code for code in map(known_language, targets) if code), None)
    for declared, language in golden_languages(sources).items():
        text = lines(language)["long"]
        unknown = _unknown_share(spms[0], text)
        words = len(text.split())
        count = len(spms[0].encode(text))
        name, detail = f"tokens {declared}", f"{count} pieces for {words} words, {unknown:.0%} unknown"
        if _swapped(spms, text, lines(target)["long"] if target else ""):
            cure = f"source.spm and target.spm are swapped: exchange them and convert again, or {AGAIN}"
            checks.append(Check(name, "fail", f"source.spm fits the target language and target.spm {declared}", cure))
        else:
            cure = (
                f"the model is not for {declared}, or source.spm is of another model: check the languages, or {AGAIN}"
            )
            checks.append(graded(name, 1 - unknown, 0.99, 0.9, detail, cure))
    return checks


def _swapped(spms: Sequence[Any], source: str, target: str) -> bool:
    """Each SentencePiece model reads the other side's language better than its own."""
    if not target or spms[0].serialized_model_proto() == spms[1].serialized_model_proto():
        return False
    right = _cost(spms[0], source) + _cost(spms[1], target)
    wrong = _cost(spms[1], source) + _cost(spms[0], target)
    return wrong < 0.8 * right


def _cost(spm: Any, text: str) -> float:
    """Pieces a character, where an unknown stretch counts as many pieces as it has characters."""
    pieces, ids = spm.encode(text, out_type=str), spm.encode(text)
    cost = sum(len(piece) if spm.is_unknown(i) else 1 for piece, i in zip(pieces, ids, strict=True))
    return float(cost / max(1, len(text)))


def _unknown_share(spm: Any, text: str) -> float:
    pieces, ids = spm.encode(text, out_type=str), spm.encode(text)
    unknown = sum(len(piece) for piece, i in zip(pieces, ids, strict=True) if spm.is_unknown(i))
    return unknown / max(1, sum(map(len, pieces)))
