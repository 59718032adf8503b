"""Encodings: what is recognised at which length, what is refused, where bad bytes are."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from xlate.errors import InputError
from xlate.read.encoding import decide, decode, plausibility

SEEDS = [path.read_bytes().decode() for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))]
WORDS = [word for text in SEEDS for word in text.split()]


def slices(words: int, count: int = 150) -> list[str]:
    starts = random.Random(20161122).sample(range(len(WORDS) - words), count)
    return [" ".join(WORDS[start : start + words]) for start in starts]


def right(texts: list[str], codec: str, mark: bytes = b"") -> float:
    """Share of texts that come back exactly, the encoding recognised from their own bytes alone."""
    good = 0
    for text in texts:
        text = text.encode(codec, "ignore").decode(codec)
        data = mark + text.encode(codec)
        with contextlib.suppress(InputError):
            good += decode(data, decide(data, complete=True)) == text
    return good / len(texts)


@pytest.mark.parametrize(
    ("words", "codec", "least"),
    [
        # 8-bit Arabic: one word may be read either way, a clause hardly ever, a sentence never
        (1, "windows-1256", 0.85),
        (1, "iso-8859-6", 0.85),
        (3, "windows-1256", 0.97),
        (3, "iso-8859-6", 0.97),
        (8, "windows-1256", 1.0),
        (8, "iso-8859-6", 1.0),
        (30, "windows-1256", 1.0),
        (30, "iso-8859-6", 1.0),
        (300, "windows-1256", 1.0),
        (300, "iso-8859-6", 1.0),
        (1, "utf-8", 1.0),
        (30, "utf-8", 1.0),
        (3, "utf-16-le", 1.0),
        (3, "utf-16-be", 1.0),
        (300, "utf-16-le", 1.0),
    ],
)
def test_recognised_by_length(words: int, codec: str, least: float) -> None:
    assert right(slices(words), codec) >= least


@pytest.mark.parametrize("codec", ["windows-1256", "iso-8859-6", "utf-8", "utf-16-le", "utf-16-be"])
def test_whole_articles(codec: str) -> None:
    assert right(SEEDS, codec) == 1.0


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"\xff\xfe\0\0", "utf-32-le"),
        (b"\0\0\xfe\xff", "utf-32-be"),
    ],
)
def test_byte_order_mark_decides_and_is_not_text(mark: bytes, codec: str) -> None:
    data = mark + "قال".encode(codec)
    encoding = decide(data, complete=True)
    assert (encoding.name, encoding.certainty, encoding.why) == (codec, "sure", "byte order mark")
    assert decode(data, encoding) == "قال"


def test_mixed_latin_and_french_names_in_windows_1256() -> None:
    text = "قال François Müller من Société Générale إن “الأزمة” – كما وصفها – لم تنتهِ بعد، وأكّد ذلك العميد."
    data = text.replace("ِ", "").encode("windows-1256")
    assert decode(data, decide(data, complete=True)) == text.replace("ِ", "")


def test_full_tashkeel_in_both_code_pages() -> None:
    text = "قَالَ الوَزِيرُ إِنَّ الأَمْرَ مُهِمٌّ جِدّاً فِي هَذِهِ المَرْحَلَةِ"
    assert right([text], "windows-1256") == right([text], "iso-8859-6") == 1.0


def test_french_without_arabic_reads_as_french() -> None:
    text = "L'été dernier, le président a déclaré que ça irait où il le voulait."
    data = text.encode("cp1252")
    assert decode(data, decide(data, complete=True)) == text


OTHERS = [
    ("Министр иностранных дел заявил в понедельник, что ведутся консультации.", "cp1251"),
    ("Министр иностранных дел заявил в понедельник, что ведутся консультации.", "koi8-r"),
    ("Ο υπουργός Εξωτερικών δήλωσε σήμερα ότι υπάρχουν διαβουλεύσεις.", "cp1253"),
    ("阿尔及利亚外交部长星期一表示，若干国家正在进行磋商。", "gbk"),
    ("Für die Außenminister müssen größere Maßnahmen über die Straße führen.", "cp1252"),
    ("שר החוץ של אלגיריה אמר היום כי ישנן התייעצויות בין מספר מדינות", "cp1255"),
    ("قال وزير الخارجية الجزائري اليوم الاثنين إن هناك مشاورات بين عدة دول", "cp720"),
]


@pytest.mark.parametrize(("text", "codec"), OTHERS, ids=[codec for _, codec in OTHERS])
def test_other_encodings_are_refused_not_guessed(text: str, codec: str) -> None:
    with pytest.raises(InputError, match=r"^is in no known encoding \(perhaps .*\); convert it to UTF-8"):
        decide(text.encode(codec), complete=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "is a PNG image, not text; export its text as UTF-8"),
        (b"%PDF-1.7\nplain", "is a PDF document, not text; export its text as UTF-8"),
        (b"PK\x03\x04abc", "is a ZIP archive or an Office document, not text; export its text as UTF-8"),
        (b"\x1f\x8babc", "is gzip data, not text; export its text as UTF-8"),
        (bytes(range(8)) * 30 + bytes(99), "is a binary file, not text (NUL bytes); export its text as UTF-8"),
        (b"\0\0\0", "is a binary file, not text (NUL bytes); export its text as UTF-8"),
    ],
)
def test_binary_files_are_named(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decide(data, complete=True)
    assert str(caught.value) == message


def test_a_nul_in_a_text_is_kept() -> None:
    data = "قال\0الوزير إن".encode()
    assert decode(data, decide(data, complete=True)) == "قال\0الوزير إن"


def test_bad_byte_late_in_utf8_is_named_with_its_offset() -> None:
    data = b"\xef\xbb\xbf" + SEEDS[0].encode() + b"\xc7\xe1" + SEEDS[0].encode()
    encoding = decide(data, complete=True)
    with pytest.raises(InputError, match=rf"^bytes c7 e1 d9 82 at offset {3 + len(SEEDS[0].encode())} are not utf-8"):
        decode(data, encoding)
    with pytest.raises(InputError, match=rf"at offset {len(SEEDS[0].encode())} are not utf-8 \(most of it is UTF-8\)"):
        decode(data[3:], decide(data[3:], complete=True))


def test_a_sample_cut_inside_a_character_is_still_utf8() -> None:
    data = "قال الوزير".encode()[:-1]
    assert decide(data, complete=False).why == "valid UTF-8"
    assert decide(data, complete=True).why == "most of it is UTF-8"


def test_what_a_page_declares() -> None:
    word = "أن".encode("windows-1256")  # so short that the letters mislead
    assert decide(word, complete=True).name == "iso-8859-6"
    assert decide(word, complete=True).certainty == "unsure"
    assert decide(word, complete=True, declared="windows-1256").why == "declared as windows-1256"
    arabic = SEEDS[0].encode("windows-1256")
    assert decide(arabic, complete=True, declared="iso-8859-1").name == "windows-1256"  # a wrong declaration
    assert decide(arabic, complete=True, declared="no-such").name == "windows-1256"
    assert decide(arabic, complete=True, declared="hex").name == "windows-1256"  # a codec, but of bytes
    russian = OTHERS[0][0].encode("cp1251")
    assert decide(russian, complete=True, declared="windows-1251").name == "cp1251"


def test_the_margin_between_right_and_wrong() -> None:
    for text in SEEDS:
        assert plausibility(text) > -5
        assert plausibility(text.encode("windows-1256").decode("iso-8859-6", "replace")) < -5.9
        assert plausibility(text.encode("iso-8859-6", "ignore").decode("windows-1256")) < -7.5
    assert plausibility("") == 0.0
