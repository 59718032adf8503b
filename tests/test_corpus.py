"""Filters, dedup, splits, statistics and cards of parallel corpora, as library calls."""

import doctest
import importlib
import json
import multiprocessing
import random
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

import xlate.corpus
from xlate import bundle
from xlate.corpus import (
    FILTERS,
    Account,
    Deduped,
    Splitting,
    Stats,
    Step,
    Tools,
    card_path,
    crossings,
    dedup,
    default_chain,
    described,
    filter_pairs,
    histogram,
    read_card,
    read_chain,
    read_zip,
    split,
    stats,
    write_card,
    write_chain,
)
from xlate.corpus.near import Exact, MinHashes, signed
from xlate.corpus.parallel import BATCH
from xlate.data import Flag, Segment, SegmentPair, Translation
from xlate.errors import InputError, UsageError
from xlate.formats import FORMATS
from xlate.shingles import alike, shingles

CLEAN = [
    ("قال وزير الخارجية الجزائري إن المشاورات جارية بين عدة دول.", "Algeria's foreign minister said consultations were under way among several countries."),
    ("ارتفعت أسعار النفط إلى 48 دولارا للبرميل يوم الثلاثاء.", "Oil prices rose to 48 dollars a barrel on Tuesday."),
    ("اعتقلت الشرطة ثلاثة أشخاص في العاصمة تونس.", "Police arrested three people in the capital, Tunis."),
    ("وفاز المنتخب المصري على نظيره الغاني بهدفين مقابل هدف.", "The Egyptian team beat Ghana by two goals to one."),
    ("وأعلنت الأمم المتحدة أن 12,500 لاجئ عبروا الحدود عام ٢٠١٦.", "The United Nations announced that 12,500 refugees crossed the border in 2016."),
]  # fmt: skip


def pairs(rows) -> list[SegmentPair]:
    return [SegmentPair(str(n), source, target) for n, (source, target) in enumerate(rows, 1)]


def numbered(count: int, seed: int = 1) -> list[SegmentPair]:
    """Pairs that have little in common."""
    chance = random.Random(seed)
    made = []
    for n in range(count):
        words = [chance.choice("ابتثجحخدذرز") * 2 + str(chance.randrange(10**6)) for _ in range(12)]
        made.append(
            SegmentPair(f"p{n}", " ".join(words), " ".join(f"w{w[2:]}" for w in words), None, {"article": f"d{n // 5}"})
        )
    return made


@pytest.mark.parametrize("module", ["chain", "dedup", "stats", "card"])
def test_the_examples_in_the_documentation_hold(module):
    found = doctest.testmod(importlib.import_module(f"xlate.corpus.{module}"))
    assert found.attempted
    assert not found.failed


def test_the_worked_example(tmp_path):
    text = xlate.corpus.__doc__
    example = text[text.index(">>>") :]
    tests = doctest.DocTestParser().get_doctest(
        example, {**vars(xlate.corpus), "folder": tmp_path}, "example", None, None
    )
    runner = doctest.DocTestRunner()
    runner.run(tests)
    assert runner.tries > 5
    assert runner.failures == 0
    assert all(name in xlate.corpus.__dict__ for name in xlate.corpus.__all__)


# filters


def test_clean_news_passes_every_cheap_filter():
    account = Account()
    assert list(filter_pairs(pairs(CLEAN), default_chain(cheap=True), account)) == pairs(CLEAN)
    assert (account.read, account.kept, sum(account.dropped.values())) == (5, 5, 0)
    assert set(account.dropped) == {name for name, one in FILTERS.items() if one.cost == "cheap"}


