"""One generated request: aimed, sent and judged."""

from collections import Counter

from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.specs.openapi.checks import ignored_auth

from contract_tests.failure import ContractBroken, shorten
from contract_tests.recorder import INVOKES, Recorder
from contract_tests.schema._aim import Aim
from contract_tests.schema._case import AnyCase, is_documented, is_negative, operation_id
from contract_tests.schema._events import faults_in_stream
from contract_tests.schema._fairness import excused_checks
from contract_tests.schema._settings import Amount
from contract_tests.target import Target
from contract_tests.transport import recording_session

WRONG_KEY = "contract-run-wrong-key"
LONGEST_ECHO = 8


class Judge:
    """Sends the requests of one process and holds the answers to the document.

    Args:
        target: The server under test.
        recorder: What every request passes.
        aim: Points the requests at what exists.
        amount: How often to try other credentials.
    """

    def __init__(self, target: Target, recorder: Recorder, aim: Aim, amount: Amount) -> None:
        self.target = target
        self.recorder = recorder
        self.aim = aim
        self._session = recording_session(recorder)
        self._amount = amount
        self._replays: Counter[tuple[str, str]] = Counter()
        self._enforced: set[str] = set()

    def judge(self, case: AnyCase) -> None:
        """Send a request, if it may be sent, and judge the answer.

        Raises:
            ContractBroken: The answer is not as documented.
        """
        __tracebackhide__ = True
        if self.aim.at(case):
            self.try_other_callers(case)
            self.validate(case, self.call(case))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, case: AnyCase) -> Response:
        """Send a request with the run's key."""
        return self._send(case, self.target.api_key)

    def validate(self, case: AnyCase, response: Response, scenario: ScenarioRecorder | None = None) -> None:
        """Judge the answer to a request that carried the run's key."""
        __tracebackhide__ = True
        request = self.recorder.last
        operation = operation_id(case)
        excused = excused_checks(case, response.status_code, is_mock=self.target.is_mock)
        if operation in self._enforced:
            excused.append(ignored_auth)
        try:
            case.validate_response(
                response,
                excluded_checks=excused,
                headers={"x-api-key": self.target.api_key},
                transport_kwargs={"base_url": self.target.base_url, "headers": {"x-api-key": self.target.api_key}},
                recorder=scenario,
            )
        except FailureGroup as group:
            came = "; ".join(sorted({" ".join(str(failure).split()) for failure in group.exceptions}))
            raise ContractBroken(
                f"an answer as the document describes it for {case.operation.label}",
                f"{shorten(came, 1200)} — {_answer(response)}",
                request,
            ) from None
        if 200 <= response.status_code < 300:
            self._enforced.add(operation)
        if operation == "invoke_agent_stream" and response.status_code == 200:
            for fault in faults_in_stream(response.content):
                raise ContractBroken("a TaskEvent as JSON in every `data:` line", fault, request, claim="STREAM-1")
        self._expect_no_404(case, response)

    def try_other_callers(self, case: AnyCase) -> None:
        """Send a request without a key, with a wrong one and with that of another organization."""
        __tracebackhide__ = True
        operation = operation_id(case)
        if not is_documented(case):
            return
        if self._may_replay(operation, "negative" if is_negative(case) else "positive"):
            for key, kind in ((None, "without a key"), (WRONG_KEY, "with a wrong key")):
                response = self._send(case, key)
                if response.status_code not in (401, 429):
                    raise ContractBroken(
                        f"401 for a request {kind}, whatever else it asks",
                        _answer(response),
                        self.recorder.last,
                        claim="AUTH-1",
                    )
        # What is wrong with a request may be said before it is looked up whose task it is about.
        fair = self.target.other_api_key and not is_negative(case) and self._is_ours(case)
        if fair and self._may_replay(operation, "peer"):
            response = self._send(case, self.target.other_api_key)
            if response.status_code not in (403, 404, 429):
                raise ContractBroken(
                    "403 or 404 for what belongs to another organization",
                    _answer(response),
                    self.recorder.last,
                    claim="AUTH-2",
                )

    def _send(self, case: AnyCase, key: str | None) -> Response:
        response = case.call(
            base_url=self.target.base_url, session=self._session, headers={} if key is None else {"x-api-key": key}
        )
        sent = self.recorder.last
        if sent:
            self.recorder.learn(sent.method, sent.url, sent.body, response.status_code, response.content)
        return response

    def _is_ours(self, case: AnyCase) -> bool:
        """Tell whether a request names a task or an agent that is known to be the run's organization's."""
        task, agent = case.path_parameters.get("task_id"), case.path_parameters.get("agent_id")
        known = task in self.recorder.created or task in self.aim.known_tasks()
        return known or (agent is not None and agent == self.target.agent_id)

    def _may_replay(self, operation: str, kind: str) -> bool:
        self._replays[operation, kind] += 1
        return self._replays[operation, kind] <= self._amount.replays

    def _expect_no_404(self, case: AnyCase, response: Response) -> None:
        __tracebackhide__ = True
        body = case.body if isinstance(case.body, dict) else {}
        # A parent or a version that does not exist is a 404 of its own.
        elsewhere = body.get("parent_execution_id") is not None or case.query
        if elsewhere or operation_id(case) not in INVOKES or not self.aim.is_real(case):
            return
        if response.status_code in (403, 404):
            raise ContractBroken(
                "not 403 or 404: this agent has just run a task for the same key", _answer(response), self.recorder.last
            )


def _answer(response: Response) -> str:
    text = response.content.decode(errors="replace")
    return f"{response.status_code} {shorten(text)}".strip()
