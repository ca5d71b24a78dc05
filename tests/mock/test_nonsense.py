"""Ten thousand generated requests, most of them invalid: no server error, no traceback, no growing memory."""

import random
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from xpander_mock import DEMO_API_KEY, XpanderMock
from xpander_mock.contract import load_contract
from xpander_mock.demo import EXAMPLE_TASK

from .processes import running

REQUESTS = 10_000
TEXTS = [
    "",
    "x",
    "a/b",
    "..",
    "%",
    "\x00",
    "é🔑",
    "'\"--",
    "null",
    "0",
    "-1",
    "51",
    "9" * 40,
    "1e9",
    "2026-02-01T00:00:00Z",
]
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    [],
    {},
    [[]],
    {"a": None},
    {"type": "string"},
    "json",
    "text",
]


class Requests:
    """Random requests: each is made from a documented operation, and most are wrong in some part.

    Args:
        seed: The seed of the random numbers.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        contract = load_contract()
        self.operations = list(contract.operations.values())
        self.fields = sorted(contract.names("InvokeRequest"))

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def path(self, template: str) -> str:
        task_id = self.random.choice([EXAMPLE_TASK, "made", self.text()])
        agent_id = self.random.choice([XpanderMock.agent_id] * 3 + [self.text()])
        return template.format(task_id=quote(task_id, safe=""), agent_id=quote(agent_id, safe=""))

    def query(self, names: list[str]) -> str:
        chosen = [name for name in [*names, "unknown"] if self.random.random() < 0.2]
        return "&".join(f"{name}={quote(self.text())}" for name in chosen)

    def body(self) -> bytes:
        if self.random.random() < 0.1:
            return self.random.choice([b"", b"{", b"[]", b'"\\ud800"', b"\xff", b"[" * 5_000, b'{"input":{}}'])
        body: dict[str, Any] = {name: self.random.choice(VALUES) for name in self.fields if self.random.random() < 0.08}
        body["input"] = self.random.choice(
            [{"text": self.text()}, {}, {"files": VALUES}, {"user": {"email": self.text(), "id": self.text()}}, None]
        )
        return msgspec.json.encode(body)

    def next(self) -> tuple[str, str, bytes, dict[str, str]]:
        operation = self.random.choice(self.operations)
        method = operation.method if self.random.random() < 0.95 else self.random.choice(["PUT", "PATCH", "DELETE"])
        query = self.query([parameter.name for parameter in operation.parameters if parameter.where == "query"])
        key = DEMO_API_KEY if self.random.random() < 0.95 else self.random.choice(["", "wrong"])
        headers = {"x-api-key": key, "content-type": "application/json"}
        return method, f"{self.path(operation.path)}?{query}", self.body() if operation.body else b"", headers


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_ten_thousand_requests_leave_no_trace() -> None:
    """There is no 5xx and nothing in the log, and memory grows in the second half only by its tasks."""
    requests = Requests(seed=1)
    statuses: set[int] = set()
    options = ("--pending", "0", "--executing", "0")
    with running(*options, log=True) as (process, url), httpx.Client(base_url=url, timeout=30) as client:
        half = 0
        for number in range(REQUESTS):
            if number == REQUESTS // 2:
                half = resident(process.pid)
            method, path, body, headers = requests.next()
            response = client.request(method, path, content=body, headers=headers)
            statuses.add(response.status_code)
            assert response.status_code < 500, (method, path, body, response.text)
        grown = resident(process.pid) - half
        assert process.stderr is not None
        process.terminate()
        assert process.stderr.read() == ""
    assert statuses == {200, 204, 401, 404, 405, 422}
    assert grown < 8_000, f"expected less than 8 MB more for the second half, got {grown} kB"
