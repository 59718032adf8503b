"""The reading room: a bundle as one page that an analyst can work in, offline.

    write_page(Path("out"))     # reads out/bitext.jsonl, run.json, shared.jsonl, scores.json; writes out/index.html

The page is one file: styles, script and data inside. Its Content-Security-Policy names the hashes of its one style and
one script and forbids everything else, so article text, however hostile, stays text. It reads with scripts switched
off; the script adds search, filters, keys, copying and downloads. The same bundle gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlate.files import replacing

if TYPE_CHECKING:
    from xlate.report.shown import Room

__all__ = ["PAGE", "write_page"]

PAGE = "index.html"

_SHORTCUTS = (
    ("j k", "next, previous sentence"),
    ("n p", "next, previous sentence that needs a look"),
    ("] [", "next, previous article"),
    ("/", "search"),
    ("l", "only what needs a look"),
    ("v", "English, both, Arabic"),
    ("s", "versions of this sentence in other articles"),
    ("c", "copy this sentence with its citation"),
    ("m", "mark this sentence for downloading"),
    ("Esc", "close, leave the search field, then show everything"),
    ("?", "this sheet"),
)
_LINK_SHORTCUT = ("← →", "from word to word of the English, with Shift of the Arabic, lit with what they belong to")


def write_page(out: Path) -> Path:
    """Write `index.html` of the bundle in `out` and return its path.

    Raises InputError for a folder without a bundle or a bundle that is broken, OutputError where it cannot be written.
    """
    from xlate.report.load import load
    from xlate.report.room import build

    page = render(build(load(out)))
    with replacing(out / PAGE) as handle:
        handle.write(page)
    return out / PAGE


def render(room: Room) -> str:
    """The page as HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    from xlate.check import KINDS
    from xlate.report import room as view
    from xlate.report import text, words

    environment = Environment(
        loader=PackageLoader("xlate.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "alert": words.ALERTS.__getitem__,
        "anchor": view.anchor,
        "count": _count,
        "label": words.flag_label,
        "meaning": words.flag_meaning,
        "origin": words.origin_label,
        "origin_meaning": lambda origin: words.ORIGINS.get(origin, ("", ""))[1],
        "rich": text.rich,
        "shorten": lambda value: text.shorten(value, 90),
        "web": lambda url: url.lower().startswith(("https://", "http://")),
    }
    assert environment.loader is not None
    style, script = (_source(environment, name) for name in ("style.css", "script.js"))
    page = environment.get_template("page.html.j2").render(
        room=room,
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        data=Markup(_json(room.data)),
        names={a.id: a.name for a in room.articles},
        dates={a.id: a.about.published for a in room.articles},
        metrics=list(dict.fromkeys(metric for a in room.articles for metric in a.scores)),
        corpus=(room.scores or {}).get("corpus", []),
        unreferenced=(room.scores or {}).get("without_reference", 0),
        kinds=KINDS,
        origins=words.ORIGINS,
        tiers=words.TIERS,
        shaded=any(s.shade is not None for a in room.articles for b in a.blocks for s in b.sentences),
        made=_made(room.run),
        problems=[(str(p.get("path", "")), str(p.get("message", ""))) for p in room.run.get("problems", [])],
        shortcuts=(*_SHORTCUTS[:-1], *[_LINK_SHORTCUT] * (room.counts["linked"] > 0), _SHORTCUTS[-1]),
    )
    return text.writable(page)


def _source(environment: Any, name: str) -> str:
    source: str = environment.loader.get_source(environment, name)[0]
    return source


def _policy(style: str, script: str) -> str:
    """Only the style and script of these very bytes; no address to load from or send to; no string made into code."""

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _json(data: object) -> str:
    """JSON that cannot end the script element it stands in, nor begin a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    # what UTF-8 cannot hold, and what HTML would change before JSON sees it
    return "".join(c if c not in "\x00\r\x7f" and not "\ud800" <= c <= "\udfff" else f"\\u{ord(c):04x}" for c in text)


def _made(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of what reproduces the page: model, settings, versions; no times, no counts of what was cached."""

    def flat(value: object) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{key} {flat(v)}" for key, v in value.items())
        if isinstance(value, list):
            return ", ".join(map(flat, value))
        return "none" if value is None else str(value)

    rows = [(name, run.get(name.lower())) for name in ("xlate", "Model", "Settings", "Versions", "Signature")]
    return [(name, flat(value)) for name, value in rows if value not in (None, {}, "")]


def _count(number: int, one: str, many: str | None = None) -> str:
    """`number` with its noun: "1 article", "1,204 articles"; `many` where the plural is not `one` + s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
