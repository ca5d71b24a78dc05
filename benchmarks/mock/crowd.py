"""Writers and readers at the same time, each writer with a model of what its task has to be."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from xpander_mock import Handle

WRITERS = 12
READERS = 4
STEPS = 25
INVOKE = f"/v1/agents/{Handle.agent_id}/invoke"


class Fault(Exception):
    """A lost update, a 5xx, a total that is not what is listed: whatever is not as a model says."""


class Crowd:
    """Callers of a mock that has no tasks but theirs, which are fewer than 51.

    Args:
        url: Address of the mock.
        key: An API key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def run(self, seed: int) -> int:
        """Let each writer go some steps while the readers read, and delete what is left; how many requests that took.

        Raises:
            Fault: Something was not as it has to be.
        """
        done = threading.Event()
        with ThreadPoolExecutor(WRITERS + READERS) as pool:
            readers = [pool.submit(self._read, done) for _ in range(READERS)]
            writers = [pool.submit(self._write, f"{seed}-{number}") for number in range(WRITERS)]
            try:
                kept = {task for writer in writers for task in writer.result()}
            finally:
                done.set()
            requests = sum(reader.result() for reader in readers)
        with self._client() as client:
            listed = {item["id"] for item in _page(client)["items"]}
            _expect(kept, listed, "the tasks at the end")
            for task in kept:
                _call(client, "DELETE", f"/v1/tasks/{task}", 204)
        return requests + WRITERS * STEPS * 3 + 1 + len(kept)

    def _write(self, task: str) -> set[str]:
        chance = random.Random(task)
        asked: list[str] = []
        with self._client() as client:
            for step in range(STEPS):
                match chance.choice(["invoke", "invoke", "stop", "delete"]):
                    case "invoke":
                        asked.append(f"{task} in step {step}")
                        shown = _call(client, "POST", INVOKE, 200, {"id": task, "input": {"text": asked[-1]}})
                        _expect(("completed", asked[-1]), (shown["status"], shown["result"]), "the answer")
                    case "stop":
                        shown = _call(client, "POST", f"/v1/tasks/{task}/stop", 200 if asked else 404)
                        _expect("completed" if asked else None, shown.get("status"), "the status after its end")
                    case "delete":
                        _call(client, "DELETE", f"/v1/tasks/{task}", 204 if asked else 404)
                        asked = []
                thread = _call(client, "GET", f"/v1/tasks/{task}/thread", 200 if asked else 404)
                said = [message["content"] for message in thread if message["role"] == "user"] if asked else []
                _expect(asked, said, "the turns")
                listed = {item["id"]: item["result"] for item in _page(client)["items"]}
                _expect(asked[-1] if asked else None, listed.get(task), "the result in the list")
        return {task} if asked else set()

    def _read(self, done: threading.Event) -> int:
        requests = 0
        with self._client() as client:
            while not done.is_set():
                page = _page(client, status="completed")
                _expect({"completed"}, {"completed", *(item["status"] for item in page["items"])}, "the statuses")
                requests += 1
        return requests

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, headers={"x-api-key": self._key}, timeout=30)


def _page(client: httpx.Client, **query: Any) -> Any:
    page = _call(client, "GET", "/v1/tasks", 200, query={"per_page": 50, **query})
    _expect(len(page["items"]), page["total"], "total")
    return page


def _call(client: httpx.Client, method: str, path: str, status: int, body: Any = None, query: Any = None) -> Any:
    response = client.request(method, path, json=body, params=query)
    _expect(status, response.status_code, f"the status of {method} {path}")
    return response.json() if response.content else {}


def _expect(expected: object, came: object, what: str) -> None:
    if came != expected:
        raise Fault(f"{what}: expected {expected!r}, got {came!r}")
