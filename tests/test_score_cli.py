"""`xlate score`: the numbers of sacrebleu's own command, every kind of input, and one line for each kind of bad input."""

import gzip
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from xlate.cli import app
from xlate.score.task import prepare

WORDS = [
    "the",
    "a",
    "president",
    "minister",
    "said",
    "on",
    "Monday",
    "that",
    "talks",
    "with",
    "15,000",
    "people",
    "in",
    "Tripoli",
    "failed",
    ",",
    "again",
    ".",
    "2.7",
    "%",
]


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def make(folder: Path, n: int = 60) -> dict[str, Path]:
    """Two systems and two references of `n` made-up lines."""
    rng = random.Random(7)
    reference = [" ".join(rng.choice(WORDS) for _ in range(rng.randint(4, 12))) for _ in range(n)]

    def noisy(share: float) -> list[str]:
        return [" ".join(rng.choice(WORDS) if rng.random() < share else w for w in s.split()) for s in reference]

    texts = {"ref": reference, "ref2": noisy(0.3), "good": noisy(0.15), "bad": noisy(0.3)}
    paths = {}
    for name, lines in texts.items():
        paths[name] = folder / f"{name}.txt"
        paths[name].write_text("".join(line + "\n" for line in lines))
    return paths


@pytest.fixture
def files(tmp_path):
    return make(tmp_path)


