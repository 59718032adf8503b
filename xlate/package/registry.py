"""What can be pulled, and from where: the list in `models/registry.toml`, and addresses that are not in it."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from xlate.errors import ModelError, UsageError
from xlate.manifest import check_name, registry_path
from xlate.package.languages import pair_in

Kind = Literal["marian", "huggingface"]
MARIAN_HOST = "https://object.pouta.csc.fi"
HUB_HOST = "https://huggingface.co"
_MARIAN_PATH = re.compile(r"(OPUS-MT-models|Tatoeba-MT-models)/[^/]+/[^/]+\.zip")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the registry, or one that an address names.

    `marian` is the address of the original zip, `huggingface` a repository `owner/name`; at least one is there.
    `size` is the size of the zip or weights in megabytes as published, None where it is not. `scores` holds objects
    with `set` and `bleu` and/or `chrf`, on the scale of 0 to 100. `checked` is true when address, size and digest were
    seen on the server itself. `prefix` are tokens put before each source.
    """

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    licence: str = "unknown"
    release: str = ""
    architecture: str = ""
    marian: str = ""
    huggingface: str = ""
    size: float | None = None
    sha256: str = ""
    prefix: tuple[str, ...] = ()
    scores: tuple[Mapping[str, Any], ...] = ()
    checked: bool = False
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Where it is pulled from unless asked otherwise: the Marian zip, which needs no torch."""
        return "marian" if self.marian else "huggingface"


def read_registry() -> dict[str, Package]:
    """The packages of `models/registry.toml` by name. Raises ModelError where it is missing or wrong."""
    path = registry_path()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: missing; install xlate again, or pull by address") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); install xlate again") from error
    known = set(Package.__dataclass_fields__) - {"name", "extra"}
    packages = {}
    for name, entry in data.get("packages", {}).items():
        if unknown := set(entry) - known:
            raise ModelError(f"{path}: {name} has an unknown key {min(unknown)!r}")
        lists = {key: tuple(entry[key]) for key in ("source", "target", "prefix", "scores") if key in entry}
        packages[name] = Package(**{"name": name, **entry, **lists})
    return packages


def locate(text: str, kind: Kind | None = None) -> Package:
    """The package that a name of the registry, the address of a zip, `xx-yy/FILE.zip` or `owner/name` stands for.

    `kind` chooses between the zip and the repository of a listed package. Raises UsageError or ModelError.
    """
    listed = read_registry()
    if text in listed:
        return _chosen(listed[text], kind)
    if "://" in text:
        if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).path.endswith(".zip"):
            raise UsageError(f"{text}: not the address of a zip over http or https")
        return _chosen(_unlisted_zip(text, listed), kind)
    if _MARIAN_PATH.fullmatch(text):
        return _chosen(_unlisted_zip(f"{MARIAN_HOST}/{text}", listed), kind)
    if re.fullmatch(r"[^/]+/[^/]+\.zip", text):
        tree = "OPUS-MT-models" if len(text.split("-")[0]) == 2 else "Tatoeba-MT-models"
        return _chosen(_unlisted_zip(f"{MARIAN_HOST}/{tree}/{text}", listed), kind)
    if _REPOSITORY.fullmatch(text):
        source, target = pair_in(text.split("/")[1]) or ((), ())
        known = next((p for p in listed.values() if p.huggingface == text), None)
        name = check_name(text.split("/")[1])
        package = replace(known, marian="") if known else Package(name, source, target, huggingface=text)
        return _chosen(package, kind)
    near = difflib.get_close_matches(text, listed, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "xlate model list names them"
    raise ModelError(f"no package named {text}; {hint} An address of a zip or a repository owner/name works, too")


def _unlisted_zip(url: str, listed: Mapping[str, Package]) -> Package:
    """A package for the address of a zip: the listed one if it has this address, else named after pair and file."""
    known = next((p for p in listed.values() if p.marian == url), None)
    if known:
        return known
    parts = urlsplit(url).path.strip("/").split("/")
    stem = parts[-1].removesuffix(".zip")
    pair = parts[-2] if len(parts) > 1 else ""
    source, target = pair_in(pair) or pair_in(stem) or ((), ())
    name = re.sub(r"[^A-Za-z0-9._+-]", "-", f"{pair}-{stem}" if pair_in(pair) else stem).lstrip(".-_+")
    return Package(check_name(name), source, target, release=stem, marian=url)


def _chosen(package: Package, kind: Kind | None) -> Package:
    if kind is None:
        return package
    if not getattr(package, kind):
        other = "huggingface" if kind == "marian" else "marian"
        raise UsageError(f"{package.name}: has no {kind} package; leave --from away, or say --from {other}")
    return replace(package, huggingface="") if kind == "marian" else replace(package, marian="")


def mirrored(url: str, mirror: str | None) -> str:
    """`url` with its scheme and host replaced by `mirror`, which may have a path of its own."""
    if not mirror:
        return url
    if urlsplit(mirror).scheme not in ("http", "https"):
        raise UsageError(f"--mirror {mirror}: not an http or https address")
    return mirror.rstrip("/") + urlsplit(url).path


def hub_file(repository: str, name: str) -> str:
    """Address of a file of a repository at its main revision."""
    return f"{HUB_HOST}/{repository}/resolve/main/{name}"
