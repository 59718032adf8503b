"""What outlets changed, in English too: the edit scripts of near-duplicates mapped onto their translations.

The share stage compares Arabic with Arabic and asks no model; this adds, pair by pair, how the two English sentences
differ and which of those differences come from the Arabic. What comes from no Arabic edit is the translator's noise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from xlate.data import Cluster
from xlate.share import diff_english, difference

Translate = Callable[[Sequence[str]], Sequence[str]]


def with_english(
    clusters: Sequence[Cluster],
    sources: Mapping[str, str],
    targets: Mapping[str, str],
    alignments: Mapping[str, str],
    translate: Translate,
) -> tuple[Cluster, ...]:
    """`clusters`, each near-duplicate pair's `difference` with a list `english` of its edits besides.

    `sources` and `targets` map segment ids to texts, `alignments` to Pharaoh links, which tie an English edit to an
    Arabic one. Where a pair lacks them, the changed Arabic words are translated alone, all in one call of `translate`,
    and tied to the edit that shares most words with them.
    """
    pairs = [
        pair
        for cluster in clusters
        if cluster.tier == "near-duplicate"
        for pair in cluster.evidence["pairs"]
        if pair["tier"] == "near-duplicate" and targets.get(pair["a"]) and targets.get(pair["b"])
    ]
    found = {(p["a"], p["b"]): difference(sources[p["a"]], sources[p["b"]]) for p in pairs}
    linked = {key for key in found if all(alignments.get(segment) for segment in key)}
    alone = [d for key, d in found.items() if key not in linked]
    words = sorted({span.text for d in alone for e in d.edits for span in (e.a, e.b) if span.text})
    glosses = dict(zip(words, translate(words), strict=True)) if words else {}

    def english(pair: Mapping[str, Any]) -> list[dict[str, Any]]:
        key = pair["a"], pair["b"]
        a, b = ((sources[segment], targets[segment], alignments.get(segment, "")) for segment in key)
        if key in linked:
            edits = diff_english(found[key], a[1], b[1], links_a=_spans(*a), links_b=_spans(*b))
        else:
            edits = diff_english(found[key], a[1], b[1], translate=glosses.__getitem__)
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


def _spans(source: str, target: str, alignment: str) -> list[tuple[int, int, int, int]]:
    """Pharaoh links as code points: (source start, end, target start, end)."""
    words = [[(m.start(), m.end()) for m in re.finditer(r"\S+", text)] for text in (source, target)]
    links = (map(int, link.split("-")) for link in alignment.split())
    return [(*words[0][i], *words[1][j]) for i, j in links]
