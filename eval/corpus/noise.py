"""How much planted noise the filters find, and how much of the clean they lose.

    python eval/corpus/noise.py PAIRS.tsv[.gz] [--semantic] [--model NAME] [--share 0.2] [--seed 1] [--unseen]

Eight kinds of noise are planted into clean pairs (source TAB target), each as often as the others. Prints for each kind
how many were found and by which filters, and which filters lost clean pairs. Nothing of the input is kept here.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from xlate.corpus import Account, Rejected, Tools, default_chain, filter_pairs
from xlate.data import SegmentPair

Pair = tuple[str, str]

_FOREIGN = [
    "Le ministre des Affaires étrangères a déclaré lundi que les négociations reprendraient la semaine prochaine.",
    "La police a arrêté trois personnes soupçonnées d'avoir participé à l'attaque.",
    "El presidente anunció nuevas medidas económicas para reducir el desempleo entre los jóvenes.",
    "Los precios del petróleo subieron este martes por segundo día consecutivo.",
    "Der Minister sagte am Montag, die Gespräche würden in der kommenden Woche fortgesetzt.",
    "Die Polizei nahm nach dem Angriff drei Verdächtige in der Nähe des Flughafens fest.",
    "Cumhurbaşkanı, ekonomik krizle mücadele için yeni önlemler alınacağını açıkladı.",
    "Il governo ha approvato ieri una nuova legge sulla sicurezza delle frontiere.",
    "O governo anunciou na terça-feira um novo plano para combater a seca no norte do país.",
    "De minister zei maandag dat de onderhandelingen volgende week worden hervat.",
]


_MARKUP = [
    ("<p>", "</p>"),
    ('<a href="/news/1">', "</a>"),
    ("&nbsp;", "&quot;"),
    ("<br/>", ""),
    ('<div class="x">', ""),
]

# other noise of the same kinds, which no filter was tuned on: `--unseen`
_FOREIGN_UNSEEN = [
    "Regeringen meddelade på torsdagen att skatten på bränsle ska sänkas från årsskiftet.",
    "Premier zapowiedział w środę, że rozmowy z sąsiednimi krajami zostaną wznowione jesienią.",
    "Presiden mengatakan pada hari Senin bahwa harga beras akan turun bulan depan.",
    "Guvernul a anunțat marți un plan de sprijin pentru familiile afectate de inundații.",
    "Hallitus ilmoitti keskiviikkona uusista toimista työttömyyden vähentämiseksi.",
    "Vláda v úterý schválila nový zákon o ochraně životního prostředí.",
    "Waziri mkuu alisema Jumatatu kwamba mazungumzo yataanza tena wiki ijayo.",
    "Mkutano wa viongozi wa nchi jirani umeahirishwa hadi mwezi ujao.",
]
_MARKUP_UNSEEN = [
    ('<span lang="ar">', "</span>"), ("&#160;", "&raquo;"), ("{{cite news|title=", "}}"), ("[url=/story/2]", "[/url]"),
    ("<strong>", ""), ("<!-- ad -->", ""), ("\\n\\n", "\\n\\n"),
]  # fmt: skip


def misaligned(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    return pair[0], chance.choice(others)[1]


def copied(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    return chance.choice([(pair[0], pair[0]), (pair[1], pair[1])])


def foreign(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    return pair[0], chance.choice(_FOREIGN)


def truncated(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    words = pair[1].split()
    return pair[0], " ".join(words[: max(1, int(len(words) * chance.uniform(0.2, 0.4)))])


def numbers(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    def other(match: re.Match[str]) -> str:
        changed = str(int(match[0][:15]) + chance.choice([-3, 2, 10, 100, 7]))
        return changed.lstrip("-")

    if not re.search(r"\d", pair[1]):
        return f"{pair[0]} {chance.randint(3, 90)}", f"{pair[1]} {chance.randint(100, 999)}"
    return pair[0], re.sub(r"\d+", other, pair[1], count=1)


def markup(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    left, right = chance.choice(_MARKUP)
    sides = list(pair)
    side = chance.randrange(2)
    sides[side] = left + sides[side] + right
    return sides[0], sides[1]


def repeated(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    words = pair[1].split()
    part = " ".join(words[: chance.randint(1, 4)])
    return pair[0], " ".join([pair[1], *[part] * max(3, len(words) // 2)])


def links(pair: Pair, others: list[Pair], chance: random.Random) -> Pair:
    return chance.choice(
        [
            ("http://www.example.com/ar/news/123", "http://www.example.com/en/news/123"),
            (pair[0], "www.example.org/en/story?id=9"),
            ("*** ### === *** |||", pair[1]),
            (pair[0], "#### %% $$ @@ ~~ ^^ ////"),
        ]
    )


def unseen() -> None:
    """Plant other foreign sentences and other markup from here on."""
    _FOREIGN[:], _MARKUP[:] = _FOREIGN_UNSEEN, _MARKUP_UNSEEN


KINDS = (misaligned, copied, foreign, truncated, numbers, markup, repeated, links)


def planted(pairs: list[tuple[str, str]], share: float, seed: int) -> list[SegmentPair]:
    """The pairs with `share` of them spoiled; the kind stands in the provenance."""
    chance = random.Random(seed)
    out = []
    kinds = 0
    for number, pair in enumerate(pairs):
        kind = None
        if chance.random() < share:
            function = KINDS[kinds % len(KINDS)]
            kinds += 1
            pair, kind = function(pair, pairs, chance), function.__name__
        out.append(SegmentPair(str(number), pair[0], pair[1], None, {"planted": kind}))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--semantic", action="store_true", help="use the filter margin")
    parser.add_argument("--model", help="use the filter translation with this model")
    parser.add_argument("--share", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--unseen", action="store_true", help="foreign sentences and markup no filter was tuned on")
    parser.add_argument("--lost", type=int, default=0, help="show this many clean pairs that were lost")
    given = parser.parse_args()
    if given.unseen:
        unseen()
    opener = gzip.open if given.pairs.suffix == ".gz" else open
    with opener(given.pairs, "rt", encoding="utf-8") as stream:
        cells = [line.rstrip("\n").split("\t") for line in stream]
    rows = [(one[0], one[1]) for one in cells if len(one) > 1 and one[0] and one[1]]
    random.Random(given.seed).shuffle(rows)
    pairs = planted(rows[: given.limit], given.share, given.seed)
    meaning: list[str] = []
    encode: Any = None
    translate: Any = None
    if given.semantic:
        from xlate import embed

        encode = embed.encode
        meaning.append("margin")
    if given.model:
        translate = _translator(given.model)
        meaning.append("translation")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    lost: list[Rejected] = []
    account = Account()

    def rejected(one: Rejected) -> None:
        found[one.pair.provenance["planted"] or "clean"][one.filter] += 1
        if one.pair.provenance["planted"] is None:
            lost.append(one)

    list(
        filter_pairs(pairs, default_chain(meaning=meaning), account, tools=Tools(encode, translate), rejected=rejected)
    )
    every = Counter(pair.provenance["planted"] or "clean" for pair in pairs)
    for kind in (*(one.__name__ for one in KINDS), "clean"):
        total = sum(found[kind].values())
        print(f"{kind:<11}{total:>5} of {every[kind]:>5}  {total / max(1, every[kind]):.3f}  {dict(found[kind])}")
    noise = sum(count for kind, count in every.items() if kind != "clean")
    hit = sum(sum(found[kind].values()) for kind in every if kind != "clean")
    print(f"noise found {hit / max(1, noise):.4f}; clean lost {sum(found['clean'].values()) / every['clean']:.4f}")
    for one in lost[: given.lost]:
        print(one.filter, one.score, one.pair.source, "|||", one.pair.target, sep="\t")


def _translator(name: str) -> Callable[[Sequence[str]], list[str]]:
    from xlate.manifest import resolve
    from xlate.memory import Memory
    from xlate.model import Engine
    from xlate.settings import Settings
    from xlate.translate import memory_key, translate_lines

    engine = Engine(resolve(name), Settings(beam_size=1))
    memory = Memory(None, memory_key(engine))
    return lambda texts: [line for line, _ in translate_lines(texts, engine, memory)]


if __name__ == "__main__":
    main()
