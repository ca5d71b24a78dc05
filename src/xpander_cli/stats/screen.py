"""Statistics in a terminal: bars, and a spark line of the days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xpander_cli.tables import STYLES
from xpander_cli.text import one_line
from xpander_cli.times import short

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from xpander_cli.stats.summary import Group, Summary

_SPARKS = "▁▂▃▄▅▆▇█"
_BAR = "█"
_AGENTS = 10
_WIDE = 70


def layout(summary: Summary, width: int) -> list[RenderableType]:
    """Return what a terminal of a width shows of the statistics, one below the other."""
    from rich.text import Text

    parts: list[RenderableType] = [Text(headline(summary), style="bold"), _statuses(summary, width)]
    if summary.agents:
        parts += [Text(), _agents(summary, width)]
    if summary.days:
        parts += [Text(), *_days(summary, width)]
    if summary.slowest:
        parts += [Text(), _slowest(summary, width)]
    return parts


def headline(summary: Summary) -> str:
    """Return the totals in one line."""
    everything = summary.all
    parts = [f"{everything.tasks:,} tasks" if everything.tasks != 1 else "1 task"]
    if summary.days:
        first, last = min(summary.days), max(summary.days)
        parts[0] += f", {first}" if first == last else f", {first} to {last}"
    parts.append(f"{percent(everything.failure_rate)} failed")
    parts.append(f"p50 {seconds(everything.percentile(50))}, p95 {seconds(everything.percentile(95))}")
    return " · ".join(parts)


def percent(share: float | None) -> str:
    """Return a share as a percentage, `-` if there is none."""
    return "-" if share is None else f"{share:.1%}"


def seconds(value: float | None) -> str:
    """Return a duration in its two largest units, `-` if there is none."""
    return "-" if value is None else short(value)


def spark(values: list[int]) -> str:
    """Return a line of blocks whose heights are the values; a space stands for 0."""
    highest = max(values, default=0)
    return "".join(_SPARKS[-(-value * len(_SPARKS) // highest) - 1] if value else " " for value in values)


def _grid(titles: str, *columns: dict[str, Any]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for title, column in zip(titles.split("|"), columns, strict=True):
        table.add_column(title, **column)
    return table


def _bar(value: int, highest: int, room: int) -> str:
    return _BAR * max(1, round(value / highest * room)) if value else ""


def _statuses(summary: Summary, width: int) -> Table:
    from rich.text import Text

    table = _grid("STATUS||TASKS|SHARE", {"min_width": 10}, {}, {"justify": "right"}, {"justify": "right"})
    room = max(4, min(40, width - 36))
    highest = max((group.tasks for group in summary.statuses.values()), default=1)
    for status, group in summary.by_status:
        style = STYLES.get(status, "")
        bar = Text(_bar(group.tasks, highest, room), style=style)
        share = group.tasks / summary.all.tasks
        table.add_row(Text(one_line(status), style=style), bar, f"{group.tasks:,}", percent(share))
    return table


def _agents(summary: Summary, width: int) -> Table:
    from rich.text import Text

    wide = width >= _WIDE
    right: dict[str, Any] = {"justify": "right", "no_wrap": True}
    table = _grid(
        "AGENT|TASKS|FAILED" + ("|P50|P95" if wide else ""), {"overflow": "fold"}, *[right] * (4 if wide else 2)
    )
    for agent, group in summary.busiest_agents[:_AGENTS]:
        table.add_row(
            Text(one_line(agent)), f"{group.tasks:,}", percent(group.failure_rate), *(_spans(group) if wide else ())
        )
    if (more := len(summary.agents) - _AGENTS) > 0:
        table.add_row(Text(f"and {more:,} more", style="bright_black"))
    return table


def _spans(group: Group) -> tuple[str, str]:
    return seconds(group.percentile(50)), seconds(group.percentile(95))


def _days(summary: Summary, width: int) -> list[RenderableType]:
    from rich.text import Text

    name, periods = summary.periods(width)
    tasks = [group.tasks for _, group in periods]
    label, most = max(periods, key=lambda period: period[1].tasks)
    title = f"TASKS PER {name.upper()}"
    note = f"  {periods[0][0]} to {periods[-1][0]}, most {most.tasks:,} on {label}"
    head = Text(title, style="bold")
    if len(title) + len(note) <= width:
        head.append(note, style="not bold bright_black")
    return [head, Text(spark(tasks), style="cyan", no_wrap=True)]


def _slowest(summary: Summary, width: int) -> Table:
    from rich.text import Text

    wide = width >= _WIDE
    columns: list[dict[str, Any]] = [{"overflow": "fold"}, {"justify": "right", "no_wrap": True}]
    table = _grid(
        "SLOWEST|TOOK" + ("|TITLE" if wide else ""),
        *columns,
        *([{"overflow": "ellipsis", "no_wrap": True}] if wide else []),
    )
    for task in summary.slowest:
        title = [Text(one_line(task.title))] if wide else []
        table.add_row(Text(one_line(task.id)), short(task.seconds), *title)
    return table
