"""Concurrent writers and readers of the mock; each writer compares every answer with a model of its task."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from xpander_mock import MockClient

WRITERS = 12
READERS = 4
STEPS = 25
INVOKE = f"/v1/agents/{MockClient.agent_id}/invoke"


class ModelMismatch(Exception):
    """An answer that differs from the model: a lost update, a 5xx, a total that differs from the list."""


class ConcurrentModelCheck:
    """Checks a mock that holds no other tasks; at most one task for each writer exists at a time.

    Args:
        url: Address of the mock.
        key: An API key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def run(self, seed: int) -> int:
        """Let each writer take 25 random steps while the readers read, then delete all tasks.

        Returns:
            The number of requests.

        Raises:
            ModelMismatch: An answer differs from the model.
        """
        done = threading.Event()
        with ThreadPoolExecutor(WRITERS + READERS) as pool:
            readers = [pool.submit(self._read, done) for _ in range(READERS)]
            writers = [pool.submit(self._write, f"{seed}-{number}") for number in range(WRITERS)]
            try:
                remaining = {task for writer in writers for task in writer.result()}
            finally:
                done.set()
            requests = sum(reader.result() for reader in readers)
        with self._client() as client:
            listed = {item["id"] for item in _page(client)["items"]}
            _check(remaining, listed, "the tasks at the end")
            for task in remaining:
                _call(client, "DELETE", f"/v1/tasks/{task}", 204)
        return requests + WRITERS * STEPS * 3 + 1 + len(remaining)

    def _write(self, task: str) -> set[str]:
        choices = random.Random(task)
        texts: list[str] = []  # the model: the texts of the task's turns; without any the task does not exist
        with self._client() as client:
            for step in range(STEPS):
                match choices.choice(["invoke", "invoke", "stop", "delete"]):
                    case "invoke":
                        texts.append(f"{task} in step {step}")
                        answer = _call(client, "POST", INVOKE, 200, {"id": task, "input": {"text": texts[-1]}})
                        _check(("completed", texts[-1]), (answer["status"], answer["result"]), "the answer")
                    case "stop":
                        answer = _call(client, "POST", f"/v1/tasks/{task}/stop", 200 if texts else 404)
                        _check("completed" if texts else None, answer.get("status"), "the status of an ended task")
                    case "delete":
                        _call(client, "DELETE", f"/v1/tasks/{task}", 204 if texts else 404)
                        texts = []
                thread = _call(client, "GET", f"/v1/tasks/{task}/thread", 200 if texts else 404)
                turns = [message["content"] for message in thread if message["role"] == "user"] if texts else []
                _check(texts, turns, "the turns")
                listed = {item["id"]: item["result"] for item in _page(client)["items"]}
                _check(texts[-1] if texts else None, listed.get(task), "the result in the list")
        return {task} if texts else set()

    def _read(self, done: threading.Event) -> int:
        requests = 0
        with self._client() as client:
            while not done.is_set():
                page = _page(client, status="completed")
                _check({"completed"}, {"completed", *(item["status"] for item in page["items"])}, "the statuses")
                requests += 1
        return requests

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._url, headers={"x-api-key": self._key}, timeout=30)


def _page(client: httpx.Client, **query: Any) -> Any:
    page = _call(client, "GET", "/v1/tasks", 200, query={"per_page": 50, **query})
    _check(len(page["items"]), page["total"], "total")
    return page


def _call(client: httpx.Client, method: str, path: str, status: int, body: Any = None, query: Any = None) -> Any:
    response = client.request(method, path, json=body, params=query)
    _check(status, response.status_code, f"the status of {method} {path}")
    return response.json() if response.content else {}


def _check(expected: object, actual: object, what: str) -> None:
    if actual != expected:
        raise ModelMismatch(f"{what}: expected {expected!r}, got {actual!r}")
