"""The main job from the command line: what is written, what is said, exit codes."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from conftest import ROOT, SEEDS, STARTER, Ran, xlate

from xlate.formats import FORMATS

REFERENCES = ROOT / "eval" / "references"
IDS = [path.stem for path in sorted(SEEDS.glob("*.txt"))]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """The seeds' bundle, made once, with the memory beside it."""
    folder = tmp_path_factory.mktemp("bundle")
    ran = xlate("run", SEEDS, "-o", folder / "out", "--references", REFERENCES, "--memory", folder / "memory")
    return folder / "out", ran


def rows(out: Path) -> list[dict]:
    return [json.loads(line) for line in (out / "bitext.jsonl").read_text(encoding="utf-8").splitlines()]


def contents(out: Path) -> dict[str, bytes]:
    """Everything in a bundle but what may differ between runs."""
    found = {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    return {name: data for name, data in found.items() if name != "run.json"}


def test_the_summary(bundle):
    out, ran = bundle
    assert ran.code == 0
    assert ran.err == (
        "note: ar-en-starter is a small starter model; for a strong one: "
        "xlate model pull opus-mt-tc-big-ar-en, then --model opus-mt-tc-big-ar-en\n"
    )
    lines = {line.split()[0]: line for line in ran.out.splitlines()}
    assert list(lines) == "articles segments translated shared flagged quality time BLEU chrF2 bundle".split()
    assert lines["articles"].split()[1] == "5"
    assert "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in lines["BLEU"]
    assert lines["bundle"].endswith(str(out))


def test_the_files(bundle):
    out, _ = bundle
    names = {
        "run.json",
        "scores.json",
        "bitext.jsonl",
        "bitext.tsv",
        "bitext.tmx",
        "bitext.xlf",
        "bitext.ar",
        "bitext.en",
        "shared.jsonl",
        "shared.matrix.tsv",
        "shared.articles.tsv",
        "shared.unique.tsv",
    }
    names |= {f"articles/{article}.en.txt" for article in IDS}
    assert set(contents(out)) | {"run.json"} >= names
    assert set(json.loads((out / "run.json").read_bytes())["files"]) == {n for n in contents(out) if n != ".lock"} | {
        "run.json"
    }


def test_all_formats_hold_the_same_pairs(bundle):
    out, _ = bundle
    expected = [(r["id"], r["source"], r["target"]) for r in rows(out)]
    assert len({id_ for id_, _, _ in expected}) == len(expected) > 100
    for name in ("jsonl", "tsv", "tmx", "xlf"):
        pairs = FORMATS[name].read(out / f"bitext{FORMATS[name].suffix}")
        assert [(p.id, p.source, p.target) for p in pairs] == expected, name
    moses = FORMATS["moses"].read(out / "bitext")
    assert [(p.source, p.target) for p in moses] == [(s, t) for _, s, t in expected]


def test_what_only_one_article_has(bundle):
    """Every segment that could be compared is shared by articles or listed as one article's own."""
    out, _ = bundle
    header, *lines = (out / "shared.unique.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == ["article", "segment", "start", "end", "text"]
    unique = {line.split("\t")[1]: line.split("\t") for line in lines}
    known = {r["id"]: [r["article"], r["id"], str(r["start"]), str(r["end"]), r["source"]] for r in rows(out)}
    assert unique.items() <= known.items()
    clusters = [json.loads(line) for line in (out / "shared.jsonl").read_text(encoding="utf-8").splitlines()]
    shared = {m["segment"] for c in clusters if not c["evidence"]["within_article"] for m in c["members"]}
    assert not shared & set(unique)
    assert shared | set(unique) == {r["id"] for r in rows(out) if r["role"] != "boilerplate"}
    table = [line.split("\t") for line in (out / "shared.articles.tsv").read_text(encoding="utf-8").splitlines()]
    assert table[0] == ["article", "published", "shared", "unique", "near_identical"]
    assert [row[0] for row in table[1:]] == IDS
    for article, _, has, alone, _ in table[1:]:
        assert (int(has), int(alone)) == (
            sum(i.startswith(f"{article}:") for i in shared),
            sum(i.startswith(f"{article}:") for i in unique),
        )
    assert [(row[0][:3], row[4][:3]) for row in table[1:] if row[4]] == [("002", "004"), ("004", "002")]


def test_offsets_rebuild_every_source(bundle):
    out, _ = bundle
    texts = {article: (SEEDS / f"{article}.txt").read_bytes().decode() for article in IDS}
    ends = dict.fromkeys(IDS, 0)
    for row in rows(out):
        text = texts[row["article"]]
        assert text[row["start"] : row["end"]] == row["source"]
        assert text[ends[row["article"]] : row["start"]].strip() == ""
        ends[row["article"]] = row["end"]
    for article, end in ends.items():
        assert texts[article][end:].strip() == ""


def test_every_sentence_is_translated_and_no_boilerplate(bundle):
    out, _ = bundle
    for row in rows(out):
        if row["role"] == "boilerplate":
            assert (row["target"], row["origin"]) == ("", "skipped")
        else:
            assert row["target"]
            assert row["origin"] != "skipped"


def test_verbatim_copies_share_one_translation_though_one_lost_its_spaces(bundle):
    out, _ = bundle
    by_text = {row["source"]: row for row in rows(out)}
    (spaced,) = [t for t in by_text if t.endswith("مع تونس والجزائر.")]
    (glued,) = [t for t in by_text if t.endswith("مع تونسوالجزائر.")]
    assert by_text[spaced]["target"] == by_text[glued]["target"]
    report = json.loads((out / "run.json").read_bytes())
    assert report["counts"]["shared"] == report["counts"]["translated"] - report["counts"]["distinct"] == 11


def test_articles_have_their_own_paragraphs(bundle):
    out, _ = bundle
    article = "000_769b5a0482304efe"
    source = [p for p in (SEEDS / f"{article}.txt").read_text(encoding="utf-8").split("\n\n") if p.strip()]
    english = (out / "articles" / f"{article}.en.txt").read_text(encoding="utf-8")
    assert len(english.strip().split("\n\n")) == len(source)
    assert english.endswith("\n")


def test_scores(bundle):
    out, _ = bundle
    scores = json.loads((out / "scores.json").read_bytes())
    assert scores["segments"] == sum(
        len(list(csv.reader((REFERENCES / f"{a}.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)))
        - 1
        for a in IDS
    )
    assert scores["without_reference"] == 0
    assert set(scores["articles"]) == set(IDS)
    (chrf,) = [s for s in scores["corpus"] if s["metric"] == "chrF2"]
    assert 20 < chrf["value"] < 100
    assert chrf["signature"].startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")


def test_run_json_says_what_made_it(bundle):
    out, _ = bundle
    report = json.loads((out / "run.json").read_bytes())
    assert report["model"]["name"] == "ar-en-starter"
    assert report["signature"].startswith(f"model:ar-en-starter|digest:{report['model']['digest'][:16]}|beam_size:4|")
    assert report["settings"]["compute_type"] == "int8"
    assert [f["encoding"] for f in report["inputs"]["files"]] == ["utf-8"] * 5
    assert all(len(f["sha256"]) == 64 for f in report["inputs"]["files"])
    assert report["counts"]["segments"] == len(rows(out))
    assert report["counts"]["flagged"] == sum(bool(r["flags"]) for r in rows(out))


def test_a_second_run_is_byte_identical_and_free(bundle):
    out, _ = bundle
    before = contents(out)
    ran = xlate("run", SEEDS, "-o", out, "--references", REFERENCES, "--memory", out.parent / "memory", "--json")
    report = json.loads(ran.out)
    assert contents(out) == before
    assert report["counts"]["from_memory"] == report["counts"]["distinct"] > 40


def test_a_killed_run_goes_on_and_ends_the_same(bundle, tmp_path: Path):
    out, _ = bundle
    command = [
        sys.executable,
        "-m",
        "xlate",
        "run",
        str(SEEDS),
        "-o",
        str(tmp_path / "out"),
        "--memory",
        str(tmp_path / "m"),
    ]
    command += ["--references", str(REFERENCES)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    wal = tmp_path / "m-wal"
    target = random.uniform(20_000, 60_000)
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > target):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "run.json").exists(), "the run had ended before it was killed"
    (tmp_path / "out" / "articles").mkdir(exist_ok=True)
    (tmp_path / "out" / "articles" / ".left.x1.part").write_text("half", encoding="utf-8")
    ran = xlate(*command[3:], "--json")
    counts = json.loads(ran.out)["counts"]
    assert 0 < counts["from_memory"] < counts["distinct"]
    assert contents(tmp_path / "out") == contents(out)


def test_interrupted_by_hand(tmp_path: Path):
    command = [
        sys.executable,
        "-m",
        "xlate",
        "run",
        str(SEEDS),
        "-o",
        str(tmp_path / "out"),
        "--memory",
        str(tmp_path / "m"),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    wal = tmp_path / "m-wal"
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > 20_000):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate()
    assert process.returncode == 130
    assert error.startswith("xlate: interrupted; ")
    assert error.endswith("segments are kept; the same command goes on from there\n")
    assert error.count("\n") == 1


def test_only_the_formats_asked_for_and_nothing_stale(tmp_path: Path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text("وصل الوفد إلى تونس.", encoding="utf-8")
    (source / "b.txt").write_text("اجتمع المسؤولون في القاهرة أمس.", encoding="utf-8")
    out = tmp_path / "out"
    assert xlate("run", source, "-o", out).code == 0
    (out / "mine.txt").write_text("notes", encoding="utf-8")
    (source / "b.txt").unlink()
    ran = xlate("run", source, "-o", out, "--format", "tsv", "-f", "moses")
    assert ran.code == 0
    left = {n for n in contents(out) if n not in (".lock", "index.html") and not n.startswith("shared.")}
    assert left == {"articles/a.en.txt", "bitext.ar", "bitext.en", "bitext.tsv", "mine.txt"}
    assert "b.en.txt" in " ".join(json.loads((out / "run.json").read_bytes())["removed"])


def test_boilerplate_on_request(tmp_path: Path):
    (tmp_path / "a.txt").write_text("وصل الوفد إلى تونس.\n\nأخبار ذات علاقة\n\nترك الرد\n", encoding="utf-8")
    xlate("run", tmp_path / "a.txt", "-o", tmp_path / "without")
    xlate("run", tmp_path / "a.txt", "-o", tmp_path / "with", "--include-boilerplate")
    assert [bool(r["target"]) for r in rows(tmp_path / "without")] == [True, False, False]
    assert [bool(r["target"]) for r in rows(tmp_path / "with")] == [True, True, True]


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("وصل الوفد إلى تونس.", encoding="utf-8")
    return path


def altered(model: Path) -> Path:
    shutil.copytree(STARTER, model)
    with (model / "model.bin").open("ab") as handle:
        handle.write(b"x")
    return model


BAD = {
    "no such path": (lambda t: ["run", t / "nowhere", "-o", t / "out"], "nowhere: "),
    "nothing readable": (lambda t: ["run", t / "empty", "-o", t / "out"], "empty: "),
    "out is a file": (
        lambda t: ["run", t / "a.txt", "-o", t / "file"],
        "file: is a file; give a folder for the bundle",
    ),
    "unknown format": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "-f", "docx"],
        "unknown format 'docx'; choose from jsonl, tsv, tmx, xlf, moses",
    ),
    "option value": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "--device", "gpu"],
        "device is 'gpu'; choose one of cpu, cuda, auto",
    ),
    "option type": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "--beam-size", "many"],
        "Invalid value for '--beam-size': ",
    ),
    "no output": (lambda t: ["run", t / "a.txt"], "Missing option '--out' / '-o' (see xlate run --help)"),
    "unknown model": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "-m", "ar-en-startr"],
        "did you mean ar-en-starter",
    ),
    "altered model": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "-m", altered(t / "model")],
        "model.bin: altered",
    ),
    "references for unknown ids": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "--references", t / "references"],
        "a.tsv: line 1: no translated segment has the id 'a:0099'",
    ),
    "no references": (
        lambda t: ["run", t / "a.txt", "-o", t / "out", "--references", t / "nowhere"],
        "nowhere: is not a folder of references",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_usage_is_one_line_and_code_2(case: str, tmp_path: Path, article: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "a.tsv").write_text("a:0099\tEnglish\n", encoding="utf-8")
    arguments, message = BAD[case]
    ran = xlate(*arguments(tmp_path))
    assert ran.code == 2
    assert message in ran.err
    assert ran.err.startswith("xlate: ")
    assert ran.err.count("\n") == 1
    assert ran.out == ""
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_one_bad_file_of_many(tmp_path: Path, article: Path):
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(100))
    (tmp_path / "lines.jsonl").write_text('{"id": "j", "text": "وصل الوزير إلى مصر."}\n{"id": \n', encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / ".hidden.txt").write_text("x", encoding="utf-8")
    (tmp_path / "paper.docx").write_text("x", encoding="utf-8")
    ran = xlate("run", tmp_path, "-o", tmp_path.parent / "out")
    assert ran.code == 2
    assert {r["article"] for r in rows(tmp_path.parent / "out")} == {"a", "j"}
    assert len([line for line in ran.err.splitlines() if line.startswith("xlate: ")]) == 2
    assert "xlate: lines.jsonl: line 2" in ran.err
    assert "xlate: picture.txt: " in ran.err
    assert "1 hidden, 1 of unknown suffix, 1 empty, 2 with a problem" in ran.out
    report = json.loads((tmp_path.parent / "out" / "run.json").read_bytes())
    assert [p["path"] for p in report["problems"]] == ["lines.jsonl", "picture.txt"]


