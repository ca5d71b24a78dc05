"""Rules for two organizations: neither sees what belongs to the other."""

from collections.abc import Iterator

from .history_rule import HistoryRules
from .observation import INVOKES, LISTS, Observation
from .rule import Violation
from .traffic import Traffic, is_by_id, sightings

RULES = HistoryRules()
KNOWN = ("own", "other")
SHORTEST_SECRET = 10


@RULES.add("LIST-7", "GET-2", "AUTH-2")
def a_caller_sees_one_organization(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that every task a caller sees is of the organization whose tasks it has seen before."""
    caller = seen.exchange.caller
    owner = traffic.organizations.get(caller)
    if caller not in KNOWN or owner is None:
        return
    for sighting in sightings(seen):
        if sighting.kind in ("item", "task") and sighting.data["organization_id"] != owner:
            claim = "LIST-7" if sighting.kind == "item" else "GET-2" if seen.name == "get_task" else "AUTH-2"
            actual = f"task {sighting.task} of {sighting.data['organization_id']!r}"
            yield Violation(claim, f"only tasks of organization {owner!r}", actual)
            return


@RULES.add("AUTH-2", "GET-2")
def another_organizations_task_is_not_found(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that a task which one organization created is a 403 or 404 for the other, and shows nothing."""
    log = traffic.log(seen.task_id)
    created = log.created
    if not is_by_id(seen) or created is None or log.gone or created.exchange.ended > seen.exchange.started:
        return
    if {created.exchange.caller, seen.exchange.caller} != set(KNOWN):
        return
    claim = "GET-2" if seen.name == "get_task" else "AUTH-2"
    if seen.status in (200, 204):
        yield Violation(claim, "403 or 404: the task is another organization's", f"{seen.status}", (created.exchange,))
        return
    state = log.latest("task")
    text = seen.exchange.body.decode(errors="replace")
    secrets = [state.data[name] for name in ("result", "organization_id", "agent_id")] if state else []
    shown = [secret for secret in secrets if secret and len(secret) >= SHORTEST_SECRET and secret in text]
    if shown:
        yield Violation(claim, "nothing of another organization's task", f"{shown}", (created.exchange,))


@RULES.add("AUTH-2")
def no_list_shows_another_organizations_task(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that no list has a task that the other organization created."""
    if seen.name not in LISTS or seen.exchange.caller not in KNOWN:
        return
    for item in seen.items:
        created = traffic.log(item["id"]).created
        if created and created.exchange.caller in KNOWN and created.exchange.caller != seen.exchange.caller:
            yield Violation("AUTH-2", "no task of another organization", f"task {item['id']}", (created.exchange,))
            return


@RULES.add("AGENT-3")
def another_organizations_agent_is_not_found(traffic: Traffic, seen: Observation) -> Iterator[Violation]:
    """Check that an agent whose tasks belong to one organization is refused for the other."""
    caller = traffic.agents.get(seen.agent_id)
    if seen.name not in ("list_agent_tasks", *INVOKES) or seen.status != 200 or caller is None:
        return
    if {caller, seen.exchange.caller} == set(KNOWN):
        yield Violation("AGENT-3", f"403 or 404: agent {seen.agent_id} is another organization's", "200")
