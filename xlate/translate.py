"""Segments in, translations out, one each, in order.

For every distinct text: the memory is asked first; what is missing is decoded by the model, cleaned and checked; what
loops, is empty, echoes the source or was cut off is decoded again in other ways, and the better result is kept.
Results go to the memory as batches finish, so an interrupted run has lost next to nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from typing import Literal

from xlate.check import Candidate, better, check, clean, serious
from xlate.clean import clean_for_model, in_english
from xlate.data import Flag, Segment, Translation
from xlate.memory import Memory, Remembered
from xlate.model import Engine, Hypothesis
from xlate.segment import sentences, split_clauses

WINDOW = 2048
"""Segments looked at together: enough to fill batches of one length, few enough to keep memory small."""

WINDOW_CHARACTERS = 400_000
"""The same bound for text that comes in very long segments."""

RECIPE = 2
"""Part of the memory's key: raised when cleaning, splitting or repairing changes what comes out."""

_NO_WORDS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+\.\S+")
_SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "ur", "ckb", "ps", "arz", "ary", "apc"), r"\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"),
    **dict.fromkeys(("he", "yi"), r"\u0590-\u05ff"),
    **dict.fromkeys(("ru", "uk", "bg"), r"\u0400-\u04ff"),
    **dict.fromkeys(("am", "ti"), r"\u1200-\u137f"),
    "zh": r"\u3400-\u9fff",
}  # fmt: skip

# tried in this order until one gives no reason for another try
_REPAIRS: tuple[tuple[str, dict[str, object]], ...] = (
    ("retry no_repeat_ngram_size=3", {"no_repeat_ngram_size": 3}),
    ("retry beam_size=1", {"beam_size": 1, "no_repeat_ngram_size": 4, "repetition_penalty": 1.1}),
)


def needs_translation(text: str, languages: Sequence[str]) -> bool:
    """Whether `text` has a word of the source language's script outside links and addresses; a stroke of tatweel is none.

    Languages whose script this module does not know are taken for any letters.
    """
    classes = [_SCRIPTS.get(language.split("-")[0].lower()) for language in languages]
    known = "".join(c for c in classes if c)
    rest = _NO_WORDS.sub(" ", text).replace("\u0640", "")
    if not known or None in classes:
        return any(c.isalpha() for c in rest)
    return any(c.isalpha() for c in re.findall(f"[{known}]", rest))


def fate(
    segment: Segment, languages: Sequence[str], include_boilerplate: bool
) -> Literal["model", "copied", "skipped"]:
    """What will be done with a segment: boilerplate is skipped unless it is wanted, what has no words is copied."""
    if segment.role == "boilerplate" and not include_boilerplate:
        return "skipped"
    return "model" if needs_translation(segment.text, languages) else "copied"


@dataclass(frozen=True, slots=True)
class _Draft:
    """One attempt at a text."""

    target: str
    score: float
    origin: str
    at_limit: bool
    flags: tuple[Flag, ...]


