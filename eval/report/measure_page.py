"""How large and how quick the reading room is at a given number of segments, in the browser's own timing.

    python eval/report/measure_page.py --segments 5000

Makes a bundle from the seed articles and their references, repeated and varied, writes its page, opens it in a headless
Chromium and prints: the file's size; milliseconds until the page answers (navigation start to the end of the script, and
to the end of the load); what the first search costs (it may have to fold the text) and the median and worst of further
searches, from the first line of the handler to the end of the layout.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from xlate.data import Article
from xlate.lines import to_json
from xlate.report import write_page
from xlate.segment import segment

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUERIES = ["libya", "ليبيا", "الجزاير", "security", "e", "2016", '"the U.S."', "مصر تونس", "zzz", "ا"]


def main() -> None:
    """Make, open, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--segments", type=int, default=5000)
    parser.add_argument("--browser", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        make(out, options.segments)
        began = time.perf_counter()
        page = write_page(out)
        print(f"segments        {options.segments}")
        print(f"page written in {time.perf_counter() - began:.2f} s, {page.stat().st_size / 1e6:.2f} MB")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=options.browser, args=FLAGS)
            measure(browser.new_page(viewport={"width": 1440, "height": 1000}), page)
            browser.close()


def make(out: Path, wanted: int) -> None:
    """A bundle of `wanted` segments: the seeds again and again, a number in each sentence changed, half of them shared."""
    references = {}
    for path in sorted((ROOT / "eval/references").glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            key, _, text = line.partition("\t")
            references[key] = text
    base = []
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        base += [s for s in segment(Article(path.stem, None, path.read_text(encoding="utf-8"))) if s.id in references]
    rows, articles, clusters = [], [], []
    for n in range(wanted):
        round_, place = divmod(n, len(base))
        s = base[place]
        article = f"{s.article}-{round_}"
        if not articles or articles[-1]["id"] != article:
            articles.append(
                {"id": article, "source": f"Paper {round_ % 7}", "published": f"2016-05-{1 + round_ % 28:02d}"}
            )
        rows.append(
            {
                "id": f"{article}:{s.index:04d}",
                "article": article,
                "index": s.index,
                "paragraph": s.paragraph,
                "start": s.start,
                "end": s.end,
                "role": s.role,
                "source": f"{s.text} {n}",
                "target": f"{references[s.id]} {n}",
                "score": -(n % 97) / 60,
                "flags": [{"kind": "numbers", "evidence": f"{n} missing"}] if n % 11 == 0 else [],
                "origin": "retry beam_size=1" if n % 50 == 0 else "model",
                "alignment": diagonal(f"{s.text} {n}", f"{references[s.id]} {n}"),
            }
        )
    for n in range(0, wanted - len(base), 2):
        pair = [rows[n], rows[n + len(base)]]
        members = [
            {"segment": r["id"], "text": r["source"]} | {k: r[k] for k in ("article", "start", "end")} for r in pair
        ]
        clusters.append({"id": f"c{n:05d}", "tier": "near-duplicate", "score": 0.9, "members": members, "evidence": {}})
    for name, lines in (("bitext.jsonl", rows), ("shared.jsonl", clusters)):
        (out / name).write_text("".join(to_json(line) + "\n" for line in lines), encoding="utf-8")
    (out / "run.json").write_text(json.dumps({"articles": articles, "signature": "measure"}), encoding="utf-8")


def diagonal(source: str, target: str) -> str:
    """A link for each target word, as the model's attention gives them; each third word goes before its neighbour."""
    words, limit = len(source.split()), len(target.split())
    order = [j + (j % 3 == 0) - (j % 3 == 1) for j in range(limit)]
    return " ".join(f"{min(k, limit - 1) * words // limit}-{j}" for j, k in enumerate(order))


def measure(page: Page, path: Path) -> None:
    """Print the times of one fresh load and of searches in it."""
    page.goto(path.as_uri())
    ready = page.evaluate("performance.getEntriesByName('room-ready')[0].startTime")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    print(f"interactive     {ready:.0f} ms (end of the script), {loaded:.0f} ms (end of the load)")
    first = search(page, "ليبيا")
    print(f"first search    {first:.0f} ms")
    times = [search(page, query) for query in QUERIES * 3]
    print(f"further ones    median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms, of {len(times)}")
    page.evaluate("document.getElementById('room-q').value = ''")
    began = page.evaluate("performance.now()")
    page.keyboard.press("l")
    print(f"only what needs a look: {page.evaluate('performance.now()') - began:.0f} ms with the key's round trip")


def search(page: Page, query: str) -> float:
    """Milliseconds of one search, the layout included."""
    script = """query => {
        performance.clearMeasures("room-search");
        const field = document.getElementById("room-q");
        field.value = query;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return performance.getEntriesByName("room-search")[0].duration;
    }"""
    found: float = page.evaluate(script, query)
    return found


if __name__ == "__main__":
    main()
