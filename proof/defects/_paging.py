"""Bugs in pages: what they echo, refuse, count, contain and leave out."""

from proof.defects._defect import LISTS, defect
from proof.defects._defect_middleware import Answer, Call
from proof.defects._lists import Ask, cut, elsewhere, every, integer

# PAGE-1: what comes back


@defect("answer", "PAGE-1", *LISTS)
def page_counted_from_zero(call: Call, answer: Answer) -> None:
    """The page number comes back counted from zero."""
    answer.body["page"] -= 1


@defect("answer", "PAGE-1", *LISTS)
def per_page_tells_items_on_page(call: Call, answer: Answer) -> None:
    """`per_page` comes back as the number of items on the page, which differs on the last one."""
    answer.body["per_page"] = len(answer.body["items"])


@defect("request", "PAGE-1", "list_tasks")
def default_page_of_fifty(call: Call) -> None:
    """Without `per_page`, a page has 50 items."""
    call.query.setdefault("per_page", "50")


@defect("request", "PAGE-1", "list_agent_tasks")
def agent_default_page_of_ten(call: Call) -> None:
    """Without `per_page`, a page of an agent's tasks has 10 items."""
    call.query.setdefault("per_page", "10")


@defect("answer", "PAGE-1", *LISTS)
def page_echo_stops_at_last(call: Call, answer: Answer) -> None:
    """For a page past the end, `page` is the number of the last page."""
    answer.body["page"] = min(answer.body["page"], max(answer.body["total_pages"], 1))


@defect("answer", "PAGE-1", "list_tasks")
def per_page_echo_lost_with_status(call: Call, answer: Answer) -> None:
    """With a status filter, `per_page` comes back as 20 whatever was asked for."""
    if "status" in call.query:
        answer.body["per_page"] = 20


# PAGE-2: what is refused


@defect("request", "PAGE-2", *LISTS, kind="validation")
def per_page_clamped_to_fifty(call: Call) -> None:
    """A `per_page` above 50 is treated as 50 instead of being refused."""
    size = integer(call.query.get("per_page"))
    if size is not None and size > 50:
        call.query["per_page"] = "50"


@defect("request", "PAGE-2", *LISTS, kind="validation")
def page_below_one_is_first(call: Call) -> None:
    """Page 0 and negative pages show the first one."""
    page = integer(call.query.get("page"))
    if page is not None and page < 1:
        call.query["page"] = "1"


@defect("request", "PAGE-2", *LISTS, kind="validation")
def per_page_zero_means_default(call: Call) -> None:
    """`per_page=0` is treated as the default."""
    if call.query.get("per_page") == "0":
        del call.query["per_page"]


@defect("request", "PAGE-2", "list_tasks", kind="validation")
def page_in_words_is_first(call: Call) -> None:
    """A `page` that is not a number shows the first page."""
    if integer(call.query.get("page", "1")) is None:
        del call.query["page"]


@defect("request", "PAGE-2", "list_agent_tasks", kind="validation")
def page_fraction_cut_off(call: Call) -> None:
    """`page=1.5` is read as 1."""
    whole, _, fraction = call.query.get("page", "").partition(".")
    if fraction.isdecimal():
        call.query["page"] = whole


@defect("request", "PAGE-2", *LISTS, kind="validation")
def page_read_as_float(call: Call) -> None:
    """A `page` such as `1e1` is read as 10."""
    whole, _, exponent = call.query.get("page", "").partition("e")
    if whole.isdecimal() and exponent.isdecimal() and len(exponent) < 3:
        call.query["page"] = str(int(whole) * 10 ** int(exponent))


@defect("around", "PAGE-2", *LISTS, kind="validation")
async def per_page_limit_off_by_one(call: Call, ask: Ask) -> Answer:
    """`per_page=51` is accepted, 52 is not."""
    if call.query.get("per_page") != "51":
        return await ask(call)
    answer = await ask(call.asking(per_page="50"))
    if answer.ok:
        answer.body["per_page"] = 51
        cut(answer, await every(call, ask))
    return answer


