"""The page that sets clock, faults and rate limit, and that resets and saves."""

from collections.abc import Callable
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.console import CallFailed, Console
from xpander_mock.console.forms import form_fields
from xpander_mock.http.faults import Kind

Fields = dict[str, str]
Command = tuple[str, str, Any]  # method, path below `/_mock/`, JSON body

_WHOLE = ("times", "nth", "status", "after")
_DECIMAL = ("seconds", "probability")


def _fault(fields: Fields) -> Command:
    fault: dict[str, Any] = {name: fields[name] for name in ("kind", "operation") if name in fields}
    fault |= {name: _number(fields, name, int) for name in _WHOLE if name in fields}
    fault |= {name: _number(fields, name, float) for name in _DECIMAL if name in fields}
    return "POST", "faults", fault


def _number(fields: Fields, name: str, kind: type[int] | type[float]) -> float:
    text = fields.get(name, "")
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"expected a {'whole ' if kind is int else ''}number as {name}, got {text!r}") from None


# What each button calls, by the name in its path, and what the page says when it is done.
COMMANDS: dict[str, tuple[Callable[[Fields], Command], str]] = {
    "freeze": (lambda _: ("POST", "clock", {"freeze": True}), "The clock stands still."),
    "advance": (
        lambda fields: ("POST", "clock", {"advance": _number(fields, "seconds", float)}),
        "The clock has moved.",
    ),
    "real-time": (lambda _: ("POST", "clock", {"reset": True}), "The clock shows the real time."),
    "fault": (_fault, "The fault is set."),
    "clear-faults": (lambda _: ("DELETE", "faults", {}), "All faults are deleted."),
    "clear-scripts": (lambda _: ("DELETE", "scripts", {}), "All scripts are deleted."),
    "rate-limit": (lambda fields: ("PUT", "rate-limit", fields.get("limit", "")), "The rate limit is set."),
    "no-rate-limit": (lambda _: ("PUT", "rate-limit", None), "All requests pass."),
    "forget-requests": (lambda _: ("DELETE", "requests", {}), "The log of requests is empty."),
    "reset": (lambda _: ("POST", "reset", {}), "The mock is as it was when it was started."),
}


class ControlPage:
    """The page with the buttons, and what they do.

    Args:
        console: What the page reads and calls.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """Show the whole page."""
        operations = list(self._console.contract.operations)
        return self._render("control.html", kinds=get_args(Kind), operations=operations)

    async def settings(self, request: Request) -> Response:
        """Show what is in force alone."""
        return self._render("_control.html")

    async def command(self, request: Request) -> Response:
        """Do what a button says, and show what is in force then."""
        name = request.path_params["name"]
        if name not in COMMANDS:
            return self._render("_control.html", 404, message=f"There is no command {name}.", failed=True)
        build, done = COMMANDS[name]
        try:
            method, path, value = build(await form_fields(request))
            await self._console.command(request, method, path, value)
        except (CallFailed, ValueError) as error:
            return self._render("_control.html", message=str(error), failed=True)
        return self._render("_control.html", message=done)

    async def snapshot(self, request: Request) -> Response:
        """Send all tasks and agents as a file."""
        headers = {"Content-Disposition": 'attachment; filename="xpander-mock.snapshot"'}
        return Response(self._console.control.save(), 200, headers, "application/octet-stream")

    def _render(
        self, template: str, status: int = 200, *, message: str | None = None, failed: bool = False, **values: Any
    ) -> Response:
        return self._console.page(template, status, message=message, failed=failed, **values)
