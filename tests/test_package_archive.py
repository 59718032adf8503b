"""Zips that want to harm."""

from __future__ import annotations

import random
import shutil
import stat
import zipfile
from collections import namedtuple

import pytest

from xlate.errors import ModelError, OutputError
from xlate.package.archive import extract, package_root


def make(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return path


def test_files_and_folders_come_out_as_they_went_in(tmp_path):
    make(tmp_path / "a.zip", ("top/decoder.yml", "x: 1\n"), ("top/sub/b", b"\0\1"))
    extract(tmp_path / "a.zip", tmp_path / "out")
    assert package_root(tmp_path / "out") == tmp_path / "out" / "top"
    assert (tmp_path / "out/top/sub/b").read_bytes() == b"\0\1"


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "..\\evil", "a\\..\\..\\evil", "\\\\host\\share\\evil"]
)
def test_names_that_lead_out_are_refused_before_anything_is_written(tmp_path, name):
    make(tmp_path / "a.zip", ("good", "x"), (name, "evil"))
    with pytest.raises(ModelError, match=r"a\.zip: refused, .* leads out of its folder"):
        extract(tmp_path / "a.zip", tmp_path / "in" / "out")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip"]


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("source.spm")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    make(tmp_path / "a.zip", (link, "/etc/passwd"))
    with pytest.raises(ModelError, match=r"'source\.spm' is a link or a device"):
        extract(tmp_path / "a.zip", tmp_path / "out")


def test_bombs_are_refused(tmp_path, monkeypatch):
    make(tmp_path / "a.zip", ("weights.npz", bytes(4 * 2**20)))
    with pytest.raises(ModelError, match=r"'weights.npz' swells to \d+ times its size"):
        extract(tmp_path / "a.zip", tmp_path / "out")
    make(tmp_path / "many.zip", *((f"f{n}", "") for n in range(501)))
    with pytest.raises(ModelError, match="501 files in it, 500 are the most"):
        extract(tmp_path / "many.zip", tmp_path / "out")
    monkeypatch.setattr("xlate.package.archive.MAX_TOTAL", 10)
    make(tmp_path / "big.zip", ("a", "123456"), ("b", "123456"))
    with pytest.raises(ModelError, match="it unpacks to 0 GB"):
        extract(tmp_path / "big.zip", tmp_path / "out")


def test_a_size_that_lies_is_found_while_unpacking(tmp_path):
    make(tmp_path / "a.zip", ("w", b"0123456789" * 100))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for at in (raw.find(b"PK\3\4") + 22, raw.rfind(b"PK\1\2") + 24):
        raw[at : at + 4] = (5).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(ModelError, match="not a sound zip"):
        extract(tmp_path / "a.zip", tmp_path / "out")


def test_twice_the_same_name_is_refused(tmp_path):
    make(tmp_path / "a.zip", ("Decoder.yml", "a"), ("decoder.yml", "b"))
    with pytest.raises(ModelError, match=r"'decoder\.yml' is in it twice"):
        extract(tmp_path / "a.zip", tmp_path / "out")


def test_what_is_no_zip_or_is_cut_off_or_altered_is_told(tmp_path):
    (tmp_path / "page.zip").write_text("<html>Please log in to the hotel's network</html>")
    with pytest.raises(ModelError, match=r"page\.zip: not a sound zip .*; get it again"):
        extract(tmp_path / "page.zip", tmp_path / "out")
    make(tmp_path / "a.zip", ("w", bytes(range(256)) * 40))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    (tmp_path / "cut.zip").write_bytes(raw[: len(raw) // 2])
    raw[60] ^= 255
    (tmp_path / "bit.zip").write_bytes(raw)
    for name in ("cut.zip", "bit.zip"):
        with pytest.raises(ModelError):
            extract(tmp_path / name, tmp_path / name[:3])


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_bytes_altered_anywhere_are_told(tmp_path, method):
    rng, path = random.Random(1), tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("قراءة.md", "read me\n" * 50)
        archive.writestr("w", rng.randbytes(3000) + b"0123" * 500)
    raw = path.read_bytes()
    for trial in range(100):
        at = rng.randrange(len(raw) - 40)
        path.write_bytes(raw[:at] + rng.randbytes(40) + raw[at + 40 :])
        with pytest.raises((ModelError, OutputError), match=r"; (get|unpack|free|choose)"):
            extract(path, tmp_path / str(trial))


def test_encrypted_members_are_told(tmp_path):
    make(tmp_path / "a.zip", ("w", b"secret"))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for at in (raw.find(b"PK\3\4") + 6, raw.rfind(b"PK\1\2") + 8):
        raw[at] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(ModelError, match="cannot be unpacked"):
        extract(tmp_path / "a.zip", tmp_path / "out")


def test_a_full_disk_is_told_first(tmp_path, monkeypatch):
    make(tmp_path / "a.zip", ("w", random.Random(1).randbytes(2_560_000)))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 2**21))
    with pytest.raises(OutputError, match=r"3 MB are needed to unpack a\.zip; free some space"):
        extract(tmp_path / "a.zip", tmp_path / "out")
    with pytest.raises(OutputError, match="choose another place"):
        extract(tmp_path / "a.zip", tmp_path / "a.zip" / "out")
