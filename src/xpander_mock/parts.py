"""The classes that a mock is built from, each of which a subclass can replace, and what such a subclass needs.

A program that starts a mock with other parts, such as this repository's `proof.defects`, subclasses a class that this
module exports, puts it into `Parts`, and passes that to `Mock`, `XpanderMock` or `main`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp

from xpander_mock.contract import load_contract
from xpander_mock.demo import DEMO_API_KEY, DEMO_ORGANIZATION, OTHER_API_KEY, OTHER_ORGANIZATION
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.responses import json_response
from xpander_mock.http.routes import Call, Routes
from xpander_mock.rules.agents import Agents
from xpander_mock.rules.clock import Clock
from xpander_mock.rules.errors import ApiError, Forbidden, NotFound
from xpander_mock.rules.invocations import Invocations
from xpander_mock.rules.lifecycle import Lifecycle
from xpander_mock.rules.lists import Lists
from xpander_mock.rules.ownership import Ownership
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.rules import Rules
from xpander_mock.rules.tasks import Tasks
from xpander_mock.rules.threads import Threads
from xpander_mock.rules.times import format_instant, parse_instant
from xpander_mock.rules.turn_events import TurnEvents
from xpander_mock.rules.turn_follower import TurnFollower
from xpander_mock.rules.views import Views
from xpander_mock.storage.filters import Filter, Filters
from xpander_mock.storage.task import (
    COMPLETED,
    ERROR,
    EXECUTING,
    FAILED,
    FINAL,
    PAUSED,
    PENDING,
    RUNNING,
    STOPPED,
    Answer,
    Task,
    Turn,
)
from xpander_mock.storage.task_table import TaskTable

__all__ = [
    "COMPLETED",
    "DEMO_API_KEY",
    "DEMO_ORGANIZATION",
    "ERROR",
    "EXECUTING",
    "FAILED",
    "FINAL",
    "OTHER_API_KEY",
    "OTHER_ORGANIZATION",
    "PAUSED",
    "PENDING",
    "RUNNING",
    "STOPPED",
    "Agents",
    "Answer",
    "ApiError",
    "Authentication",
    "Call",
    "Clock",
    "Filter",
    "Filters",
    "Forbidden",
    "Invocations",
    "Lifecycle",
    "Lists",
    "NotFound",
    "Ownership",
    "Parts",
    "Routes",
    "Rules",
    "Task",
    "TaskRepository",
    "TaskTable",
    "Tasks",
    "Threads",
    "Turn",
    "TurnEvents",
    "TurnFollower",
    "Views",
    "format_instant",
    "json_response",
    "load_contract",
    "parse_instant",
]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The classes that a mock is built from, and what is wrapped around the application.

    Args:
        filters: What lists select, as SQL.
        table: The rows of tasks.
        clock: The time.
        lifecycle: How tasks change by time and by stops.
        views: How tasks are shown.
        threads: The messages of a conversation.
        turn_events: The events of a stream.
        repository: Tasks as they are now.
        ownership: Which tasks and agents a caller may use.
        agents: What agents answer.
        lists: The operations that list tasks.
        tasks: The operations on one task.
        invocations: How invokes add turns to tasks.
        follower: How requests wait for the end of a turn.
        authentication: Who calls.
        routes: The handlers of the operations.
        middleware: Each takes the application and returns another; the last is outermost.
    """

    filters: type[Filters] = Filters
    table: type[TaskTable] = TaskTable
    clock: type[Clock] = Clock
    lifecycle: type[Lifecycle] = Lifecycle
    views: type[Views] = Views
    threads: type[Threads] = Threads
    turn_events: type[TurnEvents] = TurnEvents
    repository: type[TaskRepository] = TaskRepository
    ownership: type[Ownership] = Ownership
    agents: type[Agents] = Agents
    lists: type[Lists] = Lists
    tasks: type[Tasks] = Tasks
    invocations: type[Invocations] = Invocations
    follower: type[TurnFollower] = TurnFollower
    authentication: type[Authentication] = Authentication
    routes: type[Routes] = Routes
    middleware: Sequence[Callable[[ASGIApp], ASGIApp]] = ()
