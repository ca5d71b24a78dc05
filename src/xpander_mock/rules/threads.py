"""The messages of a task, made from its turns."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from xpander_mock.storage.task import COMPLETED, RUNNING, Task, Turn

SPOKEN = frozenset({"user", "assistant"})


class Threads:
    """Builds the messages of a conversation."""

    def thread(self, task: Task) -> list[dict[str, Any]]:
        """Return the messages of user and assistant, oldest first."""
        return [message for message in self.messages(task) if message["role"] in SPOKEN]

    def messages(self, task: Task) -> list[dict[str, Any]]:
        """Return all messages of the task, oldest first: the system's, then turn by turn."""
        system = f"You are agent {task.agent_id}. Answer the user."
        messages = [self.message(task, "system", system, task.turns[0].asked, "system")]
        for number, turn in enumerate(task.turns):
            messages += self.turn_messages(task, turn, number)
            if turn.status in RUNNING:
                break  # the turns that wait for this one have said nothing yet
        return messages

    def turn_messages(self, task: Task, turn: Turn, number: int) -> list[dict[str, Any]]:
        """Return the messages of one turn: the input and, once it is completed, the tool's message and the answer."""
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
        """Build one message, created at the instant `at`; its id is the same in every answer."""
        return {
            "id": str(uuid5(NAMESPACE_URL, f"{task.organization_id}/{task.id}/{key}")),
            "role": role,
            "content": content,
            "created_at": at // 1_000_000,
        }
