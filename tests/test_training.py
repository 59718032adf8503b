"""The training recipe in models/training. What needs torch is skipped where torch is not installed: it is no dependency of xlate."""

import gzip
import hashlib
import importlib.util
import json
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from xlate.errors import InputError, ModelError
from xlate.manifest import read_manifest, verify, write_manifest

RECIPE = Path(__file__).resolve().parents[1] / "models" / "training"
sys.path.insert(0, str(RECIPE))

import alignment  # noqa: E402
import describe  # noqa: E402
import distil  # noqa: E402
import overlap  # noqa: E402
import pairs  # noqa: E402
import pieces  # noqa: E402
import prepare  # noqa: E402
from schedule import Schedule  # noqa: E402
from subwords import load_pieces  # noqa: E402

NEWS_AR = "أعلنت وزارة النقل أن القطار الجديد بين المدينتين سيبدأ رحلاته صباح يوم السبت المقبل"
NEWS_EN = "The transport ministry announced that the new train between the two cities will start running next Saturday"
TRAINING = {"weight": 1.0, "licence": "CC0", "origin": "test"}

with_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed: a tool of models/training only"
)


def bitext(folder: Path, name: str, rows: list[tuple[str, ...]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.tsv.gz"
    path.write_bytes(gzip.compress("".join("\t".join(row) + "\n" for row in rows).encode()))
    return path


def table(path: Path, **sources: dict[str, object]) -> Path:
    lines = [f"[{n}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in t.items()) for n, t in sources.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# sources


def test_every_source_has_weight_licence_and_origin():
    sources = pairs.load_sources()
    assert len(sources) >= 65
    assert sources["news_authored"].weight == 3.0
    assert sources["bible_svd"].weight == 0.04
    assert all(s.licence.strip() and s.origin.strip() for s in sources.values())


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"weight": 1.0, "licence": "CC0"}, "must have weight, licence and origin"),
        (TRAINING | {"extra": 1}, "must have weight, licence and origin"),
        (TRAINING | {"weight": -1}, "weight must be a number of copies"),
        (TRAINING | {"weight": True}, "weight must be a number of copies"),
        (TRAINING | {"licence": " "}, "licence and origin must say something"),
    ],
)
def test_an_incomplete_source_is_refused(tmp_path, entry, message):
    with pytest.raises(InputError, match=message):
        pairs.load_sources(table(tmp_path / "s.toml", news=entry))


def test_a_file_without_an_entry_stops_the_preparation(tmp_path):
    bitext(tmp_path, "unheard_of", [(NEWS_AR, NEWS_EN)])
    with pytest.raises(InputError, match=r"no \[unheard_of\] in sources.toml; add its weight, licence and origin"):
        pairs.source_files([tmp_path], pairs.load_sources())


def test_a_source_in_two_folders_is_refused(tmp_path):
    for folder in ("a", "b"):
        bitext(tmp_path / folder, "tatoeba", [(NEWS_AR, NEWS_EN)])
    with pytest.raises(InputError, match=r"lies in .* as well"):
        pairs.source_files([tmp_path / "a", tmp_path / "b"], pairs.load_sources())


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="give the folder that holds the bitext"):
        pairs.source_files([tmp_path], pairs.load_sources())


# cleaning and filters


def test_cleaning_keeps_words_and_drops_marks():
    assert pairs.clean_arabic("قَالَ  الـــوزيرُ\u200f ٢٠١٦\ufeff") == "قال الوزير 2016"
    assert pairs.clean_english("“It’s  2–3…”") == '"It\'s 2-3..."'


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(text):
    assert pairs.clean_arabic(pairs.clean_arabic(text)) == pairs.clean_arabic(text)
    assert pairs.clean_english(pairs.clean_english(text)) == pairs.clean_english(text)


@pytest.mark.parametrize(
    ("arabic", "english", "reason"),
    [
        (NEWS_AR, NEWS_EN, None),
        ("٢٠١٦", "2016", "no letters"),
        (NEWS_AR, "The minister قال", "Arabic in English"),
        ("كلمة " * 200, "word " * 100, "too long"),
        ("في Windows Server Manager", "in Windows Server Manager", "Arabic side foreign"),
        ("قال الوزير كلاما", "сказал министр ok", "English side foreign"),
        ("قال الوزير كلاما كثيرا جدا أمس في المدينة الكبيرة", "He spoke", "length ratio"),
    ],
)
def test_filters(arabic, english, reason):
    assert pairs.rejection(arabic, english) == reason


def test_preparation_counts_every_loss(tmp_path):
    rows = [
        (NEWS_AR, NEWS_EN),
        (NEWS_AR + ".", NEWS_EN.upper()),  # the same but for case and a full stop
        ("بلا ترجمة",),
        ("١٢", "12"),
        ("هذه الجملة محفوظة للقياس فقط", "This sentence is kept for measuring only."),
    ]
    bitext(tmp_path / "raw", "kept", rows)
    bitext(tmp_path / "raw", "left_out", [(NEWS_AR, NEWS_EN)])
    sources = pairs.load_sources(table(tmp_path / "s.toml", kept=TRAINING, left_out=TRAINING | {"weight": 0}))
    protected = overlap.Protected()
    protected.add("this sentence is kept, for measuring only!", "test.en:1")
    kept = prepare.prepare([tmp_path / "raw"], protected, tmp_path / "work", sources)
    assert kept == Counter(kept=1)
    assert (tmp_path / "work" / "losses.tsv").read_text().splitlines()[1:] == [
        "kept\tno letters\t1",
        "kept\tnot two fields\t1",
        "kept\toverlap, exact\t1",
        "kept\tseen before\t1",
        "left_out\tweight 0\t1",
    ]
    assert [list(p) for _, p in pairs.prepared(tmp_path / "work" / "pairs", sources)] == [[(NEWS_AR, NEWS_EN)]]
    assert "| CC0 | 1 | 1 | test |" in (tmp_path / "work" / "licences.md").read_text()


