"""The network: Marian's `transformer`, post-norm ('dan'), ReLU, sinusoidal positions, source vocabulary of its own, target embeddings
tied to the output layer (Vaswani et al. 2017; Junczys-Dowmunt et al. 2018).

Names of the parameters are those of the weights in circulation, so that any of them can be continued:
`src`, `tgt` embeddings; `bias` of the output; `ea`/`ef` self-attention and feed-forward of encoder layers;
`da`/`dc`/`df` self-attention, attention to the source and feed-forward of decoder layers.
Id 0 is `</s>`, 1 is `<unk>`; a decoder starts from a zero vector, as Marian's does.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

EOS, UNK = 0, 1
POSITIONS = 512


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model: vocabularies, width, heads, width of the feed-forward, layers."""

    vs: int
    vt: int
    d: int = 256
    h: int = 8
    ff: int = 1536
    enc: int = 6
    dec: int = 2


def positions(n: int, d: int) -> Tensor:
    """Marian's sinusoids, n × d: sines in the first half, cosines in the second."""
    inverse = torch.exp(torch.arange(d // 2).float() * -(math.log(10000.0) / (d // 2 - 1)))
    angles = torch.arange(n).float()[:, None] * inverse[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


def fresh(shape: Shape, seed: int) -> Model:
    """A model with PyTorch's random weights, always the same for a seed."""
    torch.manual_seed(seed)
    model = Model(shape)
    for table in (model.src, model.tgt):
        nn.init.normal_(table.weight, std=shape.d**-0.5)
    return model


def gather(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
    """`F.scaled_dot_product_attention` written out: on a CPU, PyTorch 2.13's own takes four times as long for sentences."""
    scores = (q / math.sqrt(q.shape[-1])) @ k.transpose(-1, -2)
    if causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).tril()
    if mask is not None:
        scores = scores + torch.zeros_like(mask, dtype=scores.dtype).masked_fill_(~mask, -1e9)
    return scores.softmax(-1).to(v.dtype) @ v


class Attention(nn.Module):
    """Multi-head attention, then add, then norm."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.h = heads
        for name in "qkvo":
            setattr(self, name, nn.Linear(d, d))
        self.ln = nn.LayerNorm(d, eps=1e-6)

    def split(self, x: Tensor) -> Tensor:
        """batch × length × d to batch × heads × length × d/heads."""
        return x.view(x.shape[0], x.shape[1], self.h, -1).transpose(1, 2)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        """The output map of what the heads gather."""
        y = (
            F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal)
            if q.is_cuda
            else gather(q, k, v, mask, causal)
        )
        return self.o(y.transpose(1, 2).reshape(y.shape[0], y.shape[2], -1))

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, causal: bool = False, p: float = 0.0
    ) -> Tensor:
        """x and what it gathers from `memory`, normed."""
        y = self.attend(self.split(self.q(x)), self.split(self.k(memory)), self.split(self.v(memory)), mask, causal)
        return self.ln(x + F.dropout(y, p, self.training))

    def weights(self, x: Tensor, memory: Tensor, mask: Tensor, heads: slice = slice(None)) -> Tensor:
        """Log attention probabilities of some heads, batch × heads × target × source, in float32."""
        q, k = self.split(self.q(x))[:, heads], self.split(self.k(memory))[:, heads]
        scores = (q @ k.transpose(-1, -2)).float() / math.sqrt(q.shape[-1])
        return scores.masked_fill(~mask, -1e9).log_softmax(-1)


class FeedForward(nn.Module):
    """Two linear maps with ReLU between, then add, then norm."""

    def __init__(self, d: int, ff: int) -> None:
        super().__init__()
        self.f1 = nn.Linear(d, ff)
        self.f2 = nn.Linear(ff, d)
        self.ln = nn.LayerNorm(d, eps=1e-6)

    def forward(self, x: Tensor, p: float = 0.0) -> Tensor:
        """x and its transformation, normed."""
        return self.ln(x + F.dropout(self.f2(F.relu(self.f1(x))), p, self.training))


class Model(nn.Module):
    """Encoder and decoder. `p` is dropout; it applies in training mode alone."""

    pos: Tensor

    def __init__(self, shape: Shape, p: float = 0.0) -> None:
        super().__init__()
        d, h, ff = shape.d, shape.h, shape.ff
        self.shape, self.p = shape, p
        self.src = nn.Embedding(shape.vs, d)
        self.tgt = nn.Embedding(shape.vt, d)
        self.bias = nn.Parameter(torch.zeros(shape.vt))
        self.ea = nn.ModuleList(Attention(d, h) for _ in range(shape.enc))
        self.ef = nn.ModuleList(FeedForward(d, ff) for _ in range(shape.enc))
        self.da = nn.ModuleList(Attention(d, h) for _ in range(shape.dec))
        self.dc = nn.ModuleList(Attention(d, h) for _ in range(shape.dec))
        self.df = nn.ModuleList(FeedForward(d, ff) for _ in range(shape.dec))
        self.register_buffer("pos", positions(POSITIONS, d), persistent=False)

    def encode(self, source: Tensor, mask: Tensor) -> Tensor:
        """batch × length × d from ids (with `</s>`) and a mask that is true on real tokens."""
        x = self.src(source) * math.sqrt(self.shape.d) + self.pos[: source.shape[1]]
        x = F.dropout(x, self.p, self.training)
        for attention, feed in zip(self.ea, self.ef, strict=True):
            x = feed(attention(x, x, mask[:, None, None, :], p=self.p), self.p)
        return x

    def forward(self, source: Tensor, mask: Tensor, target: Tensor, align: slice | None = None) -> Any:
        """Decoder states, batch × target length × d, for a target shifted right (its first column is not read).

        With `align`, also the log attention of those heads of each decoder layer to the source, a list of
        batch × heads × target × source; row t belongs to the prediction of target token t.
        """
        memory = self.encode(source, mask)
        embedded = self.tgt(target[:, 1:]) * math.sqrt(self.shape.d)
        start = embedded.new_zeros(embedded.shape[0], 1, self.shape.d)
        x = torch.cat([start, embedded], 1) + self.pos[: target.shape[1]]
        x = F.dropout(x, self.p, self.training)
        looks = []
        for own, context, feed in zip(self.da, self.dc, self.df, strict=True):
            x = own(x, x, causal=True, p=self.p)
            if align is not None:
                looks.append(context.weights(x, memory, mask[:, None, None, :], align))
            x = feed(context(x, memory, mask[:, None, None, :], p=self.p), self.p)
        return x if align is None else (x, looks)

    def logits(self, states: Tensor) -> Tensor:
        """Scores of every target piece."""
        return F.linear(states, self.tgt.weight, self.bias)

    @torch.no_grad()
    def greedy(self, source: Tensor, mask: Tensor, longest: int | None = None) -> Tensor:
        """Ids of the best next token at each step, batch × steps, `</s>` (0) from the end on; `<unk>` never."""
        memory, batch = self.encode(source, mask), source.shape[0]
        m, steps = mask[:, None, None, :], min(longest or 2 * source.shape[1] + 10, POSITIONS)
        context = [(c.split(c.k(memory)), c.split(c.v(memory))) for c in self.dc]
        past: list[tuple[Tensor, Tensor] | None] = [None] * len(self.da)
        out = source.new_zeros(batch, steps)
        done = torch.zeros(batch, dtype=torch.bool, device=source.device)
        x = torch.zeros(batch, 1, self.shape.d, device=source.device)
        for t in range(steps):
            x = x + self.pos[t]
            for i, (own, cross, feed) in enumerate(zip(self.da, self.dc, self.df, strict=True)):
                k, v = own.split(own.k(x)), own.split(own.v(x))
                if (before := past[i]) is not None:
                    k, v = torch.cat([before[0], k], 2), torch.cat([before[1], v], 2)
                past[i] = (k, v)
                x = own.ln(x + own.attend(own.split(own.q(x)), k, v))
                x = cross.ln(x + cross.attend(cross.split(cross.q(x)), *context[i], m))
                x = feed(x)
            scores = self.logits(x[:, 0]).float()
            scores[:, UNK] = -1e9
            best = scores.argmax(-1).masked_fill(done, EOS)
            out[:, t] = best
            done |= best == EOS
            if bool(done.all()):
                break
            x = (self.tgt(best) * math.sqrt(self.shape.d))[:, None]
        return out


def pack(model: Model, **about: Any) -> dict[str, Any]:
    """What a weights file holds: half-precision tensors, the sizes, and notes about them."""
    weights = {k: v.detach().to("cpu", torch.float16) for k, v in model.state_dict().items()}
    return {"model": weights, "cfg": asdict(model.shape), **about}


def unpack(data: dict[str, Any], p: float = 0.0) -> Model:
    """A model of a weights file, in float32."""
    if "cfg" in data:
        shape = Shape(**data["cfg"])
    else:  # a checkpoint of the first recipe does not name its sizes; eight heads always
        w = data["model"]
        count = {kind: len({k.split(".")[1] for k in w if k.startswith(kind + ".")}) for kind in ("ea", "da")}
        (vs, d), vt, ff = w["src.weight"].shape, len(w["tgt.weight"]), len(w["ef.0.f1.weight"])
        shape = Shape(vs, vt, d, 8, ff, count["ea"], count["da"])
    model = Model(shape, p)
    model.load_state_dict({k: v.float() for k, v in data["model"].items()})
    return model


def marian_views(model: Model) -> dict[str, Tensor]:
    """The parameters of all layers under Marian's names and in Marian's shapes, to read or to copy into."""
    out: dict[str, Tensor] = {}

    def linear(layer: Any, name: str, part: str) -> None:
        out[f"{name}_W{part}"], out[f"{name}_b{part}"] = layer.weight.detach().T, layer.bias.detach()[None]

    def norm(layer: Any, name: str) -> None:
        out[name + "_ln_scale"], out[name + "_ln_bias"] = layer.weight.detach()[None], layer.bias.detach()[None]

    def attention(layer: Any, name: str) -> None:
        for part in "qkvo":
            linear(getattr(layer, part), name, part)
        norm(layer.ln, name + "_Wo")

    def feed_forward(layer: Any, name: str) -> None:
        linear(layer.f1, name, "1")
        linear(layer.f2, name, "2")
        norm(layer.ln, name + "_ffn")

    for i in range(model.shape.enc):
        attention(model.ea[i], f"encoder_l{i + 1}_self")
        feed_forward(model.ef[i], f"encoder_l{i + 1}_ffn")
    for i in range(model.shape.dec):
        attention(model.da[i], f"decoder_l{i + 1}_self")
        attention(model.dc[i], f"decoder_l{i + 1}_context")
        feed_forward(model.df[i], f"decoder_l{i + 1}_ffn")
    return out


@torch.no_grad()
def from_parent(model: Model, parent: dict[str, np.ndarray], keep: np.ndarray, source_rows: np.ndarray) -> None:
    """Take over the parent's layers (see `parent.py`), the kept rows of its vocabulary, and given source embeddings.

    The parent's SSRU has no counterpart: its input map starts the value map of the self-attention that replaces it, its
    norm stays, and `adapt.py` trains the rest.
    """

    def tensor(array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).float()

    views = marian_views(model)
    own_names = {name for name in views if name.startswith("decoder_") and "_self_" in name}
    for name in views.keys() - own_names:
        views[name].copy_(tensor(parent[name]))
    for i, own in enumerate(model.da, 1):
        for part in (own.q, own.k):
            nn.init.xavier_uniform_(part.weight, 0.5)
            nn.init.zeros_(part.bias)
        own.v.weight.copy_(tensor(parent[f"decoder_l{i}_rnn_W"].T))
        own.v.bias.zero_()
        own.o.weight.copy_(torch.eye(model.shape.d) * 0.5)
        own.o.bias.zero_()
        for what in ("scale", "bias"):
            views[f"decoder_l{i}_self_Wo_ln_{what}"].copy_(tensor(parent[f"decoder_l{i}_rnn_ffn_ln_{what}"]))
    model.tgt.weight.copy_(tensor(parent["Wemb"][keep]))
    model.bias.copy_(tensor(parent["decoder_ff_logit_out_b"][0][keep]))
    model.src.weight.copy_(tensor(source_rows))
