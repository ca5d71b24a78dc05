"""Fixtures: blocking and awaited clients, on the mock and on servers that misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from xpander_mock import Settings, XpanderMock
from xpander_tasks import Configuration, Retry, Tasks

from .faults import Answer, FaultServer
from .flavours import Flavour

KEY = "key-that-must-not-show"
SSL_CONTEXT = ssl.create_default_context()  # made once, as it takes longer than a test
QUICK = Retry(attempts=3, backoff=0.01, max_backoff=0.02, max_time=10)

Connect = Callable[..., Flavour]
Serve = Callable[[Answer], FaultServer]


@pytest.fixture(scope="module")
def mock() -> Iterator[XpanderMock]:
    """Run a mock with its generated tasks, whose agents are quick."""
    with XpanderMock(Settings(pending=0.02, executing=0.06)) as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Create clients with one connection each, so that one that is not freed blocks the next call."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner()) if request.param == "async" else None

        def made(url: str, *, api_key: str | None = KEY, connections: int = 1, **settings: Any) -> Flavour:
            limits = httpx.Limits(max_connections=connections)
            chosen: dict[str, Any] = {"retry": QUICK, "timeout": 5.0, **settings}
            configuration = Configuration(api_key=api_key, base_url=url, **chosen)
            if runner is None:
                client = stack.enter_context(httpx.Client(limits=limits, verify=SSL_CONTEXT))
                return Flavour(stack.enter_context(Tasks(configuration, http_client=client)), None)
            async_client, closing = httpx.AsyncClient(limits=limits, verify=SSL_CONTEXT), runner
            stack.callback(lambda: closing.run(async_client.aclose()))
            return Flavour(Tasks(configuration, async_http_client=async_client), runner)

        yield made


@pytest.fixture
def client(connect: Connect, mock: XpanderMock) -> Flavour:
    """Return a client of the mock's first organization."""
    return connect(mock.url, api_key=mock.api_key, connections=10)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts servers with a given behavior."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(FaultServer(answer))
