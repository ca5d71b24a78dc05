"""Each operation alone: the document's examples, the limits of its parameters, and random requests.

There is one test function for each operation of the document, so that workers can share them and a new operation is
never forgotten. Operations that wait for an agent have several, because each worker waits for one task at a time.
"""

import os
from collections.abc import Callable

from schemathesis.schemas import BaseSchema

from ..contract.openapi import Operation, operations
from ..report.violation import not_run
from ..run.target import read_writes
from ._case import AnyCase
from ._response_checks import ResponseChecker
from ._settings import load

WAITING = ("invoke_agent", "invoke_agent_stream")
PARTS = 3


def make_test(operation: Operation, schema: BaseSchema) -> Callable[..., None]:
    def test(case: AnyCase, checker: ResponseChecker) -> None:
        """A request, valid or not, gets a documented answer, and only with a key of the organization."""
        checker.check(case)

    if operation.method != "GET" and not read_writes(os.environ):

        def refused() -> None:
            """The run may only read."""
            not_run("needs CONTRACT_WRITES")

        return refused
    made: Callable[..., None] = schema.include(operation_id=operation.id).parametrize()(test)
    return made


whole, *parts = load(), *(load(part, PARTS) for part in range(PARTS))
for operation in operations():
    name = f"test_{operation.id}_answers_as_documented"
    if operation.id in WAITING:
        globals()[name] = make_test(operation, parts[0])
        for number, schema in enumerate(parts[1:], 2):
            globals()[f"{name}_in_part_{number}"] = make_test(operation, schema)
    else:
        globals()[name] = make_test(operation, whole)
