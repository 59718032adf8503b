from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from typer.testing import CliRunner

from xlate.cli import app
from xlate.manifest import embedded_models_dir
from xlate.model import Engine

# a busy machine is no failure; the tests bound work by other means
hypothesis.settings.register_profile("xlate", deadline=None)
hypothesis.settings.load_profile("xlate")

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
STARTER = embedded_models_dir() / "ar-en-starter"


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """No test reads or writes the memory and the models of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("XLATE_MODELS", raising=False)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The embedded model."""
    return Engine(STARTER)


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def xlate(*arguments: object, stdin: bytes | str = b"") -> Ran:
    """Run the command line in this process, as the `xlate` command would."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=data, prog_name="xlate")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
