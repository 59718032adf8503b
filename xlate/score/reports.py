"""A report in the forms that machines and job pages read: JSON, Markdown, JUnit XML, GitHub annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from xlate.score.gates import rounded_up
from xlate.score.judge import Measured, Report, SystemReport
from xlate.score.metrics import segment_signature, segment_values
from xlate.score.power import Comparison

_MARK = {"passed": "✅", "warned": "⚠️", "failed": "❌"}


def as_json(report: Report, segments: bool = False) -> dict[str, Any]:
    """The report as plain data. Scores are not rounded. `segments` adds the scores of every segment."""
    task, options = report.task, report.options
    return {
        "task": {
            "segments": len(task.ids),
            "references": len(task.streams),
            "digest": task.digest,
            "without_reference": task.unscored,
        },
        "resampling": {"samples": options.samples, "trials": options.trials, "seed": options.seed},
        "systems": [_system_json(report, system) for system in report.systems],
        "baseline": str(report.baseline.path) if report.baseline else None,
        "gates": [
            {"gate": v.gate, "system": v.system, "outcome": v.outcome, "sentence": v.sentence} for v in report.verdicts
        ],
        **({"segments": list(segment_rows(report))} if segments else {}),
    }


def _system_json(report: Report, system: SystemReport) -> dict[str, Any]:
    return {
        "name": system.system.name,
        "scores": [_measured_json(m) for m in system.measured],
        "flags": system.flags,
        "against_baseline": [_comparison_json(c) for c in system.comparisons],
    }


def _measured_json(m: Measured) -> dict[str, Any]:
    ends = m.interval
    return {
        "metric": m.score.metric,
        "value": m.score.value,
        "signature": m.score.signature,
        "n": m.score.n,
        "confidence": m.score.confidence,
        "mean": ends.mean if ends else None,
        "low": ends.low if ends else None,
        "high": ends.high if ends else None,
        "p_bootstrap": m.p_bootstrap,
        "p_randomisation": m.p_randomisation,
    }


def _comparison_json(c: Comparison) -> dict[str, Any]:
    return {
        "metric": c.name,
        "baseline": c.baseline,
        "system": c.system,
        "drop": c.drop,
        "low": c.low,
        "high": c.high,
        "p": c.p,
        "p_two_sided": c.p_two_sided,
        "detectable": c.detectable,
        "samples": c.samples,
    }


def segment_rows(report: Report) -> Sequence[dict[str, Any]]:
    """One entry a segment: id and, for each system, the score of each metric (sacrebleu's sentence level)."""
    tables = [
        (s.system.name, [(m.statistics.name, segment_values(m.statistics).tolist()) for m in s.measured])
        for s in report.systems
    ]
    return [
        {"id": segment, "scores": {name: {metric: values[i] for metric, values in table} for name, table in tables}}
        for i, segment in enumerate(report.task.ids)
    ]


def segments_tsv(report: Report, width: int = 2) -> str:
    """The scores of every segment as TSV with a header; the signatures are in lines that begin with `#`."""
    rows = segment_rows(report)
    columns = [(s.system.name, m.statistics.name) for s in report.systems for m in s.measured]
    lines = [f"# {m.statistics.name}: {segment_signature(m.statistics)}" for m in report.systems[0].measured]
    head = [name if len(report.systems) == 1 else f"{system} {name}" for system, name in columns]
    lines.append("\t".join(["id", *head]))
    for row in rows:
        lines.append("\t".join([row["id"], *(f"{row['scores'][s][m]:.{width}f}" for s, m in columns)]))
    return "\n".join(lines) + "\n"


def shown(m: Measured, width: int = 2) -> str:
    """A score as text: value, and mean ± half-width of its interval as sacrebleu prints them."""
    value = f"{m.score.value:.{width}f}"
    return f"{value} (μ = {m.interval.mean:.{width}f} ± {m.interval.half:.{width}f})" if m.interval else value


def p_values(m: Measured) -> str:
    """The p-values of the paired tests against the first system, with a star where they are below 0.05."""
    tests = {"bootstrap": m.p_bootstrap, "randomisation": m.p_randomisation}
    return ", ".join(f"{name} p = {p:.4f}{'*' if p < 0.05 else ''}" for name, p in tests.items() if p is not None)


def as_markdown(report: Report, width: int = 2) -> str:
    """Markdown for a job summary: scores, the comparison with the baseline, the gates, the signatures."""
    names = [m.statistics.name for m in report.systems[0].measured]
    lines = ["| system | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for system in report.systems:
        cells = [shown(m, width) + (f"<br>{p_values(m)}" if p_values(m) else "") for m in system.measured]
        lines.append(f"| {_cell(system.system.name)} | " + " | ".join(cells) + " |")
    if report.baseline:
        lines += ["", f"Against the baseline {_cell(report.baseline.system.name)}:", ""]
        lines += [
            "| system | metric | baseline | now | drop | 95 % interval | p (one-sided) | smallest detectable drop |"
        ]
        lines += ["|---" * 8 + "|"]
        for system in report.systems:
            for c in system.comparisons:
                lines.append(
                    f"| {_cell(system.system.name)} | {c.name} | {c.baseline:.{width}f} | {c.system:.{width}f} "
                    f"| {c.drop:+.{width}f} | {c.low:+.{width}f} to {c.high:+.{width}f} | {c.p:.3f} "
                    f"| {rounded_up(c.detectable, width)} |"
                )
    if report.verdicts:
        lines += [
            "",
            *(f"- {_MARK[v.outcome]} {_cell(_who(report, v.system) + v.sentence)}" for v in report.verdicts),
        ]
    lines += ["", "```", *(f"{m.score.metric}|{m.score.signature}" for m in report.systems[0].measured), "```", ""]
    return "\n".join(lines)


def _who(report: Report, name: str) -> str:
    """The system's name before a sentence, where there is more than one."""
    return f"{name}: " if len(report.systems) > 1 else ""


def _cell(text: str) -> str:
    """Text that stays one cell and shows as it is."""
    for char in "\\|<>*_`[]":
        text = text.replace(char, "\\" + char)
    return " ".join(text.split())


def as_junit(report: Report) -> str:
    """JUnit XML: one test case a gate and system, or one a metric where there is no gate."""
    cases = []
    for v in report.verdicts:
        attributes = f"classname={quoteattr(_xml(v.system))} name={quoteattr(_xml(v.gate))}"
        sentence = _xml(v.sentence)
        if v.outcome == "failed":
            cases.append(f"    <testcase {attributes}><failure message={quoteattr(sentence)}/></testcase>")
        else:
            cases.append(f"    <testcase {attributes}><system-out>{escape(sentence)}</system-out></testcase>")
    if not report.verdicts:
        for system in report.systems:
            for m in system.measured:
                text = escape(f"{m.score.metric}|{m.score.signature} = {shown(m)}")
                attributes = f"classname={quoteattr(_xml(system.system.name))} name={quoteattr(m.score.metric)}"
                cases.append(f"    <testcase {attributes}><system-out>{text}</system-out></testcase>")
    head = f'tests="{len(cases)}" failures="{len(report.failed)}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites {head}>",
            f'  <testsuite name="xlate" {head}>',
            *cases,
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _xml(text: str) -> str:
    """`text` without the control characters that XML cannot hold."""
    return "".join(c if c in "\t\n" or ord(c) >= 32 else "�" for c in text)


def as_annotations(report: Report) -> str:
    """GitHub workflow commands: an error for a gate that failed, a warning for one that warned, a notice otherwise."""
    level = {"failed": "error", "warned": "warning", "passed": "notice"}
    lines = [f"::{level[v.outcome]} title={_property(v.gate)}::{_data(v.sentence)}" for v in report.verdicts]
    return "".join(line + "\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
