"""Tasks as the API shows them."""

from collections.abc import Sequence
from typing import Any

from xpander_mock.contract import Contract
from xpander_mock.rules.lifecycle import INTERNAL_STATUS
from xpander_mock.rules.times import format_instant
from xpander_mock.storage.task import EXECUTING, FINAL, PENDING, STOPPED, Task, Turn

DEFAULT_SOURCE = "api"


def _instant(micros: int | None) -> str | None:
    return None if micros is None else format_instant(micros)


class Views:
    """Builds the answers that show a task. A field without a value has the default that the contract documents.

    Args:
        contract: The documented fields.
    """

    def __init__(self, contract: Contract) -> None:
        self._blank_task = contract.blank("Task")

    def list_item(self, task: Task) -> dict[str, Any]:
        """Return the task as a list shows it: a `TasksListItem`."""
        turn = task.current
        return {
            "id": task.id,
            "agent_id": task.agent_id,
            "user_id": task.user_id,
            "parent_task_id": task.parent,
            "triggering_agent_id": task.triggering_agent_id,
            "organization_id": task.organization_id,
            "status": turn.status,
            "created_at": format_instant(task.created),
            "updated_at": format_instant(task.updated),
            "source_node_type": DEFAULT_SOURCE if turn.source is None else turn.source,
            "result": self.shown_result(task, turn),
            "title": turn.title,
        }

    def task_view(self, task: Task, children: Sequence[Task], turn: Turn | None = None) -> dict[str, Any]:
        """Return the task in full, a `Task`.

        Args:
            task: The task.
            children: Its direct sub-tasks.
            turn: The turn to show; the current one when None.
        """
        turn = turn or task.current
        return (
            self._blank_task
            | {"llm_model_provider": "mock", "llm_model_name": "echo"}
            | turn.fields
            | {
                "id": task.id,
                "agent_id": task.agent_id,
                "organization_id": task.organization_id,
                "input": {"text": "", "files": [], "user": None} | turn.input,
                "status": turn.status,
                "internal_status": turn.internal_status,
                "created_at": format_instant(task.created),
                "started_at": _instant(turn.started),
                "paused_at": _instant(turn.paused),
                "finished_at": _instant(turn.ended),
                "result": self.shown_result(task, turn),
                "parent_execution": task.parent,
                "sub_executions": [child.id for child in children],
                "finished_sub_executions": [child.id for child in children if child.status in FINAL],
                "is_manually_stopped": turn.stopped,
                "source": DEFAULT_SOURCE if turn.source is None else turn.source,
                "title": turn.title,
                "triggering_agent_id": task.triggering_agent_id,
                "tokens": self.tokens(turn),
            }
        )

    def task_at(self, task: Task, children: Sequence[Task], turn: Turn, status: str) -> dict[str, Any]:
        """Return the task in full as it was when a turn entered a status that it may have left since."""
        view = self.task_view(task, children, turn)
        if status == turn.status:
            return view
        view |= {"status": status, "internal_status": INTERNAL_STATUS[status], "paused_at": None}
        if status in (PENDING, EXECUTING):
            view |= {"finished_at": None, "result": None, "is_manually_stopped": False, "tokens": None}
        if status == PENDING:
            view["started_at"] = None
        if status == STOPPED:
            view["is_manually_stopped"] = True
        return view

    def shown_result(self, task: Task, turn: Turn) -> str | None:
        """Return the result of a turn; while it runs, that of the turn before it."""
        before = task.before(turn)
        if turn.status in (PENDING, EXECUTING) and before is not None:
            return before.result
        return turn.result

    def tokens(self, turn: Turn) -> dict[str, int] | None:
        """Return the tokens that a turn has used, four characters counting as one."""
        if turn.result is None:
            return None
        prompt, completion = len(turn.text) // 4 + 1, len(turn.result) // 4 + 1
        return {"completion_tokens": completion, "prompt_tokens": prompt, "total_tokens": prompt + completion}
