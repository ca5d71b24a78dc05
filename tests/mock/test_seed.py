"""The sample tasks keep the claims."""

import pytest

from xpander_mock.contract import load_contract
from xpander_mock.control.sample_tasks import history
from xpander_mock.demo import AGENTS, DEMO_ORGANIZATION, EXAMPLE_AGENT, EXAMPLE_SUB_TASK, EXAMPLE_TASK
from xpander_mock.storage.task import FINAL

from .caller import Caller, make_rules


def test_the_same_seed_makes_the_same_tasks() -> None:
    """The same seed and number generate the same tasks, another number others."""
    assert list(history(300, 7)) == list(history(300, 7))
    assert list(history(300, 7)) != list(history(300, 8))


def test_any_number_of_tasks_can_be_made() -> None:
    """Any number of tasks can be generated, from none on."""
    assert [len(list(history(number, 0))) for number in (0, 1, 2, 3, 251)] == [0, 1, 2, 3, 251]


def test_history_is_consistent() -> None:
    """GET-3, LIST-8, LIST-9: instants are in order, only ended tasks have an end, and completed ones a result."""
    for task in history(2_000, 1):
        now = task.current
        instants = [task.created, now.asked, now.started, now.ended or now.paused, task.updated]
        known = [instant for instant in instants if instant is not None]
        assert known == sorted(known)
        assert (now.ended is not None) == (now.status in FINAL)
        assert (now.started is None) == (now.status == "pending")
        assert now.status != "completed" or now.result
        assert now.status not in ("pending", "executing") or now.result is None
        assert now.answer is None


def test_history_is_oldest_first_and_parents_come_before_their_sub_tasks() -> None:
    """Tasks come in the order of their creation, each after its parent of the same organization."""
    organizations: dict[str, str] = {}
    last = 0
    for task in history(2_000, 1):
        assert task.created >= last
        assert task.parent is None or organizations[task.parent] == task.organization_id
        assert task.agent_id in AGENTS[task.organization_id]
        organizations[task.id] = task.organization_id
        last = task.created
    assert len(organizations) == 2_000


def test_running_samples_end_within_a_day() -> None:
    """Pending and executing samples change in the first hours, and have all ended after a day."""
    rules = make_rules(250)
    caller = Caller(rules)

    def running() -> int:
        return sum(caller.page(status=status)["total"] for status in ("pending", "executing"))

    counts = [running()]
    for hours in (1, 5, 6, 12):
        rules.clock.advance(hours * 3_600)
        counts.append(running())
    assert counts[0] == counts[1] > 15
    assert counts[1] > counts[2] > counts[3] > counts[4] == 0
    for task in history(250, 0):
        shown = caller.get(task.id) if task.organization_id == caller.organization else {"finished_at": None}
        if shown["finished_at"] is not None:
            times = [shown["created_at"], shown["started_at"] or shown["created_at"], shown["finished_at"]]
            assert times == sorted(times)


@pytest.mark.parametrize("status", ["pending", "executing"])
def test_continuing_a_running_sample_ends_its_turn(status: str) -> None:
    """An invoke of a sample task that runs ends the present turn first, and runs then."""
    caller = Caller(make_rules(250))
    sample = caller.page(status=status)["items"][0]
    caller.agent_id = sample["agent_id"]
    task = caller.run("next", id=sample["id"])
    assert (task["status"], task["result"]) == ("completed", "next")
    assert [message["role"] for message in caller.thread(sample["id"])][-4:] == ["user", "assistant"] * 2


def test_the_documents_examples_exist() -> None:
    """The tasks and the agent of the contract's examples exist."""
    parameters = load_contract().document["components"]["parameters"]
    assert parameters["TaskId"]["example"] == EXAMPLE_TASK
    assert parameters["AgentId"]["example"] == EXAMPLE_AGENT == next(iter(AGENTS[DEMO_ORGANIZATION]))
    assert {EXAMPLE_TASK, EXAMPLE_SUB_TASK} == {task.id for task in list(history(10, 0))[-2:]}
