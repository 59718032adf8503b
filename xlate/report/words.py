"""The page's plain words for what the data says in short: flags, origins, tiers, alerts."""

from __future__ import annotations

import re

from xlate.check import KINDS
from xlate.data import Translation

FLAGS = {
    "empty": "Nothing translated",
    "echo": "Left in Arabic",
    "loop": "Repeats itself",
    "limit": "May be cut off",
    "length": "Odd length",
    "numbers": "Check the numbers",
    "debris": "Stray codes",
}
"""Kind of flag → its label at the sentence; `xlate.check.KINDS` has the sentence that explains it."""

ORIGINS = {
    "repaired": (
        "Repaired",
        "The first attempt failed a check; the model was asked again with other settings, or part by part.",
    ),
    "split": (
        "Translated in parts",
        "The sentence is too long for the model and was translated part by part; what links the parts may be lost.",
    ),
    "copied": (
        "Copied",
        "Nothing in it is Arabic prose, so it stands as in the source, with English digits and marks.",
    ),
    "skipped": ("Not translated", "Taken for a menu, notice or form of the web page."),
}
"""Class of origin → (label, what it means)."""

_WORDED = ", worded as "  # what xlate.consistent adds to an origin

TIERS = {
    "verbatim": ("Same words", "the same sentence, word for word"),
    "near-duplicate": ("Edited", "the same sentence with words changed"),
    "contained": ("Part shared", "one sentence stands inside the other"),
    "quotation": ("Passage shared", "a long passage or quotation in common"),
    "paraphrase": ("Same sense", "other words for the same thing; judged by meaning, so check it"),
}
"""Tier of a cluster → (label, what it means), the strongest first."""

ALERTS = {"number": "Numbers", "negation": "Negation", "name": "Names"}
"""Kind of alert → label, the gravest first."""

EDITS = {
    "number": "number",
    "negation": "negation",
    "name": "name",
    "attribution": "attribution",
    "addition": "addition",
    "omission": "omission",
    "wording": "wording",
}
"""Kind of edit → CSS class; anything else is shown as wording."""


def flag_label(kind: str) -> str:
    """A flag's short label; a kind this version does not know is shown by its own name."""
    return FLAGS.get(kind, kind)


def flag_meaning(kind: str) -> str:
    """The sentence that explains a kind of flag."""
    return KINDS.get(kind, "A mark of another version of xlate.")


def origin_class(origin: str) -> str:
    """`model` or a key of ORIGINS; an origin this version does not know is itself. To be worded like another sentence is
    no reason to look again."""
    origin = origin.partition(_WORDED)[0]
    for start, name in (("retry", "repaired"), ("split", "split")):
        if origin.startswith(start):
            return name
    return "model" if origin == "memory" else origin


def origin_label(origin: str) -> str:
    """Plain words for an origin, with the number of parts where there are some."""
    origin = origin.partition(_WORDED)[0]
    name = origin_class(origin)
    label = ORIGINS[name][0] if name in ORIGINS else f"Made by {origin}"
    parts = re.search(r"split in (\d+)", origin)
    if name == "split" and parts:
        return f"Translated in {parts[1]} parts"
    return label + (f", in {parts[1]} parts" if parts else "")


def needs_a_look(translation: Translation) -> bool:
    """Whether a person should look at a sentence again: it has a flag, or it was repaired or made in a way unknown here.

    Being translated in parts is told, but is no reason: long sentences always are.
    """
    return bool(translation.flags) or origin_class(translation.origin) not in ("model", "split", "copied", "skipped")
