"""Finding files, ids, and what happens to files that cannot be read."""

from __future__ import annotations

import builtins
import dataclasses
import doctest
import gzip
import hashlib
import importlib
import io
import itertools
import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xlate.data import Article
from xlate.errors import InputError
from xlate.read import Problem, ReadReport, iter_articles
from xlate.read.find import ID_BYTES, folded, safe_id

KNOWN = ".txt .md .markdown .html .htm .jsonl .csv .tsv, each also with .gz"
SEEDS = Path(__file__).parent.parent / "seeds"


def read(*inputs: Path | str, stdin: bytes | None = None) -> tuple[list[Article], ReadReport]:
    report = ReadReport()
    return list(iter_articles(inputs, report, stdin=None if stdin is None else io.BytesIO(stdin))), report


def put(root: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def ids(articles: list[Article]) -> list[str]:
    return [article.id for article in articles]


def told(report: ReadReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def test_the_seeds() -> None:
    articles, report = read(SEEDS)
    assert ids(articles) == [path.stem for path in sorted(SEEDS.iterdir())]
    for article, record in zip(articles, report.files, strict=True):
        data = (SEEDS / record.path).read_bytes()
        assert article.text == data.decode()
        assert (article.path, article.title, article.encoding) == (record.path, None, "utf-8")
        assert (record.sha256, record.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
        assert (record.certainty, record.why, record.articles) == ("sure", "valid UTF-8", 1)
    assert (articles[2].published, articles[2].source) == ("2016-05-17", "البلاد أون لاين")
    assert [article.published for article in articles].count(None) == 4
    assert (report.found, report.found_bytes) == (5, sum(record.bytes for record in report.files))
    assert report.problems == []


@pytest.mark.parametrize("module", ["xlate.read", "xlate.read.find", "xlate.read.dates", "xlate.clean"])
def test_examples_in_docstrings(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SEEDS.parent)
    outcome = doctest.testmod(importlib.import_module(module))
    assert (outcome.failed, outcome.attempted > 0) == (0, True)


def test_lazily_and_only_after_the_inputs_are_seen_to_exist(tmp_path: Path) -> None:
    put(tmp_path, a_dot_txt="قال", b_dot_txt="ثم")
    report = ReadReport()
    articles = iter_articles([tmp_path], report)
    assert (report.found, report.files) == (2, [])
    assert next(articles).id == "a"
    assert [record.path for record in report.files] == ["a.txt"]
    with pytest.raises(InputError, match=r"/none: does not exist; check the path$"):
        iter_articles([tmp_path, tmp_path / "none"], ReadReport())
    with pytest.raises(InputError, match=r"a\.txt/x: does not exist"):
        iter_articles([tmp_path / "a.txt" / "x"], ReadReport())
    with pytest.raises(InputError, match="no input given"):
        iter_articles([], ReadReport())
    with pytest.raises(InputError, match="cannot be looked at"):
        iter_articles(["a\0b"], ReadReport())


def test_a_folder_with_nothing_readable(tmp_path: Path) -> None:
    put(tmp_path / "no", a_dot_pdf="x", b_dot_pdf="x", README="x", _dot_hid_dot_txt="x")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "no")
    assert str(caught.value) == (
        f"{tmp_path}/no: nothing readable here (passed over: 1 (none), 2 .pdf, 1 hidden); known are {KNOWN}"
    )
    put(tmp_path / "yes", a_dot_txt="قال")
    articles, report = read(tmp_path / "no", tmp_path / "yes")
    assert ids(articles) == ["a"]
    assert told(report) == [str(Problem(f"{tmp_path}/no", f"nothing readable here; known are {KNOWN}"))]


def test_stdin_is_one_article() -> None:
    articles, report = read("-", stdin="\ufeffقال الوزير\r\nثم عاد".encode())
    assert [(a.id, a.text, a.path) for a in articles] == [("stdin", "قال الوزير\r\nثم عاد", "stdin")]
    assert report.files[0].sha256 == hashlib.sha256("\ufeffقال الوزير\r\nثم عاد".encode()).hexdigest()
    assert read("-", stdin=b"")[1].empty == ["stdin"]


def test_stdin_beside_a_file_of_that_name(tmp_path: Path) -> None:
    put(tmp_path, stdin_dot_txt="قال")
    orders: list[list[Path | str]] = [[tmp_path, "-"], ["-", tmp_path]]
    for order in orders:
        assert [(a.id, a.text) for a in read(*order, stdin=b"x")[0]] == [("stdin", "x"), ("stdin.txt", "قال")]


def test_text_is_not_touched(tmp_path: Path) -> None:
    text = "\u200fقـــال\0 \ufefb\r\nab\x07\x85\u2028\ufeff\u202e\r\r\n\t مُ"
    put(tmp_path, a_dot_txt=text, b_dot_txt="\ufeff" + text, c_dot_txt=text.encode("utf-16"))
    articles, _ = read(tmp_path)
    assert [article.text for article in articles] == [text] * 3
    assert [article.encoding for article in articles] == ["utf-8", "utf-8", "utf-16-le"]


# ---- ids


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("000_769b5a0482304efe", "000_769b5a0482304efe"),
        ("2016/05/17", "2016__05__17"),
        ("أخبار ليبيا/الجزائر", "أخبار_ليبيا__الجزائر"),
        ("a:b*c?d", "a_b_c_d"),
        ("..", "article"),
        ("../../etc/passwd", "etc__passwd"),
        ("C:\\x\\y", "C___x__y"),
        (".hidden", "hidden"),
        ("end. ", "end._"),
        ("end...", "end"),
        ("", "article"),
        ("con", "con_"),
        ("COM1", "COM1_"),
        ("aux.2016", "aux_.2016"),
        ("console", "console"),
        ("a\u202eb\u200cc", "a_b_c"),
        ("a\nb\tc\0", "a_b_c_"),
        ("\udce9", "_"),
        ("مُهِمّ", unicodedata.normalize("NFC", "مُهِمّ")),
    ],
)
def test_safe_id(name: str, safe: str) -> None:
    assert safe_id(name) == safe


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
@example("ق" * 500)
@example("con/" * 50)
def test_ids_are_safe_file_names(name: str) -> None:
    safe = safe_id(name)
    assert 0 < len(safe.encode()) <= ID_BYTES
    assert not re.search(r'[/\\:*?"<>|\s\x00-\x1f]', safe)
    assert not safe.startswith(".")
    assert not safe.endswith(".")
    assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", safe)
    assert safe_id(safe) == safe


