"""OPUS archives in Moses form: a zip with `NAME.ar-en.ar` and `NAME.ar-en.en`, read without unpacking it to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import IO

from xlate.data import SegmentPair
from xlate.errors import InputError

MAX_LINE = 64 << 20


def read_zip(path: Path, *, source_language: str = "ar", target_language: str = "en") -> Iterator[SegmentPair]:
    """The pairs of an archive, line by line; the id is the line's number. Members are streamed, never written anywhere.

    Raises InputError where it is no zip, is damaged or encrypted, does not hold exactly one file of each language, a
    line is not UTF-8 or longer than MAX_LINE bytes, or the two files differ in their number of lines.
    """
    try:
        with zipfile.ZipFile(path) as archive, ExitStack() as stack:
            names = [_member(archive, path, code) for code in (source_language, target_language)]
            streams = [_lines(stack.enter_context(archive.open(name)), path, name) for name in names]
            counts = [0, 0]
            for number, (source, target) in enumerate(zip_longest(*streams), 1):
                counts[0] += source is not None
                counts[1] += target is not None
                if source is not None and target is not None:
                    yield SegmentPair(str(number), source, target)
            if counts[0] != counts[1]:
                raise InputError(
                    f"{path}: {names[0]} has {counts[0]} lines and {names[1]} has {counts[1]}; download it again"
                )
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{path}: cannot be read as a zip archive ({error}); download it again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _member(archive: zipfile.ZipFile, path: Path, code: str) -> str:
    names = [info.filename for info in archive.infolist() if not info.is_dir() and info.filename.endswith(f".{code}")]
    if len(names) != 1:
        told = f"{len(names)} files" if names else "no file"
        raise InputError(f"{path}: holds {told} named *.{code}; an OPUS archive in Moses form has one of each language")
    return names[0]


def _lines(stream: IO[bytes], path: Path, name: str) -> Iterator[str]:
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            raise InputError(f"{path}: line {number} of {name} is longer than {MAX_LINE >> 20} MiB; this is no bitext")
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise InputError(f"{path}: line {number} of {name} is not UTF-8") from None
