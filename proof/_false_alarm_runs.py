"""The recorded runs of the contract suite against the healthy mock, in `false_alarms.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = Path(__file__).with_name("false_alarms.json")


@dataclass(frozen=True, slots=True)
class FalseAlarmRun:
    """One run of the contract suite against the healthy mock; any failed test is a false alarm.

    Args:
        seed: The seed of the run; `SEED=` repeats it.
        profile: The profile of the run; `PROFILE=` repeats it.
        background_requests: Number of requests that other clients sent to the same mock during the run.
        failed: Node ids of the failed tests, and errors that the other clients met.
        passed: Number of passed tests.
    """

    seed: int
    profile: str
    background_requests: int
    failed: tuple[str, ...]
    passed: int

    @property
    def quiet(self) -> bool:
        """Whether tests ran and none of them failed."""
        return not self.failed and self.passed > 0


@dataclass(frozen=True, slots=True)
class FalseAlarmRuns:
    """The last recorded series of runs."""

    runs: tuple[FalseAlarmRun, ...] = ()

    @classmethod
    def load(cls) -> FalseAlarmRuns:
        """Read the recorded series; it is empty if none was recorded."""
        if not RECORD.exists():
            return cls()
        rows = json.loads(RECORD.read_text(encoding="utf-8"))
        return cls(tuple(FalseAlarmRun(**{**row, "failed": tuple(row["failed"])}) for row in rows))

    def save(self) -> None:
        """Replace the recorded series with this one."""
        RECORD.write_text(json.dumps([asdict(run) for run in self.runs], indent=1) + "\n", encoding="utf-8")

    @property
    def quiet(self) -> int:
        """Number of runs without a false alarm."""
        return sum(run.quiet for run in self.runs)

    @property
    def with_load(self) -> list[FalseAlarmRun]:
        """The runs during which other clients wrote to the mock."""
        return [run for run in self.runs if run.background_requests]

    def summary(self) -> str:
        """Describe the series in one sentence."""
        if not self.runs:
            return "not measured yet (`make false-alarms`)."
        profiles = " and ".join(sorted({run.profile for run in self.runs}))
        requests = sum(run.background_requests for run in self.with_load)
        return (
            f"{self.quiet} of {len(self.runs)} runs against the healthy mock (profile {profiles}), each with a "
            f"different seed, had no failed test; during {len(self.with_load)} of them other clients wrote to the same "
            f"mock, {requests:,} requests in all (`make false-alarms`)."
        )
