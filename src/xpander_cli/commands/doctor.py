"""`xpander-tasks doctor`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

from xpander_cli import exits
from xpander_cli.errors import CommandError, explain
from xpander_cli.options import Connection, Output

if TYPE_CHECKING:
    import httpx

    from xpander_tasks import Configuration

Outcome = Literal["ok", "warning", "problem", "unknown"]
FIELDS = ("check", "outcome", "detail", "hint")
# A clock this many seconds off makes `--since` and `--until` mean other tasks than intended.
MAX_CLOCK_DIFFERENCE = 30.0


@dataclass(frozen=True)
class Check:
    """What one check found.

    Args:
        name: What was checked.
        outcome: `unknown` if it could not be checked.
        detail: What was found.
        hint: What to do about it.
        code: The exit code of a problem.
    """

    name: str
    outcome: Outcome
    detail: str
    hint: str = ""
    code: int = exits.DONE


@dataclass(frozen=True)
class Exchange:
    """One request to the API.

    Args:
        response: The response; None if none came.
        error: What the client raised.
        total: Number of tasks that the list counts.
        seconds: Time from the request to the response.
        sent_at: Time of the request, in seconds since 1970.
    """

    response: httpx.Response | None
    error: Exception | None
    total: int
    seconds: float
    sent_at: float


def doctor(
    *,
    output: Output = Output(),  # noqa: B008 - frozen
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Check address, key, clock, rate limit and versions.

    Sends one request for one task and changes nothing. The exit code is 0 if there is no problem, else that of the
    first one. No key is ever shown.

    Examples:
        xpander-tasks doctor
        xpander-tasks doctor --profile work
        xpander-tasks doctor -o json
    """
    from xpander_cli.output import on_terminal, say, write_records
    from xpander_cli.records import chosen_fields, only

    fields = chosen_fields(output.fields, FIELDS)
    checks: list[Check] = []
    for check in _checks(connection):
        checks.append(check)
        if output.output == "table" and on_terminal():
            _show(check)
    if output.output != "table" or not on_terminal():
        write_records((only(_record(check), fields) for check in checks), output.output, fields)
    problems = [check for check in checks if check.outcome == "problem"]
    say("No problem was found." if not problems else f"Problems: {', '.join(check.name for check in problems)}.")
    return problems[0].code if problems else exits.DONE


def _checks(connection: Connection) -> Iterator[Check]:
    """Yield the checks in the order in which they depend on each other."""
    from xpander_cli.session import configure
    from xpander_tasks import TasksError

    yield _versions()
    try:
        configuration = configure(connection, attempts=1)
    except (CommandError, TasksError) as error:
        message, hint, code = _explained(error)
        yield Check("settings", "problem", message, f"{hint} Used: {_source(connection)}.".strip(), code)
        return
    yield Check("settings", "ok", _source(connection))
    exchange = _ask(configuration)
    yield _address(configuration, exchange)
    if exchange.response is not None:
        yield _key(exchange)
        yield _clock(exchange)
        yield _rate_limit(exchange)


def _explained(error: Exception) -> tuple[str, str, int]:
    """Return the sentence, the hint and the exit code of an error; the usual hint leads to this command."""
    message, hint, code = explain(error)
    return message, hint.partition("; `xpander-tasks doctor`")[0].removesuffix(".") + "." if hint else "", code


def _versions() -> Check:
    import platform
    from importlib.metadata import version
    from importlib.util import find_spec

    installed = [f"{name} {version(name)}" for name in ("xpander-tasks", "httpx", "msgspec")]
    extras = {"mock": "uvicorn", "parquet": "polars"}
    missing = [extra for extra, module in extras.items() if find_spec(module) is None]
    detail = f"{', '.join(installed)}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    hint = f"Not installed, and needed only for these: {', '.join(missing)}." if missing else ""
    return Check("versions", "ok", detail, hint)


def _source(connection: Connection) -> str:
    import os

    from xpander_cli.profiles import chosen_profile, config_file

    path = config_file()
    file = f"file of profiles {path}" if path.exists() else f"file of profiles {path} (does not exist)"
    profile = connection.profile
    with suppress(CommandError):
        profile = chosen_profile(connection.profile)
    if profile is not None:
        return f"profile {profile}, {file}"
    names = ("XPANDER_API_KEY", "XPANDER_BASE_URL", "XPANDER_ORGANIZATION_ID")
    variables = [name for name in names if os.environ.get(name)]
    return f"environment: {', '.join(variables) or 'no variable is set'}; {file}"


