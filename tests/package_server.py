"""A real HTTP server on the loopback address that behaves as badly as asked."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """Files by path, and faults by path: what the next answers for it are, in order; then it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    ranges: bool = True
    etags: bool = True
    url: str = ""
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            site.seen.append((self.path, wanted))
            queue = site.faults.get(self.path, [])
            fault = queue.pop(0) if queue else None
            if isinstance(fault, int) or self.path not in site.files:
                self.send_response(fault or 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif isinstance(fault, str) and fault.startswith("->"):
                self.send_response(302)
                self.send_header("Location", fault[2:])
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._send(site.files[self.path], wanted, fault)

        def _send(self, body: bytes, wanted: str | None, fault: str | None) -> None:
            etag = f'"{hashlib.md5(body).hexdigest()}"'
            start = 0
            if site.ranges and wanted and self.headers.get("If-Range") == etag:
                start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])  # type: ignore[index]
                if start >= len(body):
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
            self.send_response(206 if start else 200)
            if start:
                shown = start + 1 if fault == "wrong range" else start
                self.send_header("Content-Range", f"bytes {shown}-{len(body) - 1}/{len(body)}")
            if site.etags:
                self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            rest = body[start:]
            if fault in ("drop", "stall"):
                self.wfile.write(rest[: len(rest) // 2])
                self.wfile.flush()
                if fault == "stall":
                    site.release.wait(5)
                self.close_connection = True
                self.connection.close()
                return
            if fault == "slow":
                for at in range(0, len(rest), 8192):
                    self.wfile.write(rest[at : at + 8192])
                    time.sleep(0.04)
                return
            self.wfile.write(rest)

    return Handler


@contextmanager
def serving(**files: bytes) -> Iterator[Site]:
    """Serve until the block ends."""
    site = Site({f"/{name}": body for name, body in files.items()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