A, E = CLEAN[0]
A2, E2 = CLEAN[4]


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("length", "", E),
        ("length", A, "?!"),
        ("length", "قال " * 200, "He said " * 100),
        ("links", "http://www.aljazeera.net/news/1", "http://www.aljazeera.net/en/1"),
        ("links", A, "see www.example.org/story and info@example.org"),
        ("symbols", A, "@@ ## $$ %% a ^^ ** || ~~"),
        ("script", E, E),
        ("script", A, A),
        ("script", A, "Министр сказал, что консультации идут."),
        ("script", "123 456", "123 456"),
        ("identical", "فيسبوك Facebook Instagram TikTok", "Facebook Instagram TikTok"),
        ("ratio", A, "Consultations."),
        ("ratio", A, f"{E} {E} {E} {E}"),
        ("html", A, f"<p>{E}</p>"),
        ("html", f"{A}&nbsp;", E),
        ("html", A, f"{E} {{{{template}}}}"),
        ("html", A, E.replace("minister", "ministÃ©r Ø§Ù„Ø£")),
        ("html", A, f"{E} \ufffd"),
        ("repeats", A, "the minister said the minister said the minister said the minister said"),
        ("repeats", A, "consultations were under way way way way way way among"),
        ("numbers", A2, E2.replace("2016", "2012")),
        ("numbers", A2, E2.replace("12,500 ", "")),
        ("numbers", A, f"{E} 77"),
    ],
)
def test_noise_is_dropped_by_the_filter_for_it(name, source, target):
    one = FILTERS[name]
    (score,) = one.scores([(source, target)], Tools())
    assert not one.passes(score)


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("links", A, f"{E} (source: www.aps.dz)"),
        ("script", "أعلنت شركة Google عن هاتف Pixel الجديد", "Google announced its new Pixel phone"),
        ("identical", "أعلنت شركة Google عن هاتف جديد في السوق", "Google announced a new phone on the market"),
        ("html", A, "AT&T and R&D cost < 5 and x = y [sic]"),
        ("html", "القاهرة - أ ف ب", "Élysée, São Paulo, Ø and Ù"),
        ("repeats", "نعم نعم", "yes yes"),
        ("repeats", A, "That he said that she said is what he said."),
        ("numbers", "قتل ثلاثة أشخاص عام ٢٠١٦", "Three people were killed in 2016"),
        ("numbers", "بلغ العدد 15 ألفا", "The number reached 15,000"),
        ("numbers", "يوم 3 مايو", "On 3 May"),
        ("ratio", "نعم", "Yes, of course"),
        ("symbols", A, 'He said: "No!" (again); why?'),
    ],
)
def test_what_only_looks_like_noise_passes(name, source, target):
    one = FILTERS[name]
    assert one.passes(*one.scores([(source, target)], Tools()))


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_a_cheap_filter(source, target):
    for one in default_chain(cheap=True):
        (score,) = one.scores([(source, target)], Tools())
        assert score is None or score >= 0
        assert one.passes(score) in (True, False)


def test_every_dropped_pair_is_told_with_its_reason_and_the_first_filter_counts():
    rows = pairs([*CLEAN, ("BBC http://x.example/abc", "BBC http://x.example/abc"), (A, f"<b>{E}</b> 99")])
    told = []
    account = Account()
    kept = list(filter_pairs(rows, default_chain(cheap=True), account, rejected=told.append))
    assert kept == rows[:5]
    assert [(one.pair, one.filter) for one in told] == [(rows[5], "links"), (rows[6], "html")]
    assert told[1].score == 2
    assert account.read == account.kept + sum(account.dropped.values()) == 7


def test_processes_give_the_same_in_the_same_order(monkeypatch):
    rows = pairs([CLEAN[n % 5] if n % 3 else (A, f"<i>{E}") for n in range(50)])
    monkeypatch.setattr("xlate.corpus.parallel.BATCH", 7)
    results = []
    for workers in (1, 2):
        told, account = [], Account()
        tools = Tools(translate=lambda texts: [dict(CLEAN)[text] for text in texts])
        chain = default_chain(cheap=True, meaning=("translation",))
        kept = list(filter_pairs(rows, chain, account, rejected=told.append, workers=workers, tools=tools))
        results.append((kept, told, account.dropped, account.kept))
    assert results[0] == results[1]
    assert results[0][2]["html"] == 17


