"""JSON Lines, CSV and TSV."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.data import Article
from xlate.read import ReadReport, iter_articles
from xlate.segment import segment


def read(path: Path) -> tuple[list[Article], ReadReport]:
    report = ReadReport()
    return list(iter_articles([path], report)), report


def read_bytes(tmp_path: Path, name: str, data: bytes | str) -> tuple[list[Article], ReadReport]:
    (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return read(tmp_path / name)


def told(report: ReadReport) -> list[str]:
    return [str(problem) for problem in report.problems]


def jsonl(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


FULL = {
    "id": "aps/12",
    "title": " عنوان ",
    "text": "قال\r\nالوزير ",
    "source": "واج",
    "published": "17/05/2016",
    "url": "https://aps.dz/12",
}


def test_jsonl_fields(tmp_path: Path) -> None:
    articles, report = read_bytes(
        tmp_path, "n.jsonl", jsonl(FULL, {"TEXT": "ثم", "extra": [1]}, {"id": 7, "text": "عاد"})
    )
    assert articles[0] == Article(
        "aps__12",
        "عنوان",
        "عنوان\n\nقال\r\nالوزير ",
        "واج",
        "n.jsonl",
        "2016-05-17",
        url="https://aps.dz/12",
        encoding="utf-8",
    )
    assert [(a.id, a.title, a.published) for a in articles[1:]] == [("n-2", None, None), ("7", None, None)]
    assert (report.problems, report.files[0].articles, report.found) == ([], 3, 1)


def test_jsonl_bad_lines_cost_themselves_only(tmp_path: Path) -> None:
    data = b"\n".join(
        [
            b"\xef\xbb\xbf" + '{"text": "قال"}'.encode(),
            b'{"text": ',
            b"",
            b"[1]",
            b'{"text": 5}',
            b'{"title": "x"}',
            b'{"text": " \\n"}',
            b'{"id": [1], "title": 3, "text": "z"}',
            b'{"text": "\xff"}',
            b"[" * 100_000,
            b'{"text": "last", "published": "soon"}',
        ]
    )
    articles, report = read_bytes(tmp_path, "n.jsonl", data)
    assert [(a.id, a.text) for a in articles] == [("n-1", "قال"), ("n-8", "z"), ("n-11", "last")]
    assert told(report) == [
        "n.jsonl: line 2: not JSON (Expecting value); write one object a line",
        'n.jsonl: line 4: not an object; write one a line, like {"id": …, "text": …}',
        'n.jsonl: line 5: text is not a string; give it a field "text"',
        'n.jsonl: line 6: no text; give it a field "text"',
        "n.jsonl: line 8: id is not a string; read without it, correct it",
        "n.jsonl: line 8: title is not a string; read without it, correct it",
        f"n.jsonl: line 9: bytes ff 22 7d 0a at offset {data.index(0xFF)} are not utf-8 (byte order mark); "
        "the file is damaged or mixes encodings, save it again as UTF-8",
        "n.jsonl: line 10: not JSON (nested too deeply or a number too long); write one object a line",
    ]
    assert (report.files[0].empty_records, report.files[0].dates_not_understood) == (1, 1)


def test_a_file_of_another_kind_does_not_flood(tmp_path: Path) -> None:
    _, report = read_bytes(tmp_path, "n.jsonl", "قال\n" * 500)
    assert len(report.problems) == 21
    assert told(report)[-1] == "n.jsonl: 480 more lines like these could not be read; correct them too"


def test_date_and_source_from_the_text_when_no_field_gives_them(tmp_path: Path) -> None:
    text = "نشر في البلاد يوم 17 - 05 - 2016\nقال"
    articles, _ = read_bytes(
        tmp_path, "n.jsonl", jsonl({"text": text}, {"text": text, "source": "واج", "published": "2016-05-18"})
    )
    assert [(a.published, a.source) for a in articles] == [("2016-05-17", "البلاد"), ("2016-05-18", "واج")]


def test_only_empty_records_is_empty_not_wrong(tmp_path: Path) -> None:
    articles, report = read_bytes(tmp_path, "n.jsonl", '{"text": ""}\n')
    assert (articles, report.empty, report.problems) == ([], ["n.jsonl"], [])


def test_lone_surrogates_are_replaced_one_for_one_and_counted(tmp_path: Path) -> None:
    line = r'{"id": "x\udc00", "title": "\ud800", "text": "a\ud83db\ude00c\ud83d\ude00"}'
    articles, report = read_bytes(tmp_path, "n.jsonl", line)
    assert (articles[0].text, articles[0].title, articles[0].id) == ("a\ufffdb\ufffdc😀", "\ufffd", "x_")
    assert report.files[0].replaced == 4


def test_repeated_ids(tmp_path: Path) -> None:
    (tmp_path / "m.jsonl").write_text(
        jsonl(*({"id": i, "text": t} for i, t in (("1", "a"), ("1", "b"), ("A", "c"), ("a", "d"))))
    )
    (tmp_path / "n.jsonl").write_text(jsonl(*({"id": i, "text": t} for i, t in (("1", "e"), ("t", "f"), ("1", "g")))))
    (tmp_path / "t.txt").write_text("h")
    articles, report = read(tmp_path)
    assert [(a.id, a.text) for a in articles] == [
        ("1", "a"),
        ("1-2", "b"),
        ("A", "c"),
        ("m__a", "d"),
        ("n__1", "e"),
        ("n__t", "f"),
        ("1-3", "g"),
        ("t", "h"),
    ]
    assert told(report) == [
        "m.jsonl: line 2: id 1 has been used above; read as 1-2, give it an id of its own",
        "n.jsonl: line 3: id 1 has been used above; read as 1-3, give it an id of its own",
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1", "1-2", "m-1", "m-3", "m__1", "A", "a", "1-3", None]), max_size=12))
def test_ids_are_unique_whatever_they_were(tmp_path_factory: pytest.TempPathFactory, names: list[str | None]) -> None:
    path = tmp_path_factory.mktemp("ids") / "m.jsonl"
    path.write_text(jsonl(*({"id": name, "text": "x"} for name in names)) or " ")
    articles, _ = read(path)
    assert len({article.id.casefold() for article in articles}) == len(names)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "windows-1256", "iso-8859-6"])
@pytest.mark.parametrize("name", ["n.jsonl", "n.csv", "n.tsv"])
def test_encodings(tmp_path: Path, codec: str, name: str) -> None:
    texts = ["قال وزير الخارجية الجزائري اليوم", "إن هناك مشاورات بين عدة دول"] * 3
    if name == "n.jsonl":
        data = jsonl(*({"text": text} for text in texts))
    else:
        data = "".join(line + "\r\n" for line in ["text", *texts])
    articles, report = read_bytes(tmp_path, name, data.encode(codec))
    assert [article.text for article in articles] == texts
    assert report.problems == []


def test_a_code_page_is_seen_behind_a_megabyte_of_ascii(tmp_path: Path) -> None:
    head = jsonl(*({"text": "x" * 1000} for _ in range(1200))).encode()
    tail = '{"text": "قال وزير الخارجية الجزائري اليوم إن هناك مشاورات"}\n'.encode("windows-1256")
    articles, report = read_bytes(tmp_path, "n.jsonl", head + tail)
    assert articles[-1].text == "قال وزير الخارجية الجزائري اليوم إن هناك مشاورات"
    assert (report.files[0].encoding, len(articles)) == ("windows-1256", 1201)


def test_wide_lines_across_chunks_and_a_bad_unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlate.read.records.SAMPLE", 37)
    data = jsonl({"text": "قال😀"}, {"text": "ثم"}).encode("utf-16")
    articles, report = read_bytes(tmp_path, "n.jsonl", data + b"\x00\xd8\x0a\x00" + data)
    assert [article.text for article in articles] == ["قال😀", "ثم"]
    assert told(report)[0].startswith(f"n.jsonl: line 3: bytes 00 d8 0a 00 at offset {len(data)} are not utf-16-le")


def test_an_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlate.read.records.LONGEST", 1 << 20)
    long = b'{"text": "' + b"x" * (3 << 20) + b'"}\n'
    articles, report = read_bytes(tmp_path, "n.jsonl", long + b'{"text": "y"}\n' + b'{"text": "\xff"}\n')
    assert [(a.id, a.text) for a in articles] == [("n-2", "y")]
    assert told(report)[0] == "n.jsonl: line 1: is longer than 1 MiB; put each article on a line of its own"
    assert f"at offset {len(long) + 24} are" in told(report)[1]
    wide, report = read_bytes(tmp_path, "w.jsonl", long.decode().encode("utf-16"))
    assert (wide, told(report)) == (
        [],
        ["w.jsonl: line 1: is longer than 1 MiB; put each article on a line of its own"],
    )


def test_memory_does_not_grow_with_the_records(tmp_path: Path) -> None:
    line = jsonl({"text": "قال الوزير " * 400}).encode()

    def peak(count: int) -> int:
        path = tmp_path / "n.jsonl.gz"
        with gzip.open(path, "wb", 1) as handle:
            for _ in range(count):
                handle.write(line)
        report = ReadReport()
        tracemalloc.start()
        try:
            assert sum(1 for _ in iter_articles([path], report)) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(300)
    # 2,700 records more are 20 MB more of text; what may stay is the ids, some 150 bytes each
    assert peak(3000) - peak(300) < 1_000_000


# ---- tables


def test_csv_by_name_in_any_order_and_case(tmp_path: Path) -> None:
    header = "\ufeffURL,Text,ID,other,Title,Published,Source\r\n"
    data = header + 'u,"قال ""هو""،\r\nثم, عاد",5,z,ع,١٧ ماي ٢٠١٦,واج\r\n\r\n,ثم,,,,,\r\n'
    articles, report = read_bytes(tmp_path, "n.csv", data)
    assert articles[0] == Article("5", "ع", 'قال "هو"،\r\nثم, عاد', "واج", "n.csv", "2016-05-17", url="u")
    assert (articles[1].id, articles[1].text, articles[1].title) == ("n-5", "ثم", None)
    assert report.problems == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_delimiters(tmp_path: Path, delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["id", "text"], ["1", 'a,b;c\td"e'], ["2", "x\ny"]])
    articles, _ = read_bytes(tmp_path, "n.csv", out.getvalue())
    assert [(a.id, a.text) for a in articles] == [("1", 'a,b;c\td"e'), ("2", "x\ny")]


def test_csv_fields_longer_than_the_csv_modules_own_limit(tmp_path: Path) -> None:
    articles, _ = read_bytes(tmp_path, "n.csv", "text\n" + "x" * 200_000 + "\n")
    assert len(articles[0].text) == 200_000


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("id,body\n1,x\n", "has no column named text (found: id, body); name the column that holds the article text"),
        ("text,Text\n1,x\n", "has two columns named text; rename one of them"),
        ("id,text\n1,x\n2,y,z\n3,w\n", "line 3: 3 columns where the first line names 2; correct its separators"),
        (
            'id,text\n1,x\n2,"y\nz\n',
            "record from line 3: unexpected end of data; check its quotation marks, those inside are doubled",
        ),
        ("id,text\r1,x\r", "line 1: a lone carriage return ends a line; save it with \\n line ends"),
        (
            "id,text\n1,Министр иностранных дел\n".encode("cp1251"),
            "is in no known encoding (perhaps cp1251); convert it to UTF-8, for example with iconv",
        ),
        (
            "id,text\n1,قال الوزير\n2,".encode() + b"\xff\n3,x\n",
            "line 3: bytes ff 0a at offset 32 are not utf-8 (most of it is UTF-8); "
            "the file is damaged or mixes encodings, save it again as UTF-8",
        ),
    ],
)
def test_csv_problems(tmp_path: Path, data: str | bytes, problem: str) -> None:
    articles, report = read_bytes(tmp_path, "n.csv", data)
    assert told(report) == [f"n.csv: {problem}"]
    assert [a.id for a in articles] == {"line 3: 3": ["1", "3"], "record fr": ["1"], "line 3: b": ["1"]}.get(
        problem[:9], []
    )


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, "n.csv", "id,text\n")[1].empty == ["n.csv"]


def test_tsv_as_spreadsheets_write_it(tmp_path: Path) -> None:
    articles, report = read_bytes(tmp_path, "n.tsv", 'id\ttext\n1\t"قال ""هو""\nثم\tعاد"\n2\tx\n')
    assert [(a.id, a.text) for a in articles] == [("1", 'قال "هو"\nثم\tعاد'), ("2", "x")]
    assert report.problems == []


def test_tsv_as_corpora_write_it(tmp_path: Path) -> None:
    articles, report = read_bytes(tmp_path, "n.tsv", 'id\ttext\r\n1\t"داعش" قال\r\n2\tقال "هو\r\n3\n')
    assert [(a.id, a.text) for a in articles] == [("1", '"داعش" قال'), ("2", 'قال "هو')]
    assert told(report) == ["n.tsv: line 4: 1 columns where the first line names 2; correct its separators"]


@pytest.mark.parametrize("cell", ['"نعم" قال الوزير.', '"نعم"', '"نعم', 'قال "نعم', '"'])
def test_a_quotation_mark_late_in_a_tsv_costs_nothing(tmp_path: Path, cell: str) -> None:
    rows = [f"{n}\t{cell if n == 1500 else 'قال الوزير.'}" for n in range(1, 3001)]
    articles, report = read_bytes(tmp_path, "n.tsv", "\n".join(["id\ttext", *rows, ""]))
    assert (len(articles), articles[1499].text, articles[-1].id, report.problems) == (3000, cell, "3000", [])


@pytest.mark.parametrize("quoted", [1, 500, 999])
def test_a_quoted_cell_among_the_first_rows_makes_a_quoted_tsv(tmp_path: Path, quoted: int) -> None:
    rows = [f'{n}\t"قال ""نعم"".\nثم عاد."' if n in (quoted, 1500) else f"{n}\tقال الوزير." for n in range(1, 2001)]
    articles, report = read_bytes(tmp_path, "n.tsv", "\n".join(["id\ttext", *rows, ""]))
    assert (len(articles), articles[1499].text, report.problems) == (2000, 'قال "نعم".\nثم عاد.', [])


@pytest.mark.parametrize("cell", ['"نعم" قال الوزير.', '"نعم', '"نعم"\tزائد'])
def test_a_cell_whose_quotation_is_not_closed_makes_no_quoted_tsv(tmp_path: Path, cell: str) -> None:
    articles, _ = read_bytes(tmp_path, "n.tsv", f'id\ttext\n1\t"نعم"\n2\t{cell}\n3\tقال\n')
    assert [article.text for article in articles if article.id in "13"] == ['"نعم"', "قال"]


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda t: bool(t.strip())), min_size=1, max_size=5
    )
)
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    root = tmp_path_factory.mktemp("round")
    (root / "n.jsonl").write_text(jsonl(*({"text": text} for text in texts)), encoding="utf-8", newline="")
    with open(root / "n.csv", "w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, quoting=csv.QUOTE_ALL).writerows([["text"], *([text] for text in texts)])
    articles, report = read(root)
    assert [article.text for article in articles] == texts * 2
    assert report.problems == []


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        ("زلزال قوي", "ضرب زلزال المغرب.", "زلزال قوي\n\nضرب زلزال المغرب."),
        (" زلزال\nقوي ", "ضرب زلزال المغرب.", "زلزال قوي\n\nضرب زلزال المغرب."),
        ("زلزال قويّ", "أخبار\nزلزال قوي\nضرب المغرب.", "أخبار\nزلزال قوي\nضرب المغرب."),
        ("Earthquake", "ضرب زلزال المغرب.", "ضرب زلزال المغرب."),
        ("", "ضرب زلزال المغرب.", "ضرب زلزال المغرب."),
    ],
)
def test_a_title_that_the_text_lacks_becomes_its_first_paragraph(
    tmp_path: Path, title: str, text: str, read: str
) -> None:
    articles, _ = read_bytes(tmp_path, "n.jsonl", jsonl({"title": title, "text": text}))
    assert articles[0].text == read
    assert articles[0].title == (title.strip() or None)
    first = next(iter(segment(articles[0])))
    if read != text:
        assert (first.role, first.text) == ("headline", "زلزال قوي")
