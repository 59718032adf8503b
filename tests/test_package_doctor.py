"""The doctor: a sound package passes, and each way of breaking it is named."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from conftest import STARTER, xlate

from xlate.manifest import digest_files, read_manifest, write_manifest
from xlate.package.check import failures, graded
from xlate.package.convert import Recipe, convert
from xlate.package.doctor import examine_model, examine_package
from xlate.package.examine import examine
from xlate.package.trial import Outcome, Trial, agreement_check, fault_of, golden_check, length_check, loops, try_out

TOY = Path(__file__).parent / "toy-model" / "toy-ar-en.zip"
WEIGHTS = "opus.spm32k-spm32k.transformer.npz"
VOCABULARY = "opus.spm32k-spm32k.vocab.yml"


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A sound package (a folder) and the model made of it."""
    place = tmp_path_factory.mktemp("sound")
    with zipfile.ZipFile(TOY) as archive:
        archive.extractall(place / "package-ar-en")
    convert(place / "package-ar-en", place / "model", Recipe("toy-ar-en"))
    return place


@pytest.fixture
def package(sound, tmp_path):
    return Path(shutil.copytree(sound / "package-ar-en", tmp_path / "package-ar-en"))


@pytest.fixture
def model(sound, tmp_path):
    return Path(shutil.copytree(sound / "model", tmp_path / "model"))


def relist(model, **changes):
    """Write the manifest anew, as if the model had been made like this."""
    write_manifest(model, replace(read_manifest(model), files=digest_files(model), **changes))


def named(checks):
    return {check.name: check for check in failures(checks)}


def test_a_sound_package_and_its_model_pass(package, model):
    assert failures(examine_package(TOY, speed=False)) == []
    assert failures(examine_package(package, speed=False)) == []
    ran = xlate("model", "doctor", model)
    assert ran.code == 0
    assert not re.search(r"^fail", ran.out, re.MULTILINE)
    assert "pass  golden ar              10 of 10 inputs are translated soundly\n" in ran.out
    assert re.search(r"pass  speed .* target tokens a second; use inter_threads \d, intra_threads \d", ran.out)


def test_the_embedded_model_has_no_failure():
    manifest = read_manifest(STARTER)
    checks = [*examine(STARTER, manifest), *try_out(Trial(STARTER, manifest))]
    assert failures(checks) == []
    assert {c.name for c in checks} >= {"golden ar", "meaning ar", "language en", "length"}


@pytest.mark.parametrize("config", ['{"add_source_eos": tr', "[]"])
def test_a_model_whose_configuration_is_damaged_fails(model, config):
    (model / "config.json").write_text(config)
    relist(model)
    ran = xlate("model", "doctor", model, "--no-speed")
    assert ran.code == 1
    assert re.search(r"^fail  end of source .*config\.json: cannot be read", ran.out, re.MULTILINE)


def swap_spm(package):
    (package / "source.spm").rename(package / "x")
    (package / "target.spm").rename(package / "source.spm")
    (package / "x").rename(package / "target.spm")