def test_long_names_stay_apart(tmp_path: Path) -> None:
    put(tmp_path, **{"ق" * 100 + "1_dot_txt": "a", "ق" * 100 + "2_dot_txt": "b"})
    one, two = ids(read(tmp_path)[0])
    assert one != two
    assert re.fullmatch("ق{55}-[0-9a-f]{8}", one)


def test_collisions_do_not_depend_on_the_order_of_the_inputs(tmp_path: Path) -> None:
    put(tmp_path / "x", a_dot_txt="1", a_dot_md="2", b_dot_txt="3", c__d_dot_txt="4", c_d_dot_txt="5")
    put(tmp_path / "y", a_dot_txt="6", b_dot_txt="7", B_dot_md="8", e_dot_txt="9")
    put(tmp_path / "z" / "x", b_dot_txt="10")
    roots = [tmp_path / "x", tmp_path / "y", tmp_path / "z" / "x"]
    readings = [[(a.id, a.text) for a in read(*order)[0]] for order in itertools.permutations(roots)]
    assert all(reading == readings[0] for reading in readings)
    named = {text: name for name, text in readings[0]}
    assert len({folded(name) for name in named.values()}) == 10
    assert (named["2"], named["9"], named["4"]) == ("a.md", "e", "c__d")
    assert (named["1"], named["6"], named["7"]) == ("x__a.txt", "y__a.txt", "y__b.txt")
    assert re.fullmatch(r"x__b\.txt-[0-9a-f]{8}", named["3"])
    assert re.fullmatch(r"x__b\.txt-[0-9a-f]{8}", named["10"])
    assert named["8"] == "B.md"


