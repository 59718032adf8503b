"""The registry, addresses that are not in it, language codes, and the commands that show them."""

from __future__ import annotations

import io
import json
import sys
from urllib.parse import urlsplit

import pytest
from conftest import xlate

from xlate.errors import ModelError, UsageError
from xlate.package.languages import bcp47, codes, pair_in
from xlate.package.registry import locate, mirrored, read_registry

PACKAGES = read_registry()
HOST = "https://object.pouta.csc.fi"


@pytest.mark.parametrize("name", PACKAGES)
def test_each_entry_is_whole_and_honest(name):
    package = PACKAGES[name]
    assert package.source
    assert package.target
    assert package.licence in ("CC-BY-4.0", "Apache-2.0")
    assert package.marian or package.huggingface
    if package.marian:
        assert package.marian.startswith((f"{HOST}/OPUS-MT-models/", f"{HOST}/Tatoeba-MT-models/"))
        assert package.release in package.marian
        pair = urlsplit(package.marian).path.split("/")[2]
        assert "+" in pair or any(code.startswith(pair_in(pair)[0][0]) for code in package.source)
    assert not package.huggingface or package.huggingface.startswith("Helsinki-NLP/opus-mt-")
    assert package.scores
    for score in package.scores:
        assert set(score) <= {"set", "bleu", "chrf"}
        assert all(0 <= score[key] <= 100 for key in ("bleu", "chrf") if key in score)
    # nothing of this was compared with the servers: no entry may claim it was, or carry a digest
    assert not package.checked
    assert not package.sha256
    assert all(code == bcp47(code) for code in package.source + package.target)


def test_the_registry_holds_what_a_newsroom_of_the_region_needs():
    assert list(PACKAGES)[:2] == ["opus-mt-ar-en", "opus-mt-tc-big-ar-en"]
    from_arabic = [p for p in PACKAGES.values() if "ar" in p.source]
    assert len(from_arabic) >= 5
    assert [p for p in PACKAGES.values() if p.source == ("en",) and "ar" in p.target]
    others = {p.source[0] for p in PACKAGES.values() if p.target == ("en",)} - {"ar"}
    assert len(others) >= 12
    assert {"fa", "he", "tr", "ur", "fr", "es", "ru", "zh", "so", "am", "sw", "kmr"} <= others


@pytest.mark.parametrize(
    ("text", "name", "kind", "url", "pair"),
    [
        ("opus-mt-ar-en", "opus-mt-ar-en", "marian", f"{HOST}/OPUS-MT-models/ar-en/opus-2019-12-18.zip", ("ar", "en")),
        ("OPUS-MT-models/ar-en/opus-2019-12-18.zip", "opus-mt-ar-en", "marian", None, ("ar", "en")),
        ("ar-en/opus-2019-12-18.zip", "opus-mt-ar-en", "marian", None, ("ar", "en")),
        ("fi-en/opus-2020-02-26.zip", "fi-en-opus-2020-02-26", "marian",
         f"{HOST}/OPUS-MT-models/fi-en/opus-2020-02-26.zip",
         ("fi", "en")),
        ("fin-eng/opus+bt-2021-04-30.zip", "fin-eng-opus+bt-2021-04-30", "marian",
         f"{HOST}/Tatoeba-MT-models/fin-eng/opus+bt-2021-04-30.zip", ("fi", "en")),
        ("https://example.org/models/my-ar-en.zip", "my-ar-en", "marian", "https://example.org/models/my-ar-en.zip",
         ("ar", "en")),
        ("Helsinki-NLP/opus-mt-fi-en", "opus-mt-fi-en", "huggingface", None, ("fi", "en")),
        ("Helsinki-NLP/opus-mt-tr-en", "opus-mt-tr-en", "huggingface", None, ("tr", "en")),
    ],
)  # fmt: skip
def test_names_addresses_and_repositories_are_located(text, name, kind, url, pair):
    package = locate(text)
    assert (package.name, package.kind) == (name, kind)
    assert (package.source[0], package.target[0]) == pair
    if url:
        assert package.marian == url


def test_the_other_origin_can_be_asked_for():
    assert locate("opus-mt-ar-en", "huggingface").kind == "huggingface"
    assert locate("opus-mt-ar-en", "marian").huggingface == ""
    with pytest.raises(UsageError, match="opus-mt-es-en: has no marian package"):
        locate("opus-mt-es-en", "marian")


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("opus-mt-ar-em", ModelError, "no package named opus-mt-ar-em; did you mean opus-mt-ar-en"),
        ("?", ModelError, "no package named ?"),
        ("ftp://example.org/x.zip", UsageError, "not the address of a zip over http or https"),
        ("https://example.org/x.tar", UsageError, "not the address of a zip"),
    ],
)
def test_what_cannot_be_located_is_told(text, error, says):
    with pytest.raises(error) as caught:
        locate(text)
    assert says in str(caught.value)


