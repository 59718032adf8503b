"""Pairwise precision, recall and F1 of shared.jsonl against a gold standard, per tier.

    python eval/alignment/score.py shared.jsonl gold.tsv [--json] [--errors]

Clusters become pairs as `xlate.share.expand` defines; of several claims on one pair the strongest tier counts. A gold
row is one pair: `article_a text_a article_b text_b tier note also`. A claimed pair is right at the row's tier or at
one that `also` names (separated by `;`). Where `also` names `none` the pair is optional: finding it at any tier,
or not at all, costs nothing. Any pair that no row names is wrong. `copied` pools verbatim, near-duplicate and
contained: a pair of that group found at any tier of the group is right.
Segments are matched by article (gold ids may be file stems) and text, white space aside; see
`recut` for segments that were cut otherwise.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlate.data import Tier
from xlate.share.values import TIERS, expand

COPIED = ("verbatim", "near-duplicate", "contained")
Side = tuple[str, str]  # article, text
PairKey = tuple[Side, Side]


@dataclass(frozen=True)
class Gold:
    """One gold pair: the tiers that are right for it, its own first."""

    tier: str
    right: frozenset[str]
    optional: bool


@dataclass
class Counts:
    """What was claimed, what of it is right, what should have been found, what of it was."""

    claimed: int = 0
    right: int = 0
    expected: int = 0
    found: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def scores(self) -> dict[str, float]:
        """Precision, recall and F1; with nothing claimed precision is 1, with nothing expected recall is."""
        precision = self.right / self.claimed if self.claimed else 1.0
        recall = self.found / self.expected if self.expected else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {
            "precision": round(precision, 4),
            "recall": round(recall, 4),
            "f1": round(f1, 4),
            "claimed": self.claimed,
            "expected": self.expected,
        }


def side(article: str, text: str) -> Side:
    """An article's id with what identifies the text."""
    return (article, "".join(text.split()))


def pair_key(a: Side, b: Side) -> PairKey:
    return (a, b) if a <= b else (b, a)


def read_gold(path: Path) -> dict[PairKey, Gold]:
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))
    return gold_pairs(
        (r["article_a"], r["text_a"], r["article_b"], r["text_b"], r["tier"], "", r["also"]) for r in rows
    )


def gold_pairs(rows: Iterable[Sequence[str]]) -> dict[PairKey, Gold]:
    """Rows of gold.tsv's columns as pairs."""
    found = {}
    for article_a, text_a, article_b, text_b, tier, _, also in rows:
        others = {t.strip() for t in (also or "").split(";") if t.strip()}
        found[pair_key(side(article_a, text_a), side(article_b, text_b))] = Gold(
            tier, frozenset({tier, *others} - {"none"}), "none" in others
        )
    return found


def read_claims(path: Path) -> dict[PairKey, str]:
    with open(path, encoding="utf-8") as lines:
        return claims(json.loads(line) for line in lines)


def claims(clusters: Iterable[Mapping[str, Any]]) -> dict[PairKey, str]:
    """The strongest tier claimed for every pair of segments."""
    found: dict[PairKey, Tier] = {}
    for cluster in clusters:
        members = {m["segment"]: side(m["article"], m["text"]) for m in cluster["members"]}
        for pair in expand(cluster["tier"], list(members), cluster["evidence"], cluster["score"]):
            name = pair_key(members[pair.a], members[pair.b])
            if name not in found or TIERS.index(pair.tier) < TIERS.index(found[name]):
                found[name] = pair.tier
    return dict(found)


def recut(claimed: Mapping[PairKey, str], gold: Mapping[PairKey, Gold]) -> tuple[dict[PairKey, str], int]:
    """Claims on segments that were cut otherwise, put on the gold pair they speak of; and how many those were.

    A claim that no gold row names goes to a row `contained` of the same articles if one of its texts is the row's and
    the other is a part of the row's other text: a headline glued to a sentence is contained in it, but equals
    the headline where the segmenter parts the two. Any tier of `copied` is then right.
    """
    rows = [key for key, known in gold.items() if known.tier == "contained" and key not in claimed]
    moved: dict[PairKey, str] = {}
    result = dict(claimed)
    for key in sorted(claimed):
        if key in gold or claimed[key] not in COPIED:
            continue
        for row in rows:
            fits = [a[0] == b[0] and (a[1] == b[1], a[1] in b[1]) for a, b in zip(key, row, strict=True)]
            if all(fits) and all(f[1] for f in fits) and any(f[0] for f in fits):
                moved[row] = "contained"
                del result[key]
                break
    return result | moved, len(moved)


def score(claimed: Mapping[PairKey, str], gold: Mapping[PairKey, Gold]) -> dict[str, Counts]:
    """Counts per tier, for `copied` and for `all` (any tier)."""
    groups = {**{t: (t,) for t in TIERS}, "copied": COPIED, "all": TIERS}
    result = {}
    for name, tiers in groups.items():
        counts = result[name] = Counts()
        for key, tier in claimed.items():
            known = gold.get(key)
            if tier not in tiers or (known and known.optional):
                continue
            counts.claimed += 1
            if known and (known.right & set(tiers) if len(tiers) > 1 else tier in known.right):
                counts.right += 1
            else:
                counts.wrong.append(f"{tier} (gold: {known.tier if known else '-'}) {show(key)}")
        for key, known in gold.items():
            if known.tier not in tiers or known.optional:
                continue
            counts.expected += 1
            tier = claimed.get(key)
            if tier is not None and (tier in known.right or (len(tiers) > 1 and tier in tiers)):
                counts.found += 1
            else:
                counts.missed.append(f"{known.tier} (claimed: {tier or '-'}) {show(key)}")
    return result


def show(key: PairKey) -> str:
    return " | ".join(f"{article}: {text[:90]}" for article, text in key)


def table(result: Mapping[str, Counts]) -> str:
    lines = [f"{'tier':16}{'precision':>10}{'recall':>10}{'F1':>10}{'claimed':>9}{'expected':>9}"]
    for name, counts in result.items():
        s = counts.scores()
        lines.append(
            f"{name:16}{s['precision']:10.4f}{s['recall']:10.4f}{s['f1']:10.4f}{counts.claimed:9}{counts.expected:9}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true", help="list the wrong and the missed pairs")
    options = parser.parse_args()
    gold = read_gold(options.gold)
    claimed, cut_otherwise = recut(read_claims(options.shared), gold)
    result = score(claimed, gold)
    if options.json:
        print(json.dumps({name: counts.scores() for name, counts in result.items()}, indent=2))
        return
    print(table(result))
    print(f"cut otherwise than the gold rows: {cut_otherwise}")
    if options.errors:
        for line in result["all"].wrong:
            print("wrong ", line)
        for name in TIERS:
            for line in result[name].missed:
                print("missed", line)


if __name__ == "__main__":
    main()
