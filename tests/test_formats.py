"""Every format gives back what was written, whatever the characters, and writes the same bytes for the same pairs."""

from __future__ import annotations

import errno
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlate.data import SegmentPair
from xlate.errors import InputError, OutputError, UsageError
from xlate.formats import FORMATS, by_name, by_suffix, moses
from xlate.formats.record import COLUMNS, from_cell, to_cell
from xlate.lines import UNSAFE, escape, unescape

GOLDEN = Path(__file__).parent / "golden"
WITH_PROVENANCE = ("jsonl", "tsv", "tmx", "xlf")
HOSTILE = (
    "  a\t\n\r\n\v\f\x00\x1b\x1c\x7f\x85\u2028\u2029&amp;<b>\"']]>"
    "\u202b«»\u200f😀\ufeff\ufffe\uffff\ud800 \\ \\\\n \\u0000 "
)


def _provenance(
    index: int, start: int, end: int, role: str, flags: list[dict[str, str]], origin: str, quality: float | None = None
) -> dict[str, object]:
    places = {"article": "004", "index": index, "paragraph": 0, "start": start, "end": end, "role": role}
    return {**places, "flags": flags, "origin": origin, "quality": quality}


PAIRS = [
    SegmentPair(
        "004-0", "أعلن الوزير خطة 2017.", "The minister announced a plan for 2012.", -0.41,
        _provenance(0, 0, 21, "headline", [{"kind": "number", "evidence": "2017 → 2012"}], "model", 0.413)
        | {"alignment": "1-0 1-1 0-2 2-3 2-4 2-5 3-6"},
    ),
    SegmentPair("004-1", "شارك", "", None, _provenance(1, 22, 26, "boilerplate", [], "skipped")),
    SegmentPair(
        "004-2", "CNN", "CNN", None, _provenance(2, 27, 30, "body", [], "copied") | {"source": "BBC", "url": None}
    ),
    SegmentPair(
        "a b/\x00_x", HOSTILE, HOSTILE[::-1], 0.0, {"article": "12", "k\x00": HOSTILE, "list": [1, [2.5, "٣"]]}
    ),
    SegmentPair("", "", "", -1e-17, {"article": None, "role": "", "more": {"e": ""}, "digits": "12", "space": " 12"}),
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def _no_wait_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda descriptor: None)
        yield


def _exact(pair: SegmentPair) -> tuple[str, str, str, str, str]:
    """What two pairs must share, types included (1, 1.0 and True are equal in Python)."""
    return pair.id, pair.source, pair.target, repr(pair.score), json.dumps(dict(pair.provenance), sort_keys=True)


def _round_trip(name: str, pairs: list[SegmentPair], suffix: str = "") -> list[SegmentPair]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"bitext{FORMATS[name].suffix}{suffix}"
        FORMATS[name].write(pairs, path)
        return list(FORMATS[name].read(path))


# a high surrogate right before a low one is one character in JSON, however it is written
_PAIRED = re.compile("[\ud800-\udbff](?=[\udc00-\udfff])")
_pieces = st.one_of(st.sampled_from([*HOSTILE, "\udfff", "u0000", "u005c", "0", "12", "{", "["]), st.characters())
nasty = st.lists(_pieces, max_size=12).map(lambda pieces: _PAIRED.sub("", "".join(pieces)))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), nasty),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(nasty, inner, max_size=2)),
    max_leaves=4,
)
keys = st.one_of(st.sampled_from([*COLUMNS, "more", "Source"]), nasty)
scores = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))
segment_pairs = st.lists(
    st.builds(SegmentPair, nasty, nasty, nasty, scores, st.dictionaries(keys, values, max_size=4)), max_size=4
)


@pytest.mark.parametrize("name", WITH_PROVENANCE)
@given(pairs=segment_pairs)
@example(pairs=PAIRS)
@settings(max_examples=40, deadline=None)
def test_round_trip_keeps_everything(name: str, pairs: list[SegmentPair]) -> None:
    assert [_exact(pair) for pair in _round_trip(name, pairs)] == [_exact(pair) for pair in pairs]


@given(pairs=segment_pairs)
@example(pairs=PAIRS)
@settings(max_examples=40, deadline=None)
def test_moses_keeps_the_texts_and_numbers_the_lines(pairs: list[SegmentPair]) -> None:
    got = _round_trip("moses", pairs)
    assert got == [SegmentPair(str(n), pair.source, pair.target) for n, pair in enumerate(pairs, 1)]


@given(nasty)
@example("\\u005cu0000")
@example("\\\\u0000")
def test_escape_is_one_safe_line_and_reversible(text: str) -> None:
    assert not UNSAFE.search(escape(text))
    assert unescape(escape(text)) == text


