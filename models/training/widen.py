"""A larger child that begins where a small one stands (Chen et al. 2016, "Net2Net"; Gong et al. 2019 on stacking).

    python widen.py SMALL.pt LARGE.pt [--ffn 3072] [--double] [--enc 12] [--dec 4]

- `--ffn` copies units of the feed-forward and shares their output between the copies: the function stays exactly the same.
- `--double` doubles the width (d 256 to 512) the same way, norms and tied embeddings included: exact but for the positions,
  which are sinusoids of other frequencies at the new width; a few hundred steps repair that.
- `--enc`, `--dec` repeat layers (1 1 2 2 ...). With norm after the sum no copy of a layer is neutral: this is a start, not the same function.

The shares are uneven, so that copies learn to differ.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import torch
from model import Model, pack, unpack
from program import exit_with
from torch import Tensor
from train import load

from xlate.errors import InputError
from xlate.files import replacing

State = dict[str, Tensor]


def shares(index: Tensor, units: int, generator: torch.Generator) -> Tensor:
    """A share for each new unit; those of one old unit (`index` says which) sum to 1."""
    raw = 0.8 + 0.4 * torch.rand(len(index), generator=generator)
    return raw / torch.zeros(units).index_add(0, index, raw)[index]


def wider_ffn(model: Model, ffn: int, generator: torch.Generator) -> Model:
    """Copies of feed-forward units; the same function."""
    old = model.shape.ff
    index = torch.arange(ffn) % old
    state = dict(model.state_dict())
    for name in [n for n in state if n.endswith("f1.weight")]:
        layer = name.removesuffix("f1.weight")
        state[layer + "f1.weight"] = state[layer + "f1.weight"][index]
        state[layer + "f1.bias"] = state[layer + "f1.bias"][index]
        state[layer + "f2.weight"] = state[layer + "f2.weight"][:, index] * shares(index, old, generator)
    return rebuilt(model, state, ff=ffn)


def doubled(model: Model, generator: torch.Generator) -> Model:
    """Every unit of the width twice, side by side; the same function but for the positions.

    Norms keep mean and variance as all units are doubled. Attention: queries shrink by the square root of 2, as heads
    twice as wide have products twice as large and divide by 1.41 more. Embeddings shrink by it, as they are scaled by the
    root of the width; being tied to the output, they would then score 1.41 too high, so the last norm shrinks as well.
    """
    d = model.shape.d
    index = torch.arange(d).repeat_interleave(2)
    root = 2**-0.5
    state: State = {}
    for name, value in model.state_dict().items():
        kind = name.rsplit(".", 2)[-2:] if "." in name else [name]
        part, what = ([*kind, ""])[:2]
        if part in ("src", "tgt"):
            state[name] = value[:, index] * root
        elif name == "bias":
            state[name] = value
        elif part == "ln" or (what == "bias" and part != "f1"):
            state[name] = value[index]
        elif what == "bias":
            state[name] = value
        else:
            wide = value if part == "f2" else value[:, index] * shares(index, d, generator)
            state[name] = wide if part == "f1" else wide[index]
        if part == "q":
            state[name] = state[name] * root
    last = f"df.{model.shape.dec - 1}.ln."
    for end in ("weight", "bias"):
        state[last + end] = state[last + end] * root
    return rebuilt(model, state, d=2 * d)


def deeper(model: Model, encoder: int, decoder: int) -> Model:
    """Layers repeated until there are so many."""
    state: State = {}
    for name, value in model.state_dict().items():
        kind, _, rest = name.partition(".")
        old, new = (model.shape.enc, encoder) if kind[0] == "e" else (model.shape.dec, decoder)
        if kind not in ("ea", "ef", "da", "dc", "df"):
            state[name] = value
            continue
        number, _, part = rest.partition(".")
        for i in range(new):
            if i * old // new == int(number):
                state[f"{kind}.{i}.{part}"] = value
    return rebuilt(model, state, enc=encoder, dec=decoder)


def rebuilt(model: Model, state: Mapping[str, Tensor], **sizes: int) -> Model:
    out = Model(replace(model.shape, **sizes))
    out.load_state_dict(dict(state))
    return out.eval()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--ffn", type=int, default=0)
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--enc", type=int, default=0)
    parser.add_argument("--dec", type=int, default=0)
    o = parser.parse_args(arguments)
    model, generator = unpack(load(o.small)).eval(), torch.Generator().manual_seed(1)
    shape = model.shape
    for what, new, old in (("--ffn", o.ffn, shape.ff), ("--enc", o.enc, shape.enc), ("--dec", o.dec, shape.dec)):
        if new and new < old:
            raise InputError(f"{what} {new}: the model has {old} already; give more")
    if o.double:
        model = doubled(model, generator)
    if o.ffn:
        model = wider_ffn(model, o.ffn, generator)
    if o.enc or o.dec:
        model = deeper(model, o.enc or shape.enc, o.dec or shape.dec)
    with replacing(o.large, "wb") as handle:
        torch.save(pack(model, grown_from=o.small.name), handle)
    print(asdict(model.shape), f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}M parameters")
    return 0


if __name__ == "__main__":
    exit_with(main)