@defect("refusal", "PAGE-2", *LISTS, kind="validation")
def page_error_without_parameter(call: Call, answer: Answer) -> None:
    """The 422 for a bad page names the query, and not the parameter."""
    if answer.status == 422:
        for problem in answer.body["detail"]:
            problem["loc"] = problem["loc"][:1]


@defect("refusal", "PAGE-2", "list_tasks", kind="validation")
def per_page_error_in_camel_case(call: Call, answer: Answer) -> None:
    """The 422 for a bad `per_page` calls it `perPage`."""
    if answer.status == 422:
        for problem in answer.body["detail"]:
            problem["loc"] = ["perPage" if part == "per_page" else part for part in problem["loc"]]


# PAGE-3: what is counted


@defect("answer", "PAGE-3", *LISTS)
def total_counts_the_page(call: Call, answer: Answer) -> None:
    """`total` is the number of items on the page."""
    answer.body["total"] = len(answer.body["items"])


@defect("answer", "PAGE-3", *LISTS)
def total_pages_rounded_down(call: Call, answer: Answer) -> None:
    """`total_pages` does not count a last page that is not full."""
    answer.body["total_pages"] = answer.body["total"] // answer.body["per_page"]


@defect("answer", "PAGE-3", *LISTS)
def total_pages_one_more_when_even(call: Call, answer: Answer) -> None:
    """`total_pages` is one too many when the last page is full."""
    answer.body["total_pages"] = answer.body["total"] // answer.body["per_page"] + 1


@defect("answer", "PAGE-3", "list_agent_tasks")
def total_pages_never_zero(call: Call, answer: Answer) -> None:
    """`total_pages` is 1 when nothing matches."""
    answer.body["total_pages"] = max(answer.body["total_pages"], 1)


