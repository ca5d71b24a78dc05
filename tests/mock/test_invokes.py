"""What an invoke makes of a request, and how conversations continue."""

from typing import Any

import msgspec
import pytest

from xpander_mock._errors import Invalid, NotFound
from xpander_mock._seed import EXAMPLE_TRIGGERING_AGENT
from xpander_mock._service import Service

from .rules import Rules


def test_an_invoked_task_is_pending_and_listed_at_once(rules: Rules) -> None:
    """INVOKE-1: the answer is a pending task, and lists have it from then on."""
    task = rules.invoke()
    assert task["status"] == "pending"
    assert rules.ids() == [task["id"]]


def test_the_id_is_the_callers_or_a_new_one(rules: Rules) -> None:
    """INVOKE-3: a caller's id comes back, whatever it looks like; without one, or with an empty one, a UUID is made."""
    for wanted in ("mine", "a/b?c#d", "ключ\x00🔑", " "):
        assert rules.invoke(id=wanted)["id"] == wanted
    made = {rules.invoke(id=nothing)["id"] for nothing in (None, None, "")}
    assert len(made) == 3
    assert all(len(task_id) == 36 for task_id in made)


def test_what_the_caller_sends_comes_back(rules: Rules) -> None:
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
    task = rules.invoke(**sent)
    assert {name: task[name] for name in sent} == sent
    finished = rules.run(id=task["id"], **sent)
    assert {name: finished[name] for name in sent} == sent
    item = rules.page()["items"][0]
    assert (item["source_node_type"], item["title"]) == ("webhook", "A title")
    assert item["triggering_agent_id"] == EXAMPLE_TRIGGERING_AGENT


def test_a_task_has_every_documented_field(service: Service, rules: Rules) -> None:
    """A task shows all fields of the contract and no other, with the documented defaults where nothing is known."""
    task = rules.run()
    blank = service.contract.blank("Task")
    assert task.keys() == blank.keys()
    known = {"id", "agent_id", "organization_id", "input", "status", "internal_status", "created_at", "started_at"}
    known |= {"finished_at", "result", "title", "source", "tokens", "llm_model_provider", "llm_model_name"}
    assert {name: task[name] for name in blank if name not in known} == {
        name: blank[name] for name in blank if name not in known
    }
    assert rules.page()["items"][0].keys() == service.contract.blank("TasksListItem").keys()


def test_the_user_is_the_one_of_the_input(rules: Rules) -> None:
    """LIST-1: a task is found under the id of the user in its input."""
    task = rules.invoke(input={"text": "x", "user": {"id": "u1", "email": "u1@example.com"}})
    rules.invoke()
    assert rules.ids(user_id="u1") == [task["id"]]
    assert rules.page(user_id="u1")["items"][0]["user_id"] == "u1"


def test_a_title_is_made_from_the_text(rules: Rules) -> None:
    """Without a title, the text begins it."""
    assert rules.invoke("x" * 200)["title"] == "x" * 80
    assert rules.invoke("")["title"] is None


def test_a_further_turn_updates_the_task(rules: Rules) -> None:
    """TURN-1, TURN-2, GET-6: reusing an id makes no new task; title, input and result become the latest turn's."""
    first = rules.run("one")
    other = rules.run("other")
    rules.invoke("two", id=first["id"])
    assert rules.get(first["id"])["result"] == "one"
    rules.advance(3)
    second = rules.get(first["id"])
    assert rules.ids() == [other["id"], first["id"]]
    assert (second["title"], second["result"], second["input"]["text"]) == ("two", "two", "two")
    assert second["created_at"] == first["created_at"]
    assert second["started_at"] > first["finished_at"]


def test_the_thread_gains_the_new_turn_after_the_old(rules: Rules) -> None:
    """TURN-3, THREAD-1, THREAD-2: messages stand in the order they were said, of user and assistant alone."""
    task = rules.run("one")
    early = rules.thread(task["id"])
    rules.invoke("two", id=task["id"])
    assert [message["content"] for message in rules.thread(task["id"])] == ["one", "one", "two"]
    rules.advance(3)
    thread = rules.thread(task["id"])
    assert thread[:2] == early
    assert [(message["role"], message["content"]) for message in thread] == [
        ("user", "one"),
        ("assistant", "one"),
        ("user", "two"),
        ("assistant", "two"),
    ]
    assert [message["created_at"] for message in thread] == sorted(message["created_at"] for message in thread)


