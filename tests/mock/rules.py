"""The service as one caller sees it, with what a test does not care about filled in."""

from typing import Any

import msgspec

from xpander_mock._service import Service

FILTERS = ("agent_id", "status", "user_id", "internal_status", "triggering_agent_id", "parent_task_id")


class Rules:
    """Calls of one organization to one agent."""

    def __init__(self, service: Service, caller: str, agent_id: str) -> None:
        self.service = service
        self.caller = caller
        self.agent_id = agent_id

    def invoke(self, text: str = "hello", **request: Any) -> dict[str, Any]:
        task, _ = self.service.invoke(self.caller, self.agent_id, {"input": {"text": text}} | request, None)
        return self.service.view_of(task)

    def run(self, text: str = "hello", **request: Any) -> dict[str, Any]:
        """Invoke, and let the clock go on until the task has finished."""
        task = self.invoke(text, **request)
        self.advance(3)
        return self.get(task["id"])

    def advance(self, seconds: float) -> None:
        self.service.clock.advance(seconds)

    def get(self, task_id: str) -> dict[str, Any]:
        return self.service.get_task(self.caller, task_id)

    def stop(self, task_id: str) -> dict[str, Any]:
        return self.service.stop_task(self.caller, task_id)

    def delete(self, task_id: str) -> None:
        self.service.delete_task(self.caller, task_id)

    def thread(self, task_id: str) -> list[dict[str, Any]]:
        return self.service.get_task_thread(self.caller, task_id)

    def full_thread(self, task_id: str) -> dict[str, list[dict[str, Any]]]:
        return self.service.get_task_thread_full(self.caller, task_id)

    def page(self, page: int = 1, per_page: int = 50, **filters: Any) -> dict[str, Any]:
        params = dict.fromkeys(FILTERS) | {"page": page, "per_page": per_page} | filters
        listed: dict[str, Any] = msgspec.json.decode(self.service.list_tasks(self.caller, params))
        return listed

    def ids(self, **filters: Any) -> list[str]:
        return [item["id"] for item in self.page(**filters)["items"]]