def test_two_runs_into_one_place(tmp_path: Path, article: Path):
    from filelock import FileLock

    (tmp_path / "out").mkdir()
    with FileLock(tmp_path / "out" / ".lock"):
        ran = xlate("run", article, "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (
        2,
        f"xlate: {tmp_path / 'out'}: another run is writing here; wait for it or choose another folder\n",
    )


PRINTING = [
    ("--help",),
    ("score", "{lines}", "{lines}"),
    ("score", "{lines}", "{lines}", "--min", "chrf=100", "--json"),
    ("corpus", "stats", "{pairs}", "--json"),
    ("corpus", "filter", "{pairs}", "--cheap", "--show-chain"),
]


def printing(arguments: tuple[str, ...], folder: Path, stdout: IO[bytes]) -> subprocess.CompletedProcess[str]:
    (folder / "lines.txt").write_text("The delegation arrived.\n")
    (folder / "pairs.tsv").write_text("id\tsource\ttarget\n1\tنعم\tyes\n", encoding="utf-8")
    filled = [one.format(lines=folder / "lines.txt", pairs=folder / "pairs.tsv") for one in arguments]
    command = [sys.executable, "-m", "xlate", *filled]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", PRINTING)
def test_whatever_prints_says_in_a_line_that_the_disk_is_full(tmp_path, arguments):
    with open("/dev/full", "wb") as full:
        ran = printing(arguments, tmp_path, full)
    message = "xlate: standard output: cannot be written (No space left on device); choose another place\n"
    assert (ran.returncode, ran.stderr) == (2, message)


