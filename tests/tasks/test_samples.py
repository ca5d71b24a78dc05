"""The samples of the provider's SDK documents run with no change but the import."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import xpander_tasks
from xpander_mock import XpanderMock
from xpander_tasks import AgentExecutionStatus, ModuleException, OutputFormat, Tasks

from .conftest import KEY, Connect, Serve
from .faults import Act, Got, reply
from .flavours import Flavour

SAMPLES = re.findall(r"^```python\n(.*?)^```", (Path(__file__).parent / "sdk_samples.md").read_text(), re.M | re.S)
ITEMS: list[dict[str, Any]] = [
    {"id": "t1", "agent_id": "agent-123", "organization_id": "o1", "status": "completed", "title": "Hello"},
    {"id": "t2", "agent_id": "agent-123", "organization_id": "o1", "status": "failed", "title": None},
    {"id": "t3", "agent_id": "agent-123", "organization_id": "o1", "status": "pending", "user_id": "user_42"},
    {"id": "t4", "agent_id": "agent-456", "organization_id": "o1", "status": "executing", "user_id": "user_42"},
]


def listing(got: Got) -> Iterable[Act]:
    """Answer both lists by the filters of the request."""
    wanted = {name: value for name, value in got.query.items() if name in ("user_id", "status", "agent_id")}
    if got.path.startswith("/v1/agents/"):
        wanted["agent_id"] = got.path.split("/")[3]
    items = [item for item in ITEMS if wanted.items() <= item.items()]
    return [reply({"items": items, "total": len(items), "page": 1, "per_page": 50, "total_pages": 1})]


@pytest.fixture
def environment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the samples take their settings from."""
    monkeypatch.setenv("XPANDER_API_KEY", KEY)
    monkeypatch.setenv("XPANDER_BASE_URL", serve(listing).url)


@pytest.mark.usefixtures("environment")
def test_the_samples_of_the_list_document_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Each sample runs as published, in the published order, and finds what it asks for."""
    names: dict[str, Any] = {}
    found: list[tuple[str, list[str]]] = []

    async def main() -> None:
        for sample in SAMPLES:
            code = compile(
                sample.replace("xpander_sdk", "xpander_tasks"), "sample", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            )
            result = eval(code, names)
            if inspect.isawaitable(result):
                await result
            found.extend(
                (name, [i.id for i in names.pop(name)]) for name in ("items", "failed", "mine") if name in names
            )
        await names["tasks"].aclose()

    asyncio.run(main())
    assert found == [
        ("items", ["t1", "t2", "t3"]),
        ("failed", ["t2"]),
        ("mine", ["t3"]),
        ("items", ["t3", "t4"]),
        ("items", ["t3", "t4"]),
    ]
    assert capsys.readouterr().out.splitlines() == [
        "t1 completed Hello",
        "t2 failed (no title)",
        "t3 pending (no title)",
    ]


def test_the_published_members_of_the_status_are_those_of_the_models() -> None:
    """`AgentExecutionStatus.Failed` and the member of the generated models are one and the same."""
    names = ["Pending", "Executing", "Paused", "Error", "Failed", "Completed", "Stopped"]
    members = [getattr(AgentExecutionStatus, name) for name in names]
    assert members == list(AgentExecutionStatus)
    assert [member.value for member in members] == [name.lower() for name in names]


@pytest.mark.parametrize(("status", "cause"), [(401, "key"), (403, "organization"), (404, "agent"), (500, "server")])
def test_errors_have_what_the_document_says(connect: Connect, serve: Serve, status: int, cause: str) -> None:
    """Every failure is a `ModuleException` with `status_code` and `description`."""
    client = connect(serve(lambda got: [reply({"detail": f"wrong {cause}"}, status)]).url)
    with pytest.raises(ModuleException) as caught:
        client.list(agent_id="agent-123")
    assert (caught.value.status_code, caught.value.description) == (status, f"wrong {cause}")


def test_items_load_their_tasks(client: Flavour) -> None:
    """An item of a list opens as the whole task, whose conversation can then be read."""
    item = client.list(filters={"status": "completed"})[0]
    task = client.load(item)
    assert (task.id, task.agent_id, task.title) == (item.id, item.agent_id, item.title)
    assert task.input.text is not None


def test_polling_until_no_longer_pending_or_executing(client: Flavour, mock: XpanderMock) -> None:
    """The documented loop works with the values of the API and with the members alike."""
    task = client.start(mock.agent_id, "Reply with exactly FIRST")
    while task.status.value in ("pending", "executing"):
        time.sleep(0.01)
        task = client.get(task.id)
    assert (task.status, task.result) == (AgentExecutionStatus("completed"), "FIRST")


def test_results_are_text_unless_json_was_asked_for(client: Flavour, mock: XpanderMock) -> None:
    """Text is taken as it is; a JSON result is a string that parses."""
    assert client.invoke(mock.agent_id, "plain").result == "plain"
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    task = client.invoke(mock.agent_id, "as JSON", output_format=OutputFormat.JSON, output_schema=schema)
    assert json.loads(task.result) == task.parsed()
    assert isinstance(task.parsed()["name"], str)


def test_tasks_takes_a_configuration_as_the_sdk_does() -> None:
    """The configuration is the first argument, and stays readable."""
    configuration = xpander_tasks.Configuration(api_key=KEY, base_url="http://127.0.0.1:1", organization_id="o1")
    with Tasks(configuration) as tasks:
        assert tasks.configuration is configuration
        assert (tasks.configuration.api_key, tasks.configuration.organization_id) == (KEY, "o1")