def test_repeated_pairs_may_be_cut_into_other_pieces(tmp_path):
    import ids

    embedded, work = RECIPE.parent / "ar-en-starter", tmp_path / "work"
    often = int(pairs.load_sources()["news_authored"].weight)
    assert often > 2
    bitext(work / "pairs", "news_authored", [(NEWS_AR, NEWS_EN)])
    bitext(work / "pairs", "tatoeba", [("قال الوزير ذلك أمس", "The minister said so yesterday.")])
    for side in ("source", "target"):
        (work / f"{side}.spm").write_bytes((embedded / f"{side}.spm").read_bytes())

    def stored(*options):
        assert ids.main(["--work", str(work), *options]) == 0
        with np.load(work / "ids.npz") as z:
            sides = [np.split(z[side], z[bounds][1:-1]) for side, bounds in (("S", "so"), ("T", "to"))]
            per_source = {str(n): int((z["of"] == i).sum() * z["weights"][i]) for i, n in enumerate(z["names"])}
            return [[part.tolist() for part in side] for side in sides], per_source

    (source, target), once = stored()
    assert (len(source), once) == (2, {"news_authored": often, "tatoeba": 1})
    (sampled, targets), again = stored("--sample", "0.2")
    assert (len(sampled), again) == (often + 1, once)
    assert sampled[0] == source[0]
    assert sampled[-1] == source[1]
    assert targets[:-1] == [target[0]] * often
    assert len({tuple(row) for row in sampled[:-1]}) == often
    pieces = load_pieces(work / "source.spm")
    assert {pieces.decode(row) for row in sampled[:-1]} == {pieces.decode(source[0])}
    assert stored("--sample", "0.2") == ([sampled, targets], again)
    with pytest.raises(InputError, match=r"give --sample 0\.5 too"):
        ids.main(["--work", str(work), "--join"])


def test_a_weight_counts_pairs_however_many_copies_are_stored(tmp_path):
    import ids
    from batches import Corpus

    work, often = tmp_path / "work", pairs.load_sources()["news_authored"].weight
    bitext(work / "pairs", "news_authored", [(NEWS_AR, NEWS_EN)])
    bitext(work / "pairs", "tatoeba", [("قال الوزير ذلك أمس", "The minister said so yesterday.")])
    for side in ("source", "target"):
        (work / f"{side}.spm").write_bytes((RECIPE.parent / "ar-en-starter" / f"{side}.spm").read_bytes())

    def rows(**weights):
        corpus = Corpus(work / "ids.npz", 3000, weights=weights)
        return Counter(corpus.names[corpus.of[i]] for batch in corpus.epoch(0) for i in batch)

    for options in ([], ["--sample", "0.5"], ["--sample", "0.5", "--join"]):
        assert ids.main(["--work", str(work), *options]) == 0
        assert rows() == rows(news_authored=often) == {"news_authored": often, "tatoeba": 1}
        assert rows(news_authored=2 * often, tatoeba=3) == {"news_authored": 2 * often, "tatoeba": 3}
    with pytest.raises(InputError, match=r"ids\.npz: no source nope in it; it has news_authored, tatoeba"):
        rows(nope=2)


def test_pairs_are_put_together_as_long_as_they_fit():
    from ids import LONGEST, joined

    rows = [([n] * n, [n] * (n + 1)) for n in (3, 20, 50, 59, 60, 90, 100)]
    out = joined(rows)
    assert sum(len(s) for s, _ in out) == sum(len(s) for s, _ in rows)
    assert len(out) < len(rows)
    assert max(len(t) for _, t in out) <= LONGEST
    for s, t in out:  # each row once, both sides in the same order
        assert list(dict.fromkeys(s)) == list(dict.fromkeys(t))
        assert sorted(Counter(t).items()) == [(n, n + 1) for n in sorted(set(s))]
    assert sorted(n for s, _ in out for n in set(s)) == [3, 20, 50, 59, 60, 90, 100]


def test_preparing_again_forgets_a_source_that_was_taken_out(tmp_path):
    sources = pairs.load_sources(table(tmp_path / "s.toml", a=TRAINING, b=TRAINING))
    bitext(tmp_path / "raw", "a", [(NEWS_AR, NEWS_EN)])
    old = bitext(tmp_path / "raw", "b", [("قال الوزير ذلك أمس", "The minister said so yesterday")])
    prepare.prepare([tmp_path / "raw"], overlap.Protected(), tmp_path, sources)
    old.unlink()
    prepare.prepare([tmp_path / "raw"], overlap.Protected(), tmp_path, sources)
    assert [s.name for s, _ in pairs.prepared(tmp_path / "pairs", sources)] == ["a"]


