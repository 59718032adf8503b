"""Validation by greedy decoding with the training code itself: loss, chrF and BLEU on some lines of a set."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import torch
import torch.nn.functional as F
from batches import Batch, pad
from model import Model
from pairs import lines_of
from subwords import encode, load_pieces

from xlate.errors import InputError

Autocast = Callable[[], AbstractContextManager[object]]


def to_device(batch: Batch, device: str) -> tuple[torch.Tensor, ...]:
    """source, mask, shifted target, labels."""
    arrays = (batch.source, batch.mask, batch.shifted, batch.labels)
    return tuple(torch.from_numpy(a).to(device, non_blocking=True) for a in arrays)


class Validation:
    """`lines` lines spread over PREFIX.ar and PREFIX.en, and the vocabularies of WORK."""

    def __init__(self, work: Path, prefix: Path, lines: int) -> None:
        source, target = load_pieces(work / "source.spm"), load_pieces(work / "target.spm")
        arabic, english = (list(lines_of(prefix.with_name(prefix.name + end))) for end in (".ar", ".en"))
        if len(arabic) != len(english) or not arabic:
            raise InputError(f"{prefix}: {len(arabic)} Arabic and {len(english)} English lines; they must be parallel")
        step = max(1, len(arabic) // lines)
        arabic, self.references = arabic[::step][:lines], english[::step][:lines]
        self.target = target
        self.sources, self.targets = encode(source, arabic), encode(target, self.references)
        self.characters = sum(map(len, self.references))

    @torch.no_grad()
    def run(self, model: Model, device: str, autocast: Autocast) -> tuple[dict[str, float], list[str]]:
        """nll (nats a token), bpc (bits a character), accuracy, BLEU, chrF; and the hypotheses."""
        import sacrebleu

        training = model.training
        model.eval()
        nll = correct = tokens = 0.0
        hypotheses = [""] * len(self.sources)
        order = sorted(range(len(self.sources)), key=lambda i: len(self.sources[i]))
        for c in range(0, len(order), 64):
            part = order[c : c + 64]
            batch = pad([self.sources[i] for i in part], [self.targets[i] for i in part])
            source, mask, shifted, labels = to_device(batch, device)
            with autocast():
                states = model(source, mask, shifted)
                real = labels >= 0
                scores = model.logits(states[real]).float()
                ids = model.greedy(source, mask, min(200, source.shape[1] * 2 + 10)).cpu().tolist()
            nll += float(F.cross_entropy(scores, labels[real], reduction="sum"))
            correct += int((scores.argmax(-1) == labels[real]).sum())
            tokens += int(real.sum())
            for i, row in zip(part, ids, strict=True):
                hypotheses[i] = self.target.decode(row[: row.index(0)] if 0 in row else row)
        model.train(training)
        scores_of = {
            "nll": nll / tokens,
            "bpc": nll / self.characters / math.log(2),
            "accuracy": correct / tokens,
            "bleu": sacrebleu.corpus_bleu(hypotheses, [self.references]).score,
            "chrf": sacrebleu.corpus_chrf(hypotheses, [self.references]).score,
        }
        return {name: round(value, 4) for name, value in scores_of.items()}, hypotheses
