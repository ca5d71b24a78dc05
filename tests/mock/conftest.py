"""A service with a frozen clock for the rules, and a mock on a socket for the rest."""

from collections.abc import Iterator

import httpx
import pytest

from xpander_mock import Clock, Settings, XpanderMock
from xpander_mock._agents import Agents
from xpander_mock._contract import load_contract
from xpander_mock._keys import DEMO_ORGANIZATION
from xpander_mock._seed import EXAMPLE_AGENT, seed
from xpander_mock._service import Service
from xpander_mock._store import Store

from .rules import Rules


@pytest.fixture
def service() -> Iterator[Service]:
    """A service without tasks, whose clock stands still."""
    clock = Clock()
    clock.freeze()
    service = Service(Store(), clock, Agents(pending=1, executing=2), load_contract())
    seed(service, 0, 0)
    yield service
    service.store.close()


@pytest.fixture
def rules(service: Service) -> Rules:
    """The service as one caller sees it."""
    return Rules(service, DEMO_ORGANIZATION, EXAMPLE_AGENT)


@pytest.fixture(scope="module")
def mock() -> Iterator[XpanderMock]:
    """A running mock with its made-up tasks."""
    with XpanderMock(Settings(pending=0.01, executing=0.03)) as running:
        yield running


@pytest.fixture(scope="module")
def client(mock: XpanderMock) -> Iterator[httpx.Client]:
    """A client of the first organization."""
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        yield client


@pytest.fixture(scope="module")
def anonymous(mock: XpanderMock) -> Iterator[httpx.Client]:
    """A client without credentials."""
    with httpx.Client(base_url=mock.url) as client:
        yield client


@pytest.fixture(scope="module")
def other_client(mock: XpanderMock) -> Iterator[httpx.Client]:
    """A client of the second organization."""
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.other_api_key}) as client:
        yield client