def test_a_wrong_folder_costs_nothing_that_was_prepared(tmp_path):
    sources = pairs.load_sources(table(tmp_path / "s.toml", a=TRAINING))
    bitext(tmp_path / "raw", "a", [(NEWS_AR, NEWS_EN)])
    prepare.prepare([tmp_path / "raw"], overlap.Protected(), tmp_path, sources)
    before = (tmp_path / "pairs" / "a.tsv.gz").read_bytes()
    for folder, message in (("typo", "give the folder that holds"), ("raw/../pairs", "is written anew from")):
        with pytest.raises(InputError, match=message):
            prepare.prepare([tmp_path / folder], overlap.Protected(), tmp_path, sources)
        assert (tmp_path / "pairs" / "a.tsv.gz").read_bytes() == before


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "tatoeba.tsv.gz").write_bytes(b"\x1f\x8bnot gzip at all")
    with pytest.raises(InputError, match=r"tatoeba.tsv.gz: cannot be read"):
        list(pairs.lines_of(tmp_path / "tatoeba.tsv.gz"))


# overlap


def seed_sentence() -> str:
    text = (overlap.ROOT / "seeds" / "000_769b5a0482304efe.txt").read_text(encoding="utf-8")
    return max(text.splitlines(), key=len)


def reference() -> str:
    lines = (
        (overlap.ROOT / "eval" / "references-b" / "001_114047c5c7cf8368.tsv").read_text(encoding="utf-8").splitlines()
    )
    return max((line.split("\t")[1] for line in lines), key=len)


def test_overlap_finds_what_was_planted_and_nothing_else(tmp_path, capsys):
    own = tmp_path / "test.en"
    own.write_text("A made-up sentence for this test stands in a file of its own\n", encoding="utf-8")
    near = " ".join(reference().split()[2:11])
    planted = [
        (seed_sentence(), "anything"),  # a seed, exactly
        ("أي شيء", f"Reportedly {near} and so on"),  # nine words of a second reference
        ("شيء آخر", "A MADE-UP sentence, for this test: stands in a file of its own!"),
    ]
    clean = [(NEWS_AR, NEWS_EN), ("شيء", " ".join(reference().split()[2:9]))]  # seven words are not eight
    bitext(tmp_path / "train", "news", [*planted, *clean])
    assert overlap.main([str(tmp_path / "train"), "--protect", str(own)]) == 1
    out = capsys.readouterr().out
    assert [line.split(": ")[0][-1] for line in out.splitlines() if "overlap with" in line] == ["1", "2", "3"]
    assert "exact overlap with" in out
    assert "near overlap with" in out
    assert "test.en:1" in out
    assert planted[2][1] in out  # the offending line itself
    assert out.splitlines()[-1].endswith("3 overlap")


def test_no_overlap_is_silent_success(tmp_path, capsys):
    bitext(tmp_path / "train", "news", [(NEWS_AR, NEWS_EN)])
    assert overlap.main([str(tmp_path / "train")]) == 0
    assert capsys.readouterr().out.endswith("0 overlap\n")


def test_spelling_does_not_hide_an_overlap():
    protected = overlap.Protected()
    protected.add("أكّد الوزير أنّ الاتفاقية لا تزال سارية، حتى نهاية العام", "x:1")
    assert protected.hit("اكد الوزير ان الاتفاقيه لا تزال ساريه حتى نهايه العام")[:2] == ("exact", "x:1")
    assert protected.hit("الوزير") is None  # two words or fewer are nobody's


def test_both_reference_folders_seeds_and_gold_are_protected():
    protected = overlap.protect([])
    gold = alignment.read_gold()[0]
    for text in (seed_sentence(), reference(), " ".join(gold.arabic), " ".join(gold.english)):
        assert protected.hit(text)[0] == "exact"


def written(path: Path, text: str) -> Path:
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


HEADLINE = "افتتاح المتحف الجديد"  # too short to be found by eight words in a row


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.jsonl", json.dumps({"id": 1, "target": None, "ar": HEADLINE}) + "\n"),
        ("a.jsonl", "\ufeff" + json.dumps({"article": {"titles": [["x", HEADLINE]]}}, ensure_ascii=False) + "\n\n"),
        ("a.jsonl", json.dumps([f"First line\n{HEADLINE}\nthird"])),
        ("a.JSONL.gz", json.dumps({"ar": HEADLINE}) + "\n"),
        ("a.csv", f'id,ar,en\n1,"{HEADLINE}","The museum, at last"\n'),
        ("a.csv", f"1;{HEADLINE};The museum\n"),
        ("a.csv", f'1,"First line\n{HEADLINE}",x\n'),
        ("a.tsv", f'1\t"{HEADLINE}"\tThe museum\n'),
        ("a.txt.gz", f"{HEADLINE}\n"),
    ],
)
def test_every_value_of_a_protected_file_counts(tmp_path, name, text):
    path = written(tmp_path / name, text)
    found = overlap.protect([path], always=[]).hit("افتتاح المتحف الجديد.")
    assert found is not None
    assert (found[0], found[1].rpartition(":")[0]) == ("exact", str(path))
    assert overlap.protect([path.parent], always=[]).hit("افتتاح المتحف القديم") is None


def test_escaped_arabic_does_not_hide_an_overlap(tmp_path, capsys):
    bitext(tmp_path / "train", "news", [(NEWS_AR, "x"), ("قال الوزير ذلك أمس", "y")])
    test_set = written(tmp_path / "ar.jsonl", json.dumps({"src": f"مقدمة قصيرة {NEWS_AR} وخاتمة"}) + "\n")
    assert overlap.main([str(tmp_path / "train"), "--protect", str(test_set)]) == 1
    assert f"near overlap with {test_set}:1" in capsys.readouterr().out


