"""Many callers at once, on one mock."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from xpander_mock import Settings, XpanderMock


def test_many_invokes_at_once_lose_no_task() -> None:
    """200 synchronous invokes at once all end completed, each with its own answer, and lists show all of them."""
    with (
        XpanderMock(Settings(pending=0.01, executing=0.02, tasks=0)) as mock,
        httpx.Client(
            base_url=mock.url, headers={"x-api-key": mock.api_key}, limits=httpx.Limits(max_connections=50), timeout=30
        ) as client,
    ):

        def invoke(number: int) -> Any:
            body = {"id": f"t{number}", "input": {"text": f"say {number}"}}
            return client.post(f"/v1/agents/{mock.agent_id}/invoke", json=body).json()

        with ThreadPoolExecutor(50) as pool:
            tasks = list(pool.map(invoke, range(200)))
        assert [(task["id"], task["status"], task["result"]) for task in tasks] == [
            (f"t{number}", "completed", f"say {number}") for number in range(200)
        ]
        assert client.get("/v1/tasks?status=completed").json()["total"] == 200


def test_turns_of_one_conversation_all_arrive() -> None:
    """Twenty callers that continue one conversation at once each get their turn's answer; the thread has all turns."""
    with (
        XpanderMock(Settings(pending=0, executing=0.005, tasks=0)) as mock,
        httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}, timeout=30) as client,
    ):

        def invoke(number: int) -> Any:
            body = {"id": "one", "input": {"text": f"say {number}"}}
            return client.post(f"/v1/agents/{mock.agent_id}/invoke", json=body).json()["result"]

        with ThreadPoolExecutor(20) as pool:
            results = list(pool.map(invoke, range(20)))
        assert results == [f"say {number}" for number in range(20)]
        thread = client.get("/v1/tasks/one/thread").json()
        assert sorted(message["content"] for message in thread if message["role"] == "user") == sorted(results)
        assert [message["role"] for message in thread] == ["user", "assistant"] * 20
        assert client.get("/v1/tasks").json()["total"] == 1


def test_totals_agree_with_lists_while_others_write() -> None:
    """While tasks are created, stopped and deleted, no answer is a 5xx, and every page's total fits its items."""
    with (
        XpanderMock(Settings(pending=0.001, executing=0.002, tasks=20)) as mock,
        httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}, timeout=30) as client,
    ):

        def write(number: int) -> list[int]:
            made = client.post(
                f"/v1/agents/{mock.agent_id}/invoke/async", json={"input": {"text": f"{number}"}}
            ).json()["id"]
            stopped = client.post(f"/v1/tasks/{made}/stop").status_code
            return [stopped, client.delete(f"/v1/tasks/{made}").status_code if number % 2 else 204]

        def read(number: int) -> list[int]:
            page = client.get("/v1/tasks", params={"per_page": 50, "status": "stopped"})
            listed = page.json()
            assert len(listed["items"]) == min(50, listed["total"])
            assert {item["status"] for item in listed["items"]} <= {"stopped"}
            return [page.status_code]

        before = client.get("/v1/tasks").json()["total"]
        with ThreadPoolExecutor(16) as pool:
            writes = pool.map(write, range(150))
            reads = pool.map(read, range(150))
            statuses = {status for answers in (*writes, *reads) for status in answers}
        assert statuses == {200, 204}
        assert client.get("/v1/tasks").json()["total"] == before + 75
