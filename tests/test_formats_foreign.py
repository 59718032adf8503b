"""Files of other tools are read; what cannot be read is counted or is one clear error, never a quiet loss."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from xlate.data import SegmentPair
from xlate.errors import InputError
from xlate.formats import by_suffix
from xlate.formats.markup import units

XLF2 = 'xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0"'
XLF1 = 'xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"'


def _read(folder: Path, name: str, content: str | bytes, skipped: Counter[str] | None = None) -> list[SegmentPair]:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return list(by_suffix(path).read(path, skipped=skipped))


def _tmx(*tus: str, header: str = '<header srclang="*all*"/>') -> str:
    return f'<?xml version="1.0"?>\n<tmx version="1.4">{header}<body>{"".join(tus)}</body></tmx>'


def _tu(ar: str, en: str, attributes: str = "", props: str = "") -> str:
    return (
        f'<tu {attributes}>{props}<tuv xml:lang="ar"><seg>{ar}</seg></tuv><tuv xml:lang="en"><seg>{en}</seg></tuv></tu>'
    )


def _xlf1(units: str, languages: str = "") -> str:
    return f"<xliff {XLF1}><file {languages}><body>{units}</body></file></xliff>"


def _xlf2(units: str, languages: str = "") -> str:
    return f'<xliff {XLF2} {languages}><file id="f">{units}</file></xliff>'


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (_tu("نعم", "yes"), SegmentPair("1", "نعم", "yes")),
        (_tu("نعم", "yes", 'tuid="x"'), SegmentPair("x", "نعم", "yes")),
        ('<tu><tuv xml:lang="EN-us"><seg>y</seg></tuv><tuv xml:lang="AR"><seg>n</seg></tuv></tu>',
         SegmentPair("1", "n", "y")),
        ('<tu><tuv lang="ar_EG"><seg>n</seg></tuv><tuv lang="EN"><seg>y</seg></tuv></tu>', SegmentPair("1", "n", "y")),
        ('<tu><tuv xml:lang="fr"><seg>o</seg></tuv><tuv xml:lang="ar-Arab-EG"><seg>n</seg></tuv>'
         '<tuv xml:lang="en"><seg>y</seg></tuv></tu>', SegmentPair("1", "n", "y")),
        (_tu('a<bpt i="1">&lt;b></bpt>b<hi type="x">c<ph/>d</hi><ept i="1"/>e', "<!-- no -->y<?pi?>"),
         SegmentPair("1", "abcde", "y")),
        (_tu("a", "b", props='<note>n</note><prop type="x-domain">news</prop><prop type="x-domain">12</prop>'
             '<prop type="x-domain"/><prop type="score">0.90</prop><prop type="year">2016</prop>'
             '<prop type="x-id">0012</prop>'),
         SegmentPair("1", "a", "b", 0.9, {"x-domain": ["news", 12, ""], "year": 2016, "x-id": "0012"})),
        (_tu("a", "b", props='<prop type="score">good</prop><prop type="source">BBC</prop><prop type="id">7</prop>'),
         SegmentPair("7", "a", "b", None, {"score": "good", "source": "BBC"})),
        (_tu('<ph type="x-xlate-char">U+0000</ph><ph type="x-xlate-char">?</ph>', ""), SegmentPair("1", "\0", "")),
    ],
)  # fmt: skip
def test_tmx_of_other_tools(unit: str, expected: SegmentPair, tmp_path: Path) -> None:
    assert _read(tmp_path, "a.tmx", _tmx(unit)) == [expected]


def test_tmx_with_doctype_namespace_and_utf16(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx xmlns="http://www.lisa.org/tmx14">'
    text += f"<header/><body>{_tu('نعم', 'yes')}</body></tmx>"
    assert _read(tmp_path, "a.tmx", text.encode("utf-16")) == [SegmentPair("1", "نعم", "yes")]


def test_tmx_counts_what_it_leaves_out(tmp_path: Path) -> None:
    skipped: Counter[str] = Counter()
    only_ar = '<tu><tuv xml:lang="ar"><seg>n</seg></tuv></tu>'
    no_seg = '<tu><tuv xml:lang="ar"><seg>n</seg></tuv><tuv xml:lang="en"></tuv></tu>'
    no_language = "<tu><tuv><seg>n</seg></tuv></tu>"
    variants = (
        '<tu><tuv xml:lang="ar"><seg>n</seg></tuv><tuv xml:lang="en-GB"><seg>colour</seg></tuv>'
        '<tuv xml:lang="en"><seg>color</seg></tuv></tu>'
    )
    got = _read(tmp_path, "a.tmx", _tmx(only_ar, no_seg, no_language, variants, _tu("a<ph/>", "b")), skipped)
    assert [(pair.id, pair.target) for pair in got] == [("4", "color"), ("5", "b")]
    assert skipped == {
        "unit without en": 2,
        "unit without ar": 1,
        "further variant in the same language": 1,
        "inline code": 1,
    }


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ('<header srclang="fr"/>', {"srclang fr of the header, which is neither ar nor en": 1}),
        ('<header srclang="AR-eg"/>', {}),
        ('<header srclang="EN_us"/>', {}),
        ('<header srclang="*ALL*"/>', {}),
        ("<header/>", {}),
        ("", {}),
    ],
)
def test_tmx_tells_a_wrong_srclang_and_reads_on(header: str, told: dict[str, int], tmp_path: Path) -> None:
    skipped: Counter[str] = Counter()
    got = _read(tmp_path, "a.tmx", _tmx(_tu("نعم", "yes"), header=header), skipped)
    assert got == [SegmentPair("1", "نعم", "yes")]
    assert skipped == told


def test_an_undeclared_entity_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a.tmx: not well-formed XML \(Entity 'nbsp' not defined, line 2\)"):
        _read(tmp_path, "a.tmx", _tmx(_tu("&nbsp;", "b")))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (_xlf1('<group><trans-unit id="7"><source>a<x id="1"/><g id="2">b</g></source><seg-source>no</seg-source>'
               "<target>c</target><alt-trans><target>no</target></alt-trans></trans-unit></group>",
               'source-language="ar-SA" target-language="en"'), [("7", "ab", "c")]),
        (_xlf1("<trans-unit><source>a</source><target>b</target></trans-unit>").replace(XLF1, 'version="1.0"'),
         [("1", "a", "b")]),
        (_xlf1('<trans-unit id="1"><source>yes</source><target>نعم</target></trans-unit>',
               'source-language="en" target-language="AR"'), [("1", "نعم", "yes")]),
        (_xlf2('<group id="g"><unit id="u"><segment id="s1"><source>a</source><target>b</target></segment><ignorable>'
               "<source> </source></ignorable><segment><source>c</source><target>d</target></segment></unit></group>",
               'srcLang="ar" trgLang="en-GB"'), [("u::s1", "a", "b"), ("u::2", "c", "d")]),
        (_xlf2('<unit id="u"><segment><source><pc id="1">a<cp hex="001a"/></pc><mrk id="m">b</mrk><ph id="2"/></source>'
               '<target><cp hex="zz"/>x</target></segment></unit>'), [("u", "a\x1ab", "x")]),
        (_xlf2('<group translate="no"><unit id="u"><segment><source>a</source></segment></unit>'
               '<unit id="v" translate="yes"><segment><source>a</source></segment></unit></group>'), [("u", "a", "")]),
    ],
)  # fmt: skip
def test_xliff_of_other_tools(content: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert [(pair.id, pair.source, pair.target) for pair in _read(tmp_path, "a.xlf", content)] == expected


def test_xliff_counts_what_it_leaves_out(tmp_path: Path) -> None:
    skipped: Counter[str] = Counter()
    bare = "<trans-unit><source>a</source></trans-unit><trans-unit><target>a</target></trans-unit>"
    assert _read(tmp_path, "a.xliff", _xlf1(bare), skipped) == []
    assert skipped == {"unit without target": 1, "unit without source": 1}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("نعم\tyes\r\nC:\\temp\tx\r\n", [("1", "نعم", "yes"), ("2", "C:\\temp", "x")]),
        ("\ufeffEN\tnote\tAR\nyes\t12\tنعم\n", [("2", "نعم", "yes")]),
        ("id\ttgt\tsrc\nx\tyes\tنعم", [("x", "نعم", "yes")]),
        ("a\u2028b\tc\x0bd\n\ne\tf\n", [("1", "a\u2028b", "c\x0bd"), ("3", "e", "f")]),
    ],
)
def test_tsv_of_other_tools(content: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    assert [(pair.id, pair.source, pair.target) for pair in _read(tmp_path, "a.tsv", content)] == expected


def test_tsv_columns_of_other_tools_become_provenance(tmp_path: Path) -> None:
    skipped: Counter[str] = Counter()
    text = "score\tsource\ttarget\turl\tyear\n0.90\ta\tb\thttp://x\t2016\n\n0\tc\td\t\t007\n"
    assert _read(tmp_path, "a.tsv", text, skipped) == [
        SegmentPair("2", "a", "b", 0.9, {"url": "http://x", "year": 2016}),
        SegmentPair("4", "c", "d", 0.0, {"year": "007"}),
    ]
    assert skipped == {"empty line": 1}


def test_jsonl_of_other_tools(tmp_path: Path) -> None:
    text = '\ufeff{"target": "yes", "source": "نعم"}\n \n'
    text += '{"id": 7, "source": "", "target": "", "score": 1, "more": "x"}\r\n'
    assert _read(tmp_path, "a.jsonl", text) == [
        SegmentPair("1", "نعم", "yes"),
        SegmentPair("7", "", "", 1.0, {"more": "x"}),
    ]


def test_moses_of_other_tools(tmp_path: Path) -> None:
    (tmp_path / "a.en").write_text("C:\\temp &#124; \\n\r\n\r\nlast")
    got = _read(tmp_path, "a.ar", "نعم\n\u0085لا\n\n")
    assert [(pair.id, pair.source, pair.target) for pair in got] == [
        ("1", "نعم", "C:\\temp &#124; \\n"),
        ("2", "\u0085لا", ""),
        ("3", "", "last"),
    ]


BOMB = '<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><tmx><header/><body><tu/></body></tmx>'
EXTERNAL = '<!DOCTYPE tmx [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + _tmx(_tu("&e;", "b")).partition("?>")[2]
IN_ATTRIBUTE = '<!DOCTYPE xliff [<!ENTITY v "2.0">]><xliff version="&v;"/>'
UNDECLARED = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">' + _tmx(_tu("a&nbsp;b", "b")).partition("?>")[2]
LOOP = '<!DOCTYPE tmx [<!ENTITY a "&b;"><!ENTITY b "&a;">]><tmx version="&a;"/>'


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tmx", BOMB, "declares entities; replace them"),
        ("a.tmx", EXTERNAL, "declares entities; replace them"),
        ("a.xlf", IN_ATTRIBUTE, "declares entities; replace them"),
        ("a.tmx", UNDECLARED, "line 2: uses an entity; replace"),
        ("a.tmx", LOOP, "not well-formed XML"),
        ("a.tmx", "", "not well-formed XML"),
        ("a.tmx", _tmx(_tu("a", "b"))[:-20], "not well-formed XML"),
        ("a.tmx", _tmx(_tu("a\0", "b")), "not well-formed XML"),
        ("a.tmx", _tmx(_tu("<hi>" * 300 + "</hi>" * 300, "b")), "not well-formed XML"),
        ("a.tmx", "<html><body/></html>", "the root element is <html>, not <tmx>"),
        ("a.xlf", _tmx(), "the root element is <tmx>, not <xliff>"),
        ("a.tmx", "<html><tu/></html>", "the root element is <html>, not <tmx>"),
        ("a.xlf", _xlf2("<unit/>", 'srcLang="fr" trgLang="de"'), "translates fr into de, not ar into en"),
        ("a.xlf", _xlf2("<unit/>", 'trgLang="fr"'), "translates ? into fr, not ar into en"),
        ("a.jsonl", '{"source": "a", "target": "b"}\n{"source": "a"', "line 2: "),
        ("a.jsonl", '["a", "b"]', "line 1: not an object; each line needs an object with"),
        ("a.jsonl", '{"source": "a"}', "line 1: target is missing"),
        ("a.jsonl", '{"source": 1, "target": "b"}', "line 1: source is not a string"),
        ("a.jsonl", '{"source": "a", "target": "b", "score": "0.1"}', "line 1: score is not a number"),
        ("a.jsonl", '{"source": "a", "target": "b", "score": NaN}', "line 1: NaN is not JSON"),
        ("a.jsonl", '{"source": "a", "target": "b", "x": 1e999}', "line 1: the number 1e999 is too large"),
        ("a.jsonl", '{"source": "a", "target": "b", "score": 1' + "0" * 400 + "}", "line 1: score is not a number"),
        ("a.jsonl", '{"source": "a", "target": "b", "id": [1]}', "line 1: id is neither"),
        ("a.jsonl", "[" * 100_000, "line 1: nested too deeply"),
        ("a.jsonl", '\n{"source": "\xff'.encode("latin-1"), "line 2 is not UTF-8; convert"),
        ("a.tsv", "a\tb\tc\n", "needs a header row with the columns source and target, or two columns; the first row"),
        ("a.tsv", "source\ttarget\nb\n", "line 2 has 1 columns and the first has 2"),
        ("a.tsv", "a\tb\nc\td\te\n", "line 2 has 3 columns and the first has 2"),
        ("a.tsv", "source\ttarget\tscore\na\tb\tgood\n", "line 2: score is not a number"),
        ("a.tsv", "source\ttarget\tx\tx\n", "two columns are named 'x'"),
        ("a.ar", "نعم\n", "a.en: does not exist; Moses needs a.ar and a.en side by side"),
    ],
)  # fmt: skip
def test_bad_files_are_one_clear_error(name: str, content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        _read(tmp_path, name, content)
    assert str(caught.value).startswith(str(tmp_path / "a."))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("ar", "en"), [("1\n2\n3\n", "1\n"), ("1\n", "1\n2\n3")])
def test_moses_with_different_numbers_of_lines_names_both(ar: str, en: str, tmp_path: Path) -> None:
    (tmp_path / "a.en").write_text(en)
    counts = f"a.ar has {ar.count('3') * 2 + 1} lines and a.en has {en.count('3') * 2 + 1}"
    with pytest.raises(InputError, match=counts):
        _read(tmp_path, "a.ar", ar)


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlate.formats.streams.MAX_LINE", 1 << 20)
    with pytest.raises(InputError, match="line 2 is longer than 1 MiB"):
        _read(tmp_path, "a.jsonl", '{"source": "a", "target": "b"}\n' + "x" * (1 << 20) + "x")


def test_a_folder_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        list(by_suffix(tmp_path / "a.tsv").read(tmp_path / "a.tsv"))


def _places(path: Path, held: list[int]) -> None:
    for unit in units(path, "tmx", "tu"):
        held.append(unit.getparent().index(unit))


def test_units_stream_and_are_freed(tmp_path: Path) -> None:
    """The first pair is there before the file was read to its (broken) end, and units that were used are gone."""
    path = tmp_path / "a.tmx"
    path.write_text(_tmx(*[_tu("نعم", "yes")] * 2000)[:-8], encoding="utf-8")
    pairs = by_suffix(path).read(path)
    assert next(pairs).id == "1"
    held: list[int] = []
    with pytest.raises(InputError, match="not well-formed"):
        _places(path, held)
    assert len(held) == 2000
    assert max(held) <= 1