def test_overlap_refuses_what_it_cannot_read(tmp_path):
    (tmp_path / "set.docx").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"\.docx is no known kind of text"):
        overlap.protect([tmp_path / "set.docx"], always=[])
    with pytest.raises(InputError, match=r"set\.jsonl:2: not JSONL \(Expecting .*; correct it, or give lines as \.txt"):
        overlap.protect([written(tmp_path / "set.jsonl", '{"a": "b"}\n{"a": \n')], always=[])
    with pytest.raises(InputError, match=r"\.json is no known kind of text"):
        overlap.protect([written(tmp_path / "set.json.gz", "[]")], always=[])
    stray = written(tmp_path / "set.csv", 'a,b\n"' + "a" * 200_000 + f"\nc,{NEWS_EN}\n")
    assert overlap.protect([stray], always=[]).hits((NEWS_AR, NEWS_EN))
    with pytest.raises(InputError, match="no such file or folder to protect"):
        overlap.protect([tmp_path / "absent.en"], always=[])
    with pytest.raises(InputError, match=r"set\.jsonl: not Arabic<TAB>English; give the pairs as \.tsv"):
        overlap.main([str(tmp_path / "set.jsonl")])
    with pytest.raises(InputError, match=r"in it to check"):
        overlap.main([str(tmp_path)])


# weights in pieces


@settings(max_examples=30, deadline=None)
@given(data=st.binary(max_size=300), size=st.integers(1, 100))
def test_pieces_come_together_again(tmp_path_factory, data, size):
    folder = tmp_path_factory.mktemp("pieces")
    whole = folder / "w.pt"
    whole.write_bytes(data)
    if len(data) > 1000 * size:
        return
    listing = pieces.split(whole, folder / "out", size)
    assert all(p.stat().st_size <= size for p in (folder / "out").glob("w.pt.[0-9]*"))
    pieces.join(listing, folder / "again.pt")
    assert (folder / "again.pt").read_bytes() == data
    assert listing.read_text().splitlines()[-1] == f"{hashlib.sha256(data).hexdigest()}  w.pt"


@pytest.mark.parametrize(
    ("damage", "message"), [("alter", "w.pt.001: altered"), ("remove", "w.pt.001: cannot be read")]
)
def test_a_damaged_piece_is_named_and_nothing_written(tmp_path, damage, message):
    (tmp_path / "w.pt").write_bytes(bytes(range(100)))
    listing = pieces.split(tmp_path / "w.pt", tmp_path / "out", 40)
    piece = tmp_path / "out" / "w.pt.001"
    piece.unlink() if damage == "remove" else piece.write_bytes(b"\0" * 40)
    with pytest.raises(InputError, match=message):
        pieces.join(listing, tmp_path / "again.pt")
    assert not (tmp_path / "again.pt").exists()


def test_splitting_a_smaller_file_leaves_no_old_piece(tmp_path):
    (tmp_path / "w.pt").write_bytes(b"x" * 100)
    pieces.split(tmp_path / "w.pt", tmp_path / "out", 10)
    (tmp_path / "w.pt").write_bytes(b"y" * 15)
    pieces.split(tmp_path / "w.pt", tmp_path / "out", 10)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["w.pt.000", "w.pt.001", "w.pt.sha256"]


def test_a_list_that_leads_out_of_its_folder_is_refused(tmp_path):
    (tmp_path / "x.sha256").write_text(f"{'0' * 64}  ../secret\n{'0' * 64}  x\n")
    with pytest.raises(InputError, match="not a list of pieces"):
        pieces.join(tmp_path / "x.sha256", tmp_path / "x")


# schedule


def test_the_schedule_knows_tokens_alone():
    s = Schedule(0, 1000, warmup=100, shape="hold", cooldown=0.3, floor=0.02)
    expected = [(0, 0.01), (49, 0.5), (100, 1.0), (700, 1.0), (850, 0.51), (1000, 0.02), (5000, 0.02)]
    assert [(t, round(s.factor(t), 3)) for t, _ in expected] == [(t, pytest.approx(f, abs=0.001)) for t, f in expected]


def test_cosine_falls_all_the_way_and_a_restart_rises_again():
    s = Schedule(2000, 3000, warmup=1, shape="cosine", floor=0.0)
    assert [round(s.factor(t), 3) for t in (2000, 2500, 3000)] == [1.0, 0.5, 0.0]


def test_the_parents_layers_wait():
    s = Schedule(0, 1000, warmup=1, cooldown=0.1, phase1=0.2)
    assert s.inherited(199) == 0.0
    assert 0 < s.inherited(201) < 0.1
    assert s.inherited(260) == s.factor(260) == 1.0


# word alignment


def test_gold_alignment_is_whole():
    gold = alignment.read_gold()
    assert len(gold) == 50
    assert sum(len(s.links) for s in gold) > 350
    for s in gold:  # nearly every Arabic word is linked
        assert len({i for i, _ in s.links}) >= len(s.arabic) - 1


def test_attention_over_pieces_becomes_links_of_words():
    source, target = ["▁قال", "▁الو", "زير"], ["▁the", "▁min", "ister", "▁said"]
    attention = [[0.1, 0.4, 0.3, 0.2], [0.1, 0.5, 0.4, 0], [0.4, 0.3, 0.3, 0], [0.7, 0.1, 0.1, 0.1], [0, 0, 0, 1]]
    assert alignment.word_links(attention, source, target) == {(1, 0), (1, 1), (0, 2)}


