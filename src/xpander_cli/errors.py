"""What a failed command says: one sentence, a hint, and an exit code. Never a key."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from xpander_cli import exits
from xpander_cli.text import one_line

if TYPE_CHECKING:
    from cyclopts import CycloptsError

    from xpander_tasks import TasksError


class CommandError(Exception):
    """A command that cannot go on.

    Args:
        message: One sentence on what is wrong.
        hint: What to do about it.
        code: The exit code.
    """

    def __init__(self, message: str, *, hint: str = "", code: int = exits.USAGE) -> None:
        """Take what is said and how the command ends."""
        super().__init__(message)
        self.hint = hint
        self.code = code


def explain(error: Exception) -> tuple[str, str, int]:
    """Return the sentence, the hint (may be empty) and the exit code of an error.

    Raises:
        Exception: The error itself, when it is a bug of this program and not a failure to report.
    """
    if isinstance(error, CommandError):
        return str(error), error.hint, error.code
    if "cyclopts" in sys.modules:
        from cyclopts import CycloptsError

        if isinstance(error, CycloptsError):
            return _of_arguments(error)
    from xpander_tasks import TasksError

    if isinstance(error, TasksError):
        return (_sentence(error), *_of_client(error))
    if isinstance(error, OSError):
        where = f"cannot use {error.filename}" if error.filename else "cannot write the output"
        return f"{where}: {error.strerror or error}", "", exits.FAILED
    raise error


def _of_arguments(error: CycloptsError) -> tuple[str, str, int]:
    from cyclopts import UnknownCommandError, UnusedCliTokensError

    message = str(error)
    unused = [one_line(token) for token in error.unused_tokens or ()]
    if isinstance(error, UnknownCommandError) and unused and unused[0].startswith("-"):
        message = f"expected a command before {unused[0]}; options follow it"
    elif isinstance(error, UnusedCliTokensError):
        message = f"unexpected: {' '.join(unused)}"
    command = " ".join(("xpander-tasks", *(error.command_chain or ())))
    return one_line(message), f"`{command} --help` shows what there is.", exits.USAGE


def _sentence(error: TasksError) -> str:
    """Return what went wrong, without the address, which `--debug` shows."""
    if error.status_code:
        return one_line(f"the API answered {error.status_code}: {error.description}")
    return one_line(f"{error.description} ({error.url})" if error.url else error.description)


def _of_client(error: TasksError) -> tuple[str, int]:
    import xpander_tasks as client

    match error:
        case client.UnauthorizedError():
            return "Check XPANDER_API_KEY or the profile; `xpander-tasks doctor` says more.", exits.REFUSED
        case client.ForbiddenError():
            return "The key belongs to another organization, or may not do this.", exits.REFUSED
        case client.NotFoundError():
            return "Check the id: `xpander-tasks list` shows those that exist.", exits.NOT_FOUND
        case client.ValidationFailedError():
            return "The API refused a value; nothing was changed.", exits.USAGE
        case client.WaitTimeoutError():
            return "It goes on; a longer --timeout waits longer.", exits.TIMED_OUT
        case client.RateLimitedError():
            return "Too many requests with this key; try again in a minute.", exits.FAILED
        case client.ConnectError() | client.LostConnectionError() | client.RequestTimeoutError():
            return _unsure(error) or "`xpander-tasks doctor` finds out what is wrong.", exits.NETWORK
        case client.UsageError():
            return "", exits.USAGE
    return _unsure(error), exits.FAILED


def _unsure(error: TasksError) -> str:
    if error.task_id is None:
        return ""
    return f"The task may be running all the same: `xpander-tasks get {error.task_id}` tells."


def report(error: Exception, *, debug: bool) -> int:
    """Print an error on stderr and return its exit code.

    Args:
        error: What a command raised.
        debug: Whether to print where it came from as well.

    Raises:
        Exception: The error itself, when it is a bug of this program.
    """
    message, hint, code = explain(error)
    if debug:
        traceback.print_exception(error)
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return code
