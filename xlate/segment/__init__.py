"""Articles into segments, with offsets: paragraphs, roles, sentences, and clauses where a sentence is too long.

>>> from xlate.data import Article
>>> [s.text for s in segment(Article("a", None, "قال د. علي «نعم.» وأضاف: لا؟ ثم غادر."))]
['قال د. علي «نعم.»', 'وأضاف: لا؟', 'ثم غادر.']
"""

from __future__ import annotations

from collections.abc import Iterator

from xlate.data import Article, Role, Segment
from xlate.segment.boundaries import sentences
from xlate.segment.clauses import split_clauses
from xlate.segment.layout import GAP, Span, items, paragraphs, trim
from xlate.segment.roles import glued_headline, is_listing, is_notice, line_roles

__all__ = ["GAP", "paragraphs", "segment", "sentences", "split_clauses"]


def segment(article: Article) -> list[Segment]:
    """Cut an article into its segments, in order.

    `article.text[s.start:s.end] == s.text` for each; segments do not overlap, neither start nor end with a character
    of `GAP`, and between them (and before the first and after the last) stand only characters of `GAP`, so segments
    and gaps rebuild the text. `paragraph` counts the lines of the source that hold something (a hard-wrapped paragraph
    counts once). Each item of a line that lists other pages is a segment of its own. Linear in the length of the text.
    """
    spans = paragraphs(article.text)
    lines = [article.text[start:end] for start, end in spans]
    roles = line_roles(lines, article.title, article.source)
    segments: list[Segment] = []
    for number, ((offset, _), line, role) in enumerate(zip(spans, lines, roles, strict=True)):
        for (start, end), part in _parts(line, role, article, len(lines) == 1):
            index = len(segments)
            start, end = offset + start, offset + end
            text = article.text[start:end]
            segments.append(Segment(f"{article.id}:{index:04d}", article.id, index, number, start, end, text, part))
    return segments


def _parts(line: str, role: Role, article: Article, alone: bool) -> Iterator[tuple[Span, Role]]:
    """The segments of one paragraph as spans in it; `alone` when it is all there is of the article."""
    if role == "headline":
        yield (0, len(line)), role
        return
    if role == "boilerplate":
        listing = items(line) if is_listing(line) else None
        for span in listing or sentences(line, article.language):
            yield span, role
        return
    start = glued_headline(line, article.title) if alone else 0
    if start:
        yield trim(line, 0, start), "headline"
    for first, last in sentences(line[start:], article.language):
        span = start + first, start + last
        # a notice may stand at either end of an article that came as one block
        yield span, "boilerplate" if is_notice(line[span[0] : span[1]]) else "body"
