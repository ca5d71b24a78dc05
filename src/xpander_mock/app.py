"""Builds a mock from settings and parts: the storage, the rules, and the ASGI application."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xpander_mock.console.console import Console
from xpander_mock.console.in_process import InProcessClient
from xpander_mock.console.routes import console_routes
from xpander_mock.contract import Contract, load_contract
from xpander_mock.control.access import Access
from xpander_mock.control.control import Control
from xpander_mock.control.routes import control_routes
from xpander_mock.control.sample_tasks import fill, save_agents
from xpander_mock.http.document import document_routes
from xpander_mock.http.fault_injection import FaultInjection
from xpander_mock.http.faults import FaultRules
from xpander_mock.http.rate_limit import RateLimiter
from xpander_mock.http.request_log import RequestLog
from xpander_mock.http.responses import json_response
from xpander_mock.parts import Parts
from xpander_mock.rules.notifier import Notifier
from xpander_mock.rules.rules import Rules
from xpander_mock.settings import Settings
from xpander_mock.storage.agent_table import AgentTable
from xpander_mock.storage.database import Database, StorageFullError
from xpander_mock.storage.names import Names
from xpander_mock.storage.rate_windows import RateWindows
from xpander_mock.storage.start_state import StartState
from xpander_mock.world import World


class Mock:
    """A mock without a server.

    Args:
        settings: What the mock is started with.
        parts: The classes that it is built from.
        start: What the data file held when the first of several processes was started.

    Attributes:
        app: The ASGI application.
        start: What the data file held at the start.
        rules: The parts that answer operations.
        faults: The middleware that lets calls go wrong.

    Raises:
        NotADataFile: The data file is something else, or cannot be opened for writing.
        WorldError: The world has a task, script, fault or clock that is not valid.
    """

    def __init__(
        self, settings: Settings | None = None, parts: Parts | None = None, start: StartState | None = None
    ) -> None:
        settings = settings or Settings()
        parts = parts or Parts()
        contract = load_contract()
        self._database = Database(settings.data)
        self.start = start or StartState(self._database, copy=settings.allow_reset)
        self.rules = build_rules(self._database, settings, parts, contract)
        world = settings.world or World()
        agents, new = self.rules.ownership.agents, self.rules.ownership.agents.empty
        if new:
            fill(self.rules.repository, agents, world, settings.tasks, settings.seed)
        elif world.organizations:
            save_agents(agents, world)
        limiter = RateLimiter(RateWindows(self._database), self.rules.clock, settings.rate_limit)
        authentication = parts.authentication(world.all_organizations)
        routes = parts.routes(contract, self.rules, authentication, limiter, settings.max_body)
        starlette = Starlette(
            routes=[*routes.routes(), *document_routes(contract)],
            exception_handlers={HTTPException: _refused, StorageFullError: _storage_full, Exception: _failed},
        )
        starlette.router.redirect_slashes = False
        app: ASGIApp = _PathAsSent(starlette)
        for wrap in parts.middleware:
            app = wrap(app)
        fault_rules = FaultRules()
        self.faults = FaultInjection(app, contract, fault_rules, authentication)
        log = RequestLog(_with_cors(self.faults, settings.cors), contract)
        control = Control(
            settings, self.start, contract, self.rules, limiter, fault_rules, log, authentication, new=new
        )
        access = Access(settings.allowed_hosts, settings.control_token)
        console = Console(control, contract, self.rules, authentication, InProcessClient(log))
        starlette.router.routes += [*control_routes(control, access), *console_routes(console, access)]
        self.app: ASGIApp = log

    def release(self) -> None:
        """End the waiting of all requests that wait for a task."""
        self.rules.follower.release()

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def build_rules(database: Database, settings: Settings, parts: Parts, contract: Contract) -> Rules:
    """Build the parts that answer operations.

    Args:
        database: Where tasks and agents are stored.
        settings: What the mock is started with.
        parts: The classes to build from.
        contract: The documented fields.
    """
    names = Names(database)
    table = parts.table(database, names, parts.filters(database, names))
    clock, lifecycle, views, notifier = parts.clock(), parts.lifecycle(), parts.views(contract), Notifier()
    clock.listen(notifier.notify_all)
    repository = parts.repository(table, clock, lifecycle, views)
    ownership = parts.ownership(repository, AgentTable(database))
    agents = parts.agents(settings.pending, settings.executing, commands=settings.commands)
    return Rules(
        clock=clock,
        repository=repository,
        ownership=ownership,
        tasks=parts.tasks(repository, ownership, lifecycle, parts.threads(), notifier),
        lists=parts.lists(repository, ownership),
        agents=agents,
        invocations=parts.invocations(repository, ownership, agents, contract, notifier),
        follower=parts.follower(repository, notifier, parts.turn_events(views), shared=settings.workers > 1),
        notifier=notifier,
    )


def create_app(settings: Settings | None = None, parts: Parts | None = None) -> ASGIApp:
    """Return the mock as an ASGI application, for any server."""
    return Mock(settings, parts).app


class _PathAsSent:
    """Routes by the path as it was sent, so that an id may hold an encoded slash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "raw_path" in scope:
            scope["path"] = scope["raw_path"].decode("ascii", "replace")
        await self._app(scope, receive, send)


def _with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Let pages of these origins call the API, and only the API."""
    if not origins:
        return app
    exposed = ["Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
    api = CORSMiddleware(
        app, allow_origins=origins, allow_methods=["*"], allow_headers=["*"], expose_headers=exposed, max_age=600
    )

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (api if is_api else app)(scope, receive, send)

    return choose


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = json_response({"detail": error.detail}, error.status_code)
    if error.status_code == 405 and error.headers:
        response.headers["Allow"] = ", ".join(sorted(error.headers["Allow"].split(", ")))
    if error.status_code == 413:
        response.headers["Connection"] = "close"  # the rest of the body is not read
    return response


async def _storage_full(request: Request, error: Exception) -> Response:
    return json_response({"detail": f"Nothing was stored: {error}"}, 507)


async def _failed(request: Request, error: Exception) -> Response:
    response = json_response({"detail": "Internal server error"}, 500)
    response.headers["Connection"] = "close"  # uvicorn closes it when the exception reaches it
    return response
