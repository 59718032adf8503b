"""Scores equal sacrebleu's own, to the last bit of its library and each printed digit of its command."""

import random
import statistics
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.metrics.lib_ter import translation_edit_rate
from sacrebleu.significance import PairedTest

from xlate.errors import ReferencesError, UsageError
from xlate.score import corpus, load_references, pair
from xlate.score.metrics import METRICS, Scorer, Statistics, metric_names, segment_values
from xlate.score.resample import interval, paired_bootstrap, paired_randomisation, resampled
from xlate.score.ter import edit_rate

WORDS = "the president said on Monday that talks with a group of 15,000 ( sic ) people 'failed' , 2.7 %".split()
CLASSES = {"bleu": BLEU, "chrf": CHRF, "chrf++": lambda **k: CHRF(word_order=2, **k), "ter": TER}


def sentences(seed: int, n: int = 40) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.randint(3, 14))) for _ in range(n)]


def damaged(lines: list[str], seed: int, share: float) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) if rng.random() < share else w for w in line.split()) for line in lines]


REFERENCE = sentences(1)
SECOND = damaged(REFERENCE, 5, 0.3)
GOOD = damaged(REFERENCE, 2, 0.2)
WORSE = damaged(REFERENCE, 3, 0.35)
NREFS = {"one": 1, "two": 2, "var": "var"}
STREAMS = {"one": [REFERENCE], "two": [REFERENCE, SECOND], "var": [REFERENCE, [None, *SECOND[1:]]]}


def statistics_of(metric: str, system: list[str], references=(REFERENCE,)) -> Statistics:
    return Scorer(metric, references).statistics(system)


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("metric", METRICS)
def test_corpus_and_interval_equal_sacrebleu(metric, streams):
    references = STREAMS[streams]
    theirs = CLASSES[metric]()
    expected = theirs.corpus_score(GOOD, references, n_bootstrap=200)
    (score,) = corpus(GOOD, references, [metric], samples=200)
    assert score.metric == expected.name
    assert score.value == expected.score
    assert score.confidence == pytest.approx(expected._ci, abs=1e-5)
    assert score.signature == theirs.get_signature().format()
    assert f"nrefs:{NREFS[streams]}|" in score.signature
    (plain,) = corpus(GOOD, references, [metric])
    assert (plain.value, plain.confidence, plain.n) == (expected.score, None, 40)
    assert "bs:" not in plain.signature


@pytest.mark.parametrize("metric", METRICS)
def test_resampled_scores_are_those_of_sacrebleu_bit_for_bit(metric):
    from sacrebleu.significance import _bootstrap_resample

    theirs = CLASSES[metric](references=[REFERENCE])
    _, scores = _bootstrap_resample(theirs._extract_corpus_statistics(GOOD, None), theirs, 100)
    (ours,) = resampled([statistics_of(metric, GOOD)], 100)
    assert ours.tolist() == [float(s.score) for s in scores]
    assert interval(ours).mean == pytest.approx(statistics.mean(float(s.score) for s in scores))


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("size", [4, 40])
def test_paired_tests_equal_sacrebleu(metric, size):
    """Small sets have many ties, which is where another order of additions would show."""
    references = [REFERENCE[:size]]
    systems = [("Baseline: a", GOOD[:size]), ("b", WORSE[:size])]
    base, other = (statistics_of(metric, lines, references) for _, lines in systems)
    for kind, ours in (
        ("bs", paired_bootstrap(base, other, 300)),
        ("ar", paired_randomisation(base, other, 1000)),
    ):
        metrics = {metric: CLASSES[metric](references=references)}
        _, table = PairedTest(systems, metrics, None, kind, n_samples=300 if kind == "bs" else 1000)()
        (column,) = (v for k, v in table.items() if k != "System")
        assert ours == column[1].p_value


def test_blocks_of_draws_do_not_change_the_numbers(monkeypatch):
    base, other = (statistics_of("bleu", lines) for lines in (GOOD, WORSE))
    before = (resampled([base], 300)[0].tolist(), paired_randomisation(base, other, 1000))
    monkeypatch.setattr("xlate.score.resample._CELLS", 1500)
    assert (resampled([base], 300)[0].tolist(), paired_randomisation(base, other, 1000)) == before


