"""Fetching one file over HTTP so that a bad line costs time, not the download.

The standard library does it: `urllib.request` takes proxies from the environment and OpenSSL takes `SSL_CERT_FILE`;
ranges, retries and resuming would have to be written on top of any client, so no dependency would be saved by one.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from xlate.errors import ModelError, OutputError
from xlate.manifest import file_digest

# bytes at hand, bytes in all (None: the server does not say)
Progress = Callable[[int, int | None], None]
CHUNK = 2**18
_PASSING = {408, 425, 429, 500, 502, 503, 504}


class NotFoundError(ModelError):
    """The server has no such file."""


class _PassingError(Exception):
    """Worth another try; `wait` is the least number of seconds the server asked for."""

    def __init__(self, what: str, wait: float = 0, offline: bool = False) -> None:
        super().__init__(what)
        self.wait, self.offline = wait, offline


@dataclass(frozen=True, slots=True)
class Line:
    """How patient to be: seconds without a byte, tries after the first, seconds before the second try (then
    doubled)."""

    timeout: float = 30.0
    retries: int = 5
    backoff: float = 1.0


def download(
    url: str,
    path: Path,
    *,
    line: Line | None = None,
    sha256: str | None = None,
    room: float = 0.0,
    progress: Progress = lambda done, total: None,
) -> str:
    """Fetch `url` into `path` and give its SHA-256 (hex).

    What came of it so far is in `path`.part, also after an interruption or a kill; the next call goes on from there if
    the server still has the same file (`If-Range` with its ETag or date), and begins anew otherwise. `room`: times the
    size of the file that has to be free besides it. Raises NotFoundError, ModelError (server, line, digest) or
    OutputError.
    """
    line = line or Line()
    if urlsplit(url).scheme not in ("http", "https"):
        raise ModelError(f"{url}: not an http or https address")
    part = path.with_name(path.name + ".part")
    state = path.with_name(path.name + ".part.json")
    failures = 0
    while True:
        before = _size(part)
        try:
            _attempt(url, part, state, line, room, progress)
            break
        except _PassingError as error:
            # a try that brought the file on does not count: a bad line ends the patience only where nothing comes
            # any more
            failures = 1 if _size(part) > before + 2**20 else failures + 1
            # without a network only one more try is worth a person's while
            if failures > (min(1, line.retries) if error.offline else line.retries):
                raise ModelError(_gave_up(url, error, line, _size(part))) from error
            time.sleep(min(60.0, max(error.wait, line.backoff * 2 ** (failures - 1))))
        except OSError as error:
            raise OutputError(f"{part}: cannot be written ({error.strerror or error}); free some space") from error
    digest = file_digest(part)
    state.unlink(missing_ok=True)
    if sha256 and digest != sha256.lower():
        part.unlink()
        raise ModelError(f"{url}: SHA-256 is {digest}, not {sha256.lower()}; nothing was installed, check the address")
    part.replace(path)
    return digest


def _attempt(url: str, part: Path, state: Path, line: Line, room: float, progress: Progress) -> None:
    """One request: goes on where the part ends if it may, and returns when the file is whole."""
    request = urllib.request.Request(url, headers={"User-Agent": "xlate", "Accept-Encoding": "identity"})
    known = _known(state, url) if part.exists() else {}
    if known.get("validator") and _size(part):
        request.add_header("Range", f"bytes={_size(part)}-")
        request.add_header("If-Range", str(known["validator"]))
    with _open(url, request, line.timeout, part) as response:
        start = _start(response, part, known)
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdigit() else None
        _check_room(part, total, start, room)
        validator = _validator(response.headers)
        state.write_text(json.dumps({"url": url, "validator": validator, "total": total}), encoding="utf-8")
        with part.open("r+b" if start else "wb") as handle:
            handle.seek(start)
            handle.truncate()
            _copy(response, handle, start, total, progress)
    if total is not None and _size(part) != total:
        raise _PassingError(f"the connection ended after {_size(part)} of {total} bytes")


def _open(url: str, request: urllib.request.Request, timeout: float, part: Path) -> Any:
    """Send the request; sort what can go wrong into passing and final."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler(), _Redirects(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(), urllib.request.UnknownHandler(),
    ):  # fmt: skip
        opener.add_handler(handler)
    try:
        return opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the part is longer than the file: begin anew
            part.unlink(missing_ok=True)
            raise _PassingError("the server has a shorter file than before") from None
        if error.code in _PASSING:
            wait = error.headers.get("Retry-After", "")
            raise _PassingError(f"the server says {error.code}", float(wait) if wait.isdigit() else 0) from None
        if error.code in (404, 410):
            raise NotFoundError(f"{url}: not found ({error.code}); check the name (xlate model list)") from None
        raise ModelError(f"{url}: the server says {error.code} {error.reason}; check the address or --mirror") from None
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            cure = "set SSL_CERT_FILE to the certificates of your network"
            raise ModelError(f"{url}: the certificate cannot be trusted ({reason.verify_message}); {cure}") from None
        offline = isinstance(reason, socket.gaierror | ConnectionRefusedError) or "unreachable" in str(reason)
        raise _PassingError(str(reason), offline=offline) from None
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise _PassingError(str(error) or type(error).__name__) from None


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise ModelError(f"{req.full_url}: redirects to {newurl}, which is not https; check the address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _start(response: Any, part: Path, known: dict[str, Any]) -> int:
    """Where the body of the answer begins in the file: 0, or the end of the part if the answer fits it."""
    if response.status != 206:
        return 0
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    same = match and known.get("total") in (None, int(match[2]) if match[2].isdigit() else None)
    if not match or int(match[1]) != _size(part) or not same:
        part.unlink(missing_ok=True)
        raise _PassingError("the server sent another range than asked for")
    return int(match[1])


def _copy(response: Any, handle: IO[bytes], done: int, total: int | None, progress: Progress) -> None:
    progress(done, total)
    while True:
        try:
            chunk = response.read1(CHUNK)
        except (http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            raise _PassingError(str(error) or type(error).__name__) from None
        if not chunk:
            return
        handle.write(chunk)
        done += len(chunk)
        progress(done, total)


def _check_room(part: Path, total: int | None, start: int, room: float) -> None:
    if total is None:
        return
    needed = total - start + total * room
    if (free := shutil.disk_usage(part.parent).free) < needed:
        raise OutputError(f"{part.parent}: {needed / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free; make room")


def _validator(headers: Message) -> str | None:
    """What names this very file: a strong ETag, or its date."""
    etag = headers.get("ETag", "")
    return etag if etag.startswith('"') else headers.get("Last-Modified")


def _known(state: Path, url: str) -> dict[str, Any]:
    """What was noted of the part; nothing where the note is missing, damaged or of another address."""
    try:
        data = json.loads(state.read_bytes())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) and data.get("url") == url else {}


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _gave_up(url: str, error: _PassingError, line: Line, done: int) -> str:
    host = urlsplit(url).netloc
    if error.offline and not done:
        cure = "offline? Bring the package's zip and run: xlate model convert FILE.zip; or name a --mirror"
        return f"{host}: cannot be reached ({error}); {cure}"
    kept = f"; {done / 1e6:.1f} MB are kept, the same command goes on from there" if done else ""
    return f"{url}: gave up after {line.retries + 1} tries ({error}){kept}; try again later, or with --mirror"
