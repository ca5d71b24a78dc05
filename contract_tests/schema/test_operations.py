"""Every operation by itself: the document's examples, all edges of its parameters, and random requests.

One test function for each operation of the document, so that pytest-xdist can share them out and a new operation is
never forgotten.
"""

import os
from collections.abc import Callable

from contract_tests.contract import Operation, operations
from contract_tests.failure import not_run
from contract_tests.schema._case import AnyCase
from contract_tests.schema._judge import Judge
from contract_tests.schema._settings import load
from contract_tests.target import read_writes

schema = load()


def make_test(operation: Operation) -> Callable[..., None]:
    def test(case: AnyCase, judge: Judge) -> None:
        """A request, valid or not, gets a documented answer, and only with a key of the organization."""
        judge.judge(case)

    if operation.method != "GET" and not read_writes(os.environ):

        def refused() -> None:
            """The run may only read."""
            not_run("needs CONTRACT_WRITES")

        return refused
    made: Callable[..., None] = schema.include(operation_id=operation.id).parametrize()(test)
    return made


for operation in operations():
    globals()[f"test_{operation.id}_answers_as_documented"] = make_test(operation)
