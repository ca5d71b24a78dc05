"""What an invoke makes of a request, and how conversations continue."""

from typing import Any

import msgspec
import pytest

from xpander_mock import load_contract
from xpander_mock.demo import EXAMPLE_TRIGGERING_AGENT
from xpander_mock.rules.errors import Invalid, NotFound
from xpander_mock.rules.rules import Rules

from .caller import Caller


def test_an_invoked_task_is_pending_and_listed_at_once(caller: Caller) -> None:
    """INVOKE-1: the answer is a pending task, and lists show it from then on."""
    task = caller.invoke()
    assert task["status"] == "pending"
    assert caller.ids() == [task["id"]]


def test_the_id_is_the_callers_or_a_new_one(caller: Caller) -> None:
    """INVOKE-3: a caller's id comes back, whatever it looks like; without one, or with an empty one, a UUID is made."""
    for wanted in ("mine", "a/b?c#d", "ключ\x00🔑", " "):
        assert caller.invoke(id=wanted)["id"] == wanted
    made = {caller.invoke(id=nothing)["id"] for nothing in (None, None, "")}
    assert len(made) == 3
    assert all(len(task_id) == 36 for task_id in made)


def test_what_the_caller_sends_comes_back(caller: Caller) -> None:
    """INVOKE-4: the request's own fields are those of the task, at once and at its end."""
    sent: dict[str, Any] = {
        "title": "A title",
        "source": "webhook",
        "output_format": "markdown",
        "payload_extension": {"a": [1, {"b": None}]},
        "triggering_agent_id": EXAMPLE_TRIGGERING_AGENT,
        "additional_context": "context",
        "instructions_override": "be brief",
        "expected_output": "a line",
        "mcp_servers": [{"name": "x"}],
        "think_mode": "harder",
        "llm_reasoning_effort": "xhigh",
        "worker_id": "w",
        "voice_id": "v",
        "events_streaming": True,
    }
    task = caller.invoke(**sent)
    assert {name: task[name] for name in sent} == sent
    finished = caller.run(id=task["id"], **sent)
    assert {name: finished[name] for name in sent} == sent
    item = caller.page()["items"][0]
    assert (item["source_node_type"], item["title"]) == ("webhook", "A title")
    assert item["triggering_agent_id"] == EXAMPLE_TRIGGERING_AGENT


def test_a_task_has_every_documented_field(caller: Caller) -> None:
    """A task shows all fields of the contract and no other, with the documented defaults where it has no value."""
    task = caller.run()
    blank = load_contract().blank("Task")
    assert task.keys() == blank.keys()
    known = {"id", "agent_id", "organization_id", "input", "status", "internal_status", "created_at", "started_at"}
    known |= {"finished_at", "result", "title", "source", "tokens", "llm_model_provider", "llm_model_name"}
    assert {name: task[name] for name in blank if name not in known} == {
        name: blank[name] for name in blank if name not in known
    }
    assert caller.page()["items"][0].keys() == load_contract().blank("TasksListItem").keys()


def test_the_user_is_the_one_of_the_input(caller: Caller) -> None:
    """LIST-1: a task is found under the id of the user in its input."""
    task = caller.invoke(input={"text": "x", "user": {"id": "u1", "email": "u1@example.com"}})
    caller.invoke()
    assert caller.ids(user_id="u1") == [task["id"]]
    assert caller.page(user_id="u1")["items"][0]["user_id"] == "u1"


def test_a_title_is_made_from_the_text(caller: Caller) -> None:
    """Without a title, the title is the beginning of the text."""
    assert caller.invoke("x" * 200)["title"] == "x" * 80
    assert caller.invoke("")["title"] is None


def test_a_further_turn_updates_the_task(caller: Caller) -> None:
    """TURN-1, TURN-2, GET-6: reusing an id makes no new task; title, input and result become the latest turn's."""
    first = caller.run("one")
    other = caller.run("other")
    caller.invoke("two", id=first["id"])
    assert caller.get(first["id"])["result"] == "one"
    caller.advance(3)
    second = caller.get(first["id"])
    assert caller.ids() == [other["id"], first["id"]]
    assert (second["title"], second["result"], second["input"]["text"]) == ("two", "two", "two")
    assert second["created_at"] == first["created_at"]
    assert second["started_at"] > first["finished_at"]


def test_the_thread_gains_the_new_turn_after_the_old(caller: Caller) -> None:
    """TURN-3, THREAD-1, THREAD-2: a thread has the messages of user and assistant, in order."""
    task = caller.run("one")
    early = caller.thread(task["id"])
    caller.invoke("two", id=task["id"])
    assert [message["content"] for message in caller.thread(task["id"])] == ["one", "one", "two"]
    caller.advance(3)
    thread = caller.thread(task["id"])
    assert thread[:2] == early
    assert [(message["role"], message["content"]) for message in thread] == [
        ("user", "one"),
        ("assistant", "one"),
        ("user", "two"),
        ("assistant", "two"),
    ]
    assert [message["created_at"] for message in thread] == sorted(message["created_at"] for message in thread)


def test_the_full_thread_has_root_and_each_task_below(caller: Caller) -> None:
    """THREAD-3: `root` holds the thread's messages in order among others, and each sub-task has its key."""
    top = caller.run("top")["id"]
    child = caller.run("child", parent_execution_id=top)["id"]
    grandchild = caller.run("grandchild", parent_execution_id=child)["id"]
    full = caller.full_thread(top)
    assert list(full) == ["root", child, grandchild]
    assert [message for message in full["root"] if message["role"] in ("user", "assistant")] == caller.thread(top)
    assert {message["role"] for message in full["root"]} == {"system", "user", "tool", "assistant"}
    assert full[child] == caller.full_thread(child)["root"]


