"""Generates a believable history of sample tasks: the same tasks for the same seed and number."""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from xpander_mock.demo import (
    AGENTS,
    DEMO_ORGANIZATION,
    EXAMPLE_AGENT,
    EXAMPLE_SUB_TASK,
    EXAMPLE_TASK,
    EXAMPLE_TRIGGERING_AGENT,
    OTHER_ORGANIZATION,
)
from xpander_mock.rules.lifecycle import INTERNAL_STATUS
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.times import parse_instant
from xpander_mock.storage.agent_table import AgentTable
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
from xpander_mock.world import World

NEWEST = parse_instant("2026-02-07T02:13:27.228497Z")

_STATUSES = [COMPLETED] * 12 + [FAILED, FAILED, ERROR, ERROR, STOPPED, STOPPED, PAUSED, PAUSED, PENDING, EXECUTING]
_OTHER_INTERNAL = {PENDING: "scheduled", EXECUTING: "finalizing", COMPLETED: "archived"}
_SOURCES = ["sdk", "api", "webhook", "dashboard", "slack"]
_TOPICS = ["the weekly report", "open invoices", "the release notes", "a reply to Ada", "new leads", "the error log"]
_VERBS = ["Summarise", "Check", "Translate", "Prepare", "Compare"]
_SECOND = 1_000_000
_HOUR = 3_600 * _SECOND


def fill(repository: TaskRepository, agents: AgentTable, world: World, tasks: int, number: int) -> None:
    """Fill an empty database with the agents of a world; sample tasks are for the demo organizations alone."""
    if not world.organizations:
        insert_samples(repository, agents, tasks, number)
        return
    with repository.table.database.bulk_insert():
        save_agents(agents, world)


def save_agents(agents: AgentTable, world: World) -> None:
    """Insert the agents of a world, or update those that are there."""
    for organization in world.all_organizations:
        for agent in organization.agents:
            agents.save(agent.id, organization.id, agent.name)


def insert_samples(repository: TaskRepository, agents: AgentTable, tasks: int, number: int) -> None:
    """Insert the demo agents and sample tasks into an empty database.

    Args:
        repository: Where the tasks go.
        agents: Where the agents go.
        tasks: How many tasks, of both organizations together.
        number: What they are generated from; the same number gives the same tasks.
    """
    with repository.table.database.bulk_insert():
        for organization, names in AGENTS.items():
            for agent_id, name in names.items():
                agents.save(agent_id, organization, name)
        random = Random(number)
        for task in history(tasks, number):
            if task.current.status in RUNNING:
                _plan_end(random, task, repository.clock.now())
            repository.save(task)


def history(tasks: int, number: int) -> Iterator[Task]:
    """Yield the sample tasks, oldest first, the examples of the contract last."""
    random = Random(number)
    parents: dict[str, Task] = {}
    for left in range(tasks - 1, 1, -1):
        task = _task(random, _created(left), parents)
        parents[task.organization_id] = task
        yield task
    yield from list(_examples())[:tasks]


def _plan_end(random: Random, task: Task, now: int) -> None:
    """Let a running task end within the first day of the mock, and a pending one start before.

    Args:
        random: The source of random numbers.
        task: A task whose current turn is pending or executing.
        now: The time at which the mock is started, in microseconds since 1970.
    """
    turn = task.current
    now = max(now, task.updated)
    before = task.before(turn)
    free = max(turn.asked, (before and before.ended) or task.created)
    start = turn.started or now + random.randrange(_HOUR, 6 * _HOUR)
    end = max(start, now) + random.randrange(_HOUR, 12 * _HOUR)
    turn.answer = Answer(result=f"{turn.text}: done.", pending=start - free, executing=end - start, sample=True)


def _created(left: int) -> int:
    """Return when the task with `left` tasks after it was created; every second group of four shares one instant."""
    group, place = divmod(left, 4)
    return NEWEST - group * 240 * _SECOND - (place * 53_217_931 if group % 2 else 1_530_000)


