"""What lists show of each task: order, owner, values, and that they agree with each other and with get."""

from itertools import pairwise

import pytest

from contract_tests.claims._instants import parse
from contract_tests.claims._scope import ATTEMPTS, DATED_SCOPES, OWN_SCOPES, Item, Page, Scope, Snapshot, created_at
from contract_tests.claims._tasks import FINAL, RUNNING, Workshop, together
from contract_tests.claims._universe import Universe
from contract_tests.claims.api import Answer, Api, Query, require
from contract_tests.failure import not_run

ORGANIZATIONS_LIST = ("own-list_tasks", "public-list_tasks")
AGENTS_LIST = ("own-list_agent_tasks", "public-list_agent_tasks")
SAME = {"id": "id", "agent_id": "agent_id", "organization_id": "organization_id", "title": "title"}
SAME |= {"parent_task_id": "parent_execution", "triggering_agent_id": "triggering_agent_id"}


@pytest.mark.claim("LIST-6")
@pytest.mark.parametrize("scope", AGENTS_LIST, indirect=True)
def test_an_agents_tasks_come_newest_first(scope: Scope) -> None:
    """LIST-6: newest first by `created_at`, ties in a stable order, with every filter and page size."""
    _newest_first(scope)


@pytest.mark.claim("LIST-6A")
@pytest.mark.parametrize("scope", ORGANIZATIONS_LIST, indirect=True)
def test_the_organizations_tasks_come_newest_first(scope: Scope) -> None:
    """LIST-6A: newest first by `created_at`, ties in a stable order, with every filter and page size."""
    _newest_first(scope)


@pytest.mark.claim("LIST-6")
def test_an_agents_whole_list_begins_with_the_newest(api: Api, scope: Scope) -> None:
    """LIST-6: the list of an agent begins with the newest tasks and ends with the oldest, without any filter too."""
    agents = [scope.agent] if scope.agent else scope.snapshot().values("agent_id")[:4]
    for agent in agents:
        whole = Scope("an agent's tasks", api, agent, {}, own=False, look=lambda items: {})
        for query in ({}, {"status": "completed"}, {"status": "failed"}):
            for page in whole.first(2, **query):
                _descends(page.items, page.answer)


@pytest.mark.claim("LIST-7")
def test_every_item_is_of_the_callers_organization(scope: Scope, api: Api) -> None:
    """LIST-7: every item is of the caller's organization, whatever is asked for."""

    def check(held: Snapshot) -> None:
        owners = sorted({item["organization_id"] for item in held.items})
        page = scope.page(per_page=50)
        require(len(owners) <= 1, "tasks of one organization", owners, page.answer)
        if not owners:
            not_run(f"needs tasks: {scope.name} has none")
        shown = api.call("get_task", task=held.items[0]["id"])
        owner = shown.ok()["organization_id"]
        require(owners == [owner], f"organization {owner}, as get shows it", owners, page.answer, shown)
        whole = Scope("all tasks", api, scope.agent, {}, own=False, look=lambda items: {})
        queries: list[dict[str, str]] = [{}, {"status": "completed"}, {"status": "stopped"}, {"status": "failed"}]
        for name in ("user_id", "agent_id", "triggering_agent_id", "parent_task_id", "internal_status"):
            if name != "agent_id" or scope.agent is None:
                queries += [{name: value} for value in held.values(name)[:2]]
        for query in queries:
            for page in whole.first(2, **query):
                others = [item for item in page.items if item["organization_id"] != owners[0]]
                require(not others, f"only tasks of organization {owners[0]}", others[:1], page.answer)

    scope.settled(check)


@pytest.mark.claim("LIST-8")
def test_a_completed_task_has_a_result_and_one_that_never_ended_has_none(scope: Scope) -> None:
    """LIST-8: a completed task has a `result`; one that is pending or executing for the first time has none."""

    def check(held: Snapshot) -> None:
        page = scope.page(per_page=50)
        without = [item for item in held.items if item["status"] == "completed" and item.get("result") is None]
        require(not without, "a result in every completed task", without[:1], page.answer)
        early = [item for item in held.items if item["status"] in RUNNING and item.get("result") is not None]
        for item in early:
            # A later turn of a conversation runs with the result of the one before.
            asked = [message for message in scope.api.thread(item["id"]) if message["role"] == "user"]
            require(len(asked) > 1, "no result before the first turn has ended", item, page.answer)

    scope.settled(check)


