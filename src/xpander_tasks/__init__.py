"""A client for the xpander.ai Tasks API: all pages, waiting, streaming, typed errors, safe retries."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xpander_tasks._run.iterators import AsyncResultIterator, AsyncTaskIterator, ResultIterator, TaskIterator
from xpander_tasks._run.streams import AsyncTaskStream, TaskStream
from xpander_tasks.client import Tasks
from xpander_tasks.configuration import Configuration, RateLimit, Retry
from xpander_tasks.errors import (
    ClosedError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    ForbiddenError,
    LostConnectionError,
    ModuleException,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    StatusError,
    TasksError,
    TransportError,
    UnauthorizedError,
    UsageError,
    ValidationFailedError,
)

if TYPE_CHECKING:
    from xpander_tasks.models import (
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
    from xpander_tasks.options import InvokeOptions, TaskFilters
    from xpander_tasks.task_errors import TaskFailedError, WaitTimeoutError

__all__ = [
    "AgentExecutionStatus",
    "AsyncResultIterator",
    "AsyncTaskIterator",
    "AsyncTaskStream",
    "ClosedError",
    "Configuration",
    "ConfigurationError",
    "ConnectError",
    "DecodeError",
    "ForbiddenError",
    "FullThread",
    "InvokeOptions",
    "LLMReasoningEffort",
    "LostConnectionError",
    "Message",
    "ModuleException",
    "NotFoundError",
    "OutputFormat",
    "RateLimit",
    "RateLimitedError",
    "RequestTimeoutError",
    "ResultIterator",
    "Retry",
    "ServerError",
    "StatusError",
    "Task",
    "TaskEvent",
    "TaskFailedError",
    "TaskFilters",
    "TaskInput",
    "TaskIterator",
    "TaskStream",
    "Tasks",
    "TasksError",
    "TasksListItem",
    "TasksPage",
    "ThinkMode",
    "TransportError",
    "UnauthorizedError",
    "UsageError",
    "User",
    "ValidationFailedError",
    "WaitTimeoutError",
]

_MODULES = {"InvokeOptions": "options", "TaskFilters": "options"} | dict.fromkeys(
    ("TaskFailedError", "WaitTimeoutError"), "task_errors"
)


def __getattr__(name: str) -> Any:
    """Import the models and what needs them at the first use: they take longer to import than the rest together."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"xpander_tasks.{_MODULES.get(name, 'models')}"), name)


def __dir__() -> list[str]:
    """List the public names, including those that are not imported yet."""
    return __all__
