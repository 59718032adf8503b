from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import STARTER

from xlate.data import Segment
from xlate.memory import Memory
from xlate.model import Engine, Hypothesis
from xlate.settings import Settings
from xlate.translate import fate, memory_key, needs_translation, translate, translate_lines


def segments(*texts: str, role: Any = "body") -> list[Segment]:
    return [Segment(f"a:{n:04d}", "a", n, n, 0, len(t), t, role) for n, t in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ليبيا", True),
        ("BBC عربي", True),
        ("ﻟﻴﺒﻴﺎ", True),  # presentation forms
        ("", False),
        ("   \t ", False),
        ("2016", False),
        ("٢٠١٦ – ٪٥٠", False),
        ("Already English.", False),
        ("https://example.org/أخبار/ليبيا", False),
        ("www.example.org/ليبيا editor@example.org", False),
        ("انظر https://example.org/x", True),
        ("،؛؟ «»", False),
        ("🙂", False),
        ("ــــــ", False),
    ],
)
def test_what_needs_translation(text: str, expected: bool):
    assert needs_translation(text, ["ar"]) is expected


@pytest.mark.parametrize(
    ("text", "languages", "expected"),
    [
        ("שלום", ["he"], True),
        ("hello", ["he"], False),
        ("привет", ["ru"], True),
        ("hola", ["es"], True),
        ("123", ["es"], False),
    ],
)
def test_other_source_languages(text: str, languages: list[str], expected: bool):
    assert needs_translation(text, languages) is expected


def test_fates():
    (menu,) = segments("الرئيسية", role="boilerplate")
    (number,) = segments("15.000")
    (sentence,) = segments("وصل الوفد.")
    assert fate(menu, ["ar"], False) == "skipped"
    assert fate(menu, ["ar"], True) == "model"
    assert fate(number, ["ar"], False) == "copied"
    assert fate(sentence, ["ar"], False) == "model"


def test_one_out_for_each_in_in_order(engine: Engine):
    given = segments(
        "وصل الوفد إلى تونس.", "", "2016", "اجتمع المسؤولون في القاهرة أمس.", "وصل الوفد إلى تونس.", "Reuters"
    )
    with Memory(None, "x") as memory:
        out = list(translate(given, engine, memory))
    assert [t.segment for t in out] == given
    assert [t.origin for t in out] == ["model", "copied", "copied", "model", "model", "copied"]
    assert [t.target for t in out if t.origin == "copied"] == ["", "2016", "Reuters"]
    assert out[0].target == out[4].target != ""
    assert not any(t.remembered for t in out)


def test_boilerplate_is_kept_untranslated(engine: Engine):
    given = segments("أخبار ذات علاقة", role="boilerplate")
    with Memory(None, "x") as memory:
        (kept,) = translate(given, engine, memory)
        (wanted,) = translate(given, engine, memory, include_boilerplate=True)
    assert (kept.target, kept.origin, kept.score) == ("", "skipped", None)
    assert wanted.target
    assert wanted.origin == "model"


def test_the_second_time_everything_is_remembered(tmp_path: Path, engine: Engine):
    given = segments("وصل الوفد إلى تونس.", "اجتمع المسؤولون في القاهرة أمس.")
    with Memory(tmp_path / "m", memory_key(engine)) as memory:
        first = list(translate(given, engine, memory))
    unloaded = Engine(STARTER)
    with Memory(tmp_path / "m", memory_key(unloaded)) as memory:
        second = list(translate(given, unloaded, memory))
    assert second == first
    assert all(t.remembered for t in second)
    assert "_translator" not in unloaded.__dict__  # the weights were never loaded


def test_an_interrupted_run_has_kept_the_batches_that_were_finished(engine: Engine):
    given = segments(*(f"وصل الوفد رقم {n} إلى تونس يوم الأحد." for n in range(300)))

    class Stopped(Exception):
        pass

    done = 0

    def stop(count: int) -> None:
        nonlocal done
        done += count
        if done >= 100:
            raise Stopped

    with Memory(None, "x") as memory:
        with pytest.raises(Stopped):
            list(translate(given, engine, memory, progress=stop))
        kept = memory.get([s.text for s in given])
        resumed = list(translate(given, engine, memory))
        assert 100 <= len(kept) < 300
        assert sum(t.remembered for t in resumed) == len(kept)
    with Memory(None, "x") as memory:
        assert resumed == list(translate(given, engine, memory))


def test_settings_versions_and_model_are_in_the_key(engine: Engine):
    keys = {
        memory_key(engine),
        memory_key(Engine(STARTER, Settings(beam_size=1))),
        memory_key(Engine(STARTER, Settings(length_penalty=0.5))),
    }
    assert len(keys) == 3
    assert memory_key(Engine(STARTER, Settings(inter_threads=1))) == memory_key(engine)


