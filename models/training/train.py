"""Train, in slices of any length; run the same command again to go on exactly where it stopped.

    python train.py --work WORK --out RUN --from WEIGHTS.pt --valid PREFIX --budget 20 [--slice-minutes 8]

RUN gets `last.pt` (everything a resume needs), `best.pt` (averaged weights in half precision, by validation chrF),
`weights-<tokens>.pt` (the same at the last few validations, for average.py), `steps.jsonl`, `valid.jsonl`, `valid.hyp`.
The schedule counts target tokens: a stopped process or a busy machine changes nothing but the time it takes.
SIGTERM, SIGINT or a file RUN/STOP end the slice after the step in hand, saved.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from batches import Batch, Corpus
from loss import Shortlist, cross_entropy, guided
from model import pack, unpack
from program import exit_with
from schedule import Schedule
from validate import Validation, to_device

from xlate.errors import InputError
from xlate.files import replacing

FORMAT = 2


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--work", type=Path, default=Path("work"), help="ids.npz, source.spm, target.spm")
    p.add_argument("--out", type=Path, default=Path("run"))
    p.add_argument("--from", dest="start", type=Path, metavar="PT", help="weights, or a last.pt, for a fresh run")
    p.add_argument("--ids", type=Path, help="token ids (default WORK/ids.npz)")
    p.add_argument(
        "--weight", action="append", default=[], metavar="SOURCE=N", help="copies an epoch, instead of sources.toml's"
    )
    p.add_argument("--links", type=Path, help="word links of links.py: guided alignment of head 1 of the last layer")
    p.add_argument("--guide", type=float, default=0.1, help="weight of the alignment loss")
    p.add_argument("--budget", type=float, default=20, help="million target tokens at which the schedule ends")
    p.add_argument("--shape", choices=("hold", "cosine"), default="hold")
    p.add_argument("--cooldown", type=float, default=0.3, help="share of the budget over which 'hold' falls")
    p.add_argument("--warmup", type=float, default=0.1, help="million tokens")
    p.add_argument("--phase1", type=float, default=0, help="share of the budget with the parent's layers fixed")
    p.add_argument("--restart-schedule", action="store_true", help="begin the schedule anew at the resumed token, once")
    p.add_argument("--tokens", type=int, default=3000, help="size of a batch, padding included")
    p.add_argument("--accumulate", type=int, default=1, help="batches an update")
    p.add_argument("--lr", type=float, default=4e-4, help="peak rate of the layers")
    p.add_argument("--lr-source", type=float, default=1e-3, help="of the source embeddings")
    p.add_argument("--lr-new", type=float, default=1e-3, help="of the decoder's self-attention")
    p.add_argument(
        "--frequent", type=int, default=0, help="softmax over so many frequent words and --drawn others; 0: all words"
    )
    p.add_argument("--drawn", type=int, default=2000, help="words drawn from the rest at each update")
    p.add_argument("--dropout", type=float, default=0.0)
    p.add_argument("--smoothing", type=float, default=0.1)
    p.add_argument("--ema", type=float, default=0.998, help="decay an update of the averaged weights")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument(
        "--valid", type=Path, metavar="PREFIX", help="PREFIX.ar and PREFIX.en; without it best.pt is the last"
    )
    p.add_argument("--valid-lines", type=int, default=200)
    p.add_argument("--valid-every", type=float, default=0.5, help="million tokens")
    p.add_argument("--keep", type=int, default=4, help="weights files of the last validations")
    p.add_argument("--save-minutes", type=float, default=5)
    p.add_argument("--slice-minutes", type=float, default=0, help="stop, saved, after so long; 0: at the budget")
    p.add_argument("--slice-steps", type=int, default=0, help="stop, saved, after so many updates")
    return p


class Run:
    """A training run: model, optimiser, averaged weights and where it stands."""

    def __init__(self, o: argparse.Namespace) -> None:
        self.o, self.device = o, o.device
        torch.set_num_threads(o.threads)
        torch.manual_seed(o.seed)
        ids = o.ids or o.work / "ids.npz"
        if not ids.is_file():
            raise InputError(f"{ids}: no such file; make it with ids.py")
        self.data = Corpus(ids, o.tokens, o.seed, weights_of(o.weight), o.links)
        self.validation = Validation(o.work, o.valid, o.valid_lines) if o.valid else None
        self.at: dict[str, Any] = {
            "step": 0,
            "tokens": 0,
            "epoch": 0,
            "batch": 0,
            "seconds": 0.0,
            "best": -1.0,
            "start": 0,
            "next_valid": 0,
            "restarted": False,
        }
        last = o.out / "last.pt"
        begin = last if last.exists() else o.start
        if not begin:
            raise InputError(f"{o.out}: nothing to resume; give weights with --from (see embeddings.py, adapt.py)")
        data = load(begin)
        self.model = unpack(data, o.dropout).to(self.device)
        self.shortlist = None
        if o.frequent:
            counts = self.data.counts(self.model.shape.vt)
            self.shortlist = Shortlist.of(counts, o.frequent, o.drawn)
        self._optimiser()
        if "ema" in data:
            self._resume(data)
        else:
            self.ema = {k: v.detach().clone().float() for k, v in self.model.state_dict().items()}
        if begin != last:  # another run's scores and restarts are not this one's
            self.at |= {"best": -1.0, "next_valid": 0, "restarted": False}
        if o.restart_schedule and not self.at["restarted"]:  # once: the same command again goes on
            self.at["start"] = self.at["tokens"]
        self.at["restarted"] = o.restart_schedule
        self.schedule = Schedule(
            self.at["start"], round(o.budget * 1e6), round(o.warmup * 1e6), o.shape, o.cooldown, phase1=o.phase1
        )
        if len(self.data.names) and int(self.data.T.max()) >= self.model.shape.vt:
            raise InputError(f"{ids}: has ids beyond the model's {self.model.shape.vt} target pieces; make it again")
        if int(self.data.S.max()) >= self.model.shape.vs:
            raise InputError(f"{ids}: has ids beyond the model's {self.model.shape.vs} source pieces; make it again")

    def _optimiser(self) -> None:
        """AdamW without decay in three groups, in the order the checkpoints have them."""
        model = self.model
        new = [p for layer in model.da for p in layer.parameters()]
        own = {id(p) for p in [model.src.weight, *new]}
        self.inherited = [p for p in model.parameters() if id(p) not in own]
        groups = [{"params": [model.src.weight]}, {"params": new}, {"params": self.inherited}]
        self.optimiser = torch.optim.AdamW(groups, lr=self.o.lr, betas=(0.9, 0.98), weight_decay=0.0, fused=True)

    def _resume(self, data: dict[str, Any]) -> None:
        """Take up a checkpoint, this recipe's or the first one's."""
        self.optimiser.load_state_dict(data["opt"])
        self.ema = {k: v.to(self.device) for k, v in data["ema"].items()}
        if data.get("format") == FORMAT:
            self.at |= data["at"]
            torch.set_rng_state(data["rng"])
            if self.device == "cuda" and data.get("rng_cuda") is not None:
                torch.cuda.set_rng_state(data["rng_cuda"])
            same = data["plan"] == self.data.fingerprint()
        else:  # the first recipe: positions under other names, batches of 3,000 tokens in the same order
            names = {
                "step": "step",
                "tokens": "toks",
                "epoch": "epoch",
                "batch": "bi",
                "seconds": "used",
                "best": "best",
            }
            self.at |= {new: data[old] for new, old in names.items()} | {"next_valid": data["toks"]}
            same = data["n"] == len(self.data.of) and self.o.tokens == 3000 and self.o.seed == 1
        if not same:
            print("other data, weights or batch size than before: on with the next epoch", flush=True)
            self.at |= {"epoch": self.at["epoch"] + 1, "batch": 0}

    def autocast(self) -> contextlib.AbstractContextManager[object]:
        """bf16 where it is safe."""
        return torch.autocast(self.device, dtype=torch.bfloat16)

    def batches(self) -> Iterator[Batch]:
        """The rest of this epoch and all that follow; `at` says where the next batch stands."""
        while True:
            plan = self.data.epoch(self.at["epoch"])
            while self.at["batch"] < len(plan):
                self.at["batch"] += 1
                yield self.data.batch(plan[self.at["batch"] - 1])
            self.at |= {"epoch": self.at["epoch"] + 1, "batch": 0}

    def update(self, parts: list[Batch]) -> tuple[float, int]:
        """One step of the optimiser over some batches; returns loss a token and tokens."""
        o, tokens = self.o, self.at["tokens"]
        rate, layers = self.schedule.factor(tokens), self.schedule.inherited(tokens)
        # once the parent's layers move too, the source embeddings need only half their first rate
        source = o.lr_source * rate * (1.0 if layers == 0 or not o.phase1 else 0.5)
        for group, lr in zip(self.optimiser.param_groups, (source, o.lr_new * rate, o.lr * layers), strict=True):
            group["lr"] = lr
        for p in self.inherited:
            p.requires_grad_(layers > 0)
        n = sum(part.target_tokens for part in parts)
        total = 0.0
        for part in parts:
            loss = self.loss(part) / n
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.grad is not None], 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.at["step"] += 1
        self.at["tokens"] += n
        self._average()
        return total, n

    def loss(self, batch: Batch) -> torch.Tensor:
        """Summed cross-entropy with label smoothing, and the alignment loss where there are links."""
        source, mask, shifted, labels = to_device(batch, self.device)
        real = labels >= 0
        with self.autocast():
            linked = batch.links is not None
            out = self.model(source, mask, shifted, slice(0, 1) if linked else None)
            states, looks = out if linked else (out, None)
        words = None
        if self.shortlist:  # the same words for the same step, whatever happened before
            rng = np.random.default_rng([self.o.seed, self.at["step"], self.at["batch"]])
            words = self.shortlist.words(batch.labels[batch.labels >= 0], rng)
        out_layer = (self.model.tgt.weight, self.model.bias)
        loss = cross_entropy(states[real], *out_layer, labels[real], self.o.smoothing, words)
        if looks is None or not len(batch.links):
            return loss
        return loss + self.o.guide * guided(looks[-1][:, 0], torch.from_numpy(batch.links).to(self.device))

    @torch.no_grad()
    def _average(self) -> None:
        """Exponential average of the weights, quick to forget at first."""
        decay = min(self.o.ema, (1 + self.at["step"]) / (10 + self.at["step"]))
        for name, value in self.model.state_dict().items():
            self.ema[name].lerp_(value.float(), 1 - decay)

    def save(self) -> None:
        """Write last.pt, in one step."""
        data = {
            "format": FORMAT, "cfg": pack(self.model)["cfg"], "model": self.model.state_dict(), "opt": self.optimiser.state_dict(),
            "ema": self.ema, "at": self.at, "plan": self.data.fingerprint(), "rng": torch.get_rng_state(),
            "rng_cuda": torch.cuda.get_rng_state() if self.device == "cuda" else None,
        }  # fmt: skip
        with replacing(self.o.out / "last.pt", "wb") as handle:
            torch.save(data, handle)

    def validate(self) -> None:
        """Score the averaged weights, keep them, and keep them as the best if they are."""
        current = {k: v.clone() for k, v in self.model.state_dict().items()}
        self.model.load_state_dict(self.ema)
        scores: dict[str, Any] = {}
        began = time.time()
        if self.validation:
            scores, hypotheses = self.validation.run(self.model, self.device, self.autocast)
            with replacing(self.o.out / "valid.hyp") as handle:
                handle.writelines(line + "\n" for line in hypotheses)
        at = self.at
        scores |= {"step": at["step"], "tokens": at["tokens"], "minutes": round(at["seconds"] / 60, 2)}
        scores["seconds"] = round(time.time() - began, 1)
        print("valid", json.dumps(scores), flush=True)
        with (self.o.out / "valid.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(scores) + "\n")
        data = pack(self.model, valid=scores)
        with replacing(self.o.out / f"weights-{at['tokens']:012d}.pt", "wb") as handle:
            torch.save(data, handle)
        for old in sorted(self.o.out.glob("weights-*.pt"))[: -max(1, self.o.keep)]:
            old.unlink()
        if scores.get("chrf", at["best"] + 1) > at["best"]:
            at["best"] = scores.get("chrf", at["best"])
            with replacing(self.o.out / "best.pt", "wb") as handle:
                torch.save(data, handle)
        self.model.load_state_dict(current)

    def train(self) -> None:
        """Until the budget, the end of the slice, a signal or RUN/STOP."""
        o, at, stop = self.o, self.at, Stop(self.o.out / "STOP")
        forget_after(o.out / "steps.jsonl", at["step"])
        log = (o.out / "steps.jsonl").open("a", encoding="utf-8")
        began = said = saved = time.monotonic()
        first, spoken, loss_sum = at["step"], 0, 0.0
        batches = self.batches()
        self.model.train()
        while self.schedule.progress(at["tokens"]) < 1 and not stop.asked():
            if at["tokens"] >= at["next_valid"]:
                at["next_valid"] = at["tokens"] + round(o.valid_every * 1e6)
                self.validate()
                said = time.monotonic()
            t = time.monotonic()
            loss, n = self.update([next(batches) for _ in range(o.accumulate)])
            now = time.monotonic()
            at["seconds"] += min(now - t, 60.0)  # a longer step slept
            log.write(json.dumps({"step": at["step"], "tokens": at["tokens"], "loss": loss}) + "\n")
            loss_sum, spoken = loss_sum + loss * n, spoken + n
            if now - said > 30:
                print(
                    f"step {at['step']} epoch {at['epoch']} loss {loss_sum / spoken:.3f} {at['tokens'] / 1e6:.2f}M "
                    f"tokens, {spoken / (now - said):.0f} a second, {self.schedule.progress(at['tokens']):.1%}",
                    flush=True,
                )
                said, spoken, loss_sum = now, 0, 0.0
            if now - saved > o.save_minutes * 60:
                log.flush()
                self.save()
                saved = now
            if (o.slice_steps and at["step"] - first >= o.slice_steps) or (
                o.slice_minutes and now - began > o.slice_minutes * 60
            ):
                break
        log.close()
        stop.restore()
        if self.schedule.progress(at["tokens"]) >= 1:
            self.validate()
        self.save()
        print(f"saved at step {at['step']}, {at['tokens'] / 1e6:.2f}M of {o.budget:g}M tokens", flush=True)


class Stop:
    """Whether the slice shall end: SIGTERM, SIGINT (a second one ends at once), or a file."""

    def __init__(self, file: Path) -> None:
        self.file, self.signalled = file, False
        self.before = {n: signal.signal(n, self._note) for n in (signal.SIGTERM, signal.SIGINT)}

    def _note(self, number: int, frame: object) -> None:
        self.signalled = True
        signal.signal(number, self.before[signal.Signals(number)])

    def restore(self) -> None:
        """Give the signals back."""
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """True once a signal came or the file is there."""
        return self.signalled or self.file.exists()


def weights_of(items: Iterable[str]) -> dict[str, float]:
    """Copies an epoch by source, of words SOURCE=N."""
    found = {}
    for item in items:
        name, _, number = item.partition("=")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = -1.0
        if not 0 <= found[name] <= 100:
            raise InputError(f"--weight {item}: give SOURCE=N, N a number of copies from 0 to 100")
    return found


def load(path: Path) -> dict[str, Any]:
    """A checkpoint or weights file; only tensors and plain values are read."""
    try:
        data = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give weights that train.py, average.py or pieces.py wrote") from None
    except Exception as error:
        raise InputError(f"{path}: not readable as weights ({type(error).__name__}); copy or join it again") from error
    if not isinstance(data, dict) or "model" not in data:
        raise InputError(f"{path}: holds no model; give weights that train.py, average.py or pieces.py wrote")
    return data


def forget_after(path: Path, step: int) -> None:
    """Drop the log of steps that were lost with an interrupted process."""
    if not path.exists():
        return
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    with replacing(path) as handle:
        handle.writelines(line + "\n" for line in lines if json.loads(line)["step"] <= step)


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "STOP").unlink(missing_ok=True)
    run = Run(options)
    count = sum(p.numel() for p in run.model.parameters())
    print(f"{count / 1e6:.1f}M parameters, {len(run.data.of)} pairs, pid {os.getpid()}", flush=True)
    run.train()
    return 0


if __name__ == "__main__":
    exit_with(main)
