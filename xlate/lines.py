"""Text and JSON on one line that every reader sees as one line, by whatever rule it splits: `str.splitlines` breaks at
U+0085, U+2028 and U+2029 too. Every file of one object or unit a line is written with this module.

A character of `UNSAFE` becomes `\\uXXXX` (a tab `\\u0009`); the rest stays readable. In text that is not JSON a
backslash becomes `\\u005c` only where it would otherwise read as such an escape. So lines of other tools, which know no
escapes, mean what they say (`C:\\temp` is not touched, nor is `\\u0627`), and ours are read back exactly.
"""

from __future__ import annotations

import json
import re
from typing import Any

# what breaks lines, UTF-8 or XML for somebody: controls, line and paragraph separators, BOM, lone surrogates
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_ESCAPED = r"u(00[01][0-9a-f]|007f|00[89][0-9a-f]|005c|202[89]|feff|fff[ef]|d[89a-f][0-9a-f]{2})"
_AMBIGUOUS = re.compile(rf"\\(?={_ESCAPED})", re.IGNORECASE)
_ESCAPE = re.compile(rf"\\{_ESCAPED}", re.IGNORECASE)


def escape(text: str) -> str:
    r"""Make `text` one line of valid UTF-8 without tabs; `unescape` gives it back.

    >>> escape("a\tb C:\\temp")
    'a\\u0009b C:\\temp'
    """
    if "\\" in text:
        text = _AMBIGUOUS.sub(r"\\u005c", text)
    if text.isprintable():  # nothing of UNSAFE is; most lines end here, at a tenth of the time
        return text
    return UNSAFE.sub(_unicode_escape, text)


def unescape(text: str) -> str:
    """Undo `escape`; text without its escapes comes back as it is."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "\\" in text else text


def to_json(value: Any, *, compact: bool = False) -> str:
    """`value` as JSON on one line, readable (not ASCII only), without a character of `UNSAFE`; `compact` leaves out the
    spaces after `,` and `:`. Raises ValueError for NaN and Infinity, which JSON does not have.

    A high surrogate that stands right before a low one comes back from any JSON as the character the two make.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":") if compact else None)
    return text if text.isprintable() else UNSAFE.sub(_unicode_escape, text)


def _unicode_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
