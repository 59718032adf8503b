"""Shared sentences: tiers, evidence, clusters, matrix, determinism, and the align command."""

import json
import random
import tracemalloc
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations

import pytest
from conftest import SEEDS, xlate
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.data import Article, Segment
from xlate.errors import OutputError, UsageError
from xlate.lines import unescape
from xlate.normalise import normalise
from xlate.share import (
    ShareSettings,
    Sharing,
    align,
    as_data,
    expand,
    marks,
    near_duplicates,
    representatives,
    write_articles,
    write_clusters,
    write_matrix,
    write_unique,
)
from xlate.share.clusters import group

OFF = ShareSettings(semantic="off")
WIRE = "أعلنت وزارة الداخلية التونسية يوم الاثنين توقيف خمسة أشخاص يشتبه في انتمائهم إلى شبكة لتهريب السلاح قرب الحدود"
EDITED = "وأعلنت وزارة الداخلية التونسية أمس توقيف سبعة أشخاص يشتبه في انتمائهم إلى شبكة كبيرة لتهريب السلاح قرب الحدود"
OTHER = "ارتفعت أسعار القمح في الأسواق العالمية خلال الأسبوع الماضي بسبب الجفاف الذي ضرب مناطق واسعة من أستراليا"
HEADLINE = "توقيف شبكة لتهريب السلاح قرب الحدود الغربية"
QUOTED = "لن نتراجع عن قرارنا مهما كانت الضغوط التي تمارسها علينا الدول الكبرى في هذا الملف"
FAR = (
    "يستعد المنتخب الوطني لخوض مباراته المقبلة على ملعب رادس أمام جمهور غفير من أنصاره",
    "افتتح معرض الكتاب الدولي أبوابه للزوار بمشاركة أكثر من ثلاثمائة دار نشر عربية",
    "تراجعت درجات الحرارة في المناطق الساحلية مع هبوب رياح شمالية قوية على السواحل",
)


def corpus(**texts: list[str]) -> tuple[list[Article], list[Segment]]:
    """One article a keyword, one segment a sentence."""
    articles, segments = [], []
    for name, sentences in texts.items():
        offset = 0
        for index, sentence in enumerate(sentences):
            start = offset
            offset += len(sentence) + 1
            segments.append(Segment(f"{name}:{index}", name, index, index, start, offset - 1, sentence))
        articles.append(Article(name, None, "\n".join(sentences)))
    return articles, segments


def found(settings: ShareSettings = OFF, **texts: list[str]) -> Sharing:
    return align(*corpus(**texts), settings=settings)


def unrelated(rng: random.Random, words: int = 14) -> str:
    """A sentence of made-up words."""
    letters = "بتثجحخدذرزسشصضطظعغفقكلمنه"
    return " ".join("".join(rng.choices(letters, k=rng.randint(4, 8))) for _ in range(words))


def only(sharing: Sharing):
    assert len(sharing.clusters) == 1, [c.tier for c in sharing.clusters]
    return sharing.clusters[0]


@pytest.mark.parametrize(
    ("a", "b", "tier"),
    [
        (WIRE, WIRE, "verbatim"),
        (WIRE, WIRE.replace("التونسية يوم", "التونسيةيوم"), "verbatim"),
        (WIRE, "«" + WIRE.replace("أشخاص", "اشخاص،") + "».", "verbatim"),
        (WIRE, EDITED, "near-duplicate"),
        (WIRE, WIRE.replace("خمسة", "5"), "near-duplicate"),
        (WIRE, WIRE.replace("شبكة", "شبكه").replace("السلاح", "السلاخ").replace("الحدود", "الجدود"), "near-duplicate"),
        (WIRE, " ".join(WIRE.split()[8:] + WIRE.split()[:8]), "near-duplicate"),
        (WIRE, WIRE.replace("توقيف", "، بحسب بيان رسمي صدر مساء، توقيف"), "near-duplicate"),
        (HEADLINE, f"{HEADLINE} {OTHER}", "contained"),
        (OTHER, f"{HEADLINE} {OTHER.replace('الماضي بسبب', 'الماضيبسبب')}", "contained"),
        (WIRE, f"{WIRE}، فيما {OTHER}", "contained"),
        (
            f"قال الرئيس في خطابه أمام البرلمان «{QUOTED}»",
            f'وتعليقا على العقوبات كتب الوزير الأول: "{QUOTED}" ثم غادر العاصمة إلى جنيف',
            "quotation",
        ),
        (WIRE, OTHER, None),
        (WIRE, FAR[2], None),
        ("قال وزير الخارجية الجزائري اليوم", "قال وزير الخارجية المصري أمس", None),
    ],
)  # fmt: skip
def test_tier_of_a_pair(a, b, tier):
    sharing = found(one=[a, FAR[0]], two=[FAR[1], b])
    pairs = sharing.pairs()
    assert {p.tier for p in pairs.values()} == ({tier} if tier else set())
    assert set(pairs) == ({("one:0", "two:1")} if tier else set())


def test_numbers_that_differ_part_verbatim_from_near_duplicate():
    a = WIRE.replace("خمسة", "2 7")
    assert only(found(one=[a], two=[WIRE.replace("خمسة", "27")])).tier == "near-duplicate"
    assert only(found(one=[WIRE.replace("خمسة", "15.000")], two=[WIRE.replace("خمسة", "١٥٬٠٠٠")])).tier == "verbatim"


