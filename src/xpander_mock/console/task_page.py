"""The page of one task: its conversation, its sub-tasks, its times, and what can be done with it."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.console import CallFailed, Console
from xpander_mock.console.curl import curl, task_path
from xpander_mock.console.time_line import time_lines
from xpander_mock.console.tree import family
from xpander_mock.http.redaction import redact_json


class TaskPage:
    """The page of one task.

    The id is a query parameter of the page, so that an id may be anything, slashes and dots included.

    Args:
        console: What the page reads and calls.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """Show the whole page."""
        return self._render("task.html", request)

    async def content(self, request: Request) -> Response:
        """Show the part that follows what happens."""
        return self._render("_task.html", request)

    async def stop(self, request: Request) -> Response:
        """Stop the task by the API, and show it."""
        return self._render("_task.html", request, await self._call("stop_task", request, "POST", "/stop"))

    async def delete(self, request: Request) -> Response:
        """Delete the task by the API, and show what is left of it: nothing, or why that failed."""
        return self._render("_task.html", request, await self._call("delete_task", request, "DELETE"))

    async def _call(self, name: str, request: Request, method: str, rest: str = "") -> str | None:
        """Call an operation on the task, and return why it failed, None when it did not."""
        task = self._console.rules.repository.find(_task_id(request))
        if task is None:
            return None  # the page says that there is none
        try:
            await self._console.call(name, task.organization_id, method, task_path(task.id, rest))
        except CallFailed as error:
            return str(error)
        return None

    def _render(self, template: str, request: Request, failure: str | None = None) -> Response:
        task_id = _task_id(request)
        values = self._values(task_id, str(request.base_url).rstrip("/"))
        return self._console.page(
            template,
            200 if values["task"] else 404,
            task_id=task_id,
            query=urlencode({"id": task_id}),
            failure=failure,
            **values,
        )

    def _values(self, task_id: str, url: str) -> dict[str, Any]:
        rules = self._console.rules
        task = rules.repository.find(task_id)
        if task is None:
            return {"task": None, "organization": None}
        nodes, left_out = family(rules.repository.table, task)
        shown = rules.repository.show(task)
        address = url + task_path(task_id)
        return {
            "task": redact_json(shown) | {"tokens": shown["tokens"]},  # these tokens are no secret: they are counted
            "organization": task.organization_id,
            "user_id": task.user_id,
            "agents": self._console.agents().get(task.organization_id, {}),
            "stoppable": rules.tasks.lifecycle.stoppable(task),
            "messages": rules.tasks.threads.messages(task),
            "lines": time_lines(task, rules.clock.now()),
            "nodes": nodes,
            "left_out": left_out,
            "commands": [curl("GET", address), curl("GET", f"{address}/thread")],
        }


def _task_id(request: Request) -> str:
    return request.query_params.get("id", "")