@pytest.mark.parametrize("text", ["C:\\temp\\new", "\\n", "\\\\", "\\u0627", "plain", ""])
def test_escape_leaves_alone_what_is_no_escape_of_ours(text: str) -> None:
    assert escape(text) == text
    assert unescape(text) == text


@given(values)
@example(" 12")
@example("[" * 5000)
@example("1.10")
@example("NaN")
@example("1e999")
def test_cells_keep_types(value: object) -> None:
    assert not UNSAFE.search(to_cell(value))
    assert repr(from_cell(to_cell(value))) == repr(value)


@pytest.mark.parametrize(
    ("value", "cell"),
    [("body", "body"), ("12", '"12"'), (12, "12"), (None, "null"), ("a\nb", '"a\\nb"'), ("007", "007"),
     ("1.10", "1.10"), ([{"kind": "عدد"}], '[{"kind": "عدد"}]'), (True, "true"), ("-", "-"), ("nothing", "nothing")],
)  # fmt: skip
def test_cells_are_readable(value: object, cell: str) -> None:
    assert to_cell(value) == cell


def test_surrogate_pairs_stay_two_code_points_outside_json() -> None:
    pair = SegmentPair("1", "\ud83d\ude00", "x")
    for name in ("tsv", "tmx", "xlf", "moses"):
        assert _round_trip(name, [pair])[0].source == "\ud83d\ude00"
    assert _round_trip("jsonl", [pair])[0].source == "😀"


@pytest.mark.parametrize("name", ["bitext.jsonl", "bitext.tsv", "bitext.tmx", "bitext.xlf", "bitext.ar", "bitext.en"])
def test_golden(name: str, tmp_path: Path) -> None:
    by_suffix(Path(name)).write(PAIRS, tmp_path / name, header={"model": "opus-mt-ar-en", "digest": "12ab"})
    assert (tmp_path / name).read_bytes() == (GOLDEN / name).read_bytes()


@pytest.mark.parametrize("name", WITH_PROVENANCE)
def test_golden_reads_back(name: str) -> None:
    got = list(FORMATS[name].read(GOLDEN / f"bitext.{name}"))
    assert [_exact(pair) for pair in got] == [_exact(pair) for pair in PAIRS]


def test_lines_are_lines_for_every_rule() -> None:
    """Whoever splits at U+2028, U+0085, VT or FF sees the same number of lines as whoever splits at LF."""
    for name in ("bitext.jsonl", "bitext.tsv", "bitext.ar", "bitext.en"):
        text = (GOLDEN / name).read_bytes().decode("utf-8")
        assert len(text.splitlines()) == text.count("\n") == len(PAIRS) + (name == "bitext.tsv")


def test_jsonl_has_the_keys_in_the_bundles_order() -> None:
    first = json.loads((GOLDEN / "bitext.jsonl").read_text(encoding="utf-8").split("\n")[0])
    assert tuple(first) == COLUMNS


