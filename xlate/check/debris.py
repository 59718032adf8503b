"""What tokenisers and web pages leave in the English: HTML entities, spaced quotes and apostrophes, stray spaces.

`clean` repairs what has one right form; `remains` names what it does not dare to touch. Good English has to come out
as it went in: `AT&T`, `Q&A`, links, `:)`, "...", `1,5`, `'s-Hertogenbosch`, `the workers' strike`, "the letter 's'".
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

# "&amp;amp;apos;" in one match, whatever its depth; "& quot ;" as some detokenisers leave it
_ENTITY = re.compile(
    r"&(?:(?:amp|\#38|\#x26);)*"
    r"(?:(?:amp|apos|quot|lt|gt|nbsp|bar|lsquo|rsquo|ldquo|rdquo|laquo|raquo|ndash|mdash|hellip|\#\d{2,5}|\#[xX][0-9a-fA-F]{2,4});)?"
)
_SPACED_ENTITY = re.compile(r"& ?(?:amp ?; ?)?(apos|quot|\#39|\#34) ?;")
_HANGING_S = re.compile(
    r"""(?<![ '’])(?:[ ]['’][ ]?|['’][ ])s(?![\w'’-]|[ ]['’](?![\w])|[ ]Graven)""",
)
_NO_POSSESSIVE = re.compile(r"(?:^|\W)(?:the|a|an|with|letter|suffix|possessive|of|and|or|is)$", re.IGNORECASE)
_NOT = re.compile(
    r"\b(do|does|did|is|was|are|were|can|could|would|should|wo|has|have|had|ai|must|need)"
    r"(?:n [\'’] ?t| n[\'’]t|n[\'’] t)(?![\w\'’-])",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(I|you|we|they|he|she|it|that|who|there)(?: [\'’] ?|[\'’] )(re|ve|ll|d|m)(?![\w\'’-])", re.IGNORECASE
)
_OPEN_BRACKET = re.compile(r"(?:(?<=[ ])|(?<![^\n]))\( +(?=[^\s)])")
_CODE_CALL = re.compile(r"\w\( ")  # g( y )
_CLOSE_BRACKET = re.compile(r"(?<=[^\s(:;=]) +\)(?=$|[\s.,;:!?\"'”’])")
_BEFORE_COMMA = re.compile(r"(?<=[^\W_]) +(?=[,;:!?](?:\s|$))|(?<=[\"'”’)\]]) +(?=[,;!?](?:\s|$))")
_BEFORE_STOP = re.compile(r"(?<=[^\W_]|[\"'”’)\]]) +(?=\.(?:$|[\"'”’)]|\s+[\"'“(]?[A-Z]))")
_STRAY_SPACE = re.compile(r"[ \u00a0][ \u00a0),;:!?.]|\( ")
_SPACES = re.compile(r"[ \u00a0]{2,}")
_ARABIC_MARKS = {"،": ",", "؛": ";", "؟": "?", "٪": "%"}
_REMAINS = re.compile(r"<unk>|⁇|\ufffd|▁|@-@|@@(?= )|&(?:apos|quot|amp|lt|gt|nbsp|#39)\b")


def clean(target: str) -> tuple[str, int]:
    """Repair entities and detokenisation debris; returns the text and the number of changes.

    Cleaning what is clean changes nothing. Linear in the length of the text.

    >>> clean("Egypt &apos; s ( new ) law , he said .")
    ("Egypt's (new) law, he said.", 6)
    """
    total = 0
    for _ in range(8):  # one repair may uncover another; each only shortens the text, two rounds are usual
        text, count = _round(target)
        if text == target:
            break
        target, total = text, total + count
    return target, total


def remains(target: str) -> list[str]:
    """Debris in a text, as written: what `clean` would change and what it cannot repair ("<unk>", "@-@", "�")."""
    found = [match.group() for match in _REMAINS.finditer(target)]
    if not found and clean(target)[1]:
        found = [_first_change(target)]
    return list(dict.fromkeys(found))


def _first_change(target: str) -> str:
    """The place of the first repair, a few characters around it."""
    text, _ = clean(target)
    pairs = zip(target, text, strict=False)
    place = next((index for index, (old, new) in enumerate(pairs) if old != new), min(len(target), len(text)))
    return target[max(place - 8, 0) : place + 12].strip() or "spaces"


def _round(text: str) -> tuple[str, int]:
    total = 0

    def each(pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> None:
        nonlocal text, total
        changes = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal changes
            made = match.expand(new) if isinstance(new, str) else new(match)
            changes += made != match.group()
            return made

        text = pattern.sub(replace, text)
        total += changes

    if "&" in text:
        each(_ENTITY, _unescaped)
        each(_SPACED_ENTITY, lambda match: "'" if match[1] in ("apos", "#39") else '"')
    for mark, plain in _ARABIC_MARKS.items():
        total += text.count(mark)
        text = text.replace(mark, plain)
    if "'" in text or "’" in text:
        each(_HANGING_S, lambda match: _possessive(match))
        each(_NOT, lambda match: match[1] + "n" + ("’" if "’" in match.group() else "'") + "t")
        each(_VERB, lambda match: match[1] + ("’" if "’" in match.group() else "'") + match[2])
    text, quotes = _tight_quotes(text)
    total += quotes
    if _STRAY_SPACE.search(text):  # one quick look in place of five searches
        each(_OPEN_BRACKET, "(")
        if not _CODE_CALL.search(text):
            each(_CLOSE_BRACKET, ")")
        each(_BEFORE_COMMA, "")
        each(_BEFORE_STOP, "")
        each(_SPACES, " ")
    stripped = text.strip(" \u00a0")
    return stripped, total + (stripped != text)


def _unescaped(match: re.Match[str]) -> str:
    """The character an entity stands for; controls and unknown names stay as they are."""
    whole = match.group()
    name = whole[1:].rstrip(";").rsplit(";", 1)[-1]
    if not name:
        return whole
    plain = "|" if name == "bar" else " " if name == "nbsp" else html.unescape(f"&{name};")
    return plain if len(plain) == 1 and (plain.isprintable() or plain == "\u00a0") else whole


def _possessive(match: re.Match[str]) -> str:
    whole, start = match.group(), match.start()
    before = match.string[max(start - 12, 0) : start]
    if not before or not (before[-1].isalnum() or before[-1] in ')"”') or _NO_POSSESSIVE.search(before):
        return whole
    return ("’" if "’" in whole else "'") + "s"


def _tight_quotes(text: str) -> tuple[str, int]:
    """`he said " yes " .` as `he said "yes" .`: pairs of straight quotes with a space on all four sides."""
    parts = text.split('"')
    if len(parts) < 3 or len(parts) % 2 == 0:
        return text, 0
    changes = 0
    for index in range(1, len(parts), 2):
        inside, left, right = parts[index], parts[index - 1], parts[index + 1]
        outer = (not left or left[-1] in " (") and (not right or right[0] in " .,;:!?)")
        if outer and inside.strip(" ") and inside[0] == inside[-1] == " ":
            parts[index] = inside.strip(" ")
            changes += 1
    return '"'.join(parts), changes
