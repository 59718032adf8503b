"""From weights to an OPUS-MT package, and from there by CTranslate2's own converter to a model xlate takes.

    python export.py WEIGHTS.pt OUT --work WORK [--name ar-en-starter] [--head LAYER:HEAD] [--attention-f1 F1]

OUT/opus is a genuine OPUS-MT package (decoder.yml, model.npz in Marian's names, vocabularies, source.spm, target.spm);
OUT/ct2-int8 and OUT/ct2-float32 are made of it by `ct2-opus-mt-converter`, which must be installed beside this Python,
and get source.spm, target.spm and model.json.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from describe import LONGEST, NAME, attention_of, describe
from model import Model, marian_views, positions, unpack
from program import exit_with
from subwords import load_pieces
from torch import Tensor
from train import load

from xlate.errors import InputError
from xlate.files import replacing


def marian_arrays(model: Model) -> dict[str, np.ndarray]:
    """The weights under Marian's names."""

    def array(parameter: Tensor) -> np.ndarray:
        return np.ascontiguousarray(parameter.detach().float().numpy())

    out = {name: array(view) for name, view in marian_views(model).items()}
    out["encoder_Wemb"], out["decoder_Wemb"] = array(model.src.weight), array(model.tgt.weight)
    out["decoder_ff_logit_out_b"] = array(model.bias[None])
    # Marian computes its positions and does not look here; CTranslate2's converter would compute others (an exponent over
    # d/2 where Marian has d/2 - 1), and takes these instead
    out["Wpos"] = array(positions(2048, model.shape.d))
    return out


def marian_config(model: Model, layer: int) -> dict[str, Any]:
    """What Marian would say of such a model; `layer` (from 1) is the one whose first head aligns words."""
    s = model.shape
    return {
        "type": "transformer",
        "version": "v1.12.0",
        "enc-depth": s.enc,
        "dec-depth": s.dec,
        "dim-emb": s.d,
        "dim-vocabs": [s.vs, s.vt],
        "transformer-heads": s.h,
        "transformer-dim-ffn": s.ff,
        "transformer-ffn-activation": "relu",
        "transformer-ffn-depth": 2,
        "transformer-decoder-autoreg": "self-attention",
        "transformer-no-projection": False,
        "transformer-preprocess": "",
        "transformer-postprocess": "dan",
        "transformer-postprocess-emb": "d",
        "transformer-postprocess-top": "",
        "transformer-guided-alignment-layer": "last" if layer == s.dec else str(layer),
        "transformer-train-position-embeddings": False,
        "tied-embeddings": True,
        "tied-embeddings-src": False,
        "tied-embeddings-all": False,
    }


def first_head(model: Model, layer: int, head: int) -> None:
    """Swap a head of the attention to the source with the first one, which is the one that engines read alignments
    from. What the model says stays the same."""
    import torch

    attention, size = model.dc[layer], model.shape.d // model.shape.h
    order = torch.arange(model.shape.d).view(model.shape.h, size)
    order[[0, head]] = order[[head, 0]]
    index = order.flatten()
    with torch.no_grad():
        for part in (attention.q, attention.k, attention.v):
            part.weight.copy_(part.weight[index])
            part.bias.copy_(part.bias[index])
        attention.o.weight.copy_(attention.o.weight[:, index])


def write_package(model: Model, work: Path, target: Path, layer: int) -> None:
    """Write the OPUS-MT package."""
    target.mkdir(parents=True, exist_ok=True)
    arrays = marian_arrays(model)
    config = yaml.safe_dump(marian_config(model, layer)).encode() + b"\0"
    arrays["special:model.yml"] = np.frombuffer(config, np.int8)
    with replacing(target / "model.npz", "wb") as handle:
        np.savez(handle, **arrays)
    for side, size in (("source", model.shape.vs), ("target", model.shape.vt)):
        pieces = load_pieces(work / f"{side}.spm")
        if pieces.get_piece_size() != size:
            raise InputError(f"{work}/{side}.spm: {pieces.get_piece_size()} pieces, the weights have {size}; mixed up?")
        shutil.copyfile(work / f"{side}.spm", target / f"{side}.spm")
        with replacing(target / f"vocab.{side}.yml") as handle:
            for i in range(size):
                piece = pieces.id_to_piece(i).replace("\\", "\\\\").replace('"', '\\"')
                handle.write(f'"{piece}": {i}\n')
    decoder = {"relative-paths": True, "models": ["model.npz"], "vocabs": ["vocab.source.yml", "vocab.target.yml"]}
    with replacing(target / "decoder.yml") as handle:
        yaml.safe_dump(decoder | {"beam-size": 4, "normalize": 1, "word-penalty": 0}, handle)


def convert(package: Path, target: Path, quantization: str) -> None:
    """Run CTranslate2's converter and add the vocabularies of the package."""
    converter = Path(sys.executable).with_name("ct2-opus-mt-converter")
    if not converter.exists():
        raise InputError(f"{converter}: no such program; install ctranslate2 into this environment")
    command = [converter, "--model_dir", package, "--output_dir", target, "--quantization", quantization, "--force"]
    subprocess.run([str(word) for word in command], check=True)
    for side in ("source", "target"):
        shutil.copyfile(package / f"{side}.spm", target / f"{side}.spm")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--work", type=Path, default=Path("work"), help="source.spm, target.spm")
    parser.add_argument("--name", default=NAME)
    parser.add_argument(
        "--head", default="", metavar="LAYER:HEAD", help="attention to align words by, from 1 (alignment.py)"
    )
    parser.add_argument("--attention-f1", type=float, metavar="F1", help="what alignment.py measured for it, 0 to 1")
    parser.add_argument("--usable", action="store_true", help="say that its alignment is good enough to use")
    parser.add_argument("--max-input", type=int, default=LONGEST, help="pieces above which xlate splits a sentence")
    o = parser.parse_args(arguments)
    data = load(o.weights)
    model = unpack(data)
    try:
        layer, head = (int(part) for part in o.head.split(":")) if o.head else (model.shape.dec, 1)
    except ValueError:
        raise InputError(f"--head {o.head}: give LAYER:HEAD, both from 1, such as {model.shape.dec}:1") from None
    if not (1 <= layer <= model.shape.dec and 1 <= head <= model.shape.h):
        raise InputError(f"--head {o.head}: layers 1 to {model.shape.dec}, heads 1 to {model.shape.h}")
    first_head(model, layer - 1, head - 1)
    attention = attention_of(o.attention_f1, o.usable)
    write_package(model, o.work, o.out / "opus", layer)
    trained = {"validation": data["valid"]} if data.get("valid") else {}
    for quantization in ("int8", "float32"):
        folder = o.out / f"ct2-{quantization}"
        convert(o.out / "opus", folder, quantization)
        describe(folder, o.name, trained | {"quantization": quantization}, attention, o.max_input)
    print(o.out / "ct2-int8")
    return 0


if __name__ == "__main__":
    exit_with(main)