def test_a_filter_that_is_not_finished_leaves_no_process_behind():
    stream = filter_pairs(pairs(CLEAN * 6000), default_chain(cheap=True), workers=2)
    assert [next(stream).id for _ in range(3 * BATCH)][-1] == str(3 * BATCH)
    assert len(multiprocessing.active_children()) == 2
    stream.close()
    assert multiprocessing.active_children() == []


def test_languages():
    pytest.importorskip("py3langid")
    rows = [
        *CLEAN,
        (A, "Le ministre des Affaires étrangères a déclaré que des consultations étaient en cours."),
        ("وزیر امور خارجه ایران گفت که گفتگوها میان چند کشور ادامه دارد و پیشرفت می‌کند", E),
        ("نعم", "Oui"),
    ]
    one = FILTERS["language"]
    passed = [one.passes(score) for score in one.scores(rows, Tools())]
    assert passed == [True] * 5 + [False, False, True]


def test_language_says_how_it_is_installed(monkeypatch):
    from xlate.corpus import language

    language._identifier.cache_clear()
    monkeypatch.setattr(language, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'xlate\[corpus\]'"):
        FILTERS["language"].scores(CLEAN, Tools())


def test_meaning_by_embeddings_and_by_translation():
    english = dict(CLEAN)
    wrong = [*CLEAN[:3], (CLEAN[3][0], CLEAN[1][1]), (CLEAN[4][0], CLEAN[2][1])]
    points = {text: np.eye(5)[n] for n, pair in enumerate(CLEAN) for text in pair}
    tools = Tools(
        encode=lambda texts: np.array([points[text] + 0.1 for text in texts]),
        translate=lambda texts: [" ".join(english[text].split()[1:]) for text in texts],
    )
    for name in ("margin", "translation"):
        one = FILTERS[name]
        passed = [one.passes(score) for score in one.scores(wrong, tools)]
        assert passed == [True, True, True, False, False]


def test_in_a_batch_the_others_are_the_yardstick():
    rows = [(f"ar{n}", f"en{n}") for n in range(12)]
    rows[10], rows[11] = ("ar10", "en11"), ("ar11", "en10")
    for base in (0.05, 0.3):  # a language pair whose vectors all lie near each other is judged alike
        tools = Tools(encode=lambda texts, base=base: np.array([np.eye(12)[int(text[2:])] + base for text in texts]))
        scores = FILTERS["margin"].scores(rows, tools)
        assert [FILTERS["margin"].passes(score) for score in scores] == [True] * 10 + [False] * 2


@pytest.mark.parametrize(("name", "cure"), [("margin", "xlate\\[semantic\\]"), ("translation", "--model")])
def test_what_a_meaning_filter_lacks_is_said(name, cure):
    with pytest.raises(UsageError, match=cure):
        list(filter_pairs(pairs(CLEAN), [FILTERS[name]]))


def test_a_chain_goes_to_toml_and_back(tmp_path):
    chain = default_chain(meaning=("margin", "translation"))
    path = tmp_path / "chain.toml"
    path.write_text(write_chain(chain), encoding="utf-8")
    assert read_chain(path) == chain
    path.write_text('[[filter]]\nname = "length"\nmost = 9\n\n[[filter]]\nname = "script"\n', encoding="utf-8")
    length, script = read_chain(path)
    assert (length.most, length.least, script) == (9, 1, FILTERS["script"])
    assert [p.id for p in filter_pairs(pairs([*CLEAN, ("قال " * 6, "he said " * 6)]), [length])] == ["3"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[[filter", InputError, "is not TOML"),
        ("x = 1", UsageError, r"holds tables \[\[filter\]\] and nothing else"),
        ('[filter]\nname = "length"', UsageError, "holds tables"),
        ('[[filter]]\nname = "size"', UsageError, "unknown filter 'size'; choose from length, links"),
        (
            '[[filter]]\nname = "length"\nmaximum = 3',
            UsageError,
            "filter length has no setting 'maximum'; choose from least, most",
        ),
        ('[[filter]]\nname = "length"\nmost = "9"', UsageError, "most of filter length is '9'; it has to be a finite"),
        (
            '[[filter]]\nname = "length"\nleast = nan',
            UsageError,
            "least of filter length is nan; it has to be a finite",
        ),
        ('[[filter]]\nname = "length"\nmost = 1' + "0" * 400, UsageError, "0; it has to be a finite number"),
        ('[[filter]]\nname = ["length"]', UsageError, r"unknown filter \['length'\]; choose from length, links"),
        ("filter = " + "[" * 5000, InputError, "is not TOML"),
    ],
)
def test_a_chain_that_is_wrong(tmp_path, text, error, message):
    path = tmp_path / "chain.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_chain(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_chain(tmp_path / "none.toml")


# duplicates


@pytest.mark.parametrize(
    ("by", "level", "kept"),
    [
        ("pair", "exact", "1 3 4 5 6"),
        ("source", "exact", "1 3 5"),
        ("target", "exact", "1 3 4 5 6"),
        ("pair", "normalised", "1 4 5 6"),
        ("source", "normalised", "1 5"),
        ("target", "normalised", "1 4 5 6"),
        ("target", "near", "1 4 5"),
    ],
)
def test_dedup(by, level, kept):
    rows = pairs(
        [
            CLEAN[0],
            CLEAN[0],
            ("قالَ وزير الخارجيّة الجزائري: إن المشاورات جارية بين عدّة دول", CLEAN[0][1].lower()),
            (CLEAN[0][0], "Something else entirely, in other words."),
            CLEAN[4],
            (CLEAN[4][0], "The United Nations announced that 12,500 refugees crossed the border in 2015."),
        ]
    )
    account, dropped = Deduped(), []
    found = list(dedup(rows, by=by, level=level, account=account, dropped=dropped.append))
    assert " ".join(pair.id for pair in found) == kept
    assert account.read == 6 == account.kept + account.exact + account.near
    assert sorted([p.id for p in found] + [one.pair.id for one in dropped]) == [pair.id for pair in rows]
    if level == "near":
        assert [(one.pair.id, one.like) for one in dropped if one.level == "near"] == [("6", "5")]


def test_dedup_is_lazy_and_knows_its_words():
    def stream():
        yield pairs(CLEAN)[0]
        raise AssertionError("read on")

    assert next(dedup(stream())).id == "1"
    with pytest.raises(UsageError, match="by is one of source, target, pair"):
        dedup([], by="both")
    with pytest.raises(UsageError, match="threshold 0 is no share"):
        dedup([], threshold=0)


def test_the_near_index_grows_and_forgets_nothing(monkeypatch):
    monkeypatch.setattr("xlate.corpus.near._FIRST", 64)
    texts = [pair.target for pair in numbered(1000)]
    index = MinHashes()
    found = [n for low in range(0, 1000, 100) for n in index.add(signed(shingles(texts[low : low + 100])))]
    assert found == [-1] * 1000
    assert index.add(signed(shingles(texts[:100]))) == list(range(100))
    assert index.add(signed(shingles(texts[900:]))) == list(range(900, 1000))
    assert len(index) == 1000
    assert index.add(signed(shingles([]))) == []


def test_what_repeats_a_text_that_was_left_out_is_kept():
    words = [f"word{n}" for n in range(20)]
    first, second, third = (" ".join([*words[:20], *more]) for more in ([], ["x1", "x2"], ["x1", "x2", "x3", "x4"]))
    likeness = jaccard(first, second), jaccard(second, third), jaccard(first, third)
    assert likeness[0] > 0.9 < likeness[1]
    assert 0.82 < likeness[2] < 0.84
    for batches in ([[first, second, third]], [[first], [second], [third]], [[first, second], [third]]):
        index = MinHashes(0.85)
        found = [n for batch in batches for n in index.add(signed(shingles(batch)))]
        assert found == [-1, 0, -1]


def test_nearly_every_near_duplicate_is_found_and_nothing_else():
    chance = random.Random(5)
    texts = [" ".join(f"w{chance.randrange(5000)}" for _ in range(chance.randint(8, 25))) for _ in range(3000)]
    edited = []
    for text in texts:
        words = text.split()
        for _ in range(max(1, round(len(words) * chance.uniform(0.02, 0.16)))):
            words[chance.randrange(len(words))] = f"w{chance.randrange(5000)}"
        edited.append(" ".join(words))
    ours, theirs = shingles(texts), shingles(edited)
    likeness = alike(ours, theirs, range(3000), range(3000))
    index = MinHashes(0.7)
    assert index.add(signed(ours)) == [-1] * 3000
    found = index.add(signed(theirs))
    for low, high, least in ((0.7, 0.75, 0.9), (0.8, 1.01, 0.97)):
        rows = [row for row in range(3000) if low <= likeness[row] < high]
        assert len(rows) > 200
        assert sum(found[row] == row for row in rows) >= least * len(rows)
    # the rest are their own, or repeat one another: nothing less alike is ever told
    for row, number in enumerate(found):
        if 0 <= number < 3000:
            assert jaccard(edited[row], texts[number]) >= 0.7
    assert not any(found[row] == row for row in range(3000) if likeness[row] < 0.7)


def hashes(text):
    sets = shingles([text])
    return set(sets.flat.tolist())


def jaccard(a, b):
    return len(hashes(a) & hashes(b)) / len(hashes(a) | hashes(b))


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=0, max_size=6), min_size=1, max_size=12), st.integers(3, 10)
)
def test_the_exact_index_misses_nothing(texts, tenths):
    texts = [" ".join(words) for words in texts]
    index = Exact(texts[1:], tenths / 10)
    best = max((jaccard(texts[0], other) for other in texts[1:]), default=0)
    (found,) = index.find(texts[:1])
    if best >= tenths / 10:
        assert found is not None
        assert found[1] == pytest.approx(best)
        assert jaccard(texts[0], texts[1:][found[0]]) == pytest.approx(best)
    else:
        assert found is None
    first = [next(n for n, other in enumerate(texts) if hashes(other) == hashes(text)) for text in texts]
    assert Exact(texts, tenths / 10).find(texts) == [(n, 1.0) for n in first]


