"""Write the index of `make diff`: which client methods, models, rules of the mock, tests and defects belong to what.

Nothing in it is typed in. The methods of the client are called against the mock, which logs the operations that they
use; the rules of the mock are traced while it answers each operation; models, tests and defects are looked up.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import httpx
import xpander_api_client.models

from contract_tests.contract.claims import load_claims
from contract_tests.contract.openapi import document, operations
from contract_tests.drift.touches import Index
from proof.defects import CATALOGUE
from xpander_mock import DEMO_API_KEY, Settings, XpanderMock, create_app
from xpander_tasks import Configuration, Tasks

RULES = "xpander_mock.rules"


def index_text(tests: dict[str, list[str]]) -> str:
    """Return the text of the index as it would be written now.

    Args:
        tests: The names of the tests of each claim.
    """
    client, mock = client_methods(), mock_rules()
    defects = defaultdict(list)
    for defect in CATALOGUE.values():
        defects[defect.claim].append(defect.name)
    index: Index = {
        "operations": {
            operation.id: {
                "client": client[operation.id],
                "generated": [f"xpander_api_client.api.tasks.{operation.id}"],
                "mock": mock[operation.id],
            }
            for operation in operations()
        },
        "models": {name: _models(name) for name in document()["components"]["schemas"]},
        "claims": {
            claim: {"tests": [name.strip("`") for name in tests.get(claim, ())], "defects": defects[claim]}
            for claim in load_claims()
        },
    }
    return json.dumps(index, indent=1) + "\n"


def client_methods() -> dict[str, list[str]]:
    """Return the methods of `Tasks` that use each operation, by calling every method against the mock."""
    found: dict[str, list[str]] = defaultdict(list)
    with XpanderMock(Settings(tasks=3, pending=0, executing=0)) as mock:
        for name, method in inspect.getmembers(Tasks, inspect.isfunction):
            # Each blocking method has an awaited twin, which runs the same flow.
            twin = getattr(Tasks, f"a{name}", None)
            if name.startswith("_") or twin is None:
                continue
            mock.reset()
            with Tasks(Configuration(api_key=mock.api_key, base_url=mock.url)) as tasks:
                item = tasks.list()[0]
                task = tasks.start(item.agent_id, "Hello")
                sent = len(mock.requests())
                values = {
                    "agent_id": item.agent_id,
                    "user_id": "user",
                    "task": task,
                    "task_id": task.id,
                    "input": "Hello",
                }
                for arguments in _argument_sets(method, values):
                    answer = method(tasks, **arguments)
                    if isinstance(answer, Iterator):
                        list(answer)
            for operation in [request["operation"] for request in mock.requests()[sent:]]:
                for shown in (f"xpander_tasks.Tasks.{name}", f"xpander_tasks.Tasks.a{name}"):
                    if shown not in found[operation]:
                        found[operation].append(shown)
    return found


def _argument_sets(method: Callable[..., object], values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the required arguments, and again with the agent where it is optional: its list is another operation."""
    parameters = [
        one
        for one in inspect.signature(method).parameters.values()
        if one.name != "self" and one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    required = {one.name: values[one.name] for one in parameters if one.default is inspect.Parameter.empty}
    optional = [one.name for one in parameters if one.name == "agent_id" and one.name not in required]
    return [required, *({**required, name: values[name]} for name in optional)]


def mock_rules() -> dict[str, dict[str, list[str]]]:
    """Return the functions of the mock's rules that run for each operation, with the documented names they speak of."""
    return asyncio.run(_traced_rules())


async def _traced_rules() -> dict[str, dict[str, list[str]]]:
    names = _documented_names()
    app = create_app(Settings(tasks=20, pending=0, executing=0))
    found: dict[str, dict[str, list[str]]] = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://mock", headers={"x-api-key": DEMO_API_KEY}
    ) as client:
        items = (await client.get("/v1/tasks")).json()["items"]
        agent, task = items[0]["agent_id"], items[0]["id"]
        # A delete must come last, because the others need the task.
        for operation in sorted(operations(), key=lambda operation: operation.method == "DELETE"):
            path = operation.path.format(agent_id=agent, task_id=task)
            query = {name: _filter_value(name) for name in operation.parameters if operation.method == "GET"}
            body: dict[str, Any] = {
                "id": "new",
                "title": "Hello",
                "input": {"text": "Hello"},
                "parent_execution_id": task,
            }
            requests: list[dict[str, Any]] = [{"params": query}, {}] if operation.method == "GET" else [{}]
            if "invoke" in operation.path:
                requests = [{"json": body}, {"json": {"id": "new", "input": {"text": "More"}}}]
            with _Trace() as trace:
                for request in requests:
                    await client.request(operation.method, path, **request)
            found[operation.id] = {
                function: sorted(names.intersection(_words(code))) for function, code in sorted(trace.functions.items())
            }
    return found


class _Trace:
    """Collects the functions of the mock's rules that run."""

    def __init__(self) -> None:
        self.functions: dict[str, CodeType] = {}

    def __enter__(self) -> _Trace:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, argument: object) -> None:
        module = str(frame.f_globals.get("__name__"))
        if event == "call" and module.startswith(RULES) and "<" not in frame.f_code.co_qualname:
            self.functions[f"{module}.{frame.f_code.co_qualname}"] = frame.f_code


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    yield from code.co_varnames
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words(constant)
        elif isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from (word for word in constant if isinstance(word, str))


def _documented_names() -> set[str]:
    schemas = document()["components"]["schemas"].values()
    fields = {name for schema in schemas for name in schema.get("properties", ())}
    return fields | {name for operation in operations() for name in operation.parameters}


def _filter_value(name: str) -> str:
    fixed: dict[str, str] = {"page": "1", "per_page": "5", "status": "completed"}
    return fixed.get(name, "2026-01-01T00:00:00Z" if name.endswith("_date") else "some")


def _models(component: str) -> list[str]:
    return [f"xpander_api_client.models.{component}"] if hasattr(xpander_api_client.models, component) else []
