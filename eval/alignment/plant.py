"""Make a corpus with known sharing: background sentences in articles, some planted a second time after an edit.

    python eval/alignment/plant.py BACKGROUND... --sentences 5000 --seed 1 -o OUT

BACKGROUND: text files, one Arabic sentence a line, or tab-separated files whose first column is Arabic (`.gz` too).
OUT/articles/*.txt has one sentence a line; OUT/truth.tsv has the columns of gold.tsv, the edit in `note`.
The same arguments give the same bytes. Nothing of a background text is ever copied into the repository.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlate.data import Article, Segment
from xlate.errors import UsageError
from xlate.share.words import forms, key

COLUMNS = ("article_a", "text_a", "article_b", "text_b", "tier", "note", "also")
SPELLING = (("ة", "ه"), ("ي", "ى"), ("أ", "ا"), ("إ", "ا"), ("ئ", "ي"), ("ض", "ظ"), ("ذ", "د"), ("ث", "ت"), ("ه", "ة"))
SCANNING = ("بتثني", "جحخ", "دذ", "رز", "سش", "صض", "طظ", "عغ", "فق", "هة", "كل", "ون")
CLAUSES = (
    "بحسب ما أفادت به مصادر مطلعة",
    "وفق بيان صدر في وقت سابق",
    "على حد قوله",
    "حسبما نقلت وسائل إعلام محلية",
    "في خطوة لم تكن متوقعة",
    "كما ورد في التقرير ذاته",
    "رغم الانتقادات المتكررة",
    "بعد أيام من الجدل",
)
OPENINGS = (
    "وجاء في تقرير مطول أن",
    "وعلق خبير مستقل بالقول إن",
    "واستعاد الكاتب عبارة مفادها أن",
    "وقرأت المذيعة على المشاهدين نصا يقول",
    "ورد النائب المعارض على من زعم أن",
)
CLOSINGS = (
    "وهو ما أثار ردودا متباينة",
    "داعيا إلى عدم التسرع",
    "قبل أن ينتقل إلى موضوع آخر",
    "من غير أن يذكر مصدره",
    "فضحك الحاضرون طويلا",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """Articles, their segments (one a sentence) and the true pairs as rows of COLUMNS."""

    articles: tuple[Article, ...]
    segments: tuple[Segment, ...]
    truth: tuple[tuple[str, ...], ...]


def background(paths: Iterable[Path], least_words: int = 7, most_words: int = 60) -> Iterator[str]:
    """Distinct Arabic sentences of the files, in their order, of a length that news has."""
    seen: set[str] = set()
    for path in paths:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = " ".join(line.split("\t")[0].split())
                tokens = forms(text)
                name = key(tokens)
                if (
                    least_words <= min(len(tokens), len(text.split()))
                    and len(tokens) <= most_words
                    and name not in seen
                ):
                    seen.add(name)
                    yield text


def spelling(text: str, rng: random.Random) -> list[str]:
    """One or two words spelled otherwise."""
    words = text.split()
    for index in rng.sample(range(len(words)), min(len(words), rng.randint(1, 2))):
        for old, new in rng.sample(SPELLING, len(SPELLING)):
            if old in words[index]:
                words[index] = words[index].replace(old, new, 1)
                break
        else:
            words[index] = words[index][:1] + words[index]
    return [" ".join(words)]


def order(text: str, rng: random.Random) -> list[str]:
    """A stretch of two to four words moved elsewhere."""
    words = text.split()
    size = rng.randint(2, max(2, min(4, len(words) - 3)))
    if len(words) <= size:  # noise before this step can have joined nearly all words
        return [" ".join(words[::-1])]
    at = rng.randrange(len(words) - size)
    moved = words[at : at + size]
    rest = words[:at] + words[at + size :]
    to = rng.choice([i for i in range(len(rest) + 1) if i != at])
    return [" ".join(rest[:to] + moved + rest[to:])]


def insert(text: str, rng: random.Random) -> list[str]:
    """A clause put in between."""
    words = text.split()
    at = rng.randint(2, len(words) - 2)
    return [" ".join([*words[:at], f"، {rng.choice(CLAUSES)}،", *words[at:]])]


def delete(text: str, rng: random.Random) -> list[str]:
    """One to three words left out."""
    words = text.split()
    size = rng.randint(1, min(3, len(words) // 5 + 1))
    at = rng.randrange(len(words) - size)
    return [" ".join(words[:at] + words[at + size :])]


def number(text: str, rng: random.Random) -> list[str]:
    """Every number changed; where there is none, one is put in."""
    if re.search(r"\d", text):
        return [re.sub(r"\d+", lambda m: str(int(m.group()) + rng.randint(1, 40)), text)]
    words = text.split()
    at = rng.randint(1, len(words) - 1)
    return [" ".join([*words[:at], str(rng.randint(3, 900)), *words[at:]])]


def scanned(text: str, rng: random.Random) -> list[str]:
    """Noise as of text recognition: letters mistaken for look-alikes, spaces lost or split (about one word in five)."""
    out = []
    for char in text:
        draw = rng.random()
        group = next((g for g in SCANNING if char in g), "")
        if group and draw < 0.04:
            out.append(rng.choice([c for c in group if c != char]))
        elif char == " " and draw < 0.04:
            continue
        elif draw > 0.993 and char != " ":
            out.append(char + " ")
        else:
            out.append(char)
    return ["".join(out)]


def reworded(text: str, rng: random.Random) -> list[str]:
    """One word in eight replaced by a word of another kind."""
    words = text.split()
    for index in rng.sample(range(len(words)), max(1, len(words) // 8)):
        words[index] = rng.choice(("حاليا", "تقريبا", "مجددا", "المذكور", "لاحقا", "العام", "الجديد", "كذلك"))
    return [" ".join(words)]


def attributed(text: str, rng: random.Random) -> list[str]:
    """The same after another opening."""
    return [f"{rng.choice(('وأوضح المصدر أن', 'وقال المتحدث إن', 'وتابع قائلا إن', 'وأكد المسؤول أن'))} {text}"]


def split(text: str, rng: random.Random) -> list[str]:
    """Two sentences made of one."""
    words = text.split()
    at = len(words) // 2 + rng.randint(-1, 1)
    return [" ".join(words[:at]) + ".", " ".join(words[at:])]


NEAR: dict[str, Callable[[str, random.Random], list[str]]] = {
    "spelling": spelling,
    "order": order,
    "insert": insert,
    "delete": delete,
    "number": number,
    "scanned": scanned,
    "reworded": reworded,
    "attributed": attributed,
}
EDITS = (*NEAR, "scanned+order", "insert+number", "verbatim", "spaces", "split", "merge", "quotation")


def plant(sentences: Sequence[str], seed: int = 1, share: float = 0.3, per_article: int = 12) -> Planted:
    """Plant an edited copy of about `share` of the sentences, the edits in turn; copies go to other articles.

    Raises UsageError where `share` is not above 0, or leaves too few sentences without a copy to merge others with.
    """
    if not 0 < share < float("inf"):
        raise UsageError(f"--share {share:g}: must be a number above 0")
    rng = random.Random(seed)
    pool = list(sentences)
    rng.shuffle(pool)
    count = int(len(pool) * share / (1 + share))
    originals, rest = pool[:count], pool[count:]
    copies: list[tuple[list[str], list[tuple[int, int, str]], str]] = []
    merges = sum(EDITS[index % len(EDITS)] == "merge" for index in range(count))
    if merges > min(len(rest), count // 4):
        raise UsageError(
            f"--share {share:g}: of {len(pool)} sentences {len(rest)} stay without a copy, too few to merge {merges} others "
            "with; give a smaller share or more sentences"
        )
    spare = iter(rest[: count // 4])
    rest = rest[count // 4 :]
    for index, text in enumerate(originals):
        copies.append(_edited(text, EDITS[index % len(EDITS)], rng, spare))
    # an article holds originals and unrelated sentences, or copies and unrelated sentences, never both of a pair
    units = [([text], index, 0) for index, text in enumerate(originals)]
    units += [(copy[0], index, 1) for index, copy in enumerate(copies)]
    units += [([text], -1, rng.randint(0, 1)) for text in rest]
    rng.shuffle(units)
    articles: list[Article] = []
    segments: list[Segment] = []
    placed: dict[tuple[int, int, int], Segment] = {}
    for side in (0, 1):
        mine = [u for u in units if u[2] == side]
        for start in range(0, len(mine), per_article):
            name = f"{'ab'[side]}{len(articles):06d}"
            text, offset = [], 0
            index = 0
            for texts, origin, _ in mine[start : start + per_article]:
                for part, sentence in enumerate(texts):
                    segment = Segment(f"{name}#{index}", name, index, index, offset, offset + len(sentence), sentence)
                    segments.append(segment)
                    placed[origin, side, part] = segment
                    text.append(sentence)
                    offset += len(sentence) + 1
                    index += 1
            articles.append(Article(id=name, title=None, text="\n".join(text)))
    truth = []
    for index, (_, pairs, note) in enumerate(copies):
        for part_a, part_b, tier in pairs:
            a, b = placed[index, 0, part_a], placed[index, 1, part_b]
            also = {"attributed": "contained", "delete": "contained"}.get(note, "")
            if note == "quotation":
                also = "contained"
            elif tier == "near-duplicate" and key(forms(a.text)) == key(forms(b.text)):
                tier = "verbatim"  # a spelling that folds away is no edit
            truth.append((a.article, a.text, b.article, b.text, tier, note, also))
    return Planted(tuple(articles), tuple(segments), tuple(truth))


def _edited(
    text: str, edit: str, rng: random.Random, spare: Iterator[str]
) -> tuple[list[str], list[tuple[int, int, str]], str]:
    """The copy's sentences, the true pairs (part of the original, part of the copy, tier), and the edit's name."""
    words = text.split()
    if (edit == "split" and len(words) < 14) or (edit == "quotation" and len(words) < 16):
        edit = "insert"
    if edit == "verbatim":
        return [text], [(0, 0, "verbatim")], edit
    if edit == "spaces":
        at = rng.randrange(len(words) - 1)
        return [" ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])], [(0, 0, "verbatim")], edit
    if edit == "split":
        return split(text, rng), [(0, 0, "contained"), (0, 1, "contained")], edit
    if edit == "merge":
        other = next(spare)
        joined = f"{text.rstrip('.')} و{other}" if rng.random() < 0.5 else f"{other.rstrip('.')}، {text}"
        return [joined], [(0, 0, "contained")], edit
    if edit == "quotation":
        before, after = rng.choice(OPENINGS), rng.choice(CLOSINGS)
        at = rng.randint(0, len(words) - 11)
        return [f'{before} "{" ".join(words[at : at + 11])}"، {after}'], [(0, 0, "quotation")], edit
    for step in edit.split("+"):
        text = NEAR[step](text, rng)[0]
    return [text], [(0, 0, "near-duplicate")], edit


def write(planted: Planted, out: Path) -> None:
    """Write OUT/articles/*.txt and OUT/truth.tsv."""
    (out / "articles").mkdir(parents=True, exist_ok=True)
    for article in planted.articles:
        (out / "articles" / f"{article.id}.txt").write_text(article.text + "\n", encoding="utf-8")
    with open(out / "truth.tsv", "w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(planted.truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("background", nargs="+", type=Path)
    parser.add_argument("--sentences", type=int, default=5000, help="background sentences to use")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.3, help="planted copies for each background sentence")
    parser.add_argument("-o", "--out", type=Path, required=True)
    options = parser.parse_args()
    pool = list(background(options.background))
    random.Random(options.seed).shuffle(pool)
    try:
        planted = plant(pool[: options.sentences], options.seed, options.share)
    except UsageError as error:
        raise SystemExit(f"plant.py: {error}") from None
    write(planted, options.out)
    print(f"{len(planted.articles)} articles, {len(planted.segments)} sentences, {len(planted.truth)} true pairs")


if __name__ == "__main__":
    main()
