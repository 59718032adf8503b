"""Checks that translate: the golden inputs, their meaning and language, int8 against float32, and speed."""

from __future__ import annotations

import difflib
import os
import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xlate.manifest import Manifest
from xlate.package.check import Check, graded
from xlate.package.examine import AGAIN, LANGUAGE_TOKEN, load_spm
from xlate.package.golden import PUNCTUATION, golden_inputs, golden_languages, known_language, lines

MAX_LANGUAGES = 4
UNKNOWN = "⁇"  # what SentencePiece writes for a piece it cannot spell
_SCRIPTS = {
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW", "ru": "CYRILLIC", "zh": "CJK",
    "en": "LATIN", "fr": "LATIN", "es": "LATIN", "de": "LATIN", "tr": "LATIN", "sw": "LATIN",
}  # fmt: skip
_FUNCTION_WORDS = {
    "en": ["the", "of", "and", "to", "in", "a", "is", "that", "was", "for", "on", "have", "not", "be", "we", "said"],
    "fr": ["le", "la", "les", "de", "des", "et", "un", "une", "est", "dans", "que", "en", "du", "a", "pas"],
    "es": ["el", "la", "los", "las", "de", "y", "un", "una", "es", "en", "que", "no", "del", "por"],
    "de": ["der", "die", "das", "und", "ist", "in", "den", "von", "ein", "eine", "nicht", "zu", "im"],
}
_LOOP = re.compile(r"(.{1,30}?)\1{5,}", re.DOTALL)


@dataclass
class Trial:
    """A model loaded for examination; not for production, which goes through the engine."""

    directory: Path
    manifest: Manifest
    compute_type: str = "default"
    intra_threads: int = 1
    inter_threads: int = 1
    batch_tokens: int = 512

    @cached_property
    def translator(self) -> Any:
        """The CTranslate2 translator. Raises RuntimeError or ValueError as CTranslate2 does."""
        import ctranslate2

        return ctranslate2.Translator(
            str(self.directory), device="cpu", compute_type=self.compute_type,
            intra_threads=self.intra_threads, inter_threads=self.inter_threads,
        )  # fmt: skip

    @cached_property
    def spms(self) -> tuple[Any, Any]:
        """The SentencePiece models of both sides."""
        return load_spm(self.directory / "source.spm"), load_spm(self.directory / "target.spm")

    def limit(self) -> int:
        """Tokens after which decoding is cut off: a sound model ends well before."""
        return min(self.manifest.position_limit, 512)

    def encode(self, text: str) -> list[str]:
        """Tokens of a source text as the model wants them."""
        end = ["</s>"] if self.manifest.source_eos else []
        return [*self.manifest.source_prefix, *self.spms[0].encode(text, out_type=str), *end]

    def translate(self, texts: Sequence[str], **options: Any) -> list[tuple[list[str], str]]:
        """Target tokens and text of each source text."""
        # the model itself is on trial, with texts longer than a manifest may want to be split at
        lengths = {"max_input_length": 0, "max_decoding_length": self.limit()}
        options = {"beam_size": 4, **self.manifest.decoding, **lengths, **options}
        results = self.translator.translate_batch(
            [self.encode(text) for text in texts], max_batch_size=self.batch_tokens, batch_type="tokens", **options
        )
        return [(r.hypotheses[0], self.spms[1].decode(r.hypotheses[0])) for r in results]


@dataclass(frozen=True)
class Outcome:
    """What became of one golden input."""

    kind: str
    source: str
    tokens: list[str]
    target: str
    source_tokens: int


