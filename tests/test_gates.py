"""Gates: what they say, when they refuse, and that a drop of twice the stated size is stopped."""

import json
import random
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from xlate.check import KINDS
from xlate.cli import app
from xlate.data import Score
from xlate.errors import UsageError
from xlate.score.gates import judge_drop, judge_flags, judge_minimum, parse_gate, refuse_underpowered, wilson
from xlate.score.metrics import METRICS, Scorer, corpus_values
from xlate.score.page import marked
from xlate.score.power import Comparison, compare
from xlate.score.resample import Interval

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


def corpus(n: int, seed: int = 3) -> tuple[list[str], list[str], list[str]]:
    """A reference and two outputs of which neither is better."""
    rng = random.Random(seed)
    reference = [" ".join(rng.choice(WORDS) for _ in range(rng.randint(6, 18))) for _ in range(n)]

    def noisy() -> list[str]:
        return [" ".join(rng.choice(WORDS) if rng.random() < 0.25 else w for w in s.split()) for s in reference]

    return reference, noisy(), noisy()


def without_half(text: str) -> str:
    words = text.split()
    return " ".join(words[: len(words) // 2])


@pytest.fixture
def files(tmp_path):
    reference, first, second = corpus(300)
    broken = [without_half(line) if i % 6 == 0 else line for i, line in enumerate(first)]
    one = [*first[:7], without_half(first[7]), *first[8:]]
    texts = {"ref": reference, "base": first, "other": second, "broken": broken, "one": one}
    paths = {name: tmp_path / f"{name}.txt" for name in texts}
    for name, lines in texts.items():
        paths[name].write_text("".join(line + "\n" for line in lines))
    paths["baseline"] = tmp_path / "baseline.jsonl"
    assert run("score", paths["base"], paths["ref"], "--baseline", paths["baseline"], "--update-baseline", "-q")[0] == 0
    return paths


# Parsing


@pytest.mark.parametrize(
    ("option", "text", "name", "value"),
    [
        ("--min", "chrF2=45", "chrf", 45.0),
        ("--max-drop", "ter = 0.5", "ter", 0.5),
        ("--max-flags", "numbers=2%", "numbers", 0.02),
        ("--max-flags", "any=0.02", "any", 0.02),
    ],
)
def test_gates_are_read(option, text, name, value):
    gate = parse_gate(option, text)
    assert (gate.name, gate.value) == (name, value)
    assert str(gate) == f"{option} {text}"


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--min", "chrf", "--min chrf: is not a gate; write it like --min chrf=45"),
        ("--min", "chrf=high", "--min chrf=high: is not a gate; write it like --min chrf=45"),
        ("--max-drop", "chrf=-1", "--max-drop chrf=-1: is not a gate; write it like --max-drop chrf=0.5"),
        ("--max-drop", "chrf=nan", "--max-drop chrf=nan: is not a gate; write it like --max-drop chrf=0.5"),
        ("--max-flags", "=2%", "--max-flags =2%: is not a gate; write it like --max-flags numbers=2%"),
        (
            "--max-flags",
            "numbers=2",
            "--max-flags numbers=2: is more than all segments; write a share like 2% or 0.02",
        ),
        ("--min", "comet=1", "unknown metric 'comet'; choose from bleu, chrf, chrf++, ter"),
        (
            "--min",
            "ter=60",
            "--min ter=60: TER is an error rate, lower is better; gate it with --max-drop, or use chrf",
        ),
    ],
)
def test_what_is_no_gate_is_said(option, text, message):
    with pytest.raises(UsageError) as caught:
        parse_gate(option, text)
    assert str(caught.value) == message


# Verdicts


def test_minimum_on_the_score_and_on_the_lower_end():
    gate = parse_gate("--min", "chrf=45")
    score, ends = Score("chrF2", 45.5, "nrefs:1", 100, 1.0), Interval(45.5, 1.0, 44.5, 46.5)
    assert judge_minimum(gate, "s", score, ends, lower_end=False).outcome == "passed"
    verdict = judge_minimum(gate, "s", score, ends, lower_end=True)
    assert verdict.outcome == "failed"
    assert verdict.sentence == (
        "--min chrf=45 does not hold: the lower end of chrF2's 95 % interval is 44.50, 0.50 below; "
        "95 % interval 44.50 to 46.50"
    )
    # a few resamples may all be better than the score itself
    verdict = judge_minimum(gate, "s", replace(score, value=44.0), Interval(45.5, 0.1, 45.4, 45.6), lower_end=True)
    assert verdict.outcome == "failed"
    assert "chrF2 is 44.00, 1.00 below; 95 % interval 45.40 to 45.60" in verdict.sentence
    verdict = judge_minimum(gate, "s", replace(score, value=44.0), None, lower_end=False)
    assert verdict.sentence == "--min chrf=45 does not hold: chrF2 is 44.00, 1.00 below"