@pytest.mark.parametrize("arguments", PRINTING[1:3])
def test_a_reader_that_went_away_hears_nothing(tmp_path, arguments):
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "wb") as gone:
        ran = printing(arguments, tmp_path, gone)
    assert (ran.returncode, ran.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_on_standard_output(article: Path):
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [sys.executable, "-m", "xlate", "translate", "--memory", "none"],
            input="وصل الوفد.\n".encode(),
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            check=False,
        )
    assert process.returncode == 2
    assert process.stderr.decode().count("\n") == 1
    assert "No space left on device" in process.stderr.decode()


def test_translate_never_writes_over_what_it_reads(tmp_path: Path):
    table = tmp_path / "b.tsv"
    table.write_text("id\ttext\n1\tقال الوزير نعم.\n", "utf-8")
    before = table.read_bytes()
    message = f"xlate: {table}: is one of the inputs and would be overwritten; give another name\n"
    for given in (table, tmp_path):
        ran = xlate("translate", given, "-o", table, "--memory", "none", "-q")
        assert (ran.code, ran.err, table.read_bytes()) == (2, message, before)
    out = tmp_path / "z.jsonl"
    for _ in range(2):  # the second time its own output lies among the inputs
        assert xlate("translate", tmp_path, "-o", out, "--memory", "none", "-q").code == 0
        assert len(out.read_text("utf-8").splitlines()) == 1


def test_a_bundle_has_a_folder_of_its_own(tmp_path: Path):
    (tmp_path / "a.txt").write_text("قال الوزير نعم.\n", "utf-8")
    ran = xlate("run", tmp_path, "-o", tmp_path, "--memory", "none", "-q")
    told = "is the input too, and a next run would read the bundle; give the bundle a folder of its own"
    assert (ran.code, ran.err) == (2, f"xlate: {tmp_path}: {told}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