def test_the_full_thread_has_root_and_each_task_below(rules: Rules) -> None:
    """THREAD-3: `root` holds the thread's messages in order among others, and each sub-task has its key."""
    top = rules.run("top")["id"]
    child = rules.run("child", parent_execution_id=top)["id"]
    grandchild = rules.run("grandchild", parent_execution_id=child)["id"]
    full = rules.full_thread(top)
    assert list(full) == ["root", child, grandchild]
    assert [message for message in full["root"] if message["role"] in ("user", "assistant")] == rules.thread(top)
    assert {message["role"] for message in full["root"]} == {"system", "user", "tool", "assistant"}
    assert full[child] == rules.full_thread(child)["root"]


def test_turns_run_in_order(rules: Rules) -> None:
    """Ruling 14: a turn that comes while the last one runs waits for it; a stop ends both."""
    task_id = rules.invoke("one")["id"]
    waiting = rules.invoke("two", id=task_id)
    assert (waiting["status"], waiting["title"]) == ("pending", "one")
    rules.advance(3)
    between = rules.get(task_id)
    assert (between["status"], between["title"], between["result"]) == ("pending", "two", "one")
    rules.invoke("three", id=task_id)
    rules.advance(1)
    assert rules.stop(task_id)["status"] == "stopped"
    rules.advance(100)
    assert [message["content"] for message in rules.thread(task_id)] == ["one", "one", "two", "three"]


def test_a_stopped_task_can_be_continued(rules: Rules) -> None:
    """GET-4: a new invoke is what brings a final task back, and it is no longer stopped then."""
    task_id = rules.invoke()["id"]
    rules.stop(task_id)
    again = rules.invoke(id=task_id)
    assert (again["status"], again["is_manually_stopped"], again["finished_at"]) == ("pending", False, None)


def test_a_sub_task_is_found_from_both_sides(rules: Rules) -> None:
    """INVOKE-6: it is listed under `parent_task_id`, names its parent, and its parent names it."""
    top = rules.run("top")["id"]
    child = rules.invoke("child", parent_execution_id=top)
    assert child["parent_execution"] == top
    assert rules.page(parent_task_id=top)["items"][0]["parent_task_id"] == top
    assert (rules.get(top)["sub_executions"], rules.get(top)["finished_sub_executions"]) == ([child["id"]], [])
    rules.advance(3)
    assert rules.get(top)["finished_sub_executions"] == [child["id"]]


def test_what_cannot_be_continued_or_parented_is_unknown(rules: Rules) -> None:
    """Ruling 14: an unknown parent, and one's own task under another agent, are 404."""
    task = rules.run()
    with pytest.raises(NotFound):
        rules.invoke(parent_execution_id="nobody")
    with pytest.raises(NotFound):
        rules.service.invoke(
            rules.caller, EXAMPLE_TRIGGERING_AGENT, {"id": task["id"], "input": {"text": "x"}}, version=None
        )
    assert rules.page()["total"] == 1
    assert rules.get(task["id"]) == task


def test_a_task_cannot_be_put_below_itself(rules: Rules) -> None:
    """A task that is named as its own parent, or its own sub-task's child, is refused, so that trees stay trees."""
    top = rules.run()["id"]
    child = rules.run(parent_execution_id=top)["id"]
    for parent in (top, child):
        with pytest.raises(Invalid) as refused:
            rules.invoke(id=top, parent_execution_id=parent)
        assert refused.value.detail[0]["loc"] == ["body", "parent_execution_id"]


def test_agents_answer_the_same_to_the_same(rules: Rules) -> None:
    """Agents echo, or say exactly what they are told to, always alike."""
    texts = ["hello there", "Reply with exactly SECOND", "", "Failure is no wish"]
    first = [rules.run(text)["result"] for text in texts]
    assert first == ["hello there", "SECOND", "No text was given, and 0 files.", "Failure is no wish"]
    assert [rules.run(text)["result"] for text in texts] == first


def test_json_is_answered_when_it_is_asked_for(rules: Rules) -> None:
    """GET-5: the result parses and conforms to the schema; with a schema that nothing conforms to the run fails."""
    assert msgspec.json.decode(rules.run("x", output_format="json")["result"]) == {"answer": "x"}
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 7}},
        "required": ["n"],
    }
    task = rules.run("x", output_format="json", output_schema=schema)
    assert msgspec.json.decode(task["result"]) == {"n": 7}
    assert task["output_schema"] == schema
    assert rules.run("x", output_format="json", output_schema={"not": {}})["status"] == "failed"


def test_the_version_is_remembered(service: Service, rules: Rules) -> None:
    """`version` comes back as the task's `agent_version`."""
    task, _ = service.invoke(rules.caller, rules.agent_id, {"input": {}}, version="draft")
    assert service.view_of(task)["agent_version"] == "draft"