def test_an_id_does_not_depend_on_other_files(tmp_path: Path) -> None:
    put(tmp_path, m__a_dot_txt="1", b_dot_txt="2")
    before = ids(read(tmp_path)[0])
    put(tmp_path, m__c_dot_txt="3", aa_dot_txt="4")
    assert before == ["b", "m__a"]
    assert set(before) < set(ids(read(tmp_path)[0]))


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, m__a_dot_txt="قال", b_dot_txt="ثم")
    for order in itertools.permutations([tmp_path, tmp_path / "m", tmp_path / "m" / "a.txt", tmp_path / "b.txt"]):
        articles, report = read(*order)
        assert ids(articles) == ["b", "m__a"]
        assert report.skipped_repeated == 3


def test_the_bundle_inside_the_input_is_not_read_again(tmp_path: Path) -> None:
    put(tmp_path, a_dot_txt="قال", out__articles__a_dot_en_dot_txt="He said", output__b_dot_txt="ثم")
    report = ReadReport()
    articles = list(iter_articles([tmp_path], report, exclude=[tmp_path / "x" / ".." / "out"]))
    assert (ids(articles), report.skipped_excluded) == (["a", "output__b"], 1)


def test_the_report_is_plain_data(tmp_path: Path) -> None:
    put(tmp_path, a_dot_txt="قال", b_dot_txt=b"\xff", c_dot_x="", d_dot_x="")
    _, report = read(tmp_path)
    plain = json.loads(json.dumps(dataclasses.asdict(report)))
    assert plain["skipped_unknown"] == {".x": 2}
    assert plain["problems"][0]["path"] == "b.txt"
    assert plain["files"][0]["sha256"] == hashlib.sha256("قال".encode()).hexdigest()


# ---- hostile folders


def test_hostile_folder(tmp_path: Path) -> None:
    root = put(
        tmp_path / "in", a_dot_txt="قال", _dot_git__x_dot_txt="x", _dot_b_dot_txt="x", c_dot_xyz="x", D_dot_TXT="ثم"
    )
    put(tmp_path / "out", secret_dot_txt="سر")
    (root / "loop").symlink_to(root)
    (root / "way-out").symlink_to(tmp_path / "out")
    (root / "again.txt").symlink_to(root / "a.txt")
    (root / "dangling.txt").symlink_to(root / "nowhere")
    (root / "circle.txt").symlink_to(root / "circle.txt")
    os.mkfifo(root / "pipe.txt")
    (root / "device.txt").symlink_to("/dev/zero")
    articles, report = read(root)
    assert [(a.id, a.text) for a in articles] == [("D", "ثم"), ("a", "قال")]
    assert (report.skipped_hidden, report.skipped_links, report.skipped_special) == (2, 2, 2)
    assert (dict(report.skipped_unknown), report.skipped_repeated) == ({".xyz": 1}, 1)
    assert sorted(told(report)) == [
        "circle.txt: cannot be read (Too many levels of symbolic links); mend the link or check its rights",
        "dangling.txt: cannot be read (No such file or directory); mend the link or check its rights",
    ]


def test_only_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "none")
    with pytest.raises(InputError, match=r"nothing readable here; a\.txt: cannot be read \(No such file"):
        read(tmp_path)


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    for name, text in ((b"caf\xe9.txt", "1"), (b"caf\xe8.txt", "2")):
        (tmp_path / os.fsdecode(name)).write_text(text)
    articles, _ = read(tmp_path)
    assert [article.path for article in articles] == ["caf\ufffd.txt"] * 2
    assert len(set(ids(articles))) == 2
    assert all(article.id.isascii() for article in articles)


