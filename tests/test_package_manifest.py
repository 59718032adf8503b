"""Model directories: found by name or path, read, verified, named in errors."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from xlate.errors import ModelError
from xlate.manifest import (
    Manifest,
    digest,
    digest_files,
    embedded_models_dir,
    installed,
    models_dirs,
    pullable,
    read_manifest,
    resolve,
    user_models_dir,
    verify,
    write_manifest,
)

FILES = ("config.json", "model.bin", "source.spm", "target.spm", "README.md")


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.setenv("XLATE_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def model(models):
    """A directory that is well-formed; nobody loads it."""
    directory = models / "tiny"
    directory.mkdir(parents=True)
    for name in FILES:
        (directory / name).write_text(name)
    manifest = Manifest("tiny", ("ar",), ("en",), "CC0-1.0", digest_files(directory), source_prefix=(">>eng<<",))
    write_manifest(directory, manifest)
    return directory


def test_what_is_written_is_read(model):
    manifest = read_manifest(model)
    assert (manifest.name, manifest.source, manifest.source_prefix) == ("tiny", ("ar",), (">>eng<<",))
    assert (manifest.position_limit, manifest.source_eos, manifest.attention) == (512, False, {"usable": False})
    assert sorted(manifest.files) == sorted(FILES)
    before = (model / "model.json").read_bytes()
    write_manifest(model, manifest)
    assert (model / "model.json").read_bytes() == before
    verify(model, manifest)


def test_models_are_found_in_the_users_folder_and_among_the_embedded(model, models, monkeypatch):
    (models / ".work-x").mkdir()
    (models / "no-manifest").mkdir()
    assert models_dirs() == [models, embedded_models_dir()]
    assert installed()["tiny"] == model
    assert "ar-en-starter" in installed()
    assert not {".work-x", "no-manifest"} & installed().keys()
    monkeypatch.delenv("XLATE_MODELS")
    assert user_models_dir().name == "models"
    assert "tiny" not in installed()


def test_a_name_or_a_path(model, monkeypatch, tmp_path):
    assert resolve("tiny") == model
    assert resolve(str(model)) == model
    assert resolve(model) == model
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").mkdir()
    (tmp_path / "other").mkdir()
    assert resolve("tiny") == model
    assert resolve("./tiny").resolve() == (tmp_path / "tiny").resolve()
    assert resolve("other").resolve() == (tmp_path / "other").resolve()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("tinny", "no model named tinny; did you mean tiny? (xlate model list)"),
        ("zzzz", "no model named zzzz; installed: ar-en-starter, tiny (xlate model list)"),
        ("opus-mt-ar-en", "model opus-mt-ar-en is not installed; get it with: xlate model pull opus-mt-ar-en"),
        ("./nowhere", "nowhere: no such directory; xlate model list names the models at hand"),
    ],
)
def test_an_unknown_name_lists_the_nearest(model, asked, message):
    with pytest.raises(ModelError) as caught:
        resolve(asked)
    assert str(caught.value) == message


def test_a_file_is_no_model(model):
    with pytest.raises(ModelError, match="is a file; a model is a directory"):
        resolve(model / "model.bin")


@pytest.mark.parametrize("name", ["model.bin", "README.md"])
def test_an_altered_file_is_named(model, name):
    (model / name).write_text("altered")
    with pytest.raises(ModelError, match=rf"{name}: altered \(SHA-256 \w{{12}}…, model.json says \w{{12}}…\)"):
        verify(model, read_manifest(model))


def test_a_missing_or_smuggled_file_is_named(model):
    manifest = read_manifest(model)
    (model / "notes.txt").write_text("of no interest")
    verify(model, manifest)
    (model / "vmap.txt").write_text("x")
    with pytest.raises(ModelError, match=r"vmap\.txt: not listed in model\.json; remove it"):
        verify(model, manifest)
    (model / "model.bin").unlink()
    with pytest.raises(ModelError, match=r"model\.bin: missing, but model\.json lists it"):
        read_manifest(model)
    with pytest.raises(ModelError, match=r"model\.bin: cannot be read"):
        verify(model, manifest)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "format 2, this xlate reads 1; upgrade xlate"),
        ({"source": "ar"}, "source must be a list of strings"),
        ({"target": [1]}, "target must be a list of strings"),
        ({"name": "../x"}, "'../x': not a name for a model"),
        ({"licence": None}, "licence must be a string"),
        ({"position_limit": True}, "position_limit must be a whole number"),
        ({"position_limit": 0}, "position_limit must be 4 or more"),
        ({"source_eos": 1}, "source_eos must be true or false"),
        ({"decoding": {"beam_size": [1]}}, "decoding must map option names"),
        ({"files": {}}, "files: model.bin is missing"),
        ({"files": {"../x": "0" * 64}}, "files: '../x' is not the name of a file in this directory"),
        ({"files": {"x": "beef"}}, "files: 'x' has no SHA-256"),
        ({"files": []}, "files must be an object"),
    ],
)
def test_a_wrong_manifest_is_named(model, change, says):
    data = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps({**data, **change}))
    with pytest.raises(ModelError) as caught:
        read_manifest(model)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, "\xff"])
def test_what_is_no_json_object_is_told(model, text):
    (model / "model.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=r"model\.json: not (JSON|a JSON object)"):
        read_manifest(model)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["decoder.yml"], "a Marian package without model.json; make a model of it with: xlate model convert"),
        (["model.bin", "config.json"], "a CTranslate2 folder without model.json"),
        (["config.json"], "a Hugging Face folder without model.json"),
        ([], "not a model directory"),
    ],
)
def test_a_folder_without_manifest_is_told_what_it_is(tmp_path, files, says):
    for name in files:
        (tmp_path / name).write_text("")
    with pytest.raises(ModelError) as caught:
        read_manifest(tmp_path)
    assert says in str(caught.value)
    with pytest.raises(ModelError, match="no such directory"):
        read_manifest(tmp_path / "gone")


def test_the_digest_is_of_what_decides_the_output(model):
    manifest = read_manifest(model)
    same = replace(
        manifest, name="x", licence="y", decoding={"beam_size": 1}, files={**manifest.files, "LICENSE": "0" * 64}
    )
    assert digest(same) == digest(manifest)
    others = [
        replace(manifest, source_eos=True),
        replace(manifest, source_prefix=()),
        replace(manifest, position_limit=256),
        replace(manifest, files={**manifest.files, "model.bin": "0" * 64}),
    ]
    assert len({digest(m) for m in [manifest, *others]}) == 5


def test_what_can_be_pulled_is_known():
    assert {"opus-mt-ar-en", "opus-mt-tc-big-ar-en"} <= set(pullable())
