"""Weights that lose less in int8, and say the same: python smooth.py WEIGHTS.pt SMOOTH.pt --work WORK [--alpha 0.5]

CTranslate2 rounds the input of each linear map to 8 bits with one scale a token, so units that are much larger than the others cost
the small ones their precision. Where a scale can pass through, it is moved from the input into the weights (SmoothQuant,
Xiao et al. 2023; the equalisation of Nagel et al. 2019): from the hidden units of a feed-forward layer (ReLU lets a
positive factor through) and from the values of an attention (linear). In float the function stays the same.
Run it last, on what is exported; training may as well go on from it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from batches import Batch, Corpus
from model import Model, pack, unpack
from torch import Tensor, nn
from train import load
from validate import to_device

from xlate.errors import InputError, XlateError
from xlate.files import replacing


def maps(model: Model) -> dict[str, tuple[nn.Linear, nn.Linear]]:
    """Pairs of linear maps, by name: scaling the first's outputs down and the second's inputs up changes nothing."""
    out = {}
    for kind in ("ea", "da", "dc"):
        out |= {f"{kind}.{i}": (layer.v, layer.o) for i, layer in enumerate(getattr(model, kind))}
    for kind in ("ef", "df"):
        out |= {f"{kind}.{i}": (layer.f1, layer.f2) for i, layer in enumerate(getattr(model, kind))}
    return out


@torch.no_grad()
def largest(model: Model, batches: list[Batch]) -> dict[str, Tensor]:
    """For each second map the largest value each of its inputs takes on some batches."""
    peaks: dict[str, Tensor] = {}

    def watch(name: str) -> object:
        def note(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            peak = inputs[0].abs().flatten(0, -2).amax(0)
            peaks[name] = torch.maximum(peaks.get(name, torch.zeros_like(peak)), peak)

        return note

    handles = [second.register_forward_pre_hook(watch(name)) for name, (_, second) in maps(model).items()]
    for batch in batches:
        model(*to_device(batch, "cpu")[:3])
    for handle in handles:
        handle.remove()
    return peaks


@torch.no_grad()
def smooth(model: Model, peaks: dict[str, Tensor], alpha: float = 0.5) -> None:
    """Scale in place. `alpha`: 0 evens out the weights alone, 1 the inputs alone."""
    for name, (first, second) in maps(model).items():
        # a unit that hardly spoke here may speak up elsewhere: it is not blown up beyond ten times the usual
        peak = peaks[name].clamp_min(max(1e-5, float(peaks[name].median()) / 10))
        weight = second.weight.abs().amax(0).clamp_min(1e-5)
        scale = peak**alpha / weight ** (1 - alpha)
        scale /= scale.log().mean().exp()
        first.weight /= scale[:, None]
        first.bias /= scale
        second.weight *= scale[None]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--ids", type=Path, help="token ids (default WORK/ids.npz)")
    parser.add_argument("--alpha", type=float, default=0.5)
    parser.add_argument("--batches", type=int, default=4, help="batches of training pairs to look at")
    o = parser.parse_args(arguments)
    ids = o.ids or o.work / "ids.npz"
    if not ids.is_file():
        raise InputError(f"{ids}: no such file; make it with ids.py")
    data, corpus = load(o.weights), Corpus(ids, 3000)
    model = unpack(data).eval()
    plan = corpus.epoch(0)[: o.batches]
    smooth(model, largest(model, [corpus.batch(numbers) for numbers in plan]), o.alpha)
    about = {"valid": data["valid"]} if data.get("valid") else {}
    with replacing(o.out, "wb") as handle:
        torch.save(pack(model, smoothed=o.alpha, **about), handle)
    print(o.out)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except XlateError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
