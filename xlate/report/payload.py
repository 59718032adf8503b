"""What the page's script needs and the page does not show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlate.data import Translation
from xlate.normalise import normalise
from xlate.report.load import Bundle
from xlate.report.shown import Article


def payload(bundle: Bundle, articles: Sequence[Article], by_id: Mapping[str, Translation]) -> dict[str, Any]:
    """What the script needs and the page does not show: provenance, in the order of the rows, and how text folds.

    A row ends with the word links where the sentence has some.
    """
    places = {a.id: n for n, a in enumerate(articles)}
    rows = [
        [
            places[about.id],
            t.segment.index,
            t.segment.paragraph,
            t.segment.start,
            t.segment.end,
            t.segment.role,
            t.score,
            [{"kind": f.kind, "evidence": f.evidence} for f in t.flags],
            t.origin,
            t.quality,
            *([bundle.links[t.segment.id]] if t.segment.id in bundle.links else []),
        ]
        for about in bundle.articles
        for t in bundle.translations.get(about.id, ())
    ]
    return {
        "articles": [
            {
                "id": a.id,
                "title": a.english or a.arabic or a.id,
                "source": a.about.source,
                "published": a.about.published,
                "url": a.about.url,
            }
            for a in articles
        ],
        "sources": sources(bundle),
        "segments": rows,
        "signature": str(bundle.run.get("signature", "")),
        "model": _model_name(bundle.run),
        "estimated": estimated(bundle.run),
        "fold": _folding(text for t in by_id.values() for text in (t.segment.text, t.target)),
    }


def sources(bundle: Bundle) -> list[str]:
    """The names of the sources, sorted."""
    return sorted({a.source for a in bundle.articles if a.source})


def estimated(run: Mapping[str, Any]) -> bool:
    """Whether the run estimated the quality of its translations; older ones did not."""
    return isinstance(run.get("quality"), dict)


def _model_name(run: Mapping[str, Any]) -> str:
    model = run.get("model")
    return str(model.get("name", "")) if isinstance(model, dict) else ""


def _folding(texts: Iterable[str]) -> dict[str, str]:
    """What `xlate.normalise` makes of each character that may be met: those of the texts, and Arabic and Latin blocks.

    Characters that stay as they are, and white space, which the script folds by itself, are left out.
    """
    blocks = (
        range(0x21, 0x250),
        range(0x600, 0x700),
        range(0x750, 0x780),
        range(0xFB50, 0xFE00),
        range(0xFE70, 0xFF00),
    )
    chars = {chr(code) for block in blocks for code in block}.union(*texts)
    # between digits, with which nothing composes, so that spaces at the ends are kept
    folded = {c: normalise(f"0{c}0")[1:-1] for c in sorted(chars) if not c.isspace()}
    return {c: to for c, to in folded.items() if to != c}
