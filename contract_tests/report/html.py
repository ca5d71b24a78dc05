"""The report as a single HTML page without external resources."""

import re
from functools import cache
from pathlib import Path
from typing import get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..contract.openapi import operations
from . import charts
from .history import flaky_rate
from .model import Report, Verdict

TEMPLATES = Path(__file__).with_name("templates")
# What needs attention comes first.
VERDICTS: tuple[Verdict, ...] = ("broken", "known", "flaky", "warned", "held", "not run")
assert set(VERDICTS) == set(get_args(Verdict))


def html(report: Report) -> str:
    """Return the whole report as an HTML page."""
    statuses = sorted(
        {status for _, counts in report.sent() for status in counts}
        | {status for operation in operations() for status in operation.statuses}
    )
    documented = {operation.id: operation.statuses for operation in operations()}
    latencies, scale = charts.latencies(report)
    flaky = [finding.test for finding in report.with_outcome("flaky")]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            operations=operations(),
            verdicts=VERDICTS,
            counts=report.verdicts(),
            rows=sorted(report.claim_rows(), key=lambda row: VERDICTS.index(row.verdict)),
            statuses=statuses,
            heat=[
                (name, charts.heat_cells(statuses, dict(counts), documented.get(name, ())), counts.total())
                for name, counts in report.sent()
            ],
            latencies=latencies,
            scale=scale,
            failures=charts.failures_trend(report.nights),
            latency=charts.latency_trend(report.nights),
            rates={test: flaky_rate(test, report.nights) for test in flaky},
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"code": _code, "seconds": charts.seconds}
    return environment


def _code(text: str) -> Markup:
    """Return a text in which what stands in backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))