def try_out(trial: Trial) -> list[Check]:
    """The golden inputs of each source language (the first four), their meaning, target language and length."""
    checks: list[Check] = []
    languages = golden_languages(trial.manifest.source)
    if not languages:
        names = ", ".join(trial.manifest.source)
        return [Check("golden", "warn", f"no golden inputs for {names}", "read some translations before you trust it")]
    target = next((code for code in map(known_language, trial.manifest.target) if code), None)
    outcomes: list[Outcome] = []
    for declared, language in list(languages.items())[:MAX_LANGUAGES]:
        found = run_golden(trial, language)
        outcomes += found
        checks.append(golden_check(f"golden {declared}", found, trial.limit(), _SCRIPTS.get(language) != "LATIN"))
        if target:
            checks.append(meaning_check(f"meaning {declared}", found, lines(target)))
    checks.append(language_check(outcomes, trial.manifest.target, target))
    checks.append(length_check(outcomes))
    return checks


def run_golden(trial: Trial, language: str) -> list[Outcome]:
    """Translate the ten inputs of a language."""
    inputs = golden_inputs(language, lambda text: len(trial.encode(text)))
    results = trial.translate(list(inputs.values()))
    return [
        Outcome(kind, source, tokens, target, len(trial.encode(source)))
        for (kind, source), (tokens, target) in zip(inputs.items(), results, strict=True)
    ]


def golden_check(name: str, outcomes: Sequence[Outcome], limit: int, echo: bool) -> Check:
    """No output may be empty, loop, repeat the source, hold special tokens or run into the limit; `echo`: look for
    sources given back, which only can be told from names where the scripts differ."""
    bad = {o.kind: fault for o in outcomes if (fault := fault_of(o, limit, echo))}
    detail = f"{len(outcomes) - len(bad)} of {len(outcomes)} inputs are translated soundly"
    if bad:
        detail += ": " + ", ".join(f"{kind} {fault}" for kind, fault in bad.items())
    cure = "read some translations; where most are bad, the package is damaged or for other languages"
    return Check(name, "pass" if not bad else "warn" if len(bad) <= 2 else "fail", detail, cure if bad else "")


def fault_of(outcome: Outcome, limit: int, echo: bool) -> str:
    """What is wrong with one output, in a word or two; empty where nothing is."""
    target = outcome.target.strip()
    if not target:
        return "is empty"
    if len(outcome.tokens) >= limit:
        return f"runs into the limit of {limit} tokens"
    if loops(target) and not loops(outcome.source):
        return "loops"
    if "<unk>" in target or "<pad>" in target or "</s>" in target or LANGUAGE_TOKEN.search(target):
        return "holds special tokens"
    if UNKNOWN in target and UNKNOWN not in outcome.source:
        return "holds an unknown piece (⁇)"
    if echo and outcome.source != PUNCTUATION and target.casefold() == outcome.source.casefold():
        return "gives the source back"
    return ""


def loops(text: str) -> bool:
    """Some stretch of up to 30 characters stands six times in a row, or few different words make a long text."""
    words = text.split()
    return bool(_LOOP.search(text)) or (len(words) >= 24 and len(set(words)) < len(words) / 4)


def meaning_check(name: str, outcomes: Sequence[Outcome], references: dict[str, str]) -> Check:
    """How many outputs are nearer to their own reference than to any other: chance gives one in eight, whatever the
    quality of the model, and a model with its vocabulary out of order does no better."""
    own = [o for o in outcomes if o.kind in references]
    hits = 0
    for outcome in own:
        likeness = {kind: _likeness(outcome.target, text) for kind, text in references.items()}
        best = max(likeness.values())
        hits += best > 0 and likeness[outcome.kind] == best
    detail = f"{hits} of {len(own)} outputs are nearest to their own reference"
    cure = f"the vocabulary is out of order or of another model, or the languages are wrong; {AGAIN}"
    return graded(name, hits / max(1, len(own)), 0.7, 0.5, detail, cure)


def _likeness(text: str, reference: str) -> float:
    """Dice coefficient of the character trigrams, without case and punctuation."""
    grams = [{word[i : i + 3] for word in _words(t) for i in range(len(word) - 2)} for t in (text, reference)]
    return 2 * len(grams[0] & grams[1]) / max(1, len(grams[0]) + len(grams[1]))


