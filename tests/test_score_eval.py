"""`xlate eval`: test sets of every kind, translated by the real model, and what is wrong with them in one line."""

import gzip
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlate.cli import app
from xlate.errors import InputError, UsageError
from xlate.score.testset import is_lines, load_testset

ROOT = Path(__file__).parent.parent


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


ARABIC = "قال الرئيس إن المحادثات فشلت.\n\nوصل الوزير إلى طرابلس يوم الاثنين.\n"
ENGLISH = "The president said the talks failed.\n\nThe minister arrived in Tripoli on Monday.\n"


def make(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.fixture
def testset(tmp_path):
    about = 'name = "news"\nlicence = "CC0"\norigin = "made up"\n'
    return make(tmp_path / "set", news__ar=ARABIC, news__en=ENGLISH, news__docs="a\na\nb\n", testset__toml=about)


def test_folder_is_read(testset):
    (testset / "news.en.2").write_text(ENGLISH.replace("talks", "negotiations"))
    found = load_testset(str(testset))
    assert (found.name, found.licence, found.origin) == ("news", "CC0", "made up")
    assert found.task.ids == ("1", "2", "3")
    assert [stream[0] for stream in found.task.streams] == [
        "The president said the talks failed.",
        "The president said the negotiations failed.",
    ]
    assert found.task.articles == ("a", "a", "b")
    assert found.task.sources == tuple(ARABIC.split("\n")[:3])
    # packed by any mixture, the same
    (testset / "news.en.2").unlink()
    (testset / "news.en.2.gz").write_bytes(gzip.compress(ENGLISH.replace("talks", "negotiations").encode()))
    assert load_testset(str(testset)) == found
    assert is_lines(testset)
    assert not is_lines(testset.parent)


BAD = {
    "counts": ({"x.ar": "ا\n", "x.en": "a\nb\n"}, "{0}/x.ar has 1 lines, {0}/x.en has 2; they must go line by line"),
    "documents": (
        {"x.ar": "ا\n", "x.en": "a\n", "x.docs": "d\nd\n"},
        "{0}/x.ar has 1 lines, {0}/x.docs has 2; they must go line by line",
    ),
    "no reference": ({"x.ar": "ا\n"}, "{0}/x.en: does not exist; a test set needs references"),
    "backup": (
        {"x.ar": "ا\n", "x.en": "a\n", "x.en.bak": "b\n"},
        "{0}/x.en.bak: references are called x.en, x.en.2, x.en.3 … (each also .gz); rename it or move it away",
    ),
    "packed too": (
        {"x.ar": "ا\n", "x.en": "a\n", "x.en.gz": ""},
        "{0}/x.en.gz: lies beside x.en, and only one of them can count; move one away",
    ),
    "second packed too": (
        {"x.ar": "ا\n", "x.en": "a\n", "x.en.2": "b\n", "x.en.2.gz": ""},
        "{0}/x.en.2.gz: lies beside x.en.2, and only one of them can count; move one away",
    ),
    "source packed too": (
        {"x.ar": "ا\n", "x.ar.gz": "", "x.en": "a\n"},
        "{0}/x.ar.gz: lies beside x.ar, and only one of them can count; move one away",
    ),
    "documents packed too": (
        {"x.ar": "ا\n", "x.en": "a\n", "x.docs": "d\n", "x.docs.gz": ""},
        "{0}/x.docs.gz: lies beside x.docs, and only one of them can count; move one away",
    ),
    "two": (
        {"x.ar": "ا\n", "y.ar": "ا\n"},
        '{0}: holds x, y; say which is meant as name = "..." in {0}/testset.toml',
    ),
    "none": ({"x.en": "a\n"}, "{0}: holds no <name>.ar with its <name>.en; is it a test set?"),
    "empty": ({"x.ar": "ا\n", "x.en": ""}, "{0}/x.en: is empty; there is nothing to score"),
    "blank": ({"x.ar": "ا\n", "x.en": "\n"}, "{0}/x.en: every line is empty; there is nothing to score"),
    "deep toml": (
        {"x.ar": "ا\n", "testset.toml": "a = " + "[" * 5000},
        "{0}/testset.toml: is not TOML (maximum recursion depth exceeded); repair it",
    ),
    "toml": ({"x.ar": "ا\n", "testset.toml": "licence = 1\n"}, '{0}/testset.toml: licence must be text, such as licence = "..."'),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_test_sets_are_one_line(tmp_path, case):
    files, message = BAD[case]
    folder = tmp_path / "set"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(InputError) as caught:
        load_testset(str(folder))
    assert str(caught.value) == message.format(folder)


def test_names_of_sacrebleu(monkeypatch, tmp_path):
    with pytest.raises(UsageError) as caught:
        load_testset("flores")
    assert str(caught.value) == "flores: is no folder, and no test set of sacrebleu's for ar-en (it has iwslt17)"
    from sacrebleu.dataset import DATASETS

    def unreachable(pair):
        raise OSError("no network")

    data = DATASETS["iwslt17"]
    monkeypatch.setattr(data, "get_source_file", unreachable)
    with pytest.raises(InputError) as caught:
        load_testset("iwslt17")
    assert str(caught.value) == (
        "iwslt17: sacrebleu cannot download it (no network); connect to a network once, or give a folder"
    )
    (tmp_path / "s").write_text(ARABIC)
    (tmp_path / "r").write_text(ENGLISH)
    monkeypatch.setattr(data, "get_source_file", lambda pair: str(tmp_path / "s"))
    monkeypatch.setattr(data, "get_reference_files", lambda pair: [str(tmp_path / "r")])
    assert load_testset("iwslt17").task.streams == (tuple(ENGLISH.split("\n")[:3]),)


def test_eval_of_lines_keeps_outputs_that_can_be_a_baseline(testset, tmp_path):
    out, report = tmp_path / "kept", ["--memory", tmp_path / "memory.db", "-o", tmp_path / "kept"]
    code, stdout, err = run("eval", testset, *report, "--metric", "chrf")
    assert code == 0
    assert stdout.splitlines()[1].startswith("ar-en-starter  ")
    kept = out / "news.ar-en-starter.jsonl"
    assert f"xlate: {kept}: outputs kept (" in err
    header, *rows = map(json.loads, kept.read_text().splitlines())
    assert header["settings"]["beam_size"] >= 1
    assert set(header["model"]) == {"name", "digest"}
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[1]["target"] == ""
    assert rows[0]["target"]
    baseline = tmp_path / "base.jsonl"
    arguments = ["eval", testset, *report, "--metric", "chrf", "--baseline", baseline]
    assert run(*arguments, "--update-baseline", "-q") == (0, "", "")
    assert baseline.read_bytes() == kept.read_bytes()
    code, _, err = run(*arguments, "-q", "--max-drop", "chrf=1", "--allow-underpowered", "--max-flags", "any=100%")
    assert (code, err) == (0, "")
    code, _, err = run(*arguments, "--beam-size", 1)
    assert code == 2
    assert "cannot be compared with: the model settings differ: beam_size is 4 there and 1 here" in err
    beam = tmp_path / "beam"
    assert run("eval", testset, *report[:2], "-o", beam, "--beam-size", 1, "-q")[0] == 0
    code, _, err = run("score", beam / kept.name, testset / "news.en", "--baseline", baseline)
    assert code == 2
    assert "the model settings differ: beam_size is 4 there and 1 here" in err
    # the kept outputs scored by hand give the same number
    scored = json.loads(run("score", kept, testset / "news.en", "--metric", "chrf", "--json")[1])
    evaluated = json.loads(run(*arguments, "--json")[1])
    assert scored["systems"][0]["scores"] == evaluated["systems"][0]["scores"]


def test_eval_of_articles(tmp_path):
    folder = tmp_path / "seeds"
    folder.mkdir()
    name = "000_769b5a0482304efe"
    (folder / f"{name}.txt").write_bytes((ROOT / "seeds" / f"{name}.txt").read_bytes())
    arguments = ["eval", folder, "--memory", "none", "-o", tmp_path / "kept", "--json"]
    code, out, _ = run(*arguments, "--references", ROOT / "eval" / "references")
    assert code == 0
    data = json.loads(out)
    assert data["task"]["segments"] + data["task"]["without_reference"] >= 13
    assert data["systems"][0]["scores"][1]["metric"] == "chrF2"
    assert data["systems"][0]["scores"][1]["value"] > 20
    assert run(*arguments)[2] == f"xlate: {folder}: holds articles; give their translations with --references DIR\n"


@pytest.mark.parametrize("with_copied", [True, False])
def test_score_and_eval_take_the_same_references(tmp_path, with_copied):
    articles = make(
        tmp_path / "arts", a__txt="قال الرئيس إن المحادثات فشلت.\n\nBBC News, CNN\n\nوصل الوزير إلى طرابلس.\n"
    )
    assert run("run", articles, "-o", tmp_path / "out", "--memory", "none", "-q")[0] == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "bitext.jsonl").read_text().splitlines()]
    assert [row["origin"] for row in rows] == ["model", "copied", "model"]
    english = ["The president said the talks failed.", "BBC News and CNN", "The minister arrived in Tripoli."]
    lines = [f"{row['id']}\t{text}\n" for row, text in zip(rows, english, strict=True)]
    references = make(tmp_path / "refs", a__tsv="".join(lines if with_copied else lines[::2]))
    scored = run("score", tmp_path / "out", references, "--json")
    arguments = ["--references", references, "--memory", "none", "-o", tmp_path / "kept", "--json"]
    evaluated = run("eval", articles, *arguments)
    assert (scored[0], evaluated[0]) == (0, 0)
    first, second = json.loads(scored[1]), json.loads(evaluated[1])
    assert first["task"] == second["task"]
    assert (first["task"]["segments"], first["task"]["without_reference"]) == (3 if with_copied else 2, 0)
    assert first["systems"][0]["scores"] == second["systems"][0]["scores"]


