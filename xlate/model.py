"""A model directory in use: SentencePiece around a CTranslate2 translator.

A sentence's translation must not depend on which other sentences happen to be in its batch: otherwise a resumed run
differs from an undisturbed one, and a file from a text box. Padding is what lets neighbours leak into the last bits of
a float (1 to 2 of 600 sentences came out differently), so a batch holds only sentences of one length in tokens. That
gives identical bits whatever the batch size and costs no speed (eval/speed/measure.py prints both).
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xlate.errors import ModelError
from xlate.manifest import Manifest, digest, read_manifest, verify
from xlate.settings import Settings

_OPTIONS = (
    "beam_size",
    "patience",
    "length_penalty",
    "coverage_penalty",
    "repetition_penalty",
    "no_repeat_ngram_size",
    "disable_unk",
    "max_decoding_length",
)

Links = tuple[tuple[int, int], ...]
"""Word alignment: (source word, target word), counted from 0 between spaces."""

_Batch = list[tuple[int, list[str]]]  # (index in the texts given, source tokens), all of one length


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the model gave for one text. `score` is CTranslate2's (≤ 0); `at_limit`: max_decoding_length was reached."""

    text: str
    score: float
    at_limit: bool


class Engine:
    """A verified model and the settings to decode with. The weights are loaded at the first `decode`.

    Raises ModelError where the directory is incomplete, altered or cannot be loaded.
    """

    def __init__(self, directory: Path, settings: Settings | None = None) -> None:
        self.directory = directory
        self.manifest: Manifest = read_manifest(directory)
        verify(directory, self.manifest)
        self.digest = digest(self.manifest)
        self.settings = (settings or Settings()).over(self.manifest.decoding)

    @property
    def max_source_tokens(self) -> int:
        """The longest source, in tokens with all that is added, that is given to the model in one piece."""
        assert self.settings.max_input_length is not None
        return min(self.settings.max_input_length, self.manifest.position_limit)

    @cached_property
    def _pieces(self) -> tuple[Any, Any]:
        import sentencepiece

        def load(name: str) -> Any:
            try:
                return sentencepiece.SentencePieceProcessor(model_file=str(self.directory / name))
            except (OSError, RuntimeError) as error:
                raise ModelError(f"{self.directory / name}: not a SentencePiece model; pull the model again") from error

        return load("source.spm"), load("target.spm")

    @cached_property
    def _translator(self) -> Any:
        import ctranslate2

        settings = self.settings
        inter, intra = self.threads
        try:
            return ctranslate2.Translator(
                str(self.directory),
                device=settings.device,
                device_index=settings.device_index,
                compute_type=settings.compute_type,
                inter_threads=inter,
                intra_threads=intra,
            )
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{self.directory}: CTranslate2 cannot load it ({error})") from error

    @property
    def threads(self) -> tuple[int, int]:
        """(inter_threads, intra_threads): what was set; on a CPU by default one batch a core, one thread a batch."""
        settings = self.settings
        if settings.device == "cuda":
            return settings.inter_threads or 1, settings.intra_threads
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        intra = settings.intra_threads or 1
        return settings.inter_threads or max(1, cores // intra), intra

    def tokenise(self, texts: Sequence[str]) -> list[list[str]]:
        """The source tokens of each text, with the prefix and end token that this model wants."""
        manifest = self.manifest
        tail = ["</s>"] if manifest.source_eos else []
        head = list(manifest.source_prefix)
        # a pool of threads for a few sentences takes longer than the sentences, and gets in the translator's way
        threads = 1 if len(texts) < 256 else -1
        encoded = self._pieces[0].encode(list(texts), out_type=str, num_threads=threads)
        return [head + pieces + tail for pieces in encoded]

    def fits(self, text: str) -> bool:
        """Whether `text` goes to the model in one piece."""
        return len(self.tokenise([text])[0]) <= self.max_source_tokens

    def target_tokens(self, texts: Sequence[str]) -> int:
        """How many target tokens `texts` have in all."""
        return sum(map(len, self._pieces[1].encode(list(texts), out_type=str)))

    def decode(self, texts: Sequence[str], **changes: Any) -> Iterator[list[tuple[int, Hypothesis]]]:
        """Translate all of `texts`; yields lists of (index in `texts`, hypothesis) as batches finish, each index once.

        `changes` override decoding settings for this call, in CTranslate2's words. No text is longer than
        `max_source_tokens`: that is the caller's to see to.
        """
        for batch in self.decode_nbest(texts, 1, **changes):
            yield [(index, hypotheses[0]) for index, hypotheses in batch]

    def decode_nbest(
        self, texts: Sequence[str], num_hypotheses: int, **changes: Any
    ) -> Iterator[list[tuple[int, list[Hypothesis]]]]:
        """Like `decode`, with up to `num_hypotheses` (at most beam_size) for each text, the best first."""
        options = {name: getattr(self.settings, name) for name in _OPTIONS} | changes
        by_length: defaultdict[int, list[tuple[int, list[str]]]] = defaultdict(list)
        for index, tokens in enumerate(self.tokenise(texts)):
            by_length[len(tokens)].append((index, tokens))
        yield from self._run(self._batches(by_length), options | {"num_hypotheses": num_hypotheses})

    @property
    def aligns(self) -> bool:
        """Whether the model's attention is fit for linking words (`attention.usable` in model.json)."""
        return bool(self.manifest.attention.get("usable"))

    def align(self, pairs: Sequence[tuple[str, str]]) -> Iterator[list[tuple[int, Links]]]:
        """Link the words of (source, target) texts; yields lists of (index in `pairs`, links) as batches finish.

        Each target word is linked to the source word that gets most of its pieces' attention while the target is forced
        on the decoder (a beam search's own attention depends on the batch in CTranslate2 4.8, so it is not used). Links
        are (source word, target word), counted from 0 between spaces, in the order of the target.
        """
        sources = self.tokenise([source for source, _ in pairs])
        targets = self._pieces[1].encode([target for _, target in pairs], out_type=str)
        by_length: defaultdict[int, list[tuple[int, list[str]]]] = defaultdict(list)
        for index, tokens in enumerate(sources):
            by_length[len(tokens)].append((index, tokens))
        for batch in self._batches(by_length):
            forced = [targets[index] for index, _ in batch]
            results = self._translator.translate_batch(
                [tokens for _, tokens in batch],
                target_prefix=forced,
                beam_size=1,
                return_attention=True,
                max_batch_size=0,
                max_input_length=0,
                max_decoding_length=max(map(len, forced)),
            )
            yield [
                (index, self._links(tokens, target, result.attention[0]))
                for (index, tokens), target, result in zip(batch, forced, results, strict=True)
            ]

    def _links(self, source: Sequence[str], target: Sequence[str], attention: Sequence[Sequence[float]]) -> Links:
        first = len(self.manifest.source_prefix)
        words = _words(source[first : len(source) - self.manifest.source_eos])
        sums: dict[int, defaultdict[int, float]] = {}
        # decoding may have gone on after the forced target: those rows belong to no word
        for word, row in zip(_words(target), attention, strict=False):
            share = sums.setdefault(word, defaultdict(float))
            for index, source_word in enumerate(words, first):
                share[source_word] += row[index]
        return tuple((max(share, key=lambda w, s=share: (s[w], -w)), word) for word, share in sums.items() if share)  # type: ignore[misc]

    def _batches(self, by_length: Mapping[int, list[tuple[int, list[str]]]]) -> Iterator[_Batch]:
        """Batches of one length each, the longest first so that the workers end together."""
        for length, rows in sorted(by_length.items(), reverse=True):
            size = self._batch_size(length)
            yield from (rows[first : first + size] for first in range(0, len(rows), size))

    def _batch_size(self, length: int) -> int:
        size = self.settings.max_batch_size
        return max(1, size // max(1, length)) if self.settings.batch_type == "tokens" else size

    def _run(self, batches: Iterable[_Batch], options: dict[str, Any]) -> Iterator[list[tuple[int, list[Hypothesis]]]]:
        """Keep every worker busy with a few batches in flight; few, so that an interrupt does not wait long."""
        in_flight: deque[tuple[_Batch, list[Any]]] = deque()
        for batch in batches:
            tokens = [tokens for _, tokens in batch]
            # max_batch_size and max_input_length 0: cutting is done by us, and never silently
            pending = self._translator.translate_batch(
                tokens, asynchronous=True, return_scores=True, max_batch_size=0, max_input_length=0, **options
            )
            in_flight.append((batch, pending))
            if len(in_flight) > 2 * self.threads[0]:
                yield self._finished(*in_flight.popleft(), options["max_decoding_length"])
        while in_flight:
            yield self._finished(*in_flight.popleft(), options["max_decoding_length"])

    def _finished(self, batch: _Batch, pending: list[Any], limit: int) -> list[tuple[int, list[Hypothesis]]]:
        decode = self._pieces[1].decode_pieces
        done = []
        for (index, _), result in zip(batch, (p.result() for p in pending), strict=True):
            texts = map(decode, result.hypotheses)
            lengths = map(len, result.hypotheses)
            rows = zip(texts, result.scores, lengths, strict=True)
            done.append((index, [Hypothesis(text, round(score, 4), length >= limit) for text, score, length in rows]))
        return done


def _words(pieces: Sequence[str]) -> list[int]:
    """For each piece the number of its word, from 0: a word begins at SentencePiece's ▁, alone or before letters."""
    numbers = []
    word = -1
    for piece in pieces:
        word += piece.startswith("▁") or word < 0
        numbers.append(word)
    return numbers
