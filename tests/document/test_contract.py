"""`openapi.yaml` agrees with what the provider published, on the wire."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.document._wire import ROOT, load, resolve, wire_parameters, wire_schema

CONTRACT = load(ROOT / "openapi.yaml")
PUBLISHED = load(Path(__file__).with_name("published_list_tasks.yaml"))

# operationId: method, path, the provider's operationId, success status, statuses the prose adds to 401, 422, 429, 500.
OPERATIONS: dict[str, tuple[str, str, str, str, set[str]]] = {
    "list_tasks": ("get", "/v1/tasks", "Get_Tasks_v1_tasks_get", "200", set()),
    "list_agent_tasks": (
        "get",
        "/v1/agents/{agent_id}/tasks",
        "Get_Agent_Tasks_v1_agents__agent_id__tasks_get",
        "200",
        {"403", "404"},
    ),
    "get_task": ("get", "/v1/tasks/{task_id}", "Get_Task_v1_tasks__task_id__get", "200", {"403", "404"}),
    "stop_task": ("post", "/v1/tasks/{task_id}/stop", "Stop_Task_v1_tasks__task_id__stop_post", "200", {"403", "404"}),
    "delete_task": ("delete", "/v1/tasks/{task_id}", "Delete_Task_v1_tasks__task_id__delete", "204", {"403", "404"}),
    "get_task_thread": (
        "get",
        "/v1/tasks/{task_id}/thread",
        "Get_Task_s_thread_v1_tasks__task_id__thread_get",
        "200",
        {"403", "404"},
    ),
    "get_task_thread_full": (
        "get",
        "/v1/tasks/{task_id}/thread/full",
        "Get_Task_s_full_thread_v1_tasks__task_id__thread_full_get",
        "200",
        {"403", "404"},
    ),
    "invoke_agent": (
        "post",
        "/v1/agents/{agent_id}/invoke",
        "Invoke_Agent__Sync__v1_agents__agent_id__invoke_post",
        "200",
        {"403", "404"},
    ),
    "invoke_agent_async": (
        "post",
        "/v1/agents/{agent_id}/invoke/async",
        "Invoke_Agent__Async__v1_agents__agent_id__invoke_async_post",
        "200",
        {"403", "404"},
    ),
    "invoke_agent_stream": (
        "post",
        "/v1/agents/{agent_id}/invoke/stream",
        "Invoke_Agent__Stream__v1_agents__agent_id__invoke_stream_post",
        "200",
        {"403", "404"},
    ),
}


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
    }


def published_operation() -> dict[str, Any]:
    operation: dict[str, Any] = PUBLISHED["paths"]["/v1/tasks"]["get"]
    return operation


def test_the_contract_has_exactly_the_ten_operations() -> None:
    """No documented operation is missing and none is invented."""
    assert set(operations()) == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_where_the_provider_has_it(name: str) -> None:
    """Method, path, the provider's operationId and the documented statuses are those of the provider."""
    method, path, upstream, success, extra = OPERATIONS[name]
    found_method, found_path, operation = operations()[name]
    assert (found_method, found_path) == (method, path)
    assert operation["x-upstream-operation-id"] == upstream
    assert set(operation["responses"]) == {success, "401", "422", "429", "500"} | extra


def test_listing_takes_the_published_parameters() -> None:
    """Names, places, types, bounds and defaults of `list_tasks` are those that the provider published."""
    _, _, ours = operations()["list_tasks"]
    assert wire_parameters(CONTRACT, ours) == wire_parameters(PUBLISHED, published_operation())


@pytest.mark.parametrize("status", ["200", "422"])
def test_listing_answers_with_the_published_body(status: str) -> None:
    """Types and required fields of the answers of `list_tasks` are those that the provider published."""
    _, _, ours = operations()["list_tasks"]

    def body(document: dict[str, Any], operation: dict[str, Any]) -> Any:
        response = resolve(document, operation["responses"][status])
        return wire_schema(document, response["content"]["application/json"]["schema"])

    assert body(CONTRACT, ours) == body(PUBLISHED, published_operation())


def test_the_published_security_opens_every_operation() -> None:
    """The published scheme is ours on the wire, and alone it is enough for each operation."""
    (published,) = published_operation()["security"]
    (scheme,) = published
    ours, theirs = (document["components"]["securitySchemes"][scheme] for document in (CONTRACT, PUBLISHED))
    assert {key: ours[key] for key in ("type", "in", "name")} == theirs
    for _, _, operation in operations().values():
        assert published in operation.get("security", CONTRACT["security"])


def test_the_published_server_is_the_first() -> None:
    """Clients that take the first server reach the provider's."""
    assert CONTRACT["servers"][0]["url"] == PUBLISHED["servers"][0]["url"]


def test_titles_are_unique() -> None:
    """Two schemas with one title would be merged or dropped by a generator."""
    titles = Counter(schema["title"] for schema in CONTRACT["components"]["schemas"].values())
    assert [title for title, count in titles.items() if count > 1] == []
    assert set(titles) == set(CONTRACT["components"]["schemas"])


def test_every_link_leads_to_an_operation_and_names_its_parameters() -> None:
    """A link whose target or parameter does not exist would be passed over silently by tools."""
    by_id = operations()
    links = CONTRACT["components"]["links"]
    for name, link in links.items():
        _, _, target = by_id[link["operationId"]]
        known = {parameter for _, parameter in wire_parameters(CONTRACT, target)}
        assert set(link["parameters"]) <= known, name
    used = {
        link["$ref"].rsplit("/", 1)[1]
        for _, _, operation in by_id.values()
        for response in operation["responses"].values()
        for link in resolve(CONTRACT, response).get("links", {}).values()
    }
    assert used == set(links)
