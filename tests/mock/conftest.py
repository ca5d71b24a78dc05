"""The rules with a frozen clock, and a mock on a socket."""

from collections.abc import Iterator

import httpx
import pytest

from xpander_mock import Settings, XpanderMock
from xpander_mock.rules.rules import Rules

from .caller import Caller, make_rules


@pytest.fixture
def rules() -> Iterator[Rules]:
    """The rules without tasks, whose clock stands still."""
    rules = make_rules()
    yield rules
    rules.repository.table.database.close()


@pytest.fixture
def caller(rules: Rules) -> Caller:
    """The first organization, as a caller of the rules."""
    return Caller(rules)


@pytest.fixture(scope="module")
def mock() -> Iterator[XpanderMock]:
    """A running mock with its sample tasks."""
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