def cut_weights(package):
    raw = (package / WEIGHTS).read_bytes()
    (package / WEIGHTS).write_bytes(raw[: len(raw) * 2 // 3])


def alter_weights(package):
    raw = bytearray((package / WEIGHTS).read_bytes())
    raw[len(raw) // 2] ^= 1
    (package / WEIGHTS).write_bytes(raw)


def reverse_vocabulary(package):
    lines = (package / VOCABULARY).read_text(encoding="utf-8").splitlines()
    tokens = [line.rsplit(":", 1)[0] for line in lines]
    write_vocabulary(package, tokens[::-1])


def shuffle_vocabulary(package):
    lines = (package / VOCABULARY).read_text(encoding="utf-8").splitlines()
    tokens = [line.rsplit(":", 1)[0] for line in lines]
    write_vocabulary(package, [*tokens[:2], *tokens[3:], tokens[2]])


def shorten_vocabulary(package):
    lines = (package / VOCABULARY).read_text(encoding="utf-8").splitlines()
    write_vocabulary(package, [line.rsplit(":", 1)[0] for line in lines[:-1]])


def write_vocabulary(package, tokens):
    text = "".join(f"{token}: {number}\n" for number, token in enumerate(tokens))
    (package / VOCABULARY).write_text(text, encoding="utf-8")


def foreign_spm(package):
    shutil.copy(STARTER / "source.spm", package / "source.spm")


def point_outside(package):
    text = (package / "decoder.yml").read_text().replace(f"- {WEIGHTS}", f"- ../{WEIGHTS}")
    (package / "decoder.yml").write_text(text)


@pytest.mark.parametrize(
    ("break_it", "name", "says"),
    [
        (swap_spm, "tokens ar", "source.spm fits the target language and target.spm ar"),
        (cut_weights, "readable", "the weights are cut off or damaged"),
        (alter_weights, "readable", "the weights are cut off or damaged"),
        (reverse_vocabulary, "vocabulary order source", "not with '</s>', '<unk>'"),
        (shuffle_vocabulary, "meaning ar", "outputs are nearest to their own reference"),
        (shorten_vocabulary, "vocabulary source", "entries, but the embeddings have"),
        (foreign_spm, "pieces source", "pieces of source.spm are in the vocabulary"),
        (lambda p: (p / "decoder.yml").unlink(), "decoder.yml", "decoder.yml: missing"),
        (lambda p: (p / "decoder.yml").write_text("models: [\n"), "decoder.yml", "decoder.yml: cannot be read"),
        (lambda p: (p / "decoder.yml").write_text("models: 1"), "decoder.yml", "models is not a list of file names"),
        (point_outside, "decoder.yml", "which is not in the folder; write its bare name"),
        (lambda p: (p / WEIGHTS).unlink(), "decoder.yml", "missing, but decoder.yml names it"),
        (lambda p: (p / "source.spm").unlink(), "readable", "a package with BPE codes instead of SentencePiece"),
        (lambda p: (p / "source.spm").write_text("no"), "readable", "not a SentencePiece model"),
        (lambda p: (p / VOCABULARY).write_text("a: b\n"), "readable", "not a vocabulary"),
    ],
)
def test_each_broken_package_is_named_with_its_cure(package, break_it, name, says):
    break_it(package)
    found = named(examine_package(package, speed=False))
    assert says in found[name].detail
    assert found[name].cure


def test_a_broken_package_ends_with_exit_code_1(package):
    shorten_vocabulary(package)
    ran = xlate("model", "doctor", package)
    assert ran.code == 1
    assert re.search(r"^fail  vocabulary source +\d+ entries, but the embeddings have \d+ rows\n +→ ", ran.out, re.M)
    ran = xlate("model", "doctor", package, "--json")
    found = json.loads(ran.out)
    assert [c["name"] for c in found["checks"] if c["status"] == "fail"] == ["vocabulary source", "vocabulary target"]


def double_end(model):
    relist(model, source_eos=True)


def drop_end(model):
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "add_source_eos": False}))
    relist(model)


def alter_model(model):
    raw = bytearray((model / "model.bin").read_bytes())
    raw[len(raw) // 2] ^= 1
    (model / "model.bin").write_bytes(raw)


def cut_model(model):
    raw = (model / "model.bin").read_bytes()
    (model / "model.bin").write_bytes(raw[: len(raw) // 2])
    relist(model)


def drop_row(model):
    path = model / "shared_vocabulary.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))[:-1]))
    relist(model)


def double_row(model):
    path = model / "shared_vocabulary.json"
    tokens = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([*tokens[:-1], tokens[5]]))
    relist(model)


def rename_end(model):
    path = model / "shared_vocabulary.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"</s>"', '"<eos>"'), encoding="utf-8")
    relist(model)


def drop_vocabulary(model):
    (model / "shared_vocabulary.json").rename(model / "target_vocabulary.json")
    manifest = json.loads((model / "model.json").read_text())
    del manifest["files"]["shared_vocabulary.json"]
    (model / "model.json").write_text(json.dumps(manifest))
    relist(model)


def serve_two_languages(model):
    path = model / "shared_vocabulary.json"
    tokens = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps([*tokens[:-2], ">>eng<<", ">>fra<<"]))
    relist(model)


@pytest.mark.parametrize(
    ("break_it", "name", "says"),
    [
        (
            double_end,
            "end of source",
            "</s> doubled: CTranslate2 adds it (config.json) and model.json has xlate add it",
        ),
        (drop_end, "end of source", "</s> missing: neither CTranslate2 (config.json) nor xlate (model.json) adds it"),
        (alter_model, "files", "model.bin: altered (SHA-256 "),
        (cut_model, "readable", "model.bin: not a model.bin of CTranslate2 (it ends early)"),
        (drop_row, "vocabulary source", "entries, but the embeddings have"),
        (double_row, "vocabulary target", "1 entries more than once"),
        (rename_end, "special tokens source", "</s> not in the vocabulary"),
        (drop_vocabulary, "readable", "source_vocabulary.json: missing"),
        (
            serve_two_languages,
            "target language token",
            "the model serves 2 targets (>>eng<<, >>fra<< …), but no prefix",
        ),
        (lambda m: relist(m, source_prefix=(">>deu<<",)), "target language token", "prefix >>deu<< is not in the voc"),
        (lambda m: relist(m, source=("he",)), "tokens he", "unknown"),
        (lambda m: relist(m, target=("ru",)), "language ru", "of the letters are cyrillic"),
        (lambda m: relist(m, target=("fr",)), "language fr", "common words of fr"),
        (
            lambda m: relist(m, position_limit=4096),
            "positions",
            "position_limit 4096, but the model has 2048 positions",
        ),
        (lambda m: relist(m, decoding={"beam_size": 0}), "decoding", "CTranslate2 refuses decoding {'beam_size': 0}"),
        (lambda m: (m / "model.json").write_text("{"), "model.json", "model.json: not JSON"),
        (lambda m: (m / "model.bin").unlink(), "model.json", "model.bin: missing, but model.json lists it"),
    ],
)
def test_each_broken_model_is_named_with_its_cure(model, break_it, name, says):
    break_it(model)
    found = named(examine_model(model, speed=False))
    assert says in found[name].detail
    assert found[name].cure


def test_a_model_of_unknown_languages_is_a_warning(model):
    relist(model, source=("so",), target=("xx",))
    checks = {c.name: c for c in examine_model(model, speed=False)}
    assert checks["golden"].status == "warn"
    assert checks["golden"].detail == "no golden inputs for so"
    relist(model, source=("ar",), target=("xx",))
    checks = {c.name: c for c in examine_model(model, speed=False)}
    assert checks["language xx"].status == "warn"


def test_damaged_zip_and_no_package(tmp_path):
    (tmp_path / "a.zip").write_bytes(TOY.read_bytes()[:1000])
    assert "not a sound zip" in named(examine_package(tmp_path / "a.zip"))["archive"].detail
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "config.json").write_text("{}")
    (tmp_path / "b" / "model.bin").write_text("no")
    assert "missing" in named(examine_package(tmp_path / "b"))["conversion"].detail
    ran = xlate("model", "doctor", "ar-en-startr")
    assert (ran.code, ran.err) == (
        2, "xlate: no model named ar-en-startr; did you mean ar-en-starter? (xlate model list)\n"
    )  # fmt: skip


