"""What `xlate score` and `xlate eval` share: options of metrics, gates and reports, and how a report is given out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_type_hints

import typer

from xlate.cli.console import err
from xlate.cli.options import takes
from xlate.errors import UsageError

if TYPE_CHECKING:
    from xlate.score.baseline import Baseline
    from xlate.score.judge import Options, Report, SystemReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """The options of metrics, gates and reports as they were typed, and what follows from them."""

    metrics: Annotated[
        list[str] | None,
        typer.Option("--metric", help="bleu, chrf, chrf++ or ter; may be given again or with commas. [bleu,chrf]"),
    ] = None
    samples: Annotated[
        int, typer.Option(min=0, help="Bootstrap resamples for intervals and gates, which need 100; 0: no intervals.")
    ] = 1000
    seed: Annotated[
        int, typer.Option(min=0, envvar="SACREBLEU_SEED", help="Of the random numbers; as for sacrebleu.")
    ] = 12345
    paired: Annotated[
        str, typer.Option(metavar="bs|ar|both|none", help="Tests between systems: bootstrap, randomisation.")
    ] = "both"
    trials: Annotated[int, typer.Option(min=1, help="Trials of paired approximate randomisation.")] = 10000
    minimum: Annotated[
        list[str] | None,
        typer.Option("--min", metavar="METRIC=SCORE", help="Gate: fail below this score. May be given again."),
    ] = None
    lower_end: Annotated[
        bool, typer.Option("--lower-end", help="--min asks it of the lower end of the 95 % interval.")
    ] = False
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Stored outputs to compare with, segment by segment."),
    ] = None
    max_drop: Annotated[
        list[str] | None,
        typer.Option(
            "--max-drop",
            metavar="METRIC=POINTS",
            help="Gate: fail if the score drops by more against the baseline, and significantly. May be given again.",
        ),
    ] = None
    max_flags: Annotated[
        list[str] | None,
        typer.Option(
            "--max-flags",
            metavar="KIND=SHARE",
            help="Gate: fail if more segments, with a reference or without, have this flag (any: any).",
        ),
    ] = None
    allow_underpowered: Annotated[
        bool,
        typer.Option("--allow-underpowered", help="Judge --max-drop even where the segments cannot show such a drop."),
    ] = False
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write the first system's outputs to the --baseline file instead.")
    ] = False
    segments: Annotated[
        Path | None,
        typer.Option("--segments", metavar="FILE", help="Write the scores of every segment (.tsv or .jsonl)."),
    ] = None
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write a summary for a job page.")
    ] = None
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page that shows where scores come from.")
    ] = None
    github: Annotated[bool, typer.Option("--github", help="Print the gates as GitHub annotations.")] = False
    width: Annotated[int, typer.Option("--width", "-w", min=0, max=10, help="Decimals of printed scores.")] = 2

    def options(self) -> Options:
        """The options of a report. Raises UsageError for what cannot be meant."""
        from xlate.check import KINDS
        from xlate.score.gates import parse_gate
        from xlate.score.judge import Options, Test
        from xlate.score.metrics import metric_names

        tests: dict[str, tuple[Test, ...]] = {"bs": ("bs",), "ar": ("ar",), "both": ("bs", "ar"), "none": ()}
        if self.paired not in tests:
            raise UsageError(f"unknown test '{self.paired}' for --paired; choose from {', '.join(tests)}")
        if self.update_baseline and self.baseline is None:
            raise UsageError("--update-baseline needs --baseline FILE, the file to write")
        if self.update_baseline and self.max_drop:
            raise UsageError(
                "--update-baseline replaces the baseline; leave out --max-drop, or judge first and update after"
            )
        gates = [
            *(parse_gate("--min", text) for text in self.minimum or ()),
            *(parse_gate("--max-drop", text) for text in self.max_drop or ()),
            *(parse_gate("--max-flags", text) for text in self.max_flags or ()),
        ]
        for gate in gates:
            if gate.option == "--max-flags" and gate.name not in ("any", *KINDS):
                # a misspelt kind would never be found, and the gate would never fail
                raise UsageError(f"{gate}: unknown flag '{gate.name}'; choose from any, {', '.join(KINDS)}")
        names = [name for item in self.metrics or ["bleu", "chrf"] for name in item.split(",")]
        return Options(
            metrics=metric_names(names),
            samples=self.samples,
            trials=self.trials,
            seed=self.seed,
            paired=tests[self.paired],
            gates=tuple(gates),
            lower_end=self.lower_end,
            allow_underpowered=self.allow_underpowered,
        )

    def stored(self) -> Baseline | None:
        """The baseline to compare with; None where there is none or it is to be written."""
        from xlate.score.baseline import read_baseline

        return read_baseline(self.baseline) if self.baseline and not self.update_baseline else None

    def give_out(self, report: Report, *, as_json: bool, quiet: bool) -> None:
        """Print and write a report, then end with exit code 1 and a line for each gate that did not hold."""
        from xlate.score import reports
        from xlate.score.page import as_html

        writers: list[tuple[Path | None, Callable[[], str]]] = [
            (self.segments, lambda: _segments(report, self.segments, self.width)),
            (self.markdown, lambda: reports.as_markdown(report, self.width)),
            (self.junit, lambda: reports.as_junit(report)),
            (self.html, lambda: as_html(report)),
        ]
        for path, text in writers:
            if path is not None:
                _write(path, text())
        if as_json:
            typer.echo(json.dumps(reports.as_json(report), ensure_ascii=False, indent=2))
        elif not quiet:
            _print(report, self.width)
        if self.github:
            typer.echo(reports.as_annotations(report), nl=False)
        for verdict in report.verdicts:
            if verdict.outcome != "passed":
                who = f"{verdict.system}: " if len(report.systems) > 1 else ""
                err(f"{'warning: ' if verdict.outcome == 'warned' else ''}{who}{verdict.sentence}")
        if report.failed:
            raise typer.Exit(1)


takes_scoring = takes("scoring", Scoring, get_type_hints(Scoring, include_extras=True))


def _segments(report: Report, path: Path | None, width: int) -> str:
    from xlate.lines import to_json
    from xlate.score import reports

    if path is not None and path.suffix == ".jsonl":
        return "".join(to_json(row) + "\n" for row in reports.segment_rows(report))
    return reports.segments_tsv(report, width)


def _write(path: Path, text: str) -> None:
    from xlate.files import replacing

    with replacing(path) as handle:
        handle.write(text)


def _print(report: Report, width: int) -> None:
    """The report for a person: each system's scores, then the comparison with the baseline and the gates."""
    from xlate.score.reports import p_values, shown

    names = [m.statistics.name for m in report.systems[0].measured]
    rows = [["", *names]]
    for system in report.systems:
        rows.append([system.system.name, *(shown(m, width) for m in system.measured)])
        tests = [p_values(m) for m in system.measured]
        if any(tests):
            rows.append(["", *tests])
    _table(rows)
    typer.echo()
    for m in report.systems[0].measured:
        typer.echo(f"{m.score.metric}|{m.score.signature}")
    if report.task.unscored:
        typer.echo(f"{report.task.unscored} segments have no reference and are not scored")
    for system in report.systems:
        if system.comparisons and report.baseline:
            _against_baseline(report.baseline.system.name, system, width)
    for verdict in report.verdicts:
        if verdict.outcome == "passed":
            typer.echo(verdict.sentence)


def _against_baseline(name: str, system: SystemReport, width: int) -> None:
    from xlate.score.gates import rounded_up

    typer.echo()
    rows = [["", "baseline", "now", "drop", "95 % interval", "p (one-sided)", "smallest detectable drop"]]
    for c in system.comparisons:
        ends = f"{c.low:+.{width}f} to {c.high:+.{width}f}"
        values = [f"{c.baseline:.{width}f}", f"{c.system:.{width}f}", f"{c.drop:+.{width}f}", ends]
        rows.append([c.name, *values, f"{c.p:.3f}", rounded_up(c.detectable, width)])
    typer.echo(f"{system.system.name} against the baseline {name}")
    _table(rows)


def _table(rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
