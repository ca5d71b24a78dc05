"""The recorded figures of the benchmarks: JSON files beside the pages of `docs/` that are written from them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

DOCS = Path(__file__).parents[1] / "docs"
CLIENT, MOCK = DOCS / "benchmarks.json", DOCS / "benchmarks-mock.json"

Kind = Literal["at most", "faster", "equal"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value.

    Args:
        label: What was measured, in Markdown.
        value: The value.
        unit: Its unit: seconds, megabytes, or packages.
    """

    label: str
    value: float
    unit: Literal["s", "MB", "packages"] = "s"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values measured in the same run, and the goal for their ratio.

    Args:
        name: Identifier, which does not change between releases.
        what: What both do, in Markdown.
        ours: The value of this project.
        other: The value that it is compared with; None if it could not be measured.
        goal: Limit of the ratio, None if there is none.
        kind: `at most`: ours is at most `goal` times the other; `faster`: the other is at least `goal` times ours;
            `equal`: the ratio differs from 1 by at most `goal`.
        skipped: Why the other value could not be measured.
    """

    name: str
    what: str
    ours: Measurement
    other: Measurement | None
    goal: float | None = None
    kind: Kind = "at most"
    skipped: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the other, or the other by ours for the kind `faster`; None without another value."""
        if self.other is None:
            return None
        ratio = self.ours.value / self.other.value
        return 1 / ratio if self.kind == "faster" else ratio

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal or without another value."""
        if self.ratio is None or self.goal is None:
            return None
        match self.kind:
            case "at most":
                return self.ratio <= self.goal
            case "faster":
                return self.ratio >= self.goal
            case "equal":
                return abs(self.ratio - 1) <= self.goal


@dataclass(frozen=True, slots=True)
class Rate:
    """Answers of a server per second.

    Args:
        name: Identifier, which does not change between releases.
        what: The requests, in Markdown.
        per_cpu_second: Answers per second of the server's processor time.
        per_second: Answers per second of wall time.
        goal: The goal in words.
    """

    name: str
    what: str
    per_cpu_second: float
    per_second: float
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with a goal in words.

    Args:
        name: Identifier, which does not change between releases.
        what: What was measured, in Markdown.
        values: The values by their units.
        text: The values as the page shows them.
        goal: The goal in words.
    """

    name: str
    what: str
    values: Mapping[str, float]
    text: str
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """When and where a benchmark ran."""

    date: str = field(default_factory=lambda: str(datetime.now(UTC).date()))
    python: str = field(default_factory=platform.python_version)
    system: str = field(default_factory=lambda: f"{platform.system()} {platform.machine()}")

    def __str__(self) -> str:
        """Return date, Python and system as the last line of a page."""
        return f"{self.date}, Python {self.python}, {self.system}."


@dataclass(frozen=True, slots=True)
class ClientResults:
    """The results of `make bench`."""

    comparisons: Sequence[Comparison]
    machine: Machine = field(default_factory=Machine)

    @classmethod
    def load(cls) -> ClientResults:
        """Read the recorded results."""
        recorded = _read(CLIENT)
        comparisons = [
            Comparison(
                **{**row, "ours": Measurement(**row["ours"]), "other": row["other"] and Measurement(**row["other"])}
            )
            for row in recorded["comparisons"]
        ]
        return cls(comparisons, Machine(**recorded["machine"]))

    def save(self) -> None:
        """Replace the recorded results."""
        _write(CLIENT, asdict(self))


@dataclass(frozen=True, slots=True)
class MockResults:
    """The results of `make bench-mock`.

    Args:
        tasks: Number of tasks that the mock held.
        own_tasks: Number of those tasks in the organization whose key was used.
        rates: The rates; the first is page 1, with which the page compares the others.
        figures: The other figures.
    """

    tasks: int
    own_tasks: int
    rates: Sequence[Rate]
    figures: Sequence[Figure]
    machine: Machine = field(default_factory=Machine)

    @classmethod
    def load(cls) -> MockResults:
        """Read the recorded results."""
        recorded = _read(MOCK)
        return cls(
            recorded["tasks"],
            recorded["own_tasks"],
            [Rate(**row) for row in recorded["rates"]],
            [Figure(**row) for row in recorded["figures"]],
            Machine(**recorded["machine"]),
        )

    def save(self) -> None:
        """Replace the recorded results."""
        _write(MOCK, asdict(self))


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
