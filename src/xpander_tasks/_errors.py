"""Every error of this package, in one tree.

    TasksError                      also named ModuleException, as in the provider's SDK
    ├── MisuseError                 the call cannot work as written; nothing was sent
    │   ├── ConfigurationError      no credentials, or settings that make no sense
    │   └── ClosedError             the client was closed before the call
    ├── NoAnswerError               no complete answer came
    │   ├── ConnectError            no connection was made, so the request never reached the server
    │   ├── LostConnectionError     the connection broke while the request was under way
    │   └── RequestTimeoutError     the server took longer than the timeout
    ├── StatusError                 the server refused; any status without a class of its own
    │   ├── UnauthorizedError       401
    │   ├── ForbiddenError          403
    │   ├── NotFoundError           404
    │   ├── ValidationFailedError   422
    │   ├── RateLimitedError        429
    │   └── ServerError             500 and above
    ├── UndecodableError            an answer, an event or a result that is not as documented
    ├── WaitTimeoutError            a task was not done in time
    └── TaskFailedError             a task ended without completing, and the caller asked for an error then

No error holds a credential: not in its text, its attributes or its cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xpander_tasks._models import Task


class TasksError(Exception):
    """Root of all errors of this package.

    Attributes:
        status_code: HTTP status of the answer; 0 when there was none.
        description: What went wrong, in the server's words where it gave any.
        method: HTTP method of the request, if one was made.
        url: Address of the request, if one was made.
        request_id: The server's id of the request, if the answer had one.
        body: The decoded body of the answer, its text where it cannot be decoded, or None.
        task_id: Id of the task that an invoke asked for, so that `get` can tell what became of it.
    """

    def __init__(
        self,
        status_code: int = 0,
        description: str = "",
        *,
        method: str | None = None,
        url: str | None = None,
        request_id: str | None = None,
        body: Any = None,
        task_id: str | None = None,
    ) -> None:
        """Take the parts of the message; they stay readable as attributes."""
        super().__init__(status_code, description)
        self.status_code = status_code
        self.description = description
        self.method = method
        self.url = url
        self.request_id = request_id
        self.body = body
        self.task_id = task_id

    def __str__(self) -> str:
        """Say which request failed, how, and the server's id of it."""
        request = f"{self.method} {self.url}" if self.method else ""
        status = f"answered {self.status_code}" if self.status_code and request else ""
        told = " ".join(part for part in (request, status) if part)
        message = f"{told}: {self.description}" if told else self.description
        return f"{message} (request id {self.request_id})" if self.request_id else message


ModuleException = TasksError


class MisuseError(TasksError, ValueError):
    """The call cannot work as written; nothing was sent."""


class ConfigurationError(MisuseError):
    """Credentials are missing, or a setting makes no sense."""


class ClosedError(MisuseError):
    """The client was closed before the call."""


class NoAnswerError(TasksError):
    """No complete answer came, and it may be unknown what the server did."""


class ConnectError(NoAnswerError):
    """No connection could be made, so the request never reached the server."""


class LostConnectionError(NoAnswerError):
    """The connection broke while the request was under way."""


class RequestTimeoutError(NoAnswerError, TimeoutError):
    """The server took longer than the timeout allows."""


class StatusError(TasksError):
    """The server answered with a status that is not the operation's success."""


class UnauthorizedError(StatusError):
    """401: no credentials, or wrong ones."""


class ForbiddenError(StatusError):
    """403: the task or agent belongs to another organization."""


class NotFoundError(StatusError):
    """404: no such task or agent in the caller's organization."""


class ValidationFailedError(StatusError):
    """422: a parameter or the body is not as documented; `body.detail` lists which parts."""


class RateLimitedError(StatusError):
    """429: too many requests; `retry_after` is the wait in seconds that the answer asked for, if it did."""

    retry_after: float | None = None


class ServerError(StatusError):
    """500 and above: the server failed."""


class UndecodableError(TasksError):
    """An answer, an event or a result is not what the contract or the caller's type says."""


class WaitTimeoutError(TasksError, TimeoutError):
    """A task was not done in time; `task` is the last that was seen of it, if anything was."""

    task: Task | None = None


class TaskFailedError(TasksError):
    """A task ended in another status than completed; `task` is that task."""

    task: Task | None = None


_BY_STATUS: dict[int, type[StatusError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    422: ValidationFailedError,
    429: RateLimitedError,
}


def class_for(status_code: int) -> type[StatusError]:
    """Return the class of the error that a status raises."""
    return _BY_STATUS.get(status_code, ServerError if status_code >= 500 else StatusError)
