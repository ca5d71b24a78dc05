from ..types import OpenStrEnum


class AgentExecutionStatus(OpenStrEnum):
    """Where a task stands. `completed`, `failed`, `error` and `stopped` are final; `pending`, `executing` and `paused`
    are not."""

    PENDING = "pending"
    EXECUTING = "executing"
    PAUSED = "paused"
    ERROR = "error"
    FAILED = "failed"
    COMPLETED = "completed"
    STOPPED = "stopped"
    Pending = PENDING
    Executing = EXECUTING
    Paused = PAUSED
    Error = ERROR
    Failed = FAILED
    Completed = COMPLETED
    Stopped = STOPPED
