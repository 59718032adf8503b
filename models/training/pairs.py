"""Training pairs: the table of sources, cleaning, filtering, and the prepared files that every later step reads.

Needs the standard library alone.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
if str(ROOT) not in sys.path:  # the training environment need not have xlate installed
    sys.path.insert(0, str(ROOT))

from xlate.errors import InputError  # noqa: E402
from xlate.files import replacing  # noqa: E402

SOURCES = HERE / "sources.toml"
SUFFIX = ".tsv.gz"
MAX_AR, MAX_EN = 700, 800  # characters; longer lines are paragraphs

_MARKS = [*range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6DD), *range(0x6DF, 0x6E9)]
_MARKS += range(0x6EA, 0x6EE)
# tashkeel, tatweel, zero-width and bidi controls, byte order mark
INVISIBLE = re.compile("[" + "".join(map(chr, _MARKS)) + "\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")
_ARABIC = re.compile("[\u0621-\u064a]")
_LATIN = re.compile("[A-Za-z]")
_ENGLISH = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "…": "..."})


@dataclass(frozen=True, slots=True)
class Source:
    """One source of pairs: `weight` copies an epoch (0 leaves it out), the licence as stated, where it comes from."""

    name: str
    weight: float
    licence: str
    origin: str


def load_sources(path: Path = SOURCES) -> dict[str, Source]:
    """The sources by name. Raises InputError where a table lacks a field or has an unknown one."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; it gives weight, licence and origin of each source") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not TOML ({error})") from error
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or set(table) != {"weight", "licence", "origin"}:
            raise InputError(f"{path}: [{name}] must have weight, licence and origin, and nothing else")
        weight, licence, origin = table["weight"], table["licence"], table["origin"]
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 100:
            raise InputError(f"{path}: [{name}] weight must be a number of copies from 0 to 100")
        if not all(isinstance(text, str) and text.strip() for text in (licence, origin)):
            raise InputError(f"{path}: [{name}] licence and origin must say something")
        found[name] = Source(name, float(weight), licence, origin)
    return found


def clean_arabic(text: str) -> str:
    """NFC without tashkeel, tatweel and invisible marks, ASCII digits, single spaces: what source.spm does as well."""
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(DIGITS).split())


def clean_english(text: str) -> str:
    """Plain quotation marks, dashes and dots, single spaces: the forms the parent's vocabulary knows best."""
    return " ".join(text.translate(_ENGLISH).split())


def rejection(arabic: str, english: str) -> str | None:
    """Why a cleaned pair is no good for training, in one or two words; None if it is good."""
    arabic_letters, english_letters = len(_ARABIC.findall(arabic)), len(_LATIN.findall(english))
    if arabic_letters < 2 or english_letters < 2:
        return "no letters"
    if _ARABIC.search(english):
        return "Arabic in English"
    if len(arabic) > MAX_AR or len(english) > MAX_EN:
        return "too long"
    if arabic_letters < 0.6 * sum(c.isalpha() for c in arabic):
        return "Arabic side foreign"
    if english_letters < 0.9 * sum(c.isalpha() for c in english):
        return "English side foreign"
    if not 0.4 <= (len(english) + 8) / (len(arabic) + 8) <= 3.2:
        return "length ratio"
    return None


def pair_key(arabic: str, english: str) -> bytes:
    """Digest that is equal for pairs that differ only in case, spaces and punctuation."""
    letters = "\t".join(re.sub(r"\W+", "", side.lower()) for side in (arabic, english))
    return hashlib.blake2b(letters.encode(), digest_size=8).digest()


def lines_of(path: Path) -> Iterator[str]:
    """Lines of a UTF-8 file, gzipped or not, without their ends. Raises InputError that names the file."""
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as handle:
            for line in handle:
                yield line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}); convert it first") from error
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def source_files(folders: Iterable[Path], sources: dict[str, Source]) -> list[tuple[Source, Path]]:
    """Files of the folders with their table, sorted by name. Raises InputError for a file that has no table, for a
    source that lies in two folders, and for a folder without any."""
    files: dict[str, Path] = {}
    for folder in folders:
        here = sorted(folder.glob("*" + SUFFIX))
        if not here:
            raise InputError(f"{folder}: no *{SUFFIX} in it; give the folder that holds the bitext")
        for path in here:
            name = path.name.removesuffix(SUFFIX)
            if name not in sources:
                raise InputError(f"{path}: no [{name}] in sources.toml; add its weight, licence and origin")
            if name in files:
                raise InputError(f"{path}: {name} lies in {files[name].parent} as well; rename one")
            files[name] = path
    return [(sources[name], path) for name, path in sorted(files.items())]


def filtered(path: Path, seen: set[bytes], counts: Counter[str]) -> Iterator[tuple[str, str]]:
    """Clean pairs of one raw file that no filter rejects and that `seen` does not hold; `counts` gets the losses."""
    for line in lines_of(path):
        sides = line.split("\t")
        if len(sides) != 2:
            counts["not two fields"] += 1
            continue
        arabic, english = clean_arabic(sides[0]), clean_english(sides[1])
        if reason := rejection(arabic, english):
            counts[reason] += 1
            continue
        key = pair_key(arabic, english)
        if key in seen:
            counts["seen before"] += 1
            continue
        seen.add(key)
        yield arabic, english


@contextmanager
def writing(path: Path) -> Iterator[Callable[[str, str], None]]:
    """What writes a pair to a gzipped file, which is there whole or not at all; equal pairs give equal bytes."""
    with replacing(path, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:

        def write(arabic: str, english: str) -> None:
            out.write(f"{arabic}\t{english}\n".encode())

        yield write


def prepared(folder: Path, sources: dict[str, Source]) -> Iterator[tuple[Source, list[tuple[str, str]]]]:
    """Source and pairs of each file that `prepare.py` wrote, by name."""
    for source, path in source_files([folder], sources):
        pairs = [line.split("\t") for line in lines_of(path)]
        if any(len(pair) != 2 for pair in pairs):
            raise InputError(f"{path}: a line is not Arabic<TAB>English; run prepare.py again")
        yield source, [(pair[0], pair[1]) for pair in pairs]
