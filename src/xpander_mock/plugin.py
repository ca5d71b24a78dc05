"""Fixtures for pytest: a running mock, and clients on it.

pytest loads this module by itself once the package is installed. Nothing starts before a fixture is used.

`XPANDER_MOCK_URL` points the whole suite at a mock that already runs elsewhere; it is reset before each test, so no two
suites should share one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xpander_mock import MockClient
    from xpander_tasks import Tasks


@pytest.fixture(scope="session")
def xpander_mock_server() -> Iterator[MockClient]:
    """The mock that all tests of the session use, one after the other."""
    # Imported here, so that a suite that does not use the mock does not pay for it.
    from xpander_mock.client import MockClient
    from xpander_mock.missing_extra import MissingExtraError, needs_mock_extra

    url = os.environ.get("XPANDER_MOCK_URL")
    if url:
        yield MockClient(url)
        return
    try:
        with needs_mock_extra():
            from xpander_mock.embedded import XpanderMock
    except MissingExtraError as error:
        pytest.fail(str(error), pytrace=False)
    with XpanderMock() as mock:
        yield mock


@pytest.fixture
def xpander_mock(xpander_mock_server: MockClient) -> MockClient:
    """A running mock in a clean state: its address, its keys, and its control."""
    xpander_mock_server.reset()
    return xpander_mock_server


@pytest.fixture
def xpander_tasks(xpander_mock: MockClient) -> Iterator[Tasks]:
    """A client on the mock, of its first organization."""
    from xpander_tasks import Configuration, Tasks

    with Tasks(Configuration(api_key=xpander_mock.api_key, base_url=xpander_mock.url)) as tasks:
        yield tasks


@pytest.fixture
def xpander_async_tasks(xpander_mock: MockClient) -> Tasks:
    """A client on the mock for an async test: `async with xpander_async_tasks as tasks`."""
    from xpander_tasks import Configuration, Tasks

    return Tasks(Configuration(api_key=xpander_mock.api_key, base_url=xpander_mock.url))
