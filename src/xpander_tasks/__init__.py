"""The xpander.ai Tasks API as one object: all pages, waiting, streaming, errors to catch, safe retries."""

from typing import TYPE_CHECKING, Any

from xpander_tasks._configuration import Configuration
from xpander_tasks._errors import (
    ClosedError,
    ConfigurationError,
    ConnectError,
    ForbiddenError,
    LostConnectionError,
    MisuseError,
    ModuleException,
    NoAnswerError,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    TaskFailedError,
    TasksError,
    UnauthorizedError,
    UndecodableError,
    ValidationFailedError,
    WaitTimeoutError,
)
from xpander_tasks._iterators import AsyncTaskIterator, AsyncTaskStream, TaskIterator, TaskStream
from xpander_tasks._limits import RateLimit
from xpander_tasks._retry import Retry
from xpander_tasks._tasks import Tasks

if TYPE_CHECKING:
    from xpander_tasks._invocation import InvokeOptions
    from xpander_tasks._models import (
        AgentExecutionStatus,
        FullThread,
        LLMReasoningEffort,
        Message,
        OutputFormat,
        Task,
        TaskEvent,
        TaskInput,
        TasksListItem,
        TasksPage,
        ThinkMode,
        User,
    )

__all__ = [
    "AgentExecutionStatus",
    "AsyncTaskIterator",
    "AsyncTaskStream",
    "ClosedError",
    "Configuration",
    "ConfigurationError",
    "ConnectError",
    "ForbiddenError",
    "FullThread",
    "InvokeOptions",
    "LLMReasoningEffort",
    "LostConnectionError",
    "Message",
    "MisuseError",
    "ModuleException",
    "NoAnswerError",
    "NotFoundError",
    "OutputFormat",
    "RateLimit",
    "RateLimitedError",
    "RequestTimeoutError",
    "Retry",
    "ServerError",
    "StatusError",
    "Task",
    "TaskEvent",
    "TaskFailedError",
    "TaskInput",
    "TaskIterator",
    "TaskStream",
    "Tasks",
    "TasksError",
    "TasksListItem",
    "TasksPage",
    "ThinkMode",
    "UnauthorizedError",
    "UndecodableError",
    "User",
    "ValidationFailedError",
    "WaitTimeoutError",
]


def __getattr__(name: str) -> Any:
    """Import the models when the first of them is used: they take longer than the rest together."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from xpander_tasks import _invocation, _models

    return getattr(_invocation if name == "InvokeOptions" else _models, name)


def __dir__() -> list[str]:
    """List the public names, those of the models too."""
    return __all__
