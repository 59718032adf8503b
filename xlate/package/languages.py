"""Language codes as OPUS-MT writes them (ISO 639-1 or -3, sometimes with a script) made into BCP 47."""

from __future__ import annotations

import re

# ISO 639-3 to the two-letter code that BCP 47 asks for where there is one; the languages of the packages we list and
# their neighbours. Other codes stay as they are, which is right for languages without a two-letter code.
_SHORTER = dict(
    pair.split(":")
    for line in (
        "afr:af amh:am ara:ar arb:ar aze:az bel:be ben:bn bul:bg cat:ca ces:cs cmn:zh dan:da deu:de ell:el eng:en",
        "epo:eo est:et eus:eu fas:fa fin:fi fra:fr glg:gl hau:ha heb:he hin:hi hrv:hr hun:hu hye:hy ibo:ig ind:id",
        "isl:is ita:it jpn:ja kat:ka kaz:kk kor:ko kur:ku lav:lv lit:lt mkd:mk mlt:mt msa:ms mya:my nep:ne nld:nl",
        "nor:no pan:pa pes:fa pol:pl por:pt pus:ps ron:ro rus:ru slk:sk slv:sl snd:sd som:so spa:es sqi:sq srp:sr",
        "swa:sw swe:sv swh:sw tam:ta tat:tt tgk:tg tha:th tir:ti tuk:tk tur:tr uig:ug ukr:uk urd:ur uzb:uz vie:vi",
        "yor:yo zho:zh",
    )
    for pair in line.split()
)
_PAIR = re.compile(r"(?<![A-Za-z])([a-z]{2,3})-([a-z]{2,3})(?![A-Za-z])")


def bcp47(code: str) -> str:
    """One code of OPUS-MT as BCP 47: `ara` is `ar`, `apc_Latn` is `apc-Latn`, `cmn_Hans` is `zh-Hans`."""
    primary, *rest = code.replace("_", "-").split("-")
    return "-".join([_SHORTER.get(primary.lower(), primary.lower()), *rest])


def codes(text: str) -> tuple[str, ...]:
    """The codes in a list of them (spaces or commas), each once, in order; target tokens such as `>>ara<<` are no
    codes."""
    found = re.findall(r"(?<![<>\w])[A-Za-z]{2,3}(?:[_-][A-Za-z]{4})?(?![<>\w])", text)
    return tuple(dict.fromkeys(map(bcp47, found)))


def pair_in(text: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Source and target from a name such as `opus-mt-tc-big-ar-en` or `ara-eng`: the last two codes joined by a
    hyphen."""
    words = re.split(r"[^A-Za-z]+", text)
    words = [word for word in words if word]
    if len(words) < 2 or not all(re.fullmatch(r"[a-z]{2,3}", word) for word in words[-2:]):
        match = list(_PAIR.finditer(text))
        if not match:
            return None
        words = [match[-1][1], match[-1][2]]
    return (bcp47(words[-2]),), (bcp47(words[-1]),)
