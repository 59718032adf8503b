"""Edit scripts of near-duplicates mapped onto their English."""

from collections.abc import Sequence

import pytest

from xlate.compare import with_english
from xlate.data import Cluster, Member
from xlate.share import difference

A = "وأعلن الوزير مقتل 12 شخصا في المدينة"
B = "وأعلن الوزير مقتل 15 شخصا في العاصمة"
ENGLISH = {
    "a": "The minister announced 12 people killed in the city",
    "b": "The minister said 15 people were killed in the capital",
}
# word links: source word - target word
LINKS = {"a": "1-1 0-2 3-3 4-4 2-5 5-6 6-7 6-8", "b": "1-1 0-2 3-3 4-4 2-5 2-6 5-7 6-8 6-9"}


def cluster() -> Cluster:
    pair = {"a": "a", "b": "b", "tier": "near-duplicate", "score": 0.9, "difference": difference(A, B).as_data()}
    members = (Member("x", "a", 0, len(A), A), Member("y", "b", 0, len(B), B))
    return Cluster("c", "near-duplicate", 0.9, members, {"within_article": False, "pairs": [pair]})


def english(alignments: dict[str, str], translate) -> list[dict]:
    (out,) = with_english([cluster()], {"a": A, "b": B}, ENGLISH, alignments, translate)
    (pair,) = out.evidence["pairs"]
    assert pair["difference"]["edits"] == cluster().evidence["pairs"][0]["difference"]["edits"]
    return pair["difference"]["english"]


def told(edits: Sequence[dict]) -> dict[tuple[str, str], list[str]]:
    arabic = difference(A, B).edits
    return {(e["a"]["text"], e["b"]["text"]): [arabic[n].b.text for n in e["arabic"]] for e in edits}


def test_word_links_tie_english_edits_to_arabic_ones():
    def never(words: Sequence[str]) -> list[str]:
        pytest.fail("nothing is translated where there are links")

    assert told(english(LINKS, never)) == {
        ("announced 12", "said 15"): ["15"],
        ("", "were"): [],
        ("city", "capital"): ["العاصمة"],
    }


def test_without_links_the_changed_words_are_translated():
    glosses = {"12": "12", "15": "15", "المدينة": "city", "العاصمة": "capital"}
    asked: list[list[str]] = []

    def translate(words: Sequence[str]) -> list[str]:
        asked.append(list(words))
        return [glosses[w] for w in words]

    assert told(english({"a": LINKS["a"]}, translate))[("city", "capital")] == ["العاصمة"]
    assert asked == [sorted(glosses)]


def test_other_tiers_and_untranslated_pairs_stay_as_they_are():
    verbatim = Cluster("v", "verbatim", 1.0, cluster().members, {"within_article": False, "pairs": []})
    assert with_english([verbatim], {}, {}, {}, lambda words: []) == (verbatim,)
    assert with_english([cluster()], {"a": A, "b": B}, {"a": "x", "b": ""}, {}, lambda words: []) == (cluster(),)