def _words(text: str) -> list[str]:
    return [f" {word} " for word in re.findall(r"\w+", text.casefold())]


def language_check(outcomes: Sequence[Outcome], declared: Sequence[str], known: str | None) -> Check:
    """The outputs are in the script of the target language and, for a few languages, hold its commonest words."""
    name, text = f"language {' '.join(declared)}", " ".join(o.target for o in outcomes)
    script = _SCRIPTS.get(known or "")
    if not known or not script:
        return Check(name, "warn", f"nothing is known of {', '.join(declared)}", "read some translations")
    letters = [unicodedata.name(char, "") for char in text if char.isalpha()]
    share = sum(n.startswith(script) for n in letters) / max(1, len(letters))
    cure = f"the model does not write {known}: check --target and --prefix, or {AGAIN}"
    if share >= 0.7 and (common := _FUNCTION_WORDS.get(known)):
        words = re.findall(r"\w+", text.casefold())
        rate = sum(word in common for word in words) / max(1, len(words))
        return graded(name, rate, 0.12, 0.06, f"{share:.0%} {script.lower()}, {rate:.0%} common words of {known}", cure)
    return graded(name, share, 0.7, 0.5, f"{share:.0%} of the letters are {script.lower()}", cure)


def length_check(outcomes: Sequence[Outcome]) -> Check:
    """Target tokens for each source token, over all the outputs."""
    ratio = sum(len(o.tokens) for o in outcomes) / max(1, sum(o.source_tokens for o in outcomes))
    cure = "texts are cut off or padded: check </s> and the vocabulary, or read some translations"
    likely = min(ratio, 1 / ratio) if ratio else 0
    return graded("length", likely, 0.4, 0.25, f"{ratio:.2f} target tokens for a source token", cure)


def agreement_check(trial: Trial, reference: Trial, language: str) -> Check:
    """How alike the outputs of the model and of its float32 reference are (1 where each word is the same), beam 1."""
    inputs = list(golden_inputs(language, lambda text: len(trial.encode(text))).values())
    pairs = zip(trial.translate(inputs, beam_size=1), reference.translate(inputs, beam_size=1), strict=True)
    ratios = [difflib.SequenceMatcher(None, a.split(), b.split(), autojunk=False).ratio() for (_, a), (_, b) in pairs]
    mean = sum(ratios) / len(ratios)
    same = sum(ratio == 1 for ratio in ratios)
    detail = f"{same} of {len(ratios)} outputs the same, {mean:.0%} of the words"
    return graded("int8 against float32", mean, 0.8, 0.6, detail, "convert again with --quantization float32 or int16")


def speed_check(trial: Trial, language: str, seconds: float = 1.5) -> Check:
    """Target tokens a second with one translation at a time on all cores and with one on each core, and which to
    use."""
    cores = _cores()
    settings = {(1, cores), (cores, 1)} if cores > 1 else {(1, 1)}
    batch = [*lines(language).values()] * 2
    rates = {}
    for inter, intra in sorted(settings):
        timed = Trial(trial.directory, trial.manifest, trial.compute_type, intra, inter, batch_tokens=128)
        timed.translate(batch[:2])
        start, tokens, rounds = time.perf_counter(), 0, 0
        while (spent := time.perf_counter() - start) < seconds and rounds < 20:
            tokens += sum(len(found) for found, _ in timed.translate(batch))
            rounds += 1
        rates[inter, intra] = tokens / max(spent, 1e-9)
    (inter, intra), best = max(rates.items(), key=lambda item: item[1])
    measured = ", ".join(f"{rate:.0f} with inter {i} intra {j}" for (i, j), rate in rates.items())
    detail = f"{measured} target tokens a second; use inter_threads {inter}, intra_threads {intra}"
    return graded("speed", best, 50, 10, detail, "a smaller model, int8 or more cores would help")


def _cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