@pytest.mark.parametrize("metric", METRICS)
def test_segment_scores_equal_sentence_level(metric):
    theirs = BLEU(effective_order=True) if metric == "bleu" else CLASSES[metric]()
    lines = [*GOOD[:10], "", "x", "the president"]
    references = [*REFERENCE[:10], "the president", "said", "the president said on"]
    ours = segment_values(statistics_of(metric, lines, [references]))
    assert ours.tolist() == [theirs.sentence_score(h, [r]).score for h, r in zip(lines, references, strict=True)]


@pytest.mark.parametrize("metric", METRICS)
def test_degenerate_text_scores_as_in_sacrebleu(metric):
    for lines, references in (
        ([""], ["a b"]),
        (["a"], ["a"]),
        (["zzz yyy"], ["a b c d"]),
        (["a b"], [""]),
        ([""], [""]),
    ):
        expected = CLASSES[metric]().corpus_score(lines, [references], n_bootstrap=50)
        (score,) = corpus(lines, [references], [metric], samples=50)
        assert score.value == expected.score
        assert score.confidence == expected._ci


def test_white_space_at_line_ends_never_counts():
    padded = [line + " \r" for line in GOOD]
    assert corpus(padded, [REFERENCE], list(METRICS)) == corpus(GOOD, [REFERENCE], list(METRICS))


def test_signature_is_in_sacrebleus_words():
    import sacrebleu

    bleu, chrf = corpus(GOOD, [REFERENCE])
    assert bleu.signature == f"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{sacrebleu.__version__}"
    assert chrf.signature == f"nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:{sacrebleu.__version__}"


def test_metric_names():
    assert metric_names(["BLEU", "chrF2", "chrf2++", " ter", "bleu"]) == ("bleu", "chrf", "chrf++", "ter")
    with pytest.raises(UsageError, match=r"^unknown metric 'comet'; choose from bleu, chrf, chrf\+\+, ter$"):
        corpus(GOOD, [REFERENCE], ["comet"])


def test_nothing_to_score_is_said():
    with pytest.raises(
        ReferencesError, match=r"^there is nothing to score: no segment has both a hypothesis and a ref"
    ):
        corpus([], [[]])
    with pytest.raises(ReferencesError, match=r"^1 hypotheses, 2 references in stream 1$"):
        corpus(["a"], [["a", "b"]])


# References by segment id


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8", newline="")
    return folder


SEGMENTS = {"a": ["a:0", "a:1", "a:2"], "b": ["b:0", "b:1"]}


def test_references_by_id_and_by_line(tmp_path):
    folder = write(
        tmp_path / "r", a_tsv='id\treference\na:2\tThree.\r\na:0\tOne, "1".\n', b_txt="Un\nDeux\n", other_en="x"
    )
    (folder / "README.md").write_text("not references")
    paired = pair(load_references(folder), SEGMENTS)
    assert paired.ids == ("a:0", "a:2", "b:0", "b:1")
    assert paired.streams == (('One, "1".', "Three.", "Un", "Deux"),)
    assert paired.missing == ("a:1",)
    assert paired.unused == ("other",)


@pytest.mark.parametrize(
    "table",
    [
        "id\treference\tnote\na:0\tOne\tdone\na:1\tTwo\t\n",
        "note\tID\tReference\n\ta:0\tOne\r\n\r\nx\ta:1\tTwo\n",
        "id\ttarget\treference\na:0\tUno\tOne\na:1\tDue\tTwo\n",
    ],
)
def test_the_header_of_a_table_says_which_column_is_the_reference(tmp_path, table):
    paired = pair(load_references(write(tmp_path / "r", a_tsv=table)), SEGMENTS)
    assert paired.ids == ("a:0", "a:1")
    assert paired.streams == (("One", "Two"),)


