"""A whole contract run, as a person starts it, against servers that are healthy, altered or gone."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests.contract.openapi import operations
from contract_tests.run.mock_server import MockServer
from tests.contract._servers import Answer, Proxy
from tests.contract.conftest import KEY, KEYS, OTHER_KEY, ROOT, Run, contract_run, environment

SCHEMA = "contract_tests/schema"
OPERATIONS = f"{SCHEMA}/test_operations.py"
READS = [operation.id for operation in operations() if operation.method == "GET"]
WRITES = [operation.id for operation in operations() if operation.method != "GET"]


def live(server: Proxy, **more: str) -> dict[str, str]:
    return {"XPANDER_BASE_URL": server.url, "XPANDER_API_KEY": KEY, "XPANDER_OTHER_API_KEY": OTHER_KEY, **more}


def test_without_leave_to_write_every_request_is_a_get(run: Run, proxy: Callable[..., Proxy], tmp_path: Path) -> None:
    """The whole suite, all phases and checks, sends only GET to a server that is not the mock, and still checks it."""
    server = proxy()
    done = run("contract_tests", "-n", "2", **live(server))
    assert done.returncode == 0, done.stdout
    assert server.methods() == {"GET"}
    assert len(server.requests) > 500
    findings = json.loads((tmp_path / "findings.json").read_text())
    assert "needs CONTRACT_WRITES" in done.stdout
    assert {"PAGE-1", "PAGE-5", "LIST-1", "GET-1"} <= {id for id, how in findings["claims"].items() if how == "held"}
    for operation in WRITES:
        assert re.search(rf"{operation} +0 ", done.stdout)
    for operation in READS:
        assert not re.search(rf"{operation} +0 ", done.stdout)


def test_a_run_that_may_write_leaves_nothing_behind(run: Run, proxy: Callable[..., Proxy]) -> None:
    """All ten operations are exercised, and afterwards the server has the tasks that it had before, unchanged."""
    server = proxy()
    before = tasks(server)
    done = run(SCHEMA, **live(server, CONTRACT_WRITES="1"))
    assert done.returncode == 0, done.stdout
    assert "10 of 10 operations exercised" in done.stdout
    assert {"GET", "POST", "DELETE"} == server.methods()
    assert tasks(server) == before


def test_a_altered_answer_fails_the_run_and_is_shown(run: Run, proxy: Callable[..., Proxy], tmp_path: Path) -> None:
    """The exit status is not 0, and the summary shows what was expected, what came and a curl line without the key."""

    def without_total(answer: Answer) -> None:
        if answer.place == "/v1/tasks" and answer.status == 200:
            answer.change(lambda page: page.pop("total"))

    server = proxy(without_total)
    done = run(OPERATIONS, **live(server))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "FAILED contract_tests/schema/test_operations.py::test_list_tasks_answers_as_documented" in done.stdout
    assert '"total" is a required property' in done.stdout
    assert re.search(rf"repeat +curl -i '{server.url}/v1/tasks\?.*' -H \"x-api-key: \$XPANDER_API_KEY\"", done.stdout)
    assert "Traceback" not in done.stdout + done.stderr
    written = [path.read_text() for path in tmp_path.iterdir() if path.suffix in (".md", ".html", ".json", ".xml")]
    assert len(written) == 5
    for text in [done.stdout, done.stderr, *written]:
        assert KEY not in text
        assert OTHER_KEY not in text


def test_an_invariant_that_generated_requests_break_is_reported_like_a_failed_test(
    run: Run, proxy: Callable[..., Proxy], tmp_path: Path
) -> None:
    """A wrong page in the traffic of any test fails the run, with claim, answer and curl command."""

    def backdate(page: dict[str, Any]) -> None:
        for item in page["items"]:
            item["updated_at"] = "1970-01-01T00:00:00Z"

    def forgets_updates(answer: Answer) -> None:
        if answer.place == "/v1/tasks" and answer.status == 200:
            answer.change(backdate)

    server = proxy(forgets_updates)
    done = run(OPERATIONS, "-k", "list_tasks", **live(server))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "FAILED contract_tests/invariants::items_are_not_updated_before_they_are_created[LIST-9]" in done.stdout
    assert "“`updated_at` is not before `created_at`.”" in done.stdout
    assert re.search(rf"repeat +curl -i '?{server.url}/v1/tasks", done.stdout)
    findings = json.loads((tmp_path / "findings.json").read_text())
    assert findings["claims"]["LIST-9"] == "broken"
    assert findings["claims"]["LIST-7"] == "not run"
    assert KEY not in done.stdout


def lets_anyone_in(answer: Answer) -> None:
    if answer.status == 401 and answer.place.endswith("/thread"):
        answer.status, answer.body = 404, b'{"detail": "Task not found"}'


def forgets_whose(answer: Answer) -> None:
    if answer.key == OTHER_KEY and answer.status in (403, 404) and re.fullmatch(r"/v1/tasks/[^/]+", answer.place):
        task = {"id": "1", "agent_id": "2", "organization_id": "3", "input": {}, "created_at": "2026-01-01T00:00:00Z"}
        answer.status, answer.body = 200, json.dumps(task).encode()


def takes_any_page(answer: Answer) -> None:
    if answer.status == 422 and answer.place == "/v1/tasks":
        page = {"items": [], "total": 0, "page": 1, "per_page": 20, "total_pages": 0}
        answer.status, answer.body = 200, json.dumps(page).encode()


def breaks_an_event(answer: Answer) -> None:
    if answer.place.endswith("/stream") and answer.status == 200:
        answer.body = answer.body.replace(b'"time":', b'"at":')


def crashes(answer: Answer) -> None:
    if answer.place.endswith("/thread/full") and answer.status == 200:
        answer.status, answer.body = 500, b'{"detail": "Internal server error"}'


def invents_a_status(answer: Answer) -> None:
    if answer.place.endswith("/stop") and answer.status == 200:
        answer.status = 202


def keeps_the_deleted(answer: Answer) -> None:
    if answer.method == "DELETE" and answer.status == 204:
        answer.status, answer.body = 200, b'{"detail": "deleted"}'


def loses_what_it_made(answer: Answer) -> None:
    if answer.place.endswith("/invoke") and answer.status == 200:
        answer.change(lambda task: task.update(id="lost"))


FAULTS = [
    (lets_anyone_in, "test_operations.py::test_get_task_thread_answers_as_documented"),
    (forgets_whose, "test_operations.py::test_get_task_answers_as_documented"),
    (takes_any_page, "test_operations.py::test_list_tasks_answers_as_documented"),
    (breaks_an_event, "test_operations.py::test_invoke_agent_stream_answers_as_documented"),
    (crashes, "test_operations.py::test_get_task_thread_full_answers_as_documented"),
    (invents_a_status, "test_operations.py::test_stop_task_answers_as_documented"),
    (keeps_the_deleted, "test_operations.py::test_delete_task_answers_as_documented"),
    (loses_what_it_made, "test_sequences.py::test_every_sequence_along_the_links_is_as_documented"),
]


@pytest.fixture(scope="module")
def faulty_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The outcome of each test of one run against a server that has all the faults."""
    folder = tmp_path_factory.mktemp("faulty")

    def alter(answer: Answer) -> None:
        for violation, _ in FAULTS:
            violation(answer)

    mock = MockServer(folder)
    try:
        with Proxy(mock.url, KEYS, alter) as server:
            done = contract_run(folder, SCHEMA, "-n", "2", **live(server, CONTRACT_WRITES="1"))
    finally:
        mock.stop()
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    findings = json.loads((folder / "findings.json").read_text())["findings"]
    outcomes: dict[str, str] = {}
    for finding in findings:
        test = finding["test"].removeprefix(f"{SCHEMA}/").partition("[")[0]
        if outcomes.get(test) != "failed":
            outcomes[test] = finding["outcome"]
    return outcomes