def outcome(target, kind="long", source="مرحبا بالعالم", tokens=None):
    return Outcome(kind, source, tokens or target.split(), target, 8)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("Hello world", ""),
        ("  ", "is empty"),
        ("blah, blah, blah, blah, blah, blah, blah, blah", "loops"),
        ("p-p-p-p-p-p-p-p", "loops"),
        ("the president of the " * 9, "loops"),
        ("مرحبا بالعالم", "gives the source back"),
        (">>eng<< Hello", "holds special tokens"),
        ("Hello <unk>", "holds special tokens"),
        ("Hello ⁇", "holds an unknown piece (⁇)"),
        ("a b c d e f g h i j", "runs into the limit of 10 tokens"),
    ],
)
def test_faults_of_one_output(target, says):
    assert fault_of(outcome(target), 10 if len(target) == 19 else 100, True) == says


def test_punctuation_may_come_back_and_a_looping_source_may_loop():
    assert fault_of(outcome("...!", source="...!"), 10, True) == ""
    assert fault_of(outcome("ha " * 8, source="ها " * 8), 100, True) == ""
    assert not loops("The minister said that the ministry said so and that was that, then and there, on Monday.")


def test_grades():
    good = [outcome("fine", str(n)) for n in range(7)]
    bad = [outcome("", str(n)) for n in range(10, 13)]
    assert golden_check("g", good, 99, True).status == "pass"
    assert golden_check("g", good + bad[:2], 99, True).status == "warn"
    failed = golden_check("g", good + bad, 99, True)
    assert (failed.status, failed.detail) == (
        "fail", "7 of 10 inputs are translated soundly: 10 is empty, 11 is empty, 12 is empty",
    )  # fmt: skip
    assert [length_check([outcome("x", tokens=["x"] * n)]).status for n in (8, 3, 1, 40)] == [
        "pass",
        "warn",
        "fail",
        "fail",
    ]
    assert graded("x", 0.5, 0.9, 0.4, "d", "c").cure == "c"


def test_int16_rounding_that_spoils_the_model_is_seen_against_the_float32_reference(sound, model, tmp_path):
    weights = dict(numpy.load(sound / "package-ar-en" / WEIGHTS))
    noise = numpy.random.default_rng(1)
    for name, array in weights.items():
        if array.dtype == numpy.float32 and array.size > 1:
            weights[name] = array + noise.normal(0, 0.2, array.shape).astype("float32")
    other = Path(shutil.copytree(sound / "package-ar-en", tmp_path / "noisy-ar-en"))
    numpy.savez(other / WEIGHTS, **weights)
    convert(other, tmp_path / "float32", Recipe("x", quantization="float32"))
    spoilt = Trial(tmp_path / "float32", read_manifest(tmp_path / "float32"))
    trial = Trial(model, read_manifest(model))
    assert agreement_check(trial, spoilt, "ar").status == "fail"
    assert agreement_check(trial, Trial(model, read_manifest(model), "float32"), "ar").status == "pass"


def test_languages_may_be_said_to_the_doctor(package, tmp_path):
    (package / "README.md").unlink()
    nameless = package.rename(tmp_path / "toy")
    ran = xlate("model", "doctor", nameless, "--no-speed")
    assert (ran.code, "say --source ar --target en" in ran.err) == (2, True)
    assert xlate("model", "doctor", nameless, "--no-speed", "--source", "ar", "--target", "en").code == 0
