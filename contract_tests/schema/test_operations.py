"""Each operation alone: the document's examples, the limits of its parameters, and random requests.

There is one test function for each operation of the document, so that workers can share them and a new operation is
never forgotten.
"""

import os
from collections.abc import Callable

from ..contract.openapi import Operation, operations
from ..report.violation import not_run
from ..run.target import read_writes
from ._case import AnyCase
from ._response_checks import ResponseChecker
from ._settings import load

schema = load()


def make_test(operation: Operation) -> Callable[..., None]:
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


for operation in operations():
    globals()[f"test_{operation.id}_answers_as_documented"] = make_test(operation)
