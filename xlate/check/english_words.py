"""The number words of English: tables for `xlate.check.english`, all in lower case."""

from __future__ import annotations

from fractions import Fraction


def _split(words: str) -> list[str]:
    return words.split()


UNITS = _split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = dict(
    zip(_split("twenty thirty forty fifty sixty seventy eighty ninety"), range(20, 100, 10), strict=True), fourty=40
)
SMALL = {word: value for value, word in enumerate(UNITS)} | TENS
SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "mn": 10**6,
    "mln": 10**6,
    "bn": 10**9,
    "tn": 10**12,
}
GLUED = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12, "t": 10**12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        _split(
            "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
        )
    )
} | {word[:-1] + "ieth": value for word, value in TENS.items()}
ORDINALS |= {word + "ly": value for word, value in ORDINALS.items()}
ORDINAL_SCALES = {"hundredth": 100, "thousandth": 1000, "millionth": 10**6}
DECADES = {word[:-1] + "ies": value for word, value in TENS.items()}
MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
# words that are months beside a number only: "may", "march", "Mar", "Jan", "August" are also verbs and names
DOUBTFUL = {"may", "march", "mar", "jan", "jun", "dec", "sep", "april", "june", "august"}
LOOSE: dict[str, tuple[Fraction, ...]] = {
    word: tuple(Fraction(value) for value in values.split())
    for words, values in (
        ("a an once single sole only alone solo unique another", "1"),
        ("twice double doubled doubling twin twins pair pairs couple both dual twofold bilateral two-thirds", "2"),
        ("triple tripled tripling trio thrice treble threefold triplet triplets trilateral trilogy thirds", "3"),
        ("quadruple quadrupled quadrupling quartet fourfold quarters", "4"),
        ("quintet quintuple quintupled fivefold fifths", "5"),
        ("sextet sixfold", "6"),
        ("tenfold decade tens", "10"),
        ("dozen dozens", "12"),
        ("fortnight", "14"),
        ("noon midday", "12"),
        ("midnight", "12 0 24"),
        ("triad", "3"),
        ("half halves halved halftime mid", "1/2 2 50 30"),
        ("quarter", "1/4 4 25 15"),
        ("third", "1/3 3 33 20"),
        ("century centenary centennial hundredfold", "100"),
        ("millennium millennia", "1000 2000"),
        ("nil none no", "0"),
    )
    for word in words.split()
    for values in (values,)
}