def test_a_mirror_takes_the_place_of_the_host():
    assert mirrored(f"{HOST}/a/b.zip", None) == f"{HOST}/a/b.zip"
    assert mirrored(f"{HOST}/a/b.zip", "http://mirror.local:8000/opus/") == "http://mirror.local:8000/opus/a/b.zip"
    with pytest.raises(UsageError, match="--mirror nowhere: not an http or https address"):
        mirrored(HOST, "nowhere")


@pytest.mark.parametrize(
    ("text", "shape", "says"),
    [
        ("[packages.x]\nsource = ['ar']\ntarget = ['en']\nurl = 'x'\n", 0, "x has an unknown key 'url'"),
        ("[packages", 0, "cannot be read"),
        (None, 0, "missing; install xlate again, or pull by address"),
    ],
)
def test_a_broken_registry_is_told(tmp_path, monkeypatch, text, shape, says):
    if text:
        (tmp_path / "registry.toml").write_text(text)
    monkeypatch.setattr("xlate.package.registry.registry_path", lambda: tmp_path / "registry.toml")
    with pytest.raises(ModelError, match=says):
        read_registry()


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ara", "ar"), ("ar", "ar"), ("apc_Latn", "apc-Latn"), ("cmn_Hans", "zh-Hans"), ("arz", "arz"), ("swh", "sw")],
)
def test_codes_become_bcp47(code, expected):
    assert bcp47(code) == expected


def test_lists_and_pairs_of_codes():
    assert codes(" acm afb ara ara_Latn, ar >>eng<<") == ("acm", "afb", "ar", "ar-Latn")
    assert pair_in("opus-mt-tc-big-ar-en") == (("ar",), ("en",))
    assert pair_in("toy-ara-eng") == (("ar",), ("en",))
    assert pair_in("opus-2019-12-18") is None
    assert pair_in("opusTCv20210807+bt_transformer-big_2022-03-09") is None


def test_list_shows_what_is_at_hand_and_what_can_be_had():
    ran = xlate("model", "list")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["NAME", "LANGUAGES", "SIZE", "LICENCE", "SCORE", "STATE"]
    assert lines[1].startswith("ar-en-starter ")
    assert lines[1].endswith("embedded")
    big = next(line for line in lines if line.startswith("opus-mt-tc-big-ar-en "))
    assert "ar,acm+5 → en" in big
    assert "BLEU 42.8 chrF 67.2 on flores200-devtest" in big
    rows = json.loads(xlate("model", "list", "--json", "--source", "fa").out)
    assert [row["name"] for row in rows] == ["tatoeba-fas-eng-2021-02-23"]


def test_info_tells_of_an_installed_model_and_of_a_package():
    out = xlate("model", "info", "ar-en-starter").out
    assert "state            embedded\n" in out
    assert "licence          MPL-2.0\n" in out
    row = json.loads(xlate("model", "info", "ar-en-starter", "--json").out)
    assert len(row["digest"]) == 64
    out = xlate("model", "info", "opus-mt-ar-en").out
    assert "checked          no: not compared with the server\n" in out
    assert "scores           BLEU 33.9 on flores101-devtest; BLEU 49.4 chrF 66.1 on Tatoeba.ar.en\n" in out
    ran = xlate("model", "info", "opus-mt-ar-em")
    assert (ran.code, "did you mean opus-mt-ar-en" in ran.err) == (2, True)


def test_a_broken_model_does_not_hide_the_others(tmp_path, monkeypatch):
    monkeypatch.setenv("XLATE_MODELS", str(tmp_path))
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "model.json").write_text("{")
    ran = xlate("model", "list")
    assert ran.code == 0
    assert "broken (xlate model doctor)" in ran.out
    assert "ar-en-starter" in ran.out
    assert xlate("model", "info", "torn").code == 2
    ran = xlate("model", "doctor", "torn")
    assert ran.code == 1
    assert ran.out.startswith("fail  model.json  ")


def test_usage_errors_of_pull():
    ran = xlate("model", "pull", "opus-mt-ar-en", "opus-mt-tr-en", "--name", "x")
    assert (ran.code, ran.err) == (2, "xlate: --name and --sha256 are for one package; pull the others separately\n")


def test_a_progress_bar_tells_speed_and_time_left_to_a_person_only(monkeypatch):
    from xlate.cli import modelview

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    clock = iter((0.0, 10.0, 10.1, 20.0))
    monkeypatch.setattr(modelview.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    show = modelview.progress(False)("opus.zip")
    for done in (2_000_000, 2_500_000, 10_000_000):
        show(done, 10_000_000)
    shown = screen.getvalue().replace("\r\033[K", "|")
    assert shown == (
        "|opus.zip 2.0 of 10.0 MB   20%  0:00 left  0.0 MB/s|opus.zip 10.0 of 10.0 MB  100%  0:00 left  0.4 MB/s\n"
    )
    screen.truncate(0)
    modelview.progress(True)("x")(1, 2)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    modelview.progress(False)("x")(1, 2)
    assert (screen.getvalue().strip("\0"), sys.stderr.getvalue()) == ("", "")
