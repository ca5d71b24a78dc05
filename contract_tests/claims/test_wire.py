"""Status, content type and schema of the answers of every operation."""

import pytest

from ..contract.openapi import operations
from ..report.violation import not_run
from ..run.target import Target
from ._answers import Credentials, events_of
from ._task_factory import INVOKES, TaskFactory
from .api import Api

OPERATIONS = [operation.id for operation in operations()]
READING = [operation.id for operation in operations() if operation.method == "GET"]
WITH_PARAMETERS = ("list_tasks", "list_agent_tasks")


@pytest.mark.claim("WIRE-1")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_success_is_as_documented(
    api: Api, optional_task_factory: TaskFactory | None, target: Target, agents: list[str], operation_id: str
) -> None:
    """WIRE-1: a success has its documented status, content type and schema."""
    if optional_task_factory:
        answer = api.call(
            operation_id,
            task=optional_task_factory.completed()["id"],
            agent=optional_task_factory.agent,
            body=optional_task_factory.body() if operation_id in INVOKES else None,
        )
    elif operation_id in READING:
        items = api.call("list_tasks").ok()["items"]
        if not items and operation_id != "list_tasks":
            not_run("needs a task: the list shows none")
        answer = api.call(operation_id, task=items[0]["id"] if items else "", agent=agents[0] if agents else "")
    else:
        not_run("needs CONTRACT_WRITES")
    answer.assert_status(204 if operation_id == "delete_task" else 200)
    if operation_id == "invoke_agent_stream":
        events_of(answer)


@pytest.mark.claim("WIRE-1")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_refusal_is_as_documented(api: Api, target: Target, agents: list[str], operation_id: str) -> None:
    """WIRE-1: a 401, a 404 and a 422 have the documented content type and schema."""
    if operation_id not in READING and not target.writes:
        not_run("needs CONTRACT_WRITES")
    body = {"input": {"text": "Please say hello."}} if operation_id in INVOKES else None
    nobody = api.as_caller(Credentials({}, {}))
    nobody.call(operation_id, task="no-such-task", agent="no-such-agent", body=body).assert_status(401)
    if operation_id != "list_tasks":
        api.call(operation_id, task="no-such-task", agent="no-such-agent", body=body).assert_status(404)
    if operation_id in WITH_PARAMETERS and (agents or operation_id == "list_tasks"):
        api.call(operation_id, agent=agents[0] if agents else "", query={"page": 0}).assert_status(422)
    if operation_id in INVOKES and agents:
        api.call(operation_id, agent=agents[0], body={}).assert_status(422)


@pytest.mark.claim("WIRE-1")
@pytest.mark.parametrize("operation_id", WITH_PARAMETERS)
def test_an_empty_page_is_as_documented(api: Api, agents: list[str], operation_id: str) -> None:
    """WIRE-1: a page without tasks has the documented schema too."""
    if operation_id != "list_tasks" and not agents:
        not_run("needs XPANDER_AGENT_ID: the list shows no agent")
    query = {"user_id": "nobody has this id, surely"}
    api.call(operation_id, agent=agents[0] if agents else "", query=query).assert_status(200)
