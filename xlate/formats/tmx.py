"""TMX 1.4b (Translation Memory eXchange, LISA/GALA 2005): one `<tu>` a segment.

`tuid` is the segment's id; the score and each entry of the provenance is a `<prop>` whose type is its name (values
as `record` describes cells). A character that XML 1.0 cannot hold stands as `<ph type="x-xlate-char">U+0000</ph>`; a
`tuid` with such characters has them as `_x0000_`, and its true form in `<prop type="id">`. White space in `<seg>` is
significant by the standard, whose DTD knows no `xml:space`. No dates are written, and `creationtoolversion` is the
version of this layout, so the same pairs give the same bytes.

Of other tools' files the units with both languages are read, in whatever case (`AR`), with a region or script
(`ar-EG`) or in the older attribute `lang`. Inline codes (`<bpt>`, `<ph>` …) are left out and counted, the text in
`<hi>` stays; attributes and notes of units are not carried. Units without both sides are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlate.data import SegmentPair
from xlate.formats.markup import FORBIDDEN, attribute, child, content, count, local, meta, pair_of, plain, units
from xlate.formats.record import Writer, to_cell
from xlate.formats.streams import writing

_CHAR = "x-xlate-char"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@contextmanager
def open_writer(
    path: Path, *, source_language: str = "ar", target_language: str = "en", header: Mapping[str, str] | None = None
) -> Iterator[Writer]:
    """Open `path` for writing pairs; each entry of `header` becomes a `<prop>` of the TMX header."""
    source_tag, target_tag = attribute(source_language), attribute(target_language)
    props = "".join(
        f"\n   {_prop(attribute(key), content(to_cell(value), _ph))}" for key, value in (header or {}).items()
    )

    def unit(pair: SegmentPair) -> str:
        ident = FORBIDDEN.sub(lambda match: f"_x{ord(match[0]):04X}_", pair.id)
        lines = [f"  <tu tuid={attribute(ident)}>"]
        if ident != pair.id:
            lines.append(f"   {_prop(attribute('id'), content(to_cell(pair.id), _ph))}")
        lines += [f"   {_prop(name, value)}" for name, value in meta(pair)]
        lines.append(f"   <tuv xml:lang={source_tag}><seg>{content(pair.source, _ph)}</seg></tuv>")
        lines.append(f"   <tuv xml:lang={target_tag}><seg>{content(pair.target, _ph)}</seg></tuv>")
        lines.append("  </tu>\n")
        return "\n".join(lines)

    with writing(path) as put:
        put(
            '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
            ' <header creationtool="xlate" creationtoolversion="1" segtype="sentence" o-tmf="xlate" adminlang="en"'
            f' srclang={source_tag} datatype="plaintext">{props}\n </header>\n <body>\n'
        )
        yield Writer(lambda pair: put(unit(pair)))
        put(" </body>\n</tmx>\n")


def read(
    path: Path, *, source_language: str = "ar", target_language: str = "en", skipped: Counter[str] | None = None
) -> Iterator[SegmentPair]:
    """Yield the units that have both languages; the id is the unit's number in the file where it has no `tuid`.

    `skipped` counts, by reason, what was left out, and a header whose `srclang` is neither language: units go by their
    own. Raises InputError for what is no TMX.
    """
    number = 0
    for tu in units(path, "tmx", "tu", "header"):
        if local(tu) == "header":
            _check_languages(tu.get("srclang") or "*all*", (source_language, target_language), skipped)
            continue
        number += 1
        variants = [(one.get(_LANG) or one.get("lang") or "", one) for one in tu if local(one) == "tuv"]
        sides = []
        for language in (source_language, target_language):
            seg = _segment(variants, language, skipped)
            if seg is None:
                count(skipped, f"unit without {language}")
                break
            sides.append(plain(seg, _character, skipped))
        else:
            cells = [(one.get("type") or "", "".join(one.itertext())) for one in tu if local(one) == "prop"]
            yield pair_of(tu.get("tuid", str(number)), sides[0], sides[1], cells)


def _check_languages(srclang: str, languages: tuple[str, str], skipped: Counter[str] | None) -> None:
    if srclang.strip().lower() != "*all*" and not any(_is(srclang, language) for language in languages):
        count(skipped, f"srclang {srclang} of the header, which is neither {' nor '.join(languages)}")


def _is(tag: str, language: str) -> bool:
    """Whether a tag is some form of a language: `AR`, `ar-EG` and `ar_eg` are Arabic."""
    return tag.strip().lower().replace("_", "-").split("-")[0] == language.lower().split("-")[0]


def _segment(variants: list[tuple[str, Any]], language: str, skipped: Counter[str] | None) -> Any:
    """The `<seg>` of the variant in exactly `language`, else of the first in some form of it, or None."""
    wanted = language.lower()
    found = {True: [], False: []}  # type: dict[bool, list[Any]]
    for tag, variant in variants:
        if _is(tag, language):
            found[tag.strip().lower().replace("_", "-") == wanted].append(variant)
    candidates = found[True] + found[False]
    if len(candidates) > 1 and skipped is not None:
        skipped["further variant in the same language"] += len(candidates) - 1
    return child(candidates[0], "seg") if candidates else None


def _prop(name: str, value: str) -> str:
    return f"<prop type={name}>{value}</prop>"


def _ph(code: int) -> str:
    return f'<ph type="{_CHAR}">U+{code:04X}</ph>'


def _character(element: Any) -> str | None:
    """The character that one of our own `<ph>` stands for; None for any other inline element."""
    if local(element) == "ph" and element.get("type") == _CHAR:
        match = re.fullmatch(r"U\+([0-9A-F]{4})", element.text or "")
        return chr(int(match[1], 16)) if match else None
    return None
