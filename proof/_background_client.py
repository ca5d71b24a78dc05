"""Other clients of the mock, which invoke, stop and delete tasks while the contract suite runs against it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import httpx

from xpander_mock import DEMO_API_KEY, OTHER_API_KEY

PAUSE_SECONDS = 0.15
MAX_TASKS = 12


class BackgroundClient(threading.Thread):
    """A client of one organization that changes only tasks which it invoked itself, until it is stopped.

    Args:
        url: Address of the mock; it may start later than the client.
        api_key: A key of the organization.
        seed: Seed of the client's choices.
    """

    def __init__(self, url: str, api_key: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.requests = 0
        self.errors: list[str] = []
        self._stopping = threading.Event()
        self._random = Random(seed)
        self._tasks: list[str] = []
        self._http = httpx.Client(base_url=url, headers={"x-api-key": api_key}, timeout=30)

    def run(self) -> None:
        """Invoke, stop and delete tasks until `stop` is called or the mock has ended."""
        agents = self._agents()
        while agents and not self._stopping.wait(PAUSE_SECONDS):
            if self._tasks and (self._random.random() < 0.4 or len(self._tasks) >= MAX_TASKS):
                self._end_task()
            else:
                self._invoke(self._random.choice(agents))
        self._http.close()

    def stop(self) -> None:
        """Stop the client and wait until its thread has ended."""
        self._stopping.set()
        self.join()

    def _agents(self) -> list[str]:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                items = self._http.get("/v1/tasks", params={"per_page": 50}).json()["items"]
            except httpx.ConnectError:
                continue  # the contract run has not started the mock yet
            return sorted({item["agent_id"] for item in items})
        return []

    def _invoke(self, agent: str) -> None:
        mode = self._random.choice(["", "/async", "/async", "/stream"])
        parent = self._random.choice([*self._tasks, None, None])
        user = f"background_user_{self._random.randrange(3)}"
        body: dict[str, object] = {"input": {"text": "good morning", "user": {"id": user, "email": "n@example.com"}}}
        if parent:
            body["parent_execution_id"] = parent
        response = self._send("POST", f"/v1/agents/{agent}/invoke{mode}", body)
        if response is not None and mode != "/stream" and response.status_code == 200:
            self._tasks.append(response.json()["id"])

    def _end_task(self) -> None:
        task = self._tasks.pop(self._random.randrange(len(self._tasks)))
        if self._random.random() < 0.5:
            self._send("POST", f"/v1/tasks/{task}/stop", None)
        self._send("DELETE", f"/v1/tasks/{task}", None)

    def _send(self, method: str, path: str, body: dict[str, object] | None) -> httpx.Response | None:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.TransportError:
            # The contract run ends its mock without regard to this client.
            self._stopping.set()
            return None
        self.requests += 1
        # A 404 is correct for a sub-task whose parent was deleted.
        if response.status_code not in (200, 204, 404):
            self.errors.append(f"{method} {path}: {response.status_code} {response.text[:200]}")
        return response


@contextmanager
def background_clients(url: str, seed: int) -> Iterator[list[BackgroundClient]]:
    """Run one client of each organization while the block lasts.

    Args:
        url: Address of the mock.
        seed: Seed of the first client; the second has the next one.
    """
    clients = [BackgroundClient(url, key, seed + number) for number, key in enumerate((DEMO_API_KEY, OTHER_API_KEY))]
    for client in clients:
        client.start()
    try:
        yield clients
    finally:
        for client in clients:
            client.stop()
