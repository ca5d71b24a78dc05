"""Bugs in dates, and in values that a list must refuse."""

import re
from collections.abc import Callable

from proof.defects._defect import LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import STATUSES, Ask, relist
from xpander_mock.parts import format_instant, parse_instant

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000


def instant(call: Call, name: str) -> int | None:
    """Return the instant of a date parameter in microseconds, None when it is absent or malformed."""
    try:
        return parse_instant(call.query[name])
    except (KeyError, ValueError):
        return None


def move(call: Call, name: str, change: Callable[[int], int]) -> None:
    """Replace a well-formed date parameter by another instant."""
    at = instant(call, name)
    if at is not None:
        call.query[name] = format_instant(change(at))


# LIST-4: bounds on `created_at`


@defect("request", "LIST-4", "list_tasks")
def from_date_left_out(call: Call) -> None:
    """A task created exactly at `from_date` is not listed."""
    move(call, "from_date", lambda at: at + 1)


@defect("request", "LIST-4", "list_tasks")
def to_date_left_out(call: Call) -> None:
    """A task created exactly at `to_date` is not listed."""
    move(call, "to_date", lambda at: at - 1)


@defect("request", "LIST-4", "list_tasks")
def to_date_in_whole_seconds(call: Call) -> None:
    """The fraction of a second in `to_date` is cut off."""
    move(call, "to_date", lambda at: at - at % SECOND)


@defect("request", "LIST-4", "list_tasks")
def from_date_in_milliseconds(call: Call) -> None:
    """The fraction of a second in `from_date` is cut to milliseconds."""
    move(call, "from_date", lambda at: at - at % 1_000)


@defect("request", "LIST-4", "list_tasks")
def to_date_until_end_of_day(call: Call) -> None:
    """`to_date` includes the whole day that it falls on."""
    move(call, "to_date", lambda at: at - at % DAY + DAY - 1)


@defect("request", "META-1", "list_tasks")
def offsets_of_dates_dropped(call: Call) -> None:
    """The offset of a date is ignored, and its local time read as UTC."""
    for name in ("from_date", "to_date"):
        if instant(call, name) is not None:
            call.query[name] = re.sub(r"[+-]\d\d:\d\d$", "Z", call.query[name])


@defect("request", "LIST-4", "list_tasks")
def from_date_forgotten_in_range(call: Call) -> None:
    """When both bounds are given, the lower one is ignored."""
    if instant(call, "to_date") is not None and instant(call, "from_date") is not None:
        del call.query["from_date"]


@defect("around", "LIST-4", "list_tasks")
async def dates_bound_updates(call: Call, ask: Ask) -> Answer:
    """The bounds are compared with `updated_at`."""
    low, high = instant(call, "from_date"), instant(call, "to_date")
    if low is None and high is None:
        return await ask(call)

    def within(text: str) -> bool:
        at = parse_instant(text)
        return (low is None or at >= low) and (high is None or at <= high)

    return await relist(
        call, ask, lambda items: (item for item in items if within(item["updated_at"])), "from_date", "to_date"
    )


@defect("request", "LIST-14", "list_tasks")
def bounds_in_wrong_order_swapped(call: Call) -> None:
    """When `from_date` is after `to_date`, the two are swapped."""
    low, high = instant(call, "from_date"), instant(call, "to_date")
    if low is not None and high is not None and low > high:
        call.query.update(from_date=format_instant(high), to_date=format_instant(low))


# LIST-5: values to refuse


@defect("around", "LIST-5", *LISTS, kind="validation")
async def unknown_status_finds_nothing(call: Call, ask: Ask) -> Answer:
    """An unknown status is answered with an empty page."""
    if call.query.get("status", "paused") in STATUSES:
        return await ask(call)
    return await relist(call.asking(status=None), ask, lambda items: [])


@defect("request", "LIST-5", "list_tasks", kind="validation")
def unknown_status_ignored(call: Call) -> None:
    """An unknown status is ignored."""
    if call.query.get("status", "paused") not in STATUSES:
        del call.query["status"]


@defect("request", "LIST-5", *LISTS, kind="validation")
def older_status_names_accepted(call: Call) -> None:
    """`queued`, `running` and `cancelled` still pass for pending, executing and stopped."""
    older = {"queued": "pending", "running": "executing", "cancelled": "stopped"}
    status = call.query.get("status", "")
    if status in older:
        call.query["status"] = older[status]


@defect("request", "LIST-5", "list_agent_tasks", kind="validation")
def status_in_capitals_accepted(call: Call) -> None:
    """On an agent's list a status is accepted in capitals."""
    if call.query.get("status", "").lower() in STATUSES:
        call.query["status"] = call.query["status"].lower()


