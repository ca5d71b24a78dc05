"""Fixtures for pytest: a running mock, and clients on it.

pytest loads this module by itself once the package is installed. Nothing starts before a fixture is used. While one is,
`XPANDER_BASE_URL` and `XPANDER_API_KEY` name the mock, so that a client without configuration never reaches production.

The marker `@pytest.mark.xpander_mock(tasks=0, pending=0)` gives one test a mock with these settings; the ini options
`xpander_mock_tasks`, `xpander_mock_pending` and so on set them for all. `XPANDER_MOCK_URL` points the whole suite at a
mock that already runs elsewhere; it is reset before each test, so no two suites should share one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from xpander_mock import MockClient, Settings
    from xpander_tasks import Tasks

# The settings that marker and ini options can set, with the type of each.
_OPTIONS: dict[str, type] = {
    "tasks": int,
    "seed": int,
    "pending": float,
    "executing": float,
    "rate_limit": str,
    "commands": bool,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini options."""
    for name in _OPTIONS:
        parser.addini(f"xpander_mock_{name}", f"setting `{name}` of the mock of xpander_mock", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    text = f"xpander_mock({', '.join(f'{name}=...' for name in _OPTIONS)}): settings of the mock for this test"
    config.addinivalue_line("markers", text)


@pytest.fixture(scope="session")
def xpander_mock_server(pytestconfig: pytest.Config) -> Iterator[MockClient]:
    """The mock that all tests of the session use, one after the other."""
    url = os.environ.get("XPANDER_MOCK_URL")
    if url:
        from xpander_mock.client import MockClient

        yield MockClient(url)
        return
    yield from _run(_ini_settings(pytestconfig))


@pytest.fixture
def xpander_mock(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, xpander_mock_server: MockClient
) -> Iterator[MockClient]:
    """A running mock in a clean state: its address, its keys, and its control."""
    marker = request.node.get_closest_marker("xpander_mock")
    if marker is None:
        xpander_mock_server.reset()
        mocks: Iterator[MockClient] = iter([xpander_mock_server])
    else:
        mocks = _marked(request.config, marker, xpander_mock_server)
    for mock in mocks:
        monkeypatch.setenv("XPANDER_BASE_URL", mock.url)
        monkeypatch.setenv("XPANDER_API_KEY", mock.api_key)
        yield mock


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


def _marked(config: pytest.Config, marker: pytest.Mark, server: MockClient) -> Iterator[MockClient]:
    """Run a mock with the settings of a marker, or set up the one that runs elsewhere."""
    unknown = marker.kwargs.keys() - _OPTIONS.keys()
    if unknown or marker.args:
        _fail(f"expected settings of {', '.join(_OPTIONS)} in @pytest.mark.xpander_mock, got {sorted(unknown)}")
    if not os.environ.get("XPANDER_MOCK_URL"):
        yield from _run({**_ini_settings(config), **marker.kwargs})
        return
    if fixed := marker.kwargs.keys() - {"tasks", "seed", "rate_limit"}:
        _fail(f"{', '.join(sorted(fixed))} cannot be set for the mock of XPANDER_MOCK_URL")
    server.reset()
    if "tasks" in marker.kwargs:
        server.seed(marker.kwargs["tasks"], marker.kwargs.get("seed", 0))
    if "rate_limit" in marker.kwargs:
        server.rate_limit(marker.kwargs["rate_limit"])
    yield server


def _run(settings: dict[str, Any]) -> Iterator[MockClient]:
    # Imported here, so that a suite that does not use the mock does not pay for it.
    from xpander_mock.missing_extra import MissingExtraError, needs_mock_extra

    try:
        with needs_mock_extra():
            from xpander_mock.embedded import XpanderMock
    except MissingExtraError as error:
        _fail(str(error))
    with XpanderMock(_settings(settings)) as mock:
        yield mock


def _settings(settings: dict[str, Any]) -> Settings:
    from xpander_mock.http.rate_limit import RateLimit
    from xpander_mock.settings import Settings

    limit = settings.get("rate_limit")
    return Settings(**{**settings, "rate_limit": RateLimit.parse(limit) if isinstance(limit, str) else limit})


def _ini_settings(config: pytest.Config) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, kind in _OPTIONS.items():
        text = config.getini(f"xpander_mock_{name}")
        if text is None:
            continue
        try:
            settings[name] = {"true": True, "false": False}[text] if kind is bool else kind(text)
        except (KeyError, ValueError):
            _fail(f"expected {kind.__name__} as xpander_mock_{name} in the ini file, got {text!r}")
    return settings


def _fail(message: str) -> NoReturn:
    pytest.fail(message, pytrace=False)
