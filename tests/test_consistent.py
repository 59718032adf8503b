"""Near-duplicates are worded alike where the model allows it."""

from difflib import SequenceMatcher

import pytest

from xlate.consistent import alike
from xlate.data import Segment, Translation
from xlate.manifest import EMBEDDED, resolve
from xlate.memory import Memory
from xlate.model import Engine
from xlate.settings import Settings
from xlate.translate import translate

FIRST = "وأوضح المصدر أن مصر أطلعت تونس والجزائر على تفاصيل التطورات الميدانية في ليبيا أمس الأحد."
SECOND = "وتابع المصدر أن مصر أطلعت تونس والجزائر على تفاصيل التطورات الميدانية في ليبيا مساء أمس الأحد."


def segments(*texts: str) -> list[Segment]:
    return [Segment(f"a:{n:04d}", "a", n, n, 0, len(t), t) for n, t in enumerate(texts)]


def likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a.split(), b.split(), autojunk=False).ratio()


@pytest.fixture
def translated(engine: Engine) -> list[Translation]:
    with Memory(None, "x") as memory:
        return list(translate(segments(FIRST, SECOND, SECOND, "2016"), engine, memory))


def test_the_second_is_at_least_as_like_the_first_as_before(engine: Engine, translated: list[Translation]):
    with Memory(None, "x") as memory:
        out = alike([("a:0000", "a:0001")], translated, {}, engine, memory)
    assert out[0] == translated[0]
    assert out[3] == translated[3]
    assert likeness(out[0].target, out[1].target) >= likeness(out[0].target, translated[1].target)
    assert out[1].target == out[2].target  # verbatim copies of the second stay alike
    if out[1].target != translated[1].target:
        assert out[1].origin == "model, worded as a:0000"


def test_the_hypotheses_are_remembered(translated: list[Translation], engine: Engine):
    with Memory(None, "x") as memory:
        first = alike([("a:0000", "a:0001")], translated, {}, engine, memory)

        class NoModel(Engine):
            def decode_nbest(self, texts, num_hypotheses, **changes):
                assert not list(texts)
                yield from ()

        assert alike([("a:0000", "a:0001")], translated, {}, NoModel(engine.directory), memory) == first


def test_who_follows_does_not_lead(engine: Engine, translated: list[Translation]):
    with Memory(None, "x") as memory:
        out = alike([("a:0000", "a:0001"), ("a:0001", "a:0000")], translated, {}, engine, memory)
    assert out[0] == translated[0]


def test_no_pairs_nothing_changes(engine: Engine, translated: list[Translation]):
    with Memory(None, "x") as memory:
        assert alike([], translated, {}, engine, memory) == translated
        assert alike([("a:0000", "b:0000")], translated, {}, engine, memory) == translated


LONG = "وقال وزير الداخلية المغربي إن فرق الإنقاذ تواصل العمل في المنطقة المنكوبة منذ ثلاثة أيام."
SHORT = "قال وزير الداخلية إن فرق الإنقاذ تواصل العمل في المنطقة المنكوبة منذ يومين."


def test_what_is_cut_off_leads_and_follows_nobody():
    engine = Engine(resolve(EMBEDDED), Settings(max_decoding_length=10))
    with Memory(None, "x") as memory:
        translations = list(translate(segments(SHORT, LONG), engine, memory))
        cut = [any(flag.kind == "limit" for flag in t.flags) for t in translations]
        out = alike([("a:0000", "a:0001")], translations, {}, engine, memory)
    assert any(cut)
    assert out == translations
