"""Weights in small pieces, for channels that carry small files.

    python pieces.py split FILE FOLDER [--size 16]      FOLDER/FILE.000, .001, ... and FOLDER/FILE.sha256
    python pieces.py join FOLDER/FILE.sha256 TARGET     checks every piece and the whole, then writes TARGET

The digests are in the format of `sha256sum`, the whole file's on the last line. Needs the standard library alone.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from pathlib import Path

from pairs import ROOT  # noqa: F401  makes xlate importable
from program import exit_with

from xlate.errors import InputError
from xlate.files import replacing

_LINE = re.compile(r"([0-9a-f]{64})  ([^/\\\0]+)")


def split(path: Path, folder: Path, size: int = 16_000_000) -> Path:
    """Cut a file into pieces of `size` bytes; returns the list of digests. Older pieces of the name are removed."""
    if size < 1:
        raise InputError(f"pieces of {size} bytes; give a size above 0")
    if not path.is_file():
        raise InputError(f"{path}: no such file to split")
    listing = folder / f"{path.name}.sha256"
    for old in folder.glob(f"{path.name}.[0-9][0-9][0-9]"):
        old.unlink()
    whole, lines, number = hashlib.sha256(), [], 0
    with path.open("rb") as source:
        while (chunk := source.read(size)) or number == 0:
            if number > 999:
                raise InputError(f"{path}: more than 1,000 pieces; give a larger --size")
            whole.update(chunk)
            piece = folder / f"{path.name}.{number:03}"
            with replacing(piece, "wb") as out:
                out.write(chunk)
            lines.append(f"{hashlib.sha256(chunk).hexdigest()}  {piece.name}\n")
            number += 1
    with replacing(listing) as out:
        out.writelines([*lines, f"{whole.hexdigest()}  {path.name}\n"])
    return listing


def join(listing: Path, target: Path) -> None:
    """Put the pieces of a list together. Raises InputError, and writes nothing, if any is missing or altered."""
    try:
        lines = listing.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{listing}: cannot be read ({error}); give the .sha256 file that split wrote") from error
    entries = [match.groups() for line in lines if (match := _LINE.fullmatch(line))]
    if len(entries) < 2 or len(entries) != len(lines):
        raise InputError(f"{listing}: not a list of pieces; give the .sha256 file that split wrote")
    whole = hashlib.sha256()
    with replacing(target, "wb") as out:
        for digest, name in entries[:-1]:
            try:
                chunk = (listing.parent / name).read_bytes()
            except OSError as error:
                raise InputError(
                    f"{listing.parent / name}: cannot be read ({error.strerror}); copy it again"
                ) from error
            if hashlib.sha256(chunk).hexdigest() != digest:
                raise InputError(f"{listing.parent / name}: altered; copy it again")
            whole.update(chunk)
            out.write(chunk)
        if whole.hexdigest() != entries[-1][0]:
            raise InputError(f"{listing}: the pieces are whole but not those of {entries[-1][1]}; split it again")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    cut = commands.add_parser("split")
    cut.add_argument("file", type=Path)
    cut.add_argument("folder", type=Path)
    cut.add_argument("--size", type=float, default=16, help="million bytes a piece")
    put = commands.add_parser("join")
    put.add_argument("listing", type=Path)
    put.add_argument("target", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "split":
        print(split(options.file, options.folder, round(options.size * 1e6)))
    else:
        join(options.listing, options.target)
        print(options.target)
    return 0


if __name__ == "__main__":
    exit_with(main)
