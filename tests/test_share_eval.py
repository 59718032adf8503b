"""The generator of planted edits and the scorer under eval/alignment."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent / "eval" / "alignment"
sys.path.insert(0, str(HERE))

import bench_scale  # noqa: E402
import glued  # noqa: E402
import plant  # noqa: E402
import score  # noqa: E402

from xlate.read import ReadReport, iter_articles  # noqa: E402
from xlate.segment import segment  # noqa: E402
from xlate.share import ShareSettings, align, as_data  # noqa: E402

TEXT = (
    "الحكومة أعلنت خطة جديدة لدعم القطاع الزراعي في المناطق الجنوبية وقررت الوزارة تمويل مشاريع الري الحديث "
    "بعد اجتماع طويل مع ممثلي الفلاحين الذين طالبوا بتخفيض أسعار البذور والأسمدة ومعدات الحصاد قبل موسم الخريف"
)
WORDS = TEXT.split()


def sentences(count):
    """Sentences that share no more than chance: every word is marked with a number of its own, in letters."""
    rng = random.Random(7)
    letters = "بتثجحخدذرزسشصضطظعغفقكلمنه"
    return [
        " ".join(rng.choice(WORDS) + "".join(rng.choices(letters, k=3)) for _ in range(rng.randint(16, 26)))
        for _ in range(count)
    ]


def found_in(planted):
    sharing = align(planted.articles, planted.segments, settings=ShareSettings(semantic="off"))
    return score.claims(json.loads(json.dumps(as_data(c))) for c in sharing.clusters)


def test_planted_edits_are_found_at_their_tier():
    planted = plant.plant(sentences(1500), seed=3)
    assert {row[5] for row in planted.truth} == set(plant.EDITS)
    result = score.score(found_in(planted), score.gold_pairs(planted.truth))
    near, copied = result["near-duplicate"].scores(), result["copied"].scores()
    assert near["recall"] >= 0.97
    assert near["precision"] >= 0.99
    assert copied["recall"] >= 0.98
    assert copied["precision"] >= 0.99
    assert result["quotation"].scores()["f1"] >= 0.9
    assert result["verbatim"].scores()["f1"] >= 0.99


def test_planting_is_the_same_for_the_same_seed(tmp_path):
    one, two = (plant.plant(sentences(120), seed=5) for _ in range(2))
    assert one == two
    assert one != plant.plant(sentences(120), seed=6)
    for article in one.articles:
        mine = [s for s in one.segments if s.article == article.id]
        assert [article.text[s.start : s.end] for s in mine] == [s.text for s in mine]
    plant.write(one, tmp_path)
    assert score.read_gold(tmp_path / "truth.tsv") == score.gold_pairs(one.truth)


def cluster(tier, *members, **evidence):
    rows = [{"segment": f"{a}:{n}", "article": a, "text": text} for n, (a, text) in enumerate(members)]
    return {"tier": tier, "score": 0.9, "members": rows, "evidence": evidence}


GOLD = [
    ("a", "one two", "b", "one  two", "verbatim", "", ""),
    ("a", "three", "b", "three four", "near-duplicate", "", "contained"),
    ("a", "five", "b", "six", "paraphrase", "", "none"),
    ("a", "seven", "b", "seven eight nine", "contained", "", ""),
]


def test_scores_by_tier():
    claimed = score.claims(
        [
            cluster("verbatim", ("a", "one two"), ("b", "one two")),
            cluster("contained", ("b", "three four"), ("a", "three")),
            cluster("near-duplicate", ("a", "ten"), ("b", "eleven")),
        ]
    )
    result = score.score(claimed, score.gold_pairs(GOLD))
    assert result["verbatim"].scores() == {"precision": 1, "recall": 1, "f1": 1, "claimed": 1, "expected": 1}
    near = result["near-duplicate"].scores()
    assert (near["precision"], near["recall"], near["claimed"]) == (0, 1, 1)
    copied = result["copied"].scores()
    assert (copied["precision"], copied["recall"]) == (round(2 / 3, 4), round(2 / 3, 4))
    assert result["paraphrase"].scores()["expected"] == 0


def test_a_segment_cut_otherwise_speaks_of_the_gold_row():
    gold = score.gold_pairs(GOLD)
    claimed = score.claims([cluster("verbatim", ("a", "seven"), ("b", "seven"))])
    assert score.score(claimed, gold)["contained"].scores()["recall"] == 0
    moved, count = score.recut(claimed, gold)
    assert count == 1
    assert score.score(moved, gold)["contained"].scores()["recall"] == 1


@pytest.mark.parametrize("gold", ["gold.tsv", "second.tsv"])
def test_the_seeds_against_both_readings(gold):
    articles = list(iter_articles([HERE.parents[1] / "seeds"], ReadReport()))
    segments = [part for article in articles for part in segment(article)]
    sharing = align(articles, segments, settings=ShareSettings(semantic="off"))
    truth = score.read_gold(HERE / gold)
    claimed, _ = score.recut(score.claims(as_data(c) for c in sharing.clusters), truth)
    copied = score.score(claimed, truth)["copied"].scores()
    assert (copied["precision"], copied["claimed"]) == (1, 15)
    assert copied["f1"] >= 0.96


def test_strongest_tier_counts_and_members_expand_to_pairs():
    three = [("a", "x"), ("b", "x"), ("c", "y")]
    claims = score.claims([cluster("near-duplicate", *three, same=[["a:0", "b:1"]], pairs=[])])
    assert sorted(claims.values()) == ["near-duplicate", "near-duplicate", "verbatim"]


@pytest.mark.parametrize("flag", ["--errors", "--json"])
def test_score_as_a_program(tmp_path, flag):
    line = json.dumps(cluster("verbatim", ("a", "one two"), ("b", "one two")))
    (tmp_path / "shared.jsonl").write_text(line + "\n", "utf-8")
    rows = ["\t".join(plant.COLUMNS), *("\t".join(row) for row in GOLD)]
    (tmp_path / "gold.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    command = [sys.executable, str(HERE / "score.py"), str(tmp_path / "shared.jsonl"), str(tmp_path / "gold.tsv"), flag]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent.parent, env=environment())
    if flag == "--json":
        assert json.loads(ran.stdout)["verbatim"]["f1"] == 1.0
    else:
        assert "missed contained (claimed: -) a: seven | b: seveneightnine" in ran.stdout


def environment():
    import os

    return {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}


def test_thinning_leaves_out_what_shares_five_words_in_a_row():
    first, other = " ".join(WORDS[:12]), " ".join(WORDS[14:26])
    near = " ".join(WORDS[7:12] + WORDS[26:30])
    assert list(bench_scale.thin([first, near, other, " ".join(WORDS[8:12])])) == [first, other, " ".join(WORDS[8:12])]


@pytest.mark.parametrize("glue", glued.GLUES.values())
def test_both_halves_of_a_glued_headline_are_found(glue):
    made = sentences(80)
    heads, bodies = [" ".join(s.split()[:7]) for s in made[:20]], [f"{s}." for s in made[20:]]
    counts = glued.found(heads, bodies, glue)
    for half in ("headline", "sentence"):
        assert set(counts[half]) <= {"contained", "verbatim"}, (half, counts)
    assert not counts["besides"]


def test_a_corpus_larger_than_its_background_is_refused(tmp_path):
    (tmp_path / "few.txt").write_text("\n".join(sentences(20)), "utf-8")
    with pytest.raises(SystemExit, match=r"^20 background sentences; 84 are needed for a corpus of 100$"):
        bench_scale.corpus([tmp_path / "few.txt"], 100, 1)


def test_noise_that_joins_the_words_leaves_something_to_move():
    rng = random.Random(1)
    for text in ("كلمة", "كلمة أخرى", "كلمة أخرى ثالثة", "كلمة أخرى ثالثة رابعة"):
        assert sorted(plant.order(text, rng)[0].split()) == sorted(text.split())


def test_a_share_that_leaves_nothing_to_merge_with_is_refused(tmp_path):
    (tmp_path / "text").write_text("\n".join(sentences(300)) + "\n", "utf-8")
    command = [sys.executable, str(HERE / "plant.py"), str(tmp_path / "text"), "-o", str(tmp_path / "out"), "--share"]
    for share, why in (
        (
            "20",
            "of 300 sentences 15 stay without a copy, too few to merge 19 others with; "
            "give a smaller share or more sentences",
        ),
        ("0", "must be a number above 0"),
    ):
        ran = subprocess.run(
            [*command, share], capture_output=True, text=True, cwd=HERE.parent.parent, env=environment()
        )
        assert (ran.returncode, ran.stderr) == (1, f"plant.py: --share {share}: {why}\n")
    assert not (tmp_path / "out").exists()
    plant.plant(sentences(300), share=10)
