"""The reading room in a real headless Chromium: what a reader does, and that the page does nothing else."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from test_report import ARTICLES, ROWS, clusters, hostile_bundle, make_bundle

from xlate.formats import FORMATS
from xlate.normalise import normalise
from xlate.report import write_page

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

if BROWSER is None and not os.environ.get("CI"):
    pytest.skip("no Chromium here; install the Debian packages that .ci/run names", allow_module_level=True)

sync_api = (
    pytest.importorskip("playwright.sync_api")
    if not os.environ.get("CI")
    else __import__("playwright.sync_api", fromlist=["sync_api"])
)


@dataclass
class Room:
    """An open page and everything it complained of or asked for."""

    page: Any
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def row(self, key: str) -> Any:
        return self.page.locator(f'[id="{key}"]')

    def shown(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "#room-articles .s", "all => all.filter(e => e.checkVisibility()).map(e => e.id)"
        )

    def current(self) -> str | None:
        return self.page.evaluate("document.querySelector('.s.cur')?.id ?? null")

    def search(self, text: str) -> list[str]:
        self.page.fill("#room-q", text)
        return self.shown()

    def downloaded(self, button: str, to: Path) -> Path:
        with self.page.expect_download() as started:
            self.page.click(button)
        path = to / started.value.suggested_filename
        started.value.save_as(path)
        return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Room]]:
    """Open a bundle's page; in the end nothing may have gone to the console or over the network."""
    rooms: list[Room] = []

    def open_room(out: Path, fragment: str = "", width: int = 1440, height: int = 900, **options: Any) -> Room:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        room = Room(page, write_page(out).as_uri())
        page.on("console", lambda message: room.complaints.append(message.text))
        page.on("pageerror", lambda error: room.complaints.append(str(error)))
        page.on("dialog", lambda dialog: room.complaints.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: room.requests.append(request.url))
        page.on("requestfailed", lambda request: room.refused.append((request.url, request.failure)))
        page.goto(room.url + fragment)
        rooms.append(room)
        return room

    yield open_room
    for room in rooms:
        room.page.context.close()
        assert room.complaints == []
        assert {url.split("#")[0] for url in room.requests if not url.startswith("blob:")} == {room.url}


@pytest.fixture
def room(visit: Callable[..., Room], tmp_path: Path) -> Room:
    return visit(make_bundle(tmp_path / "out", shared=clusters()))


ALL = [key for key, *_ in ROWS]
PROSE = [key for key in ALL if key != "a:0003"]  # what is not boilerplate


def text(locator: Any) -> str:
    """The text content on one line; unlike inner_text, also of what is not laid out because it is out of sight."""
    return " ".join(locator.text_content().split())


def background(locator: Any) -> str:
    return locator.evaluate("e => getComputedStyle(e).backgroundColor")


# reading


def test_hover_focus_and_click_light_both_sides(room: Room) -> None:
    page = room.page
    sides = [room.row("a:0001").locator(side) for side in ("> p.en", "> p.ar")]
    before = [background(side) for side in sides]
    sides[0].hover()
    lit = [background(side) for side in sides]
    assert lit[0] == lit[1] != before[1]
    assert background(room.row("b:0000").locator("> p.ar")) != lit[0]
    page.mouse.move(0, 0)
    assert [background(side) for side in sides] == before
    room.row("a:0001").locator("> a.n").focus()
    assert [background(side) for side in sides] == lit
    page.locator("#room-q").focus()
    sides[1].click()
    page.mouse.move(0, 0)
    assert [background(side) for side in sides] == lit
    assert room.current() == "a:0001"
    assert page.locator("#room-sure").inner_text() == "Confidence 0.61"


def test_columns_face_each_other_and_stack_on_a_phone(visit: Callable[..., Room], tmp_path: Path) -> None:
    long = [("a:0009", "كلمة" * 120, "word" * 150, {"flags": [("echo", "x" * 300)], "paragraph": 9})]
    out = make_bundle(tmp_path, rows=[*ROWS, *long], shared=clusters())
    for width, faces in ((1440, True), (800, True), (390, False)):
        room = visit(out, width=width)
        english, arabic = (room.row("a:0001").locator(side).bounding_box() for side in ("> p.en", "> p.ar"))
        assert (english["x"] + english["width"] <= arabic["x"]) is faces
        assert (english["y"] + english["height"] <= arabic["y"]) is not faces
        assert room.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert room.row("a:0001").locator("> p.ar").evaluate("e => getComputedStyle(e).direction") == "rtl"
        assert room.row("a:0001").locator("> p.ar").get_attribute("lang") == "ar"


