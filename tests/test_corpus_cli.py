"""`xlate corpus` from the command line: exit codes, messages, what is written."""

import csv
import json
import lzma
import zipfile
from pathlib import Path

import pytest
from conftest import xlate

from xlate.corpus import Step, described, write_card
from xlate.data import SegmentPair
from xlate.formats import FORMATS

ROWS = [
    ("قال الوزير إن 12 نائبا حضروا الجلسة.", "The minister said 12 deputies attended the session."),
    ("قال الوزير إن 12 نائبا حضروا الجلسة.", "The minister said 12 deputies attended the session."),
    ("اقرأ المزيد على الموقع الرسمي", "اقرأ المزيد على الموقع الرسمي"),
    ("وصل الوفد إلى تونس عام 2016.", "The delegation arrived in Tunis in 2012."),
    ("وغادر الوفد العاصمة مساء اليوم نفسه.", "The delegation left the capital the same evening."),
    ("وغادر الوفد العاصمة صباح اليوم نفسه.", "The delegation left the capital the same morning."),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "in.tsv"
    pairs = [SegmentPair(str(n), a, e, None, {"article": f"d{n}"}) for n, (a, e) in enumerate(ROWS)]
    FORMATS["tsv"].write(pairs, path)
    return path


def ids(path: Path, format_name: str = "tsv") -> str:
    return " ".join(pair.id for pair in FORMATS[format_name].read(path))


def test_filter_drops_keeps_and_tells(corpus, tmp_path):
    out, bin_ = tmp_path / "out.tmx.gz", tmp_path / "dropped.jsonl"
    ran = xlate("corpus", "filter", corpus, "-o", out, "--rejected", bin_, "--workers", 1)
    assert ran.code == 0
    assert ids(out, "tmx") == "0 1 4 5"
    rejected = list(FORMATS["jsonl"].read(bin_))
    assert [
        (p.id, p.provenance["dropped_by"], p.provenance["dropped_score"], p.provenance["article"]) for p in rejected
    ] == [
        ("2", "script", 0.0, "d2"),
        ("3", "numbers", 2.0, "d3"),
    ]
    lines = ran.out.splitlines()
    assert lines[0].split() == ["read", "6", "100.00", "%"]
    assert ["-", "numbers", "1", "16.67", "%", "most", "0"] in [line.split() for line in lines]
    assert lines[-1].split() == ["kept", "4", "66.67", "%"]
    card = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    (step,) = card["steps"]
    assert step["counts"]["kept"] == 4
    assert step["counts"]["dropped"]["script"] == 1
    assert step["settings"]["chain"][0].startswith('[[filter]]\nname = "length"')


def test_a_dry_run_writes_nothing_and_own_chains_hold(corpus, tmp_path):
    chain = tmp_path / "chain.toml"
    shown = xlate("corpus", "filter", corpus, "--show-chain")
    assert shown.out.startswith('[[filter]]\nname = "length"\nleast = 1\nmost = 120\n')
    chain.write_text(
        '[[filter]]\nname = "numbers"\nmost = 5\n[[filter]]\nname = "length"\nmost = 7\n', encoding="utf-8"
    )
    ran = xlate("corpus", "filter", corpus, "--dry-run", "--chain", chain, "--json")
    assert json.loads(ran.out) == {"read": 6, "kept": 2, "dropped": {"numbers": 0, "length": 4}}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["chain.toml", "in.tsv"]


def test_the_cheap_filters_ask_no_model(corpus):
    shown = xlate("corpus", "filter", corpus, "--cheap", "--show-chain")
    assert shown.out.count("[[filter]]") == 9
    assert shown.err == ""
    assert not any(name in shown.out for name in ("language", "margin", "translation"))
    ran = xlate("corpus", "filter", corpus, "--cheap", "--semantic", "on", "--dry-run")
    assert ran.code == 2
    assert "--cheap stands for a chain of its own" in ran.err


def test_dedup_gives_the_same_with_any_number_of_workers(corpus, tmp_path):
    for workers in (1, 2):
        out = tmp_path / f"{workers}.tsv"
        assert xlate("corpus", "dedup", corpus, "-o", out, "--level", "near", "--workers", workers).code == 0
    assert (tmp_path / "1.tsv").read_bytes() == (tmp_path / "2.tsv").read_bytes()


def test_filter_by_our_own_translation(tmp_path):
    path = tmp_path / "in.tsv"
    pairs = [SegmentPair("1", *ROWS[0]), SegmentPair("2", ROWS[4][0], "Oil prices fell again on world markets today.")]
    FORMATS["tsv"].write(pairs, path)
    ran = xlate(
        "corpus",
        "filter",
        path,
        "-o",
        tmp_path / "o.tsv",
        "--model",
        "ar-en-starter",
        "--memory",
        "none",
        "--semantic",
        "off",
        "--json",
    )
    assert ran.code == 0
    assert json.loads(ran.out)["dropped"]["translation"] == 1
    assert ids(tmp_path / "o.tsv") == "1"


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), "0 2 3 4 5"),
        (("--by", "source", "--level", "normalised"), "0 2 3 4 5"),
        (("--by", "target", "--level", "near", "--threshold", "0.6"), "0 2 3 4"),
    ],
)
def test_dedup(corpus, tmp_path, options, kept):
    bin_ = tmp_path / "gone.tsv"
    ran = xlate("corpus", "dedup", corpus, "-o", tmp_path / "o.tsv", "--rejected", bin_, "--json", *options)
    assert ran.code == 0
    assert ids(tmp_path / "o.tsv") == kept
    counts = json.loads(ran.out)
    assert counts["read"] == counts["kept"] + counts["exact"] + counts["near"] == 6
    assert sorted(ids(bin_).split() + kept.split()) == list("012345")


