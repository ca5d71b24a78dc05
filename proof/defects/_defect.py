"""What a defect is: one believable bug with a name, off unless asked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar
from weakref import WeakKeyDictionary

Kind = Literal["authentication", "status", "schema", "validation", "behaviour"]
Wired = Literal["request", "answer", "refusal", "events", "around"]
Part = Literal[
    "filters",
    "table",
    "clock",
    "lifecycle",
    "views",
    "threads",
    "turn_events",
    "repository",
    "ownership",
    "agents",
    "lists",
    "tasks",
    "invocations",
    "follower",
    "authentication",
    "routes",
]
Layer = Wired | Part | Literal["parts"]

LISTS = ("list_tasks", "list_agent_tasks")
INVOKES = ("invoke_agent", "invoke_agent_async", "invoke_agent_stream")
THREADS = ("get_task_thread", "get_task_thread_full")
BY_ID = ("get_task", "stop_task", "delete_task", *THREADS)
ALL = (*LISTS, *BY_ID, *INVOKES)


@dataclass(frozen=True, slots=True)
class Defect:
    """One bug that a server could ship with.

    Args:
        name: What `--defect` takes.
        claim: The id of the claim that it breaks.
        operations: The operations that misbehave, by `operationId`.
        kind: What is wrong with them.
        explanation: The bug in one sentence.
        layer: Where it sits: on the wire, in one part of the mock, or in several.
        code: The function that edits what passes on the wire, the class that replaces the part, or for several parts
            a class whose attributes are those classes, by the names of the parts.
    """

    name: str
    claim: str
    operations: tuple[str, ...]
    kind: Kind
    explanation: str
    layer: Layer
    code: Any = field(repr=False)


CATALOGUE: dict[str, Defect] = {}


def defect(
    layer: Layer,
    claim: str,
    *operations: str,
    kind: Kind = "behaviour",
) -> Callable[[Any], Any]:
    """Add a class or function to the catalogue; its name is the defect's, its docstring the explanation.

    Raises:
        ValueError: Two defects share a name, or one has no explanation.
    """

    def enter(code: Any) -> Any:
        name = re.sub(r"_|(?<=[a-z])(?=[A-Z])", "-", code.__name__).lower()
        if name in CATALOGUE or not code.__doc__:
            raise ValueError(f"{name}: expected a name that no other defect has, and a docstring")
        CATALOGUE[name] = Defect(name, claim, operations, kind, code.__doc__.strip(), layer, code)
        return code

    return enter


T = TypeVar("T")


class SharedState(Generic[T]):
    """State that several parts of one mock share, such as the ids that one has deleted and another must not find.

    Args:
        create: Makes the state of a new mock.
    """

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._states: WeakKeyDictionary[Any, T] = WeakKeyDictionary()

    def of(self, owner: Any) -> T:
        """Return the state of the mock that `owner`, its database or its repository, belongs to."""
        return self._states.setdefault(owner, self._create())
