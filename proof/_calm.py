"""What is recorded of the runs against the healthy mock."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = Path(__file__).with_name("false_alarms.json")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the contract suite against the healthy mock.

    Args:
        seed: Its seed; `SEED=` repeats it.
        profile: Its profile; `PROFILE=` repeats it.
        others: How many requests other clients have sent to the same mock meanwhile.
        failed: The tests that failed, which is none unless something is wrong with them.
        passed: How many passed.
    """

    seed: int
    profile: str
    others: int
    failed: tuple[str, ...]
    passed: int


@dataclass(frozen=True, slots=True)
class Calm:
    """The last series of runs."""

    runs: tuple[Run, ...] = ()

    @classmethod
    def load(cls) -> Calm:
        """What was recorded last."""
        if not RECORD.exists():
            return cls()
        return cls(tuple(Run(**{**row, "failed": tuple(row["failed"])}) for row in json.loads(RECORD.read_text())))

    def save(self) -> None:
        """Record the series."""
        RECORD.write_text(json.dumps([asdict(run) for run in self.runs], indent=1) + "\n", encoding="utf-8")

    @property
    def green(self) -> int:
        """How many runs had no failure."""
        return sum(not run.failed and run.passed > 0 for run in self.runs)

    def sentence(self) -> str:
        """The series in words."""
        if not self.runs:
            return "not measured yet (`make false-alarms`)."
        busy = [run for run in self.runs if run.others]
        profiles = " and ".join(sorted({run.profile for run in self.runs}))
        return (
            f"{self.green} of {len(self.runs)} runs against the healthy mock (profile {profiles}), each with a seed of "
            f"its own, were green; in {len(busy)} of them other clients wrote to it at the same time, "
            f"{sum(run.others for run in busy)} requests in all (`make false-alarms`)."
        )