def test_a_file_can_be_cleaned_in_its_own_place(corpus):
    before = described(corpus)
    assert xlate("corpus", "dedup", corpus, "-o", corpus, "-q").code == 0
    assert ids(corpus) == "0 2 3 4 5"
    (step,) = json.loads(corpus.with_suffix(".json").read_text(encoding="utf-8"))["steps"]
    assert step["counts"]["exact"] == 1
    assert (step["inputs"], step["outputs"]) == ([before], [described(corpus)])
    assert before != described(corpus)


@pytest.mark.parametrize("form", ["tsv", "moses"])
def test_each_part_carries_sources_and_steps_on(tmp_path, form):
    big(tmp_path / "all.tsv", repeat=False)
    step = Step(["xlate", "bitext"], [], [], {"pairs": 60})
    write_card(tmp_path / "all.tsv", step, sources=[{"name": "APS", "licence": "CC-BY-4.0"}])
    parts = tmp_path / "parts"
    ran = xlate("corpus", "split", tmp_path / "all.tsv", "-o", parts, "--dev", 9, "--test", 9, "-f", form, "-q")
    assert ran.code == 0
    assert sorted(path.name for path in parts.glob("*.json")) == ["dev.json", "test.json", "train.json"]
    files = FORMATS[form].files(parts / f"train{FORMATS[form].suffix}")
    assert xlate("corpus", "dedup", files[0], "-o", tmp_path / "o.tsv", "-q").code == 0
    card = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert card["sources"] == [{"name": "APS", "licence": "CC-BY-4.0"}]
    assert len(card["steps"]) == 3
    assert [one["counts"].get("pairs") for one in card["steps"][:2]] == [60, {"train": 42, "dev": 9, "test": 9}]
    assert card["steps"][1]["inputs"] == [described(tmp_path / "all.tsv")]
    assert card["steps"][1]["outputs"] == [described(path) for path in files]


def big(path: Path, repeat: bool) -> None:
    rows = [
        SegmentPair(f"p{n}", f"كلمة{n} أخرى{n} ثالثة{n} رابعة{n}", f"one{n} two{n} three{n} four{n}") for n in range(60)
    ]
    if repeat:
        rows += [SegmentPair(f"q{n}", pair.source, pair.target) for n, pair in enumerate(rows)]
    FORMATS["tsv"].write(rows, path)


def test_split_guards_and_check_proves(tmp_path):
    big(tmp_path / "all.tsv", repeat=True)
    bin_ = tmp_path / "gone.jsonl"
    ran = xlate("corpus", "split", tmp_path / "all.tsv", "-o", tmp_path / "parts", "--dev", 10, "--test", 10,
                "--rejected", bin_)  # fmt: skip
    assert ran.code == 0
    parts = [tmp_path / "parts" / f"{part}.tsv" for part in ("train", "dev", "test")]
    sizes = [len(ids(part).split()) for part in parts]
    gone = list(FORMATS["jsonl"].read(bin_))
    assert sum(sizes) + len(gone) == 120
    assert gone[0].provenance["dropped_by"] in ("train: near-duplicate by source", "dev: near-duplicate by source")
    assert json.loads((tmp_path / "parts" / "dev.json").read_text(encoding="utf-8"))["steps"][0]["counts"]["guarded"]
    good = xlate("corpus", "split", "--check", *parts)
    assert (good.code, good.out) == (0, "0 near-duplicates (Jaccard ≥ 0.7) between the parts\n")
    big(tmp_path / "a.tsv", repeat=False)
    bad = xlate("corpus", "split", "--check", tmp_path / "a.tsv", parts[2], "--json")
    assert bad.code == 1
    assert json.loads(bad.out)["crossings"] == sizes[2]
    shown = xlate("corpus", "split", "--check", tmp_path / "a.tsv", parts[2])
    assert shown.out.count("1.00 alike") == min(10, sizes[2])


