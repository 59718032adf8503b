"""Word links: which word of a sentence belongs to which word of its translation.

A bitext carries them in Pharaoh's form, `0-0 1-2`: source word, target word, counted from 0 between white space. There
are thousands of them, and the page carries them packed: an item for each target word, with a space between two. It
names the source words, with commas; it is `-` for none, `=` for those of the target word linked last, and empty for
the one source word after those. So `1-0 2-1 2-2 0-4 3-4` is `1  = - 0,3`.
"""

from __future__ import annotations

import re

_LINK = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


def pack(alignment: object, source: str, target: str) -> str | None:
    """The links of a sentence as the page carries them, "" where there are none.

    None where `alignment` is not in Pharaoh's form or names a word that the sentence does not have: then it was made
    for other words, and none of it can be trusted.
    """
    if alignment is None:
        return ""
    if not isinstance(alignment, str):
        return None
    words, limit = len(source.split()), len(target.split())
    partners: dict[int, dict[int, None]] = {}
    for item in alignment.split():
        link = _LINK.fullmatch(item)
        if link is None or int(link[1]) >= words or int(link[2]) >= limit:
            return None
        partners.setdefault(int(link[2]), {})[int(link[1])] = None
    items = []
    last: list[int] = []
    for j in range(max(partners, default=-1) + 1):
        own = list(partners.get(j, ()))
        items.append(_item(own, last))
        last = own or last
    return " ".join(items)


def _item(own: list[int], last: list[int]) -> str:
    if not own:
        return "-"
    if own == last:
        return "="
    return "" if last and own == [last[-1] + 1] else ",".join(map(str, own))
