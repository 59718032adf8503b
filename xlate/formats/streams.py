"""Opening files for the formats: bytes in and out, `.gz`, `.xz` and `.zst` by suffix, lines with their numbers.

Compressed output carries no name and no time, so the same pairs give the same bytes. A compressed file that is
damaged or cut short is an InputError, never a shorter bitext.
"""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from xlate.errors import InputError, UsageError
from xlate.files import replacing

COMPRESSIONS = (".gz", ".xz", ".zst")
MAX_LINE = 64 * 1024 * 1024  # bytes; no segment is longer, and a "line" without end must not fill the memory


def split_compression(path: Path) -> tuple[Path, str]:
    """The path without its compression suffix, and that suffix ("" where there is none).

    >>> split_compression(Path("out/bitext.tmx.gz"))
    (PosixPath('out/bitext.tmx'), '.gz')
    """
    suffix = path.suffix.lower()
    return (path.with_suffix(""), path.suffix) if suffix in COMPRESSIONS else (path, "")


@contextmanager
def writing(path: Path) -> Iterator[Callable[[str], None]]:
    """Yield a function that appends text to `path` as UTF-8; the file appears whole at the end or not at all.

    Raises OutputError where it cannot be written, UsageError where its compression is not available.
    """
    suffix = split_compression(path)[1].lower()
    zstandard = _zstandard(path) if suffix == ".zst" else None
    with replacing(path, "wb") as raw:
        handle: Any = raw
        if suffix == ".gz":
            handle = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
        elif suffix == ".xz":
            handle = lzma.LZMAFile(raw, "wb")  # noqa: SIM115 (closed below, before `raw`)
        elif zstandard:
            handle = zstandard.ZstdCompressor().stream_writer(raw, closefd=False)

        def put(text: str) -> None:
            handle.write(text.encode("utf-8"))

        try:
            yield put
        finally:
            if handle is not raw:
                handle.close()


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """Open `path` for reading bytes, decompressed. Raises InputError, also later, while the bytes are read."""
    damaged: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError)
    suffix = split_compression(path)[1].lower()
    zstandard = _zstandard(path) if suffix == ".zst" else None
    if zstandard:
        damaged = (*damaged, zstandard.ZstdError)
    try:
        with path.open("rb") as raw:
            if suffix == ".gz":
                yield cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb"))
            elif suffix == ".xz":
                yield cast(BinaryIO, lzma.LZMAFile(raw, "rb"))  # noqa: SIM115 (`raw` is what holds the file)
            elif zstandard:
                yield cast(BinaryIO, io.BufferedReader(_ZstdFrames(raw, zstandard), 1 << 17))
            else:
                yield raw
    except damaged as error:
        raise InputError(f"{path}: the compressed data is damaged or cut short ({error}); copy it again") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, line without its end). Only LF and CRLF end a line; a byte order mark is dropped.

    Raises InputError, with the line, for what is not UTF-8.
    """
    with reading(path) as handle:
        number = 0
        while raw := handle.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise InputError(f"{path}: line {number} is longer than {MAX_LINE >> 20} MiB; this is no bitext")
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise InputError(f"{path}: line {number} is not UTF-8; convert the file to UTF-8") from error
            yield number, line.removesuffix("\n").removesuffix("\r")


def _zstandard(path: Path) -> Any:
    try:
        import zstandard
    except ImportError:
        raise UsageError(
            f"{path}: .zst needs the package zstandard (python -m pip install zstandard); .gz and .xz need nothing"
        ) from None
    return zstandard


class _ZstdFrames(io.RawIOBase):
    """All frames of a zstd file as one stream; unlike zstandard's own reader it notices a file that is cut short."""

    def __init__(self, raw: IO[bytes], zstandard: Any) -> None:
        self._raw, self._new = raw, zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            unused = self._frame.unused_data if self._frame is not None and self._frame.eof else b""
            block = unused or self._raw.read(1 << 16)
            if not block:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("a frame has no end")
                return 0
            if self._frame is None or self._frame.eof:
                self._frame = self._new()
            self._ready = self._frame.decompress(block)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
