import os
import stat
import subprocess
import sys
import threading
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


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path):
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "target.txt", tmp_path / "link.txt"
    link.symlink_to(Path("far") / "target.txt")
    for text in ("first", "second"):  # the target is made, then replaced
        with replacing(link) as handle:
            handle.write(text)
        assert (link.is_symlink(), target.is_symlink(), target.read_text(encoding="utf-8")) == (True, False, text)
    with pytest.raises(ZeroDivisionError), replacing(link) as handle:
        handle.write("half" * (1 // 0))
    assert target.read_text(encoding="utf-8") == "second"
    assert sorted(os.listdir(tmp_path)) == ["far", "link.txt"]
    assert os.listdir(tmp_path / "far") == ["target.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs")
@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_fifo_is_written_into(tmp_path: Path, mode: str):
    path, read = tmp_path / "fifo", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    with replacing(path, mode) as handle:
        handle.write("نص\n" if mode == "w" else "نص\n".encode())
    reader.join(10)
    assert read == ["نص\n".encode()]
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert os.listdir(tmp_path) == ["fifo"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full")
def test_a_device_that_is_full():
    with pytest.raises(OutputError, match=r"/dev/full: cannot be written \(No space left on device\)"):  # noqa: SIM117
        with replacing(Path("/dev/full")) as handle:
            handle.write("x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="/dev/stdout")
def test_standard_output_by_its_name_keeps_what_is_printed(tmp_path: Path):
    code = (
        "from pathlib import Path; from xlate.files import replacing\n"
        "print('before', flush=True)\n"
        "with replacing(Path('/dev/stdout')) as handle: handle.write('within\\n')\n"
        "print('after')\n"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout == "before\nwithin\nafter\n"
    with (tmp_path / "out.txt").open("wb") as out:
        subprocess.run(command, stdout=out, check=True)
    assert (tmp_path / "out.txt").read_text() == "before\nwithin\nafter\n"
    assert os.listdir(tmp_path) == ["out.txt"]
