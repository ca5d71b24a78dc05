"""The made-up history keeps the claims."""

from xpander_mock.contract import load_contract
from xpander_mock.control.sample_tasks import history
from xpander_mock.demo import AGENTS, DEMO_ORGANIZATION, EXAMPLE_AGENT, EXAMPLE_SUB_TASK, EXAMPLE_TASK
from xpander_mock.storage.task import FINAL


def test_the_same_seed_makes_the_same_tasks() -> None:
    """Seed and number decide everything."""
    assert list(history(300, 7)) == list(history(300, 7))
    assert list(history(300, 7)) != list(history(300, 8))


def test_any_number_of_tasks_can_be_made() -> None:
    """None, one, the two examples, and more."""
    assert [len(list(history(number, 0))) for number in (0, 1, 2, 3, 251)] == [0, 1, 2, 3, 251]


def test_history_is_consistent() -> None:
    """GET-3, LIST-8, LIST-9: instants stand in order, only what ended has an end, and what is completed a result."""
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
    """Tasks are made in the order they were created, each parent of the same organization."""
    organizations: dict[str, str] = {}
    last = 0
    for task in history(2_000, 1):
        assert task.created >= last
        assert task.parent is None or organizations[task.parent] == task.organization_id
        assert task.agent_id in AGENTS[task.organization_id]
        organizations[task.id] = task.organization_id
        last = task.created
    assert len(organizations) == 2_000


def test_the_documents_examples_exist() -> None:
    """The ids of the contract's examples can be pasted: its first agent, task and sub-task."""
    parameters = load_contract().document["components"]["parameters"]
    assert parameters["TaskId"]["example"] == EXAMPLE_TASK
    assert parameters["AgentId"]["example"] == EXAMPLE_AGENT == next(iter(AGENTS[DEMO_ORGANIZATION]))
    assert {EXAMPLE_TASK, EXAMPLE_SUB_TASK} == {task.id for task in list(history(10, 0))[-2:]}