def test_dedup_in_processes_gives_the_same(monkeypatch):
    monkeypatch.setattr("xlate.corpus.parallel.BATCH", 100)
    rows = numbered(900) + numbered(300, seed=2)
    for row in range(0, 900, 7):
        rows.append(replace(rows[row], id=f"again{row}", target=f"{rows[row].target} more"))
    for level in ("exact", "normalised", "near"):
        results = []
        for workers in (1, 2):
            account, dropped = Deduped(), []
            kept = list(dedup(rows, level=level, account=account, dropped=dropped.append, workers=workers))
            results.append((kept, account, dropped))
        assert results[0] == results[1]
        assert (results[0][1].near > 0) == (level == "near")


# splits


def test_a_split_is_by_document_and_the_same_every_time():
    rows = numbered(400)
    account = Splitting()
    parts = list(split(lambda: rows, dev=40, test=60, seed=3, account=account))
    assert parts == list(split(lambda: rows, dev=40, test=60, seed=3))
    assert parts != list(split(lambda: rows, dev=40, test=60, seed=4))
    assert account.pairs == Counter(train=300, test=60, dev=40)
    assert account.documents == Counter(train=60, test=12, dev=8)
    homes = {}
    for part, pair in parts:
        assert homes.setdefault(pair.provenance["article"], part) == part
    assert [pair for _, pair in parts] == rows