def test_a_split_that_would_leave_a_part_empty_writes_nothing(tmp_path):
    pair = FORMATS["tsv"]
    pair.write(
        [SegmentPair(f"p{n}", f"كلمة{n}", f"word{n}", None, {"article": "a"}) for n in range(9)], tmp_path / "in.tsv"
    )
    ran = xlate("corpus", "split", tmp_path / "in.tsv", "-o", tmp_path / "parts", "--dev", 0, "--test", 1)
    assert ran.code == 2
    assert ran.err.startswith("xlate: dev 0 and test 1 leave nothing for train: the corpus has 9 pairs in 1 documents")
    assert not list((tmp_path / "parts").iterdir())


def test_stats(corpus):
    ran = xlate("corpus", "stats", corpus)
    assert ran.code == 0
    assert "pairs               6\n" in ran.out
    assert "duplicates          1 by source, 1 by target, 1 by pair\n" in ran.out
    assert "words in a target segment\n" in ran.out
    assert "█" in ran.out
    told = json.loads(xlate("corpus", "stats", corpus, "--json").out)
    assert (told["pairs"], told["documents"], told["duplicates"]["pair"]) == (6, 6, 1)


@pytest.mark.parametrize("name", ["o.tmx", "o.xlf.gz", "o.jsonl.xz", "o.ar", "o.en.gz"])
def test_convert_there_and_back(corpus, tmp_path, name):
    there = xlate("corpus", "convert", corpus, "-o", tmp_path / name, "--json")
    assert json.loads(there.out) == {"pairs": 6}
    back = xlate("corpus", "convert", tmp_path / name, "-o", tmp_path / "back.tsv")
    assert back.code == 0
    rows = [(p.source, p.target) for p in FORMATS["tsv"].read(tmp_path / "back.tsv")]
    assert rows == ROWS
    card = json.loads((tmp_path / "back.json").read_text(encoding="utf-8"))
    assert [step["settings"]["format"] for step in card["steps"]][-1] == "tsv"
    assert len(card["steps"]) == 2


def test_convert_reads_an_opus_archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "opus.zip", "w") as made:
        made.writestr("a.ar-en.ar", "".join(a + "\n" for a, _ in ROWS))
        made.writestr("a.ar-en.en", "".join(e + "\n" for _, e in ROWS))
    assert xlate("corpus", "convert", tmp_path / "opus.zip", "-o", tmp_path / "o.tsv").code == 0
    assert ids(tmp_path / "o.tsv") == "1 2 3 4 5 6"


TMX = """<?xml version="1.0"?>{doctype}
<tmx version="1.4"><header srclang="{srclang}" adminlang="EN" segtype="sentence" o-tmf="x" creationtool="x"
creationtoolversion="1" datatype="plaintext"/><body>
<tu tuid="1"><tuv xml:lang="AR-eg"><seg>نعم{entity}</seg></tuv><tuv xml:lang="EN-US"><seg>Yes</seg></tuv></tu>
<tu tuid="2"><tuv xml:lang="ar"><seg>لا</seg></tuv></tu>
<tu tuid="3"><tuv xml:lang="fr"><seg>oui</seg></tuv><tuv xml:lang="en"><seg>yes</seg></tuv></tu>
</body></tmx>"""
BOMB = '<!DOCTYPE tmx [<!ENTITY a "{}"><!ENTITY b "{}"><!ENTITY c "{}">]>'.format("x" * 99, "&a;" * 999, "&b;" * 999)


