"""What the XML formats share: text as markup, and reading one unit after the other without trust in the file.

Nothing is loaded from outside, a file that declares entities is refused (so they cannot grow), and a unit is freed
once it was used: the memory does not depend on the length of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats.record import TEXT, from_cell, from_record, to_cell, to_record, to_score
from xlate.formats.streams import reading

# what XML 1.0 cannot hold, in whatever spelling
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r\x7f-\x9f\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_IN_ATTRIBUTE = re.compile('[&<>"\r\n\t\x7f-\x9f\u2028\u2029]')
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}

# inline elements that only mark the text inside them; every other inline element stands for a code of the original
_MARKS = frozenset({"hi", "g", "pc", "mrk"})


def content(text: str, stand_in: Callable[[int], str]) -> str:
    """`text` as element content; `stand_in(code point)` gives the markup for what XML cannot hold."""

    def replace(match: re.Match[str]) -> str:
        char = match[0]
        if char in _NAMED:
            return _NAMED[char]
        return stand_in(ord(char)) if FORBIDDEN.match(char) else f"&#x{ord(char):X};"

    return _SPECIAL.sub(replace, text)


def attribute(text: str) -> str:
    """`text`, which must hold nothing of `FORBIDDEN`, as an attribute's value with its quotation marks."""
    quoted = _SPECIAL_IN_ATTRIBUTE.sub(lambda match: _NAMED.get(match[0]) or f"&#x{ord(match[0]):X};", text)
    return f'"{quoted}"'


def meta(pair: SegmentPair) -> Iterator[tuple[str, str]]:
    """(name, value) as markup for the score and the provenance of `pair`, in the bundle's order."""
    record = to_record(pair, _carries)
    for key in ("id", "source", "target"):
        del record[key]
    if pair.score is None:
        del record["score"]
    return (
        (attribute(key), content(value if key in TEXT else to_cell(value), _nothing)) for key, value in record.items()
    )


def pair_of(ident: str, source: str, target: str, cells: list[tuple[str, str]]) -> SegmentPair:
    """The pair of a unit that was read; a cell `id` says the true id. A name that occurs more than once gives a list.

    What other tools call like a field of ours, and cannot be meant as one (a score in words), stays in the provenance.
    """
    record: dict[str, Any] = {"id": ident, "source": source, "target": target}
    stays: dict[str, Any] = {}
    several: set[str] = set()
    for name, text in cells:
        value = text if name in TEXT else from_cell(text)
        if name == "id":
            record["id"] = value if isinstance(value, str) else text
        elif name == "score" and "score" not in record and to_score(text) is not None:
            record["score"] = to_score(text)
        elif name in ("source", "target", "score"):
            stays[name] = value
        elif name in several:
            record[name].append(value)
        elif name in record:
            several.add(name)
            record[name] = [record[name], value]
        else:
            record[name] = value
    pair = from_record(record, ident)
    return replace(pair, provenance={**pair.provenance, **stays}) if stays else pair


def local(element: Any) -> str:
    """The element's name without its namespace."""
    return _bare(element.tag)


@lru_cache(maxsize=1024)
def _bare(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def child(element: Any, *names: str) -> Any:
    """The first child with one of these local names, or None."""
    return next((one for one in element if local(one) in names), None)


def plain(element: Any, stands_for: Callable[[Any], str | None], skipped: Counter[str] | None) -> str:
    """The text in `element`. Marks give their text, `stands_for(child)` may give a character; codes are counted."""
    parts = [element.text or ""]
    for inline in element:
        char = stands_for(inline)
        if char is not None:
            parts.append(char)
        elif local(inline) in _MARKS:
            parts.append(plain(inline, stands_for, skipped))
        else:
            count(skipped, "inline code")
        parts.append(inline.tail or "")
    return "".join(parts)


def count(skipped: Counter[str] | None, reason: str) -> None:
    """Count one loss, where the caller wants to know."""
    if skipped is not None:
        skipped[reason] += 1


def units(path: Path, root: str, *names: str) -> Iterator[Any]:
    """Yield each element with one of the local `names` once it is complete; it is emptied after its turn.

    Raises InputError for what is not well-formed, whose root element is not `root`, or that declares entities.
    """
    from lxml import etree

    with reading(path) as handle:
        try:
            events: Any = etree.iterparse(
                handle,
                events=("end",),
                tag=[f"{{*}}{name}" for name in names],
                resolve_entities=False,
                load_dtd=False,
                dtd_validation=False,
                attribute_defaults=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            checked = False
            for _, element in events:
                if not checked:
                    _check(path, element.getroottree().getroot(), root)
                    checked = True
                if any(True for _ in element.iter(etree.Entity)):
                    raise InputError(f"{path}: line {element.sourceline}: uses an entity; {_NO_ENTITIES}")
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
            if not checked:
                _check(path, events.root, root)
        except etree.XMLSyntaxError as error:
            # an undeclared entity, for one, is told in the log alone
            log = events.error_log  # of this file; `error.error_log` remembers others
            told = next((f"{entry.message}, line {entry.line}" for entry in log), error.msg)
            reason = " ".join(str(told).split())
            raise InputError(f"{path}: not well-formed XML ({reason}); repair it or export it again") from error


_NO_ENTITIES = "replace them by the characters they stand for"


def _check(path: Path, found: Any, root: str) -> None:
    internal = found.getroottree().docinfo.internalDTD
    if internal is not None and any(True for _ in internal.iterentities()):
        raise InputError(f"{path}: declares entities; {_NO_ENTITIES}")
    if local(found) != root:
        raise InputError(f"{path}: the root element is <{local(found)}>, not <{root}>; is the format right?")


def _carries(key: str, value: Any) -> bool:
    if FORBIDDEN.search(key):
        return False
    return key not in TEXT or (isinstance(value, str) and not FORBIDDEN.search(value))


def _nothing(code: int) -> str:
    raise AssertionError(f"a cell holds U+{code:04X}")