def test_a_near_duplicate_never_crosses():
    rows = numbered(300)
    chance = random.Random(9)
    # every tenth pair comes again in another document, one word changed, on one side
    for n in range(0, 300, 10):
        words = rows[n].target.split()
        words[chance.randrange(12)] = "other"
        rows.append(
            SegmentPair(f"again{n}", f"مختلف {n} {n + 1} {n + 2}", " ".join(words), None, {"article": f"copy{n}"})
        )
    account, dropped = Splitting(), []
    parts = list(
        split(lambda: rows, dev=50, test=50, account=account, dropped=lambda part, one: dropped.append((part, one)))
    )
    assert 0 < sum(account.guarded.values()) == len(dropped) == len(rows) - len(parts)
    assert all(one.side == "target" and one.likeness >= 0.7 for _, one in dropped)
    of = {name: [pair for part, pair in parts if part == name] for name in ("train", "dev", "test")}
    assert list(crossings([of["train"], of["dev"], of["test"]])) == []
    # and what was left out would have crossed
    of[dropped[0][0]].append(dropped[0][1].pair)
    (crossing,) = crossings([of["train"], of["dev"], of["test"]])
    assert {crossing.pair.id, crossing.like.id} == {dropped[0][1].pair.id, dropped[0][1].like.id}