def test_f1_is_pooled():
    gold = [alignment.Sentence(["a", "b"], ["x", "y"], frozenset({(0, 0), (1, 1)}))] * 2
    assert alignment.f1([{(0, 0), (1, 1)}, {(0, 1)}], gold) == (pytest.approx(2 / 3), 0.5, pytest.approx(4 / 7))


@pytest.mark.parametrize("line", ["a b\tx", "a b\tx y\t0-9", "a\tx\t0:0", "a\tx\t"])
def test_bad_gold_is_refused_with_its_line(tmp_path, line):
    (tmp_path / "g.tsv").write_text("arabic\tenglish\tlinks\n" + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"g.tsv:2: "):
        alignment.read_gold(tmp_path / "g.tsv")


def test_the_embedded_model_aligns_as_well_as_its_manifest_says():
    embedded = RECIPE.parent / "ar-en-starter"
    gold = alignment.read_gold()
    value = alignment.f1(alignment.of_engine(embedded, gold), gold)[2]
    assert value == pytest.approx(read_manifest(embedded).attention["f1"], abs=0.02)


def test_the_aligner_finds_a_dictionary():
    np = pytest.importorskip("numpy")
    import links

    rng = random.Random(1)
    source = [np.array(rng.sample(range(40), 6)) for _ in range(300)]
    target = [s + 100 for s in source]
    found = links.align(source, target)
    assert sum((i, i) in both for both, _ in found for i in range(6)) > 0.95 * 1800
    assert sum(len(both) for both, _ in found) <= 1800
    assert links.align([], []) == []


# model.json


def model_folder(folder: Path) -> Path:
    folder.mkdir()
    for name in ("model.bin", "config.json", "source.spm", "target.spm", "source_vocabulary.json"):
        (folder / name).write_text(name)
    (folder / "README.md").write_text("a card")
    return folder


def test_manifest_lists_what_the_engine_reads_and_not_the_card(tmp_path):
    folder = model_folder(tmp_path / "m")
    attention = describe.attention_of(0.8, True)
    manifest = describe.describe(folder, "ar-en-test", {"quantization": "int8"}, attention)
    assert sorted(manifest.files) == ["config.json", "model.bin", "source.spm", "source_vocabulary.json", "target.spm"]
    assert manifest.attention == {"usable": True, "f1": 0.8, "measured_on": "models/training/alignment.gold.tsv"}
    assert manifest.origin["quantization"] == "int8"
    assert (manifest.licence, manifest.source_eos) == ("MPL-2.0", False)
    (folder / "README.md").write_text("another card")
    verify(folder, read_manifest(folder))


def test_describing_again_keeps_all_that_is_not_given(tmp_path, capsys):
    folder = model_folder(tmp_path / "m")
    starter = read_manifest(RECIPE.parent / "ar-en-starter")
    files = describe.describe(folder).files
    before = replace(starter, name="ar-en-mine", licence="CC0-1.0", files=files, decoding={"beam_size": 2})
    assert before.quality
    assert before.attention["usable"]
    write_manifest(folder, before)
    assert describe.main([str(folder)]) == 0
    assert read_manifest(folder) == before
    assert describe.main([str(folder), "--attention-f1", "0.5", "--max-input", "40", "--name", "x"]) == 0
    decoding, attention = {"beam_size": 2, "max_input_length": 40}, describe.attention_of(0.5, False)
    assert read_manifest(folder) == replace(before, name="x", decoding=decoding, attention=attention)
    (folder / "model.bin").write_text("another model")
    with pytest.raises(ModelError, match=r"model\.bin: altered"):
        describe.main([str(folder)])


def test_describing_again_keeps_the_origin(tmp_path, capsys):
    folder = model_folder(tmp_path / "m")
    describe.describe(folder, "ar-en-test", {"validation": {"chrf": 44.8}}, {"usable": False})
    assert describe.main([str(folder), "--name", "ar-en-test", "--attention-f1", "0.8"]) == 0
    manifest = read_manifest(folder)
    assert manifest.origin["validation"] == {"chrf": 44.8}
    assert manifest.attention["usable"] is False


def test_a_claim_of_alignment_needs_its_number():
    with pytest.raises(InputError, match=r"measure it with alignment\.py"):
        describe.attention_of(None, True)
    with pytest.raises(InputError, match="between 0 and 1"):
        describe.attention_of(80.0, True)


def test_the_embedded_model_card_may_change_without_the_model():
    assert "README.md" not in read_manifest(RECIPE.parent / "ar-en-starter").files


def test_the_recipes_page_names_every_program():
    page = (RECIPE / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in sorted(RECIPE.glob("*.py")) if p.name not in page] == []


# with torch


@pytest.fixture
def tiny(tmp_path):
    """Token ids of 60 random pairs in two sources, and weights of a tiny model."""
    import torch
    from model import Shape, fresh, pack

    rng = np.random.RandomState(0)
    source = [rng.randint(2, 50, rng.randint(3, 12)) for _ in range(60)]
    target = [s[::-1] % 38 + 2 for s in source]
    lengths = np.cumsum([0, *map(len, source)])
    links = [[(i, len(s) - 1 - i) for i in range(len(s))] for s in source]
    np.savez(
        tmp_path / "ids.npz", S=np.concatenate(source).astype(np.uint16), T=np.concatenate(target).astype(np.uint16),
        so=lengths, to=lengths, of=np.repeat([0, 1], 30), names=np.array(["a", "b"]), weights=np.array([1.0, 0.5]),
    )  # fmt: skip
    np.savez(tmp_path / "links.npz", links=np.concatenate(links).astype(np.uint8), lo=lengths)
    torch.save(pack(fresh(Shape(50, 40, 16, 4, 24, 2, 2), 0)), tmp_path / "start.pt")
    return tmp_path


