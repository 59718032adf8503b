"""XLIFF (XML Localisation Interchange File Format): written as 2.0 (OASIS 2014), read as 2.x and 1.x.

2.0 because it has a standard element, `<cp hex="0000"/>`, for characters that XML cannot hold (1.2 has none), because
its metadata module carries our provenance, and because current tools read it.

One `<unit>` with one `<segment>` a pair. The unit's id is the pair's; where that is no NMTOKEN the offending
characters stand as `_xHHHH_` and the true id is in the metadata. (That ids differ is not checked: it would need memory
for all of them.) The score and the provenance stand in `<mda:metadata>`, one `<mda:meta>` an entry (values as `record`
describes cells). A pair whose origin is `skipped` is marked `translate="no"` and has no `<target>` where its target is
empty. `canResegment="no"` keeps one sentence one unit in editors. The standard wants at least one unit; a bitext of no
pairs is a file without.

Inline codes of other tools' files are left out and counted; the text inside `<pc>`, `<mrk>` and `<g>` stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats.markup import attribute, child, content, count, local, meta, pair_of, plain, units
from xlate.formats.record import Writer, to_cell
from xlate.formats.streams import writing

_NAME_CHARACTER = (  # https://www.w3.org/TR/xml/#NT-NameChar
    "-.0-9:A-Z_a-z\xb7\xc0-\xd6\xd8-\xf6\xf8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NO_NAME = re.compile(f"[^{_NAME_CHARACTER}]|_(?=x)")
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@contextmanager
def open_writer(
    path: Path, *, source_language: str = "ar", target_language: str = "en", header: Mapping[str, str] | None = None
) -> Iterator[Writer]:
    """Open `path` for writing pairs; each entry of `header` becomes metadata of the `<file>`."""
    metas = [(attribute(key), content(to_cell(value), _cp)) for key, value in (header or {}).items()]
    with writing(path) as put:
        put(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" xmlns:mda="urn:oasis:names:tc:xliff:metadata:2.0"'
            f' version="2.0" srcLang={attribute(source_language)} trgLang={attribute(target_language)}>\n'
            f' <file id="bitext" canResegment="no" srcDir="{_direction(source_language)}"'
            f' trgDir="{_direction(target_language)}">\n' + _metadata("file", metas)
        )
        yield Writer(lambda pair: put(_unit(pair)))
        put(" </file>\n</xliff>\n")


def read(
    path: Path, *, source_language: str = "ar", target_language: str = "en", skipped: Counter[str] | None = None
) -> Iterator[SegmentPair]:
    """Yield the segments that have a target, and those that are not to be translated, with an empty one.

    The id is the unit's, with `::` and the segment's id or number where a unit has several segments; where it has no
    id, its number in the file. A file from `target_language` into `source_language` is read the other way round.
    `skipped` counts, by reason, what was left out. Raises InputError for other languages and for what is no XLIFF.
    """
    languages = (source_language, target_language)
    for number, unit in enumerate(units(path, "xliff", "unit", "trans-unit"), 1):
        swapped = _is_swapped(path, unit, languages)
        parts = [unit] if local(unit) == "trans-unit" else [one for one in unit if local(one) == "segment"]
        for index, part in enumerate(parts, 1):
            source, target = child(part, "source"), child(part, "target")
            if source is None or (target is None and not _is_fixed(unit)):
                count(skipped, f"unit without {'source' if source is None else 'target'}")
                continue
            texts = ["" if side is None else plain(side, _character, skipped) for side in (source, target)]
            ident, default = unit.get("id"), str(number)
            if len(parts) > 1:
                suffix = f"::{part.get('id') or index}"
                ident, default = (None if ident is None else ident + suffix), default + suffix
            if swapped:
                texts.reverse()
            yield pair_of(ident or default, texts[0], texts[1], _cells(unit))


def _unit(pair: SegmentPair) -> str:
    ident = _NO_NAME.sub(lambda match: f"_x{ord(match[0]):04X}_", pair.id) or "_x_"
    metas = list(meta(pair))
    if ident != pair.id:
        metas.insert(0, (attribute("id"), content(to_cell(pair.id), _cp)))
    fixed = pair.provenance.get("origin") == "skipped"
    target = "" if fixed and not pair.target else f"\n    {_side('target', pair.target)}"
    translate, state = ' translate="no"' if fixed else "", "translated" if pair.target else "initial"
    return (
        f"  <unit id={attribute(ident)}{translate}>\n{_metadata('segment', metas)}"
        f'   <segment state="{state}">\n'
        f"    {_side('source', pair.source)}{target}\n   </segment>\n  </unit>\n"
    )


def _side(name: str, text: str) -> str:
    return f'<{name} xml:space="preserve">{content(text, _cp)}</{name}>'


def _metadata(category: str, metas: list[tuple[str, str]]) -> str:
    if not metas:
        return ""
    lines = "".join(f"     <mda:meta type={name}>{value}</mda:meta>\n" for name, value in metas)
    group = f'    <mda:metaGroup category="{category}">\n{lines}    </mda:metaGroup>\n'
    return f"   <mda:metadata>\n{group}   </mda:metadata>\n"


def _cells(unit: Any) -> list[tuple[str, str]]:
    metadata = child(unit, "metadata")
    if metadata is None:
        return []
    return [(one.get("type") or "", "".join(one.itertext())) for one in metadata.iter("{*}meta")]


def _is_swapped(path: Path, unit: Any, languages: tuple[str, str]) -> bool:
    """Whether the file's source is our target. A language that the file does not name is taken as ours."""
    found = [
        next((one.get(name) for one in unit.iterancestors() for name in names if one.get(name)), None)
        for names in (("srcLang", "source-language"), ("trgLang", "target-language"))
    ]
    base = [None if tag is None else tag.strip().lower().replace("_", "-").split("-")[0] for tag in found]
    wanted = [tag.lower().split("-")[0] for tag in languages]
    if all(one is None or one == other for one, other in zip(base, wanted, strict=True)):
        return False
    if all(one is None or one == other for one, other in zip(base, reversed(wanted), strict=True)):
        return True
    raise InputError(
        f"{path}: translates {found[0] or '?'} into {found[1] or '?'}, not {languages[0]} into {languages[1]};"
        " name its languages"
    )


def _is_fixed(unit: Any) -> bool:
    """Whether the unit, or the nearest element around it that says so, is marked as not to be translated."""
    said = unit.get("translate") or next(
        (one.get("translate") for one in unit.iterancestors() if one.get("translate")), ""
    )
    return str(said) == "no"


def _direction(language: str) -> str:
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _cp(code: int) -> str:
    return f'<cp hex="{code:04X}"/>'


def _character(element: Any) -> str | None:
    """The character of a `<cp>`; None for any other inline element."""
    if local(element) != "cp":
        return None
    try:
        return chr(int(element.get("hex") or "", 16))
    except (ValueError, OverflowError):
        return None