@pytest.mark.parametrize(
    ("old", "new"), [("500 $", "500 €"), ("-5", "5"), ("5%", "5"), ("५", "७"), ("1,5", "1,500"), ("2 7", "27")]
)
def test_signs_and_digits_part_verbatim_from_near_duplicate(old, new):
    text = "بلغت قيمة الصفقة التي وقعها الطرفان أمس {} للطن الواحد في المناطق الجبلية"
    cluster = only(found(one=[text.format(old)], two=[text.format(new)]))
    (pair,) = cluster.evidence["pairs"]
    assert cluster.tier == "near-duplicate"
    assert [e["kind"] for e in pair["difference"]["edits"]] == ["number"]
    assert [a["kind"] for a in cluster.evidence["alerts"]] == ["number"]


def test_a_number_is_not_contained_in_a_longer_one():
    small = "ارتفع عدد القتلى في الانفجار إلى {}"
    large = "ارتفع عدد القتلى في الانفجار إلى {} شخصا بعد وفاة جريح في المستشفى"
    edited = only(found(one=[small.format(2)], two=[large.format(27)]))
    assert (edited.tier, edited.score < 1) == ("contained", True)
    assert [(a["kind"], a["a"], a["b"]) for a in edited.evidence["alerts"]] == [("number", ["2"], ["27"])]
    whole = only(found(one=[small.format(27)], two=[large.format(27)]))
    assert (whole.tier, whole.score, "alerts" in whole.evidence) == ("contained", 1.0, False)


def test_a_translation_is_shared_only_between_segments_that_ask_alike():
    text = "استقال رئيس الوزراء من منصبه مساء أمس"
    sharing = found(one=[text + "."], two=[text + "؟"], three=[text + "!"], four=[text + "?»"])
    assert only(sharing).tier == "verbatim"
    shared = representatives(sharing)
    assert shared["one:0"] == shared["three:0"] in ("one:0", "three:0")
    assert shared["two:0"] == shared["four:0"] in ("two:0", "four:0")


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("وقال الوزير: لا، يجب المغادرة الآن فورا.", "وقال الوزير: لا يجب المغادرة الآن فورا.", False),
        ("وأعلن البيان أن «ما حدث اليوم يهم الجميع هنا».", "وأعلن البيان أن ما حدث اليوم يهم الجميع هنا.", False),
        ("وأكد الحارس أن قال علي ما يريد الجميع اليوم.", "وأكد الحارس أن قال على ما يريد الجميع اليوم.", False),
        ("وقال الوزير إن الحكومة، ستجتمع غدا في العاصمة!", "وقال الوزير ان الحكومة ستجتمع غدا فى العاصمة.", True),
        ("وقال الوزير إن الحكومة ستجتمع غدا في العاصمة»", "وقال الوزير إن الحكومة ستجتمع غدا في العاصمة", True),
    ],
)
def test_a_translation_is_shared_only_where_marks_and_spelling_say_the_same(first, second, shared):
    sharing = found(one=[first], two=[second])
    assert only(sharing).tier == "verbatim"
    chosen = representatives(sharing)
    assert (chosen["one:0"] == chosen["two:0"]) == shared


def test_near_duplicate_evidence_is_the_edit_script_with_alerts_on_top():
    cluster = only(found(one=[WIRE], two=[EDITED]))
    (pair,) = cluster.evidence["pairs"]
    assert (pair["a"], pair["b"], pair["tier"]) == ("one:0", "two:0", "near-duplicate")
    assert pair["score"] == cluster.score
    edits = pair["difference"]["edits"]
    assert ("replace", "number", "خمسة", "سبعة") in [
        (e["op"], e["kind"], e["a"]["text"], e["b"]["text"]) for e in edits
    ]
    assert ("insert", "addition", "", "كبيرة") in [(e["op"], e["kind"], e["a"]["text"], e["b"]["text"]) for e in edits]
    for edit in edits:
        for side, text in (("a", WIRE), ("b", EDITED)):
            assert text[edit[side]["start"] : edit[side]["end"]] == edit[side]["text"]
    assert cluster.evidence["alerts"] == [{"kind": "number", "a": ["5"], "b": ["7"], "pair": ["one:0", "two:0"]}]


def test_quotation_evidence_is_the_fragment_with_offsets_on_each_side():
    one = f"قال الرئيس في خطابه أمام البرلمان «{QUOTED}»"
    two = f'وَكَتَب الوزير الأول: "{QUOTED.replace("الكبرى", "العظمى")}" ثم غادر العاصمة إلى جنيف في زيارة'
    cluster = only(found(one=[one], two=[two]))
    assert cluster.tier == "quotation"
    (pair,) = cluster.evidence["pairs"]
    fragment = pair["fragment"]
    assert one[fragment["a_start"] : fragment["a_end"]] == fragment["a_text"] == QUOTED
    assert two[fragment["b_start"] : fragment["b_end"]] == fragment["b_text"] == QUOTED.replace("الكبرى", "العظمى")
    assert [e["a"]["text"] for e in pair["difference"]["edits"]] == ["الكبرى"]


def test_contained_evidence_names_the_holder_and_the_place():
    glued = f"{HEADLINE} {OTHER}"
    cluster = only(found(one=[HEADLINE], two=[glued]))
    assert cluster.evidence["holder"] == "two:0"
    fragment = cluster.evidence["pairs"][0]["fragment"]
    assert (fragment["b_start"], fragment["b_end"], fragment["b_text"]) == (0, len(HEADLINE), HEADLINE)


