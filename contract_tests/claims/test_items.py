"""What lists show of each task: order, owner, values, and that they agree with each other and with get."""

from itertools import pairwise

import pytest

from ..report.violation import not_run
from ._answers import Answer, assert_that
from ._assertions import assert_times_follow
from ._instants import parse
from ._scope import ATTEMPTS, DATED_SCOPES, SEEDED_SCOPES, Item, Page, Scope, Snapshot, created_at
from ._seeded_tasks import SeededTasks
from ._task_factory import FINAL, RUNNING, TaskFactory, run_concurrently
from .api import Api, Query

ORGANIZATIONS_LIST = ("seeded-list_tasks", "existing-list_tasks")
AGENTS_LIST = ("seeded-list_agent_tasks", "existing-list_agent_tasks")
SAME = {"id": "id", "agent_id": "agent_id", "organization_id": "organization_id", "title": "title"}
SAME |= {"parent_task_id": "parent_execution", "triggering_agent_id": "triggering_agent_id"}


@pytest.mark.claim("LIST-6")
@pytest.mark.parametrize("scope", AGENTS_LIST, indirect=True)
def test_an_agents_tasks_come_newest_first(scope: Scope) -> None:
    """LIST-6: newest first by `created_at`, ties in a stable order, with every filter and page size."""
    _assert_sorted_with_every_filter(scope)


@pytest.mark.claim("LIST-6A")
@pytest.mark.parametrize("scope", ORGANIZATIONS_LIST, indirect=True)
def test_the_organizations_tasks_come_newest_first(scope: Scope) -> None:
    """LIST-6A: newest first by `created_at`, ties in a stable order, with every filter and page size."""
    _assert_sorted_with_every_filter(scope)


@pytest.mark.claim("LIST-6")
def test_an_agents_whole_list_begins_with_the_newest(api: Api, scope: Scope) -> None:
    """LIST-6: the list of an agent begins with the newest tasks and ends with the oldest, without any filter too."""
    agents = [scope.agent] if scope.agent else scope.snapshot().values("agent_id")[:4]
    for agent in agents:
        whole = Scope("an agent's tasks", api, agent, {}, own=False, look=lambda items: {})
        for query in ({}, {"status": "completed"}, {"status": "failed"}):
            for page in whole.first(2, **query):
                _assert_newest_first(page.items, page.answer)


