"""Rules for the messages of a thread."""

from collections.abc import Iterator
from typing import Any

from .observation import Observation
from .rule import Rules, Violation

RULES = Rules()
THREADS = ("get_task_thread", "get_task_thread_full")


def _conversations(seen: Observation) -> list[list[dict[str, Any]]]:
    return [seen.answer] if seen.name == "get_task_thread" else list(seen.answer.values())


@RULES.add("THREAD-1", operations=THREADS, statuses=[200])
def messages_come_oldest_first_and_once(seen: Observation) -> Iterator[Violation]:
    """Check that the messages of a conversation are sorted by time, and that their ids differ."""
    for messages in _conversations(seen):
        times = [message["created_at"] for message in messages]
        if times != sorted(times):
            yield Violation("THREAD-1", "messages oldest first", f"{times[:12]}")
        ids = [message["id"] for message in messages]
        if len(set(ids)) < len(ids):
            yield Violation("THREAD-1", "each message once", f"{ids[:12]}")


@RULES.add("THREAD-1", operations=["get_task_thread"], statuses=[200])
def a_thread_begins_with_the_user(seen: Observation) -> Iterator[Violation]:
    """Check that the first message of a thread is the user's."""
    if seen.answer and seen.answer[0]["role"] != "user":
        yield Violation("THREAD-1", "the user's input first", f"{seen.answer[0]}")


@RULES.add("THREAD-2", operations=["get_task_thread"], statuses=[200])
def a_thread_has_user_and_assistant_messages_only(seen: Observation) -> Iterator[Violation]:
    """Check that no message of a thread has another role."""
    others = {message["role"] for message in seen.answer} - {"user", "assistant"}
    if others:
        yield Violation("THREAD-2", "user and assistant messages only", f"also {', '.join(sorted(others))}")
