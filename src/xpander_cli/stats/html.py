"""Statistics as one HTML page that needs nothing else: styles and charts (SVG) are in it, and it runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from xpander_cli.stats.screen import headline, percent, seconds
from xpander_cli.stats.summary import Group, Summary
from xpander_cli.text import one_line

_MOST_PERIODS = 92
_AGENTS = 50
_WIDTH, _HEIGHT = 920, 180

_COLORS = {
    "completed": "#2e7d32",
    "failed": "#c62828",
    "error": "#e05a3c",
    "stopped": "#757575",
    "executing": "#1565c0",
    "pending": "#0097a7",
    "paused": "#f9a825",
}

_EXPLANATION = (
    "Failed: the share of failed and error among completed, failed and error. Durations: from creation to the last "
    "change of tasks that have ended. Days are in UTC."
)

_STYLE = """
:root { color-scheme: light dark; --soft: #767676; --line: #8884; --bar: #1565c0; --bad: #c62828 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem; margin-bottom: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem }
p.soft, td.soft, .soft { color: var(--soft) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top }
td { border-top: 1px solid var(--line) } tr { break-inside: avoid }
td.long { overflow-wrap: anywhere } td.bar { width: 60% }
th.n, td.n { text-align: right; white-space: nowrap } th:last-child, td:last-child { padding-right: 0 }
svg { width: 100%; height: 180px; display: block } td svg { height: 1.2rem }
.scale { display: flex; justify-content: space-between; font-size: .8rem; margin: .25rem 0 }
@media (max-width: 600px) { body { font-size: 14px } th, td { padding-right: .5rem } td.bar { width: 45% } }
@media print { body { margin: 0; max-width: none } section { break-inside: avoid-page } }
@media (prefers-color-scheme: dark) { :root { --soft: #9a9a9a; --bar: #64a7f0; --bad: #ef6b6b } }
"""


def html_page(summary: Summary, source: str, now: datetime | None = None) -> str:
    """Return the page.

    Args:
        summary: The statistics.
        source: Where the tasks come from, such as an address or a file.
        now: When it is written; None for now.
    """
    written = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [
        f"<h1>Tasks</h1><p>{escape(headline(summary))}<br><span class=soft>{_text(source)}, {written}</span></p>",
        _section("By status", _status_table(summary)),
        _time_section(summary),
        _section("Agents", _agent_table(summary)) if summary.agents else "",
        _section("Slowest tasks", _slow_table(summary)) if summary.slowest else "",
        f"<p class=soft>{_EXPLANATION}</p>",
    ]
    return (
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<meta name=viewport content='width=device-width'><title>Tasks</title>"
        f"<style>{_STYLE}</style></head>\n<body>\n" + "\n".join(filter(None, parts)) + "\n</body></html>\n"
    )


def _text(value: str) -> str:
    """Return a text of a task, safe in HTML, in attributes too."""
    return escape(one_line(value))


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>\n{content}</section>"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[str]) -> str:
    """Return a table; the cells are HTML, and each column has a class: `n` for numbers, `long` for what may wrap."""
    kinds = [f" class={name}" if name else "" for name in classes]
    titles = "".join(f"<th{kind}>{title}</th>" for kind, title in zip(kinds, head, strict=True))
    lines = ("".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) for row in rows)
    return f"<table><tr>{titles}</tr>\n" + "".join(f"<tr>{line}</tr>\n" for line in lines) + "</table>"


def _status_table(summary: Summary) -> str:
    highest = max((group.tasks for group in summary.statuses.values()), default=1)

    def row(status: str, group: Group) -> list[str]:
        color = _COLORS.get(status, "var(--bar)")
        rect = f'<rect width="{group.tasks / highest * 300:.1f}" height="12" fill="{color}"/>'
        bar = f'<svg viewBox="0 0 300 12" preserveAspectRatio="none" aria-hidden="true">{rect}</svg>'
        return [_text(status), bar, f"{group.tasks:,}", percent(group.tasks / summary.all.tasks)]

    return _table(["Status", "", "Tasks", "Share"], [row(*item) for item in summary.by_status], ("", "bar", "n", "n"))


def _time_section(summary: Summary) -> str:
    name, periods = summary.periods(_MOST_PERIODS)
    if not periods:
        return ""
    highest = max(group.tasks for _, group in periods) or 1
    step = _WIDTH / len(periods)
    bars = []
    for at, (label, group) in enumerate(periods):
        tall, bad = group.tasks / highest * _HEIGHT, group.failed / highest * _HEIGHT
        told = f"{label}: {group.tasks:,} tasks, {group.failed:,} failed"
        place = f'x="{at * step + step * 0.1:.2f}" width="{step * 0.8:.2f}"'
        bars.append(
            f"<g><title>{told}</title>"
            f'<rect {place} y="{_HEIGHT - tall:.1f}" height="{tall:.1f}" fill="var(--bar)"/>'
            f'<rect {place} y="{_HEIGHT - bad:.1f}" height="{bad:.1f}" fill="var(--bad)"/></g>'
        )
    line = f'<line x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}" stroke="var(--soft)" stroke-width="2"/>'
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Tasks per {name}"'
    # Texts stand beside the drawing, which is stretched to the width of the screen.
    first, last = periods[0][0], periods[-1][0]
    chart = (
        f'<div class="scale soft"><span>most: {highest:,}</span></div><svg {box}>{"".join(bars)}{line}</svg>'
        f'<div class="scale soft"><span>{first}</span><span>{last if last != first else ""}</span></div>'
    )
    return _section(f"Tasks per {name} <span class=soft>(failed ones in red)</span>", chart)


def _agent_table(summary: Summary) -> str:
    rows = [
        [_text(agent), f"{group.tasks:,}", percent(group.failure_rate), *map(seconds, map(group.percentile, (50, 95)))]
        for agent, group in summary.busiest_agents[:_AGENTS]
    ]
    more = len(summary.agents) - len(rows)
    note = f"<p class=soft>and {more:,} more</p>" if more else ""
    return _table(["Agent", "Tasks", "Failed", "p50", "p95"], rows, ("long", "n", "n", "n", "n")) + note


def _slow_table(summary: Summary) -> str:
    rows = [[_text(task.id), _text(task.title), _text(task.status), seconds(task.seconds)] for task in summary.slowest]
    return _table(["Task", "Title", "Status", "Took"], rows, ("long", "long", "", "n"))
