"""Rules for threads over time, and compared with the task."""

from collections.abc import Iterator
from typing import Any

from .history_rule import HistoryRules
from .observation import FINAL, Observation
from .rule import Violation
from .traffic import Entry, TaskLog, Traffic

RULES = HistoryRules()
Message = dict[str, Any]


def _root(kind: str, data: Any) -> list[Message]:
    messages: list[Message] = data if kind == "thread" else data["root"]
    return messages


def _said(messages: list[Message]) -> list[tuple[Any, Any, Any]]:
    return [(message["id"], message["role"], message["content"]) for message in messages]


def _asked(messages: list[Message]) -> list[Any]:
    return [message["content"] for message in messages if message["role"] == "user"]


def _thread(seen: Observation) -> tuple[str, list[Message]] | None:
    if seen.status != 200 or seen.name not in ("get_task_thread", "get_task_thread_full"):
        return None
    kind = "thread" if seen.name == "get_task_thread" else "full"
    return kind, _root(kind, seen.answer)


@RULES.add("TURN-3", "META-7")
def a_thread_only_grows(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a thread begins with the messages that it had before."""
    thread = _thread(seen)
    if thread is None:
        return
    kind, messages = thread
    log = traffic.log(seen.task_id)
    for entry in reversed(log.entries):
        if entry.kind == kind and entry.ended <= seen.exchange.started and not log.gone:
            before, now = _said(_root(kind, entry.data)), _said(messages)
            if now[: len(before)] != before:
                unchanged = len(before) == len(now) and traffic.is_quiet(log, entry.started)
                claim = "META-7" if unchanged else "TURN-3"
                yield Violation(claim, f"the {len(before)} messages of before first", f"{now[:6]}", (entry.exchange,))
            return


@RULES.add("THREAD-1", "TURN-3", "THREAD-3")
def a_thread_has_what_was_asked_and_answered(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that the thread of an ended task has each input, and ends with the result."""
    thread = _thread(seen)
    log = traffic.log(seen.task_id)
    state = log.latest("item", "task")
    if thread is None or state is None or state.data["status"] not in FINAL:
        return
    if not traffic.is_quiet(log, min(state.started, seen.exchange.started)) or state.ended > seen.exchange.started:
        return
    kind, messages = thread
    texts = [_text(turn.sent) for turn in log.turns]
    stopped = any(write.operation == "stop_task" for write in log.writes) or state.data["status"] != "completed"
    if all(texts) and not stopped and _asked(messages) != texts:
        claim = "THREAD-3" if kind == "full" else "TURN-3" if len(texts) > 1 else "THREAD-1"
        yield Violation(claim, f"the inputs {texts}", f"{_asked(messages)}", (state.exchange,))
    if kind == "thread" and state.data["status"] == "completed":
        last = (messages[-1]["role"], messages[-1]["content"]) if messages else None
        if last != ("assistant", state.data["result"]):
            yield Violation("THREAD-1", f"the result {state.data['result']!r} last", f"{last}", (state.exchange,))


def _text(sent: Any) -> str | None:
    given = sent.get("input") if isinstance(sent, dict) else None
    text = given.get("text") if isinstance(given, dict) else None
    return text if isinstance(text, str) else None


@RULES.add("THREAD-3")
def the_full_thread_holds_the_thread(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that `root` of the full thread holds the messages of the thread, in order."""
    thread = _thread(seen)
    log = traffic.log(seen.task_id)
    if thread is None or log.gone:
        return
    kind, messages = thread
    other = log.latest("full" if kind == "thread" else "thread")
    if other is None or other.ended > seen.exchange.started or not _is_settled(traffic, log, other):
        return
    parts, whole = (
        (_root(other.kind, other.data), messages) if kind == "full" else (messages, _root("full", other.data))
    )
    yield from _missing("THREAD-3", parts, whole, other)


def _is_settled(traffic: Traffic, log: TaskLog, entry: Entry) -> bool:
    """Check that an ended task did not change since it showed an entry."""
    state = log.latest("item", "task")
    ended = state is not None and state.data["status"] in FINAL and state.started <= entry.started
    return ended and traffic.is_quiet(log, state.started if state else 0.0)


def _missing(claim: str, parts: list[Message], whole: list[Message], other: Entry) -> Iterator[Violation]:
    rest = iter(_said(whole))
    for message in _said(parts):
        if message not in rest:
            yield Violation(claim, f"message {message} in its place", f"{_said(whole)[:6]}", (other.exchange,))
            return


@RULES.add("THREAD-3", "THREAD-4")
def the_full_thread_has_each_sub_task_and_nothing_else(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that each known sub-task has its key, with its own messages, and that no other task has one."""
    if seen.name != "get_task_thread_full" or seen.status != 200:
        return
    log = traffic.log(seen.task_id)
    for child, created in log.children.items():
        below = traffic.log(child)
        if below.gone or created.exchange.ended > seen.exchange.started or traffic.is_in_flight(child):
            continue
        if child not in seen.answer:
            yield Violation("THREAD-3", f"a key {child}", f"keys {sorted(seen.answer)}", (created.exchange,))
            continue
        own = below.latest("thread")
        if own and own.ended <= seen.exchange.started and _is_settled(traffic, below, own):
            if _asked(seen.answer[child]) != _asked(own.data):
                expected = f"the inputs {_asked(own.data)} of {child}"
                yield Violation("THREAD-4", expected, f"{_asked(seen.answer[child])}", (own.exchange,))
            else:
                yield from _missing("THREAD-3", own.data, seen.answer[child], own)
    for key in seen.answer.keys() - {"root"} - log.children.keys():
        stranger = traffic.log(key)
        if key == seen.task_id or (stranger.created and _is_elsewhere(traffic, seen.task_id, key)):
            yield Violation("THREAD-4", "keys of sub-tasks only", f"a key {key}")


def _is_elsewhere(traffic: Traffic, task: str, other: str) -> bool:
    """Check that a task is certainly not below another one."""
    above = traffic.ancestors(other)
    top = traffic.log(above[-1] if above else other)
    return task not in above and top.created is not None and top.parent is None
