"""Operations in sequence, along the links of the document."""

import os
from typing import Any

import hypothesis
import pytest
from hypothesis.errors import Flaky
from schemathesis.core.transport import Response
from schemathesis.engine.errors import is_inconsistent_replay
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput
from schemathesis.specs.openapi import stateful

from contract_tests.failure import ContractBroken
from contract_tests.recorder import INVOKES, invoked_tasks
from contract_tests.schema._case import AnyCase, operation_id
from contract_tests.schema._judge import Judge
from contract_tests.schema._settings import amount, load, sequence_settings
from contract_tests.target import read_writes

# Schemathesis would begin with a stop alone: it takes the other operations to need an agent that nothing makes.
BEGINNINGS = INVOKES | {"list_tasks", "list_agent_tasks"}
# Few enough that hypothesis seldom looks for a state of the server that is gone.
BATCH = 10

schema = load() if read_writes(os.environ) else load().include(method="GET")


def test_every_sequence_along_the_links_is_as_documented(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one operation returns, the next one finds; what one has deleted, no other finds."""
    monkeypatch.setattr(stateful, "is_likely_root_transition", begins)
    made: Any = schema.as_state_machine()

    class Sequence(made):  # type: ignore[misc] # the base is made at run time
        def step(self, input: StepInput) -> StepOutput | None:
            __tracebackhide__ = True
            return super().step(input) if judge.aim.at(input.case) else None

        def call(self, case: AnyCase, **kwargs: Any) -> Response:
            return judge.call(case)

        def validate_response(self, response: Response, case: AnyCase, **kwargs: Any) -> None:
            __tracebackhide__ = True
            judge.validate(case, response, self.recorder)
            expect_returned_task(self.recorder, case, response)

    sequences = amount().sequences
    for batch in range(-(-sequences // BATCH)):
        run_batch(Sequence, judge.target.seed + batch, min(BATCH, sequences - batch * BATCH))


def run_batch(machine: Any, seed: int, sequences: int) -> None:
    """Run some sequences; give up the rest of them where the server, which has moved on, lets none be repeated."""
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


def begins(operation: Any, *graph: Any) -> bool:
    return operation.definition.raw["operationId"] in BEGINNINGS


def expect_returned_task(scenario: Any, case: AnyCase, response: Response) -> None:
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
        raise ContractBroken(
            f"task {task}, which {parent.operation.label} has just returned", "404: the task is not there"
        )
