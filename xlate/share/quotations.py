"""Which common fragments are quoted statements, and which are phrases that any two reports may have in common.

News is full of long strings of words that quote nobody: a speaker's title and name («وقالت المديرة العامة لصندوق النقد
الدولي كريستالينا غورغييفا إن»), why a source stays nameless, the full name of a court or a treaty, the closing phrases of
sports and disaster reports. Asked of a fragment, from the surest sign down:

- quotation marks on both sides: nothing more;
- quotation marks on one side: the other reports the statement in its own frame; the fragment's numbers must agree, and
  its rarest three words must not stand in many different texts (a formula);
- none: as well, what introduces the speaker or says why he stays nameless does not count, nor do particles at the
  ends; and the articles must share other text (then a long fragment is rarely chance), or the fragment must be half as
  long again, and kept nearly word for word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from xlate.data import Tier
from xlate.share.compare import Match
from xlate.share.facts import said
from xlate.share.links import article_pairs, linked
from xlate.share.values import ShareSettings
from xlate.share.words import ATTRIBUTION, listed, words

if TYPE_CHECKING:
    from xlate.share.find import Class, Edges

_FORMULA = 8  # distinct texts
_ALONE = 1.5  # times the length that articles which share nothing else need without quotation marks
_TAGS = 2  # in a fragment: the line of tags under a post
_FAITHFUL = 0.9  # share of such a fragment's letters that must be the same
_SAYING = listed(
    "ابلغ ابلغت ابرز ابرزت حذر حذرت راي رات نفي نفت رجح رجحت توقع توقعت بين بينت لفت لفتت جدد جددت اقر اقرت "
    "قوله قولها قولهم للقول بالقول قايلين طلب طلبت فضل فضلت"
)
_THAT = listed("ان انه انها انهم انهما بان بانه بانها بانهم انني باننا اننا")
_NAMELESS = listed("هويته هويتها هويتهم هويتهما اسمه اسمها اسمايهم مخول مخوله مخولا مخولين")
_WEAK = _THAT | listed(
    "في من الي علي عن مع بعد قبل عند عندما حين حيث كما لكن لكنه لكنها غير او ثم قد لقد ما لا لم لن التي الذي الذين "
    "اللذين هو هي هذا هذه ذلك تلك خلال منذ حتي بين فيما وفي ومن وعلي والي وعن وان وقد وهو وهي اذ اذا الا كان كانت"
)


def proven(classes: Sequence[Class], found: Mapping[Tier, Edges], settings: ShareSettings) -> Edges:
    """The quotations of `found` that hold; all its other tiers are needed to tell which articles share text."""
    quotations = found["quotation"]
    together = linked(classes, {tier: edges for tier, edges in found.items() if tier != "quotation"})
    formulas = _formulas(classes, quotations)
    return {
        (i, j): match
        for (i, j), match in quotations.items()
        if match.quoted == 2 or ((i, j) not in formulas and _holds(classes[i], classes[j], match, together, settings))
    }


def _holds(a: Class, b: Class, match: Match, together: set[tuple[str, str]], settings: ShareSettings) -> bool:
    """Whether a fragment that is not quoted on both sides is a statement."""
    a0, a1, b0, b1 = match.fragment
    ours, theirs = a.text.forms[a0:a1], b.text.forms[b0:b1]
    if {n.name for n in said(ours)} != {n.name for n in said(theirs)} or _tags(a.segments[0].text, a0, a1) >= _TAGS:
        return False
    if match.quoted:
        return True
    least = float(settings.fragment_words)
    if together.isdisjoint(article_pairs(a, b)):
        least *= _ALONE
        if match.score < _FAITHFUL:
            return False
    return min(_statement(a.text.forms, a0, a1), _statement(b.text.forms, b0, b1)) >= least


def _statement(forms: Sequence[str], first: int, last: int) -> int:
    """Words of a fragment (`forms[first:last]`) after the speaker's introduction, without particles at its ends."""
    for place in range(last - 1, first - 1, -1):
        if forms[place] in _THAT and any(map(_says, forms[:place])):
            first = place + 1
            break
    longest, start = 0, first
    for place in range(first, last + 1):
        if place == last or forms[place] in _NAMELESS:
            longest, start = max(longest, _without_ends(forms, start, place)), place + 1
    return longest


def _without_ends(forms: Sequence[str], first: int, last: int) -> int:
    """Words from the first to the last that is no particle."""
    while first < last and forms[first] in _WEAK:
        first += 1
    while first < last and forms[last - 1] in _WEAK:
        last -= 1
    return last - first


def _tags(text: str, first: int, last: int) -> int:
    """Hash tags and names of accounts in a fragment of words."""
    found = words(text)
    before = found[first - 1].end if first else 0
    return sum(text.count(mark, before, found[last - 1].end) for mark in "#@")


def _says(form: str) -> bool:
    bare = form[1:] if form[:1] in "وف" and len(form) > 3 else form
    return form in ATTRIBUTION or bare in ATTRIBUTION or form in _SAYING or bare in _SAYING


def _formulas(classes: Sequence[Class], quotations: Edges) -> set[tuple[int, int]]:
    """The pairs whose fragment even by its rarest word triple stands in more than `_FORMULA` distinct texts."""
    triples = {
        pair: _triples(classes[pair[0]].text.forms[m.fragment[0] : m.fragment[1]]) for pair, m in quotations.items()
    }
    wanted: set[tuple[str, ...]] = set().union(*triples.values())
    held: Counter[tuple[str, ...]] = Counter()
    for item in classes if wanted else ():
        held.update(_triples(item.text.forms) & wanted)
    return {pair for pair, own in triples.items() if min((held[t] for t in own), default=0) > _FORMULA}


def _triples(words: Sequence[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))
