"""Options that several commands share, written once: every field of Settings becomes an option of its name."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from xlate.settings import Settings

Model = Annotated[str, typer.Option("--model", "-m", help="Name of an installed model, or the path of its directory.")]
MemoryPath = Annotated[
    str | None,
    typer.Option(
        "--memory",
        metavar="PATH|none",
        help="Translation memory to ask first and to add to; none keeps nothing. By default one in your cache folder.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar, no table, no notes.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a machine to read.")]

DEFAULT_MODEL = "ar-en-starter"

_HELP = {
    "beam_size": "Hypotheses kept while searching.",
    "patience": "Beam search goes on until beam_size × patience hypotheses are finished.",
    "length_penalty": "Exponent on length when hypotheses are compared.",
    "coverage_penalty": "Weight of the penalty for source words left out.",
    "repetition_penalty": "Penalty on tokens already written; 1 is none.",
    "no_repeat_ngram_size": "Forbid repeating n-grams of this size; 0 is off.",
    "disable_unk": "Never write the unknown token.",
    "max_input_length": "Longest source in tokens; what is longer is split at clauses.",
    "max_decoding_length": "Longest translation in tokens; what reaches it is translated again in parts.",
    "compute_type": "Arithmetic, as CTranslate2 names it: int8, int16, float16, float32 …",
    "device": "cpu, cuda or auto.",
    "device_index": "Which GPU.",
    "inter_threads": "Batches translated at the same time; 0: one a core.",
    "intra_threads": "Threads for each batch; 0: one.",
    "max_batch_size": "Largest batch, in units of batch-type.",
    "batch_type": "tokens or examples.",
}


def takes(
    parameter: str, kind: type, annotations: Mapping[str, Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a decorator that gives a command one option for each field of the dataclass `kind` instead of `parameter`.

    `annotations` holds each field's type with its typer option. The command is called with the object made of what was typed.
    """
    names = [f.name for f in fields(kind)]

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def with_options(**values: Any) -> Any:
            chosen = {name: values.pop(name) for name in names}
            return command(**values, **{parameter: kind(**chosen)})

        own = inspect.signature(command, eval_str=True)
        parameters = [p for p in own.parameters.values() if p.name != parameter]
        for field in fields(kind):
            parameters.append(
                inspect.Parameter(
                    field.name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=field.default,
                    annotation=annotations[field.name],
                )
            )
        keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        with_options.__signature__ = own.replace(parameters=keyword_only)  # type: ignore[attr-defined]
        with_options.__annotations__ = {p.name: p.annotation for p in keyword_only}
        return with_options

    return decorated


def _flag(name: str) -> str:
    flag = "--" + name.replace("_", "-")
    return f"{flag}/--no-{flag[2:]}" if name == "disable_unk" else flag


takes_settings = takes(
    "settings",
    Settings,
    {
        name: Annotated[hint, typer.Option(_flag(name), help=_HELP[name], rich_help_panel="Decoding")]
        for name, hint in typing.get_type_hints(Settings).items()
    },
)


def memory_path(choice: str | None) -> Path | None:
    """Where the memory is, from the value of --memory."""
    from xlate.memory import default_path

    if choice is None:
        return default_path()
    return None if choice == "none" else Path(choice)
