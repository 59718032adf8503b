import shutil
from pathlib import Path

import pytest
from conftest import STARTER

from xlate.errors import ModelError
from xlate.model import Engine
from xlate.settings import Settings

LINES = [
    "ليبيا",
    "قال وزير الخارجية الجزائري اليوم الاثنين إن هناك مشاورات بين عدة دول.",
    "ولم يصدر أي إعلان رسمي من جانب الدول الثلاث حول الاجتماع حتى مساء اليوم.",
    "اجتمع المسؤولون في القاهرة أمس.",
    "وصل الوفد إلى تونس.",
    "وصل الوزير إلى مصر.",
    "أعلنت الحكومة في طرابلس أنها ستواصل الحوار مع جميع الأطراف من أجل حل سياسي للأزمة في البلاد.",
] * 3


def decoded(engine: Engine, texts: list[str], **changes) -> list:
    found: dict = {}
    for batch in engine.decode(texts, **changes):
        assert not found.keys() & {i for i, _ in batch}
        found.update(batch)
    return [found[i] for i in range(len(texts))]


def test_each_text_once_whatever_the_batching(engine: Engine):
    alone = [decoded(engine, [line])[0] for line in LINES[:7]] * 3
    assert decoded(engine, LINES) == alone
    for settings in (
        Settings(max_batch_size=1, batch_type="examples"),
        Settings(max_batch_size=40),
        Settings(inter_threads=1, intra_threads=2),
    ):
        assert decoded(Engine(STARTER, settings), LINES) == alone


def test_a_hypothesis_is_english_with_a_score(engine: Engine):
    (hypothesis,) = decoded(engine, [LINES[1]])
    assert "Algeria" in hypothesis.text
    assert hypothesis.score < 0
    assert not hypothesis.at_limit


def test_the_decoding_limit_is_told(engine: Engine):
    (hypothesis,) = decoded(engine, [LINES[1]], max_decoding_length=8)
    assert hypothesis.at_limit


def test_nothing_in_nothing_out(engine: Engine):
    assert list(engine.decode([])) == []


def test_longest_source_is_what_the_settings_or_the_model_allow(engine: Engine):
    assert engine.max_source_tokens == engine.manifest.decoding["max_input_length"]
    assert Engine(STARTER, Settings(max_input_length=20)).max_source_tokens == 20
    assert Engine(STARTER, Settings(max_input_length=9999)).max_source_tokens == engine.manifest.position_limit


def test_threads(engine: Engine):
    assert Engine(STARTER, Settings(inter_threads=3, intra_threads=2)).threads == (3, 2)
    assert engine.threads[0] >= 1
    assert Engine(STARTER, Settings(device="cuda")).threads == (1, 0)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "model"))


def test_an_altered_file_is_refused(copy: Path):
    with (copy / "model.bin").open("r+b") as handle:
        handle.seek(1000)
        byte = handle.read(1)
        handle.seek(1000)
        handle.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ModelError, match=r"model\.bin: altered .*; pull or convert the model again"):
        Engine(copy)


def test_a_missing_file_is_refused(copy: Path):
    (copy / "target.spm").unlink()
    with pytest.raises(ModelError, match=r"target\.spm: missing, but model\.json lists it"):
        Engine(copy)


def test_what_ctranslate2_cannot_load_is_one_line():
    with pytest.raises(ModelError, match=r"ar-en-starter: CTranslate2 cannot load it"):
        list(Engine(STARTER, Settings(compute_type="int8_float16")).decode(["ليبيا"]))


def test_words_are_linked_whatever_the_batch(engine: Engine):
    pairs = [
        (
            "أعلنت الحكومة في طرابلس أنها ستواصل الحوار.",
            "The government in Tripoli announced that it would continue the dialogue.",
        ),
        ("وصل الوفد إلى تونس.", "The delegation arrived in Tunis."),
        ("وصل الوزير إلى مصر.", "The minister arrived in Egypt yesterday."),
    ]
    found = dict(row for batch in engine.align(pairs) for row in batch)
    for index, (source, target) in enumerate(pairs):
        assert [j for _, j in found[index]] == list(range(len(target.split())))
        assert all(0 <= i < len(source.split()) for i, _ in found[index])
        assert found[index] == next(iter(engine.align([pairs[index]])))[0][1]
    words = {(pairs[0][0].split()[i], pairs[0][1].split()[j]) for i, j in found[0]}
    assert {("الحكومة", "government"), ("طرابلس", "Tripoli"), ("الحوار.", "dialogue.")} <= words