def sacrebleu(*arguments: object) -> str:
    command = [sys.executable, "-m", "sacrebleu", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("references", [["ref"], ["ref", "ref2"]])
def test_every_printed_digit_is_sacrebleus(files, references):
    refs = [files[name] for name in references]
    theirs = sacrebleu(*refs, "-i", files["good"], "-m", "bleu", "chrf", "ter", "-ci", "-w", "4", "-f", "text")
    plus = sacrebleu(*refs, "-i", files["good"], "-m", "chrf", "-cw", "2", "-ci", "-w", "4", "-f", "text")
    expected = dict(re.findall(r"(\S+?)\|\S+ = (\S+ \(μ = \S+ ± \S+\))", theirs + plus))
    signatures = {line.split(" = ")[0].strip() for line in (theirs + plus).splitlines()}
    code, out, _ = run("score", files["good"], *refs, "--metric", "bleu,chrf,ter,chrf++", "--width", 4)
    assert code == 0
    header, row, _, *ours = out.splitlines()
    assert header.split() == ["BLEU", "chrF2", "TER", "chrF2++"]
    assert re.findall(r"\S+ \(μ = \S+ ± \S+\)", row) == [expected[name] for name in header.split()]
    assert set(ours) == signatures


@pytest.mark.parametrize(("test", "option"), [("bs", "--paired-bs"), ("ar", "--paired-ar")])
def test_paired_tests_are_sacrebleus(files, test, option):
    arguments = (files["ref"], "-i", files["good"], files["bad"], "-m", "bleu", "chrf", option)
    # as LaTeX: its JSON cannot be written with numpy 2
    row = next(
        line for line in sacrebleu(*arguments, "-f", "latex", "-w", "4", "-nc").splitlines() if "bad.txt" in line
    )
    expected = [re.sub(r"[^0-9.p=()± ]", "", cell).strip() for cell in row.split("&")[1:]]
    code, out, _ = run("score", files["good"], files["ref"], "--system", files["bad"], "--paired", test, "--json")
    assert code == 0
    first, second = json.loads(out)["systems"]
    key = {"bs": "p_bootstrap", "ar": "p_randomisation"}[test]
    ours = []
    for score in second["scores"]:
        ends = f" ({score['mean']:.4f} ± {score['confidence']:.4f})" if test == "bs" else ""
        ours.append(f"{score['value']:.4f}{ends} (p = {score[key]:.4f})")
    assert ours == expected
    assert [score[key] for score in first["scores"]] == [None, None]


def test_segment_scores_are_sacrebleus_sentence_level(files, tmp_path):
    theirs = sacrebleu(files["ref"], "-i", files["good"], "-m", "bleu", "-sl", "-b", "-w", "3").split()
    out = tmp_path / "segments.tsv"
    assert run("score", files["good"], files["ref"], "--segments", out, "-w", 3, "-q")[:2] == (0, "")
    lines = out.read_text().splitlines()
    assert lines[0].startswith("# BLEU: nrefs:1|case:mixed|eff:yes|")
    assert lines[2] == "id\tBLEU\tchrF2"
    assert [line.split("\t")[:2] for line in lines[3:]] == [[str(n), v] for n, v in enumerate(theirs, 1)]
    rows = tmp_path / "segments.jsonl"
    assert run("score", files["good"], files["ref"], "--segments", rows, "-q")[0] == 0
    first = json.loads(rows.read_text().splitlines()[0])
    assert first["id"] == "1"
    assert f"{first['scores']['good.txt']['BLEU']:.3f}" == theirs[0]


def test_several_systems_side_by_side(files):
    code, out, _ = run("score", files["good"], files["ref"], "--system", files["bad"])
    assert code == 0
    assert re.search(r"^good\.txt +\d+\.\d\d \(μ", out, re.M)
    assert re.search(r"^bad\.txt +\d+\.\d\d \(μ", out, re.M)
    assert re.search(r"bootstrap p = 0\.0\d+\*, randomisation p = 0\.0\d+\*", out)


# Every kind of input gives the same numbers


def records(files, name, key):
    return [{"id": f"s{i}", key: line} for i, line in enumerate(files[name].read_text().splitlines())]


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def scores(*arguments: object) -> list[float]:
    code, out, err = run("score", *arguments, "--json", "--samples", 0)
    assert (code, err) == (0, "")
    return [s["value"] for s in json.loads(out)["systems"][0]["scores"]]


def test_a_large_file_is_matched_in_a_moment(tmp_path):
    """Not by a look at all segments for each: 30,000 would take 15 seconds."""
    hyp = write_jsonl(tmp_path / "h.jsonl", [{"id": f"s{i}", "text": "a"} for i in range(30_000)])
    start = time.process_time()
    task, _ = prepare([hyp], [hyp])
    assert len(task.ids) == 30_000
    assert time.process_time() - start < 5


def test_kinds_of_input_agree(files, tmp_path):
    plain = scores(files["good"], files["ref"])
    zipped = tmp_path / "good.txt.gz"
    zipped.write_bytes(gzip.compress(files["good"].read_bytes()))
    hyp, ref = records(files, "good", "target"), records(files, "ref", "reference")
    jsonl = write_jsonl(tmp_path / "good.jsonl", hyp)
    shuffled = write_jsonl(tmp_path / "ref.jsonl", ref[::-1])
    tsv = tmp_path / "ref.tsv"
    tsv.write_text("id\treference\n" + "".join(f"{r['id']}\t{r['reference']}\n" for r in ref))
    bare = tmp_path / "bare.tsv"
    bare.write_text("".join(f"{r['id']}\t{r['reference']}\n" for r in ref))
    one = tmp_path / "one.tsv"
    one.write_bytes(b"\xef\xbb\xbf" + files["ref"].read_bytes())
    for h, r in ((zipped, files["ref"]), (jsonl, shuffled), (jsonl, tsv), (jsonl, bare), (files["good"], one)):
        assert scores(h, r) == plain
    assert scores(jsonl, files["ref"]) == plain


def test_bundle_is_matched_by_id_and_missing_references_are_counted(files, tmp_path):
    hyp = records(files, "good", "target")
    for i, row in enumerate(hyp):
        row |= {"article": "a" if i < 30 else "b", "source": "نص", "flags": [], "origin": "model"}
    hyp[1]["flags"] = [{"kind": "numbers", "evidence": "7"}, {"kind": "numbers", "evidence": "8"}]
    hyp[2]["flags"] = ["loop"]
    skipped = {**hyp[0], "id": "menu", "target": "", "origin": "skipped"}
    copied = {**hyp[0], "id": "link", "target": "www.example.org", "origin": "copied"}
    bundle = tmp_path / "out"
    bundle.mkdir()
    write_jsonl(bundle / "bitext.jsonl", [skipped, copied, *hyp])
    (bundle / "run.json").write_text(json.dumps({"settings": {"beam_size": 4}, "model": {"name": "m", "digest": "d"}}))
    folder = tmp_path / "references"
    folder.mkdir()
    ref = records(files, "ref", "reference")
    (folder / "a.tsv").write_text("".join(f"{r['id']}\t{r['reference']}\n" for r in ref[:20]))
    (folder / "b.txt").write_text("".join(f"{r['reference']}\n" for r in ref[30:]))
    code, out, _ = run("score", bundle, folder, "--json", "--max-flags", "any=5%")
    data = json.loads(out)
    assert code == 0
    assert data["task"]["segments"] == 50
    assert data["task"]["without_reference"] == 10
    assert data["systems"][0]["flags"] == {"loop": 1, "numbers": 1}
    assert "10 segments have no reference and are not scored\n" in run("score", bundle, folder)[1]
    tsv = tmp_path / "by-id.tsv"
    tsv.write_text("id\treference\n" + "".join(f"{r['id']}\t{r['reference']}\n" for r in [*ref[:20], *ref[30:]]))
    assert scores(bundle, tsv) == [s["value"] for s in data["systems"][0]["scores"]]

    # the baseline remembers the settings that run.json tells, and refuses others
    baseline = tmp_path / "base.jsonl"
    assert run("score", bundle, folder, "--baseline", baseline, "--update-baseline", "-q")[0] == 0
    assert json.loads(baseline.read_text().splitlines()[0])["settings"] == {"beam_size": 4}
    (bundle / "run.json").write_text(json.dumps({"settings": {"beam_size": 1}, "model": {"name": "m", "digest": "d"}}))
    code, _, err = run("score", bundle, folder, "--baseline", baseline)
    assert (code, err) == (
        2,
        f"xlate: {baseline}: cannot be compared with: the model settings differ: beam_size is 4 there and 1 here; "
        "write a new baseline with --update-baseline\n",
    )


@pytest.mark.parametrize("by_folder", [True, False])
def test_a_flag_counts_also_where_there_is_no_reference(tmp_path, by_folder):
    rows = [{"id": f"a:{n}", "article": "a", "target": "a b", "flags": ["loop"] if n >= 3 else []} for n in range(13)]
    bundle, folder = tmp_path / "out", tmp_path / "references"
    for place in (bundle, folder):
        place.mkdir()
    write_jsonl(bundle / "bitext.jsonl", rows)
    table = folder / "a.tsv"
    table.write_text("id\treference\n" + "".join(f"a:{n}\ta b\n" for n in range(3)))
    arguments = [bundle, folder if by_folder else table, "--samples", 0]
    code, _, err = run("score", *arguments, "--max-flags", "loop=0")
    assert code == 1
    assert "10 of 13 segments (76.92 %) are flagged loop" in err
    assert json.loads(run("score", *arguments, "--json")[1])["systems"][0]["flags"] == {"loop": 10}


BAD = {
    "short": ("a\nb\n", "a\nb\nc\n", "{d}/hyp.txt has 2 segments, {d}/ref.txt has 3; give the same segments in the same order"),
    "empty file": ("a\n", "", "{d}/ref.txt: is empty; there is nothing to score"),
    "empty references": ("a\n", "\n", "{d}/ref.txt: every reference is empty; there is nothing to score"),
    "one empty": (
        "a\nb\n",
        "a\n\n",
        "{d}/ref.txt: the reference of segment 2 is empty and its translation is not; "
        "write one or leave the segment out on both sides",
    ),
    "empty hypotheses": ("\n \n", "a\nb\n", "{d}/hyp.txt: every translation is empty; there is nothing to score"),
    "encoding": ("a\n\udcff\n", "a\nb\n", "{d}/hyp.txt: line 2 is not UTF-8; save the file as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_text_is_one_line(tmp_path, case):
    hyp, ref, message = BAD[case]
    (tmp_path / "hyp.txt").write_bytes(hyp.encode("utf-8", "surrogateescape"))
    (tmp_path / "ref.txt").write_text(ref)
    result = run("score", tmp_path / "hyp.txt", tmp_path / "ref.txt")
    assert result == (2, "", f"xlate: {message.format(d=tmp_path)}\n")


BAD_FILES = {
    "hyp.jsonl": [
        ("{", "line 1 is not JSON; repair it or write the file again"),
        ("[1]", "line 1 is not a JSON object; write one object a line"),
        ('{"id": 1}', "has id but no text; call the column one of hypothesis, hyp, target, translation, mt, text, en"),
        ('{"text": "a"}\n{"text": 1}', "line 2 has no text under 'text'; repair that line"),
        ('{"id": 1, "text": "a"}\n{"id": 1, "text": "b"}', "line 2 repeats the id '1' of line 1; make ids unique"),
        ('{"id": 1, "text": "a"}\n{"text": "b"}', "line 2 has no id; give every line one, or none"),
    ],
    "hyp.tsv": [
        ("1\ta\n2\n", "line 2 has 1 columns, not 2; repair that line"),
        ("1\ta\tb\n", "has 3 columns and no header; name them, such as id and reference"),
    ],
    "hyp.txt.gz": [("a\n", "is not a whole gzip file (Not a gzipped file (b'a\\n')); fetch or compress it again")],
}


@pytest.mark.parametrize(("name", "text", "message"), [(n, *case) for n, cases in BAD_FILES.items() for case in cases])
def test_bad_files_are_one_line(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    (tmp_path / "ref.txt").write_text("a\nb\n")
    result = run("score", tmp_path / name, tmp_path / "ref.txt")
    assert result == (2, "", f"xlate: {tmp_path / name}: {message}\n")


def test_ids_tell_where_two_files_part(tmp_path):
    hyp = write_jsonl(tmp_path / "h.jsonl", [{"id": f"s{i}", "text": "a"} for i in (0, 1, 3)])
    ref = write_jsonl(tmp_path / "r.jsonl", [{"id": f"s{i}", "text": "a"} for i in range(4)])
    code, _, err = run("score", hyp, ref)
    message = f"xlate: {hyp} has 3 segments, {ref} has 4; they part at segment 3: 's3' there, 's2' here\n"
    assert (code, err) == (2, message)
    code, _, err = run("score", ref, hyp)
    assert err == f"xlate: {ref} has 4 segments, {hyp} has 3; they part at segment 3: 's2' there, 's3' here\n"


def test_bad_arguments_are_one_line(files, tmp_path):
    good, ref = files["good"], files["ref"]
    empty = tmp_path / "folder"
    empty.mkdir()
    other = tmp_path / "three.txt"
    other.write_text("a\nb\nc\n")
    cases: list[tuple[list[object], str]] = [
        ([good, tmp_path / "no"], f"{tmp_path}/no: does not exist; check the path"),
        ([empty, ref], f"{empty}: holds no bitext.jsonl; give a folder that xlate run wrote, or a file"),
        ([good, empty], f"{good}: has no articles and ids; a folder of references needs a bundle of xlate run"),
        ([good, ref, empty], f"{empty}: is a folder, other references are files; give one kind"),
        ([good, ref, "--metric", "comet"], "unknown metric 'comet'; choose from bleu, chrf, chrf++, ter"),
        ([good, ref, "--paired", "t"], "unknown test 't' for --paired; choose from bs, ar, both, none"),
        ([good, ref, "--system", good], f"{good}: the same output is given twice; give each system once"),
        (
            [good, ref, "--system", other],
            f"{other} has 3 segments, {good} has 60; give outputs for the same segments",
        ),
        ([good, ref, "--update-baseline"], "--update-baseline needs --baseline FILE, the file to write"),
    ]
    for arguments, message in cases:
        assert run("score", *arguments) == (2, "", f"xlate: {message}\n")


def test_reports_that_cannot_be_written_are_one_line(files, tmp_path):
    (tmp_path / "folder").mkdir()
    code, _, err = run("score", files["good"], files["ref"], "--junit", tmp_path / "folder")
    assert (code, err) == (2, f"xlate: {tmp_path / 'folder'}: is a folder; give the name of a file\n")


def test_bundle_whose_run_is_not_told_is_one_line(files, tmp_path):
    bundle = tmp_path / "out"
    bundle.mkdir()
    write_jsonl(bundle / "bitext.jsonl", records(files, "good", "target"))
    message = f"xlate: {bundle}/run.json: does not tell how the bundle was made; run xlate run again\n"
    for told in ("{}", '{"settings": [1], "model": {}}', "[" * 100_000):
        (bundle / "run.json").write_text(told)
        assert run("score", bundle, files["ref"]) == (2, "", message)


def test_flags_of_a_tsv_and_lone_surrogates(files, tmp_path):
    tsv = tmp_path / "hyp.tsv"
    tsv.write_text('id\ttarget\tflags\n1\ta b\t[{"kind": "loop"}]\n2\tc d\tnumbers loop\n3\te\t\n')
    ref = tmp_path / "three.txt"
    ref.write_text("a b\nc d\ne\n")
    assert json.loads(run("score", tsv, ref, "--json")[1])["systems"][0]["flags"] == {"loop": 2, "numbers": 1}
    hyp = tmp_path / "hyp.jsonl"
    hyp.write_text('{"id": "1", "target": "a \\ud800 b"}\n{"id": "2", "target": "c\\nd"}\n{"id": "3", "target": "e"}\n')
    out = tmp_path / "base.jsonl"
    assert run("score", hyp, ref, "--baseline", out, "--update-baseline", "-q")[0] == 0
    assert [json.loads(line)["target"] for line in out.read_text().splitlines()[1:]] == ["a \ufffd b", "c d", "e"]
