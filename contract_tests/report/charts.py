"""The figures of the HTML report as numbers that its templates draw."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .history import quantile
from .model import Night, Report

BINS = 24
BAR_HEIGHT = 26
LEFT, RIGHT, TOP, BOTTOM = 64, 590, 20, 130


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the table of answers.

    Args:
        status: Its status.
        text: What it shows.
        heat: How dark it is, in percent.
    """

    status: int
    text: str
    heat: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram.

    Args:
        height: Its height in pixels.
        title: What it stands for.
    """

    height: int
    title: str


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency of an operation, in seconds, and its histogram."""

    name: str
    half: float
    most: float
    longest: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a trend.

    Args:
        name: Its name.
        style: Its class in the style sheet.
        points: Its points, as SVG writes them.
        marks: Place and title of each point.
    """

    name: str
    style: str
    points: str
    marks: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines over the last runs.

    Args:
        lines: The lines.
        top: The value at the top.
        first: Day of the first run.
        last: Day of the last run.
    """

    lines: tuple[Line, ...]
    top: str
    first: str
    last: str


def seconds(value: float) -> str:
    """Return a time in milliseconds or seconds, with two or three digits that matter."""
    if value < 1:
        return f"{1000 * value:.{1 if value < 0.1 else 0}f} ms"
    return f"{value:.1f} s"


def heat_cells(statuses: Sequence[int], counts: dict[int, int], documented: Sequence[int]) -> list[HeatCell]:
    """Return the cells of an operation.

    Args:
        statuses: The columns.
        counts: Number of answers with each status.
        documented: The documented statuses.
    """
    most = max(counts.values(), default=1)
    cells = []
    for status in statuses:
        count = counts.get(status, 0)
        heat = round(15 + 60 * math.log1p(count) / math.log1p(most)) if count else 0
        cells.append(HeatCell(status, str(count) if count or status in documented else "·", heat))
    return cells


def latencies(report: Report) -> tuple[list[Latency], tuple[str, str]]:
    """Return the latency of each operation, and the shortest and longest time of their common scale."""
    found = {name: values for name, values in sorted(report.recorder.latencies.items()) if values}
    everything = [max(value, 1e-4) for values in found.values() for value in values] or [1e-3]
    low, high = min(everything), max(everything) * 1.0001
    width = math.log(high / low) / BINS or 1.0
    rows = []
    for name, values in found.items():
        bins = [0] * BINS
        for value in values:
            bins[min(int(math.log(max(value, 1e-4) / low) / width), BINS - 1)] += 1
        edges = [seconds(low * math.exp(number * width)) for number in range(BINS + 1)]
        heights = [max(round(BAR_HEIGHT * count / max(bins)), 1) if count else 0 for count in bins]
        titles = [f"{count} from {start} to {end}" for count, start, end in zip(bins, edges, edges[1:], strict=False)]
        bars = tuple(Bar(height, title) for height, title in zip(heights, titles, strict=True))
        rows.append(Latency(name, quantile(values, 0.5), quantile(values, 0.95), max(values), bars))
    return rows, (seconds(low), seconds(high))


def failures_trend(nights: Sequence[Night]) -> Trend:
    """Return the number of new and known failures of each run."""
    series: dict[tuple[str, str], list[float]] = {
        ("new", "broken"): [night.failed for night in nights],
        ("known", "known"): [night.known for night in nights],
    }
    return _trend(nights, series, lambda value: f"{value:.0f}")


def latency_trend(nights: Sequence[Night]) -> Trend:
    """Return the median over all operations of their medians and of their 95th percentiles."""

    def over_all(part: int) -> list[float]:
        return [quantile([both[part] for both in night.latency.values()] or [0.0], 0.5) for night in nights]

    return _trend(nights, {("median", "half"): over_all(0), ("95%", "most"): over_all(1)}, seconds)


def _trend(nights: Sequence[Night], series: dict[tuple[str, str], list[float]], shown: Callable[[float], str]) -> Trend:
    top = max((value for values in series.values() for value in values), default=0.0) or 1.0
    step = (RIGHT - LEFT) / max(len(nights) - 1, 1)
    lines = []
    for (name, style), values in series.items():
        places = [
            (round(LEFT + number * step, 1), round(BOTTOM - (BOTTOM - TOP) * value / top, 1))
            for number, value in enumerate(values)
        ]
        titles = [f"{night.when[:10]}: {shown(value)} {name}" for night, value in zip(nights, values, strict=True)]
        points = " ".join(f"{x},{y}" for x, y in places)
        lines.append(
            Line(name, style, points, tuple((x, y, title) for (x, y), title in zip(places, titles, strict=True)))
        )
    days = [night.when[:10] for night in nights] or [""]
    return Trend(tuple(lines), shown(top), days[0], days[-1])