COMPARISON = Comparison(
    metric="chrf", name="chrF2", baseline=60.0, system=59.2, drop=0.8, low=0.3, high=1.3, p=0.004,
    p_two_sided=0.004, noise=0.1, sparse=0.01, n=1000, samples=1000,
)  # fmt: skip


def test_drop_fails_only_where_it_is_larger_and_significant():
    gate = parse_gate("--max-drop", "chrf=0.5")
    assert judge_drop(gate, "s", replace(COMPARISON, drop=0.5)).outcome == "passed"
    warned = judge_drop(gate, "s", replace(COMPARISON, p=0.05))
    assert warned.outcome == "warned"
    assert "a drop of 0.80, 0.30 more than allowed, but it may be chance" in warned.sentence
    assert judge_drop(gate, "s", COMPARISON).sentence == (
        "--max-drop chrf=0.5 does not hold: chrF2 went from 60.00 to 59.20, a drop of 0.80, 0.30 more than allowed "
        "(paired bootstrap and randomisation, 1,000 segments, 1,000 samples, one-sided p = 0.004)"
    )
    assert judge_drop(gate, "s", COMPARISON).outcome == "failed"


def test_refusal_names_the_size_that_is_needed():
    noisy = replace(COMPARISON, drop=0.0, noise=0.4)
    with pytest.raises(UsageError) as caught:
        refuse_underpowered(parse_gate("--max-drop", "chrf=0.5"), noisy)
    assert str(caught.value) == (
        "--max-drop chrf=0.5: the smallest drop that these 1,000 segments can show is 1.32 chrF2; "
        "3,957 segments are needed; allow more, or add --allow-underpowered"
    )
    # so many segments of the same kind are enough, and one less is not
    for n, enough in ((3957, True), (3956, False)):
        scaled = replace(noisy, n=n, noise=0.4 * (1000 / n) ** 0.5, sparse=0.01 * 1000 / n)
        assert (scaled.blind_below <= 0.5) is enough
    refuse_underpowered(parse_gate("--max-drop", "chrf=1.32"), noisy)
    with pytest.raises(UsageError, match=r"can show is 1\.32 chrF2; allow more, or add --allow-underpowered$"):
        refuse_underpowered(parse_gate("--max-drop", "chrf=0"), noisy)


def test_noise_does_not_hide_a_drop_that_was_found_but_sparseness_refuses_before_any_look():
    noisy = replace(COMPARISON, noise=0.4)
    refuse_underpowered(parse_gate("--max-drop", "chrf=0.5"), noisy)
    sparse = replace(COMPARISON, noise=0.0, sparse=0.1)
    with pytest.raises(UsageError, match="1,237 segments are needed"):
        refuse_underpowered(parse_gate("--max-drop", "chrf=0.5"), sparse)


def test_flags():
    flags = [["numbers"], ["loop", "numbers"], [], []]
    assert judge_flags(parse_gate("--max-flags", "numbers=50%"), "s", flags).outcome == "passed"
    verdict = judge_flags(parse_gate("--max-flags", "numbers=2%"), "s", flags)
    low, high = wilson(2, 4)
    assert verdict.outcome == "failed"
    assert verdict.sentence == (
        "--max-flags numbers=2% does not hold: 48.00 points too many: 2 of 4 segments (50.00 %) are flagged numbers; "
        f"95 % interval {100 * low:.2f} % to {100 * high:.2f} %"
    )
    assert judge_flags(parse_gate("--max-flags", "any=49%"), "s", flags).outcome == "failed"
    assert judge_flags(parse_gate("--max-flags", "loop=25%"), "s", flags).outcome == "passed"


