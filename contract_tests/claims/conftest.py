"""What the tests of the claims share; each worker makes its own."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import hypothesis
import pytest

from contract_tests.claims import load_claims
from contract_tests.claims._public import WINDOW, WINDOW_WHEN_LIMITED, Public
from contract_tests.claims._queries import Generated, unhurried
from contract_tests.claims._scope import SCOPES, Scope
from contract_tests.claims._tasks import Workshop
from contract_tests.claims._universe import SIZE_WHEN_LIMITED, SIZES, Universe, build
from contract_tests.claims.api import Api, Credentials
from contract_tests.failure import not_run
from contract_tests.recorder import Recorder
from contract_tests.target import Target
from contract_tests.transport import RecordingTransport

EXAMPLES = {"quick": 10, "default": 30, "deep": 300}
EXAMPLES_WHEN_LIMITED = 5


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--claim", action="append", default=[], metavar="ID", help="judge only this claim; may be given several times"
    )


def claims_of(item: pytest.Item) -> list[str]:
    """Return the ids of the claims that a test judges."""
    return [claim for marker in item.iter_markers("claim") for claim in marker.args]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = set(config.getoption("--claim") or ())
    unknown = wanted - load_claims().keys()
    if unknown:
        raise pytest.UsageError(f"no such claim: {', '.join(sorted(unknown))}; claims.toml lists them all")
    # Past its limit a server refuses whatever follows, so that this is judged last.
    items.sort(key=lambda item: "LIMIT-1" in claims_of(item))
    if wanted:
        chosen = [item for item in items if wanted.intersection(claims_of(item))]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


@pytest.fixture(scope="session")
def client(target: Target, recorder: Recorder) -> Iterator[httpx.Client]:
    """Sends every request of the claims."""
    # A sync invoke answers when the agent is done.
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
    """The agents that may be invoked: the one asked for, else those that the list shows."""
    named = os.environ.get("XPANDER_AGENT_ID")
    if named:
        return [named]
    items = api.call("list_tasks", query={"per_page": 50}).ok()["items"]
    return list(dict.fromkeys([*([target.agent_id] if target.agent_id else []), *(item["agent_id"] for item in items)]))


@pytest.fixture(scope="session")
def workshop(api: Api, agents: list[str], target: Target) -> Workshop | None:
    """Makes tasks; None where the run may only read."""
    return Workshop(api, agents, target) if target.writes else None


@pytest.fixture(scope="session")
def shop(workshop: Workshop | None) -> Workshop:
    """Makes tasks."""
    if workshop is None:
        not_run("needs CONTRACT_WRITES")
    return workshop


@pytest.fixture(scope="session")
def other_shop(other_api: Api, target: Target) -> Workshop:
    """Makes tasks for the other organization."""
    if not target.writes:
        not_run("needs CONTRACT_WRITES")
    items = other_api.call("list_tasks", query={"per_page": 50}).ok()["items"]
    return Workshop(other_api, list(dict.fromkeys(item["agent_id"] for item in items)), target)


@pytest.fixture(scope="session")
def universe(shop: Workshop, target: Target) -> Universe:
    """A parent of our own with many different sub-tasks, none of which runs."""
    return build(shop, SIZE_WHEN_LIMITED if target.rate_limit else SIZES[target.profile])


@pytest.fixture(scope="session")
def _public(api: Api, agents: list[str], target: Target) -> Public:
    return Public(api, WINDOW_WHEN_LIMITED if target.rate_limit else WINDOW[target.profile], agents[:3])


@pytest.fixture(scope="session")
def _window(_public: Public) -> Scope | None:
    return _public.window()


@pytest.fixture(scope="session")
def _agent_scope(_public: Public, _window: Scope | None) -> Scope | None:
    return _public.agent(_window) if _window else None


@pytest.fixture
def window(_window: Scope | None) -> Scope:
    """The organization's older tasks, in the list of the organization."""
    if _window is None:
        not_run("needs tasks that were there before this run: the list shows none")
    return _window


@pytest.fixture(params=SCOPES)
def scope(request: pytest.FixtureRequest) -> Scope:
    """A list that holds still: of our sub-tasks or of older tasks, of the organization or of an agent."""
    name: str = request.param
    if name.startswith("own"):
        universe: Universe = request.getfixturevalue("universe")
        shop: Workshop = request.getfixturevalue("shop")
        agent = universe.agents()[0] if name == "own-list_agent_tasks" else None
        return _kept(request, name, lambda: universe.scope(shop, agent))
    window: Scope = request.getfixturevalue("window")
    if name == "public-list_tasks":
        return window
    found: Scope | None = request.getfixturevalue("_agent_scope")
    if found is None:
        not_run("needs an agent with few enough tasks to judge by")
    return found


def _kept(request: pytest.FixtureRequest, name: str, make: Callable[[], Scope]) -> Scope:
    # One scope for the whole session, so that its snapshot is read once.
    kept: dict[str, Scope] = request.getfixturevalue("_scopes")
    return kept.setdefault(name, make())


@pytest.fixture(scope="session")
def _scopes() -> dict[str, Scope]:
    return {}


@pytest.fixture(scope="session")
def generated(target: Target) -> Generated:
    """Runs a `hypothesis.given` test with the run's seed and no more examples than the profile allows."""
    examples = EXAMPLES_WHEN_LIMITED if target.rate_limit else EXAMPLES[target.profile]
    settings = unhurried(examples)

    def prepare(test: Callable[..., Any]) -> Callable[..., None]:
        prepared: Callable[..., None] = hypothesis.seed(target.seed)(settings(test))
        return prepared

    return prepare