def test_a_part_has_its_size_after_the_guard_and_counts_only_documents_that_stay():
    rows = [replace(pair, id=f"{copy}-{pair.id}", provenance={"article": f"{copy}-{pair.id}"})
            for copy in range(4) for pair in numbered(100)]  # fmt: skip
    account = Splitting()
    parts = list(split(lambda: rows, dev=60, test=60, account=account))
    assert account.pairs["test"] == account.pairs["dev"] == 60
    assert account.documents == account.pairs  # one pair a document, and none that was left out whole
    assert sum(account.pairs.values()) + sum(account.guarded.values()) == 400
    of = {name: [pair for part, pair in parts if part == name] for name in ("train", "dev", "test")}
    assert list(crossings([of["train"], of["dev"], of["test"]])) == []


@pytest.mark.parametrize(
    ("articles", "copies", "dev", "test", "message"),
    [
        (1, 1, 5, 5, "dev 5: only 0 pairs, in whole documents without near-duplicates, are left for it; ask for less"),
        (1, 1, 0, 5, "dev 0 and test 5 leave nothing for train: the corpus has 100 pairs in 1 documents, each goes to"),
        (2, 1, 5, 5, "dev 5 and test 5 leave nothing for train: the corpus has 100 pairs in 2 documents, each goes to"),
        (
            100,
            4,
            9,
            380,
            "dev 9: only 0 pairs, in whole documents without near-duplicates, are left for it; ask for less",
        ),
        (100, 4, 0, 380, "dev 0 and test 380 leave nothing for train: the corpus has 400 pairs in 400 documents, each"),
    ],
)
def test_no_part_is_ever_empty_or_too_small(articles, copies, dev, test, message):
    rows = [
        SegmentPair(f"{copy}-{n}", pair.source, pair.target, None, {"article": f"{copy}-{n % articles}"})
        for copy in range(copies)
        for n, pair in enumerate(numbered(100))
    ]
    with pytest.raises(UsageError, match=message):
        list(split(lambda: rows, dev=dev, test=test))


def test_a_corpus_without_documents_and_one_too_small():
    rows = pairs(CLEAN)
    parts = Counter(part for part, _ in split(lambda: rows, dev=1, test=1))
    assert parts == Counter(train=3, dev=1, test=1)
    with pytest.raises(UsageError, match="dev 3 and test 2 do not leave anything for train: the corpus has 5 pairs"):
        list(split(lambda: rows, dev=3, test=2))


# statistics