def test_several_folders_are_several_references(tmp_path):
    first = write(tmp_path / "1", a_tsv="a:0\tOne.\na:1\tTwo.\n")
    second = write(tmp_path / "2", a_tsv="\ufeffid\treference\na:1\tThe second.\n")
    paired = pair(load_references(first, second), SEGMENTS)
    assert paired.streams == (("One.", "Two."), (None, "The second."))
    assert paired.missing == ("a:2", "b:0", "b:1")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"a_tsv": "a:0\tOne\na:9\tNine\n"},
            "/a.tsv: line 2: no translated segment has the id 'a:9'; take the ids from bitext.tsv",
        ),
        ({"a_tsv": "a:0\tOne\na:0\tUno\n"}, "/a.tsv: line 2: the id 'a:0' is given twice; keep one of them"),
        (
            {"a_tsv": "a:0\tOne\na:1\t \n"},
            "/a.tsv: line 2: has no reference; write the segment id, a tab and the English",
        ),
        ({"a_tsv": "a:0 One\n"}, "/a.tsv: line 1: has no reference; write the segment id, a tab and the English"),
        (
            {"a_txt": "One\n\nThree\n"},
            "/a.txt: line 2: has no reference; write one, or use a .tsv with segment ids",
        ),
        (
            {"a_txt": "One\n"},
            "/a.txt: has 1 lines, article a has 3 translated segments; "
            "write one line for each, or a .tsv with segment ids",
        ),
        ({"a_tsv": "id\treference\n"}, "/a.tsv: holds no reference; write one or remove the file"),
        ({"a_txt": "\n \n"}, "/a.txt: holds no reference; write one or remove the file"),
        ({"a_tsv": "a:0\tOne\nmore\ta:1\tTwo\n"}, "/a.tsv: line 2 has 3 columns, not 2; repair that line"),
        ({"a_tsv": "id\treference\tnote\na:0\tOne\n"}, "/a.tsv: line 2 has 2 columns, not 3; repair that line"),
        (
            {"a_tsv": "a:0\tOne\tchecked\n"},
            "/a.tsv: has the columns a:0, one, checked; "
            "name one of them id and one reference, ref, target, translation, text, en",
        ),
        (
            {"a_tsv": "id\tsource\na:0\tOne\n"},
            "/a.tsv: has the columns id, source; name one of them id and one reference, ref, target, translation, text, en",
        ),
        ({"a_tsv": "a:0\tOne\n", "a_txt": "One\n"}, "/a.txt: article a already has a.tsv; keep one of them"),
        (
            {"z_tsv": "z:0\tOne\n"},
            ": no reference fits a segment; the files are named by article id, such as a.tsv",
        ),
        ({}, ": holds no references; name them <article id>.tsv, .txt or .en"),
    ],
)
def test_bad_references_are_one_line(tmp_path, files, message):
    folder = write(tmp_path / "r", **files)
    with pytest.raises(ReferencesError) as caught:
        pair(load_references(folder), SEGMENTS)
    assert str(caught.value) == f"{folder}{message}"


def test_reference_folder_that_is_none(tmp_path):
    with pytest.raises(ReferencesError, match=r"is not a folder of references; give one that holds"):
        load_references(tmp_path / "nowhere")
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "a.tsv").write_bytes(b"a:0\t\xff\n")
    with pytest.raises(ReferencesError, match=r"a\.tsv: is not UTF-8 \(byte 4\); save it as UTF-8$"):
        load_references(folder)


# TER


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_fast_ter_counts_the_same_edits(data):
    """Long sentences, few different words and moved blocks are where the beam and the choice of shifts matter."""
    words = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"][: data.draw(st.integers(1, 8))])
    reference = data.draw(st.lists(words, max_size=45))
    hypothesis = data.draw(st.lists(words, max_size=45))
    if data.draw(st.booleans()):
        cut, to = data.draw(st.integers(0, len(reference))), data.draw(st.integers(0, 10))
        hypothesis = reference[cut:] + hypothesis[:to] + reference[:cut]
    assert edit_rate(hypothesis, reference) == translation_edit_rate(hypothesis, reference)


def test_fast_ter_on_long_sentences_that_leave_the_beam():
    rng = random.Random(4)
    for length in (45,):
        reference = [rng.choice(WORDS) for _ in range(length)]
        for moved in (5, 30):
            hypothesis = reference[moved:] + [rng.choice(WORDS) for _ in range(9)] + reference[:moved]
            assert edit_rate(hypothesis, reference) == translation_edit_rate(hypothesis, reference)
