"""Sending of generated requests, and the checks of their answers."""

from collections import Counter

from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.specs.openapi.checks import ignored_auth

from ..record.display import shorten
from ..record.events import stream_violations
from ..record.recorder import INVOKES, Recorder
from ..record.transport import recording_session
from ..report.violation import ContractViolation
from ..run.target import Target
from ._case import AnyCase, is_documented, is_negative, operation_id
from ._excluded_checks import excluded_checks
from ._settings import GenerationLimits
from ._targeting import Targeting

WRONG_KEY = "contract-run-wrong-key"
LONGEST_ECHO = 8


class ResponseChecker:
    """Sends the generated requests of one process and checks their answers against the document.

    Args:
        target: The server under test.
        recorder: Counts every request.
        targeting: Replaces generated ids with existing ones.
        generation_limits: How many requests to repeat with other credentials.
    """

    def __init__(
        self, target: Target, recorder: Recorder, targeting: Targeting, generation_limits: GenerationLimits
    ) -> None:
        self.target = target
        self.recorder = recorder
        self.targeting = targeting
        self._session = recording_session(recorder)
        self._amount = generation_limits
        self._replays: Counter[tuple[str, str]] = Counter()
        self._enforced: set[str] = set()

    def check(self, case: AnyCase) -> None:
        """Send a request, if it may be sent, and check its answer.

        Raises:
            ContractViolation: The answer is not as documented.
        """
        __tracebackhide__ = True
        if self.targeting.prepare(case):
            self.try_other_callers(case)
            self.validate(case, self.call(case))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def call(self, case: AnyCase) -> Response:
        """Send a request with the run's key."""
        return self._send(case, self.target.api_key)

    def validate(self, case: AnyCase, response: Response, scenario: ScenarioRecorder | None = None) -> None:
        """Check the answer to a request that carried the run's key."""
        __tracebackhide__ = True
        request = self.recorder.last
        operation = operation_id(case)
        excluded = excluded_checks(case, response.status_code, is_mock=self.target.is_mock)
        if operation in self._enforced:
            excluded.append(ignored_auth)
        try:
            case.validate_response(
                response,
                excluded_checks=excluded,
                headers={"x-api-key": self.target.api_key},
                transport_kwargs={"base_url": self.target.base_url, "headers": {"x-api-key": self.target.api_key}},
                recorder=scenario,
            )
        except FailureGroup as group:
            actual = "; ".join(sorted({" ".join(str(failure).split()) for failure in group.exceptions}))
            raise ContractViolation(
                f"an answer as openapi.yaml documents it for {case.operation.label}",
                f"{shorten(actual, 1200)} — {_answer(response)}",
                request,
                codes=tuple(sorted({failure.code for failure in group.exceptions})),
            ) from None
        if 200 <= response.status_code < 300:
            self._enforced.add(operation)
        if operation == "invoke_agent_stream" and response.status_code == 200:
            for violation in stream_violations(response.content):
                raise ContractViolation(
                    "a TaskEvent as JSON in every `data:` line", violation, request, claim="STREAM-1"
                )
        self._assert_agent_is_found(case, response)

    def try_other_callers(self, case: AnyCase) -> None:
        """Send a request without a key, with a wrong key and with the key of another organization."""
        __tracebackhide__ = True
        operation = operation_id(case)
        if not is_documented(case):
            return
        if self._may_replay(operation, "negative" if is_negative(case) else "positive"):
            for key, kind in ((None, "without a key"), (WRONG_KEY, "with a wrong key")):
                response = self._send(case, key)
                if response.status_code not in (401, 429):
                    raise ContractViolation(
                        f"401 for a request {kind}, whatever else it asks",
                        _answer(response),
                        self.recorder.last,
                        claim="AUTH-1",
                    )
        # A server may validate before it checks ownership.
        comparable = self.target.other_api_key and not is_negative(case) and self._is_own(case)
        if comparable and self._may_replay(operation, "peer"):
            response = self._send(case, self.target.other_api_key)
            if response.status_code not in (403, 404, 429):
                raise ContractViolation(
                    "403 or 404 for what belongs to another organization",
                    _answer(response),
                    self.recorder.last,
                    claim="AUTH-2",
                )

    def _send(self, case: AnyCase, key: str | None) -> Response:
        response = case.call(
            base_url=self.target.base_url, session=self._session, headers={} if key is None else {"x-api-key": key}
        )
        stream, self.recorder.open_stream = self.recorder.open_stream, None
        if stream:
            headers = {name: ", ".join(values) for name, values in response.headers.items()}
            self.recorder.complete(stream, response.status_code, headers, response.content)
        return response

    def _is_own(self, case: AnyCase) -> bool:
        """Check whether a request names a task or an agent that is known to belong to the run's organization."""
        task, agent = case.path_parameters.get("task_id"), case.path_parameters.get("agent_id")
        known = task in self.recorder.created or task in self.targeting.known_tasks()
        return known or (agent is not None and agent == self.target.agent_id)

    def _may_replay(self, operation: str, kind: str) -> bool:
        self._replays[operation, kind] += 1
        return self._replays[operation, kind] <= self._amount.replays

    def _assert_agent_is_found(self, case: AnyCase, response: Response) -> None:
        __tracebackhide__ = True
        body = case.body if isinstance(case.body, dict) else {}
        # An unknown parent or version is a 404 too.
        has_other_ids = body.get("parent_execution_id") is not None or case.query
        if has_other_ids or operation_id(case) not in INVOKES or not self.targeting.is_real(case):
            return
        if response.status_code in (403, 404):
            raise ContractViolation(
                "not 403 or 404: this agent has just run a task for the same key", _answer(response), self.recorder.last
            )


def _answer(response: Response) -> str:
    text = response.content.decode(errors="replace")
    return f"{response.status_code} {shorten(text)}".strip()
