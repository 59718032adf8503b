"""Downloads against a real server on the loopback address that drops, stalls, lies and comes back."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections import namedtuple

import pytest
from package_server import Site, serving

from xlate.errors import ModelError, OutputError
from xlate.package.download import Line, NotFoundError, download

BODY = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(BODY).hexdigest()
QUICK = Line(timeout=0.3, retries=3, backoff=0.01)


@pytest.fixture
def site():
    with serving() as server:
        server.files["/p.zip"] = BODY
        yield server


def get(site: Site, tmp_path, line=QUICK, **more):
    return download(f"{site.url}/p.zip", tmp_path / "p.zip", line=line, **more)


def test_a_plain_download_gives_the_digest_and_reports_progress(site, tmp_path):
    seen = []
    assert get(site, tmp_path, sha256=DIGEST.upper(), progress=lambda *at: seen.append(at)) == DIGEST
    assert (tmp_path / "p.zip").read_bytes() == BODY
    assert seen[0] == (0, len(BODY))
    assert seen[-1] == (len(BODY), len(BODY))
    assert [p.name for p in tmp_path.iterdir()] == ["p.zip"]


@pytest.mark.parametrize("fault", ["drop", "stall"])
def test_a_broken_download_goes_on_where_it_broke(site, tmp_path, fault):
    site.faults["/p.zip"] = [fault, fault]
    assert get(site, tmp_path) == DIGEST
    half = len(BODY) // 2
    assert [wanted for _, wanted in site.seen] == [None, f"bytes={half}-", f"bytes={half + half // 2}-"]


def test_passing_errors_of_the_server_are_tried_again(site, tmp_path):
    site.faults["/p.zip"] = [500, 503, 429]
    assert get(site, tmp_path) == DIGEST
    assert len(site.seen) == 4


def test_a_server_without_ranges_sends_the_whole_again(site, tmp_path):
    site.ranges = False
    site.faults["/p.zip"] = ["drop"]
    assert get(site, tmp_path) == DIGEST


def test_without_an_etag_nothing_is_appended_to_what_may_be_another_file(site, tmp_path):
    site.etags = False
    site.faults["/p.zip"] = ["drop"]
    assert get(site, tmp_path) == DIGEST
    assert [wanted for _, wanted in site.seen] == [None, None]


def test_a_wrong_range_is_not_appended(site, tmp_path):
    site.faults["/p.zip"] = ["drop", "wrong range"]
    assert get(site, tmp_path) == DIGEST
    assert [wanted for _, wanted in site.seen][2] is None


def test_the_next_process_goes_on_with_the_part(site, tmp_path):
    site.faults["/p.zip"] = ["drop"]
    with pytest.raises(ModelError, match=r"gave up after 1 tries .* 0\.5 MB are kept, the same command goes on"):
        get(site, tmp_path, Line(timeout=0.3, retries=0))
    assert get(site, tmp_path) == DIGEST
    assert site.seen[-1][1] == f"bytes={len(BODY) // 2}-"


def test_a_file_that_changed_meanwhile_is_fetched_anew(site, tmp_path):
    site.faults["/p.zip"] = ["drop"]
    with pytest.raises(ModelError):
        get(site, tmp_path, Line(timeout=0.3, retries=0))
    site.files["/p.zip"] = other = BODY[::-1]
    assert get(site, tmp_path) == hashlib.sha256(other).hexdigest()
    assert (tmp_path / "p.zip").read_bytes() == other


def test_a_part_longer_than_the_file_is_dropped(site, tmp_path):
    etag = f'"{hashlib.md5(BODY).hexdigest()}"'
    (tmp_path / "p.zip.part").write_bytes(BODY + b"more")
    state = {"url": f"{site.url}/p.zip", "validator": etag, "total": None}
    (tmp_path / "p.zip.part.json").write_text(json.dumps(state))
    assert get(site, tmp_path) == DIGEST


@pytest.mark.parametrize("note", [b"", b"[]", b"{", b'{"url": "http://other/p.zip", "validator": "x"}'])
def test_a_part_whose_note_is_damaged_or_of_another_address_is_not_used(site, tmp_path, note):
    (tmp_path / "p.zip.part").write_bytes(b"other bytes")
    (tmp_path / "p.zip.part.json").write_bytes(note)
    assert get(site, tmp_path) == DIGEST


def test_a_wrong_digest_leaves_nothing(site, tmp_path):
    with pytest.raises(ModelError, match=f"SHA-256 is {DIGEST}, not {'0' * 64}; nothing was installed"):
        get(site, tmp_path, sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_not_found_is_final(site, tmp_path):
    with pytest.raises(NotFoundError, match=r"/gone\.zip: not found \(404\); check the name"):
        download(f"{site.url}/gone.zip", tmp_path / "p.zip", line=QUICK)
    assert len(site.seen) == 1


def test_forbidden_is_final_and_500_is_not_for_ever(site, tmp_path):
    site.faults["/p.zip"] = [403]
    with pytest.raises(ModelError, match="the server says 403"):
        get(site, tmp_path)
    site.faults["/p.zip"] = [500] * 9
    with pytest.raises(ModelError, match=r"gave up after 4 tries \(the server says 500\); try again later"):
        get(site, tmp_path)


def test_no_network_is_one_line_with_the_cure(tmp_path):
    start = time.monotonic()
    with pytest.raises(ModelError) as caught:
        download("http://127.0.0.1:9/p.zip", tmp_path / "p.zip", line=Line(1, 50, 0.01))
    message = str(caught.value)
    assert time.monotonic() - start < 5
    assert message.startswith("127.0.0.1:9: cannot be reached")
    assert "offline? Bring the package's zip and run: xlate model convert FILE.zip; or name a --mirror" in message


def test_redirects_are_followed_but_not_to_other_schemes(site, tmp_path):
    site.files["/moved.zip"] = b""
    site.faults["/moved.zip"] = [f"->{site.url}/p.zip"]
    assert download(f"{site.url}/moved.zip", tmp_path / "p.zip", line=QUICK) == DIGEST
    site.faults["/moved.zip"] = ["->ftp://127.0.0.1/p.zip"]
    with pytest.raises(ModelError):
        download(f"{site.url}/moved.zip", tmp_path / "q.zip", line=Line(0.3, 0))
    with pytest.raises(ModelError, match="not an http or https address"):
        download("file:///etc/passwd", tmp_path / "q.zip")


def test_a_full_disk_is_told_before_the_download(site, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**7, 10**7, len(BODY)))
    with pytest.raises(OutputError, match="4 MB are needed, 1 MB are free; make room"):
        get(site, tmp_path, room=2.5)
    assert get(site, tmp_path) == DIGEST


def test_a_proxy_of_the_environment_is_used(site, tmp_path, monkeypatch):
    # a proxy is asked for the whole address: our server, in that part, sees it as the path
    monkeypatch.setenv("http_proxy", site.url)
    monkeypatch.delenv("no_proxy", raising=False)
    site.files["http://models.example/p.zip"] = BODY
    assert download("http://models.example/p.zip", tmp_path / "p.zip", line=QUICK) == DIGEST


def test_an_interruption_keeps_the_part(site, tmp_path):
    def stop(done, total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(site, tmp_path, progress=stop)
    assert not (tmp_path / "p.zip").exists()
    assert get(site, tmp_path) == DIGEST
    assert site.seen[-1][1] is not None
