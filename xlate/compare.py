"""What outlets changed, in English too: the edit scripts of near-duplicates mapped onto their translations.

The share stage compares Arabic with Arabic and asks no model; this adds, pair by pair, how the two English sentences
differ and which of those differences come from the Arabic. What comes from no Arabic edit is the translator's noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from xlate.data import Cluster
from xlate.share import diff_english, difference

Translate = Callable[[Sequence[str]], Sequence[str]]


def with_english(
    clusters: Sequence[Cluster], sources: Mapping[str, str], targets: Mapping[str, str], translate: Translate
) -> tuple[Cluster, ...]:
    """`clusters`, each near-duplicate pair's `difference` with a list `english` of its edits besides.

    `sources` and `targets` map segment ids to texts. `translate` is given the changed Arabic words alone, all in one
    call, because the words that changed are what ties an English edit to an Arabic one.
    """
    pairs = [
        pair
        for cluster in clusters
        if cluster.tier == "near-duplicate"
        for pair in cluster.evidence["pairs"]
        if pair["tier"] == "near-duplicate" and targets.get(pair["a"]) and targets.get(pair["b"])
    ]
    found = {(p["a"], p["b"]): difference(sources[p["a"]], sources[p["b"]]) for p in pairs}
    words = sorted({span.text for d in found.values() for e in d.edits for span in (e.a, e.b) if span.text})
    glosses = dict(zip(words, translate(words), strict=True)) if words else {}

    def english(pair: Mapping[str, Any]) -> list[dict[str, Any]]:
        key = pair["a"], pair["b"]
        edits = diff_english(found[key], targets[key[0]], targets[key[1]], translate=glosses.__getitem__)
        return [asdict(edit) for edit in edits]

    def enriched(pair: dict[str, Any]) -> dict[str, Any]:
        if (pair["a"], pair["b"]) not in found:
            return pair
        return pair | {"difference": pair["difference"] | {"english": english(pair)}}

    return tuple(
        replace(cluster, evidence=dict(cluster.evidence) | {"pairs": [enriched(p) for p in cluster.evidence["pairs"]]})
        if cluster.tier == "near-duplicate"
        else cluster
        for cluster in clusters
    )