def test_an_unreadable_file_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_dot_txt="قال", b_dot_txt="سر", c_dot_txt="ثم")
    honest = builtins.open

    def guarded(file: Any, *args: Any, **kwargs: Any) -> Any:
        if str(file).endswith("b.txt"):
            raise PermissionError(13, "Permission denied")
        return honest(file, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", guarded)
    articles, report = read(tmp_path)
    assert ids(articles) == ["a", "c"]
    assert told(report) == ["b.txt: cannot be read (Permission denied); check the file and its rights"]
    assert report.empty == []


def test_an_unreadable_folder_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, a_dot_txt="قال", m__b_dot_txt="سر")
    honest = os.scandir

    def guarded(path: Any) -> Any:
        if str(path).endswith("/m"):
            raise PermissionError(13, "Permission denied")
        return honest(path)

    monkeypatch.setattr(os, "scandir", guarded)
    articles, report = read(tmp_path)
    assert ids(articles) == ["a"]
    assert told(report) == [
        f"{tmp_path}/m: folder cannot be listed (Permission denied); check its rights and run again"
    ]


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    put(tmp_path, a_dot_txt="قال", b_dot_txt="ثم")
    report = ReadReport()
    articles = iter_articles([tmp_path], report)
    next(articles)
    (tmp_path / "b.txt").unlink()
    assert list(articles) == []
    assert told(report) == ["b.txt: cannot be read (No such file or directory); check the file and its rights"]


def test_bad_files_among_good_ones(tmp_path: Path) -> None:
    put(
        tmp_path,
        a_dot_txt="قال",
        b_dot_txt=b"\x89PNG\r\n\x1a\n\0\0",
        c_dot_txt="Министр иностранных дел".encode("cp1251"),
        d_dot_txt="قال الوزير ".encode() * 9 + b"\xff",
        e_dot_txt=b"",
        f_dot_txt="\ufeff \r\n\u200a",
        z_dot_txt="ثم",
    )
    articles, report = read(tmp_path)
    assert ids(articles) == ["a", "z"]
    assert report.empty == ["e.txt", "f.txt"]
    assert told(report) == [
        "b.txt: is a PNG image, not text; export its text as UTF-8",
        "c.txt: is in no known encoding (perhaps cp1251); convert it to UTF-8, for example with iconv",
        "d.txt: bytes ff at offset 180 are not utf-8 (most of it is UTF-8); "
        "the file is damaged or mixes encodings, save it again as UTF-8",
    ]
    assert [record.path for record in report.files if record.problems] == ["b.txt", "c.txt", "d.txt"]
    assert all(record.sha256 for record in report.files)


def test_gz(tmp_path: Path) -> None:
    packed = gzip.compress("قال".encode())
    put(tmp_path, a_dot_txt_dot_gz=packed, b_dot_txt_dot_gz=packed[:-9], c_dot_txt_dot_gz=b"text", d_dot_gz=packed)
    articles, report = read(tmp_path)
    assert [(a.id, a.text) for a in articles] == [("a", "قال")]
    assert report.files[0].sha256 == hashlib.sha256(packed).hexdigest()
    assert [line.split(" (")[0] for line in told(report)] == ["b.txt.gz: cannot be read", "c.txt.gz: cannot be read"]
    assert dict(report.skipped_unknown) == {".gz": 1}


def test_a_text_too_large_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlate.read.LARGEST_TEXT", 1 << 20)
    put(tmp_path, a_dot_txt=b"x" * (1 << 20), b_dot_txt=b"x" * ((1 << 20) + 1))
    articles, report = read(tmp_path)
    assert ids(articles) == ["a"]
    assert told(report) == ["b.txt: is larger than 1 MiB as one article; split it, or give it as .jsonl"]


@settings(deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.md", "a.jsonl", "a.csv", "a.tsv", "a.txt.gz"]))
@example(b"\xff\xfe\xff", "a.txt")
@example(b"\xff\xfe\x00\xd8\n\x00", "a.jsonl")
@example(b'text\n"', "a.csv")
@example(b"[" * 300, "a.jsonl")
@example(b"---\n---", "a.md")
def test_any_bytes_are_articles_or_empty_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / name).write_bytes(data)
    articles, report = read(root)
    record = report.files[0]
    assert record.articles == len(articles)
    assert articles or report.empty or report.problems
    for article in articles:
        article.text.encode()
        assert article.text.strip()
    for line in told(report):
        assert "\n" not in line
        assert ";" in line  # the cure
