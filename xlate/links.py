"""Which English word comes from which Arabic one: links from the model's attention, where it is fit for that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from xlate.clean import clean_for_model
from xlate.data import Translation
from xlate.memory import Memory, Remembered
from xlate.model import Engine

LONGEST = 256
"""Source tokens up to which a sentence is linked: attention over more than the model was trained on says little."""

PORTION = 512
"""Sentences linked between two writes to the memory."""


def linked(translations: Iterable[Translation], engine: Engine, memory: Memory) -> Iterator[Translation]:
    """`translations`, lazily and in order, with `alignment` filled in: links between words, in Pharaoh's form.

    Empty stays the alignment of what was copied or skipped, of sentences longer than `LONGEST`, where cleaning for the
    model joined or dropped words (their numbers would be wrong), and everywhere when the model's attention is not fit.
    """
    if not engine.aligns:
        yield from translations
        return
    stream = iter(translations)
    while portion := list(islice(stream, PORTION)):
        wanted = {
            (t.segment.text, t.target): f"word links\n{t.segment.text}\n{t.target}"
            for t in portion
            if t.target and t.origin not in ("copied", "skipped")
        }
        known = memory.get(list(wanted.values()))
        found = {pair: known[key].target for pair, key in wanted.items() if key in known}
        made = _links([pair for pair in wanted if pair not in found], engine)
        memory.put((wanted[pair], Remembered(text, None, "links", False)) for pair, text in made.items())
        found.update(made)
        for t in portion:
            yield replace(t, alignment=found.get((t.segment.text, t.target), ""))


def _links(pairs: Sequence[tuple[str, str]], engine: Engine) -> dict[tuple[str, str], str]:
    if not pairs:
        return {}
    cleaned = {pair: clean_for_model(pair[0], engine.manifest.source) for pair in pairs}
    sizes = dict(zip(pairs, map(len, engine.tokenise(list(cleaned.values()))), strict=True))
    longest = min(LONGEST, engine.manifest.position_limit)
    fit = [p for p in pairs if sizes[p] <= longest and len(cleaned[p].split()) == len(p[0].split())]
    found = dict.fromkeys(pairs, "")
    for batch in engine.align([(cleaned[pair], pair[1]) for pair in fit]):
        for index, links in batch:
            if len(links) == len(fit[index][1].split()):
                found[fit[index]] = " ".join(f"{i}-{j}" for i, j in links)
    return found
