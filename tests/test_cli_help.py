"""Help answers at once, and tells of every command."""

import subprocess
import sys

import pytest
from conftest import ROOT, xlate

import xlate as library
from xlate.cli.app import COMMANDS


def test_help_lists_every_command():
    ran = xlate("--help")
    assert ran.code == 0
    for name, what in COMMANDS.items():
        assert f"  {name:<9}  {what}"[:60] in ran.out.replace("\n" + " " * 13, " ")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str):
    ran = xlate(name, "--help")
    assert ran.code == 0
    assert f"Usage: xlate {name}" in ran.out


def test_help_imports_no_command_and_no_heavy_library():
    script = (
        "import sys\nfrom xlate.cli import app\n"
        "try: app(['--help'], prog_name='xlate')\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in"
        " ('numpy', 'ctranslate2', 'sentencepiece', 'sacrebleu', 'lxml', 'trafilatura', 'jinja2', 'rich') or m.startswith('xlate.')))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['xlate.cli', 'xlate.cli.app', 'xlate.errors']"


def test_an_unknown_command_is_one_line():
    ran = xlate("trnslate")
    assert ran.code == 2
    assert ran.err.startswith("xlate: No such command 'trnslate'")
    assert ran.err.count("\n") == 1


def test_no_command_shows_the_help():
    assert "Commands:" in xlate().out + xlate().err


def test_version():
    ran = xlate("--version")
    assert ran.code == 0
    assert ran.out.split()[0].strip(",") == "xlate"


def test_the_public_names_are_there():
    assert {name for name in library.__all__ if not hasattr(library, name)} == set()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        library.nothing  # noqa: B018
