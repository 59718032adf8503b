"""Where sentences end, with offsets: `sentencex` proposes, rules for Arabic news decide.

`sentencex` (MIT; Wikimedia's rule-based segmenter) knows the full stops of most languages, English abbreviations and
initials. It is asked about a copy of the text without quotation marks, brackets and invisible characters, because an
unclosed quotation would swallow the rest and take quadratic time; what was left out is given back to the sentence
it closes. The rules after it answer for what it gets wrong in Arabic: one-letter titles, era and time marks,
ellipses, two dots, questions inside quotations, numbered lists.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from xlate.segment.layout import GAP, INVISIBLE, Span, trim
from xlate.segment.words import ABBREVIATIONS, AFTER_LETTER_NAME, DOTTED_NAMES, LETTER_NAME, OPENERS, SAYING

_STOPS = ".!?؟…۔。！？．‼⁇⁈⁉"
_STOP = re.compile(f"[{re.escape(_STOPS)}]")
_LEFT_OUT = frozenset("\"'«»“”„‟‘’‚‛‹›()[]{}﴾﴿") | INVISIBLE
_CLOSERS = "\"'»”“’›)]}﴾«"
_SURE_CLOSERS = "»”›)]}﴿"
_AS_SENTENCEX = {"…": ".", "۔": ".", "．": ".", "‼": "!", "⁇": "?", "⁈": "?", "⁉": "?"}

_LETTER = r"[^\W\d_]\u0640?[\u064b-\u0652]*"
_PROTECTED = re.compile(
    r"""
      (?: https?:// | www\. ) [^\s«»“”"<>،؛]* [^\s«»“”"<>،؛.!?؟…)\]]          # web addresses
    | [\w.+-]{1,64} @ [A-Za-z0-9-]{1,63} (?: \.[A-Za-z0-9-]{1,63} )+             # e-mail
    | (?<![\w.-]) [A-Za-z0-9-]{1,63} (?: \.[A-Za-z0-9-]{1,63} ){0,6}? \.                     # names of hosts and files
      (?: com|net|org|info|gov|edu|ps|dz|eg|uk|tv|io|co|html?|php|pdf|docx?|txt|jpe?g|png ) \b
    | (?<=\d) [.] (?=\d)                                                        # 2.7  15.000  ٢.٧  17.05.2016
    """,
    re.X,
)
# one letter and a full stop, once (a title: د.) or as a chain (ت.غ. ق.م. U.S.); a prefixed و ل ب is part of it
_INITIALS = re.compile(rf"(?<![^\W_])(?<!/)(?:[ولب](?=د\.|م\.))?{_LETTER}\.(?:\s?{_LETTER}\.)*(?:{_LETTER}(?![^\W_]))?")
_ERA = re.compile(r"(?:(?<=\d)|(?<![^\W_]))(?:هـ|ه|م)\.")
_NEXT_WORD = re.compile(r"[\s\"'«“„(\[]*([^\W\d_]+)")
_NUMBERED = re.compile(r"[\s\"'«“(\[]*[\d٠-٩]{1,3}\.$")
_THREE_LETTERS = re.compile(r"(?:[^\W\d_][\u064b-\u0652]*){3}$")
_NUMBER = re.compile(r"(\d+) ?(?:م|هـ?)?$")
_ARABIC = re.compile("[\u0621-\u064a]{2}")
_REGION = re.compile(
    r"«[^«»]{1,600}»|“[^“”]{1,600}”|‘[^‘’]{1,600}’|\([^()]{1,300}\)|\[[^\[\]]{1,300}\]|(?<!\w)\"(?=\S)[^\"]{1,600}\"(?!\w)"
)


def sentences(text: str, language: str = "ar") -> list[Span]:
    """Spans of the sentences of one paragraph, in order, trimmed, with nothing but `layout.GAP` between them.

    `language` is a BCP 47 code; its first part chooses the rules of `sentencex`. Line ends in `text` count as spaces.
    Linear in the length of `text`.
    """
    if not _STOP.search(text, 0, _last_word(text)):  # no stop but at the end: nothing to decide
        whole = trim(text, 0, len(text))
        return [whole] if whole[0] < whole[1] else []
    language = language.split("-")[0].lower()
    spans: list[Span] = []
    start = 0
    regions = [match.span() for match in _REGION.finditer(text)]
    for end in _proposed_ends(text, language):
        if end <= start:
            continue
        stop = _with_closers(text, end)
        if stop < len(text) and _ends_here(text, start, end, stop, regions):
            span = trim(text, start, stop)
            start = stop
            _append(text, spans, span)
    _append(text, spans, trim(text, start, len(text)))
    return spans


def _last_word(text: str) -> int:
    """The offset after the last letter or digit."""
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    return end


def _append(text: str, spans: list[Span], span: Span) -> None:
    """Add a sentence; one without a letter or digit belongs to its neighbour."""
    if span[0] == span[1]:
        return
    if spans and (not _has_word(text, span) or not _has_word(text, spans[-1])):
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _has_word(text: str, span: Span) -> bool:
    return any(text[i].isalnum() for i in range(*span))


def _proposed_ends(text: str, language: str) -> list[int]:
    """Offsets just after a full stop (or its like) where `sentencex` sees a sentence end."""
    from sentencex import get_sentence_boundaries

    masked = _masked(text, language)
    kept = [i for i, char in enumerate(masked) if char not in _LEFT_OUT]
    bare = "".join([masked[i] for i in kept])
    ends = []
    for boundary in get_sentence_boundaries(language, bare):
        # the paragraph's own end is no decision, and sentencex also ends a sentence at a list number
        last = boundary["end_index"] - 1
        while last >= boundary["start_index"] and bare[last] == " ":
            last -= 1
        if last >= 0 and bare[last] in _STOPS:
            ends.append(kept[last] + 1)
    return ends


def _masked(text: str, language: str) -> str:
    """`text` with the same length, plain spaces, and a letter in place of each full stop that cannot end a sentence."""
    chars = [
        " " if char.isspace() else "x" if "\ud800" <= char <= "\udfff" else _AS_SENTENCEX.get(char, char)
        for char in text
    ]

    def protect(start: int, end: int) -> None:
        for i in range(start, end):
            if chars[i] in _STOPS:
                chars[i] = "x"

    for match in _PROTECTED.finditer(text):
        protect(*match.span())
    for match in ABBREVIATIONS.finditer(text):
        protect(*match.span())
    if language != "en":
        for match in _INITIALS.finditer(text):
            # an era or an agency may also close its sentence; a title before a name never does
            chain = match[0].count(".") > 1 and not match[0].replace(" ", "").endswith("د.")
            protect(match.start(), match.end() - (chain and match[0].endswith(".") and _opens(text, match.end())))
        for match in _ERA.finditer(text):
            if not _opens(text, match.end()):
                protect(*match.span())
        for match in DOTTED_NAMES.finditer(text):
            protect(*match.span())
        for match in LETTER_NAME.finditer(text):
            if not AFTER_LETTER_NAME.search(text[max(0, match.start() - 9) : match.start()]):
                protect(*match.span())
    return "".join(chars)


def _opens(text: str, at: int) -> bool:
    """True when the next word is one that begins a sentence of a report (وقال, وأضاف, …)."""
    match = _NEXT_WORD.match(text, at)
    return match is not None and match[1] in OPENERS


def _with_closers(text: str, end: int) -> int:
    """`end` moved over the marks that belong to the sentence: more stops, closing quotation marks and brackets."""
    place = end
    while place < len(text):
        char = text[place]
        if char in _STOPS or char in INVISIBLE or (char in _CLOSERS and _closes(text, place)):
            place += 1
        elif char == " " and text[place + 1 : place + 2] in tuple(_SURE_CLOSERS):
            place += 2
        elif char == " " and text[place + 1 : place + 3] in ('" ', '"', '".'):
            # a straight mark between two spaces is taken for the end of the quotation that stands open
            if text.count('"', max(0, end - 600), place) % 2 == 0:
                break
            place += 2
        else:
            break
    return place


def _closes(text: str, place: int) -> bool:
    """True when the mark at `place`, which follows a full stop with no space, closes rather than opens."""
    if text[place] in _SURE_CLOSERS:
        return True
    after = text[place + 1 : place + 2]
    if not after or not after.isalnum():
        return True
    return text[place] in "\"'" and text.count(text[place], max(0, place - 600), place) % 2 == 1


def _ends_here(text: str, start: int, end: int, stop: int, regions: list[Span]) -> bool:
    """Decide one proposed end: the stop is `text[end - 1]`, the marks that close after it reach to `stop`."""
    follower = text[stop : stop + 64].lstrip(GAP)[:1]
    if follower and (follower in "،؛,;:)]}»”%" or follower.islower()):
        return False
    if _NUMBERED.fullmatch(text, start, end):
        return False
    if stop == end and text[end].isalnum() and not _glued(text, end):
        return False
    dots = _dots(text, end)
    if dots == 2 and stop - end < 2:
        # two dots do the work of a dash or a comma more often than of a full stop
        return _opens(text, stop)
    region = _region(regions, end)
    if region is None:
        return True
    opening, last = text[region[0]], region[1] - 1
    if stop <= last:
        return opening not in "([" and (dots < 3 or _opens(text, stop))
    if "." in text[last:stop] or (opening not in "([" and dots < 3 and text[end - 1] not in "؟?!"):
        return True
    # the quotation or bracket ended with its own mark; the sentence around it may go on
    return _begins(text, stop, whole=not text[start : region[0]].strip(GAP))


def _dots(text: str, end: int) -> int:
    """How many dots stand around `end` (a `…` counts for three)."""
    first = end
    while first > 0 and text[first - 1] in ".…" and end - first < 8:
        first -= 1
    last = end
    while last < len(text) and text[last] in ".…" and last - end < 8:
        last += 1
    run = text[first:last]
    return len(run) + 2 * run.count("…")


def _begins(text: str, stop: int, whole: bool) -> bool:
    """True when the word after a closed quotation begins a sentence: «و…», or, when the quotation was the `whole`
    sentence so far, any word but one that ties it to what follows (قال، تساءل)."""
    match = _NEXT_WORD.match(text, stop)
    if match is None:
        return True
    word = match[1]
    return word in OPENERS or (word[0] == "و" and len(word) > 3) or (whole and word not in SAYING)


def _glued(text: str, end: int) -> bool:
    """True when «كلمة.كلمة» is two sentences and not a name like «سي.إن.إن»: both words are long enough.

    A space, a bracket or a digit before the stop does not matter to Arabic («كلمة .كلمة», «2016.كلمة»); behind a number
    of one or two digits, which may count the items of a list, only a word that begins sentences will do.
    """
    before, after = text[max(0, end - 24) : end - 1], text[end : end + 2]
    word = before.rstrip(GAP + '»”")%٪')
    if not after.isalpha() or len(after) < 2:
        return False
    if _THREE_LETTERS.search(word):
        return word == before or _ARABIC.match(after) is not None
    number = _NUMBER.search(word)
    return number is not None and _ARABIC.match(after) is not None and (len(number[1]) > 2 or _opens(text, end))


def _region(regions: list[Span], end: int) -> Span | None:
    """The quotation or bracket, opened and closed, that holds the stop before `end`."""
    index = bisect_left(regions, (end, 0)) - 1
    return regions[index] if index >= 0 and end <= regions[index][1] else None