def test_two_halves_of_one_sentence_are_contained_and_not_joined_to_each_other():
    half, rest = " ".join(WIRE.split()[:8]), " ".join(WIRE.split()[8:])
    sharing = found(one=[WIRE], two=[half, rest])
    assert sorted(sharing.pairs()) == [("one:0", "two:0"), ("one:0", "two:1")]
    assert {c.tier for c in sharing.clusters} == {"contained"}


def test_a_chain_of_edits_is_not_one_cluster():
    words = WIRE.split()
    steps = [" ".join([*(f"كلمة{n}طويلة" for n in range(k)), *words[k:]]) for k in (0, 3, 6)]
    sharing = found(one=[steps[0]], two=[steps[1]], three=[steps[2]])
    pairs = {key: p.tier for key, p in sharing.pairs().items()}
    assert pairs[("one:0", "two:0")] == pairs[("three:0", "two:0")] == "near-duplicate"
    assert pairs.get(("one:0", "three:0")) != "near-duplicate"
    assert all(len(c.members) == 2 for c in sharing.clusters)


def test_verbatim_copies_stay_verbatim_inside_a_near_duplicate_cluster():
    sharing = found(one=[WIRE], two=[WIRE], three=[EDITED])
    assert [c.tier for c in sharing.clusters] == ["verbatim", "near-duplicate"]
    near = sharing.clusters[1]
    assert [m.segment for m in near.members] == ["one:0", "three:0", "two:0"]
    assert near.evidence["same"] == [["one:0", "two:0"]]
    claims = {
        (p.a, p.b): p.tier for p in expand("near-duplicate", ["one:0", "three:0", "two:0"], near.evidence, near.score)
    }
    assert claims == {
        ("one:0", "three:0"): "near-duplicate",
        ("one:0", "two:0"): "verbatim",
        ("three:0", "two:0"): "near-duplicate",
    }
    assert {key: p.tier for key, p in sharing.pairs().items()} == claims


def test_repeats_inside_one_article_are_marked_and_not_shared():
    sharing = found(one=[WIRE, FAR[0], WIRE], two=[FAR[1]])
    assert only(sharing).evidence["within_article"] is True
    assert sharing.matrix == ()
    assert sharing.unique == {"one": ("one:0", "one:1", "one:2"), "two": ("two:0",)}


def test_matrix_direction_near_identical_and_unique():
    articles, segments = corpus(one=[WIRE, OTHER, FAR[0]], two=[EDITED, OTHER, FAR[0]], three=[FAR[2], OTHER])
    dates = {"one": "2016-05-18", "two": "2016-05-17T10:00:00+01:00"}
    articles = [replace(a, published=dates.get(a.id)) for a in articles]
    sharing = align(articles, segments, settings=OFF)
    cells = {(c.a, c.b): c for c in sharing.matrix}
    assert sorted(cells) == [("one", "three"), ("one", "two"), ("three", "two")]
    whole = cells["one", "two"]
    assert (whole.shared_a, whole.segments_a, whole.share_a) == (3, 3, 1.0)
    assert (whole.tiers, whole.first, whole.near_identical) == ({"verbatim": 2, "near-duplicate": 1}, "two", True)
    assert (cells["one", "three"].first, cells["one", "three"].near_identical) == (None, False)
    assert sharing.near_identical == (("one", "two"),)
    assert sharing.unique == {"one": (), "two": (), "three": ("three:0",)}
    pair = next(c for c in sharing.clusters if c.tier == "near-duplicate").evidence
    assert pair["first"] == {"article": "two", "published": dates["two"]}
    assert (pair["pairs"][0]["a"], pair["pairs"][0]["b"]) == ("two:0", "one:0")


def test_the_cells_count_every_pair_of_segments_between_two_articles():
    rng = random.Random(4)
    pool = [WIRE, EDITED, OTHER, HEADLINE, f"{HEADLINE} {OTHER}", *(unrelated(rng) for _ in range(6))]
    sharing = found(**{f"a{n:02}": rng.choices(pool, k=6) for n in range(12)})
    tiers, sides = defaultdict(Counter), defaultdict(set)
    for pair in sharing.pairs().values():
        a, b = pair.a.split(":")[0], pair.b.split(":")[0]
        if a != b:
            tiers[a, b][pair.tier] += 1
            sides[a, b, a].add(pair.a)
            sides[a, b, b].add(pair.b)
    assert {(c.a, c.b): c.tiers for c in sharing.matrix} == tiers
    for c in sharing.matrix:
        assert (c.shared_a, c.shared_b) == (len(sides[c.a, c.b, c.a]), len(sides[c.a, c.b, c.b]))
        assert (c.segments_a, c.segments_b) == (6, 6)
    shared = {segment for own in sides.values() for segment in own}
    assert {
        n: tuple(f"{n}:{k}" for k in range(6) if f"{n}:{k}" not in shared) for n in sharing.unique
    } == sharing.unique


def test_a_formula_in_every_article_takes_little_memory():
    rng = random.Random(5)
    articles, segments = corpus(**{f"a{n:03}": [unrelated(rng, 6), WIRE] for n in range(300)})
    tracemalloc.start()
    try:
        sharing = align(articles, segments, settings=OFF)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(sharing.matrix) == 300 * 299 // 2
    assert peak / len(sharing.matrix) < 400  # bytes a cell, all else included


