"""Near-duplicates translated alike: where two outlets' sentences differ by a few words, so should their English.

A beam search falls for another wording when one word of the source changes, and the analyst sees differences that no
outlet made. So the second sentence of such a pair is given the hypothesis, among the best few of its own beam, that is
nearest to the first one's translation, as long as the model thinks nearly as well of it. Forcing the first one's
words as a prefix makes the pair more alike still but costs quality (eval/alignment/consistency.py prints both).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from xlate.check import check, clean, serious
from xlate.data import Translation
from xlate.memory import Memory, Remembered
from xlate.model import Engine, Hypothesis
from xlate.translate import units

NBEST = 8
"""Hypotheses looked at for each part of the second sentence; the beam is as wide."""

MARGIN = 0.1
"""How much lower than the best the model's normalised score of the chosen one may be."""


def alike(
    pairs: Sequence[tuple[str, str]],
    translations: Sequence[Translation],
    given: Mapping[str, str],
    engine: Engine,
    memory: Memory,
) -> list[Translation]:
    """`translations` with the second sentence of each near-duplicate pair worded like the first.

    `pairs` are segment ids, the best pair first; `given` maps segment ids to the text that was translated for them
    (its own where absent), so that verbatim copies stay alike. A sentence follows one other at most and leads or
    follows, never both. What looped or was cut off is left as it is, and no hypothesis is taken that was cut off. `memory`
    keeps the hypotheses.
    """
    found = {t.segment.id: t for t in translations}
    leads = _leads([(a, b) for a, b in pairs if a in found and b in found])
    sound = {b: given.get(b, found[b].segment.text) for b, a in leads.items() if _sound(found[a]) and _sound(found[b])}
    nbest = _nbest(list(sound.values()), engine, memory)
    chosen: dict[str, tuple[str, float, str]] = {}
    for follower, text in sound.items():
        old, lead = found[follower], leads[follower]
        if all(nbest[text]):
            target, score = _nearest(nbest[text], found[lead].target)
            if target != old.target and not serious(check(text, target)):
                chosen[text] = target, score, f"{old.origin}, worded as {lead}"
    return [_changed(t, chosen.get(given.get(t.segment.id, t.segment.text))) for t in translations]


def _sound(one: Translation) -> bool:
    return bool(one.target) and not one.origin.startswith("retry") and not serious(one.flags)


def _changed(old: Translation, choice: tuple[str, float, str] | None) -> Translation:
    if choice is None or old.origin in ("copied", "skipped"):
        return old
    target, score, origin = choice
    return replace(old, target=target, score=score, origin=origin, flags=check(old.segment.text, target))


def _leads(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Follower → lead."""
    leads: dict[str, str] = {}
    for a, b in pairs:
        if b not in leads and a not in leads and b not in leads.values():
            leads[b] = a
    return leads


def _nearest(parts: Sequence[Sequence[tuple[str, float]]], lead: str) -> tuple[str, float]:
    """For each part the hypothesis nearest to `lead` of those nearly as good as the best, joined; the mean score."""
    words = lead.split()
    picked = []
    for hypotheses in parts:
        good = [h for h in hypotheses if h[1] >= hypotheses[0][1] - MARGIN]
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(words)

        def nearness(hypothesis: tuple[str, float], matcher: SequenceMatcher[str] = matcher) -> tuple[float, float]:
            matcher.set_seq1(hypothesis[0].split())
            return matcher.ratio(), hypothesis[1]

        picked.append(max(good, key=nearness))
    target, _ = clean(" ".join(text for text, _ in picked))
    return target, round(sum(score for _, score in picked) / len(picked), 4)


def _nbest(texts: Sequence[str], engine: Engine, memory: Memory) -> dict[str, list[list[tuple[str, float]]]]:
    """For each text its parts' whole hypotheses (text, score), the best first, none for a part whose all were cut off;
    from the memory where it has them."""
    keys = {text: f"{NBEST} hypotheses\n{text}" for text in dict.fromkeys(texts)}
    known = memory.get(list(keys.values()))
    done = {text: json.loads(known[key].target) for text, key in keys.items() if key in known}
    parts = {text: units(text, engine) for text in keys if text not in done}
    flat = [unit for group in parts.values() for unit in group]
    found: dict[int, list[Hypothesis]] = {}
    for batch in engine.decode_nbest(flat, NBEST, beam_size=NBEST):
        found.update(batch)
    place = 0
    for text, group in parts.items():
        rows = [[(h.text.strip(), h.score) for h in found[place + n] if not h.at_limit] for n in range(len(group))]
        place += len(group)
        memory.put([(keys[text], Remembered(json.dumps(rows, ensure_ascii=False), None, "hypotheses", False))])
        done[text] = rows
    return done
