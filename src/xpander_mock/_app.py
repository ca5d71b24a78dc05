"""Puts the mock together: settings, parts, and the ASGI application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xpander_mock._admin import admin_routes
from xpander_mock._agents import Agents
from xpander_mock._clock import Clock
from xpander_mock._contract import load_contract
from xpander_mock._control import Control
from xpander_mock._keys import Auth
from xpander_mock._limit import Limiter, RateLimit
from xpander_mock._page import page_routes
from xpander_mock._routes import Routes, json_response
from xpander_mock._seed import DEFAULT_TASKS, seed
from xpander_mock._service import Service
from xpander_mock._store import Store
from xpander_mock._watch import Watch


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a mock is started with.

    Args:
        data: the data file; None keeps everything in memory.
        tasks: how many tasks a new mock makes up.
        seed: what they are made up from; the same seed makes the same tasks.
        pending: seconds that an invoked task is pending.
        executing: seconds that it then executes.
        rate_limit: how many requests pass, of each organization; None passes all.
        workers: how many processes share the data file.
    """

    data: str | None = None
    tasks: int = DEFAULT_TASKS
    seed: int = 0
    pending: float = 0.05
    executing: float = 0.15
    rate_limit: RateLimit | None = None
    workers: int = 1


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The classes that a mock is built from, each one replaceable by a subclass, and what is wrapped around it.

    Args:
        middleware: each takes the application and returns another; the last is outermost.
    """

    store: type[Store] = Store
    service: type[Service] = Service
    auth: type[Auth] = Auth
    agents: type[Agents] = Agents
    clock: type[Clock] = Clock
    routes: type[Routes] = Routes
    middleware: Sequence[Callable[[ASGIApp], ASGIApp]] = ()


class Mock:
    """A mock without a server: its parts, and the ASGI application `app`.

    Raises:
        NotADataFile: the data file is something else, or cannot be opened for writing.
    """

    def __init__(self, settings: Settings | None = None, parts: Parts | None = None) -> None:
        self.settings = settings or Settings()
        parts = parts or Parts()
        contract = load_contract()
        self.clock = parts.clock()
        self.store = parts.store(self.settings.data)
        agents = parts.agents(self.settings.pending, self.settings.executing)
        self.service = parts.service(self.store, self.clock, agents, contract)
        self.service.shared = self.settings.workers > 1
        self.auth = parts.auth()
        self.watch = Watch(contract)
        if self.store.empty:
            seed(self.service, self.settings.tasks, self.settings.seed)
        self.limiter = Limiter(self.store, self.clock, self.settings.rate_limit)
        routes = parts.routes(contract, self.service, self.auth, self.limiter)
        control = Control(self)
        starlette = Starlette(
            routes=[*routes.routes(), *admin_routes(control), *page_routes(control)],
            exception_handlers={HTTPException: _refused, Exception: _failed},
        )
        starlette.router.redirect_slashes = False
        app: ASGIApp = _Undecoded(starlette)
        for wrap in parts.middleware:
            app = wrap(app)
        self.watch.app = app
        self.app: ASGIApp = self.watch

    def release(self) -> None:
        """Let go of everybody who waits for a task."""
        self.service.release()

    def close(self) -> None:
        """Let go of the data file."""
        self.store.close()


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> ASGIApp:
    """The mock as an ASGI application, for any server."""
    return Mock(settings, parts).app


class _Undecoded:
    """Routes by the path as it was sent, so that an id may hold an encoded slash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "raw_path" in scope:
            scope["path"] = scope["raw_path"].decode("ascii", "replace")
        await self.app(scope, receive, send)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = json_response({"detail": error.detail}, error.status_code)
    if error.status_code == 405 and error.headers:
        response.headers["Allow"] = ", ".join(sorted(error.headers["Allow"].split(", ")))
    return response


async def _failed(request: Request, error: Exception) -> Response:
    return json_response({"detail": "Internal server error"}, 500)