def test_a_flag_counts_in_eval_as_in_score(tmp_path):
    """Of three segments one has a reference; the gate looks at all."""
    sentences = ["قال الرئيس إن المحادثات فشلت.", "بلغ العدد 734 قتيلا و48203 نازحا و6612 بيتا.", "وصل الوزير."]
    articles = make(tmp_path / "arts", a__txt="\n\n".join(sentences))
    assert run("run", articles, "-o", tmp_path / "out", "--memory", "none", "-q")[0] == 0
    references = make(tmp_path / "refs", a__tsv="a:0000\tThe president said the talks failed.\n")
    gate = ["--max-flags", "any=100%"]
    scored = run("score", tmp_path / "out", references, *gate)[1].splitlines()[-1]
    arguments = ["--references", references, "--memory", "none", "-o", tmp_path / "kept", *gate]
    evaluated = run("eval", articles, *arguments)[1].splitlines()[-1]
    assert re.match(r"--max-flags any=100% holds: \d of 3 segments ", evaluated)
    assert evaluated == scored


def test_bad_arguments_are_one_line(testset, tmp_path):
    (tmp_path / "file").write_text("")
    cases: list[tuple[list[object], str]] = [
        (["--out", tmp_path / "file"], f"{tmp_path}/file: is a file; give a folder for the outputs with --out"),
        (["--references", tmp_path], f"{testset}: has its own references; --references is for a folder of articles"),
        (["--update-baseline"], "--update-baseline needs --baseline FILE, the file to write"),
        (["--max-drop", "chrf=1"], "--max-drop chrf=1: a drop is measured against a baseline; give --baseline FILE"),
    ]
    for arguments, message in cases:
        code, _, err = run("eval", testset, "--memory", "none", "-o", tmp_path / "kept", *arguments)
        assert (code, err.splitlines()[-1]) == (2, f"xlate: {message}")
