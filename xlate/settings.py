"""All settings of a translation as one frozen object, named as CTranslate2 names them.

`Settings()` leaves to the model what it does not say: `settings.over(manifest.decoding)` fills the gaps from the
model's own decoding defaults, then from DEFAULTS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from xlate.errors import UsageError

DEFAULTS: Mapping[str, Any] = {
    "beam_size": 4,
    "patience": 1.0,
    "length_penalty": 1.0,
    "coverage_penalty": 0.0,
    "repetition_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "disable_unk": False,
    "max_input_length": 256,
    "max_decoding_length": 256,
    "compute_type": "int8",
}
_COMPUTE_TYPES = (
    "default", "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """Decoding and loading settings; None means "as the model says".

    The first group changes what comes out and is part of the signature and of the memory's key:

    beam_size: hypotheses kept while searching, ≥ 1. patience: ≥ 0, factor on when beam search may stop.
    length_penalty, coverage_penalty: exponents as in Wu et al. 2016. repetition_penalty: > 0, 1 is none.
    no_repeat_ngram_size: forbid repeating n-grams of this size, 0 is off. disable_unk: never write the unknown token.
    max_input_length: source tokens; what is longer is split at clauses, never cut off.
    max_decoding_length: target tokens; what reaches it is decoded again in parts.
    compute_type: the arithmetic, as CTranslate2 names it.

    The second group changes only speed: device (cpu, cuda, auto), device_index, inter_threads (batches at once),
    intra_threads (threads a batch; 0 lets CTranslate2 choose), max_batch_size in units of batch_type (tokens, examples).
    """

    beam_size: int | None = None
    patience: float | None = None
    length_penalty: float | None = None
    coverage_penalty: float | None = None
    repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    disable_unk: bool | None = None
    max_input_length: int | None = None
    max_decoding_length: int | None = None
    compute_type: str | None = None

    device: str = "cpu"
    device_index: int = 0
    inter_threads: int = 0
    intra_threads: int = 0
    max_batch_size: int = 2048
    batch_type: str = "tokens"

    def __post_init__(self) -> None:
        """Raise UsageError where a value lies outside its range or choices."""
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise UsageError(f"{name.replace('_', '-')} is {value}; it must be at least {least}")
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in choices:
                raise UsageError(f"{name.replace('_', '-')} is '{value}'; choose one of {', '.join(choices)}")

    def over(self, model_defaults: Mapping[str, Any]) -> Settings:
        """These settings with every None filled: from the model's decoding defaults first, then from DEFAULTS."""
        known = {f.name for f in fields(self)}
        filled = {**DEFAULTS, **{k: v for k, v in model_defaults.items() if k in known}}
        return replace(self, **{k: v for k, v in filled.items() if getattr(self, k) is None})

    def decoding(self) -> dict[str, Any]:
        """The settings that change the output, in a stable order: for the signature and the memory's key."""
        return {name: value for name, value in asdict(self).items() if name in DEFAULTS}


_LEAST = {
    "beam_size": 1,
    "patience": 0,
    "repetition_penalty": 0.01,
    "no_repeat_ngram_size": 0,
    "max_input_length": 8,
    "max_decoding_length": 8,
    "device_index": 0,
    "inter_threads": 0,
    "intra_threads": 0,
    "max_batch_size": 1,
}
_CHOICES = {
    "compute_type": _COMPUTE_TYPES,
    "device": ("cpu", "cuda", "auto"),
    "batch_type": ("tokens", "examples"),
}
