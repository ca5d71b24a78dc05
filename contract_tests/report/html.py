"""The report as a single HTML page without external resources."""

from collections.abc import Iterator
from html import escape

from ..contract.openapi import operations
from .model import Group, Report

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; --warn: #d29922; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
.verdict { font-size: 1.1rem; font-weight: 600 } .soft { opacity: .75 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top }
th { font-weight: 600; white-space: nowrap } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
td.zero { opacity: .3 } code, pre { font: 13px/1.45 ui-monospace, monospace }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
.held { color: var(--good) } .broken { color: var(--bad); font-weight: 600 }
.warned { color: var(--warn); font-weight: 600 } .not-run { opacity: .7 }
.failed { border-left: 3px solid var(--bad); padding-left: 1rem; margin: 1.5rem 0 }
.warning { border-left: 3px solid var(--warn); padding-left: 1rem; margin: 1.5rem 0 }
blockquote { margin: .5rem 0; font-style: italic }
dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; white-space: pre-line }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: .3rem; padding: 0 .35rem; margin: .1rem }
.tag.never { opacity: .45; border-style: dashed }
"""


def html(report: Report) -> str:
    """Return the whole report as an HTML page."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    verdicts, target = report.verdicts(), report.target
    failed = report.with_outcome("failed")
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Contract run</title><style>{STYLE}</style></head><body>"
    yield f"<h1>Contract run against {escape(report.server())}</h1>"
    yield f'<p class="soft">seed {target.seed} · profile {target.profile}</p>'
    yield f'<p class="verdict {"broken" if failed else "held"}">{report.verdict()}</p>'
    yield (
        f"<p>{verdicts['held']} claims held, {verdicts['broken']} broken, {verdicts['warned']} with a warning, "
        f"{verdicts['not run']} not run. {report.recorder.sent} requests, {len(report.exercised())} of "
        f"{len(operations())} operations.</p>"
    )
    yield from (f"<p>{escape(note)}</p>" for note in report.notes)
    yield from _groups("Failures", report.groups("failed"), "failed")
    yield from _groups("Warnings", report.groups("warned"), "warning")
    yield from _claims(report)
    yield from _statuses(report)
    yield from _parameters(report)
    yield "</body></html>"


def _groups(title: str, groups: list[Group], style: str) -> Iterator[str]:
    if not groups:
        return
    yield f"<h2>{title}</h2>"
    for group in groups:
        yield f'<section class="{style}"><code>{escape(group.tests[0])}</code>'
        for claim, sentence in group.quotes:
            yield f"<blockquote><b>{escape(claim)}</b> {escape(sentence)}</blockquote>"
        yield f"<dl><dt>expected</dt><dd>{escape(group.violation.expected)}</dd>"
        yield f"<dt>got</dt><dd>{escape(group.violation.actual)}</dd></dl>"
        if group.violation.curl:
            yield f"<pre>{escape(group.violation.curl)}</pre>"
        if len(group.tests) > 1:
            others = "".join(f"<li><code>{escape(test)}</code></li>" for test in group.tests[1:])
            yield f"<details><summary>and in {len(group.tests) - 1} more</summary><ul>{others}</ul></details>"
        yield "</section>"


def _claims(report: Report) -> Iterator[str]:
    yield '<h2>Claims</h2><div class="scroll"><table>'
    yield '<tr><th>claim</th><th></th><th>sentence</th><th>from</th><th class="n">tests</th></tr>'
    for row in report.claim_rows():
        why = f'<br><span class="soft">{escape("; ".join(row.reasons))}</span>' if row.verdict == "not run" else ""
        kind = "" if row.claim.kind == "hard" else '<br><span class="soft">advisory</span>'
        yield (
            f"<tr><th>{escape(row.claim.id)}{kind}</th>"
            f'<td class="{row.verdict.replace(" ", "-")}">{row.verdict}{why}</td>'
            f"<td>{escape(row.claim.sentence)}</td><td>{escape(row.claim.source)}</td>"
            f'<td class="n">{row.tests}</td></tr>'
        )
    yield "</table></div>"


def _statuses(report: Report) -> Iterator[str]:
    seen = {status for _, statuses in report.sent() for status in statuses}
    columns = sorted(seen | {status for operation in operations() for status in operation.statuses})
    documented = {operation.id: operation.statuses for operation in operations()}
    yield '<h2>Answers</h2><p class="soft">A dot marks a status that is not documented for the operation.</p>'
    yield '<div class="scroll"><table><tr><th>operation</th><th class="n">requests</th>'
    yield "".join(f'<th class="n">{status}</th>' for status in columns) + "</tr>"
    for name, statuses in report.sent():
        cells = []
        for status in columns:
            count = statuses.get(status, 0)
            shown = str(count) if count or status in documented.get(name, ()) else "·"
            cells.append(f'<td class="n{"" if count else " zero"}">{shown}</td>')
        yield f'<tr><th>{escape(name)}</th><td class="n">{statuses.total()}</td>{"".join(cells)}</tr>'
    yield "</table></div>"


def _parameters(report: Report) -> Iterator[str]:
    yield '<h2>Parameters</h2><p class="soft">Number of requests with each parameter; dashed ones were never sent.</p>'
    yield '<div class="scroll"><table>'
    for operation in operations():
        counts = report.recorder.parameters[operation.id]
        tags = "".join(
            f'<span class="tag{"" if counts.get(name) else " never"}">{escape(name)} {counts.get(name, 0) or ""}</span>'
            for name in operation.parameters
        )
        yield f"<tr><th>{escape(operation.id)}</th><td>{tags}</td></tr>"
    yield "</table></div>"
