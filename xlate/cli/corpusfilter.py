"""`xlate corpus filter`: the chain, its tools, and the table of what each filter dropped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from xlate.cli.console import Bar, err, table
from xlate.cli.corpusio import (
    From,
    Input,
    RejectedOut,
    Source,
    To,
    Workers,
    card,
    chosen_format,
    corpus,
    counted,
    rejects,
)
from xlate.cli.options import Json, MemoryPath, Quiet, memory_path
from xlate.errors import UsageError


@corpus.command("filter")
def filter_command(
    source_path: Input,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where the result goes; .gz .xz .zst pack it.")
    ] = None,
    chain_path: Annotated[
        Path | None,
        typer.Option("--chain", metavar="TOML", help="Your own chain; --show-chain prints one to begin with."),
    ] = None,
    cheap: Annotated[
        bool,
        typer.Option(
            "--cheap", help="Only filters that look at one pair at a time and ask no model, for large corpora."
        ),
    ] = False,
    show_chain: Annotated[bool, typer.Option("--show-chain", help="Print the chain as TOML and stop.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; only tell what would be dropped.")] = False,
    rejected_path: RejectedOut = None,
    semantic: Annotated[
        str,
        typer.Option(
            "--semantic",
            help="The filter margin, by sentence embeddings, which finds pairs that are no translations: on, off, or auto "
            "(where installed, for files up to 8 MB; it is slow).",
        ),
    ] = "auto",
    model: Annotated[str | None, typer.Option("--model", "-m", help="The filter translation, with this model.")] = None,
    memory: MemoryPath = None,
    workers: Workers = 2,
    from_format: From = None,
    to_format: To = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Drop pairs that are no good, filter by filter, and say how many each dropped."""
    from xlate.corpus import Account, Rejected, filter_pairs, write_chain

    chain = _chain(chain_path, cheap, semantic, model, source_path)
    if show_chain:
        typer.echo(write_chain(chain), nl=False)
        return
    if (out is None) != dry_run:
        raise UsageError("give --out FILE, or --dry-run to write nothing")
    account = Account()
    with Bar(quiet) as bar, ExitStack() as stack:
        source = Source(source_path, from_format, bar)
        tools = _tools(chain, model, memory, stack)
        chosen = chosen_format(out, to_format) if out else None
        outputs = chosen.files(out) if out and chosen else []
        writer = stack.enter_context(chosen.open_writer(out)) if chosen else None
        reject = stack.enter_context(rejects(rejected_path, outputs))

        def rejected(one: Rejected) -> None:
            reject(one.pair, {"dropped_by": one.filter, "dropped_score": one.score})

        kept = filter_pairs(source.pairs(), chain, account, tools=tools, rejected=rejected, workers=workers)
        for pair in kept:
            if writer is not None:
                writer.write(pair)
    counts = counted(source, {"read": account.read, "kept": account.kept, "dropped": dict(account.dropped)})
    if out is not None:
        card(out, outputs, [source], counts, {"chain": write_chain(chain).split("\n\n")})
    source.tell_skipped()
    if as_json:
        typer.echo(json.dumps(counts, ensure_ascii=False))
    elif not quiet:
        _tell_filters(account, chain)


def _tell_filters(account: Any, chain: Sequence[Any]) -> None:
    def share(count: int) -> str:
        return f"{count:>12,}  {100 * count / max(1, account.read):6.2f} %"

    rows = [("read", share(account.read))]
    for one in chain:
        bounds = [
            f"{name} {value:g}" for name, value in (("least", one.least), ("most", one.most)) if value is not None
        ]
        rows.append((f"- {one.name}", f"{share(account.dropped[one.name])}  {', '.join(bounds)}"))
    table([*rows, ("kept", share(account.kept))])


_SLOW = 8 << 20  # bytes of a corpus beyond which the sentence encoder has to be asked for by name


def _chain(path: Path | None, cheap: bool, semantic: str, model: str | None, source: Path) -> Sequence[Any]:
    from xlate import embed
    from xlate.corpus import default_chain, language, read_chain

    if semantic not in ("auto", "on", "off"):
        raise UsageError(f"--semantic {semantic}: choose from auto, on, off")
    if cheap:
        if path is not None or semantic == "on" or model is not None:
            raise UsageError("--cheap stands for a chain of its own; leave --chain, --semantic on and --model away")
        return default_chain(cheap=True)
    if path is not None:
        if semantic == "on":
            raise UsageError("--semantic belongs to the default chain; name the filter margin in your own")
        return read_chain(path)
    if semantic == "on" and not embed.available():
        raise UsageError(embed.CURE)
    meaning = ["margin"] if semantic == "on" else []
    if semantic == "auto":
        if not embed.available():
            err(f"the filter margin is left out: {embed.CURE}")
        elif source.is_file() and source.stat().st_size > _SLOW:
            err("the filter margin is left out for a file of this size; --semantic on uses it all the same")
        else:
            meaning = ["margin"]
    if not language.available():
        err("the filter language is left out; pip install 'xlate[corpus]' brings it")
    return default_chain(language=language.available(), meaning=[*meaning, *(["translation"] if model else [])])


def _tools(chain: Sequence[Any], model: str | None, memory: str | None, stack: ExitStack) -> Any:
    from xlate import embed
    from xlate.cli.bitext import Translator
    from xlate.corpus import Tools
    from xlate.settings import Settings

    names = {one.name for one in chain}
    encode = embed.encode if "margin" in names and embed.available() else None
    if "translation" not in names or model is None:
        return Tools(encode)
    with Bar(quiet=True) as silent:
        translate = stack.enter_context(Translator(model, Settings(), memory_path(memory), True, silent))
    return Tools(encode, translate)
