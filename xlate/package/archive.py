"""Unpacking of zips that strangers made: nothing leaves the folder, no links, no bombs."""

from __future__ import annotations

import lzma
import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from xlate.errors import ModelError, OutputError

MAX_FILES = 500
MAX_TOTAL = 16 * 2**30
MAX_RATIO = 200
SMALL = 2**20


def extract(archive: Path, folder: Path) -> None:
    """Unpack `archive` into `folder`, which is made.

    All members are judged before the first is written. Raises ModelError for an archive that is no zip, is damaged,
    names a place outside the folder, holds links, encrypted or too many files, or swells suspiciously; OutputError
    for no room.
    """
    try:
        with zipfile.ZipFile(archive) as package:
            members = [info for info in package.infolist() if not info.is_dir()]
            _judge(archive, members)
            total = sum(info.file_size for info in members)
            folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(folder).free < total + SMALL:
                raise OutputError(
                    f"{folder}: {total / 1e6:.0f} MB are needed to unpack {archive.name}; free some space"
                )
            for info in members:
                _write(package, info, folder / PurePosixPath(info.filename))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, UnicodeDecodeError) as error:
        raise ModelError(f"{archive}: not a sound zip ({error}); get it again") from error
    except (NotImplementedError, RuntimeError, EOFError) as error:
        raise ModelError(
            f"{archive}: cannot be unpacked ({error}); unpack it yourself and convert the folder"
        ) from error
    except OSError as error:
        if error.errno is None:  # bz2's way to say that its data is damaged; what the system refuses has a number
            raise ModelError(f"{archive}: not a sound zip ({error}); get it again") from error
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error}); choose another place") from error


def package_root(folder: Path) -> Path:
    """The folder that holds the package: `folder`, or the only folder in it where it holds nothing else."""
    children = [child for child in folder.iterdir() if not child.name.startswith((".", "__MACOSX"))]
    return children[0] if len(children) == 1 and children[0].is_dir() else folder


def _judge(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse the archive as a whole; the message names the member."""

    def refuse(what: str) -> ModelError:
        return ModelError(f"{archive}: refused, {what}; get it from a source you trust")

    if len(members) > MAX_FILES:
        raise refuse(f"{len(members)} files in it, {MAX_FILES} are the most")
    seen: set[str] = set()
    for info in members:
        name = info.filename
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
            raise refuse(f"{name!r} leads out of its folder")
        if name.casefold() in seen:
            raise refuse(f"{name!r} is in it twice")
        seen.add(name.casefold())
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise refuse(f"{name!r} is a link or a device")
        if info.file_size > SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
            raise refuse(f"{name!r} swells to {info.file_size / max(1, info.compress_size):.0f} times its size")
    if (total := sum(info.file_size for info in members)) > MAX_TOTAL:
        raise refuse(f"it unpacks to {total / 1e9:.0f} GB")


def _write(package: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Write one member; reading checks its CRC and gives no more than the size that was judged."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with package.open(info) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target, SMALL)