def test_latin_inside_arabic_keeps_its_brackets(visit: Callable[..., Room], tmp_path: Path) -> None:
    """Without isolation the bracket after a Latin word at the end would go to the other side of the line."""
    room = visit(make_bundle(tmp_path, rows=[("a:0000", "شركة (Microsoft Corp.) في 2016", "x", {})], articles=[]))
    place = """(text) => {
        const walker = document.createTreeWalker(document.querySelector("p.ar"), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(text);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + text.length);
            return range.getBoundingClientRect().x;
        }
    }"""
    opening, latin, closing, year = (room.page.evaluate(place, t) for t in ("(", "Microsoft", ")", "2016"))
    assert opening > latin > closing > year


def test_an_override_does_not_turn_what_follows(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(make_bundle(tmp_path, rows=[("a:0000", "نص", "\u202eabc def", {})], articles=[]))
    xs = room.page.evaluate("""() => {
        const nodes = document.querySelector(".s p.en").childNodes, text = nodes[nodes.length - 1];
        return [0, 4].map(i => { const r = new Range(); r.setStart(text, i); r.setEnd(text, i + 1); return r.getBoundingClientRect().x; });
    }""")
    assert xs[0] < xs[1]
    assert room.row("a:0000").locator("p.en").evaluate("e => e.textContent") == "\u202eabc def"


def test_one_language_at_a_time(room: Room) -> None:
    page = room.page
    english, arabic = (room.row("a:0002").locator(side) for side in ("> p.en", "> p.ar"))
    for label, sees in (("English", (True, False)), ("Arabic", (False, True)), ("Both", (True, True))):
        page.get_by_text(label, exact=True).first.click()
        assert (english.is_visible(), arabic.is_visible()) == sees
    page.get_by_text("English", exact=True).first.click()
    english.click()
    assert arabic.is_visible()  # the one you are at shows its Arabic


def test_boilerplate_is_folded_away(room: Room) -> None:
    assert not room.row("a:0003").is_visible()
    room.page.get_by_text("1 line of menus, notices or forms").click()
    assert room.row("a:0003").is_visible()


def test_flags_stand_at_the_sentence_in_plain_words(room: Room) -> None:
    assert text(room.row("a:0001").locator(".m .flag")) == "Check the numbers 20 → 12"
    assert text(room.row("b:0001").locator(".m .flag")) == "Repaired"
    assert text(room.row("b:0002").locator(".m")) == "Copied"
    assert "Translated in 2 parts" in text(room.row("c:0000").locator(".m"))
    assert room.row("a:0000").locator(".m").count() == 0


def test_without_scripts_everything_is_there(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(make_bundle(tmp_path, shared=clusters()), java_script_enabled=False)
    page = room.page
    assert not page.locator("#room-bar").is_visible()
    assert "Scripts are off" in page.locator("#room-made").inner_text()
    for key in PROSE:
        assert room.row(key).locator("> p.ar").is_visible()
    link = room.row("a:0001").locator(".also a")
    link.click()
    assert page.url.endswith("#room-shared-near1")
    # the browser lays it out only once it has scrolled there
    sync_api.expect(page.locator("#room-shared-near1 .alerts")).to_have_text(
        "Numbers differ: Al-Khabar has 20; Echorouk has 25", use_inner_text=True
    )
    page.locator("#room-shared-near1 .v").nth(1).locator("h4 a").click()
    assert page.url.endswith("#b:0000")


# search and filters


def test_search_in_both_languages(room: Room) -> None:
    assert room.search("احمد") == ["a:0001", "b:0000"]
    assert room.search("AHMED killed") == ["a:0001", "b:0000"]
    assert room.search("ahmed ٢٥") == ["b:0000"]
    assert room.search('"people were"') == ["a:0001", "b:0000"]
    assert room.search('"were people"') == []
    assert room.page.locator("#room-none").is_visible()
    assert room.page.locator("#room-count").inner_text() == "0 of 7 sentences"
    room.page.click("#room-clear-too")
    assert room.shown() == PROSE


def test_what_was_found_is_in_sight_and_one_comes_back_to_where_one_was(
    visit: Callable[..., Room], tmp_path: Path
) -> None:
    room = visit(long_bundle(tmp_path))
    room.page.evaluate("location.hash = '#y é:0060'")
    room.page.wait_for_function("document.querySelector('.s.cur')?.id === 'y é:0060'")
    assert room.search('"text 5"') == [f"{a} é:{n:04d}" for a in "xyz" for n in (5, *range(50, 60))]
    assert in_view(room, "x é:0005")
    assert not room.page.locator("#room-overview").is_visible()
    room.page.keyboard.press("Escape")
    assert in_view(room, "y é:0060")
    assert not room.row("y é:0060").evaluate("e => e.hidden")
    room.page.focus("#room-q")
    assert "y é:0060" in room.search('"text 6"')
    assert in_view(room, "y é:0060")  # it is among what was found


def test_the_way_to_a_part_that_a_search_hides_ends_the_search(room: Room) -> None:
    for _ in range(2):
        assert room.search("ahmed") == ["a:0001", "b:0000"]
        room.page.get_by_role("link", name="Shared sentences").click()
        room.page.wait_for_function("document.getElementById('room-shared').checkVisibility()")
        assert room.page.input_value("#room-q") == ""
        assert room.shown() == PROSE
        room.page.evaluate("scrollTo(0, 0)")


def test_search_opens_what_is_folded_and_closes_it_again(room: Room) -> None:
    assert room.search("النشره") == ["a:0003"]
    assert room.search("") == PROSE


def test_what_was_found_is_lit(room: Room) -> None:
    room.search("ahmed احمد")
    room.page.wait_for_function("CSS.highlights.get('hit')?.size > 0")
    lit = room.page.evaluate("Array.from(CSS.highlights.get('hit'), r => r.toString())")
    assert sorted(lit) == ["Ahmed", "Ahmed", "أحمد", "أحمد"]
    room.search("")
    assert room.page.evaluate("CSS.highlights.has('hit')") is False


TRICKY = (
    "أَحْمَـــد  ٢٠١٦، «الإدارة»",
    "آل ٱلله إلى مؤسسة سئل قرءان",
    "ﷲ ﻻ ﺍﻟﻌﺮﺑﻴﺔ ﭘﮔﮫ",
    "كتاب کتاب گل ہ ھ ۀ ې ۍ",
    "۱۲۳٬۴۵۶٫۷۸ ٪ ؟ ؛ … – ―",
    "ÀÉÎ ﬁ ² Ⅷ ½ ¨ ΣΑΣ ß",
    "a\u200fb\u200cc\u00add\u0301e\u064b",
    "tab\tnew\nline\u2003em\u00a0nbsp\x85nel\x1cfs",
    "A\u0301 e\u0301 ا\u0653 \u0627\u0654",
    "\U0001d400\U0001f600 ｆｕｌｌ",
)


def test_search_folds_as_normalise_does(visit: Callable[..., Room], tmp_path: Path) -> None:
    """Each text is found by itself, by its folded form and by the folded form of its parts; and by nothing else's."""
    room = visit(
        make_bundle(tmp_path, rows=[(f"a:{n:04d}", text, "", {}) for n, text in enumerate(TRICKY)], articles=[])
    )
    for n, text in enumerate(TRICKY):
        others = [f"a:{m:04d}" for m, other in enumerate(TRICKY) if normalise(text) in normalise(other)]
        assert f"a:{n:04d}" in others
        for query in (text, normalise(text)):
            words = query.replace("«", "").replace("»", "").replace('"', "")
            assert room.search(words) == others, query
        for word in normalise(text).replace('"', " ").split():
            holders = [f"a:{m:04d}" for m, other in enumerate(TRICKY) if word in normalise(other)]
            assert room.search(word) == holders, word


def test_every_arabic_letter_folds_as_normalise_does(visit: Callable[..., Room], tmp_path: Path) -> None:
    chars = [chr(c) for c in (*range(0x621, 0x64B), *range(0x660, 0x6D4), *range(0xFE80, 0xFEFD))]
    text = "".join(f"x{c}y " for c in chars)
    room = visit(make_bundle(tmp_path, rows=[("a:0000", text, "", {}), ("a:0001", "other", "", {})], articles=[]))
    count = """queries => { const f = document.getElementById("room-q"); return queries.filter(q => {
        f.value = q;
        f.dispatchEvent(new Event("input", { bubbles: true }));
        return document.querySelector(".s").hidden;
    }); }"""
    assert room.page.evaluate(count, [f"x{normalise(c)}y" for c in chars if '"' not in normalise(c)]) == []
    assert room.page.evaluate(count, [f"x{c}y" for c in chars if '"' not in normalise(c)]) == []
    assert room.page.evaluate(count, ["xQy"]) == ["xQy"]


def test_only_what_needs_a_look(room: Room) -> None:
    room.page.check("#room-look")
    assert room.shown() == ["a:0001", "b:0001"]
    assert room.page.locator("#room-count").inner_text() == "2 of 7 sentences"
    room.page.uncheck("#room-look")
    assert room.shown() == PROSE


@pytest.mark.parametrize(
    ("field_", "value", "expected"),
    [
        ("#room-source", "Al-Khabar", ["a:0000", "a:0001", "a:0002"]),
        ("#room-source", "Echorouk", ["b:0000", "b:0001", "b:0002"]),
        ("#room-from", "2016-05-18", ["b:0000", "b:0001", "b:0002"]),
        ("#room-to", "2016-05-17", ["a:0000", "a:0001", "a:0002"]),
        ("#room-flag", "Check the numbers (1)", ["a:0001"]),
        ("#room-flag", "Repaired (1)", ["b:0001"]),
        ("#room-flag", "Not translated (1)", ["a:0003"]),
        ("#room-sharing", "in other articles too", ["a:0001", "a:0002", "b:0000", "c:0000"]),
        ("#room-sharing", "with numbers, negations or names that differ", ["a:0001", "b:0000"]),
        ("#room-sharing", "in no other article", ["a:0000", "b:0001", "b:0002"]),
    ],
)
def test_filters(room: Room, field_: str, value: str, expected: list[str]) -> None:
    page = room.page
    page.locator(".more summary").click()
    if page.locator(field_).evaluate("e => e.tagName") == "SELECT":
        page.select_option(field_, label=value)
    else:
        page.fill(field_, value)
    assert room.shown() == expected
    page.keyboard.press("Escape")  # closes the panel
    assert room.shown() == expected
    page.keyboard.press("Escape")  # shows everything
    assert room.shown() == PROSE


def test_filters_combine(room: Room) -> None:
    room.page.check("#room-look")
    assert room.search("ahmed") == ["a:0001"]
    room.page.locator(".more summary").click()
    room.page.select_option("#room-source", label="Echorouk")
    assert room.shown() == []


# keys


def test_keys(room: Room) -> None:
    page = room.page

    def press(*keys: str) -> str | None:
        for key in keys:
            page.keyboard.press(key)
        return room.current()

    assert press("j") == "a:0000"
    assert press("j", "j", "j") == "b:0000"  # over the folded line
    assert press("k") == "a:0002"
    assert press("n") == "b:0001"
    assert press("p") == "a:0001"
    assert press("]") == "b:0000"
    assert press("]", "]") == "c:0000"
    assert press("[") == "b:0000"
    assert page.evaluate("document.activeElement.closest('.s').id") == "b:0000"
    press("/")
    page.keyboard.type("jkl")
    assert page.input_value("#room-q") == "jkl"
    assert room.current() == "b:0000"
    press("Escape")
    assert page.input_value("#room-q") == ""
    press("Escape", "l")
    assert room.shown() == ["a:0001", "b:0001"]
    press("l")
    classes = [press("v") and page.evaluate("document.documentElement.className") for _ in range(3)]
    assert classes == ["only-ar", "only-en", "both"]
    press("m")
    assert page.locator("#room-count").inner_text() == "7 sentences, 1 marked"
    press("?")
    assert page.locator("#room-help").is_visible()
    page.locator("#room-keys").uncheck()
    press("Escape")
    assert not page.locator("#room-help").is_visible()
    assert press("j") == "b:0000"  # single keys are off
    assert press("Control+j") == "b:0000"


def test_the_skip_link_is_the_first_stop(room: Room) -> None:
    room.page.keyboard.press("Tab")
    assert room.page.evaluate("document.activeElement.textContent") == "Skip to the articles"


# shared sentences


def test_versions_side_by_side(room: Room) -> None:
    page = room.page
    room.row("b:0000").locator(".also a").click()
    dialog = page.locator("#room-versions")
    assert dialog.locator(".alerts").inner_text() == "Numbers differ: Al-Khabar has 20; Echorouk has 25"
    boxes = [dialog.locator(".v").nth(n).bounding_box() for n in (0, 1)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert dialog.locator("h4 a").all_inner_texts() == ["Al-Khabar", "Echorouk"]  # the earliest first
    assert dialog.locator(".ar mark.number").all_inner_texts() == ["20", "25"]
    assert dialog.locator(".en mark").all_inner_texts() == ["12", "25"]
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    room.row("b:0000").locator("> a.n").focus()
    page.keyboard.press("s")
    dialog.locator("h4 a").first.click()
    assert not dialog.is_visible()
    assert room.current() == "a:0001"


# word links

LINKED = (
    # words 0 قال, 1 أحمد, 2 إن, 3 20, 4 شخصا, 5 قتلوا.
    ("a:0000", "قال أحمد إن 20 شخصا قتلوا.", "Ahmed said 20 people were killed.", "1-0 0-1 3-2 4-3 5-4 5-5"),
    ("a:0001", "لم يذكر ذلك.", "He did not say.", None),
    ("a:0002", "طائرة و\u200fF-16 (X2)", "an F-16, حزب الله (X2)", "0-0 1-1 2-4"),
    ("a:0003", "نص آخر", "other text", "0-7"),
)


def linked_bundle(out: Path, rows: Any = LINKED) -> Path:
    return make_bundle(out, [(k, ar, en, {"alignment": a} if a else {}) for k, ar, en, a in rows], ARTICLES[:1])


def paired(room: Room) -> list[list[str]]:
    """What is lit: the English words, then the Arabic ones; a word of several pieces as these."""
    return [
        room.page.eval_on_selector_all(f".s > p.{side} .pair", "all => all.map(e => e.textContent)")
        for side in ("en", "ar")
    ]


def word(room: Room, key: str, side: str, content: str) -> Any:
    return room.row(key).locator(f"> p.{side} span").get_by_text(content, exact=True)


def test_hovering_a_word_lights_what_it_belongs_to(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    page = room.page
    assert page.locator(".s > p span").count() == 0  # not before one comes to a sentence
    english = room.row("a:0000").locator("> p.en")
    before = background(english)
    box = english.bounding_box()
    page.mouse.move(box["x"] + 15, box["y"] + box["height"] / 2)  # straight onto "Ahmed"
    assert paired(room) == [["Ahmed"], ["أحمد"]]
    assert background(english) != before  # the sentence stays lit
    assert background(word(room, "a:0000", "ar", "أحمد")) not in (background(english), "rgba(0, 0, 0, 0)")
    assert page.locator(".s > p span").count() == 12  # of this sentence only
    for side, at, lit in (
        ("en", "were", [["were"], ["قتلوا."]]),
        ("ar", "قتلوا.", [["were", "killed."], ["قتلوا."]]),
        ("ar", "20", [["20"], ["20"]]),
        ("ar", "إن", [[], ["إن"]]),
    ):
        word(room, "a:0000", side, at).hover()
        assert paired(room) == lit
    page.mouse.move(0, 0)
    assert paired(room) == [[], []]


def test_sentences_without_links_are_as_before(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    for key in ("a:0001", "a:0003"):
        for side in ("> p.en", "> p.ar"):
            room.row(key).locator(side).hover()
            room.row(key).locator(side).click()
        assert room.current() == key
        room.page.keyboard.press("ArrowRight")
        assert room.row(key).locator("> p span").count() == 0
    assert paired(room) == [[], []]
    assert "1 sentence has word links that do not fit its words" in room.page.locator("#room-made").inner_text()


def test_a_word_of_several_pieces_is_one_word(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    room.row("a:0002").locator("> p.ar").hover()
    word(room, "a:0002", "en", "F-16,").hover()
    assert paired(room) == [["F-16,"], ["و\u200f", "F-16"]]
    word(room, "a:0002", "ar", "X2").hover()
    assert paired(room) == [["(X2)"], ["(", "X2", ")"]]
    assert room.row("a:0002").locator("> p.ar > bdi[dir=ltr]").all_text_contents() == ["F-16", "X2"]
    assert room.row("a:0002").locator("> p.en > bdi[lang=ar]").all_text_contents() == ["حزب الله"]
    word(room, "a:0002", "en", "الله").hover()
    assert paired(room) == [["الله"], []]


def test_arrows_go_from_word_to_word(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    press = room.page.keyboard.press

    def pressed(*keys: str) -> list[list[str]]:
        for key in keys:
            press(key)
        return paired(room)

    assert pressed("ArrowRight") == [[], []]  # at no sentence
    assert pressed("j") == [[], []]
    assert pressed("ArrowRight") == [["Ahmed"], ["أحمد"]]
    assert room.page.locator("#room-said").text_content() == "Ahmed · أحمد"
    assert pressed("ArrowRight") == [["said"], ["قال"]]
    assert pressed("ArrowLeft", "ArrowLeft", "ArrowLeft") == [["Ahmed"], ["أحمد"]]
    # with Shift in the Arabic, first to the partner, and leftwards is forth
    assert pressed("Shift+ArrowLeft") == [["Ahmed"], ["أحمد"]]
    assert pressed("Shift+ArrowLeft") == [[], ["إن"]]
    assert pressed("Shift+ArrowLeft") == [["20"], ["20"]]
    assert pressed("ArrowRight") == [["20"], ["20"]]
    assert pressed("ArrowRight") == [["people"], ["شخصا"]]
    assert pressed("j") == [[], []]
    assert pressed("k", "ArrowLeft") == [["killed."], ["قتلوا."]]
    assert pressed("Escape") == [[], []]
    press("/")
    room.page.keyboard.type("x")
    assert pressed("ArrowLeft") == [[], []]  # the arrow is the field's
    pressed("Escape", "Escape", "v", "k")  # Arabic only: the arrows without Shift are its own
    assert room.page.evaluate("document.documentElement.className") == "only-ar"
    assert pressed("ArrowLeft") == [["said"], ["قال"]]
    press("?")
    assert "from word to word" in room.page.locator("#room-help").inner_text()
    room.page.locator("#room-keys").uncheck()
    press("Escape")
    assert pressed("ArrowLeft") == [[], []]  # keys are off


def test_a_tap_and_a_click_stay(visit: Callable[..., Room], tmp_path: Path) -> None:
    out = linked_bundle(tmp_path)
    for touch in (True, False):
        room = visit(out, has_touch=touch, width=390 if touch else 1440)
        page = room.page
        room.row("a:0000").evaluate("e => e.scrollIntoView({block: 'center'})")
        box = room.row("a:0000").locator("> p.en").bounding_box()
        go = page.touchscreen.tap if touch else page.mouse.click
        go(box["x"] + 15, box["y"] + 20)
        if not touch:
            page.mouse.move(0, 0)
        assert paired(room) == [["Ahmed"], ["أحمد"]]
        assert room.current() == "a:0000"
        if not touch:
            word(room, "a:0000", "en", "said").hover()
            assert paired(room) == [["said"], ["قال"]]
            page.mouse.move(0, 0)
            assert paired(room) == [["Ahmed"], ["أحمد"]]
        box = room.row("a:0001").locator("> p.en").bounding_box()
        go(box["x"] + 15, box["y"] + 20)
        assert paired(room) == [[], []]


def test_a_selection_outlives_coming_to_its_sentence(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    room.page.evaluate("getSelection().selectAllChildren(document.querySelector('.s > p.en'))")
    room.page.keyboard.press("j")
    room.page.keyboard.press("ArrowRight")
    assert room.page.evaluate("getSelection().toString()") == LINKED[0][2]
    assert paired(room) == [[], []]
    room.page.evaluate("getSelection().removeAllRanges()")
    room.page.keyboard.press("ArrowRight")
    assert paired(room) == [["Ahmed"], ["أحمد"]]


ODD = (
    *TRICKY,
    " leading and trailing \n",
    "\ufeffx y\ufeff z\u200b w",
    "a\x0bb\x0cc\rd\x1ce\x1df\x1eg\x1fh\x85i\u1680j\u180ek\u2028l\u2029m\u202fn\u205fo\u3000p\u200aq",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ff e\u0301 \U0001d400x",
    "و\u202eF-16\u202c\u2067نص Windows XP\u2069 (Microsoft Corp.) حزب الله. abc\u202e",
    "<b onclick=x>&amp; </p> <span class=pair>",
)


def test_wrapping_changes_no_text_and_counts_words_as_the_bitext(visit: Callable[..., Room], tmp_path: Path) -> None:
    texts = [*ODD, " ".join(ODD)]
    rows = []
    for n, own in enumerate(texts):
        size = len(own.split())
        rows.append((f"a:{n:04d}", own, own, " ".join(f"{k}-{size - 1 - k}" for k in range(size))))
    room = visit(linked_bundle(tmp_path, rows))
    everything = "all => all.map(e => [e.textContent, e.querySelectorAll('bdi').length])"
    before = room.page.eval_on_selector_all(".s > p", everything)
    assert [own for own, _ in before[::2]] == texts
    room.page.evaluate("document.querySelectorAll('.s').forEach(e => e.firstElementChild.focus())")
    assert room.page.eval_on_selector_all(".s > p", everything) == before
    assert room.page.locator(".s > p > span, .s > p > bdi > span").count() == room.page.locator(".s > p span").count()
    for n, own in enumerate(texts):
        row = room.row(f"a:{n:04d}")
        row.locator("> a.n").focus()
        words = own.split()
        for k in range(len(words)):
            room.page.keyboard.press("ArrowRight")
            lit = paired(room)
            assert ["".join(side) for side in lit] == [words[k], words[len(words) - 1 - k]], (own, k)
    assert room.page.locator("[onclick]").count() == 0


def test_marks_inside_a_sentence_survive(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    room.page.evaluate("""() => {
        const text = document.querySelector(".s > p.en").firstChild, range = new Range();
        for (const [start, end] of [[3, 8], [0, 9]]) {  // a mark in a mark, across the words' borders
            range.setStart(document.querySelector(".s > p.en").firstChild, 0);
            const mark = document.createElement("mark");
            if (end === 8) { range.setStart(text, start); range.setEnd(text, end); range.surroundContents(mark); }
            else { range.selectNodeContents(document.querySelector(".s > p.en")); mark.append(range.extractContents()); range.insertNode(mark); }
        }
    }""")
    html = room.row("a:0000").locator("> p.en").evaluate("e => e.innerHTML")
    assert html == "<mark>Ahm<mark>ed sa</mark>id 20 people were killed.</mark>"
    word(room, "a:0000", "en", "Ahm").or_(room.row("a:0000").locator("> p.en")).first.hover()
    plain = room.row("a:0000").locator("> p.en").evaluate(r"e => e.innerHTML.replace(/<\/?span[^>]*>/g, '')")
    assert plain == html
    word(room, "a:0000", "ar", "قال").hover()
    assert paired(room) == [["sa", "id"], ["قال"]]


def test_what_was_found_stays_lit_where_words_are_wrapped(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(linked_bundle(tmp_path))
    found = "Array.from(CSS.highlights.get('hit'), r => r.toString()).sort()"
    room.search('"people were" 20')
    room.page.wait_for_function("CSS.highlights.get('hit')?.size > 0")
    before = room.page.evaluate(found)
    assert before == ["20", "20", "people were"]
    word(room, "a:0000", "en", "people").or_(room.row("a:0000").locator("> p.en")).first.hover()
    assert room.row("a:0000").locator("> p.en span").count() == 6
    assert room.page.evaluate(found) == before


@pytest.mark.parametrize("name", ["tsv", "tmx"])
def test_links_are_taken_away_too(visit: Callable[..., Room], tmp_path: Path, name: str) -> None:
    out = linked_bundle(tmp_path / "out", LINKED[:3])
    room = visit(out)
    room.page.keyboard.press("j")  # wrapped or not
    path = room.downloaded(f"#room-{name}", tmp_path)
    pairs = list(FORMATS["jsonl"].read(out / "bitext.jsonl"))
    assert list(FORMATS[name].read(path)) == pairs
    FORMATS[name].write(pairs, tmp_path / "own", header={"signature": "model:tiny"})
    assert path.read_bytes() == (tmp_path / "own").read_bytes()


# addresses


def in_view(room: Room, key: str) -> bool:
    box = room.row(key).bounding_box()
    return box is not None and 0 <= box["y"] <= 900


def long_bundle(out: Path) -> Path:
    rows = [(f"{a} é:{n:04d}", f"نص {n}", f"text {n}", {"paragraph": n}) for a in "xyz" for n in range(120)]
    rows[200] = (*rows[200][:3], {"role": "boilerplate"})
    return make_bundle(out, rows, [{"id": f"{a} é", "source": a} for a in "xyz"])


def test_an_address_leads_to_its_sentence(visit: Callable[..., Room], tmp_path: Path) -> None:
    out = long_bundle(tmp_path)
    room = visit(out, "#y%20%C3%A9:0077")
    assert room.current() == "y é:0077"
    assert in_view(room, "y é:0077")
    write_page(out)  # survives a re-run
    room.page.reload()
    assert in_view(room, "y é:0077")
    room.search("text 5")
    room.page.evaluate("location.hash = '#z é:0011'")  # hidden by the search
    room.page.wait_for_function("document.querySelector('.s.cur').id === 'z é:0011'")
    assert room.page.input_value("#room-q") == ""
    assert in_view(room, "z é:0011")
    room.page.evaluate("location.hash = '#y é:0080'")  # in a fold
    room.page.wait_for_function("document.querySelector('.s.cur').id === 'y é:0080'")
    assert in_view(room, "y é:0080")
    room.page.evaluate("location.hash = '#y é:9999'")
    room.page.wait_for_function("document.getElementById('room-said').textContent.includes('is not in this page')")
    number = room.row("x é:0003").locator("> a.n")
    number.click()
    assert room.page.url.endswith("#x%20%C3%A9:0003")


# take away


def test_copy_with_citation(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(make_bundle(tmp_path), permissions=["clipboard-read", "clipboard-write"])
    room.row("a:0001").locator("> p.en").click()
    room.page.click("#room-copy")
    room.page.wait_for_function("document.getElementById('room-said').textContent === 'Copied with its citation'")
    assert room.page.evaluate("navigator.clipboard.readText()") == (
        "“Ahmed said 12 people were killed.”\n"
        "قال أحمد إن 20 شخصا قتلوا.\n"
        "— Libya: meeting in Algiers, Al-Khabar, 2016-05-17, https://example.org/a [a:0001]. "
        "Machine translation (tiny), not checked by a person.\n"
    )


def test_copy_where_the_clipboard_is_not_given(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(make_bundle(tmp_path))
    room.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    room.page.keyboard.press("j")
    room.page.keyboard.press("c")
    room.page.wait_for_function("document.getElementById('room-said').textContent.startsWith('Copied')")


def test_downloads_carry_the_quality(visit: Callable[..., Room], tmp_path: Path) -> None:
    rows = [("a:0000", "نص", "text", {"quality": 0.413}), ("a:0001", "12", "12", {"quality": None, "score": None})]
    out = make_bundle(tmp_path / "out", rows, ARTICLES[:1], quality={"mean": 0.413, "calibrated": True})
    pairs = list(FORMATS["jsonl"].read(out / "bitext.jsonl"))
    room = visit(out)
    for name in ("tsv", "tmx"):
        FORMATS[name].write(pairs, tmp_path / f"own.{name}", header={"signature": "model:tiny"})
        path = room.downloaded(f"#room-{name}", tmp_path)
        assert list(FORMATS[name].read(path)) == pairs
        assert path.read_bytes() == (tmp_path / f"own.{name}").read_bytes()


@pytest.mark.parametrize("name", ["tsv", "tmx"])
def test_downloads_read_back_as_the_bundle(visit: Callable[..., Room], tmp_path: Path, name: str) -> None:
    odd = (
        "c:0007",
        'a\tb\n"c" \\u0009 C:\\temp <&> \u2028 \x0b\r',
        "]]> <b> &amp; \U0001f600",
        {"flags": [("x", "\t1")]},
    )
    out = make_bundle(tmp_path / "out", rows=[*ROWS, odd], shared=clusters())
    pairs = {p.id: p for p in FORMATS["jsonl"].read(out / "bitext.jsonl")}
    room = visit(out)
    path = room.downloaded(f"#room-{name}", tmp_path)
    assert path.name == f"xlate-8-sentences.{name}"
    assert list(FORMATS[name].read(path)) == [pairs[key] for key in (*PROSE, "c:0007")]
    room.search("ahmed")
    assert [p.id for p in FORMATS[name].read(room.downloaded(f"#room-{name}", tmp_path))] == ["a:0001", "b:0000"]
    room.search("")
    for key in ("b:0001", "a:0002"):
        room.row(key).locator("> p.en").click()
        room.page.click("#room-mark")
    path = room.downloaded(f"#room-{name}", tmp_path)
    assert [p.id for p in FORMATS[name].read(path)] == ["a:0002", "b:0001"]


def test_print_is_two_clean_columns(room: Room) -> None:
    page = room.page
    page.set_viewport_size({"width": 690, "height": 980})  # A4 less its margins
    page.emulate_media(media="print", color_scheme="dark")
    english, arabic = (room.row("a:0001").locator(side).bounding_box() for side in ("> p.en", "> p.ar"))
    assert english["x"] + english["width"] <= arabic["x"]
    assert abs(english["width"] - arabic["width"]) < 2
    assert not page.locator("#room-bar").is_visible()
    assert background(page.locator("html")) == "rgb(255, 255, 255)"
    assert page.pdf(format="A4")[:5] == b"%PDF-"


# safety


def test_hostile_articles_do_nothing_and_lose_nothing(visit: Callable[..., Room], tmp_path: Path) -> None:
    out = hostile_bundle(tmp_path)
    room = visit(out)
    page = room.page
    rows = {r["id"]: r for r in map(json.loads, (out / "bitext.jsonl").read_text(encoding="utf-8").splitlines())}
    texts = page.eval_on_selector_all(
        "#room-articles .s", "all => all.map(e => [e.id, e.children[2].textContent, e.children[1].textContent])"
    )
    assert len(texts) == len(rows)
    for key, source, target in texts:
        assert source == rows[key]["source"]
        assert target == rows[key]["target"]
    for e in page.locator(".s > p.en").all()[:4]:
        e.click()
    page.locator(".also a").first.click()
    page.keyboard.press("Escape")
    room.search("window.hit")
    page.keyboard.press("Escape")
    for flag in page.locator("#room-flag option").all():
        page.locator("#room-flag").evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true})) }",
            flag.get_attribute("value"),
        )
    assert page.evaluate("window.hit") is None
    assert page.locator("img, iframe, body script:not([type]) ~ script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_nothing_else_can_run_or_be_reached(visit: Callable[..., Room], tmp_path: Path) -> None:
    room = visit(make_bundle(tmp_path))
    blocked = room.page.evaluate("""async () => {
        const tries = {
            script: () => { const s = document.createElement("script"); s.text = "window.hit = 1"; document.body.append(s); },
            markup: () => { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.hit = 1'>"); },
            fetch: () => fetch("https://example.invalid/"),
            image: () => new Promise((_, no) => { const i = new Image(); i.onerror = () => no(1); i.src = "https://example.invalid/x"; }),
        };
        const stopped = [];
        for (const [name, attempt] of Object.entries(tries)) {
            try { await attempt(); } catch { stopped.push(name); }
        }
        return stopped;
    }""")
    told, room.complaints[:] = len(room.complaints), []
    assert blocked == ["script", "markup", "fetch", "image"]
    assert told >= len(blocked)  # the browser tells of each
    assert room.page.evaluate("window.hit") is None
    assert room.refused == [("https://example.invalid/x", "csp")]  # fetch did not come as far
    room.requests.remove("https://example.invalid/x")


# accessibility


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_no_serious_accessibility_violation(
    visit: Callable[..., Room], tmp_path: Path, width: int, scheme: str
) -> None:
    axe = (
        pytest.importorskip("axe_playwright_python.sync_playwright")
        if not os.environ.get("CI")
        else __import__("axe_playwright_python.sync_playwright", fromlist=["Axe"])
    )
    score = {"metric": "BLEU", "value": 22.84, "signature": "nrefs:1|v:2", "n": 60, "confidence": 3.71}
    shades = [(f"c:{n:04d}", "نص", "text", {"score": -n / 9, "paragraph": n}) for n in range(1, 40)]
    first = (*ROWS[0][:3], ROWS[0][3] | {"alignment": "0-0 1-1 2-2 3-3"})
    out = make_bundle(
        tmp_path,
        [first, *ROWS[1:], *shades],
        ARTICLES,
        clusters(),
        {"corpus": [score]},
        problems=[{"path": "x", "message": "y"}],
    )
    room = visit(out, width=width, color_scheme=scheme)

    def check(what: str) -> None:
        found = axe.Axe().run(room.page).response["violations"]
        grave = [
            (v["id"], [n["html"][:120] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], what

    room.page.keyboard.press("j")
    room.page.keyboard.press("ArrowRight")
    assert paired(room) == [["Libya:"], ["ليبيا:"]]
    room.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    check("page")
    room.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = false")
    room.row("a:0001").locator(".also a").click()
    check("versions")
    room.page.keyboard.press("Escape")
    room.page.keyboard.press("?")
    check("help")
    room.page.keyboard.press("Escape")
    room.search("nothing has this")
    check("nothing found")