def _ask(configuration: Configuration) -> Exchange:
    """Ask for the list with one task, and keep the response whether the client likes it or not."""
    import httpx

    from xpander_tasks import Tasks, TasksError

    responses: list[httpx.Response] = []
    error, total, sent_at = None, 0, 0.0

    def note_time(request: httpx.Request) -> None:
        nonlocal sent_at
        sent_at = time.time()

    with (
        httpx.Client(
            timeout=configuration.timeout or 30.0, event_hooks={"request": [note_time], "response": [responses.append]}
        ) as http,
        Tasks(configuration, http_client=http) as tasks,
    ):
        try:
            with tasks.iterate(per_page=1, concurrency=0) as found:
                next(found, None)
                total = found.total or 0
        except TasksError as raised:
            error = raised
    if not responses:
        return Exchange(None, error, total, 0.0, sent_at)
    return Exchange(responses[-1], error, total, responses[-1].elapsed.total_seconds(), sent_at)


def _address(configuration: Configuration, exchange: Exchange) -> Check:
    import httpx

    from xpander_tasks import DecodeError, NotFoundError, TransportError

    url = str(httpx.URL(configuration.base_url or "").copy_with(userinfo=b""))
    if isinstance(exchange.error, TransportError):
        message, _, code = explain(exchange.error)
        return Check("address", "problem", f"{url}: {message}", _network_hint(url), code)
    if isinstance(exchange.error, DecodeError | NotFoundError):
        hint = "Something answers, but not the Tasks API: check XPANDER_BASE_URL or the profile's base_url."
        return Check("address", "problem", f"{url}: {explain(exchange.error)[0]}", hint, exits.FAILED)
    return Check("address", "ok", f"{url} answered after {exchange.seconds * 1000:.0f} ms")


def _network_hint(url: str) -> str:
    import os

    proxies = sorted({name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")})
    through = f" Requests go through the proxy of {', '.join(proxies)}." if proxies else ""
    if any(host in url for host in ("//127.0.0.1", "//localhost", "//[::1]")):
        return f"Nothing seems to listen there; `xpander-tasks mock` starts the mock.{through}"
    return f"Check the name, the network and the firewall.{through}"


def _key(exchange: Exchange) -> Check:
    from xpander_tasks import DecodeError, ForbiddenError, NotFoundError, RateLimitedError, UnauthorizedError

    match exchange.error:
        case None:
            return Check("key", "ok", f"accepted; its organization has {exchange.total:,} tasks")
        case UnauthorizedError() | ForbiddenError():
            return Check("key", "problem", *_explained(exchange.error))
        case RateLimitedError() | DecodeError() | NotFoundError():
            return Check("key", "unknown", "not known, because the request was not answered as documented")
    return Check("key", "problem", *_explained(exchange.error))


def _clock(exchange: Exchange) -> Check:
    assert exchange.response is not None
    try:
        server = parsedate_to_datetime(exchange.response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return Check("clock", "unknown", "the server does not say what time it is")
    # `Date` is the moment of the response in whole seconds.
    difference = exchange.sent_at + exchange.seconds - (server + 0.5)
    if abs(difference) <= MAX_CLOCK_DIFFERENCE:
        return Check("clock", "ok", f"within {max(1.0, abs(difference)):.0f} s of the server's")
    direction = "ahead of" if difference > 0 else "behind"
    hint = "Set the clock of this machine; until then --since and --until miss tasks."
    return Check("clock", "warning", f"{abs(difference):,.0f} s {direction} the server's", hint)


def _rate_limit(exchange: Exchange) -> Check:
    from xpander_tasks import RateLimitedError

    assert exchange.response is not None
    headers = exchange.response.headers
    limit, left = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    if isinstance(exchange.error, RateLimitedError):
        wait = exchange.error.retry_after
        when = "" if wait is None else f"; requests are accepted again in {wait:.0f} s"
        hint = "Other programs use the same key; a `rate_limit` in the profile makes this one slower."
        return Check("rate limit", "problem", f"reached{when}", hint, exits.FAILED)
    if not (limit.isdecimal() and left.isdecimal()):
        return Check("rate limit", "unknown", "the server does not say how many requests are left")
    outcome: Outcome = "ok" if int(left) * 10 >= int(limit) else "warning"
    hint = "" if outcome == "ok" else "Long commands will wait; other programs may use the same key."
    return Check("rate limit", outcome, f"{int(left):,} of {int(limit):,} requests left", hint)


def _record(check: Check) -> dict[str, Any]:
    return {"check": check.name, "outcome": check.outcome, "detail": check.detail, "hint": check.hint or None}


def _show(check: Check) -> None:
    from rich.table import Table
    from rich.text import Text

    from xpander_cli.output import show
    from xpander_cli.text import one_line

    style = {"ok": "green", "warning": "yellow", "problem": "bold red", "unknown": "bright_black"}[check.outcome]
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=10)
    row.add_column(width=7, style=style)
    row.add_column(overflow="fold")
    row.add_row(check.name, check.outcome, Text(one_line(check.detail)))
    if check.hint:
        row.add_row("", "", Text(one_line(check.hint), style="italic"))
    show(row)
