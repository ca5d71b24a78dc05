"""Sequences of operations that follow the links of the document."""

import os
from typing import Any

import hypothesis
import pytest
from hypothesis.errors import Flaky
from schemathesis.core.transport import Response
from schemathesis.engine.errors import is_inconsistent_replay
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput
from schemathesis.specs.openapi import stateful

from ..record.recorder import INVOKES, invoked_tasks
from ..report.violation import ContractViolation
from ..run.target import read_writes
from ._case import AnyCase, operation_id
from ._response_checks import ResponseChecker
from ._settings import generation_limits, load, sequence_settings

# Schemathesis would start with a stop alone, because it assumes that the others need an agent from another operation.
FIRST_OPERATIONS = INVOKES | {"list_tasks", "list_agent_tasks"}
# In short batches, hypothesis seldom tries to repeat a state that the server no longer has.
BATCH = 8
BATCHES = -(-generation_limits().sequences // BATCH)

schema = load() if read_writes(os.environ) else load().include(method="GET")


@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_sequence_along_the_links_is_as_documented(
    checker: ResponseChecker, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """What one operation returns, the next one finds; what one operation deletes, no other finds."""
    monkeypatch.setattr(stateful, "is_likely_root_transition", may_come_first)
    made: Any = schema.as_state_machine()

    class Sequence(made):  # type: ignore[misc] # the base is made at run time
        def step(self, input: StepInput) -> StepOutput | None:
            __tracebackhide__ = True
            return super().step(input) if checker.targeting.prepare(input.case) else None

        def call(self, case: AnyCase, **kwargs: Any) -> Response:
            return checker.call(case)

        def validate_response(self, response: Response, case: AnyCase, **kwargs: Any) -> None:
            __tracebackhide__ = True
            checker.validate(case, response, self.recorder)
            assert_returned_task_opens(self.recorder, case, response)

    sequences = min(BATCH, generation_limits().sequences - batch * BATCH)
    run_batch(Sequence, checker.target.seed + batch, sequences)


def run_batch(machine: Any, seed: int, sequences: int) -> None:
    """Run a batch of sequences, and end it early if the server has changed so that hypothesis cannot repeat one."""
    __tracebackhide__ = True
    machine.rule_order_seed = seed
    try:
        hypothesis.seed(seed)(machine).run(settings=sequence_settings(sequences))
    except BaseExceptionGroup:
        raise
    except Flaky:
        return
    except AssertionError as error:
        if not is_inconsistent_replay(error):
            raise


def may_come_first(operation: Any, *graph: Any) -> bool:
    return operation.definition.raw["operationId"] in FIRST_OPERATIONS


def assert_returned_task_opens(scenario: Any, case: AnyCase, response: Response) -> None:
    __tracebackhide__ = True
    parent = scenario.find_parent(case_id=case.id)
    task = case.path_parameters.get("task_id")
    if response.status_code != 404 or parent is None or task is None:
        return
    returned = scenario.find_response(case_id=parent.id)
    if operation_id(parent) not in INVOKES or returned.status_code != 200:
        return
    deleted = {
        earlier.path_parameters.get("task_id") for earlier in scenario.find_all_cases() if earlier.method == "DELETE"
    }
    if not deleted and task in invoked_tasks(operation_id(parent), returned.content):
        raise ContractViolation(
            f"task {task}, which {parent.operation.label} has just returned", "404: the task is not there"
        )
