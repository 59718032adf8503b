"""Against the tools the packages come from: opt-in, run with `-m marian` or `-m transformers` where they are installed.

`XLATE_MARIAN_PYTHON` may name the interpreter of another environment that has pymarian and sentencepiece.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import xlate
from package_server import serving

from xlate.manifest import read_manifest
from xlate.package.convert import Recipe, convert
from xlate.package.trial import Trial

TOY_MODEL = Path(__file__).parent / "toy-model"
MARIAN = os.environ.get("XLATE_MARIAN_PYTHON") or (sys.executable if importlib.util.find_spec("pymarian") else None)

DECODE = """
import json, sys, pymarian
model, vocabulary = sys.argv[1:3]
marian = pymarian.Translator(f"--models {model} --vocabs {vocabulary} {vocabulary} --beam-size 1 --cpu-threads 1 "
                             "--quiet --quiet-translation --mini-batch 1 --maxi-batch 1 --workspace 128 --allow-unk")
print(json.dumps(marian.translate(json.load(sys.stdin))))
"""


def new_sentences(number):
    """Sentences of the toy's language that need not be among those it was trained with."""
    spec = importlib.util.spec_from_file_location("make", TOY_MODEL / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    rng = random.Random(2026)
    return [make.pair(rng)[0] for _ in range(number)]


@pytest.mark.marian
@pytest.mark.skipif(MARIAN is None, reason="pymarian is not installed, and XLATE_MARIAN_PYTHON names no other Python")
@pytest.mark.parametrize("quantization", ["float32", "int8"])
def test_marian_and_the_converted_model_agree(tmp_path, quantization):
    with zipfile.ZipFile(TOY_MODEL / "toy-ar-en.zip") as archive:
        archive.extractall(tmp_path / "toy-ar-en")
    manifest = convert(tmp_path / "toy-ar-en", tmp_path / "model", Recipe("toy", quantization=quantization))
    trial, sentences = Trial(tmp_path / "model", manifest), new_sentences(100)
    ours = [" ".join(tokens) for tokens, _ in trial.translate(sentences, beam_size=1)]
    pieces = [" ".join(trial.spms[0].encode(text, out_type=str)) for text in sentences]
    files = [str(next((tmp_path / "toy-ar-en").glob(f"*{end}"))) for end in (".npz", ".vocab.yml")]
    ran = subprocess.run(
        [MARIAN, "-c", DECODE, *files],
        input=json.dumps(pieces),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    theirs = json.loads(ran.stdout.splitlines()[-1])
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    print(f"{quantization}: {same} of 100 the same as Marian's")
    assert same >= 95


@pytest.fixture
def hub_folder(tmp_path):
    """A MarianMT with random weights, saved by transformers, with the toy's SentencePiece models."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    import sentencepiece

    folder = tmp_path / "opus-mt-ar-en"
    with zipfile.ZipFile(TOY_MODEL / "toy-ar-en.zip") as archive:
        for name in ("source.spm", "target.spm"):
            archive.extract(name, folder)
    pieces = ["</s>", "<unk>"]
    for name in ("source.spm", "target.spm"):
        spm = sentencepiece.SentencePieceProcessor(model_file=str(folder / name))
        pieces += [spm.id_to_piece(i) for i in range(1, spm.get_piece_size())]
    vocabulary = {piece: number for number, piece in enumerate([*dict.fromkeys(pieces), "<pad>"])}
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    tokenizer = transformers.MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"), source_lang="ar",
        target_lang="en", model_max_length=128,
    )  # fmt: skip
    pad = vocabulary["<pad>"]
    config = transformers.MarianConfig(
        vocab_size=len(vocabulary), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=128, init_std=0.4,
        pad_token_id=pad, decoder_start_token_id=pad, eos_token_id=0, forced_eos_token_id=None, scale_embedding=True,
        static_position_embeddings=True, activation_function="swish",
    )  # fmt: skip
    torch.manual_seed(3)
    model = transformers.MarianMTModel(config).eval()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def greedy(folder, sentences, length):
    """What transformers itself makes of the sentences, token by token."""
    import torch
    import transformers

    model = transformers.MarianMTModel.from_pretrained(folder).eval()
    tokenizer = transformers.MarianTokenizer.from_pretrained(folder)
    pad = model.config.pad_token_id
    outputs = []
    for text in sentences:
        encoded = tokenizer([text], return_tensors="pt")
        ids = [pad]
        with torch.no_grad():
            while len(ids) <= length:
                logits = model(**encoded, decoder_input_ids=torch.tensor([ids])).logits[0, -1]
                logits[pad] = float("-inf")
                ids.append(int(logits.argmax()))
                if ids[-1] == 0:
                    break
        outputs.append(tokenizer.convert_ids_to_tokens([i for i in ids[1:] if i != 0]))
    return outputs


@pytest.mark.transformers
@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_a_folder_saved_by_transformers_is_converted_and_says_the_same(hub_folder, tmp_path, weights):
    if weights == "pytorch_model.bin":
        import safetensors.torch
        import torch

        torch.save(safetensors.torch.load_file(hub_folder / "model.safetensors"), hub_folder / weights)
        (hub_folder / "model.safetensors").unlink()
    manifest = convert(hub_folder, tmp_path / "model", Recipe("tiny", ("ar",), ("en",), quantization="float32"))
    # this converter, unlike that of Marian packages, leaves the </s> of the source to us
    assert manifest.source_eos
    assert manifest.position_limit == 128
    assert "TransformersConverter, transformers " in manifest.origin["converter"]
    sentences = [text for text in new_sentences(60) if text.strip()]
    trial = Trial(tmp_path / "model", manifest)
    ours = [tokens for tokens, _ in trial.translate(sentences, beam_size=1, max_decoding_length=20)]
    theirs = greedy(hub_folder, sentences, 20)
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    print(f"{weights}: {same} of {len(sentences)} the same as transformers'")
    assert same >= 0.95 * len(sentences)
    assert len({tuple(tokens) for tokens in theirs}) > 10
    without = Trial(tmp_path / "model", replace(manifest, source_eos=False))
    others = [tokens for tokens, _ in without.translate(sentences, beam_size=1, max_decoding_length=20)]
    assert sum(a == b for a, b in zip(others, theirs, strict=True)) < 0.5 * len(sentences)


@pytest.mark.transformers
def test_a_repository_is_pulled_from_a_mirror_and_installed(hub_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XLATE_MODELS", str(tmp_path / "models"))
    with serving() as site:
        for path in hub_folder.iterdir():
            site.files[f"/someone/opus-mt-ar-en/resolve/main/{path.name}"] = path.read_bytes()
        options = ("--mirror", site.url, "--no-speed", "--quiet")
        ran = xlate("model", "pull", "someone/opus-mt-ar-en", *options)
        # weights made at random: the doctor must not let them pass
        assert (ran.code, "was not installed" in ran.err) == (1, True)
        ran = xlate("model", "pull", "someone/opus-mt-ar-en", "--trust", *options)
    assert ran.code == 0
    manifest = read_manifest(tmp_path / "models" / "opus-mt-ar-en")
    assert manifest.source_eos
    assert manifest.origin["files"]["config.json"]