def test_stats_count_everything():
    rows = [
        *pairs(CLEAN),
        *pairs(CLEAN[:1]),
        SegmentPair(
            "9", "قال نعم نعم", "", None, {"article": "a", "flags": ["numbers: 1 → 2", "loop"], "origin": "model"}
        ),
    ]
    told = stats(rows)
    assert (told.pairs, told.empty, told.documents) == (7, 1, 1)
    assert told.source.words == sum(len(row.source.split()) for row in rows)
    assert told.target.vocabulary == len({w for row in rows for w in row.target.lower().split()})
    assert told.duplicates == Counter(source=1, target=1, pair=1)
    assert told.flags == Counter(numbers=1, loop=1)
    assert told.origins == Counter(model=1)
    assert told.target.quantile(0) == 0
    assert told.target.quantile(1) == max(len(row.target.split()) for row in rows)
    assert json.loads(json.dumps(told.as_data()))["source"]["length"]["max"] == max(len(r.source.split()) for r in rows)
    assert stats([]).as_data()["pairs"] == 0
    assert histogram(Stats().source.lengths) == []


@pytest.mark.parametrize("format_name", ["jsonl", "tsv", "tmx", "xlf"])
def test_the_flags_of_a_bundle_are_counted_by_kind(tmp_path, format_name):
    segment = Segment("a:0", "a", 0, 0, 0, 3, "نعم")
    flags = (Flag("numbers", "1 → 2"), Flag("numbers", "3"), Flag("loop", "yes yes"))
    path = tmp_path / f"bitext{FORMATS[format_name].suffix}"
    FORMATS[format_name].write([bundle.pair(Translation(segment, "yes", -1.0, flags))], path)
    assert stats(FORMATS[format_name].read(path)).flags == Counter(numbers=1, loop=1)


def test_the_sample_of_languages_is_bounded(monkeypatch):
    monkeypatch.setattr(importlib.import_module("xlate.corpus.stats"), "SAMPLE", 10)
    told = stats(pairs(CLEAN * 100))
    assert 5 <= sum(told.scripts.values()) <= 10


def test_a_histogram_puts_outliers_into_the_last_bin():
    lines = histogram(Counter({5: 500, 15: 300, 25: 200, 900: 1}), width=10, rows=4)
    assert lines == [
        "0–6    ██████████  500",
        "7–13               0",
        "14–20  ██████      300",
        "21+    █████       201",
    ]


# cards and archives


def test_a_card_carries_earlier_steps_on(tmp_path):
    first, second = tmp_path / "a.tsv", tmp_path / "b.tmx.gz"
    first.write_text("x", encoding="utf-8")
    step = Step(["xlate", "bitext"], [], [described(first)], {"pairs": 1})
    assert write_card(first, step, sources=[{"name": "APS", "licence": "CC-BY-4.0"}]) == tmp_path / "a.json"
    card = read_card(first)
    assert card["steps"][0]["outputs"] == [{"name": "a.tsv", "bytes": 1, "sha256": described(first)["sha256"]}]
    assert card["steps"][0]["versions"]["numpy"]
    write_card(second, Step(["xlate", "corpus", "dedup"], [described(first)], [], {"kept": 1}), [card, card])
    told = read_card(second)
    assert [one["command"][-1] for one in told["steps"]] == ["bitext", "dedup"]
    assert told["sources"] == [{"name": "APS", "licence": "CC-BY-4.0"}]
    assert read_card(tmp_path / "none.tsv") == {}
    before = (tmp_path / "b.json").read_bytes()
    write_card(second, Step(["xlate", "corpus", "dedup"], [described(first)], [], {"kept": 1}), [card, card])
    assert (tmp_path / "b.json").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "card"),
    [
        ("corpus.tmx", "corpus.json"),
        ("n.ar", "n.json"),
        ("n.ar.gz", "n.json"),
        ("n", "n.json"),
        ("v1.2.tsv", "v1.2.json"),
        ("x.zip", "x.json"),
    ],
)
def test_where_a_card_lies(name, card):
    assert card_path(Path(name)) == Path(card)