@defect("answer", "PAGE-3", *LISTS)
def total_pages_for_default_size(call: Call, answer: Answer) -> None:
    """`total_pages` is counted with 20 items a page, whatever was asked for."""
    answer.body["total_pages"] = -(-answer.body["total"] // 20)


@defect("around", "PAGE-3", "list_tasks")
async def total_unfiltered_on_later_pages(call: Call, ask: Ask) -> Answer:
    """From page 2 on, `total` and `total_pages` ignore the status filter."""
    answer = await ask(call)
    if answer.ok and answer.body["page"] > 1 and "status" in call.query:
        everything = (await ask(call.asking(status=None))).body
        answer.body.update(total=everything["total"], total_pages=everything["total_pages"])
    return answer


@defect("answer", "PAGE-3", "list_tasks")
def total_estimated_in_tens(call: Call, answer: Answer) -> None:
    """Without filters, `total` is an estimate in whole tens."""
    if not set(call.query) - {"page", "per_page"}:
        answer.body["total"] -= answer.body["total"] % 10


# PAGE-4: what a page holds


@defect("around", "PAGE-4", *LISTS)
async def row_looked_ahead_stays(call: Call, ask: Ask) -> Answer:
    """A page contains one row too many: the one read to find out whether there is a next page."""
    answer = await ask(call)
    if answer.ok and answer.body["page"] < answer.body["total_pages"]:
        answer.body["items"] += (await elsewhere(call, ask, answer.body["page"] + 1))[:1]
    return answer


@defect("answer", "PAGE-4", *LISTS)
def full_page_loses_last_row(call: Call, answer: Answer) -> None:
    """A page that has a next one lacks its last row."""
    if answer.body["page"] < answer.body["total_pages"]:
        answer.body["items"].pop()


@defect("answer", "PAGE-4", "list_tasks")
def page_of_twenty_five_at_most(call: Call, answer: Answer) -> None:
    """No page holds more than 25 items, even where 50 were asked for and are echoed."""
    del answer.body["items"][25:]


@defect("answer", "PAGE-4", "list_agent_tasks")
def rows_hidden_after_paging(call: Call, answer: Answer) -> None:
    """Sub-tasks are removed from an agent's page after paging, so that pages are short."""
    answer.body["items"] = [item for item in answer.body["items"] if not item.get("parent_task_id")]


# PAGE-5: the pages joined


@defect("around", "PAGE-5", *LISTS)
async def pages_overlap_by_one(call: Call, ask: Ask) -> Answer:
    """From page 2 on, each page begins with the last row of the page before."""
    answer = await ask(call)
    if answer.ok and 1 < answer.body["page"] <= answer.body["total_pages"]:
        before = await elsewhere(call, ask, answer.body["page"] - 1)
        answer.body["items"] = [*before[-1:], *answer.body["items"]][: answer.body["per_page"]]
    return answer


@defect("around", "PAGE-5", "list_tasks")
async def later_pages_skip_a_row(call: Call, ask: Ask) -> Answer:
    """From page 2 on, pages start one row too late."""
    answer = await ask(call)
    if answer.ok and 1 < answer.body["page"] <= answer.body["total_pages"]:
        after = await elsewhere(call, ask, answer.body["page"] + 1)
        answer.body["items"] = [*answer.body["items"][1:], *after[:1]]
    return answer


@defect("around", "PAGE-5", *LISTS)
async def offset_in_steps_of_twenty(call: Call, ask: Ask) -> Answer:
    """Each page starts 20 rows after the one before, whatever `per_page` says."""
    answer = await ask(call)
    if answer.ok:
        start = (answer.body["page"] - 1) * 20
        answer.body["items"] = (await every(call, ask))[start : start + answer.body["per_page"]]
    return answer


@defect("around", "PAGE-5", *LISTS)
async def same_instant_lost_at_border(call: Call, ask: Ask) -> Answer:
    """A page continues with tasks older than the last one shown, and so skips tasks created at the same instant."""
    answer = await ask(call)
    if answer.ok:
        items, size = await every(call, ask), answer.body["per_page"]
        for _ in range(min(answer.body["page"], answer.body["total_pages"] + 1) - 1):
            last = items[:size][-1:]
            items = [item for item in items if last and item["created_at"] < last[0]["created_at"]]
        answer.body["items"] = items[:size]
    return answer


@defect("around", "PAGE-5", "list_agent_tasks")
async def two_digit_pages_cut(call: Call, ask: Ask) -> Answer:
    """Pages from 10 on show the page of their first digit."""
    answer = await ask(call)
    if answer.ok and answer.body["page"] >= 10:
        answer.body["items"] = await elsewhere(call, ask, int(str(answer.body["page"])[0]))
    return answer


# PAGE-6: past the end


@defect("answer", "PAGE-6", *LISTS, kind="status")
def past_the_end_not_found(call: Call, answer: Answer) -> None:
    """A page past the end is answered with 404."""
    if answer.body["page"] > max(answer.body["total_pages"], 1):
        answer.status, answer.body = 404, {"detail": "Page not found"}


@defect("around", "PAGE-6", *LISTS)
async def past_the_end_repeats_last(call: Call, ask: Ask) -> Answer:
    """A page past the end shows the last one again."""
    answer = await ask(call)
    if answer.ok and answer.body["page"] > answer.body["total_pages"] > 0:
        answer.body["items"] = await elsewhere(call, ask, answer.body["total_pages"])
    return answer


@defect("answer", "PAGE-6", "list_tasks")
def past_the_end_counts_nothing(call: Call, answer: Answer) -> None:
    """The totals of a page past the end are 0."""
    if not answer.body["items"]:
        answer.body.update(total=0, total_pages=0)


# PAGE-7: pages beyond any sense


@defect("around", "PAGE-7", *LISTS, kind="status")
async def huge_page_crashes(call: Call, ask: Ask) -> Answer:
    """A page number that no 64-bit integer holds is answered with 500."""
    answer = await ask(call)
    page = integer(call.query.get("page"))
    if answer.status != 401 and page is not None and page >= 2**63:
        answer.status, answer.body = 500, {"detail": "Internal server error"}
    return answer


@defect("around", "PAGE-7", *LISTS)
async def huge_page_wraps_round(call: Call, ask: Ask) -> Answer:
    """The page number is kept in 32 bits, so that a huge one shows the first page again."""
    answer = await ask(call)
    page = integer(call.query.get("page"))
    if answer.ok and page is not None and page >= 2**31:
        answer.body["items"] = await elsewhere(call, ask, page % 2**31 or 1)
    return answer
