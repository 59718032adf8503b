"""TMX and XLIFF as an independent library sees them: translate-toolkit (GPL-3.0-or-later, used by the tests alone)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from translate.storage import tmx, xliff
from translate.storage.xliff2 import Xliff2File as TypedXliff2File

from xlate.data import SegmentPair
from xlate.formats import FORMATS

Xliff2File: Any = TypedXliff2File  # half of its methods have no types

PAIRS = [
    SegmentPair("004-0", "أعلن الوزير، أمس.", "The minister & co. <said> so ]]>.", -0.4, {"origin": "model"}),
    SegmentPair("004-1", "شارك", "", None, {"origin": "skipped"}),
    SegmentPair("004-2", "  \u202b«نص»\t\u200f \r\n\u2028\u0085😀  ", " two  spaces ", -1.0, {"origin": "model"}),
]


@pytest.fixture(autouse=True, scope="module")
def _no_wait_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda descriptor: None)
        yield


def _seen_tmx(path: Path) -> list[tuple[str, str, str]]:
    store = tmx.tmxfile(BytesIO(path.read_bytes()), "ar", "en")
    return [(unit.getid(), unit.source, unit.target or "") for unit in store.units]


def _seen_xliff(path: Path) -> list[tuple[str, str, str]]:
    store = Xliff2File.parsestring(path.read_bytes())
    assert (store.sourcelanguage, store.targetlanguage) == ("ar", "en")
    return [(unit.getid(), unit.source, unit.target or "") for unit in store.units]


SEEN = {"tmx": _seen_tmx, "xlf": _seen_xliff}


@pytest.mark.parametrize("name", SEEN)
def test_the_library_sees_the_same_pairs(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"bitext.{name}"
    FORMATS[name].write(PAIRS, path)
    assert SEEN[name](path) == [(pair.id, pair.source, pair.target) for pair in PAIRS]


@pytest.mark.parametrize("name", SEEN)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))))
@settings(max_examples=25, deadline=None)
def test_the_library_sees_any_text_that_xml_can_hold(
    name: str, texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"independent.{name}"
    FORMATS[name].write([SegmentPair(f"u-{n}", text, f"{text}.") for n, text in enumerate(texts)], path)
    assert SEEN[name](path) == [(f"u-{n}", text, f"{text}.") for n, text in enumerate(texts)]


def test_the_library_sees_states_in_xliff(tmp_path: Path) -> None:
    path = tmp_path / "bitext.xlf"
    FORMATS["xlf"].write(PAIRS, path)
    units = Xliff2File.parsestring(path.read_bytes()).units
    assert [unit.istranslatable() for unit in units] == [True, False, True]
    assert [unit.istranslated() for unit in units] == [True, False, True]


def test_the_library_survives_what_xml_cannot_hold(tmp_path: Path) -> None:
    """`<ph>` shows its code point in words; `<cp>` is an inline element, which plain text leaves out."""
    pair = SegmentPair("1", "a\x00b", "c\ud800d")
    for name in SEEN:
        FORMATS[name].write([pair], tmp_path / f"bitext.{name}")
    assert _seen_tmx(tmp_path / "bitext.tmx") == [("1", "aU+0000b", "cU+D800d")]
    assert _seen_xliff(tmp_path / "bitext.xlf") == [("1", "ab", "cd")]


def test_we_read_the_librarys_tmx(tmp_path: Path) -> None:
    store = tmx.tmxfile(sourcelanguage="ar", targetlanguage="en")
    store.addtranslation("نعم & لا", "ar", "yes & no", "en", comment="a note")
    (tmp_path / "a.tmx").write_bytes(bytes(store))
    assert [(p.source, p.target) for p in FORMATS["tmx"].read(tmp_path / "a.tmx")] == [("نعم & لا", "yes & no")]


@pytest.mark.parametrize("kind", ["1.2", "2.0"])
def test_we_read_the_librarys_xliff(kind: str, tmp_path: Path) -> None:
    store = Xliff2File() if kind == "2.0" else xliff.Xliff1File(sourcelanguage="ar", targetlanguage="en")
    if kind == "2.0":
        store.setsourcelanguage("ar")
        store.settargetlanguage("en")
    unit = store.addsourceunit("نعم  & لا")
    unit.target = "yes & no"
    unit.setid("u7")
    path = tmp_path / "a.xlf"
    path.write_bytes(bytes(store))
    assert [(p.id, p.source, p.target) for p in FORMATS["xlf"].read(path)] == [("u7", "نعم  & لا", "yes & no")]