@pytest.mark.parametrize("count", [2, 40, 41, 60])
def test_identical_articles_are_one_group_however_many(count):
    sharing = found(**{f"a{n:02}": [WIRE, OTHER] for n in range(count)})
    assert sharing.near_identical == (tuple(f"a{n:02}" for n in range(count)),)


@pytest.mark.parametrize(("extra", "alike"), [(3, True), (8, False), (40, False)])
def test_near_identical_articles_are_of_like_size(extra, alike):
    # a list of words around the notice, so that the notice is contained in it
    words = unrelated(random.Random(3), extra).split()
    sharing = found(one=[WIRE], two=[" ".join([*words[: extra // 2], WIRE, *words[extra // 2 :]])])
    assert (sharing.matrix[0].near_identical, bool(sharing.near_identical)) == (alike, alike)


@pytest.mark.parametrize(
    ("count", "largest", "most"), [(39, 40, 1), (40, 40, 1), (41, 40, 3), (50, 40, 5), (100, 40, 20), (100, 100, 1)]
)
def test_a_family_above_the_limit_becomes_few_groups(count, largest, most):
    edges = dict.fromkeys(combinations(range(count), 2), 0.8)
    groups = group(edges, "near-duplicate", largest)
    assert len(groups) <= most
    assert max(map(len, groups)) <= largest
    assert {pair for members in groups for pair in combinations(members, 2)} == set(edges)


@given(st.integers(2, 24), st.floats(0, 1), st.integers(2, 12), st.randoms(use_true_random=False))
def test_groups_cover_all_edges_and_join_nothing_else(count, density, largest, rng):
    edges = {pair: rng.choice((0.7, 0.8, 0.9)) for pair in combinations(range(count), 2) if rng.random() < density}
    groups = group(edges, "near-duplicate", largest)
    assert {pair for members in groups for pair in combinations(members, 2)} == set(edges)
    assert len(groups) == len(set(groups))
    assert all(list(members) == sorted(members) and len(members) <= largest for members in groups)


@pytest.mark.parametrize(
    ("a", "b", "first"),
    [
        ("2016-05-17", "2016-05-18", "one"),
        ("2016-05-18", "2016-05-17T23:00:00Z", "two"),
        ("2016-05-17T10:00:00Z", "2016-05-17T09:00:00Z", "two"),
        ("2016-05-17", "2016-05-17T09:00:00Z", None),
        ("2016-05-17T10:00:00+02:00", "2016-05-17T09:00:00Z", "one"),
        ("2016-05-17T11:00:00+02:00", "2016-05-17T09:00:00Z", None),
        ("2016-05-18T00:30:00+02:00", "2016-05-17T23:00:00Z", "one"),
        ("2016-05-18T00:30+0200", "2016-05-17T22:29:59.5Z", "two"),
        ("2016-05-17T10:00:00.500000Z", "2016-05-17T09:00:00Z", "two"),
        ("2016-05-17T10:00:00", "2016-05-17T09:00", "two"),
        ("2016-05-17T10:00:00", "2016-05-17T09:00:00Z", None),
        ("2016-05-17T25:00:00Z", "2016-05-17T09:00:00Z", None),
        ("2016-05-17T25:00:00Z", "2016-05-18T09:00:00Z", "one"),
        ("0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", "one"),
        ("2016-13-45", "2016-05-17", None),
        (None, "2016-05-17", None),
    ],
)
def test_direction_only_where_dates_tell(a, b, first):
    articles, segments = corpus(one=[WIRE], two=[WIRE])
    articles = [replace(articles[0], published=a), replace(articles[1], published=b)]
    assert align(articles, segments, settings=OFF).matrix[0].first == first


SENTENCES = (
    "وصل الوفد الوزاري إلى العاصمة مساء أمس في زيارة تدوم ثلاثة أيام",
    "أغلقت السلطات الطريق الساحلي بعد انهيار صخري كبير",
    "نفت الشركة المشغلة وجود أي تسرب في الأنبوب الرئيسي",
    "فاز الفيلم القصير بالجائزة الأولى في مهرجان قرطاج",
    "حذر خبراء المناخ من موجة حر غير مسبوقة هذا الصيف",
    "انطلقت أشغال توسعة الميناء التجاري بتمويل أوروبي مشترك",
    "استقبل المتحف الوطني نصف مليون زائر منذ مطلع السنة",
    "دعت النقابات إلى إضراب عام احتجاجا على غلاء المعيشة",
)
FOOTER = "جميع الحقوق محفوظة لموقع الأخبار العربية ولا يجوز نسخها"


def site_pages(source: str | None, footer: bool = True, shared: str | None = None) -> Sharing:
    texts = {
        f"p{n}": [
            sentence,
            *([shared] if shared else []),
            f"وللحديث عن {sentence.split()[1]} بقية في العدد {n + 40} القادم غدا",
            *([FOOTER] if footer else []),
        ]
        for n, sentence in enumerate(SENTENCES)
    }  # fmt: skip
    articles, segments = corpus(**texts)
    return align([replace(a, source=source) for a in articles], segments, settings=OFF)


def test_page_furniture_is_set_aside_by_frequency():
    sharing = site_pages("صحيفة")
    (aside,) = sharing.boilerplate
    assert (aside.text, aside.site, aside.articles, aside.of) == (FOOTER, "صحيفة", 8, 8)
    assert len(aside.segments) == 8
    assert not any(FOOTER in m.text for c in sharing.clusters for m in c.members)


@pytest.mark.parametrize(
    ("count", "holders", "aside"),
    [(4, 4, 0), (5, 5, 0), (19, 19, 0), (20, 20, 1), (20, 16, 1), (20, 15, 0), (50, 5, 0)],
)
@pytest.mark.parametrize("place", [0, 4])
def test_where_the_origin_is_unknown_a_lead_is_furniture_only_of_nearly_all_of_many(count, holders, aside, place):
    rng = random.Random(1)
    texts = {f"a{n:02}": [unrelated(rng) for _ in range(4)] for n in range(count)}
    for name in sorted(texts)[:holders]:
        texts[name].insert(place, WIRE)
    sharing = found(**texts)
    assert [(b.text, b.articles, b.of) for b in sharing.boilerplate] == [(WIRE, holders, count)][:aside]
    assert [len(c.members) for c in sharing.clusters] == [holders][aside:]


@pytest.mark.parametrize("other", ["أخرى", None])
def test_what_another_site_holds_too_is_no_furniture(other):
    rng = random.Random(2)
    articles, segments = corpus(**{f"a{n}": [unrelated(rng), WIRE, unrelated(rng)] for n in range(6)})
    articles = [replace(a, source=other if a.id == "a5" else "صحيفة") for a in articles]
    sharing = align(articles, segments, settings=OFF)
    assert sharing.boilerplate == ()
    assert [len(c.members) for c in sharing.clusters] == [6]
    assert ("a0", "a5") in {(c.a, c.b) for c in sharing.matrix}


def test_a_sentence_that_many_outlets_share_is_no_furniture():
    sharing = site_pages(None, footer=False, shared=WIRE)
    assert sharing.boilerplate == ()
    assert [len(c.members) for c in sharing.clusters if c.tier == "verbatim"] == [8]


def test_wire_copy_republished_whole_is_no_furniture():
    copies = {f"c{n}": [WIRE, OTHER, FAR[1]] for n in range(9)}
    assert found(**copies).boilerplate == ()


def test_segments_of_role_boilerplate_and_short_ones_take_no_part():
    articles, segments = corpus(one=[WIRE, "أخبار ذات صلة"], two=[WIRE, "أخبار ذات صلة"])
    segments = [replace(s, role="boilerplate") if s.text == WIRE else s for s in segments]
    sharing = align(articles, segments, settings=OFF)
    assert (sharing.clusters, sharing.segments, sharing.too_short) == ((), 0, 2)


def test_a_set_phrase_of_many_sentences_is_no_quotation():
    phrase = "على هامش أعمال الدورة العادية الثامنة والعشرين لقمة الاتحاد الأفريقي المنعقدة"
    texts = {f"f{n}": [f"{s} {phrase}"] for n, s in enumerate((*SENTENCES, *FAR))}
    assert not [c for c in found(**texts).clusters if c.tier == "quotation"]
    quoted = {"f0": texts["f0"], "f1": [f"{SENTENCES[1]} «{phrase}»"]}
    assert [c.tier for c in found(**quoted).clusters] == ["quotation"]


INTRODUCED = "المديرة العامة لصندوق النقد الدولي للشؤون الأفريقية كريستالينا"


@pytest.mark.parametrize(
    ("a", "b", "also", "quotation"),
    [
        # quotation marks on one side are enough, with the same numbers
        (f"قال الرئيس في خطابه أمام البرلمان «{QUOTED}»", f"{FAR[0]} {QUOTED} {SENTENCES[0]}", False, True),
        (
            f"{FAR[1]} «{QUOTED.replace('قرارنا', '15 قرارا')}»",
            f"{FAR[0]} {QUOTED.replace('قرارنا', '16 قرارا')} {SENTENCES[0]}",
            False,
            False,
        ),
        # without marks: long, or in articles that share more, and never the speaker's introduction
        (f"{FAR[1]} {QUOTED}", f"{FAR[0]} {QUOTED}", False, True),
        (f"{FAR[1]} {QUOTED[:60]}", f"{FAR[0]} {QUOTED[:60]}", False, False),
        (f"{FAR[1]} {QUOTED[:60]}", f"{FAR[0]} {QUOTED[:60]}", True, True),
        (f"وقالت {INTRODUCED} إن {FAR[1]}", f"وقالت {INTRODUCED} إن {FAR[0]}", True, False),
        (
            f"وقال مسؤول طلب عدم الكشف عن هويته لأنه غير مخول الحديث إلى وسائل الإعلام إن {FAR[1]}",
            f"وأكد ضابط طلب عدم الكشف عن هويته لأنه غير مخول الحديث إلى وسائل الإعلام أن {FAR[0]}",
            True,
            False,
        ),
        # tags under a post
        (f"{FAR[1]} #غزة #الأقصى #فلسطين #القدس #أخبار #عاجل #سوريا #لبنان #العراق #مصر #تونس #ليبيا #المغرب",
         f"{FAR[0]} #غزة #الأقصى #فلسطين #القدس #أخبار #عاجل #سوريا #لبنان #العراق #مصر #تونس #ليبيا #المغرب", True,
         False),
    ],
)  # fmt: skip
def test_what_makes_a_common_fragment_a_quotation(a, b, also, quotation):
    more = [WIRE, OTHER] if also else []
    sharing = found(one=[a, *more], two=[b, *more])
    assert [c.tier for c in sharing.clusters if c.tier != "verbatim"] == (["quotation"] if quotation else [])


def test_every_character_that_folds_to_a_quotation_mark_is_known():
    assert {c for c in map(chr, range(0x110000)) if '"' in normalise(c)} == set(marks.MARK.pattern[1:-1])


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("ا «ب» ج «د» ه", ["ب", "د"]),
        ("ا “ب” ج „د“ ه „و” ز", ["ب", "د", "و"]),
        ('ا "ب" ج "د" ه', ["ب", "د"]),
        # cut in the middle of a quotation, or with a mark lost: what lies between two quotations is not quoted
        ("ا» ب «ج»", ["ج"]),
        ("«ا» ب «ج", ["ا"]),
        ("ا» ب «ج", []),
        ("ا” ب “ج”", ["ج"]),
        ("ا” ب “ج", []),
        ('ا" ب "ج"', ["ج"]),
        ('ا" ب "ج', []),
        ("«ا ب", []),
        ("ا» ب", []),
        # one inside the other
        ("«ا “ب” ج» د", ["ا “ب” ج"]),
        ('«ا "ب" ج» د', ['ا "ب" ج']),
        ('"ا «ب» ج" د', ["ا «ب» ج"]),
        # mixtures of scanned and retyped text
        ('ا «ب" ج', ["ب"]),
        ('ا "ب» ج', ["ب"]),
        ("ا “ب» ج", ["ب"]),
        ("ا ″ب″ ج ＂د＂", ["ب", "د"]),
        ("ا ”ب“ ج ”د“ ه", ["ب", "د"]),
        ("«ا» ب ”ج“ د", ["ا", "ج"]),
        ("ا » ب « ج", []),
        ("ا« ب »ج", [" ب "]),
        ("ا “ب“ ج", ["ب"]),
        ("ا ”ب” ج", ["ب"]),
        ("ا »ب« ج", ["ب"]),
        ('ا " ب " ج', [" ب "]),
        ("ا«ب»ج", ["ب"]),
        ('ا"ب"ج"د"', ["ب", "د"]),
        ('""', [""]),
        ("", []),
    ],
)
def test_what_stands_in_quotation_marks(text, inside):
    assert [text[start:end] for start, end in marks.quoted(text)] == inside


@given(st.text('اب "«»“”„.،'))
def test_quoted_stretches_are_disjoint_and_between_marks(text):
    last = 0
    for start, end in marks.quoted(text):
        assert last < start <= end < len(text)
        assert marks.MARK.match(text[start - 1])
        assert marks.MARK.match(text[end])
        last = end


@pytest.mark.parametrize(("open_", "close"), ["«»", "“”", '""'])
def test_a_stray_quotation_mark_makes_no_quotation(open_, close):
    phrase = "وذلك على هامش أعمال الدورة العادية للقمة"
    a = f"{FAR[0]}{close} {phrase} مضيفا أن {open_}{FAR[1]}{close}"
    b = f"{FAR[2]}{close} {phrase} مشيرا إلى {open_}{SENTENCES[0]}{close}"
    assert found(one=[a], two=[b]).clusters == ()
    quoted = found(one=[f"{FAR[0]} {open_}{phrase}{close}"], two=[f"{FAR[2]} {open_}{phrase}{close} {FAR[1]}"])
    assert only(quoted).tier == "quotation"


def test_same_result_whatever_the_order_of_the_input():
    texts = {
        "one": [WIRE, OTHER],
        "two": [EDITED, f"{HEADLINE} {OTHER}"],
        "three": [HEADLINE, WIRE, FAR[0]],
        "four": [WIRE],
    }
    articles, segments = corpus(**texts)
    first = align(articles, segments, settings=OFF)
    assert len(first.clusters) >= 4
    for seed in range(5):
        rng = random.Random(seed)
        rng.shuffle(articles)
        rng.shuffle(segments)
        assert align(articles, segments, settings=OFF) == first


def test_cluster_ids_follow_from_the_members():
    ids = [c.id for c in found(one=[WIRE], two=[WIRE]).clusters]
    assert ids == [c.id for c in found(one=[WIRE], two=[WIRE], three=[FAR[0]]).clusters]
    assert ids != [c.id for c in found(one=[WIRE], three=[WIRE]).clusters]


def test_bad_settings_and_bad_segments():
    with pytest.raises(UsageError, match=r"^near must lie above 0 and at most at 1, not 1\.5$"):
        ShareSettings(near=1.5)
    with pytest.raises(UsageError, match=r"^min_words must be at least 1, not 0$"):
        ShareSettings(min_words=0)
    with pytest.raises(UsageError, match=r"^posting must be at least 2, not 1$"):
        ShareSettings(posting=1)
    with pytest.raises(UsageError, match=r"^semantic must be auto, on or off, not yes$"):
        ShareSettings(semantic="yes")
    articles, segments = corpus(one=[WIRE])
    with pytest.raises(ValueError, match="two segments have the id one:0"):
        align(articles, segments * 2, settings=OFF)
    with pytest.raises(ValueError, match="not among the articles"):
        align([], segments, settings=OFF)
    assert align([], [], settings=OFF).clusters == ()


def test_files(tmp_path):
    sharing = found(one=[WIRE, FAR[0]], two=[EDITED, FAR[0]])
    write_clusters(sharing, tmp_path / "shared.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "shared.jsonl").read_text("utf-8").splitlines()]
    assert lines == [json.loads(json.dumps(as_data(c))) for c in sharing.clusters]
    assert list(lines[0]) == ["id", "tier", "score", "evidence", "members"]
    assert list(lines[0]["members"][0]) == ["article", "segment", "start", "end", "text"]
    write_matrix(sharing, tmp_path / "matrix.tsv")
    header, row = (tmp_path / "matrix.tsv").read_text("utf-8").splitlines()
    values = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (values["article_a"], values["article_b"], values["verbatim"], values["near-duplicate"]) == (
        "one",
        "two",
        "1",
        "1",
    )
    assert (values["share_a"], values["first"], values["near_identical"]) == ("1.0000", "", "yes")
    write_matrix(found(**{"o\tne": [WIRE], "t\u2028wo": [WIRE]}), tmp_path / "matrix.tsv")
    assert (tmp_path / "matrix.tsv").read_text("utf-8").split("\n")[1].split("\t")[:2] == ["o\\u0009ne", "t\\u2028wo"]
    with pytest.raises(OutputError, match="is a folder; give the name of a file"):
        write_clusters(sharing, tmp_path)


def test_tables_of_articles_and_of_what_only_one_has(tmp_path):
    torn = FAR[2].replace(" مع", "\n\tمع", 1)
    articles, segments = corpus(one=[WIRE, OTHER], two=[WIRE, OTHER], three=[torn, FAR[0], FAR[0]], four=["قصير"])
    sharing = align([replace(a, published="2016-05-17" if a.id == "two" else None) for a in articles], segments,
                    settings=OFF)  # fmt: skip
    write_articles(sharing, tmp_path / "articles.tsv")
    assert (tmp_path / "articles.tsv").read_text("utf-8").split("\n") == [
        "article\tpublished\tshared\tunique\tnear_identical",
        "four\t\t0\t0\t",
        "one\t\t2\t0\ttwo",
        "three\t\t0\t3\t",
        "two\t2016-05-17\t2\t0\tone",
        "",
    ]
    write_unique(sharing, segments, tmp_path / "unique.tsv")
    header, *lines = (tmp_path / "unique.tsv").read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    assert header.split("\t") == ["article", "segment", "start", "end", "text"]
    assert [(c[0], c[1], unescape(c[4])) for c in cells] == [
        ("three", f"three:{n}", text) for n, text in enumerate((torn, FAR[0], FAR[0]))
    ]
    assert int(cells[1][3]) - int(cells[1][2]) == len(FAR[0])


def test_align_command_shows_the_first_numbers_and_negations_that_differ(tmp_path):
    for name, word in (("one", "5"), ("two", "6")):
        text = "\n".join(t.replace("خمسة", word) for t in (WIRE, *(f"{f} {word}" for f in FAR)))
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    (tmp_path / "three.txt").write_text(WIRE.replace("أعلنت", "لم تعلن"), "utf-8")
    ran = xlate("align", tmp_path, "-o", tmp_path / "out" / "s.jsonl", "--semantic", "off")
    lines = ran.out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("alerts"))
    shown = [line.strip() for line in lines[at + 1 :] if line.startswith(" ")][:3]
    assert len([line for line in lines[at + 1 :] if line.startswith(" " * 8) and " in " in line]) == 3
    assert all(line.startswith("number: ") for line in shown)
    assert "number: 5 in one, 6 in two" in shown
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(WIRE, "utf-8")
    ran = xlate("align", tmp_path, "-o", tmp_path / "out" / "s.jsonl", "--semantic", "off")
    assert "negation: – in one, لم in three" in [line.strip() for line in ran.out.splitlines()]


def test_helpers_for_translating_once():
    glued = WIRE.replace("التونسية يوم", "التونسيةيوم")
    sharing = found(one=[glued], two=[WIRE], three=[EDITED])
    assert representatives(sharing) == {"one:0": "two:0", "two:0": "two:0"}
    assert [(p.a, p.b) for p in near_duplicates(sharing)] == [("one:0", "three:0"), ("three:0", "two:0")]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from((*FAR, WIRE, EDITED, OTHER, HEADLINE, f"{HEADLINE} {OTHER}")), max_size=4), max_size=4
    )
)
def test_every_claim_has_evidence_that_holds(articles):
    texts = {f"a{n}": sentences for n, sentences in enumerate(articles)}
    sharing = found(**texts)
    text_of = {s.id: s.text for s in corpus(**texts)[1]}
    for cluster in sharing.clusters:
        ids = [m.segment for m in cluster.members]
        assert len(set(ids)) == len(ids) >= 2
        listed = {frozenset((p["a"], p["b"])) for p in cluster.evidence.get("pairs", ())}
        heads = {i: ids_[0] for ids_ in cluster.evidence.get("same", ()) for i in ids_}
        for pair in expand(cluster.tier, ids, cluster.evidence, cluster.score):
            head_a, head_b = heads.get(pair.a, pair.a), heads.get(pair.b, pair.b)
            assert pair.tier == "verbatim" or frozenset((head_a, head_b)) in listed
        for pair in cluster.evidence.get("pairs", ()):
            for side in ("a", "b"):
                fragment = pair.get("fragment")
                if fragment:
                    assert (
                        text_of[pair[side]][fragment[f"{side}_start"] : fragment[f"{side}_end"]]
                        == fragment[f"{side}_text"]
                    )


