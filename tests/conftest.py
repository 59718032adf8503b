from pathlib import Path

import pytest

from xlate.manifest import embedded_models_dir
from xlate.model import Engine

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