LONG = "وقال المسؤول إن " + "، ".join(["بلاده ستواصل الحوار مع جميع الأطراف من أجل حل سياسي للأزمة"] * 12) + "."


def test_what_is_too_long_is_split_not_cut(engine: Engine):
    assert not engine.fits(LONG)
    with Memory(None, "x") as memory:
        (out,) = translate(segments(LONG), engine, memory)
    assert out.origin.startswith("split in ")
    assert len(out.target.split()) > 60


def test_a_word_longer_than_the_model_takes(engine: Engine):
    with Memory(None, "x") as memory:
        (out,) = translate(segments("ب" * 3000), engine, memory)
    assert out.origin.startswith("split in ")


class Faulty(Engine):
    """The real engine, whose first attempt at some texts is spoiled."""

    spoiled: str = ""
    attempts: list[dict[str, Any]]

    def decode(self, texts: Sequence[str], **changes: Any) -> Iterator[list[tuple[int, Hypothesis]]]:
        self.attempts = [*getattr(self, "attempts", []), changes]
        for batch in super().decode(texts, **changes):
            yield [(i, self.spoil(h) if not changes else h) for i, h in batch]

    def spoil(self, hypothesis: Hypothesis) -> Hypothesis:
        return Hypothesis(self.spoiled, hypothesis.score, False)


@pytest.mark.parametrize("spoiled", ["blah, " * 40, "", "وصل الوفد إلى تونس."])
def test_a_spoiled_output_is_decoded_again(spoiled: str):
    engine = Faulty(STARTER)
    engine.spoiled = spoiled
    with Memory(None, "x") as memory:
        (out,) = translate(segments("وصل الوفد إلى تونس."), engine, memory)
        assert memory.get(["وصل الوفد إلى تونس."])["وصل الوفد إلى تونس."].target == out.target
    assert out.origin == "retry no_repeat_ngram_size=3"
    assert "Tunisia" in out.target
    assert engine.attempts == [{}, {"no_repeat_ngram_size": 3}]


def test_what_cannot_be_mended_stays_flagged():
    class Hopeless(Faulty):
        def decode(self, texts: Sequence[str], **changes: Any) -> Iterator[list[tuple[int, Hypothesis]]]:
            for batch in Engine.decode(self, texts, **changes):
                yield [(i, Hypothesis("", h.score, False)) for i, h in batch]

    with Memory(None, "x") as memory:
        (out,) = translate(segments("وصل الوفد إلى تونس، واجتمع بالوزير أمس."), Hopeless(STARTER), memory)
    assert out.target == ""
    assert "empty" in {f.kind for f in out.flags}


def test_lines_come_out_as_they_go_in(engine: Engine):
    lines = ["وصل الوفد إلى تونس. اجتمع المسؤولون في القاهرة أمس.", "", "2016", "شارك", "وصل الوفد إلى تونس."]
    with Memory(None, "x") as memory:
        out = list(translate_lines(lines, engine, memory))
    texts = [text for text, _ in out]
    assert len(texts) == len(lines)
    assert texts[1:3] == ["", "2016"]
    assert len(out[0][1]) == 2
    assert texts[0].startswith(texts[4])  # the same sentence, the same English
    assert texts[3] != ""


def test_a_stream_is_taken_in_portions(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("xlate.translate.WINDOW", 4)
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        while taken < 40:
            taken += 1
            yield "وصل الوفد."

    with Memory(None, "x") as memory:
        stream = translate_lines(lines(), engine, memory)
        next(stream)
        assert taken <= 8
        assert len(list(stream)) == 39


def test_what_is_not_asked_of_the_model_gets_english_digits_and_marks(engine: Engine):
    with Memory(None, "x") as memory:
        (done,) = translate(segments("٪٥٠ – ١٬٢٠٠؟"), engine, memory)
    assert (done.target, done.origin, done.flags) == ("50% – 1,200?", "copied", ())


@pytest.mark.parametrize(
    ("odd", "plain"),
    [
        ("قال الوزیر إن الحکومة ستواصل العمل فی البلاد.", "قال الوزير إن الحكومة ستواصل العمل في البلاد."),
        (
            "قال الوزير&nbsp;إن <b>الحكومة</b> ستواصل&#32;العمل في البلاد.",
            "قال الوزير إن الحكومة ستواصل العمل في البلاد.",
        ),
    ],
)
def test_remains_of_web_pages_and_keyboards_do_not_reach_the_model(engine: Engine, odd: str, plain: str):
    with Memory(None, "x") as memory:
        first, second = translate(segments(odd, plain), engine, memory)
    assert (first.target, first.flags) == (second.target, second.flags)
    assert first.segment.text == odd