def train(folder: Path, out: str, *more: str) -> list[str]:
    import train as program

    options = [
        "--work",
        folder,
        "--out",
        folder / out,
        "--from",
        folder / "start.pt",
        "--tokens",
        "60",
        "--warmup",
        "0",
    ]
    arguments = [
        *options,
        "--device",
        "cpu",
        "--threads",
        "1",
        "--dropout",
        "0.1",
        "--budget",
        "0.003",
        "--valid-every",
        "0.001",
        *more,
    ]
    assert program.main([str(a) for a in arguments]) == 0
    return (folder / out / "steps.jsonl").read_text().splitlines()


@with_torch
@pytest.mark.parametrize("more", [[], ["--frequent", "10", "--drawn", "8"]])
def test_resuming_gives_bit_identical_losses(tiny, more):
    whole = train(tiny, "whole", *more)
    for _ in range(8):
        parts = train(tiny, "parts", *more, "--slice-steps", "9")
    assert len(whole) > 30
    assert parts == whole


@with_torch
def test_resuming_with_guided_alignment_and_accumulation_is_identical_too(tiny):
    more = ["--links", str(tiny / "links.npz"), "--accumulate", "2"]
    whole = train(tiny, "whole", *more)
    for _ in range(5):
        parts = train(tiny, "parts", *more, "--slice-steps", "9")
    assert parts == whole


@with_torch
def test_steps_after_the_last_save_are_forgotten(tiny):
    import train as program

    train(tiny, "run", "--slice-steps", "5")
    log = tiny / "run" / "steps.jsonl"
    log.write_text(log.read_text() + '{"step": 6, "tokens": 9, "loss": 1.0}\n{"step": 7, "tok')
    program.forget_after(log, 5)
    assert [json.loads(line)["step"] for line in log.read_text().splitlines()] == [1, 2, 3, 4, 5]


@with_torch
def test_other_weights_begin_the_next_epoch(tiny, capsys):
    train(tiny, "run", "--slice-steps", "3")
    train(tiny, "run", "--slice-steps", "3", "--weight", "b=2")
    assert "other data, weights or batch size than before" in capsys.readouterr().out


@with_torch
@pytest.mark.parametrize("item", ["foo", "a=x", "a=", "a=-1", "a=nan"])
def test_a_weight_that_is_none_is_told(tiny, item):
    with pytest.raises(InputError, match=rf"^--weight {item}: give SOURCE=N, N a number of copies from 0 to 100$"):
        train(tiny, "run", "--weight", item)


@with_torch
def test_a_run_that_begins_with_another_ones_state_has_its_own_best(tiny):
    import torch

    train(tiny, "first", "--slice-steps", "9")
    state = torch.load(tiny / "first" / "last.pt", weights_only=True)
    state["at"] |= {"best": 99.0, "next_valid": 10**9}
    torch.save(state, tiny / "other.pt")
    train(tiny, "run", "--from", tiny / "other.pt", "--slice-steps", "1")
    at = torch.load(tiny / "run" / "last.pt", weights_only=True)["at"]
    assert (tiny / "run" / "best.pt").exists()
    assert at["tokens"] > state["at"]["tokens"]
    assert (at["best"], at["next_valid"]) == (-1.0, state["at"]["tokens"] + 1000)
    torch.save(state, tiny / "run" / "last.pt")
    train(tiny, "run", "--slice-steps", "1")
    assert torch.load(tiny / "run" / "last.pt", weights_only=True)["at"]["best"] == 99.0


@with_torch
def test_the_schedule_is_restarted_once(tiny):
    import torch

    def start(out, *more):
        train(tiny, out, "--slice-steps", "2", *more)
        at = torch.load(tiny / out / "last.pt", weights_only=True)["at"]
        return at["start"], at["tokens"]

    _, tokens = start("run")
    restarted, later = start("run", "--restart-schedule")
    assert (restarted, later > tokens) == (tokens, True)
    again, last = start("run", "--restart-schedule")
    assert again == tokens
    start_of_other, _ = start("other", "--from", str(tiny / "run" / "last.pt"), "--restart-schedule")
    assert start_of_other == last
    without, _ = start("run")
    assert without == tokens
    assert start("run", "--restart-schedule")[0] > last


@with_torch
def test_guided_alignment_teaches_the_first_head(tiny):
    import torch
    from batches import pad
    from model import unpack
    from train import load
    from validate import to_device

    def share(weights: Path) -> float:
        """How often the first head of the last layer looks most at the linked token."""
        with np.load(tiny / "ids.npz") as z:
            ids = z["S"][: z["so"][1]].astype(np.int64), z["T"][: z["to"][1]].astype(np.int64)
        with torch.no_grad():
            _, looks = unpack(load(weights)).eval()(*to_device(pad(*([side] for side in ids)), "cpu")[:3], slice(0, 1))
        best = looks[-1][0, 0, : len(ids[1])].argmax(-1).numpy()
        return float((best == np.arange(len(best))[::-1]).mean())

    train(tiny, "run", "--links", str(tiny / "links.npz"), "--guide", "2", "--budget", "0.02", "--tokens", "300", "--lr", "0.01",
          "--lr-new", "0.01", "--lr-source", "0.01", "--valid-every", "1", "--dropout", "0")  # fmt: skip
    assert share(tiny / "run" / "best.pt") > max(0.6, share(tiny / "start.pt"))