def test_wilson_against_published_values():
    """Newcombe 1998, table I: 81 of 263, and 0 of 20."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


# Power


@pytest.mark.parametrize("metric", METRICS)
def test_equal_outputs_have_no_drop_and_a_detectable_size_all_the_same(metric):
    reference, first, _ = corpus(60)
    base = Scorer(metric, [reference]).statistics(first)
    (c,) = compare([base], [base], samples=200)
    assert (c.drop, c.p, c.noise, c.significant) == (0.0, 1.0, 0.0, False)
    assert c.detectable > 0


@pytest.mark.parametrize("metric", METRICS)
def test_drop_is_worse_whichever_way_the_metric_goes(metric):
    reference, first, _ = corpus(60)
    scorer = Scorer(metric, [reference])
    broken = [without_half(line) for line in first]
    (worse,) = compare([scorer.statistics(first)], [scorer.statistics(broken)], samples=200)
    (better,) = compare([scorer.statistics(broken)], [scorer.statistics(first)], samples=200)
    assert worse.drop > 0
    assert worse.significant
    assert better.drop == -worse.drop
    assert not better.significant
    assert worse.low <= worse.drop <= worse.high


def test_detectable_size_shrinks_with_the_test_set():
    sizes = []
    for n in (100, 400):
        reference, first, second = corpus(n)
        scorer = Scorer("chrf", [reference])
        (c,) = compare([scorer.statistics(first)], [scorer.statistics(second)])
        sizes.append((c.noise, c.sparse))
    assert sizes[0][0] / sizes[1][0] == pytest.approx(2, rel=0.25)
    assert sizes[0][1] / sizes[1][1] == pytest.approx(4, rel=0.15)


def test_a_drop_of_twice_the_stated_size_is_stopped_and_none_is_not():
    """A short form of eval/gates/trial.py: coin flips between two real outputs, then segments cut in half."""
    reference, *outputs = corpus(150)
    scorer = Scorer("chrf", [reference])
    real = [scorer.statistics(lines).rows for lines in outputs]
    cut = [scorer.statistics([without_half(line) for line in lines]).rows for lines in outputs]
    like = scorer.statistics(outputs[0])

    def of(rows):
        return replace(like, rows=rows, value=float(corpus_values("chrf", rows.sum(axis=0)[None])[0]))

    rng = np.random.default_rng(5)
    alarms, stopped = 0, 0
    for _ in range(20):
        coin = rng.integers(2, size=(150, 1), dtype=bool)
        base, candidate = of(np.where(coin, *real)), of(np.where(coin, *real[::-1]))
        (c,) = compare([base], [candidate], samples=300)
        gate = parse_gate("--max-drop", f"chrf={c.detectable + 0.01:.2f}")
        refuse_underpowered(gate, c)
        alarms += judge_drop(gate, "s", c).outcome == "failed"
        rows = candidate.rows.copy()
        for i in rng.permutation(150):
            rows[i] = np.where(coin, *cut[::-1])[i]
            if base.value - of(rows).value >= 2 * gate.value:
                break
        (c,) = compare([base], [of(rows)], samples=300)
        refuse_underpowered(gate, c)
        stopped += judge_drop(gate, "s", c).outcome == "failed"
    assert stopped == 20
    assert alarms <= 1


# The command


def test_exit_codes_of_gates(files):
    ref, baseline = files["ref"], files["baseline"]
    code, out, err = run("score", files["broken"], ref, "--baseline", baseline, "--max-drop", "chrf=2")
    assert code == 1
    assert re.fullmatch(
        r"xlate: --max-drop chrf=2 does not hold: chrF2 went from [\d.]+ to [\d.]+, a drop of [\d.]+, [\d.]+ more than "
        r"allowed \(paired bootstrap and randomisation, 300 segments, 1,000 samples, one-sided p = 0\.001\)\n",
        err,
    )
    assert "smallest detectable drop" in out
    # so few samples as are allowed find it too
    code, _, err = run(
        "score", files["broken"], ref, "--baseline", baseline, "--max-drop", "chrf=2", "--samples", "100"
    )
    assert code == 1
    assert "100 samples, one-sided p = 0.010" in err
    code, out, err = run("score", files["base"], ref, "--baseline", baseline, "--max-drop", "chrf=2")
    assert (code, err) == (0, "")
    assert "--max-drop chrf=2 holds: chrF2 went from" in out
    code, _, err = run(
        "score", files["one"], ref, "--baseline", baseline, "--max-drop", "chrf=0", "--allow-underpowered"
    )
    assert code == 0
    assert err.startswith("xlate: warning: --max-drop chrf=0: chrF2 went from")
    assert "but it may be chance" in err
    code, _, err = run("score", files["base"], ref, "--min", "chrf=99", "--min", "bleu=1")
    assert code == 1
    assert err.startswith("xlate: --min chrf=99 does not hold: chrF2 is")
    assert err.count("\n") == 1


def test_gates_that_cannot_be_judged_are_refused(files):
    base, ref, baseline = files["base"], files["ref"], files["baseline"]
    for name in ("base", "broken", "other"):
        code, _, err = run("score", files[name], ref, "--baseline", baseline, "--max-drop", "chrf=0.1")
        assert code == 2
        assert re.fullmatch(
            r"xlate: --max-drop chrf=0\.1: the smallest drop that these 300 segments can show is \d\.\d\d chrF2; "
            r"[\d,]+ segments are needed; allow more, or add --allow-underpowered\n",
            err,
        )
    cases: list[tuple[list[object], str]] = [
        (["--max-drop", "chrf=2"], "--max-drop chrf=2: a drop is measured against a baseline; give --baseline FILE"),
        (
            ["--max-flags", "number=2%"],
            f"--max-flags number=2%: unknown flag 'number'; choose from any, {', '.join(KINDS)}",
        ),
        (
            ["--max-flags", "any=2%"],
            "--max-flags any=2%: base.txt has no flags; score a bundle of xlate run, or a .jsonl with flags",
        ),
        (
            ["--min", "chrf=2", "--lower-end", "--samples", "0"],
            "--lower-end needs an interval; give --samples 100 or more",
        ),
        (
            ["--min", "chrf=2", "--lower-end", "--samples", "99"],
            "--lower-end needs an interval; give --samples 100 or more",
        ),
        (
            ["--baseline", baseline, "--max-drop", "chrf=2", "--samples", "19"],
            "--max-drop chrf=2: 19 samples show no drop; give --samples 100 or more",
        ),
        (
            ["--baseline", baseline, "--update-baseline", "--max-drop", "chrf=2"],
            "--update-baseline replaces the baseline; leave out --max-drop, or judge first and update after",
        ),
    ]
    for arguments, message in cases:
        assert run("score", base, ref, *arguments) == (2, "", f"xlate: {message}\n")


def edited(path: Path, header: dict | None = None, rows=lambda rows: rows) -> Path:
    first, *rest = path.read_text().splitlines()
    lines = [json.dumps({**json.loads(first), **(header or {})}), *rows(rest)]
    out = path.with_name("edited.jsonl")
    out.write_text("".join(line + "\n" for line in lines))
    return out


def test_baseline_that_differs_is_refused_with_the_difference(files, tmp_path):
    baseline, base, ref = files["baseline"], files["base"], files["ref"]
    header = json.loads(baseline.read_text().splitlines()[0])
    signatures = header["signatures"]
    cure = "; write a new baseline with --update-baseline"
    tokeniser = {**signatures, "bleu": signatures["bleu"].replace("tok:13a", "tok:intl")}
    version = {**signatures, "bleu": re.sub("version:.*", "version:1.0", signatures["bleu"])}
    now = signatures["bleu"].rpartition(":")[2]
    cases = [
        ({"signatures": tokeniser}, "the signature of bleu differs: tok is intl there and 13a here"),
        ({"signatures": version}, f"the signature of bleu differs: version is 1.0 there and {now} here"),
        ({"signatures": {"chrf": signatures["chrf"]}}, "it has no signature for bleu"),
        (
            {"references": "0123456789abcdef"},
            f"its references are others (digest 0123456789abcdef, now {header['references']})",
        ),
    ]
    for change, difference in cases:
        path = edited(baseline, change)
        message = f"xlate: {path}: cannot be compared with: {difference}{cure}\n"
        assert run("score", base, ref, "--baseline", path) == (2, "", message)
    path = edited(baseline, rows=lambda rows: [rows[0].replace('"id": "1"', '"id": "x"'), *rows[1:]])
    assert run("score", base, ref, "--baseline", path)[2].startswith(
        f"xlate: {path}: cannot be compared with: its segment 1 is 'x' and the test set's is '1'"
    )
    short = tmp_path / "short.txt"
    short.write_text("a b c\n")
    assert run("score", short, short, "--baseline", baseline)[2] == (
        f"xlate: {baseline}: cannot be compared with: it has 300 segments and the test set has 1{cure}\n"
    )


def test_baseline_that_is_none_is_one_line(files, tmp_path):
    baseline, base, ref = files["baseline"], files["base"], files["ref"]
    cure = "write a new baseline with --update-baseline"
    for path, message in [
        (base, f"is not a baseline of this version; {cure}"),
        (edited(baseline, {"xlate_baseline": 99}), f"is not a baseline of this version; {cure}"),
    ]:
        assert run("score", base, ref, "--baseline", path) == (2, "", f"xlate: {path}: {message}\n")
    for header in ({"settings": [1]}, {"model": "x"}, {"signatures": {"bleu": 1}}, {"signatures": None}):
        path = edited(baseline, header)
        message = f"xlate: {path}: the baseline is damaged; {cure}\n"
        assert run("score", base, ref, "--baseline", path) == (2, "", message)
    for rows, message in [
        (lambda rows: [], f"the baseline has no outputs, so nothing can be paired with it; {cure}"),
        (lambda rows: rows[:-1], f"has 299 of its 300 outputs; {cure}"),
        (lambda rows: [*rows[:-1], '{"id": "300"}'], f"the baseline is damaged; {cure}"),
        (lambda rows: [*rows[:-1], "{"], f"line 301 is not JSON; {cure}"),
    ]:
        path = edited(baseline, rows=rows)
        assert run("score", base, ref, "--baseline", path) == (2, "", f"xlate: {path}: {message}\n")


def test_kept_outputs_whose_header_is_damaged_are_one_line(files):
    path = edited(files["baseline"], {"settings": [1]})
    message = f"xlate: {path}: line 1 is damaged; run xlate eval again\n"
    assert run("score", path, files["ref"], "--baseline", files["baseline"]) == (2, "", message)


def test_baseline_is_the_same_whenever_it_is_written(files):
    before = files["baseline"].read_bytes()
    assert run("score", files["base"], files["ref"], "--baseline", files["baseline"], "--update-baseline")[0] == 0
    assert files["baseline"].read_bytes() == before
    # kept outputs can be scored like any others
    one = run("score", files["baseline"], files["ref"], "--json")[1]
    two = run("score", files["base"], files["ref"], "--json")[1]
    assert json.loads(one)["systems"][0]["scores"] == json.loads(two)["systems"][0]["scores"]


# Reports


def test_reports(files, tmp_path):
    junit, markdown, html = tmp_path / "j.xml", tmp_path / "m.md", tmp_path / "p.html"
    arguments = ["--baseline", files["baseline"], "--max-drop", "chrf=2", "--min", "bleu=1", "--min", "chrf=99"]
    outputs = ["--junit", junit, "--markdown", markdown, "--html", html, "--github", "-q"]
    code, out, err = run("score", files["broken"], files["ref"], *arguments, *outputs)
    assert code == 1
    assert err.count("\n") == 2

    suite = ET.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    assert [(c.get("name"), c.find("failure") is not None) for c in suite] == [
        ("--min bleu=1", False),
        ("--min chrf=99", True),
        ("--max-drop chrf=2", True),
    ]
    assert re.findall(r"^::(\w+) title=(.*?)::--", out, re.M) == [
        ("notice", "--min bleu=1"),
        ("error", "--min chrf=99"),
        ("error", "--max-drop chrf=2"),
    ]
    assert "95 %25 interval" in out
    text = markdown.read_text()
    assert text.startswith("| system | BLEU | chrF2 |\n|---|---|---|\n| broken.txt | ")
    assert "- ❌ --max-drop chrf=2 does not hold" in text
    assert "- ✅ --min bleu=1 holds" in text
    assert "| broken.txt | chrF2 |" in text
    page = html.read_text()
    assert "Lost most" in page
    assert "By length of the reference" in page
    assert not re.search(r"(src|href)=|https?://", page)


def test_junit_without_gates_lists_the_scores(files, tmp_path):
    assert run("score", files["base"], files["ref"], "--junit", tmp_path / "j.xml", "-q")[0] == 0
    cases = ET.parse(tmp_path / "j.xml").getroot()[0]
    assert [c.get("name") for c in cases] == ["BLEU", "chrF2"]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_page_escapes_what_comes_from_outside_and_shows_articles_and_flags(tmp_path):
    evil = '<script>alert("x")</script> & <img src=x>'
    rows = [
        {
            "id": f"{evil}{i}",
            "article": evil,
            "source": "نص " + evil,
            "target": f"a b {evil} c",
            "flags": [{"kind": evil}],
        }
        for i in range(3)
    ]
    hyp = tmp_path / "hyp.jsonl"
    hyp.write_text("".join(json.dumps(r) + "\n" for r in rows))
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps({**r, "target": "a b d"}) + "\n" for r in rows))
    ref = tmp_path / "ref.txt"
    ref.write_text(f"a b {evil} d\n" * 3)
    code, _, _ = run("score", hyp, ref, "--system", other, "--html", tmp_path / "p.html", "-q")
    assert code == 0
    page = (tmp_path / "p.html").read_text()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.seen.isdisjoint({"script", "img"})
    assert "By article" in page
    assert "By flag" in page
    assert 'dir="rtl"' in page


def test_words_are_marked_against_the_reference():
    assert marked("the minister said nothing", "the minister said that") == [
        ("same", "the minister said"),
        ("missing", "that"),
        ("other", "nothing"),
    ]
    assert marked("", "a") == [("missing", "a")]
    assert marked("a b", "a b") == [("same", "a b")]