@pytest.mark.claim("LIST-8")
def test_a_task_that_runs_for_the_first_time_has_no_result(shop: Workshop) -> None:
    """LIST-8: a task that is pending or executing for the first time has no `result`."""
    parent = shop.parent()
    for _ in range(3):
        shop.start(parent_execution_id=parent)
        for operation, agent in (("list_tasks", ""), ("list_agent_tasks", shop.agent)):
            answer = shop.api.call(operation, agent=agent, query={"parent_task_id": parent})
            early = [item for item in answer.ok()["items"] if item["status"] in RUNNING and item["result"] is not None]
            require(not early, "no result before the end", early[:1], answer)


@pytest.mark.claim("LIST-9")
def test_updated_at_is_not_before_created_at(scope: Scope) -> None:
    """LIST-9: `updated_at` is not before `created_at`."""
    for page in scope.pages():
        for item in page.items:
            if item.get("created_at") and item.get("updated_at"):
                holds = parse(item["updated_at"]) >= parse(item["created_at"])
                require(holds, "updated_at not before created_at", item, page.answer)


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
                answer.expect(200)
            # Whether a page past the end is a 200 is a claim of its own.
            items = answer.json["items"] if answer.status == 200 else []
            others = [item for item in items if item["agent_id"] != agent]
            require(not others, f"only tasks of {agent}", others[:1], answer)


@pytest.mark.claim("AGENT-2")
@pytest.mark.parametrize("scope", AGENTS_LIST, indirect=True)
def test_an_agents_list_equals_the_organizations_with_that_agent(scope: Scope) -> None:
    """AGENT-2: the list equals `list_tasks` with that `agent_id`, item for item, with every filter and page."""
    assert scope.agent
    whole = Scope(scope.name, scope.api, None, {**scope.base, "agent_id": scope.agent}, scope.own, scope.look)

    def check(held: Snapshot) -> None:
        queries: list[Query] = [{}, {"per_page": 3}, {"per_page": 50}]
        queries += [{"per_page": 7, "page": 2}] if len(held.items) > 7 else []
        for name in scope.filters():
            queries += [{name: value} for value in held.values(name)[:7]]
        names = [name for name in scope.filters() if held.values(name)]
        queries += [{a: held.values(a)[0], b: held.values(b)[0]} for a, b in pairwise(names)]
        for query in queries:
            ours, theirs = scope.page(**query), whole.page(**query)
            expected = _fields(theirs)
            require(_fields(ours) == expected, "the same page", ours.ids, theirs.answer, ours.answer)

    scope.settled(check)


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
                # Once may be chance: others write to both lists.
                for ours, theirs in unlike[1:]:
                    require(False, "the same page", ours.ids, theirs.answer, ours.answer)


@pytest.mark.claim("GET-1")
def test_a_listed_task_opens_and_is_the_same(scope: Scope) -> None:
    """GET-1: a task from a list opens, with the same ids, `created_at`, `title`, parent and triggering agent."""

    def check(held: Snapshot) -> None:
        chosen = _sample(held)
        answers = together(lambda item: scope.api.call("get_task", task=item["id"]), chosen)
        for item, answer in zip(chosen, answers, strict=True):
            task = answer.ok()
            for listed, shown in SAME.items():
                came = task.get(shown)
                require(came == item.get(listed), f"{shown} {item.get(listed)!r} as listed", came, answer)
            created = created_at(item)
            same = created is None or created == parse(task["created_at"])
            require(same, f"created_at {item.get('created_at')}", task["created_at"], answer)

    scope.settled(check)


@pytest.mark.claim("META-5")
def test_list_and_get_agree_about_status_and_result(scope: Scope) -> None:
    """META-5: what a list shows of a task's `status` and `result`, get shows as well."""

    def check(held: Snapshot) -> None:
        chosen = [item for item in _sample(held) if item["status"] in FINAL]
        answers = together(lambda item: scope.api.call("get_task", task=item["id"]), chosen)
        for item, answer in zip(chosen, answers, strict=True):
            task = answer.ok()
            came = (task.get("status"), task.get("result"))
            require(came == (item["status"], item.get("result")), f"as listed: {item}", came, answer)

    scope.settled(check)


