"""The page at `/`, which shows what runs here."""

import json
import shlex
from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from xpander_mock.console.login import guarded_page, login_route
from xpander_mock.contract import Contract, Operation
from xpander_mock.control.access import Access
from xpander_mock.control.control import Control
from xpander_mock.demo import (
    AGENTS,
    DEMO_API_KEY,
    DEMO_BEARER_TOKEN,
    DEMO_ORGANIZATION,
    OTHER_API_KEY,
    OTHER_ORGANIZATION,
)

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1d2433;
       background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { background: #f3f5f9; border-radius: 6px; padding: .6rem .8rem; margin: .3rem 0 1rem;
      white-space: pre-wrap; overflow-wrap: anywhere }
table { border-collapse: collapse } td, th { padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top }
td code { white-space: nowrap } td.number { text-align: right }
b { font-weight: 600 }
@media (prefers-color-scheme: dark) { body { background: #14181f; color: #dfe5ef } pre { background: #1f2530 }
       a { color: #8ab4ff } }
"""


def console_routes(control: Control, access: Access) -> list[Route]:
    """Return the routes of the console, which only callers that `access` lets in can use."""

    async def page(request: Request) -> Response:
        return HTMLResponse(render(control, str(request.base_url).rstrip("/")))

    return [Route("/", guarded_page(access, page)), login_route(access)]


def render(control: Control, url: str) -> str:
    """Render the page as HTML.

    Args:
        control: The mock's control.
        url: The base URL that the browser used.
    """
    state = control.state()
    contract = control.contract
    keys = _table(
        ("organization", "credentials", "agents"),
        [
            ([organization], credentials, list(AGENTS[organization]))
            for organization, credentials in (
                (DEMO_ORGANIZATION, [DEMO_API_KEY, f"Bearer {DEMO_BEARER_TOKEN}"]),
                (OTHER_ORGANIZATION, [OTHER_API_KEY]),
            )
        ],
    )
    settings = [
        ("stored in", control.settings.data or "memory"),
        ("time", state["time"] + (" (frozen)" if state["frozen"] else "")),
        ("rate limit", state["rate_limit"] or "none"),
        ("scripts", f"{len(state['scripts'])} in force"),
        ("faults", f"{len(state['faults'])} in force"),
        ("waiting", f"{state['waiting']} streams and synchronous invokes"),
    ]
    operations = "".join(
        f"<p><b>{escape(operation.id)}</b> {escape(summary(contract, operation))}</p>"
        f"<pre>{escape(curl(contract, operation, url))}</pre>"
        for operation in sorted(contract.operations.values(), key=lambda operation: operation.method == "DELETE")
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>xpander_mock</title><style>{_STYLE}</style>"
        f"<h1>xpander_mock at {escape(url)}</h1><p>A stand-in for the xpander.ai Tasks API. "
        "Its contract: <a href=/openapi.yaml>openapi.yaml</a>, <a href=/openapi.json>openapi.json</a>.</p>"
        f"<h2>Keys</h2>{keys}<h2>Tasks</h2>{_statuses(contract, state['tasks'])}"
        f"<h2>State</h2>{_table(('', ''), settings)}<h2>Operations</h2>{operations}</html>"
    )


def summary(contract: Contract, operation: Operation) -> str:
    """Return the one-line summary of an operation."""
    text: str = contract.document["paths"][operation.path][operation.method.lower()]["summary"]
    return text


def curl(contract: Contract, operation: Operation, url: str) -> str:
    """Return a shell command that calls an operation with the contract's examples."""
    examples = {
        parameter["name"]: parameter["example"]
        for parameter in contract.document["components"]["parameters"].values()
        if parameter["in"] == "path"
    }
    words = ["curl", "-s", "-H", f"x-api-key: {DEMO_API_KEY}"]
    if operation.method != "GET":
        words += ["-X", operation.method]
    if operation.body is not None:
        content = contract.document["components"]["requestBodies"]["Invoke"]["content"]["application/json"]
        example = next(iter(content["examples"].values()))["value"]
        words += ["-H", "content-type: application/json", "-d", json.dumps(example)]
    if operation.id.endswith("_stream"):
        words.append("-N")
    return shlex.join([*words, url + operation.path.format(**examples)])


def _statuses(contract: Contract, tasks: dict[str, dict[str, int]]) -> str:
    statuses = contract.document["components"]["schemas"]["AgentExecutionStatus"]["enum"]
    rows: list[Sequence[str | list[str]]] = [
        ([organization], *(str(counts.get(status, 0)) for status in statuses), str(sum(counts.values())))
        for organization, counts in tasks.items()
    ]
    return _table(("organization", *statuses, "total"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str | list[str]]]) -> str:
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)] if any(head) else []
    lines += ["".join(_cell(cell) for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _cell(cell: str | list[str]) -> str:
    if isinstance(cell, list):
        return f"<td>{'<br>'.join(f'<code>{escape(line)}</code>' for line in cell)}</td>"
    return f"<td{' class=number' if cell.isdigit() else ''}>{escape(cell)}</td>"