def test_the_root_of_the_full_thread_is_the_task_itself(caller: Caller) -> None:
    """THREAD-3: a sub-task whose id is `root` does not replace the messages of the task."""
    top = caller.run("top")["id"]
    caller.run("child", parent_execution_id=top, id="root")
    other = caller.run("other", parent_execution_id=top)["id"]
    full = caller.full_thread(top)
    assert [message["content"] for message in full["root"] if message["role"] == "user"] == ["top"]
    assert list(full) == ["root", other]
    assert [message["content"] for message in caller.full_thread("root")["root"]][1] == "child"


@pytest.mark.parametrize("source", ["", " ", "api", "slack"])
def test_a_source_comes_back_as_sent(caller: Caller, source: str) -> None:
    """INVOKE-4: an empty source is a source; only without one the default is shown."""
    assert caller.invoke(source=source)["source"] == source
    assert caller.page()["items"][0]["source_node_type"] == source
    assert caller.invoke()["source"] == caller.invoke(source=None)["source"] == "api"


def test_turns_run_in_order(caller: Caller) -> None:
    """Ruling 14: a turn that comes while the last one runs waits for it; a stop ends both."""
    task_id = caller.invoke("one")["id"]
    waiting = caller.invoke("two", id=task_id)
    assert (waiting["status"], waiting["title"], waiting["input"]["text"]) == ("pending", "two", "two")
    caller.advance(3)
    between = caller.get(task_id)
    assert (between["status"], between["title"], between["result"]) == ("pending", "two", "one")
    caller.invoke("three", id=task_id)
    caller.advance(1)
    assert caller.stop(task_id)["status"] == "stopped"
    caller.advance(100)
    assert [message["content"] for message in caller.thread(task_id)] == ["one", "one", "two", "three"]


def test_a_stopped_task_can_be_continued(caller: Caller) -> None:
    """GET-4: a new invoke makes a stopped task pending again, and it is no longer marked as stopped."""
    task_id = caller.invoke()["id"]
    caller.stop(task_id)
    again = caller.invoke(id=task_id)
    assert (again["status"], again["is_manually_stopped"], again["finished_at"]) == ("pending", False, None)


def test_a_sub_task_is_found_from_both_sides(caller: Caller) -> None:
    """INVOKE-6: it is listed under `parent_task_id`, names its parent, and its parent names it."""
    top = caller.run("top")["id"]
    child = caller.invoke("child", parent_execution_id=top)
    assert child["parent_execution"] == top
    assert caller.page(parent_task_id=top)["items"][0]["parent_task_id"] == top
    assert (caller.get(top)["sub_executions"], caller.get(top)["finished_sub_executions"]) == ([child["id"]], [])
    caller.advance(3)
    assert caller.get(top)["finished_sub_executions"] == [child["id"]]


def test_what_cannot_be_continued_or_parented_is_unknown(caller: Caller) -> None:
    """Ruling 14: an unknown parent, and one's own task under another agent, are 404."""
    task = caller.run()
    with pytest.raises(NotFound):
        caller.invoke(parent_execution_id="nobody")
    with pytest.raises(NotFound):
        caller.rules.invocations.invoke(
            caller.organization, EXAMPLE_TRIGGERING_AGENT, {"id": task["id"], "input": {"text": "x"}}, version=None
        )
    assert caller.page()["total"] == 1
    assert caller.get(task["id"]) == task


def test_a_task_cannot_be_put_below_itself(caller: Caller) -> None:
    """A task that is named as its own parent, or its own sub-task's child, is refused, so that trees stay trees."""
    top = caller.run()["id"]
    child = caller.run(parent_execution_id=top)["id"]
    for parent in (top, child):
        with pytest.raises(Invalid) as refused:
            caller.invoke(id=top, parent_execution_id=parent)
        assert refused.value.detail[0]["loc"] == ["body", "parent_execution_id"]


def test_agents_are_deterministic(caller: Caller) -> None:
    """Agents echo, or answer exactly the text that they are asked for, the same each time."""
    texts = ["hello there", "Reply with exactly SECOND", "", "Failure is no command"]
    first = [caller.run(text)["result"] for text in texts]
    assert first == ["hello there", "SECOND", "No text was given, and 0 files.", "Failure is no command"]
    assert [caller.run(text)["result"] for text in texts] == first


def test_json_is_answered_when_it_is_asked_for(caller: Caller) -> None:
    """GET-5: the result parses and conforms to the schema; with a schema that nothing conforms to, the task fails."""
    assert msgspec.json.decode(caller.run("x", output_format="json")["result"]) == {"answer": "x"}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 7}},
        "required": ["n"],
    }
    task = caller.run("x", output_format="json", output_schema=schema)
    assert msgspec.json.decode(task["result"]) == {"n": 7}
    assert task["output_schema"] == schema
    assert caller.run("x", output_format="json", output_schema={"not": {}})["status"] == "failed"


def test_the_version_is_remembered(rules: Rules, caller: Caller) -> None:
    """`version` comes back as the task's `agent_version`."""
    task, _ = rules.invocations.invoke(caller.organization, caller.agent_id, {"input": {}}, version="draft")
    assert rules.repository.show(task)["agent_version"] == "draft"