@pytest.mark.claim("LIST-7")
def test_every_item_is_of_the_callers_organization(scope: Scope, api: Api) -> None:
    """LIST-7: every item is of the caller's organization, whatever is asked for."""

    def check(snapshot: Snapshot) -> None:
        owners = sorted({item["organization_id"] for item in snapshot.items})
        page = scope.page(per_page=50)
        assert_that(len(owners) <= 1, "tasks of one organization", owners, page.answer)
        if not owners:
            not_run(f"needs tasks: {scope.name} has none")
        shown = api.call("get_task", task=snapshot.items[0]["id"])
        owner = shown.ok()["organization_id"]
        assert_that(owners == [owner], f"organization {owner}, as get shows it", owners, page.answer, shown)
        whole = Scope("all tasks", api, scope.agent, {}, own=False, look=lambda items: {})
        queries: list[dict[str, str]] = [{}, {"status": "completed"}, {"status": "stopped"}, {"status": "failed"}]
        for name in ("user_id", "agent_id", "triggering_agent_id", "parent_task_id", "internal_status"):
            if name != "agent_id" or scope.agent is None:
                queries += [{name: value} for value in snapshot.values(name)[:2]]
        for query in queries:
            for page in whole.first(2, **query):
                others = [item for item in page.items if item["organization_id"] != owners[0]]
                assert_that(not others, f"only tasks of organization {owners[0]}", others[:1], page.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-8")
def test_a_completed_task_has_a_result_and_one_that_never_ended_has_none(scope: Scope) -> None:
    """LIST-8: a completed task has a `result`; one that is pending or executing for the first time has none."""

    def check(snapshot: Snapshot) -> None:
        page = scope.page(per_page=50)
        without = [item for item in snapshot.items if item["status"] == "completed" and item.get("result") is None]
        assert_that(not without, "a result in every completed task", without[:1], page.answer)
        early = [item for item in snapshot.items if item["status"] in RUNNING and item.get("result") is not None]
        for item in early:
            # In a later turn of a conversation, the result of the previous turn may still be shown.
            asked = [message for message in scope.api.thread(item["id"]) if message["role"] == "user"]
            assert_that(len(asked) > 1, "no result before the first turn has ended", item, page.answer)

    scope.run_check(check)


@pytest.mark.claim("LIST-8")
def test_a_task_that_runs_for_the_first_time_has_no_result(task_factory: TaskFactory) -> None:
    """LIST-8: a task that is pending or executing for the first time has no `result`."""
    parent = task_factory.parent()
    for _ in range(3):
        task_factory.start(parent_execution_id=parent)
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", task_factory.agent)):
            answer = task_factory.api.call(operation, agent=agent, query={"parent_task_id": parent})
            early = [item for item in answer.ok()["items"] if item["status"] in RUNNING and item["result"] is not None]
            assert_that(not early, "no result before the end", early[:1], answer)


@pytest.mark.claim("LIST-9")
def test_updated_at_is_not_before_created_at(scope: Scope) -> None:
    """LIST-9: `updated_at` is not before `created_at`."""
    for page in scope.pages():
        for item in page.items:
            if item.get("created_at") and item.get("updated_at"):
                holds = parse(item["updated_at"]) >= parse(item["created_at"])
                assert_that(holds, "updated_at not before created_at", item, page.answer)


@pytest.mark.claim("AGENT-1")
@pytest.mark.parametrize("scope", [*ORGANIZATIONS_LIST, *AGENTS_LIST], indirect=True)
def test_every_item_of_an_agents_list_is_that_agents(scope: Scope, api: Api) -> None:
    """AGENT-1: every item's `agent_id` is the one in the path, with filters and on later pages too."""
    for agent in (scope.snapshot().values("agent_id"))[:6]:
        queries: list[Query] = [{}, {"page": 2}, {"page": 2, "per_page": 50}, {"per_page": 50}]
        queries += [{"status": status} for status in ("completed", "failed", "stopped", "pending", "executing")]
        for name in ("user_id", "parent_task_id", "triggering_agent_id", "internal_status"):
            queries += [{name: value} for value in scope.snapshot().values(name)[:2]]
        for query in [{**query, **confined} for query in queries for confined in ({}, _undated(scope))]:
            answer = api.call("list_agent_tasks", agent=agent, query=query)
            if "page" not in query:
                answer.assert_status(200)
            # Whether a page past the end is a 200 is another claim, PAGE-6.
            items = answer.json["items"] if answer.status == 200 else []
            others = [item for item in items if item["agent_id"] != agent]
            assert_that(not others, f"only tasks of {agent}", others[:1], answer)


@pytest.mark.claim("AGENT-2")
@pytest.mark.parametrize("scope", AGENTS_LIST, indirect=True)
def test_an_agents_list_equals_the_organizations_with_that_agent(scope: Scope) -> None:
    """AGENT-2: the list equals `list_tasks` with that `agent_id`, item for item, with every filter and page."""
    assert scope.agent
    whole = Scope(scope.name, scope.api, None, {**scope.base, "agent_id": scope.agent}, scope.own, scope.look)

    def check(snapshot: Snapshot) -> None:
        queries: list[Query] = [{}, {"per_page": 3}, {"per_page": 50}]
        queries += [{"per_page": 7, "page": 2}] if len(snapshot.items) > 7 else []
        for name in scope.filters():
            queries += [{name: value} for value in snapshot.values(name)[:7]]
        names = [name for name in scope.filters() if snapshot.values(name)]
        queries += [{a: snapshot.values(a)[0], b: snapshot.values(b)[0]} for a, b in pairwise(names)]
        for query in queries:
            ours, theirs = scope.page(**query), whole.page(**query)
            expected = _fields(theirs)
            assert_that(_fields(ours) == expected, "the same page", ours.ids, theirs.answer, ours.answer)

    scope.run_check(check)


@pytest.mark.claim("AGENT-2")
@pytest.mark.parametrize("scope", DATED_SCOPES, indirect=True)
def test_every_agents_total_is_that_of_the_organizations_list(scope: Scope, api: Api) -> None:
    """AGENT-2: for each agent both lists agree in their totals and on their first items."""
    for agent in scope.snapshot().values("agent_id")[:6]:
        base = _undated(scope)
        agents = Scope("an agent's tasks", api, agent, base, own=False, look=scope.look)
        whole = Scope("all tasks", api, None, {**base, "agent_id": agent}, own=False, look=scope.look)
        queries: tuple[dict[str, str], ...] = ({}, {"status": "completed"})
        for query in queries:
            unlike: list[tuple[Page, Page]] = []
            for _ in range(ATTEMPTS):
                ours, theirs, again = agents.page(**query), whole.page(**query), agents.page(**query)
                if _fields(ours) == _fields(theirs):
                    break
                if ours.answer.json == again.answer.json:
                    unlike.append((ours, theirs))
            else:
                # One difference may be chance, because others write to both lists.
                for ours, theirs in unlike[1:]:
                    assert_that(False, "the same page", ours.ids, theirs.answer, ours.answer)


@pytest.mark.claim("GET-1")
def test_a_listed_task_opens_and_is_the_same(scope: Scope) -> None:
    """GET-1: a task from a list opens, with the same ids, `created_at`, `title`, parent and triggering agent."""

    def check(snapshot: Snapshot) -> None:
        chosen = _sample(snapshot)
        answers = run_concurrently(lambda item: scope.api.call("get_task", task=item["id"]), chosen)
        for item, answer in zip(chosen, answers, strict=True):
            task = answer.ok()
            for listed, shown in SAME.items():
                actual = task.get(shown)
                assert_that(actual == item.get(listed), f"{shown} {item.get(listed)!r} as listed", actual, answer)
            created = created_at(item)
            same = created is None or created == parse(task["created_at"])
            assert_that(same, f"created_at {item.get('created_at')}", task["created_at"], answer)

    scope.run_check(check)


@pytest.mark.claim("META-5")
def test_list_and_get_agree_about_status_and_result(scope: Scope) -> None:
    """META-5: what a list shows of a task's `status` and `result`, get shows as well."""

    def check(snapshot: Snapshot) -> None:
        chosen = [item for item in _sample(snapshot) if item["status"] in FINAL]
        answers = run_concurrently(lambda item: scope.api.call("get_task", task=item["id"]), chosen)
        for item, answer in zip(chosen, answers, strict=True):
            task = answer.ok()
            actual = (task.get("status"), task.get("result"))
            assert_that(actual == (item["status"], item.get("result")), f"as listed: {item}", actual, answer)

    scope.run_check(check)


@pytest.mark.claim("GET-3")
def test_times_follow_each_other(scope: Scope) -> None:
    """GET-3: `created_at` ≤ `started_at` ≤ `finished_at` where present; none finished while pending or executing."""
    chosen = _sample(scope.snapshot())
    for answer in run_concurrently(lambda item: scope.api.call("get_task", task=item["id"]), chosen):
        if answer.status == 200:  # others may have deleted it; GET-1 checks that
            assert_times_follow(answer.json, answer)


@pytest.mark.claim("META-7")
def test_reading_changes_nothing(scope: Scope) -> None:
    """META-7: opening a task and reading its threads and lists leaves the list as it was."""

    def check(snapshot: Snapshot) -> None:
        page = scope.page(per_page=5)
        for item in page.items:
            for operation in ("get_task", "get_task_thread", "get_task_thread_full", "get_task"):
                scope.api.call(operation, task=item["id"])
        again = scope.page(per_page=5)
        assert_that(again.items == page.items, "the same items", again.items, page.answer, again.answer)

    scope.run_check(check)


@pytest.mark.claim("PAGE-5")
@pytest.mark.parametrize("scope", SEEDED_SCOPES, indirect=True)
def test_our_sub_tasks_are_all_listed_once(seeded_tasks: SeededTasks, scope: Scope) -> None:
    """PAGE-5: the pages joined are every matching task, and the run knows its own sub-tasks."""
    expected = [task for task, shown in seeded_tasks.tasks.items() if scope.agent in (None, shown["agent_id"])]
    for size in (50, 20, 7, 3):
        actual = [item["id"] for item in scope.walk(size)]
        assert_that(sorted(actual) == sorted(expected), f"{sorted(expected)}", sorted(actual), scope.ask(per_page=size))


def _assert_sorted_with_every_filter(scope: Scope) -> None:
    __tracebackhide__ = True

    def check(snapshot: Snapshot) -> None:
        queries: list[dict[str, str]] = [{}]
        queries += [{name: value} for name in scope.filters() for value in snapshot.values(name)[:4]]
        times = [item["created_at"] for item in snapshot.items if item.get("created_at")]
        if scope.dated and times:
            queries += [{"from_date": times[-1]}, {"to_date": times[0]}, {"from_date": times[-1], "to_date": times[0]}]
        order = {item["id"]: place for place, item in enumerate(snapshot.items)}
        for query in queries:
            for size in (50, 7):
                pages = list(scope.pages(size, **query))
                items, answer = [item for page in pages for item in page.items], pages[-1].answer
                _assert_newest_first(items, answer)
                places = [order[item["id"]] for item in items if item["id"] in order]
                assert_that(places == sorted(places), "ties in the order of the whole list", places, answer)

    scope.run_check(check)


def _assert_newest_first(items: list[Item], answer: Answer) -> None:
    __tracebackhide__ = True
    times = [item["created_at"] for item in items if item.get("created_at")]
    for newer, older in pairwise(times):
        assert_that(parse(newer) >= parse(older), "newest first", f"{newer} before {older}", answer)


def _sample(snapshot: Snapshot) -> list[Item]:
    """Return tasks from all parts of the list, some of each status, agent and kind."""
    if not snapshot.items:
        not_run("needs tasks to open")
    kinds: dict[tuple[object, ...], list[Item]] = {}
    for item in snapshot.items:
        kind = (item["status"], item["agent_id"], bool(item.get("parent_task_id")), bool(item.get("user_id")))
        kinds.setdefault(kind, []).append(item)
    few = [item for items in kinds.values() for item in items[:2]]
    spread = snapshot.items[:: max(1, len(snapshot.items) // 40)]
    return list({item["id"]: item for item in [*few, *spread]}.values())


def _fields(page: Page) -> tuple[object, ...]:
    return (page.items, page.total, page.page, page.per_page, page.total_pages)


def _undated(scope: Scope) -> dict[str, str]:
    return {name: value for name, value in scope.base.items() if not name.endswith("_date")}
