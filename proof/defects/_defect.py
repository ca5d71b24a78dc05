"""What a defect is: one believable bug with a name, off unless asked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["authentication", "status", "schema", "validation", "behaviour"]
Wired = Literal["request", "answer", "refusal", "events", "around"]
Built = Literal["agents", "routes", "store", "service"]
Layer = Wired | Built

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
        claim: Id of the claim that it breaks.
        operations: The operations that misbehave, by `operationId`.
        kind: What is wrong with them.
        explanation: The bug in one sentence.
        layer: Where it sits: on the wire, or in one part of the mock.
        code: The function that edits what passes on the wire, or the class that takes the part's place.
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
    """Enter a class or function into the catalogue; its name is the defect's, its docstring the explanation.

    Raises:
        ValueError: Two defects share a name, or one has no explanation.
    """

    def enter(code: Any) -> Any:
        name = re.sub(r"_|(?<=[a-z])(?=[A-Z])", "-", code.__name__).lower()
        if name in CATALOGUE or not code.__doc__:
            raise ValueError(f"{name}: expected a name of its own and a docstring")
        CATALOGUE[name] = Defect(name, claim, operations, kind, code.__doc__.strip(), layer, code)
        return code

    return enter
