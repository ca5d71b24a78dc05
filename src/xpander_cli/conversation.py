"""A conversation with those of its sub-tasks, safe to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from xpander_cli.output import json_of
from xpander_cli.text import block, one_line

if TYPE_CHECKING:
    from xpander_tasks import Message, Tasks


@dataclass(frozen=True)
class Said:
    """One message.

    Args:
        role: Who said it.
        when: The local time at which it was said.
        text: What was said, as Markdown; calls of tools as JSON in a code block.
    """

    role: str
    when: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """What was said in one task, and below it in its sub-tasks.

    Args:
        heading: Id, status and title of the task.
        messages: What was said, oldest first.
        sub_tasks: The conversations of its sub-tasks.
    """

    heading: str
    messages: list[Said]
    sub_tasks: list[Conversation] = field(default_factory=list)

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield the lines of plain text, those of sub-tasks indented; headings only where there are sub-tasks."""
        indent = "    " * depth
        if depth:
            yield f"{indent}[{self.heading}]"
        for said in self.messages:
            first, *more = said.text.split("\n")
            yield f"{indent}{said.role}: {first}"
            for line in more:
                yield f"{indent}  {line}" if line else ""
        for part in self.sub_tasks:
            yield ""
            yield from part.lines(depth + 1)


def read_conversation(tasks: Tasks, task_id: str, *, full: bool) -> Conversation:
    """Return the conversation of a task.

    Args:
        tasks: The client.
        task_id: The task.
        full: Whether to read all messages and those of sub-tasks, which takes a request for each of them.
    """
    if not full:
        return Conversation(one_line(task_id), [_said(message) for message in tasks.thread(task_id)])
    whole = tasks.full_thread(task_id)
    return _with_sub_tasks(tasks, task_id, whole.root, dict(whole.additional_properties))


def _with_sub_tasks(
    tasks: Tasks, task_id: str, messages: list[Message], rest: dict[str, list[Message]]
) -> Conversation:
    task = tasks.get(task_id)
    heading = " · ".join(one_line(part) for part in (task_id, str(task.status), task.title or "") if part)
    # Taken out of the rest: a server whose sub-tasks name each other must not be followed for ever.
    parts = [(name, rest.pop(name)) for name in task.sub_executions if name in rest]
    below = [_with_sub_tasks(tasks, name, part, rest) for name, part in parts]
    return Conversation(heading, [_said(message) for message in messages], below)


def _said(message: Message) -> Said:
    text = block(message.content or "")
    if message.tool_calls:
        calls: list[Mapping[str, object]] = message.tool_calls
        text = f"{text}\n\n```json\n{json_of(calls, indent=True)}\n```".strip()
    try:
        when = datetime.fromtimestamp(message.created_at).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        when = str(message.created_at)
    return Said(one_line(str(message.role)), when, text)