@defect("request", "LIST-5", "list_tasks", kind="validation")
def malformed_from_date_ignored(call: Call) -> None:
    """A `from_date` that cannot be read is ignored."""
    if "from_date" in call.query and instant(call, "from_date") is None:
        del call.query["from_date"]


@defect("around", "LIST-5", "list_tasks", kind="status")
async def malformed_to_date_crashes(call: Call, ask: Ask) -> Answer:
    """A `to_date` that cannot be read is answered with 500."""
    answer = await ask(call)
    if answer.status == 422 and "to_date" in call.query and instant(call, "to_date") is None:
        answer.status, answer.body = 500, {"detail": "Internal server error"}
    return answer


@defect("request", "LIST-5", "list_tasks", kind="validation")
def impossible_day_moved(call: Call) -> None:
    """A day that its month does not have, such as the 30th of February, is read as the month's 28th."""
    for name in ("from_date", "to_date"):
        text = call.query.get(name, "")
        if instant(call, name) is None and re.match(r"\d{4}-(0[1-9]|1[0-2])-(29|30|31)T", text):
            call.query[name] = f"{text[:8]}28{text[10:]}"


@defect("around", "LIST-14", "list_tasks", kind="validation")
async def bounds_in_wrong_order_refused(call: Call, ask: Ask) -> Answer:
    """A `from_date` after `to_date` is a 422."""
    low, high = instant(call, "from_date"), instant(call, "to_date")
    answer = await ask(call)
    if answer.ok and low is not None and high is not None and low > high:
        answer.status = 422
        answer.body = {
            "detail": [{"loc": ["query", "from_date"], "msg": "Must come before to_date", "type": "value_error"}]
        }
    return answer


# META-1 and META-2: instants and ranges


@defect("request", "META-1", "list_tasks")
def west_read_as_east(call: Call) -> None:
    """A negative offset of a date is read as a positive one."""
    for name in ("from_date", "to_date"):
        if instant(call, name) is not None:
            call.query[name] = re.sub(r"-(\d\d:\d\d)$", r"+\1", call.query[name])


@defect("request", "META-1", "list_tasks")
def short_fraction_read_as_microseconds(call: Call) -> None:
    """The digits of a fraction count as microseconds, however many there are: `.5` is five of them."""
    for name in ("from_date", "to_date"):
        text = call.query.get(name, "")
        fraction = re.search(r"\.(\d{1,5})(?!\d)", text)
        if fraction and instant(call, name) is not None:
            call.query[name] = text.replace(fraction[0], "." + fraction[1].rjust(6, "0"))


@defect("request", "META-1", "list_tasks")
def long_fraction_refused(call: Call) -> None:
    """An instant with more than six digits in its fraction is refused."""
    for name in ("from_date", "to_date"):
        if re.search(r"\.\d{7}", call.query.get(name, "")):
            call.query[name] = "refused"


@defect("around", "LIST-4", "list_tasks", kind="status")
async def distant_date_crashes(call: Call, ask: Ask) -> Answer:
    """A date in year 1 or year 9999 is a 500."""
    if call.query.get("from_date", "").startswith("0001-") or call.query.get("to_date", "").startswith("9999-"):
        return Answer(500, {"content-type": "application/json"}, {"detail": "Internal server error"})
    return await ask(call)


@defect("request", "LIST-4", "list_tasks")
def midnight_means_the_whole_day(call: Call) -> None:
    """A `to_date` at midnight includes the whole day that begins then."""
    move(call, "to_date", lambda at: at if at % DAY else at + DAY - 1)


@defect("request", "LIST-4", "list_tasks")
def short_ranges_widened(call: Call) -> None:
    """A closed range of less than a second is widened to its whole second."""
    low, high = instant(call, "from_date"), instant(call, "to_date")
    if low is not None and high is not None and 0 <= high - low < SECOND:
        move(call, "to_date", lambda at: at - at % SECOND + SECOND - 1)
        move(call, "from_date", lambda at: at - at % SECOND)


@defect("request", "META-2", "list_tasks")
def to_date_until_end_of_minute(call: Call) -> None:
    """`to_date` includes the whole minute that it falls in."""
    move(call, "to_date", lambda at: at - at % MINUTE + MINUTE - 1)


@defect("request", "META-2", "list_tasks")
def ranges_are_half_open(call: Call) -> None:
    """A task created exactly at `to_date` is left out when `from_date` is given as well."""
    if instant(call, "from_date") is not None:
        move(call, "to_date", lambda at: at - 1)
