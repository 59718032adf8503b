"""What `align` found, as files: shared.jsonl and the matrix as TSV."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from xlate.data import Cluster, Member
from xlate.files import replacing
from xlate.lines import to_json
from xlate.normalise import normalise
from xlate.share.articles import write_table
from xlate.share.values import TIERS, ArticlePair, Pair, Sharing
from xlate.share.words import forms

MATRIX_COLUMNS = (
    "article_a",
    "article_b",
    "shared_a",
    "segments_a",
    "share_a",
    "shared_b",
    "segments_b",
    "share_b",
    *TIERS,
    "first",
    "near_identical",
)


def as_data(cluster: Cluster) -> dict[str, Any]:
    """A cluster as one object of shared.jsonl: id, tier, score, evidence, members."""
    return {
        "id": cluster.id,
        "tier": cluster.tier,
        "score": cluster.score,
        "evidence": dict(cluster.evidence),
        "members": [asdict(member) for member in cluster.members],
    }


def write_clusters(sharing: Sharing, path: Path) -> None:
    """Write shared.jsonl: one object a cluster, UTF-8, in the order of `sharing`. Raises OutputError."""
    with replacing(path) as handle:
        for cluster in sharing.clusters:
            handle.write(to_json(as_data(cluster), compact=True) + "\n")


def write_matrix(sharing: Sharing, path: Path) -> None:
    """Write the matrix article × article: a header line and one line for each pair that shares something.

    `share_a`, `share_b` are shares (0-1) of the letters of each article, the columns named after tiers count pairs of
    segments, `first` is the article published first (empty where dates do not tell). Tabs and line ends in ids are
    escapes of `xlate.lines`, as in the bitexts. Raises OutputError.
    """
    write_table(path, MATRIX_COLUMNS, map(_row, sharing.matrix))


def _row(cell: ArticlePair) -> Iterator[str]:
    yield from (cell.a, cell.b)
    yield from (str(cell.shared_a), str(cell.segments_a), f"{cell.share_a:.4f}")
    yield from (str(cell.shared_b), str(cell.segments_b), f"{cell.share_b:.4f}")
    yield from (str(cell.tiers.get(tier, 0)) for tier in TIERS)
    yield cell.first or ""
    yield "yes" if cell.near_identical else "no"


def representatives(sharing: Sharing) -> dict[str, str]:
    """For every segment with verbatim copies, the segment whose translation they share: the one written with most
    words, so that lost spaces («تونسوالجزائر») do no harm. Copies inside one article count too.

    Punctuation and spelling do not tell verbatim segments apart, but some of it changes what is said: a translation is
    shared only between segments that `_says` tells nothing different of."""
    found: dict[str, str] = {}
    for cluster in sharing.clusters:
        if cluster.tier != "verbatim":
            continue
        alike: dict[str, list[Member]] = defaultdict(list)
        for member in cluster.members:
            alike[_says(member.text)].append(member)
        for members in alike.values():
            ids = [m.segment for m in members]
            best = cluster.evidence["representative"]
            if best not in ids:
                best = min(members, key=lambda m: (-len(forms(m.text)), m.segment)).segment
            found |= dict.fromkeys(ids, best)
    return found


_ANSWER = re.compile(r"\b(?:لا|نعم|كلا|بلي)(?=\s*[,:.!])")  # «لا، يجب» is not «لا يجب»
_ALI = re.compile(r"\b[وف]?(?:علي|[إا]لي|لدي)\b")  # «علي» is a name, «على» is not


def _says(text: str) -> str:
    """What of the marks and spelling of `text` changes its meaning, empty for most texts: its letters with the question
    and quotation marks and the ends of answers among them, and the words that another last letter makes another word."""
    letters = re.sub(r'[^\w?"|]+', "", _ANSWER.sub(r"\g<0>|", normalise(text)))
    if letters.count('"') % 2:  # one that closes or opens nothing
        letters = letters.replace('"', "")
    marked = re.sub(r"\?+", "?", letters) if re.search(r'[?"|]', letters) else ""
    return marked + " ".join(_ALI.findall(text))


def near_duplicates(sharing: Sharing) -> list[Pair]:
    """Every near-duplicate pair once, best first: what may share a translation but for the words that differ."""
    found = (pair for pair in sharing.pairs().values() if pair.tier == "near-duplicate")
    return sorted(found, key=lambda pair: (-pair.score, pair.a, pair.b))
