"""WORK/start.pt: the child before any Arabic. The parent's layers, Arabic embeddings, and a self-attention that replaces the SSRU.

    python adapt.py [--work WORK] [--steps 800]

CTranslate2 knows no SSRU. Only the new self-attention is trained, on the parent's own task: Portuguese to English, and English
copied to English (WORK/pt.tsv of lexicon.py). Held-out loss was about 0.58 after 150 s on two cores.
"""

from __future__ import annotations

import argparse
import math
import random
from pathlib import Path

import numpy as np
import parent
import sentencepiece as spm
import torch
import torch.nn.functional as F
from batches import Batch, pad
from model import Model, Shape, from_parent, pack
from pairs import lines_of
from program import exit_with
from subwords import load_pieces
from validate import to_device

from xlate.files import replacing

Example = tuple[np.ndarray, np.ndarray]


def examples(work: Path, rng: random.Random) -> list[Example]:
    """Pairs of ids (parent's vocabulary, target vocabulary) under 50 pieces."""
    source = spm.SentencePieceProcessor(model_file=str(parent.vocabulary()))
    target = load_pieces(work / "target.spm")
    out = []
    for line in lines_of(work / "pt.tsv"):
        english, portuguese = line.split("\t")
        y = target.encode(english)
        for text, share in ((portuguese, 1.0), (english, 0.6)):
            x = source.encode(text)
            if x and y and max(len(x), len(y)) < 50 and rng.random() < share:
                out.append((np.array(x), np.array(y)))
    return out


def batched(pairs: list[Example], tokens: int = 2000) -> list[Batch]:
    """Batches of pairs of similar length."""
    out, current = [], []
    for pair in sorted(pairs, key=lambda p: len(p[1])):
        current.append(pair)
        if len(current) * (len(pair[1]) + 1) > tokens:
            out.append(current)
            current = []
    return [pad([x for x, _ in group], [y for _, y in group]) for group in [*out, *([current] if current else [])]]


def loss_of(model: Model, batch: Batch) -> torch.Tensor:
    source, mask, shifted, labels = to_device(batch, "cpu")
    real = labels >= 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model.logits(model(source, mask, shifted)[real])
    return F.cross_entropy(scores.float(), labels[real])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--steps", type=int, default=800)
    o = parser.parse_args(arguments)
    torch.set_num_threads(2)
    torch.manual_seed(1)
    rng = random.Random(1)
    weights, keep, rows = parent.weights(), np.load(o.work / "keep.npy"), np.load(o.work / "embeddings.npy")
    model = Model(Shape(len(weights["Wemb"]), len(keep)))  # reads Portuguese for now
    from_parent(model, weights, keep, weights["Wemb"])
    new = list(model.da.parameters())
    for p in model.parameters():
        p.requires_grad_(False)
    for p in new:
        p.requires_grad_(True)
    data = examples(o.work, rng)
    rng.shuffle(data)
    held, train = batched(data[:200]), batched(data[200:])
    optimiser = torch.optim.AdamW(new, 2e-3, betas=(0.9, 0.98), weight_decay=0.0)
    for step in range(o.steps):
        if step % len(train) == 0:
            rng.shuffle(train)
        fall = max(0.05, 0.5 * (1 + math.cos(math.pi * step / o.steps)))
        optimiser.param_groups[0]["lr"] = 2e-3 * min(1.0, (step + 1) / 20) * fall
        loss = loss_of(model, train[step % len(train)])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(new, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        if step % 50 == 0:
            print(f"step {step} loss {float(loss.detach()):.3f}", flush=True)
    model.eval()
    with torch.no_grad():
        print(f"held out: {sum(float(loss_of(model, b)) for b in held) / len(held):.3f}")
    child = Model(Shape(len(rows), len(keep)))
    from_parent(child, weights, keep, rows)
    child.da.load_state_dict(model.da.state_dict())
    with replacing(o.work / "start.pt", "wb") as out:
        torch.save(pack(child), out)
    return 0


if __name__ == "__main__":
    exit_with(main)