def test_xlf_marks_what_is_not_translated() -> None:
    text = (GOLDEN / "bitext.xlf").read_text(encoding="utf-8")
    assert text.count('translate="no"') == 1
    unit = text[text.index('<unit id="004-1"') :].partition("</unit>")[0]
    assert 'translate="no"' in unit
    assert "<target" not in unit


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz", ".zst"])
@pytest.mark.parametrize("name", FORMATS)
def test_same_pairs_same_bytes_in_every_compression(name: str, suffix: str, tmp_path: Path) -> None:
    one, two = (tmp_path / part / f"bitext{FORMATS[name].suffix}{suffix}" for part in ("one", "two"))
    for path in (one, two):
        FORMATS[name].write(iter(PAIRS), path)
    assert [p.name for p in sorted(one.parent.iterdir())] == [p.name for p in sorted(two.parent.iterdir())]
    for left, right in zip(sorted(one.parent.iterdir()), sorted(two.parent.iterdir()), strict=True):
        assert left.read_bytes() == right.read_bytes()
    assert [pair.source for pair in FORMATS[name].read(one)] == [pair.source for pair in PAIRS]


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_compressed_file_cut_short_is_an_error(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"bitext.jsonl{suffix}"
    FORMATS["jsonl"].write(PAIRS * 50, path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="damaged or cut short"):
        list(FORMATS["jsonl"].read(path))


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_what_is_not_compressed_at_all_is_an_error(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"bitext.tmx{suffix}"
    path.write_text("<tmx/>")
    with pytest.raises(InputError, match=re.escape(str(path))):
        list(FORMATS["tmx"].read(path))


def test_files_of_several_frames_are_read_whole(tmp_path: Path) -> None:
    for suffix in (".gz", ".xz", ".zst"):
        path = tmp_path / f"bitext.jsonl{suffix}"
        FORMATS["jsonl"].write(PAIRS, path)
        path.write_bytes(path.read_bytes() * 3)
        assert len(list(FORMATS["jsonl"].read(path))) == 3 * len(PAIRS)


def test_zst_without_its_package_names_the_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "bitext.tsv.zst"
    for use in (lambda: FORMATS["tsv"].write(PAIRS, path), lambda: list(FORMATS["tsv"].read(path))):
        with pytest.raises(UsageError, match="python -m pip install zstandard"):
            use()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", FORMATS)
def test_nobody_sees_half_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"bitext{FORMATS[name].suffix}"
    FORMATS[name].write(PAIRS, path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    def stops() -> None:
        with FORMATS[name].open_writer(path) as writer:
            writer.write(PAIRS[0])
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        stops()
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", [".jsonl", ".tmx.gz", ".xlf.xz", ".tsv.zst", ".ar"])
def test_a_full_disk_is_an_output_error_and_keeps_the_old_file(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / f"bitext{suffix}"
    by_suffix(path).write(PAIRS, path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        by_suffix(path).write(PAIRS[:1], path)
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_several_formats_in_one_pass(tmp_path: Path) -> None:
    with ExitStack() as stack:
        writers = [stack.enter_context(f.open_writer(tmp_path / f"bitext{f.suffix}")) for f in FORMATS.values()]
        for pair in iter(PAIRS):
            for writer in writers:
                writer.write(pair)
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in GOLDEN.glob("bitext.*")}
    ids = {name: [pair.id for pair in FORMATS[name].read(tmp_path / f"bitext.{name}")] for name in WITH_PROVENANCE}
    assert all(found == [pair.id for pair in PAIRS] for found in ids.values())


@pytest.mark.parametrize("name", FORMATS)
def test_no_pairs_is_a_file_without_pairs(name: str) -> None:
    assert _round_trip(name, []) == []


@pytest.mark.parametrize("name", FORMATS)
def test_other_languages(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"bitext{FORMATS[name].suffix}"
    FORMATS[name].write(PAIRS[:1], path, source_language="he", target_language="fr-CA")
    got = FORMATS[name].read(path, source_language="he", target_language="fr-CA")
    assert [pair.target for pair in got] == [PAIRS[0].target]


def test_writing_into_a_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "bitext.tmx").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        FORMATS["tmx"].write(PAIRS, tmp_path / "bitext.tmx")


@pytest.mark.parametrize("name", FORMATS)
def test_missing_file_is_an_input_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"none{FORMATS[name].suffix}"
    with pytest.raises(InputError, match="none"):
        list(FORMATS[name].read(path))


def test_a_score_that_is_no_number_is_a_bug_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        FORMATS["jsonl"].write([SegmentPair("1", "a", "b", float("nan"))], tmp_path / "bitext.jsonl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.jsonl", "jsonl"), ("a.TSV.gz", "tsv"), ("a.tmx.xz", "tmx"), ("a.xliff", "xlf"), ("a.xlf.zst", "xlf"),
     ("bitext.ar", "moses"), ("x/bitext.en.gz", "moses")],
)  # fmt: skip
def test_by_suffix(path: str, name: str) -> None:
    assert by_suffix(Path(path)) is FORMATS[name] is by_name(name)


def test_unknown_formats_list_the_choices() -> None:
    with pytest.raises(UsageError, match=re.escape("unknown format 'po'; choose from jsonl, tsv, tmx, xlf, moses")):
        by_name("po")
    with pytest.raises(UsageError, match=re.escape("choose from .jsonl, .tsv, .tmx, .xlf, .xliff, .ar, .en")):
        by_suffix(Path("bitext.po.gz"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [("out/bitext", "out/bitext.ar out/bitext.en"), ("bitext.en", "bitext.ar bitext.en"),
     ("a.b.ar.xz", "a.b.ar.xz a.b.en.xz"), ("news.2016", "news.2016.ar news.2016.en")],
)  # fmt: skip
def test_moses_paths(path: str, expected: str) -> None:
    assert [str(one) for one in moses.paths(Path(path))] == expected.split()


def test_gzip_holds_neither_name_nor_time(tmp_path: Path) -> None:
    path = tmp_path / "bitext.ar.gz"
    FORMATS["moses"].write(PAIRS, path)
    assert path.read_bytes()[3:8] == b"\x00" * 5
    assert gzip.decompress(path.read_bytes()) == (GOLDEN / "bitext.ar").read_bytes()