def _task(random: Random, created: int, parents: dict[str, Task]) -> Task:
    organization = OTHER_ORGANIZATION if random.random() < 0.1 else DEMO_ORGANIZATION
    agents = list(AGENTS[organization])
    status = random.choice(_STATUSES)
    candidate = parents.get(organization)
    parent = candidate if candidate is not None and candidate.parent is None and random.random() < 0.15 else None
    user = random.randrange(40, 60) if random.random() < 0.75 else None
    task = Task(
        id=str(UUID(int=random.getrandbits(128), version=4)),
        organization_id=organization,
        agent_id=random.choice(agents),
        user_id=None if user is None else f"user_{user}",
        parent=None if parent is None else parent.id,
        triggering_agent_id=random.choice(agents) if parent or random.random() < 0.1 else None,
        created=created,
        updated=created,
        turns=[],
    )
    at = created
    if random.random() < 0.1:
        at = _turn(random, task, at, COMPLETED, user) + random.randrange(1, 60) * _SECOND
    task.updated = _turn(random, task, at, status, user)
    return task


def _turn(random: Random, task: Task, asked: int, status: str, user: int | None) -> int:
    """Append a turn, and return the instant of its last change."""
    text = f"{random.choice(_VERBS)} {random.choice(_TOPICS)}"
    given: dict[str, Any] = {"text": text}
    if user is not None:
        given["user"] = {"id": f"user_{user}", "email": f"user_{user}@example.com"}
    other_internal = status in _OTHER_INTERNAL and random.random() < 0.3
    turn = Turn(
        asked=asked,
        input=given,
        title=text if random.random() < 0.9 else None,
        source="agent" if task.parent else random.choice(_SOURCES),
        status=status,
        internal_status=_OTHER_INTERNAL[status] if other_internal else INTERNAL_STATUS[status],
        stopped=status == STOPPED,
    )
    task.turns.append(turn)
    if status == PENDING:
        return asked
    turn.started = asked + random.randrange(50_000, 2_000_000)
    changed = turn.started + random.randrange(200_000, 90_000_000)
    if status == PAUSED:
        turn.paused = changed
        turn.fields = {"hitl_request": {"wait_node_id": "approval"}}
    if status in FINAL:
        turn.ended = changed
    if status == COMPLETED:
        turn.result = f"{text}: done."
    elif status in (FAILED, ERROR):
        turn.result = f"{text}: the agent could not finish."
    return changed


def _examples() -> Iterator[Task]:
    """Yield the task of the contract's examples and its sub-task."""
    user = {"id": "user_42", "email": "ada@example.com"}
    ended = NEWEST + 14_312_575
    yield Task(
        id=EXAMPLE_TASK,
        organization_id=DEMO_ORGANIZATION,
        agent_id=EXAMPLE_AGENT,
        user_id="user_42",
        created=NEWEST,
        updated=ended,
        turns=[
            Turn(
                asked=NEWEST,
                input={"text": "What is xpander.ai?", "user": user},
                title="What is xpander.ai?",
                source="sdk",
                status=COMPLETED,
                internal_status=INTERNAL_STATUS[COMPLETED],
                started=NEWEST + 683_503,
                ended=ended,
                result="A platform for building and running AI agents.",
            )
        ],
    )
    asked = NEWEST + _SECOND
    yield Task(
        id=EXAMPLE_SUB_TASK,
        organization_id=DEMO_ORGANIZATION,
        agent_id=EXAMPLE_AGENT,
        parent=EXAMPLE_TASK,
        triggering_agent_id=EXAMPLE_TRIGGERING_AGENT,
        created=asked,
        updated=asked + _SECOND,
        turns=[
            Turn(
                asked=asked,
                input={"text": "Look up the product page."},
                title="Look up the product page",
                source="agent",
                status=EXECUTING,
                internal_status="finalizing",
                started=asked + _SECOND,
            )
        ],
    )
