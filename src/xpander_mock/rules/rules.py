"""All rules of one mock, put together."""

from dataclasses import dataclass

from xpander_mock.rules.agents import Agents
from xpander_mock.rules.clock import Clock
from xpander_mock.rules.invocations import Invocations
from xpander_mock.rules.lists import Lists
from xpander_mock.rules.notifier import Notifier
from xpander_mock.rules.ownership import Ownership
from xpander_mock.rules.repository import TaskRepository
from xpander_mock.rules.tasks import Tasks
from xpander_mock.rules.turn_follower import TurnFollower


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The parts that operations are made of.

    Args:
        clock: The time.
        repository: The tasks as they are now.
        ownership: Which tasks and agents a caller may use.
        tasks: The operations on one task.
        lists: The operations that list tasks.
        agents: What agents answer.
        invocations: How invokes add turns to tasks.
        follower: Waits for the end of a turn.
        notifier: Wakes the requests that wait.
    """

    clock: Clock
    repository: TaskRepository
    ownership: Ownership
    tasks: Tasks
    lists: Lists
    agents: Agents
    invocations: Invocations
    follower: TurnFollower
    notifier: Notifier
