"""The README's examples are run, and its commands and options must exist."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT, xlate

from xlate.check import KINDS
from xlate.cli.app import COMMANDS as NAMES
from xlate.cli.app import Group

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
LINES = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
COMMANDS = [shlex.split(part, comments=True) for line in LINES for part in line.split("&&") if "xlate " in part]
# what needs a network, a GPU or a model that is not here; their options are checked all the same
NOT_RUN = ("pull", "opus-mt-tc-big-ar-en", "path/to/opus-2022-03-09.zip")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout's top level as the README assumes it, with small inputs."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("seeds", "eval", "models", "README.md"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "arabic.txt").write_text("وصل الوفد إلى تونس.\nاجتمع المسؤولون في القاهرة أمس.\n", encoding="utf-8")
    return folder


def commands():
    for name in NAMES:
        command = Group().get_command(None, name)
        for inner, below in getattr(command, "commands", {}).items():
            yield (name, inner), below
        if not hasattr(command, "commands"):
            yield (name,), command


ALL = dict(commands())


def test_every_command_has_an_example():
    shown = {
        path
        for path in ALL
        for words in COMMANDS
        if "xlate" in words and tuple(words[words.index("xlate") + 1 :][: len(path)]) == path
    }
    assert shown == set(ALL)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_in_an_example_exists(words: list[str]):
    words = words[words.index("xlate") + 1 :]
    (path,) = [p for p in ALL if tuple(words[: len(p)]) == p]
    known = {option for parameter in ALL[path].params for option in parameter.opts + parameter.secondary_opts}
    assert {w.split("=")[0] for w in words if re.fullmatch(r"-\w|--[\w-]+(=.*)?", w)} <= known | {"--help"}


@pytest.mark.parametrize("words", [w for w in COMMANDS if not set(NOT_RUN) & set(w)], ids=" ".join)
def test_examples_run(
    words: list[str], place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(place)
    stdin = b""
    if "<" in words:
        at = words.index("<")
        stdin = (place / words[at + 1]).read_bytes()
        words = words[:at]
    if ">" in words:
        words = words[: words.index(">")]
    ran = xlate(*words[words.index("xlate") + 1 :], stdin=stdin)
    assert ran.code == 0, ran.err


def test_the_python_examples_run(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(place)
    examples = [block for kind, block in BLOCKS if kind == "python"]
    assert examples
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})


def test_the_shown_summary_has_the_rows_of_a_real_one(place: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(place)
    (shown,) = [block for kind, block in BLOCKS if kind == "text" and block.startswith("articles")]
    real = xlate("run", "seeds", "-o", "shown", "--references", "eval/references").out
    assert [line.split()[0] for line in shown.splitlines()] == [line.split()[0] for line in real.splitlines()]


def test_every_kind_of_flag_is_explained():
    for kind, meaning in KINDS.items():
        assert f"| `{kind}` | {meaning} |" in README


def test_files_named_exist():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name


def test_the_two_commands_are_those_of_ci():
    second = "python -m pip install '.[dev]' && python -m pytest"
    assert second in LINES
    assert f"\n{second}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
