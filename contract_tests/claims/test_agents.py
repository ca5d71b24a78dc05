"""Unknown agents."""

import pytest

from ._answers import assert_that
from ._task_factory import INVOKES, TaskFactory
from .api import Api
from .test_get import UNKNOWN


@pytest.mark.claim("AGENT-3", "ID-1")
@pytest.mark.parametrize("agent", UNKNOWN)
def test_the_list_of_an_unknown_agent_is_a_404(api: Api, agent: str) -> None:
    """AGENT-3, ID-1: an agent that does not exist is a 404, never a 422 and never an empty page."""
    for query in ({}, {"status": "completed"}, {"page": 2, "per_page": 50}):
        api.call("list_agent_tasks", agent=agent, query=query).assert_status(404)


@pytest.mark.claim("AGENT-3", "ID-1", "INVOKE-7")
@pytest.mark.parametrize("operation_id", INVOKES)
def test_invoking_an_unknown_agent_is_a_404_and_makes_nothing(task_factory: TaskFactory, operation_id: str) -> None:
    """AGENT-3, INVOKE-7: to invoke an agent that does not exist is a 404, and makes no task."""
    for agent in UNKNOWN:
        body = task_factory.body()
        answer = task_factory.api.call(operation_id, agent=agent, body=body).assert_status(404)
        shown = task_factory.api.call("get_task", task=body["id"])
        assert_that(shown.status == 404, "no task", shown.status, answer, shown)


@pytest.mark.claim("AGENT-3")
def test_an_agent_that_nearly_exists_is_unknown(api: Api, agents: list[str]) -> None:
    """AGENT-3: an agent that does not exist is a 404, however much its id looks like one that does."""
    for agent in agents[:2]:
        for other in (f"{agent}0", agent[:-1], f"{agent} ", f"{agent[:-1]}%"):
            if other and other not in agents:
                api.call("list_agent_tasks", agent=other).assert_status(404)


@pytest.mark.claim("LIST-1", "LIST-10")
def test_the_organizations_list_with_an_unknown_agent_is_empty(api: Api) -> None:
    """LIST-1, LIST-10: as a filter, an agent that no task has returns nothing and is no error, nor a pattern."""
    for agent in UNKNOWN:
        answer = api.call("list_tasks", query={"agent_id": agent})
        actual = (answer.ok()["items"], answer.json["total"])
        assert_that(actual == ([], 0), "nothing", actual, answer)