# the command


def test_align_command_on_the_seeds(tmp_path):
    ran = xlate("align", SEEDS, "-o", tmp_path / "shared.jsonl", "--semantic", "off")
    assert (ran.code, ran.err) == (0, "")
    assert "near-identical  002_da70bfd14d0d9edf, 004_cb800a4348140aef" in ran.out
    assert "not used: turned off" in ran.out
    lines = [json.loads(line) for line in (tmp_path / "shared.jsonl").read_text("utf-8").splitlines()]
    articles = {tuple(sorted({m["article"][:3] for m in line["members"]})) for line in lines}
    assert articles <= {("000", "001"), ("002", "004"), ("001",)}
    assert (tmp_path / "shared.matrix.tsv").read_text("utf-8").count("\n") == 3


def test_align_command_json_and_quiet(tmp_path):
    ran = xlate(
        "align", SEEDS, "-o", tmp_path / "s.jsonl", "--matrix", tmp_path / "m.tsv", "--semantic", "off", "--json"
    )
    data = json.loads(ran.out)
    assert (data["articles"], data["clusters"]["near-duplicate"], data["clusters"]["quotation"]) == (5, 4, 1)
    assert data["near_identical"] == [["002_da70bfd14d0d9edf", "004_cb800a4348140aef"]]
    assert data["files"] == {
        "clusters": str(tmp_path / "s.jsonl"),
        "matrix": str(tmp_path / "m.tsv"),
        "articles": str(tmp_path / "s.articles.tsv"),
        "unique": str(tmp_path / "s.unique.tsv"),
    }
    assert sum(data["unique"].values()) == (tmp_path / "s.unique.tsv").read_text("utf-8").count("\n") - 1
    again = xlate(
        "align", *sorted(SEEDS.glob("*.txt"), reverse=True), "-o", tmp_path / "t.jsonl", "--semantic", "off", "-q"
    )
    assert (again.code, again.out) == (0, "")
    assert (tmp_path / "t.jsonl").read_bytes() == (tmp_path / "s.jsonl").read_bytes()


