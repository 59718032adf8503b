"""Plain text, Markdown and HTML; publication dates and sources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.data import Article
from xlate.read import ReadReport, iter_articles
from xlate.read.dates import imprint, parse_date

SEEDS = Path(__file__).parent.parent / "seeds"


def read_one(tmp_path: Path, name: str, data: str | bytes) -> tuple[Article, ReadReport]:
    articles, report = read_all(tmp_path, name, data)
    assert report.problems == []
    return articles[0], report


def read_all(tmp_path: Path, name: str, data: str | bytes) -> tuple[list[Article], ReadReport]:
    (tmp_path / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    report = ReadReport()
    return list(iter_articles([tmp_path / name], report)), report


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2016-05-17", "2016-05-17"),
        ("20160517", "2016-05-17"),
        ("2016-05-17T10:00:00Z", "2016-05-17T10:00:00Z"),
        ("2016-05-17T10:00:00.000Z", "2016-05-17T10:00:00Z"),
        ("2016-05-17 10:00:00+01:00", "2016-05-17T10:00:00+01:00"),
        ("2016-05-17T10:00", "2016-05-17T10:00:00"),
        ("17/05/2016", "2016-05-17"),
        ("05/17/2016", "2016-05-17"),
        ("7/5/2016", "2016-05-07"),
        ("17 - 05 - 2016", "2016-05-17"),
        ("17.05.2016 10:30", "2016-05-17"),
        ("2016/5/17", "2016-05-17"),
        ("١٧/٠٥/٢٠١٦", "2016-05-17"),
        ("\u200f17 / 05 / 2016\u200f", "2016-05-17"),
        ("17 كانون الثاني 2016", "2016-01-17"),
        ("17 كانون الأول 2016", "2016-12-17"),
        ("3 تشرين الثاني، 2015", "2015-11-03"),
        ("الثلاثاء، 17 أيار/مايو 2016", "2016-05-17"),
        ("الثلاثاء 17 مايو (أيار) 2016", "2016-05-17"),
        ("1 آذار 2016", "2016-03-01"),
        ("25 يناير 2011", "2011-01-25"),
        ("30 يونيه 2013", "2013-06-30"),
        ("15 إبريل 2019", "2019-04-15"),
        ("14 جانفي 2011", "2011-01-14"),
        ("السبت 20 فيفري 2016 - 10:30", "2016-02-20"),
        ("16 أفريل 2019", "2019-04-16"),
        ("17 ماي 2016", "2016-05-17"),
        ("5 جوان 2016", "2016-06-05"),
        ("5 جويلية 1962", "1962-07-05"),
        ("20 أوت 1955", "1955-08-20"),
        ("30 يوليوز 1999", "1999-07-30"),
        ("20 غشت 1953", "1953-08-20"),
        ("9 شتنبر 2021", "2021-09-09"),
        ("6 نونبر 1975", "1975-11-06"),
        ("1 دجنبر 2015", "2015-12-01"),
        ("May 17, 2016", "2016-05-17"),
        ("17th May 2016", "2016-05-17"),
        ("Tue, 17 May 2016 10:00:00 GMT", "2016-05-17"),
        ("Tue, 17 May 2016 10:00:00 +0100", "2016-05-17T10:00:00+01:00"),
        (1463479200, "2016-05-17T10:00:00Z"),
        (1463479200.0, "2016-05-17T10:00:00Z"),
        (1463479200000, "2016-05-17T10:00:00Z"),
        ("soon", None),
        ("", None),
        ("2016", None),
        ("17/05/16", None),
        ("31/02/2016", None),
        ("99/99/2016", None),
        ("0001-01-01", None),
        ("17 ربيع الأول 1437", None),
        (5, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ("1" * 10_000, None),
    ],
)
def test_dates(value: str | int | float, iso: str | None) -> None:
    assert parse_date(value) == iso


@settings(deadline=None)
@given(st.text() | st.floats() | st.integers())
def test_dates_never_crash(value: str | int | float) -> None:
    parse_date(value)


@pytest.mark.parametrize(
    ("line", "published", "source"),
    [
        ("نشر في البلاد أون لاين يوم 17 - 05 - 2016", "2016-05-17", "البلاد أون لاين"),
        ("  نُشِر في صوت الأحرار يوم ٠٣ - ٠٢ - ٢٠١٥  ", "2015-02-03", "صوت الأحرار"),
        ("نشرت في «الخبر» بتاريخ 12 أكتوبر 2014", "2014-10-12", "«الخبر»"),
        ("نُشر في: 12 ماي 2016", "2016-05-12", None),
        ("تم النشر في 12/10/2014", "2014-10-12", None),
        ("تم نشره يوم الأحد 12 أكتوبر 2014", "2014-10-12", None),
        ("نشر بتاريخ الأحد 12 تشرين الأول 2014 الساعة 10:30", "2014-10-12", None),
        ("تاريخ النشر: 2016-05-17", "2016-05-17", None),
        ("Published: May 17, 2016", "2016-05-17", None),
        ("نشر الجيش قواته يوم 12 - 10 - 2014", None, None),
        ("نشر في الصحيفة يوم 12 - 10 - 2014 تقرير مطول عن الأوضاع في ليبيا وما يجري فيها من أحداث", None, None),
        ("نشرت في صحيفة الغارديان يوم 12 مايو 2011 وثائق سرية عن الحرب.", None, None),
        ("نشرت في صحيفة الغارديان يوم 12 مايو 2011 وثائق سرية", None, None),
        ("نشرت في صحيفة الغارديان يوم 12 مايو 2011، وفق الوزارة", None, None),
        ("نشر في صحيفة الغارديان يوم الخميس 12 مايو 2011.", None, None),
        ("نشر يوم 12 مايو 2011 تقرير عن الحرب", None, None),
        ("تاريخ النشر: 12 مايو 2011 ولم يصدر بعده شيء", None, None),
        ("نشر في البلاد يوم 17 - 05 - 2016 (تحديث)", "2016-05-17", "البلاد"),
        ("نشرت في الغارديان يوم 12 مايو 2011 (الخميس) وثائق سرية عن الحرب", None, None),
        ("Published on May 17, 2016 documents about the war", None, None),
        ("Published on May 17, 2016 by Sami Hajj", "2016-05-17", None),
        ("نشر في: 12 ماي 2016م - 10:42 بتوقيت مكة المكرمة", "2016-05-12", None),
        ("نشر في: 12 ماي 2016 - آخر تحديث 13 ماي 2016", "2016-05-12", None),
        ("نشر في البلاد يوم 17 - 05 - 2016 | 5 تعليقات", "2016-05-17", "البلاد"),
        ("نشر في: 7 تشرين الأول/أكتوبر 2018 - 12:44 بتوقيت غرينتش", "2018-10-07", None),
        ("نشر في: 12 ماي 2016 - 22:30 (ت غ)", "2016-05-12", None),
        ("نشر في: 12 ماي 2016، الساعة 10:30 ت.غ", "2016-05-12", None),
        ("وقال إنه نشر في البلاد يوم 12 - 10 - 2014", None, None),
        ("آخر تحديث: 12/10/2014", None, None),
        ("12/10/2014", None, None),
        ("نشر في البلاد يوم 45 - 45 - 2016", None, "البلاد"),
    ],
)
def test_imprint(line: str, published: str | None, source: str | None) -> None:
    assert imprint(f"عنوان\r\n\r\n{line}\nقال") == (published, source)


def test_markdown_front_matter_and_heading(tmp_path: Path) -> None:
    matter = '---\r\ntitle: "عنوان: آخر"\r\ndate: 2016-05-17\r\ntags:\r\n  - ليبيا\r\nsource: البلاد\r\nurl: https://a.dz/1\r\n---\r\n'
    body = "\r\n# رأس\r\n\r\nقال **الوزير** إن #داعش\r\n"
    article, report = read_one(tmp_path, "a.md", matter + body)
    assert article.text == body
    assert (article.title, article.published, article.source) == ("عنوان: آخر", "2016-05-17", "البلاد")
    assert article.url == "https://a.dz/1"
    assert report.files[0].front_matter == len(matter)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# عنوان #\n\nقال", "عنوان"),
        ("قال\n# لاحق\n", None),
        ("#وسم في البداية\n", None),
        ("## فرعي\n", None),
        ("---\nقال الوزير\n---\nثم", None),
        ("---\ntitle: لا نهاية\n", None),
        ("---\n---\nثم", None),
    ],
)
def test_markdown_without_front_matter_is_kept_whole(tmp_path: Path, text: str, title: str | None) -> None:
    article, report = read_one(tmp_path, "a.md", text)
    assert (article.text, article.title, report.files[0].front_matter) == (text, title, 0)


def test_markdown_date_that_is_none(tmp_path: Path) -> None:
    article, report = read_one(tmp_path, "a.md", "---\ndate: soon\n---\nقال")
    assert (article.published, report.files[0].dates_not_understood) == (None, 1)


PARAGRAPHS = (SEEDS / "000_769b5a0482304efe.txt").read_text("utf-8").split("\n\n")
PAGE = f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head>CHARSET<title>لعمامرة: مشاورات | البلاد</title>
<meta property="og:title" content="لعمامرة: مشاورات بين عدة دول"><meta property="og:site_name" content="البلاد">
<meta property="article:published_time" content="2015-02-23T10:00:00+01:00">
<link rel="canonical" href="https://example.org/a/1"></head><body>
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/s">رياضة</a></li></ul></nav>
<article><h1>لعمامرة: مشاورات بين عدة دول</h1>{"".join(f"<p>{p}</p>" for p in PARAGRAPHS)}</article>
<div class="comments"><h3>ترك الرد</h3><p>من فضلك ادخل تعليقك</p></div>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


@pytest.mark.parametrize(
    ("meta", "codec", "encoding", "why"),
    [
        ('<meta charset="utf-8">', "utf-8", "utf-8", "valid UTF-8"),
        ("<meta charset=windows-1256>", "windows-1256", "windows-1256", "declared as windows-1256"),
        (
            '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-6">',
            "iso-8859-6",
            "iso-8859-6",
            "declared as iso-8859-6",
        ),
        ('<meta charset="iso-8859-1">', "windows-1256", "windows-1256", None),
        ("", "windows-1256", "windows-1256", None),
    ],
)
def test_html(tmp_path: Path, meta: str, codec: str, encoding: str, why: str | None) -> None:
    data = PAGE.replace("CHARSET", meta).encode(codec)
    article, report = read_one(tmp_path, "a.html", data)
    for paragraph in PARAGRAPHS:
        assert paragraph.strip() in article.text
    for debris in ("الرئيسية", "رياضة", "جميع الحقوق", "<p>"):
        assert debris not in article.text
    assert (article.title, article.source) == ("لعمامرة: مشاورات بين عدة دول", "البلاد")
    assert (article.published, article.url) == ("2015-02-23", "https://example.org/a/1")
    assert article.encoding == encoding
    assert why in (None, report.files[0].why)


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<<<>>>\x01&#0; <p", "<html><script>x()</script>"])
def test_html_without_an_article(tmp_path: Path, page: str) -> None:
    articles, report = read_all(tmp_path, "a.htm", page)
    assert articles == []
    assert str(report.problems[0]) == "a.htm: no article text found in this page; save its text as .txt"


def test_html_date_of_publication_not_of_change(tmp_path: Path) -> None:
    changed = '<meta property="article:modified_time" content="2019-01-01T10:00:00+01:00">'
    article, _ = read_one(tmp_path, "a.html", PAGE.replace("CHARSET", changed))
    assert article.published == "2015-02-23"


def test_html_date_and_source_from_the_text(tmp_path: Path) -> None:
    bare = "\n".join(line for line in PAGE.splitlines() if not line.startswith("<meta"))
    said = bare.replace("</h1>", "</h1><p>نشر في البلاد أون لاين يوم 17 - 05 - 2016</p>")
    article, _ = read_one(tmp_path, "a.html", said.replace("CHARSET", ""))
    assert (article.published, article.source) == ("2016-05-17", "البلاد أون لاين")


def test_html_libraries_say_nothing_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<![CDATA[<?xml version="1.0"?>{"@type":')  # logged as an error by trafilatura
    (tmp_path / "b.html").write_text("<html></html>")
    code = "import sys; from xlate.read import *; r = ReadReport();"
    code += "list(iter_articles(sys.argv[1:], r)); print(r.problems)"
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("no article text") == 2


def test_html_empty(tmp_path: Path) -> None:
    assert read_all(tmp_path, "a.html", " \n")[1].empty == ["a.html"]


def test_html_control_characters_do_not_end_the_page(tmp_path: Path) -> None:
    article, _ = read_one(tmp_path, "a.html", PAGE.replace("CHARSET", "\0").replace(" هناك ", " هنا\0ك "))
    assert PARAGRAPHS[-1].strip() in article.text


def test_html_when_the_parser_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise AssertionError("deep inside")  # as trafilatura 2.3.1 does on "<body><script><html>"

    monkeypatch.setattr("trafilatura.bare_extraction", broken)
    _, report = read_all(tmp_path, "a.html", PAGE)
    assert str(report.problems[0]) == (
        "a.html: trafilatura cannot take this page apart (AssertionError('deep inside')); save its text as .txt"
    )


def test_html_without_trafilatura(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    _, report = read_all(tmp_path, "a.html", PAGE)
    assert str(report.problems[0]) == "a.html: HTML needs an extra package; pip install 'xlate[html]'"


FRAGMENTS = [
    "<p>",
    "</p>",
    "<div",
    ">",
    "<!--",
    "-->",
    "<![CDATA[",
    "&#0;",
    "&#x110000;",
    "\ufffe",
    "قال الوزير إن ",
    '<a href="http://[x">',
    "<table><tr><td>",
    '<meta name="date" content="9999-99-99">',
    "<title>",
    "\n",
    '<?xml version="1.0" encoding="utf-16"?>',
    "<base href='::'>",
    '<link rel=canonical href="http://[">',
    '<script type="application/ld+json">{"@graph":[1,null,{"@type":null}]}</script>',
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30))
def test_html_any_page_is_an_article_or_a_problem(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    articles, report = read_all(tmp_path_factory.mktemp("html"), "a.html", "".join(parts))
    assert len(articles) + len(report.problems) + len(report.empty) == 1
    for article in articles:
        article.text.encode()
