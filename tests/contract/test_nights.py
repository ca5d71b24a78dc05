"""Three nights of a contract run: healthy, with a new defect, and with the same one known while another is flaky."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract._servers import Answer, Proxy, nothing
from tests.contract.conftest import KEY, ROOT, environment

Night = Callable[..., subprocess.CompletedProcess[str]]


def forgets_a_size(answer: Answer) -> None:
    """Let every page without `per_page` say that 50 were asked for."""
    if answer.place == "/v1/tasks" and answer.status == 200 and "per_page" not in parse_qs(urlsplit(answer.path).query):
        answer.change(lambda page: page.update(per_page=50))


class FlakyOnce:
    """Crashes the first time that it is asked for an unknown task."""

    def __init__(self) -> None:
        self.done = False

    def __call__(self, answer: Answer) -> None:
        forgets_a_size(answer)
        if not self.done and answer.status == 404 and answer.key == KEY and answer.place.startswith("/v1/tasks/"):
            self.done = True
            answer.status, answer.body = 500, b'{"detail": "Internal server error"}'


class Server:
    """A server that behaves otherwise each night, at the same address.

    Args:
        proxy: Starts a healthy server behind a proxy.
    """

    def __init__(self, proxy: Callable[..., Proxy]) -> None:
        self.behave: Callable[[Answer], None] = nothing
        self.proxy = proxy(lambda answer: self.behave(answer))

    def tonight(self, behave: Callable[[Answer], None] = nothing) -> Proxy:
        """Change how the server answers."""
        self.behave = behave
        return self.proxy


@pytest.fixture
def night(tmp_path: Path) -> Night:
    """Run two claims against a live server, with a baseline and a history."""

    def run(server: Proxy, command: str = "run", *arguments: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "XPANDER_BASE_URL": server.url,
            "XPANDER_API_KEY": KEY,
            "CONTRACT_BASELINE": str(tmp_path / "baseline.json"),
            "CONTRACT_HISTORY": str(tmp_path / "history.jsonl"),
        }
        tests = ["contract_tests/claims", "--claim", "PAGE-1", "--claim", "ID-1", "--workers", "1"]
        return subprocess.run(
            [sys.executable, "-m", "contract_tests", command, *(tests if command == "run" else ()), *arguments],
            cwd=ROOT,
            env=environment(tmp_path, variables),
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    return run


def outcomes(folder: Path) -> dict[str, str]:
    claims: dict[str, str] = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["claims"]
    return {claim: claims[claim] for claim in ("PAGE-1", "ID-1")}


def test_three_nights(proxy: Callable[..., Proxy], night: Night, tmp_path: Path) -> None:
    server = Server(proxy)
    healthy = night(server.tonight())
    assert healthy.returncode == 0, healthy.stdout
    assert "The contract is kept." in healthy.stdout
    assert outcomes(tmp_path) == {"PAGE-1": "held", "ID-1": "held"}

    broken = night(server.tonight(forgets_a_size))
    assert broken.returncode == 1, broken.stdout
    assert "FAILED contract_tests/claims/test_pages.py::test_without_page_and_per_page" in broken.stdout
    assert outcomes(tmp_path) == {"PAGE-1": "broken", "ID-1": "held"}

    accepted = night(server.tonight(), "baseline", "--reason", "ticket 7")
    assert accepted.returncode == 0, accepted.stderr
    assert "known failure" in accepted.stdout

    known = night(server.tonight(FlakyOnce()))
    assert known.returncode == 0, known.stdout
    assert "KNOWN contract_tests/claims/test_pages.py::test_without_page_and_per_page" in known.stdout
    assert ": ticket 7" in known.stdout
    assert "FLAKY contract_tests/claims/" in known.stdout
    assert outcomes(tmp_path) == {"PAGE-1": "known", "ID-1": "flaky"}
    assert "Nothing new: " in known.stdout

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<h1>Nothing new: " in page
    assert "flaky in 33% of the last runs" in page
    assert page.count("Known failures <span") == page.count("Flaky <span") == 1

    mended = night(server.tonight())
    assert mended.returncode == 0, mended.stdout
    assert "Known failures that are gone: PAGE-1" in mended.stdout

    lines = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["claims"]["PAGE-1"] for line in lines] == ["held", "broken", "known", "held"]
    counts = [(line["failed"], line["known"], len(line["flaky"])) for line in lines]
    assert [tuple(map(bool, row)) for row in counts] == [
        (False, False, False),
        (True, False, False),
        (False, True, True),
        (False, False, False),
    ]
    # What was accepted is what was known the next night.
    assert counts[1][0] == counts[2][1]
    assert len({line["document"] for line in lines}) == 1
    assert all(line["latency"]["list_tasks"][0] <= line["latency"]["list_tasks"][1] for line in lines)


def test_a_failure_that_comes_again_is_no_flake(proxy: Callable[..., Proxy], night: Night, tmp_path: Path) -> None:
    def crashes(answer: Answer) -> None:
        if answer.status == 404 and answer.key == KEY and answer.place.startswith("/v1/tasks/"):
            answer.status, answer.body = 500, b'{"detail": "Internal server error"}'

    done = night(proxy(crashes))
    assert done.returncode == 1, done.stdout
    assert outcomes(tmp_path)["ID-1"] == "broken"
    assert "FLAKY" not in done.stdout


def test_a_run_that_cannot_start_exits_with_2(proxy: Callable[..., Proxy], night: Night, tmp_path: Path) -> None:
    (tmp_path / "baseline.json").write_text("no baseline", encoding="utf-8")
    done = night(proxy())
    assert done.returncode == 2
    assert "expected a file of known failures" in done.stdout + done.stderr