@with_torch
def test_a_checkpoint_of_the_first_recipe_is_continued(tiny):
    import torch
    from model import unpack
    from train import Run, load, parser

    train(tiny, "run", "--slice-steps", "3")
    data = torch.load(tiny / "run" / "last.pt", weights_only=True)
    at = data["at"]
    first = {k: data[k] for k in ("model", "opt", "ema")} | {
        "step": 3, "toks": at["tokens"], "epoch": 0, "bi": 3, "used": 1.0, "best": -1, "n": 60,
    }  # fmt: skip
    torch.save(first, tiny / "old.pt")
    assert unpack(load(tiny / "old.pt")).shape.ff == 24
    options = ["--work", tiny, "--out", tiny / "next", "--from", tiny / "old.pt", "--device", "cpu"]
    (tiny / "next").mkdir()
    run = Run(parser().parse_args([str(o) for o in options]))
    assert (run.at["step"], run.at["tokens"], run.at["batch"]) == (3, at["tokens"], 3)


@with_torch
@pytest.mark.parametrize(("content", "message"), [(b"no weights", "not readable as weights"), (None, "no such file")])
def test_unusable_weights_are_named(tmp_path, content, message):
    from train import load

    if content:
        (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(InputError, match=rf"w.pt: {message}"):
        load(tmp_path / "w.pt")


def test_distillation_takes_the_hypothesis_nearest_to_the_reference(tmp_path, capsys):
    embedded, work = RECIPE.parent / "ar-en-starter", tmp_path / "work"
    rows = [
        ("وصل الوفد إلى تونس أمس", "The delegation reached Tunis yesterday"),
        ("وصل الوفد إلى تونس أمس الأول", "Yesterday the delegation arrived in Tunisia"),
        (" ".join([NEWS_AR] * 9), "too long"),
    ]
    bitext(work / "pairs", "tatoeba", rows)
    bitext(work / "pairs", "xquad", [(NEWS_AR, NEWS_EN)])
    out = tmp_path / "more"
    assert distil.main([str(embedded), str(out), "--sources", "tatoeba", "--work", str(work), "--beam", "4"]) == 0
    assert capsys.readouterr().out == "2 pairs of 3; the others are longer than 90 pieces\n"
    made = dict(line.split("\t") for line in pairs.lines_of(out / distil.NAME))
    assert set(made) == {rows[0][0], rows[1][0]}
    said = {rows[0][0]: rows[0][1], rows[1][0]: "a reference nothing resembles"}
    other = dict(distil.nearest(embedded, list(said.items()), 4, 1))
    best = sacrebleu.sentence_chrf(made[rows[1][0]], [rows[1][1]]).score
    assert made[rows[0][0]] == other[rows[0][0]]
    assert best >= sacrebleu.sentence_chrf(other[rows[1][0]], [rows[1][1]]).score
    again = distil.chosen(work / "pairs", ["tatoeba", "xquad"], 3)
    assert len(again) == 3
    assert again == distil.chosen(work / "pairs", ["tatoeba", "xquad"], 3)
    with pytest.raises(InputError, match=r"has no fignews_mt; run prepare.py, or name other sources"):
        distil.chosen(work / "pairs", ["fignews_mt", "xquad"], 3)


@with_torch
def test_averaging(tiny):
    import torch
    from average import average
    from model import Shape, fresh, pack

    torch.save(pack(fresh(Shape(50, 40, 16, 4, 24, 2, 2), 1)), tiny / "b.pt")
    files = [tiny / "start.pt", tiny / "b.pt"]
    a, b = (torch.load(f, weights_only=True)["model"]["bias"].float() for f in files)
    assert torch.allclose(average(files)["model"]["bias"].float(), (a + b) / 2, atol=1e-3)


@with_torch
def test_growing_keeps_the_function():
    import torch
    from model import Shape, fresh
    from widen import deeper, doubled, wider_ffn

    model = fresh(Shape(50, 40, 16, 4, 24, 3, 2), 0).eval()
    source, target = torch.randint(2, 50, (3, 7)), torch.randint(2, 40, (3, 5))
    mask = torch.ones(3, 7, dtype=torch.bool)
    generator = torch.Generator().manual_seed(1)

    def scores(m):
        with torch.no_grad():
            return m.logits(m(source, mask, target))

    assert torch.allclose(scores(wider_ffn(model, 60, generator)), scores(model), atol=1e-4)
    model.pos.zero_()  # the positions are other sinusoids at another width
    wide = doubled(model, generator)
    wide.pos.zero_()
    assert torch.allclose(scores(wide), scores(model), atol=1e-4)
    assert deeper(model, 6, 4).shape == Shape(50, 40, 16, 4, 24, 6, 4)


@with_torch
def test_export_says_what_torch_says(tmp_path):
    """A random model over the embedded vocabularies: the package's float32 conversion gives the same tokens."""
    import ctranslate2
    import torch
    from batches import pad
    from export import main
    from model import Shape, fresh, pack
    from subwords import encode, load_pieces
    from validate import to_device

    embedded = RECIPE.parent / "ar-en-starter"
    source, target = load_pieces(embedded / "source.spm"), load_pieces(embedded / "target.spm")
    model = fresh(Shape(source.get_piece_size(), target.get_piece_size(), 32, 4, 48, 2, 2), 3).eval()
    for p in model.parameters():  # exactly what the weights file can hold
        p.data = p.data.half().float()
    torch.save(pack(model), tmp_path / "w.pt")
    assert main([str(tmp_path / "w.pt"), str(tmp_path / "out"), "--work", str(embedded), "--head", "2:3"]) == 0
    assert sorted(p.name for p in (tmp_path / "out" / "opus").iterdir()) == [
        "decoder.yml", "model.npz", "source.spm", "target.spm", "vocab.source.yml", "vocab.target.yml",
    ]  # fmt: skip
    lines = [NEWS_AR, "قال الوزير ذلك أمس", NEWS_AR + " " + NEWS_AR]
    ids = encode(source, lines)
    tensors = to_device(pad(ids, ids), "cpu")
    mine = model.greedy(*tensors[:2], longest=30).tolist()
    engine = ctranslate2.Translator(str(tmp_path / "out" / "ct2-float32"), compute_type="float32")
    theirs = engine.translate_batch(
        source.encode(lines, out_type=str), beam_size=1, max_decoding_length=30, disable_unk=True
    )
    expected = [[target.id_to_piece(i) for i in (row[: row.index(0)] if 0 in row else row)] for row in mine]
    assert [r.hypotheses[0] for r in theirs] == expected
    assert read_manifest(tmp_path / "out" / "ct2-int8").attention == {"usable": False}


@with_torch
@pytest.mark.parametrize(
    ("head", "message"),
    [(h, "give LAYER:HEAD, both from 1, such as 2:1") for h in ("2", "2:x", "2:1:1", ":")]
    + [(h, "layers 1 to 2, heads 1 to 4") for h in ("3:1", "0:1", "2:5")],
)
def test_a_head_that_is_none_is_told(tiny, head, message):
    from export import main

    with pytest.raises(InputError, match=f"^--head {head}: {message}$"):
        main([str(tiny / "start.pt"), str(tiny / "out"), "--head", head])


@with_torch
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_in_blocks_is_the_cross_entropy_of_the_books(smoothing):
    import torch
    from loss import ROWS, cross_entropy

    torch.manual_seed(1)
    n, words, d = ROWS + 7, 90, 16
    given = [t.requires_grad_() for t in (torch.randn(n, d), torch.randn(words, d) * 0.3, torch.randn(words))]
    labels = torch.randint(0, words, (n,))
    states, weight, bias = given
    expected = torch.nn.functional.cross_entropy(
        states @ weight.T + bias, labels, label_smoothing=smoothing, reduction="sum"
    )
    slopes = torch.autograd.grad(3 * expected, given)
    found = cross_entropy(*given, labels, smoothing)
    assert float(found) == pytest.approx(float(expected), rel=2e-3)
    for want, have in zip(slopes, torch.autograd.grad(3 * found, given), strict=True):
        assert float((want - have).norm() / want.norm()) < 0.01  # bf16 products


@with_torch
def test_a_shortlist_of_all_words_is_the_whole_loss_and_a_shorter_one_expects_it():
    import torch
    from loss import Shortlist, cross_entropy

    torch.manual_seed(1)
    n, words, d = 40, 300, 16
    given = [t.requires_grad_() for t in (torch.randn(n, d), torch.randn(words, d) * 0.3, torch.randn(words))]
    labels = torch.randint(0, words, (n,))
    whole = cross_entropy(*given, labels, 0.1)
    slopes = torch.autograd.grad(whole, given)
    rng = np.random.default_rng(1)

    def estimate(drawn):
        chosen = Shortlist.of(np.arange(words), 100, drawn).words(labels.numpy(), rng)
        found = cross_entropy(*given, labels, 0.1, chosen)
        return chosen, float(found), torch.autograd.grad(found, given)

    (ids, stands), found, same = estimate(words)
    assert ids.tolist() == list(range(words))
    assert set(stands) == {1}
    assert found == pytest.approx(float(whole), rel=1e-6)
    for want, have in zip(slopes, same, strict=True):
        assert torch.allclose(want, have)

    tries = [estimate(60) for _ in range(60)]
    for (ids, stands), _, _ in tries:
        assert set(labels.tolist()) <= set(ids.tolist())
        assert set(range(200, words)) <= set(ids.tolist())
        assert len(ids) < 240
        assert stands.sum() == pytest.approx(words)
        assert set(stands[np.isin(ids, labels)]) == {1}
    assert np.mean([value for _, value, _ in tries]) == pytest.approx(float(whole), rel=0.01)
    for want, have in zip(slopes, zip(*(t[2] for t in tries), strict=True), strict=True):
        assert float((want - sum(have) / len(have)).norm() / want.norm()) < 0.1


@with_torch
def test_attention_written_out_is_torchs_own():
    import torch
    from model import gather

    torch.manual_seed(1)
    q, k, v = (torch.randn(3, 2, 5, 4) for _ in range(3))
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0]], dtype=torch.bool)[:, None, None, :]
    sdpa = torch.nn.functional.scaled_dot_product_attention
    torch.testing.assert_close(gather(q, k, v, mask, False), sdpa(q, k, v, mask))
    torch.testing.assert_close(gather(q, k, v, None, True), sdpa(q, k, v, is_causal=True))


def test_the_pairs_written_for_this_recipe_are_clean_and_nobodys(capsys):
    """They pass every filter, none twice, and share nothing with the seeds and what `eval/` holds."""
    data, lost, seen = RECIPE / "data", Counter(), set()
    for _, path in pairs.source_files([data], pairs.load_sources()):
        assert sum(1 for _ in pairs.filtered(path, seen, lost)) > 10_000
    assert not lost
    assert overlap.main([str(data)]) == 0