@pytest.mark.parametrize(("fault", "test"), FAULTS)
def test_each_kind_of_fault_is_found(faulty_run: dict[str, str], fault: Callable[[Answer], None], test: str) -> None:
    """Generated requests alone find faults of authentication, authorization, validation, schema and sequence."""
    assert faulty_run[test] == "failed"


def test_what_has_no_fault_passes(faulty_run: dict[str, str]) -> None:
    """The operation that is not altered is not blamed."""
    assert faulty_run["test_operations.py::test_list_agent_tasks_answers_as_documented"] == "passed"


def test_what_an_advisory_claim_needs_and_cannot_have_is_a_warning(
    run: Run, proxy: Callable[..., Proxy], tmp_path: Path
) -> None:
    """If the tasks for a check cannot be created, an advisory claim gets a warning, and its tests do not run."""

    def refuses_invokes(answer: Answer) -> None:
        if answer.place.endswith("/invoke/async"):
            answer.status, answer.body = 404, b'{"detail": "Agent not found"}'

    server = proxy(refuses_invokes)
    done = run("contract_tests/claims", "--claim", "LIST-6A", **live(server, CONTRACT_WRITES="1"))
    assert done.returncode == 0, done.stdout
    findings = json.loads((tmp_path / "findings.json").read_text())
    assert findings["claims"]["LIST-6A"] == "warned"
    assert {finding["outcome"] for finding in findings["findings"]} == {"passed", "warned"}


def test_sequences_reach_every_operation(run: Run) -> None:
    """The links of the document lead to all ten operations."""
    assert "10 of 10 operations exercised" in run(f"{SCHEMA}/test_sequences.py").stdout


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_mock_ends_with_the_run_however_it_ends(tmp_path: Path, end: signal.Signals) -> None:
    """A run that is interrupted, terminated or killed leaves no server behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = environment(tmp_path, {"CONTRACT_MOCK_ARGS": f"--port {port}", "PROFILE": "deep"})
    command = [sys.executable, "-m", "pytest", SCHEMA, "-n", "2", "-p", "no:cacheprovider"]
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            wait_until(lambda: is_listening(port))
            for _ in range(4):  # Python drops a Ctrl-C that arrives in a finalizer, and people press it again
                run.send_signal(end)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(20)
                    break
            wait_until(lambda: run.poll() is not None)
            wait_until(lambda: not is_listening(port))
        finally:
            if run.poll() is None:
                os.kill(run.pid, signal.SIGKILL)
    assert run.returncode != 0


def tasks(server: Proxy) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    with httpx.Client(base_url=server.url, headers={"x-api-key": KEY}) as client:
        page = 1
        while items := client.get("/v1/tasks", params={"page": page, "per_page": 50}).json()["items"]:
            found += items
            page += 1
    return found


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)
