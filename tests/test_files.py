import os
import stat
from pathlib import Path

import pytest

from xlate.errors import OutputError
from xlate.files import replacing


def test_the_file_appears_whole(tmp_path: Path):
    path = tmp_path / "new" / "file.txt"
    with replacing(path) as handle:
        handle.write("نص\r\n\n")
        assert not path.exists()
    assert path.read_bytes() == "نص\r\n\n".encode()
    assert os.listdir(path.parent) == ["file.txt"]


def test_an_error_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "file.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError), replacing(path, "wb") as handle:
        handle.write(b"half" * (1 // 0))
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_rights_are_those_of_an_ordinary_file(tmp_path: Path):
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "file.txt") as handle:
            handle.write("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file.txt").stat().st_mode) == 0o640


def test_a_folder_in_the_way(tmp_path: Path):
    with pytest.raises(OutputError, match="is a folder; give the name of a file"), replacing(tmp_path):
        pytest.fail("must not be reached")


def test_a_file_where_a_folder_should_be(tmp_path: Path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(OutputError, match=r"cannot be written .*; choose another place"),
        replacing(tmp_path / "file" / "x"),
    ):
        pytest.fail("must not be reached")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with (
        pytest.raises(OutputError, match=r"file\.txt: cannot be written \(No space left on device\)"),
        replacing(tmp_path / "file.txt") as handle,
    ):
        handle.write("x")
    assert os.listdir(tmp_path) == []
