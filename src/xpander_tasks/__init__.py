"""The xpander.ai Tasks API as one object: all pages, waiting, streaming, errors to catch, safe retries."""

from xpander_api_client.models import (
    AgentExecutionStatus,
    FullThread,
    LLMReasoningEffort,
    Message,
    OutputFormat,
    TaskInput,
    ThinkMode,
    User,
)

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
from xpander_tasks._models import Task, TaskEvent, TasksListItem, TasksPage
from xpander_tasks._operations import InvokeOptions
from xpander_tasks._retry import Retry
from xpander_tasks._tasks import Tasks

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
