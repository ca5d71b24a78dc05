"""The messages of a task, made from its turns."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from xpander_mock._task import COMPLETED, RUNNING, Task, Turn

SPOKEN = frozenset({"user", "assistant"})


class Threads:
    """What is said in a task."""

    def thread(self, task: Task) -> list[dict[str, Any]]:
        """The messages of user and assistant, oldest first."""
        return [message for message in self.messages(task) if message["role"] in SPOKEN]

    def messages(self, task: Task) -> list[dict[str, Any]]:
        """All messages of the task, oldest first: the system's, then turn by turn."""
        system = f"You are agent {task.agent_id}. Answer the user."
        messages = [self.message(task, "system", system, task.turns[0].asked, "system")]
        for number, turn in enumerate(task.turns):
            messages += self.turn_messages(task, turn, number)
            if turn.status in RUNNING:
                break  # what waits behind it is not yet said
        return messages

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[dict[str, Any]]:
        """The messages of one turn: the input, and once there is an answer the work and the answer."""
        before = task.before(turn)
        said = max(turn.asked, before.ended or before.paused or 0) if before else turn.asked
        messages = [self.message(task, "user", turn.text, said, f"{number}-user")]
        if turn.status == COMPLETED:
            ended = turn.ended or turn.asked
            prompt, answer = len(turn.text) // 4 + 1, len(turn.result or "") // 4 + 1
            messages += [
                self.message(task, "tool", "echo: done", ended, f"{number}-tool"),
                self.message(task, "assistant", turn.result, ended, f"{number}-assistant")
                | {"metrics": {"input_tokens": prompt, "output_tokens": answer, "total_tokens": prompt + answer}},
            ]
        return messages

    def message(self, task: Task, role: str, content: str | None, at: int, key: str) -> dict[str, Any]:
        """One message, said at the instant `at`; its id is the same whenever it is asked for."""
        return {
            "id": str(uuid5(NAMESPACE_URL, f"{task.organization_id}/{task.id}/{key}")),
            "role": role,
            "content": content,
            "created_at": at // 1_000_000,
        }
