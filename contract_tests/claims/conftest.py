"""Fixtures of the tests of claims; each worker has its own tasks."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import hypothesis
import pytest

from ..contract.claims import load_claims
from ..record.recorder import Recorder
from ..record.transport import RecordingTransport
from ..report.violation import not_run
from ..run.target import Target
from ._answers import Credentials
from ._existing_tasks import WINDOW, WINDOW_WHEN_LIMITED, ExistingTasks
from ._queries import Generated, hypothesis_settings
from ._scope import SCOPES, Scope
from ._seeded_tasks import SIZE_WHEN_LIMITED, SIZES, SeededTasks, seed_tasks
from ._task_factory import TaskFactory
from .api import Api

EXAMPLES = {"quick": 10, "default": 30, "deep": 300}
EXAMPLES_WHEN_LIMITED = 5


def claims_of(item: pytest.Item) -> list[str]:
    """Return the ids of the claims that a test checks."""
    return [claim for marker in item.iter_markers("claim") for claim in marker.args]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(config.getoption("--claim") or ())
    unknown = wanted - load_claims().keys()
    if unknown:
        raise pytest.UsageError(f"no such claim: {', '.join(sorted(unknown))}; docs/claims.md lists them all")
    # The tests of the rate limit come last, because the server refuses every request after them.
    items.sort(key=lambda item: "LIMIT-1" in claims_of(item))
    if wanted:
        chosen = [item for item in items if wanted.intersection(claims_of(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture(scope="session")
def client(target: Target, recorder: Recorder) -> Iterator[httpx.Client]:
    """Sends every request of the claims."""
    # A sync invoke answers when the agent has finished.
    timeout = httpx.Timeout(15.0 if target.is_mock else 120.0, connect=10.0)
    with httpx.Client(base_url=target.base_url, transport=RecordingTransport(recorder), timeout=timeout) as client:
        yield client


@pytest.fixture(scope="session")
def api(client: httpx.Client, target: Target) -> Api:
    """The operations, for the organization under test."""
    return Api(client, Credentials.key(target.api_key))


@pytest.fixture(scope="session")
def other_api(api: Api, target: Target) -> Api:
    """The operations, for another organization."""
    if target.other_api_key is None:
        not_run("needs XPANDER_OTHER_API_KEY")
    return api.as_caller(Credentials.key(target.other_api_key))


@pytest.fixture(scope="session")
def agents(api: Api, target: Target) -> list[str]:
    """The agents that may be invoked: `XPANDER_AGENT_ID`, or else those of the listed tasks."""
    named = os.environ.get("XPANDER_AGENT_ID")
    if named:
        return [named]
    items = api.call("list_tasks", query={"per_page": 50}).ok()["items"]
    return list(dict.fromkeys([*([target.agent_id] if target.agent_id else []), *(item["agent_id"] for item in items)]))


@pytest.fixture(scope="session")
def optional_task_factory(api: Api, agents: list[str], target: Target) -> TaskFactory | None:
    """Creates tasks; None if the run may only read."""
    return TaskFactory(api, agents, target) if target.writes else None


@pytest.fixture(scope="session")
def task_factory(optional_task_factory: TaskFactory | None) -> TaskFactory:
    """Creates tasks."""
    if optional_task_factory is None:
        not_run("needs CONTRACT_WRITES")
    return optional_task_factory


@pytest.fixture(scope="session")
def other_task_factory(other_api: Api, target: Target) -> TaskFactory:
    """Creates tasks for the other organization."""
    if not target.writes:
        not_run("needs CONTRACT_WRITES")
    items = other_api.call("list_tasks", query={"per_page": 50}).ok()["items"]
    return TaskFactory(other_api, list(dict.fromkeys(item["agent_id"] for item in items)), target)


@pytest.fixture(scope="session")
def seeded_tasks(task_factory: TaskFactory, target: Target) -> SeededTasks:
    """A task of the run's own with many different sub-tasks, none of which is running."""
    return seed_tasks(task_factory, SIZE_WHEN_LIMITED if target.rate_limit else SIZES[target.profile])


@pytest.fixture(scope="session")
def _existing_tasks(api: Api, agents: list[str], target: Target) -> ExistingTasks:
    return ExistingTasks(api, WINDOW_WHEN_LIMITED if target.rate_limit else WINDOW[target.profile], agents[:3])


@pytest.fixture(scope="session")
def _window(_existing_tasks: ExistingTasks) -> Scope | None:
    return _existing_tasks.window()


@pytest.fixture(scope="session")
def _agent_scope(_existing_tasks: ExistingTasks, _window: Scope | None) -> Scope | None:
    return _existing_tasks.agent(_window) if _window else None


@pytest.fixture
def window(_window: Scope | None) -> Scope:
    """The organization's list of tasks that existed before this run."""
    if _window is None:
        not_run("needs tasks that existed before this run: the list shows none")
    return _window


@pytest.fixture(params=SCOPES)
def scope(request: pytest.FixtureRequest) -> Scope:
    """A stable list: of the run's sub-tasks or of existing tasks, of the organization or of an agent."""
    name: str = request.param
    if name.startswith("seeded"):
        seeded_tasks: SeededTasks = request.getfixturevalue("seeded_tasks")
        task_factory: TaskFactory = request.getfixturevalue("task_factory")
        agent = seeded_tasks.agents()[0] if name == "seeded-list_agent_tasks" else None
        return _cached(request, name, lambda: seeded_tasks.scope(task_factory, agent))
    window: Scope = request.getfixturevalue("window")
    if name == "existing-list_tasks":
        return window
    found: Scope | None = request.getfixturevalue("_agent_scope")
    if found is None:
        not_run("needs an agent with few enough tasks to check")
    return found


def _cached(request: pytest.FixtureRequest, name: str, make: Callable[[], Scope]) -> Scope:
    # One scope for the whole session, so that its tasks are read only once.
    scopes: dict[str, Scope] = request.getfixturevalue("_scopes")
    return scopes.setdefault(name, make())


@pytest.fixture(scope="session")
def _scopes() -> dict[str, Scope]:
    return {}


@pytest.fixture(scope="session")
def generated(target: Target) -> Generated:
    """Decorates a `hypothesis.given` test with the run's seed and the profile's number of examples."""
    examples = EXAMPLES_WHEN_LIMITED if target.rate_limit else EXAMPLES[target.profile]
    settings = hypothesis_settings(examples)

    def prepare(test: Callable[..., Any]) -> Callable[..., None]:
        prepared: Callable[..., None] = hypothesis.seed(target.seed)(settings(test))
        return prepared

    return prepare
