"""The errors of this package, in one tree.

    TasksError                      also named ModuleException, as in the provider's SDK
    ├── UsageError                  the call cannot work as written; nothing was sent
    │   ├── ConfigurationError      no credentials, or settings that make no sense
    │   └── ClosedError             the client was closed before the call
    ├── TransportError              no complete answer came
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
    ├── DecodeError                 an answer, an event or a result that is not as documented
    ├── WaitTimeoutError            a task was not done in time
    └── TaskFailedError             a task ended without completing, and the caller asked for an error then

The last two carry a task; they are defined in `task_errors`, because they need the models. No error holds a credential:
not in its text, its attributes or its cause.
"""

from __future__ import annotations

from typing import Any


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
        """Set the parts of the message; the class docstring tells what each one is."""
        super().__init__(status_code, description)
        self.status_code = status_code
        self.description = description
        self.method = method
        self.url = url
        self.request_id = request_id
        self.body = body
        self.task_id = task_id

    def __str__(self) -> str:
        """Return one line that names the request, what went wrong with it, and the server's id of it."""
        request = f"{self.method} {self.url}" if self.method else ""
        status = f"answered {self.status_code}" if self.status_code and request else ""
        told = " ".join(part for part in (request, status) if part)
        message = f"{told}: {self.description}" if told else self.description
        return f"{message} (request id {self.request_id})" if self.request_id else message

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy with all attributes, whatever a subclass's constructor asks for."""
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[TasksError], args: tuple[Any, ...], attributes: dict[str, Any]) -> TasksError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


ModuleException = TasksError


class UsageError(TasksError, ValueError):
    """The call cannot work as written; nothing was sent."""


class ConfigurationError(UsageError):
    """Credentials are missing, or a setting makes no sense."""


class ClosedError(UsageError):
    """The client was closed before the call."""


class TransportError(TasksError):
    """No complete answer came, and it may be unknown what the server did."""


class ConnectError(TransportError):
    """No connection could be made, so the request never reached the server."""


class LostConnectionError(TransportError):
    """The connection broke while the request was under way."""


class RequestTimeoutError(TransportError, TimeoutError):
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


class DecodeError(TasksError):
    """An answer, an event or a result is not what the contract or the caller's type says."""


_BY_STATUS: dict[int, type[StatusError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    422: ValidationFailedError,
    429: RateLimitedError,
}


def class_for(status_code: int) -> type[StatusError]:
    """Return the class of the error that an HTTP status is raised as."""
    return _BY_STATUS.get(status_code, ServerError if status_code >= 500 else StatusError)
