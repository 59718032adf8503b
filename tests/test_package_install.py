"""Pull and convert: the toy package of tests/toy-model from a real server to a model that translates."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy
import pytest
from conftest import STARTER, xlate
from package_server import serving

from xlate.errors import ModelError, OutputError, UsageError
from xlate.manifest import installed, read_manifest, verify, write_manifest
from xlate.model import Engine
from xlate.package.adopt import adopt
from xlate.package.convert import Recipe, convert
from xlate.package.download import Line
from xlate.package.install import Options, install_local, pull
from xlate.package.registry import locate

TOY = Path(__file__).parent / "toy-model" / "toy-ar-en.zip"
DIGEST = hashlib.sha256(TOY.read_bytes()).hexdigest()
PLACE = "/OPUS-MT-models/ar-en/toy-2026-11-22.zip"
QUICK = ("--timeout", "0.5", "--retries", "3", "--no-speed", "--quiet")


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("XLATE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def site():
    with serving() as server:
        server.files[PLACE] = TOY.read_bytes()
        yield server


@pytest.fixture
def toy(tmp_path):
    """The toy package as a folder."""
    with zipfile.ZipFile(TOY) as archive:
        archive.extractall(tmp_path / "toy-ar-en")
    return tmp_path / "toy-ar-en"


def names(folder):
    """All that lies there, but for locks."""
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock"))


def test_pull_by_address_gives_a_model_that_translates(models, site):
    ran = xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--sha256", DIGEST, *QUICK)
    assert (ran.code, ran.out) == (0, f"ar-en-toy-2026-11-22: {models}/ar-en-toy-2026-11-22\n")
    assert names(models) == ["ar-en-toy-2026-11-22"]
    manifest = read_manifest(models / "ar-en-toy-2026-11-22")
    assert (manifest.source, manifest.target, manifest.licence) == (("ar",), ("en",), "CC0-1.0")
    assert manifest.origin["url"] == "https://object.pouta.csc.fi" + PLACE
    assert manifest.origin["mirror"] == site.url + PLACE
    assert manifest.origin["sha256"] == DIGEST
    assert re.fullmatch(r"ctranslate2 \S+ OpusMTConverter", manifest.origin["converter"])
    assert (manifest.source_eos, manifest.position_limit, manifest.attention) == (False, 512, {"usable": False})
    engine = Engine(models / "ar-en-toy-2026-11-22")
    found = dict(pair for batch in engine.decode(["أين المستشفى؟", "صباح الخير 😀"]) for pair in batch)
    assert [found[index].text for index in (0, 1)] == ["Where is the hospital?", "Good morning 😀"]


def test_pull_survives_a_bad_line_and_reports_the_checks(models, site, monkeypatch):
    monkeypatch.setattr("xlate.package.download.Line", partial(Line, backoff=0.01))
    site.faults[PLACE] = ["drop", 503, "stall"]
    ran = xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", "--timeout", "0.5", "--no-speed")
    assert ran.code == 0
    assert "pass  golden ar " in ran.err
    assert "pass  int8 against float32" in ran.err
    assert names(models) == ["toy"]
    assert sum(wanted is not None for _, wanted in site.seen) >= 2


@pytest.mark.parametrize(
    ("faults", "options", "code", "message"),
    [
        ([404], [], 2, "not found (404); check the name (xlate model list)"),
        ([500] * 9, ["--retries", "1"], 2, "gave up after 2 tries (the server says 500)"),
        ([], ["--sha256", "0" * 64], 2, f"SHA-256 is {DIGEST}, not {'0' * 64}; nothing was installed"),
        ([], ["--sha256", "beef"], 2, "--sha256 beef: not a SHA-256, which has 64 hexadecimal digits"),
        ([], ["--quantization", "int3"], 2, "--quantization int3: choose from int8, int8_float32"),
        ([], ["--from", "floppy"], 2, "--from floppy: choose from marian, huggingface"),
    ],
)
def test_a_failed_pull_is_one_line_and_installs_nothing(models, site, faults, options, code, message):
    site.faults[PLACE] = faults
    ran = xlate("model", "pull", PLACE[1:], "--mirror", site.url, *QUICK, *options)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("xlate: ")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert installed().keys() <= {"ar-en-starter"}


def test_offline_is_one_line(models):
    ran = xlate("model", "pull", "opus-mt-ar-en", "--mirror", "http://127.0.0.1:9", "--retries", 0)
    assert ran.code == 2
    assert "offline? Bring the package's zip and run: xlate model convert FILE.zip" in ran.err


def test_a_login_page_instead_of_a_zip_is_not_kept(models, site):
    site.files[PLACE] = b"<html>Welcome to our network</html>"
    ran = xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK)
    assert ran.code == 2
    assert "not a sound zip" in ran.err
    site.files[PLACE] = TOY.read_bytes()
    assert xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK).code == 0


def test_a_zip_with_damaged_data_is_told_and_fetched_anew(models, site, tmp_path):
    raw = bytearray(TOY.read_bytes())
    with zipfile.ZipFile(TOY) as archive:
        member = archive.getinfo("source.spm")
    middle = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
    raw[middle : middle + 40] = b"\xff" * 40
    (tmp_path / "broken.zip").write_bytes(raw)
    with zipfile.ZipFile(tmp_path / "broken.zip") as archive, pytest.raises(zlib.error):
        archive.read("source.spm")
    ran = xlate("model", "convert", tmp_path / "broken.zip", "--no-speed")
    assert (ran.code, ran.err.count("\n"), "broken.zip: not a sound zip" in ran.err) == (2, 1, True)
    ran = xlate("model", "doctor", tmp_path / "broken.zip")
    assert (ran.code, "not a sound zip" in ran.out) == (1, True)
    site.files[PLACE] = bytes(raw)
    command = ("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK)
    ran = xlate(*command)
    assert (ran.code, "not a sound zip" in ran.err) == (2, True)
    site.files[PLACE] = TOY.read_bytes()
    assert xlate(*command).code == 0
    assert names(models) == ["toy"]


def test_pulled_again_it_says_so_and_force_replaces(models, site):
    package, options = locate(PLACE[1:]), Options(name="toy", speed=False)
    first = pull(package, options, mirror=site.url)
    (models / "toy" / "note").write_text("mine")
    assert pull(package, options, mirror=site.url).already
    assert len(site.seen) == 1
    ran = xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK)
    assert ran.out == f"toy is installed already: {models}/toy (--force pulls it again)\n"
    assert pull(package, Options(name="toy", force=True, speed=False, keep=True), mirror=site.url).path == first.path
    assert not (models / "toy" / "note").exists()
    assert names(models) == ["toy", "toy.original.zip"]


def test_a_digest_counts_for_an_installed_model_too(models, site):
    command = ("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK)
    assert xlate(*command).code == 0
    ran = xlate(*command, "--sha256", DIGEST.upper())
    assert (ran.code, ran.out) == (0, f"toy is installed already: {models}/toy (--force pulls it again)\n")
    ran = xlate(*command, "--sha256", "0" * 64)
    assert (ran.code, ran.out, ran.err) == (
        2, "", f"xlate: {models}/toy: installed already, of a package with SHA-256 {DIGEST}, not {'0' * 64}; "
        "say --force to pull it again, or --name for another name\n",
    )  # fmt: skip
    write_manifest(models / "toy", replace(read_manifest(models / "toy"), origin={}))
    ran = xlate(*command, "--sha256", DIGEST)
    assert (ran.code, "of a package whose SHA-256 is not known, not" in ran.err) == (2, True)
    assert xlate(*command, "--sha256", DIGEST, "--force").code == 0
    (models / "toy" / "source.spm").write_bytes(b"another")
    ran = xlate(*command, "--sha256", DIGEST)
    assert (ran.code, "source.spm: altered" in ran.err) == (2, True)


def test_a_package_that_came_whole_is_not_fetched_twice(models, site, toy, tmp_path):
    (toy / "README.md").unlink()
    archive = shutil.make_archive(str(tmp_path / "bare"), "zip", toy)
    address = "/somewhere/bare.zip"
    site.files[address] = Path(archive).read_bytes()
    ran = xlate("model", "pull", site.url + address, *QUICK)
    assert (ran.code, "say --source ar --target en" in ran.err) == (2, True)
    said = ("--source", "he", "--target", "en")
    assert xlate("model", "pull", site.url + address, *said, *QUICK).code == 1
    assert names(models) == [".download-bare"]
    said = ("--source", "ar", "--target", "en")
    assert xlate("model", "pull", site.url + address, *said, *QUICK).code == 0
    assert len(site.seen) == 1
    assert names(models) == ["bare"]


def test_two_pulls_at_once_make_one_model(models, site):
    site.faults[PLACE] = ["slow"]
    package, options, said, results = locate(PLACE[1:]), Options(name="toy", speed=False), [], []

    def run():
        results.append(pull(package, options, mirror=site.url, say=said.append))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.already for result in results) == [False, True]
    assert "another pull of toy is running; waiting for it" in said
    assert len(site.seen) == 1
    verify(models / "toy", read_manifest(models / "toy"))


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_or_killed_no_half_model_is_left_and_the_next_pull_goes_on(models, site, sign):
    site.faults[PLACE] = ["slow"]
    command = [sys.executable, "-m", "xlate", "model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    part = models / ".download-toy" / "package.zip.part"
    deadline = time.monotonic() + 20
    while (not part.exists() or part.stat().st_size < 50_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(sign)
    _, err = process.communicate(timeout=20)
    if sign == signal.SIGINT:
        assert (process.returncode, err) == (130, "")
    assert names(models) == [".download-toy"]
    left = models / ".work-toy~killed"
    left.mkdir()
    assert xlate("model", "pull", PLACE[1:], "--mirror", site.url, "--name", "toy", *QUICK).code == 0
    assert site.seen[-1][1] is not None
    assert names(models) == ["toy"]


def test_convert_takes_a_zip_a_folder_and_a_zipped_folder(models, toy, tmp_path):
    assert xlate("model", "convert", TOY, *QUICK[4:]).out == f"toy-ar-en: {models}/toy-ar-en\n"
    shutil.make_archive(str(tmp_path / "zipped-ar-en"), "zip", tmp_path, "toy-ar-en")
    assert xlate("model", "convert", tmp_path / "zipped-ar-en.zip", *QUICK[4:]).code == 0
    ran = xlate("model", "convert", toy, *QUICK[4:])
    assert (ran.code, ran.err) == (
        2, "xlate: model toy-ar-en is installed already; say --force to replace it, or --name for another name\n",
    )  # fmt: skip
    done = install_local(toy, Options(name="exact", quantization="float32", keep=True, speed=False))
    assert done.kept == models / "exact.original"
    assert names(models) == ["exact", "exact.original", "toy-ar-en", "zipped-ar-en"]
    sizes = [(models / name / "model.bin").stat().st_size for name in ("toy-ar-en", "exact")]
    assert sizes[0] < sizes[1]


def test_a_package_that_fails_a_check_is_not_installed_unless_trusted(models, toy):
    for a, b in (("source.spm", "x"), ("target.spm", "source.spm"), ("x", "target.spm")):
        (toy / a).rename(toy / b)
    ran = xlate("model", "convert", toy, *QUICK[4:])
    assert ran.code == 1
    assert ran.err.endswith("xlate: toy-ar-en was not installed: a check failed (--trust installs it all the same)\n")
    assert "source.spm and target.spm are swapped" in ran.err
    assert names(models) == []
    assert xlate("model", "convert", toy, "--trust", *QUICK[4:]).code == 0
    assert names(models) == ["toy-ar-en"]


def test_languages_come_from_options_the_package_or_its_name(models, toy, tmp_path):
    (toy / "README.md").unlink()
    (toy / "LICENSE").unlink()
    nameless = toy.rename(tmp_path / "toy")
    with pytest.raises(UsageError, match="the languages are not known; say --source ar --target en"):
        install_local(nameless, Options())
    done = install_local(nameless, Options(source=("ar",), target=("en",), licence="MIT", speed=False))
    manifest = read_manifest(done.path)
    assert (manifest.source, manifest.licence) == (("ar",), "MIT")


def test_what_is_no_package_is_told(models, tmp_path):
    (tmp_path / "empty").mkdir()
    for path, message in {
        tmp_path / "gone.zip": "no such file or folder; give a zip or a folder of a package",
        tmp_path / "empty": "neither a Marian, a Hugging Face nor a CTranslate2 model",
    }.items():
        ran = xlate("model", "convert", path)
        assert ran.code == 2
        assert message in ran.err
    assert installed().keys() <= {"ar-en-starter"}


def test_a_model_is_copied_and_a_ctranslate2_folder_adopted_by_copy_or_in_place(models, toy, tmp_path):
    made = convert(toy, tmp_path / "ct2-ar-en", Recipe("x", ("ar",), ("en",)))
    shutil.make_archive(str(tmp_path / "brought"), "zip", tmp_path / "ct2-ar-en")
    brought = install_local(tmp_path / "brought.zip", Options(speed=False))
    assert replace(read_manifest(brought.path), name="x") == made
    (tmp_path / "ct2-ar-en" / "model.json").unlink()
    ran = xlate("model", "doctor", tmp_path / "ct2-ar-en", "--no-speed")
    assert ran.code == 0
    done = install_local(tmp_path / "ct2-ar-en", Options(name="copied", speed=False))
    assert read_manifest(done.path).files == made.files
    assert read_manifest(done.path).origin["converter"] == "ctranslate2, converted before"
    ran = xlate("model", "convert", tmp_path / "ct2-ar-en", "--in-place", "--quiet", "--no-speed")
    assert ran.code == 0
    assert read_manifest(tmp_path / "ct2-ar-en").name == "ct2-ar-en"
    with pytest.raises(UsageError, match="--in-place is for folders of CTranslate2"):
        adopt(toy, Options())


@pytest.mark.parametrize(("config", "why"), [('{"bos_token": "<s', "Unterminated string"), ("[]", "not a JSON object")])
def test_a_damaged_configuration_of_ctranslate2_is_told(models, toy, tmp_path, config, why):
    folder = tmp_path / "ct2-ar-en"
    convert(toy, folder, Recipe("x"))
    (folder / "model.json").unlink()
    (folder / "config.json").write_text(config)
    for options in ((), ("--in-place",)):
        ran = xlate("model", "convert", folder, "--no-speed", *options)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 2 - bool(options))
        assert f"xlate: {folder}/config.json: cannot be read ({why}" in ran.err
    ran = xlate("model", "doctor", folder)
    assert ran.code == 1
    assert f"config.json: cannot be read ({why}" in ran.out
    assert not (folder / "model.json").exists()
    assert names(models) == []


def test_in_place_writes_nothing_where_a_check_fails_unless_trusted(models, toy, tmp_path):
    folder = tmp_path / "ct2-ar-en"
    convert(toy, folder, Recipe("x"))
    made = (folder / "model.json").read_bytes()
    (folder / "model.json").unlink()
    for a, b in (("source.spm", "x"), ("target.spm", "source.spm"), ("x", "target.spm")):
        (folder / a).rename(folder / b)
    command = ("model", "convert", folder, "--in-place", "--no-speed")
    ran = xlate(*command)
    assert (ran.code, ran.out, (folder / "model.json").exists()) == (1, "", False)
    assert "source.spm and target.spm are swapped" in ran.err
    assert ran.err.endswith("xlate: ct2-ar-en was not installed: a check failed (--trust installs it all the same)\n")
    assert xlate(*command, "--trust").code == 0
    trusted = (folder / "model.json").read_bytes()
    ran = xlate(*command, "--name", "other")
    assert (ran.code, (folder / "model.json").read_bytes()) == (1, trusted)
    (folder / "model.json").write_bytes(made)
    ran = xlate(*command)
    assert (ran.code, "source.spm: altered" in ran.err) == (2, True)
    assert (folder / "model.json").read_bytes() == made


def test_in_place_keeps_what_a_manifest_says_but_what_is_given(tmp_path):
    folder = Path(shutil.copytree(STARTER, tmp_path / "copy"))
    before = read_manifest(folder)
    command = ("model", "convert", folder, "--in-place", "--no-speed", "--quiet")
    assert xlate(*command).code == 0
    assert (folder / "model.json").read_bytes() == (STARTER / "model.json").read_bytes()
    assert xlate(*command, "--name", "mine", "--licence", "CC0-1.0").code == 0
    assert read_manifest(folder) == replace(before, name="mine", licence="CC0-1.0")


def test_a_place_that_cannot_be_written_is_told(tmp_path, monkeypatch, toy):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XLATE_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(OutputError, match="set XLATE_MODELS to another place"):
        install_local(toy, Options())


def test_a_failed_rename_brings_the_old_model_back(models, toy, monkeypatch):
    install_local(toy, Options(name="toy", speed=False))
    before = (models / "toy" / "model.json").read_bytes()
    real = Path.rename

    def fail(self, target):
        if self.name == "model":
            raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        install_local(toy, Options(name="toy", force=True, speed=False))
    assert (models / "toy" / "model.json").read_bytes() == before
    assert names(models) == ["toy"]


def test_the_hub_path_asks_for_its_extra_before_it_downloads(models, monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ran = xlate("model", "pull", "Helsinki-NLP/opus-mt-xx-en", "--mirror", "http://127.0.0.1:9")
    assert ran.code == 2
    assert "a Hugging Face package needs the extra: pip install 'xlate[convert]'" in ran.err


def test_a_hub_repository_is_fetched_file_by_file_with_either_weights(models, site, monkeypatch):
    monkeypatch.setattr("xlate.package.install.needs_extra", lambda kind: None)
    base = "/Helsinki-NLP/opus-mt-xx-en/resolve/main/"
    for name in ("config.json", "source.spm", "target.spm", "vocab.json", "tokenizer_config.json", "pytorch_model.bin"):
        site.files[base + name] = json.dumps({"model_type": "bert", "file": name}).encode()
    options = Options(speed=False, source=("ar",))
    monkeypatch.setattr("xlate.package.convert.needs_extra", lambda kind: None)
    with pytest.raises(ModelError, match="a model of type bert; only Marian models of Hugging Face are taken"):
        pull(locate("Helsinki-NLP/opus-mt-xx-en"), options, mirror=site.url, line=Line(1, 0))
    asked = [path.removeprefix(base) for path, _ in site.seen]
    assert asked[-2:] == ["model.safetensors", "pytorch_model.bin"]
    assert "special_tokens_map.json" in asked
    del site.files[base + "pytorch_model.bin"]
    with pytest.raises(ModelError, match=r"pytorch_model\.bin: not found"):
        pull(locate("Helsinki-NLP/opus-mt-xx-en"), options, mirror=site.url, line=Line(1, 0))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"config.json": "{"}, "config.json: cannot be read"),
        ({"config.json": "[]"}, "config.json: cannot be read"),
        ({"config.json": '{"model_type": "marian"}'}, "source.spm: missing; get the package again"),
    ],
)
def test_a_hub_folder_that_cannot_be_converted_is_told(tmp_path, monkeypatch, files, says):
    monkeypatch.setattr("xlate.package.convert.needs_extra", lambda kind: None)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ModelError, match=says):
        convert(tmp_path, tmp_path / "model", Recipe("x", ("ar",), ("en",)))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda options: options.replace(b"type: transformer", b"type: s2s"), "Option --type must be 'transformer'"),
        (lambda options: options + b"\0\0", "special characters are not allowed"),
    ],
)
def test_a_marian_model_that_ctranslate2_does_not_know_is_told(toy, tmp_path, change, says):
    path = next(toy.glob("*.npz"))
    weights = dict(numpy.load(path))
    options = change(weights["special:model.yml"].tobytes())
    numpy.savez(path, **{**weights, "special:model.yml": numpy.frombuffer(options, numpy.int8)})
    with pytest.raises(ModelError, match=f"CTranslate2 cannot convert it .*{says}"):
        convert(toy, tmp_path / "model", Recipe("x"))
    with pytest.raises(UsageError, match="--quantization int3: choose from"):
        convert(toy, tmp_path / "model", Recipe("x", quantization="int3"))