@pytest.mark.claim("GET-3")
def test_times_follow_each_other(scope: Scope) -> None:
    """GET-3: `created_at` ≤ `started_at` ≤ `finished_at` where present; none finished while pending or executing."""
    chosen = _sample(scope.snapshot())
    for answer in together(lambda item: scope.api.call("get_task", task=item["id"]), chosen):
        if answer.status == 200:  # others may have deleted it; GET-1 judges that
            times_follow(answer.json, answer)


@pytest.mark.claim("META-7")
def test_reading_changes_nothing(scope: Scope) -> None:
    """META-7: opening a task and reading its threads and lists leaves the list as it was."""

    def check(held: Snapshot) -> None:
        page = scope.page(per_page=5)
        for item in page.items:
            for operation in ("get_task", "get_task_thread", "get_task_thread_full", "get_task"):
                scope.api.call(operation, task=item["id"])
        again = scope.page(per_page=5)
        require(again.items == page.items, "the same items", again.items, page.answer, again.answer)

    scope.settled(check)


@pytest.mark.claim("PAGE-5")
@pytest.mark.parametrize("scope", OWN_SCOPES, indirect=True)
def test_our_sub_tasks_are_all_listed_once(universe: Universe, scope: Scope) -> None:
    """PAGE-5: the pages joined are every matching task, and of our own we know which these are."""
    expected = [task for task, shown in universe.tasks.items() if scope.agent in (None, shown["agent_id"])]
    for size in (50, 20, 7, 3):
        came = [item["id"] for item in scope.walk(size)]
        require(sorted(came) == sorted(expected), f"{sorted(expected)}", sorted(came), scope.ask(per_page=size))


def times_follow(task: Item, answer: Answer) -> None:
    """Judge the times of a task."""
    __tracebackhide__ = True
    times = [(name, task[name]) for name in ("created_at", "started_at", "finished_at") if task.get(name)]
    for (name, earlier), (other, later) in pairwise(times):
        require(parse(earlier) <= parse(later), f"{name} not after {other}", f"{earlier}, {later}", answer)
    if task.get("status") in RUNNING:
        came = task.get("finished_at")
        require(came is None, f"no finished_at while {task['status']}", came, answer)


def _newest_first(scope: Scope) -> None:
    __tracebackhide__ = True

    def check(held: Snapshot) -> None:
        queries: list[dict[str, str]] = [{}]
        queries += [{name: value} for name in scope.filters() for value in held.values(name)[:4]]
        times = [item["created_at"] for item in held.items if item.get("created_at")]
        if scope.dated and times:
            queries += [{"from_date": times[-1]}, {"to_date": times[0]}, {"from_date": times[-1], "to_date": times[0]}]
        order = {item["id"]: place for place, item in enumerate(held.items)}
        for query in queries:
            for size in (50, 7):
                pages = list(scope.pages(size, **query))
                items, answer = [item for page in pages for item in page.items], pages[-1].answer
                _descends(items, answer)
                places = [order[item["id"]] for item in items if item["id"] in order]
                require(places == sorted(places), "ties in the order of the whole list", places, answer)

    scope.settled(check)


def _descends(items: list[Item], answer: Answer) -> None:
    __tracebackhide__ = True
    times = [item["created_at"] for item in items if item.get("created_at")]
    for newer, older in pairwise(times):
        require(parse(newer) >= parse(older), "newest first", f"{newer} before {older}", answer)


def _sample(held: Snapshot) -> list[Item]:
    """Return tasks from all over the list, some of each status, agent and kind."""
    if not held.items:
        not_run("needs tasks to open")
    kinds: dict[tuple[object, ...], list[Item]] = {}
    for item in held.items:
        kind = (item["status"], item["agent_id"], bool(item.get("parent_task_id")), bool(item.get("user_id")))
        kinds.setdefault(kind, []).append(item)
    few = [item for items in kinds.values() for item in items[:2]]
    spread = held.items[:: max(1, len(held.items) // 40)]
    return list({item["id"]: item for item in [*few, *spread]}.values())


def _fields(page: Page) -> tuple[object, ...]:
    return (page.items, page.total, page.page, page.per_page, page.total_pages)


def _undated(scope: Scope) -> dict[str, str]:
    return {name: value for name, value in scope.base.items() if not name.endswith("_date")}
