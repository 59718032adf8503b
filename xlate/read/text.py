"""Files that hold one article: plain text, Markdown and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from xlate.errors import InputError
from xlate.read.dates import imprint, parse_date
from xlate.read.encoding import SAMPLE, decide, decode
from xlate.read.report import FileRecord

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n((?:[^\r\n]*\r?\n){0,100}?)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)")
_HEADING = re.compile(r"\s*#[ \t]+(\S[^\r\n]*?)(?:[ \t]+#+)?[ \t]*(?:\r?\n|\Z)")
_DECLARED = re.compile(rb"""<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,30})""", re.IGNORECASE)
# the day of publication, not of the last change, and nothing guessed from the text
_DATES = {"original_date": True, "extensive_search": False}
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Content:
    """What a file or record says of one article, before it has its id."""

    text: str
    title: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    id: str | None = None
    line: int | None = None


def read_text(data: bytes, record: FileRecord) -> Content:
    """A plain text file. Its title is left to the segmenter; date and source come from a line that states them."""
    text = _decoded(data, record)
    published, source = imprint(text)
    return Content(text, source=source, published=published)


def read_markdown(data: bytes, record: FileRecord) -> Content:
    """A Markdown file: its text as it stands, marks and all, but for the front matter, whose length is recorded.

    Title, date, source and URL come from the front matter, the title else from a first line that is a top heading.
    """
    text = _decoded(data, record)
    matter, length = _front_matter(text)
    record.front_matter = length
    text = text[length:]
    heading = _HEADING.match(text)
    published, source = imprint(text)
    stated = matter.get("date") or matter.get("published")
    if stated:
        published = parse_date(stated)
        record.dates_not_understood += published is None
    title = matter.get("title") or (heading and heading[1]) or None
    return Content(text, title, matter.get("source") or source, published, matter.get("url"))


def read_html(data: bytes, record: FileRecord) -> Content:
    """A web page: main text, title, date and site name by trafilatura. Offsets refer to the main text.

    A source that the text itself states goes before the site's name, which may be a collector's.

    Raises InputError when trafilatura is not installed or finds no article.
    """
    try:
        from trafilatura import bare_extraction
    except ImportError as error:
        raise InputError("HTML needs an extra package; pip install 'xlate[html]'") from error
    meta = _DECLARED.search(data[:4096])
    page = _decoded(data, record, declared=meta[1].decode("ascii") if meta else None)
    if not page.strip():
        return Content("")
    # NUL and other controls end a page early in libxml2; they mean nothing in HTML
    page = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", " ", page)
    try:
        found: Any = bare_extraction(page, with_metadata=True, include_comments=False, date_extraction_params=_DATES)
    except Exception as error:  # whatever a broken page brings up in the parser costs that page only, and is told
        raise InputError(f"trafilatura cannot take this page apart ({error!r}); save its text as .txt") from error
    text = (found and found.text) or ""
    if not text.strip():
        raise InputError("no article text found in this page; save its text as .txt")
    stated, source = imprint(text)
    published = parse_date(found.date) if found.date else None
    title, site, url = (value.strip() or None if value else None for value in (found.title, found.sitename, found.url))
    return Content(without_surrogates(text, record), title, source or site, published or stated, url)


def without_surrogates(text: str, record: FileRecord) -> str:
    """`text` with each lone surrogate, which UTF-8 cannot hold, replaced by U+FFFD, one for one and counted."""
    text, count = _SURROGATE.subn("\ufffd", text)
    record.replaced += count
    return text


def _decoded(data: bytes, record: FileRecord, declared: str | None = None) -> str:
    # an article is short: all of it is looked at, up to the sample's size
    encoding = decide(data[:SAMPLE], complete=len(data) <= SAMPLE, declared=declared)
    record.encoding, record.certainty, record.why = encoding.name, encoding.certainty, encoding.why
    return decode(data, encoding)


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """The `key: value` lines between `---` at the very beginning, and how many characters all of it takes."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, 0
    pairs: dict[str, str] = {}
    for line in match[1].splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and not colon and not line.startswith((" ", "\t", "-", "#")):
            return {}, 0  # two rules with prose between them
        if colon and not line.startswith((" ", "\t", "-", "#")):
            pairs[key.strip().lower()] = value.strip().strip("\"'")
    return (pairs, match.end()) if pairs else ({}, 0)