def test_align_command_errors(tmp_path):
    missing = tmp_path / "nowhere"
    ran = xlate("align", missing, "-o", tmp_path / "s.jsonl")
    assert ran.code == 2
    assert str(missing) in ran.err
    assert ran.err.count("\n") == 1
    ran = xlate("align", SEEDS, "-o", tmp_path / "s.jsonl", "--semantic", "maybe")
    assert (ran.code, ran.err) == (2, "xlate: semantic must be auto, on or off, not maybe\n")
    ran = xlate("align", SEEDS, "-o", tmp_path, "--semantic", "off")
    assert (ran.code, ran.err) == (2, f"xlate: {tmp_path}: is a folder; give the name of a file\n")
    assert not (tmp_path / "s.jsonl").exists()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The seeds' copies in a folder that is also the current one."""
    place = tmp_path / "news"
    place.mkdir()
    for path in SEEDS.glob("*.txt"):
        (place / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(place)
    return place


def test_align_command_twice_into_its_own_input(folder):
    made = []
    for _ in range(2):
        ran = xlate("align", ".", "-o", "shared.jsonl", "--semantic", "off", "-q")
        assert (ran.code, ran.err) == (0, "")
        made.append({p.name: p.read_bytes() for p in folder.glob("shared.*")})
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("-o", "."), ".: is a folder; give the name of a file"),
        (("-o", "x.jsonl", "--matrix", "."), ".: is a folder; give the name of a file"),
        (("-o", "x.tsv", "--matrix", "x.tsv"), "x.tsv: clusters and matrix cannot go to one file; give another name"),
        (
            ("-o", "x.tsv", "--matrix", "../news/x.tsv"),
            "../news/x.tsv: clusters and matrix cannot go to one file; give another name",
        ),
        (("-o", "mine.jsonl"), "mine.jsonl: is one of the inputs and would be overwritten; give another name"),
        (
            ("-o", "x.jsonl", "--matrix", "mine.jsonl"),
            "mine.jsonl: is one of the inputs and would be overwritten; give another name",
        ),
    ],
)
@pytest.mark.parametrize("inputs", [["."], ["mine.jsonl"]])
def test_align_command_refuses_places_before_the_work(folder, options, message, inputs):
    (folder / "mine.jsonl").write_text(json.dumps({"id": "1", "text": WIRE}, separators=(",", ":")), "utf-8")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    ran = xlate("align", *inputs, *options, "--semantic", "off", "-q")
    assert (ran.code, ran.err) == (2, f"xlate: {message}\n")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_align_command_tells_what_was_not_read(folder, tmp_path):
    (folder / "empty.txt").touch()
    (folder / "blank.txt").write_text("\n \n")
    (folder / "x.docx").write_bytes(b"PK")
    ran = xlate("align", ".", "-o", tmp_path / "o.jsonl", "--semantic", "off")
    assert (ran.code, ran.err) == (0, "")
    rows = dict(line.split("  ", 1) for line in ran.out.split("\n\n")[0].splitlines())
    assert rows["not read"].strip() == "1 of unknown suffix, 2 empty"
    assert rows["segments"].strip().endswith(" too short, 72 boilerplate")
    data = json.loads(xlate("align", ".", "-o", tmp_path / "o.jsonl", "--semantic", "off", "--json").out)
    assert (data["boilerplate_segments"], data["inputs"]["empty"]) == (72, ["blank.txt", "empty.txt"])
    assert (data["inputs"]["skipped_unknown"], data["problems"]) == ({".docx": 1}, [])


def test_align_help_says_what_holds():
    text = " ".join(xlate("align", "--help").out.split())
    assert "shared.matrix.tsv for shared.jsonl" in text
    assert text.count("above 0 and at most 1") == 2
    for value in ("0", "1.1"):
        assert xlate("align", SEEDS, "-o", "x.jsonl", "--near", value).code == 2