def test_units_that_are_no_pair_are_counted_whatever_srclang_and_case(tmp_path):
    (tmp_path / "x.tmx").write_text(TMX.format(doctype="", srclang="*all*", entity=""), encoding="utf-8")
    ran = xlate("corpus", "convert", tmp_path / "x.tmx", "-o", tmp_path / "o.tsv", "--json")
    assert ran.code == 0
    assert json.loads(ran.out) == {"pairs": 1, "skipped": {"unit without ar": 1, "unit without en": 1}}
    assert ran.err == (
        f"xlate: {tmp_path / 'x.tmx'}: 1 skipped: unit without ar\n"
        f"xlate: {tmp_path / 'x.tmx'}: 1 skipped: unit without en\n"
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("bomb.tmx", TMX.format(doctype=BOMB, srclang="ar", entity="&c;").encode()),
        (
            "file.tmx",
            TMX.format(
                doctype='<!DOCTYPE tmx [<!ENTITY e SYSTEM "file:///etc/hostname">]>', srclang="ar", entity="&e;"
            ).encode(),
        ),
        ("cut.tmx", TMX.format(doctype="", srclang="ar", entity="").encode()[:400]),
        ("other.tmx", b"<html/>"),
        ("cut.tsv.xz", lzma.compress(b"source\ttarget\n" * 99)[:40]),
        ("bytes.tsv", b"id\tsource\ttarget\n1\t\xff\xfe\tx\n"),
        ("no.jsonl", b"{}\n"),
        ("cut.zip", b"PK\x03\x04"),
    ],
)
def test_hostile_and_broken_files_are_one_line_and_nothing_is_written(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    before = sorted(tmp_path.iterdir())
    for command in (("filter", "--workers", 1), ("dedup",), ("convert",)):
        ran = xlate("corpus", command[0], tmp_path / name, "-o", tmp_path / "o.tsv", *command[1:])
        assert ran.code == 2
        assert ran.err.startswith(f"xlate: {tmp_path / name}: ")
        assert ran.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("filter", "in.tsv"), "give --out FILE, or --dry-run to write nothing"),
        (("filter", "in.tsv", "-o", "o.tsv", "--dry-run"), "give --out FILE, or --dry-run to write nothing"),
        (("filter", "in.tsv", "-o", "o.tsv", "--rejected", "o.tsv"), "o.tsv: --rejected and --out are the same file"),
        (
            ("filter", "in.tsv", "-o", "o.tsv", "--rejected", "o.ar"),
            "o.ar: Moses has no place for the reason; give a .jsonl, .tsv, .tmx or .xlf file",
        ),
        (("filter", "in.tsv", "-o", "o.tsv", "--semantic", "no"), "--semantic no: choose from auto, on, off"),
        (
            ("filter", "in.tsv", "-o", "o.tsv", "--chain", "none.toml"),
            "none.toml: cannot be read (No such file or directory)",
        ),
        (("filter", "none.tsv", "-o", "o.tsv"), "none.tsv: cannot be read (No such file or directory)"),
        (
            ("dedup", "in.tsv", "-o", "o.tsv", "--by", "x"),
            "by is one of source, target, pair and level one of exact, normalised, near, not 'x' and 'exact'",
        ),
        (("split", "in.tsv", "in.tsv"), "give one IN and --out FOLDER; or --check with two or more parts"),
        (("split", "--check", "in.tsv"), "--check needs two parts or more: TRAIN DEV TEST"),
        (
            ("split", "in.tsv", "-o", "parts"),
            "dev 1000 and test 1000 do not leave anything for train: the corpus has 6 pairs",
        ),
        (
            ("convert", "in.tsv", "-o", "o.tsv", "-f", "doc"),
            "unknown format 'doc'; choose from jsonl, tsv, tmx, xlf, moses",
        ),
    ],
)
def test_usage_errors(corpus, monkeypatch, arguments, message):
    monkeypatch.chdir(corpus.parent)
    ran = xlate("corpus", *arguments)
    assert (ran.code, ran.err) == (2, f"xlate: {message}\n")
    assert not Path("o.tsv").exists()


def test_a_strangers_json_in_the_cards_place(corpus, tmp_path):
    (tmp_path / "o.json").write_text("[1]", encoding="utf-8")
    ran = xlate("corpus", "dedup", corpus, "-o", tmp_path / "o.tsv", "-q")
    assert (ran.code, ran.err) == (
        0,
        f"xlate: {tmp_path / 'o.json'}: is no card of a corpus; left alone, and no card was written\n",
    )
    assert (tmp_path / "o.json").read_text(encoding="utf-8") == "[1]"


def test_without_the_language_identifier_the_chain_says_so(corpus, monkeypatch):
    from xlate.corpus import language

    monkeypatch.setattr(language, "available", lambda: False)
    ran = xlate("corpus", "filter", corpus, "--dry-run", "--workers", 1)
    assert ran.err == "xlate: the filter language is left out; pip install 'xlate[corpus]' brings it\n"
    assert "language" not in ran.out
    assert "not identified" in xlate("corpus", "stats", corpus).out


def test_the_rejected_table_opens_in_a_spreadsheet(corpus, tmp_path):
    xlate("corpus", "filter", corpus, "-o", tmp_path / "o.tsv", "--rejected", tmp_path / "r.tsv", "--workers", 1)
    with (tmp_path / "r.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [json.loads(row["more"])["dropped_by"] for row in rows] == ["script", "numbers"]