def test_a_stranger_in_the_cards_place_is_left_alone(tmp_path):
    (tmp_path / "a.json").write_text('{"mine": 1}', encoding="utf-8")
    assert read_card(tmp_path / "a.tsv") == {}
    assert write_card(tmp_path / "a.tsv", Step([], [], [], {})) is None
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{"mine": 1}'
    (tmp_path / "a.json").write_text('{"steps": 5}', encoding="utf-8")
    with pytest.raises(InputError, match="is not the card of a corpus any more"):
        read_card(tmp_path / "a.tsv")
    for damaged in ("{", '{"steps": ' + "[" * 100_000):
        (tmp_path / "a.json").write_text(damaged, encoding="utf-8")
        with pytest.raises(InputError, match=r"cannot be read as the card of a\.tsv .*; move it away"):
            read_card(tmp_path / "a.tsv")
    (tmp_path / "folder" / "in").mkdir(parents=True)
    (tmp_path / "folder" / "in" / "f").write_text("1", encoding="utf-8")
    assert described(tmp_path / "folder")["files"] == 1
    with pytest.raises(InputError, match="cannot be read"):
        described(tmp_path / "gone")


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


def test_an_opus_archive_is_read(tmp_path):
    path = archive(
        tmp_path / "opus.zip",
        {"README": b"x", "News.ar-en.ar": "نعم\nلا\n".encode(), "News.ar-en.en": b"yes\r\nno", "News.ar-en.xml": b""},
    )
    assert list(read_zip(path)) == [SegmentPair("1", "نعم", "yes"), SegmentPair("2", "لا", "no")]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.ar": b"x"}, r"holds no file named \*\.en"),
        ({"a.ar": b"x", "b.ar": b"y", "a.en": b"z"}, r"holds 2 files named \*\.ar"),
        ({"a.ar": b"x\ny\n", "a.en": b"z\n"}, "a.ar has 2 lines and a.en has 1"),
        ({"a.ar": b"x\n\xff\n", "a.en": b"z\nz\n"}, "line 2 of a.ar is not UTF-8"),
    ],
)
def test_an_archive_that_is_wrong(tmp_path, members, message):
    with pytest.raises(InputError, match=message):
        list(read_zip(archive(tmp_path / "x.zip", members)))


def test_an_archive_that_is_damaged_or_endless(tmp_path, monkeypatch):
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="cannot be read as a zip archive"):
        list(read_zip(path))
    with pytest.raises(InputError, match="cannot be read"):
        list(read_zip(tmp_path / "none.zip"))
    monkeypatch.setattr("xlate.corpus.opus.MAX_LINE", 100)
    archive(path, {"a.ar": b"x" * 1000, "a.en": b"x\n"})
    with pytest.raises(InputError, match=r"line 1 of a\.ar is longer than"):
        list(read_zip(path))
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
        members = {"a.ar": b"x\n" * 5000, "a.en": b"x\n" * 5000}
        whole = bytearray(archive(tmp_path / "y.zip", members, method).read_bytes())
        whole[40:48] = b"\x00\xff" * 4
        (tmp_path / "y.zip").write_bytes(whole)
        with pytest.raises(InputError, match=r"cannot be read as a zip archive \(.*\); download it again"):
            list(read_zip(tmp_path / "y.zip"))


def test_noise_of_eight_kinds_is_planted_and_found(tmp_path, capsys, monkeypatch):
    pytest.importorskip("py3langid")
    monkeypatch.syspath_prepend(str(ROOT / "eval" / "corpus"))
    noise = importlib.reload(importlib.import_module("noise"))
    chance = random.Random(1)
    for prepared in (lambda: None, noise.unseen):
        prepared()
        for kind in noise.KINDS[1:]:
            found = [kind(pair, CLEAN, chance) for pair in CLEAN * 2]
            kept = list(filter_pairs(pairs(found), default_chain()))
            assert len(kept) <= 2, kind