def translate(
    segments: Iterable[Segment],
    engine: Engine,
    memory: Memory,
    *,
    include_boilerplate: bool = False,
    same_as: Mapping[str, str] | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[Translation]:
    """Translate `segments` lazily, in order, one Translation each; memory use does not grow with their number.

    Boilerplate gets an empty target and origin `skipped` unless `include_boilerplate`; what has nothing to translate
    passes through with origin `copied`, with English digits and marks. `same_as` maps ids of segments to the text to
    translate in place of their own: verbatim copies share the translation of the one that is written best. `progress` is
    told how many more segments are done, as batches finish.
    """
    for window in _windows(segments):
        yield from _translate_window(window, engine, memory, include_boilerplate, same_as or {}, progress)


def _windows(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    window: list[Segment] = []
    characters = 0
    for one in segments:
        window.append(one)
        characters += len(one.text)
        if len(window) >= WINDOW or characters >= WINDOW_CHARACTERS:
            yield window
            window, characters = [], 0
    if window:
        yield window


def _translate_window(
    segments: list[Segment],
    engine: Engine,
    memory: Memory,
    include_boilerplate: bool,
    same_as: Mapping[str, str],
    progress: Callable[[int], None],
) -> Iterator[Translation]:
    fates = [fate(s, engine.manifest.source, include_boilerplate) for s in segments]
    given = [same_as.get(s.id, s.text) for s in segments]
    texts = list(dict.fromkeys(text for text, f in zip(given, fates, strict=True) if f == "model"))
    known = memory.get(texts)
    missing = [t for t in texts if t not in known]
    progress(len(segments) - len(missing))
    made: dict[str, Remembered] = {}
    told: dict[str, tuple[Flag, ...]] = {}
    for rows in _solve(missing, engine):
        memory.put((text, row) for text, (row, _) in rows.items())
        for text, (row, flags) in rows.items():
            made[text], told[text] = row, flags
        progress(len(rows))
    for one, text, what in zip(segments, given, fates, strict=True):
        if what == "skipped":
            yield Translation(one, "", None, (), "skipped")
        elif what == "copied":
            yield Translation(one, in_english(one.text), None, (), "copied")
        else:
            row = known.get(text) or made[text]
            known_flags = told.get(text) if one.text == text else None
            flags = check(one.text, row.target, at_limit=row.at_limit) if known_flags is None else known_flags
            yield Translation(one, row.target, row.score, flags, row.origin, remembered=text in known)


def _solve(texts: Sequence[str], engine: Engine) -> Iterator[dict[str, tuple[Remembered, tuple[Flag, ...]]]]:
    """What becomes of each text, with its flags, in portions as they are ready; what is too long for the model goes
    through in parts. All Python work on one portion is done while the translator is busy with the next."""
    units_of = _units_of(texts, engine)
    users: defaultdict[str, list[str]] = defaultdict(list)
    for text, parts in units_of.items():
        for unit in dict.fromkeys(parts):
            users[unit].append(text)
    done: dict[str, _Draft] = {}
    for drafts in _drafts(list(users), engine):
        done.update(drafts)
        candidates = dict.fromkeys(text for unit in drafts for text in users[unit])
        ready = [text for text in candidates if all(unit in done for unit in units_of[text])]
        yield {text: _whole(text, units_of[text], done) for text in ready}


def _whole(text: str, parts: Sequence[str], done: Mapping[str, _Draft]) -> tuple[Remembered, tuple[Flag, ...]]:
    """One text's drafts, put together again, with the flags of the whole."""
    drafts = [done[part] for part in parts]
    one = drafts[0] if len(drafts) == 1 else _joined(drafts, f"split in {len(drafts)}")
    # a draft was checked against what the model was given: often the very text
    flags = one.flags if list(parts) == [text] else check(text, one.target, at_limit=one.at_limit)
    return Remembered(one.target, one.score, one.origin, one.at_limit), flags


def _units_of(texts: Sequence[str], engine: Engine) -> dict[str, list[str]]:
    """`units` of many texts: what is given to the model for each."""
    given = [clean_for_model(text, engine.manifest.source) for text in texts]
    sizes = map(len, engine.tokenise(given))
    longest = engine.max_source_tokens
    return {
        text: [one] if size <= longest else _units(one, engine, longest)
        for text, one, size in zip(texts, given, sizes, strict=True)
    }


def units(text: str, engine: Engine) -> list[str]:
    """What the model is given for `text`: the text cleaned, in one piece or in as few as it takes."""
    return _units(clean_for_model(text, engine.manifest.source), engine, engine.max_source_tokens)


def _units(given: str, engine: Engine, longest: int) -> list[str]:
    """`given` in as few parts as needed so that each has at most `longest` source tokens."""

    def fits(part: str) -> bool:
        return len(engine.tokenise([part])[0]) <= longest

    # a token is at least a character, but for what the model adds
    if len(given) + 8 <= longest or fits(given):
        return [given]
    return [given[start:end] for start, end in split_clauses(given, fits)]


def _drafts(parts: Sequence[str], engine: Engine) -> Iterator[dict[str, _Draft]]:
    """The best draft of every unit, in portions: sound ones as batches finish, then the others after their repairs."""
    doubtful: dict[str, _Draft] = {}
    for batch in engine.decode(parts):
        drafts = {parts[index]: _draft(parts[index], hypothesis, "model") for index, hypothesis in batch}
        doubtful |= {unit: draft for unit, draft in drafts.items() if serious(draft.flags)}
        yield {unit: draft for unit, draft in drafts.items() if unit not in doubtful}
    for origin, changes in _REPAIRS:
        if not doubtful:
            return
        names = list(doubtful)
        for batch in engine.decode(names, **changes):
            for index, hypothesis in batch:
                unit = names[index]
                doubtful[unit] = _better(doubtful[unit], _draft(unit, hypothesis, origin))
        mended = {unit: draft for unit, draft in doubtful.items() if not serious(draft.flags)}
        doubtful = {unit: draft for unit, draft in doubtful.items() if unit not in mended}
        yield mended
    yield {unit: _halved(unit, draft, engine) for unit, draft in doubtful.items()}


def _halved(unit: str, draft: _Draft, engine: Engine) -> _Draft:
    """The last repair: the unit in two or more parts, if that is better than `draft`."""
    parts = _units(unit, engine, max(8, len(engine.tokenise([unit])[0]) // 2 + 2))
    if len(parts) == 1:
        return draft
    found: dict[int, Hypothesis] = {}
    for batch in engine.decode(parts):
        found.update(batch)
    drafts = [_draft(part, found[i], "model") for i, part in enumerate(parts)]
    return _better(draft, _joined(drafts, f"retry split in {len(parts)}", unit))


def _draft(source: str, hypothesis: Hypothesis, origin: str) -> _Draft:
    target, _ = clean(hypothesis.text.strip())
    flags = check(source, target, at_limit=hypothesis.at_limit)
    return _Draft(target, hypothesis.score, origin, hypothesis.at_limit, flags)


def _joined(drafts: Sequence[_Draft], origin: str, source: str | None = None) -> _Draft:
    """Drafts of consecutive parts as one; checked again against `source` where it is given."""
    target = " ".join(d.target for d in drafts if d.target)
    score = round(sum(d.score for d in drafts) / len(drafts), 4)
    at_limit = any(d.at_limit for d in drafts)
    flags = check(source, target, at_limit=at_limit) if source is not None else ()
    return _Draft(target, score, origin, at_limit, flags)


def _better(old: _Draft, new: _Draft) -> _Draft:
    """The better of two drafts of one text; the older one where nothing tells them apart."""
    first = Candidate(old.target, old.flags, old.score)
    return old if better(first, Candidate(new.target, new.flags, new.score)) is first else new


def _sentences_of(number: int, line: str, language: str) -> list[Segment]:
    return [
        Segment(f"{number}:{index}", str(number), index, 0, start, end, line[start:end])
        for index, (start, end) in enumerate(sentences(line, language))
    ]


def memory_key(engine: Engine) -> str:
    """What a remembered translation depends on besides its source: model, decoding settings, versions, this recipe."""
    parts = [RECIPE, engine.digest, engine.settings.decoding(), version("ctranslate2"), version("sentencepiece")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def translate_lines(
    lines: Iterable[str], engine: Engine, memory: Memory, progress: Callable[[int], None] = lambda done: None
) -> Iterator[tuple[str, tuple[Translation, ...]]]:
    """For each line its translation and what became of each of its sentences; lazy, in order.

    A line of several sentences is translated sentence by sentence: it comes out as it would in an article, and shares
    the memory with it. An empty line stays empty; a translation never holds a line break.
    """
    numbered = enumerate(lines, 1)
    while block := list(islice(numbered, WINDOW)):
        # a line is one paragraph and has no role: cut at sentence ends, nothing else
        parts_of = {number: _sentences_of(number, line, engine.manifest.source[0]) for number, line in block}
        every = (s for parts in parts_of.values() for s in parts)
        stream = translate(every, engine, memory, include_boilerplate=True, progress=progress)
        for number, _ in block:
            done = tuple(islice(stream, len(parts_of[number])))
            yield " ".join(" ".join(t.target.splitlines()) for t in done if t.target), done
