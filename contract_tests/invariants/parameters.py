"""Rules for query parameters: which values a list refuses, and how its 422 names them."""

import re
from collections.abc import Iterator
from datetime import datetime

from ..contract.instants import parse_instant
from .observation import FINAL, LISTS, RUNNING, Observation
from .rule import Rules, Violation

RULES = Rules()
STATUSES = (*RUNNING, "paused", *FINAL)
DATES = ("from_date", "to_date")
LARGEST_SENSIBLE_PAGE = 1_000_000
RFC_3339 = re.compile(
    r"[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
CLAIM_OF_INVALID = {
    "page": "PAGE-2",
    "per_page": "PAGE-2",
    "status": "LIST-5",
    "from_date": "LIST-5",
    "to_date": "LIST-5",
}
CLAIM_OF_VALID = {
    "page": "PAGE-1",
    "per_page": "PAGE-1",
    "status": "LIST-1",
    "from_date": "META-1",
    "to_date": "META-1",
}


def is_valid(name: str, text: str) -> bool | None:
    """Check a value of a query parameter; return None where servers may differ.

    Args:
        name: Name of the parameter.
        text: Its value, decoded.
    """
    if name in ("page", "per_page"):
        return _is_valid_number(text, 50 if name == "per_page" else LARGEST_SENSIBLE_PAGE)
    if name == "status":
        return text in STATUSES
    return _is_valid_date(text)


def _is_valid_number(text: str, largest: int) -> bool | None:
    if re.fullmatch(r"-?[0-9]+", text, re.ASCII):
        number = int(text) if len(text) < 30 else 10**30
        if largest == LARGEST_SENSIBLE_PAGE and number > largest:
            return None  # an empty page or a 422, see PAGE-7
        return 1 <= number <= largest if not re.match(r"-?0[0-9]", text) else None
    # Many frameworks also read blanks, signs, underscores and `.0`.
    lenient = re.fullmatch(r"\s*[+-]?\d[\d_]*(\.0*)?\s*", text)
    return None if lenient else False


def _is_valid_date(text: str) -> bool | None:
    if RFC_3339.fullmatch(text):
        try:
            parse_instant(text)
        except ValueError:
            # A leap second and hour 24 are valid to some readers.
            return None if ":60" in text or "T24" in text else False
        return True
    if " " in text or text.startswith("0000"):
        return None  # a plus sign that was not encoded, or a year that some calendars lack
    for read in (float, datetime.fromisoformat, parse_instant):
        try:
            read(text)
        except (ValueError, OverflowError):
            continue
        return None
    return None if re.fullmatch(r"[\w:.+-]*(:60|T24)[\w:.+-]*", text) else False


def _invalid(seen: Observation) -> list[str]:
    names = [name for name in CLAIM_OF_INVALID if name in seen.operation.parameters]
    return [name for name in names if (text := seen.value(name)) is not None and is_valid(name, text) is False]


@RULES.add("PAGE-2", "LIST-5", "LIST-11", operations=LISTS, statuses=[200])
def an_invalid_parameter_is_refused(seen: Observation) -> Iterator[Violation]:
    """Check that a page with an invalid parameter is not a 200."""
    for name in _invalid(seen):
        text = seen.value(name)
        if name == "status" and not text:
            if seen.items:  # no task has an empty status
                yield Violation("LIST-11", "no task, or a 422", f"{len(seen.items)} tasks for an empty status")
            continue
        yield Violation(CLAIM_OF_INVALID[name], f"422 for {name}={text!r}", "200")


@RULES.add("PAGE-2", "LIST-5", operations=LISTS, statuses=[422])
def a_422_names_an_invalid_parameter(seen: Observation) -> Iterator[Violation]:
    """Check that a 422 names one of the parameters that are invalid."""
    invalid = _invalid(seen)
    named = {part for error in seen.answer["detail"] for part in error["loc"]}
    if invalid and named.isdisjoint(invalid):
        locations = [error["loc"] for error in seen.answer["detail"]]
        yield Violation(CLAIM_OF_INVALID[invalid[0]], f"a loc that names {' or '.join(invalid)}", f"{locations}")


@RULES.add("PAGE-1", "LIST-1", "LIST-13", "LIST-14", "META-1", operations=LISTS, statuses=[422])
def a_422_does_not_name_valid_parameters_alone(seen: Observation) -> Iterator[Violation]:
    """Check that a 422 names at least one parameter that may be invalid."""
    named = {str(part) for error in seen.answer["detail"] for part in error["loc"][1:]}
    known = [name for name in CLAIM_OF_VALID if name in named and name in seen.operation.parameters]
    unknown = named - set(seen.operation.parameters)
    if known and all((text := seen.value(name)) is not None and is_valid(name, text) for name in known):
        claim = "LIST-14" if set(known) & set(DATES) and _is_reversed(seen) else CLAIM_OF_VALID[known[0]]
        shown = ", ".join(f"{name}={seen.value(name)!r}" for name in known)
        yield Violation(claim, f"no 422 for {shown}", f"{[error['loc'] for error in seen.answer['detail']]}")
    elif named and not known and unknown == named and unknown <= {name for name, _ in seen.query}:
        yield Violation("LIST-13", f"unknown parameters to be ignored: {', '.join(sorted(unknown))}", "422")


@RULES.add("LIST-14", operations=["list_tasks"], statuses=[200])
def from_date_after_to_date_is_an_empty_page(seen: Observation) -> Iterator[Violation]:
    """Check that nothing is listed if `from_date` is after `to_date`."""
    if _is_reversed(seen) and (seen.items or seen.answer["total"]):
        yield Violation("LIST-14", "no items, total 0", f"{len(seen.items)} items, total {seen.answer['total']}")


def _is_reversed(seen: Observation) -> bool:
    texts = [seen.value(name) for name in DATES]
    if not all(text and is_valid("from_date", text) for text in texts):
        return False
    first, last = (parse_instant(str(text)) for text in texts)
    return first > last
