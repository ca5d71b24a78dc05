"""Rules for the form of every answer, and for refusals."""

import re
from collections.abc import Iterator

from ..contract.openapi import operations
from .observation import BY_ID, LISTS, Observation
from .rule import Rules, Violation

RULES = Rules()
EVERY = tuple(operation.id for operation in operations())
WRONG_KEY_DETAIL = "Invalid or missing API key"
LIMIT_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
# Unix seconds of 2001; a smaller number is a duration.
LEAST_UNIX_TIME = 1_000_000_000


def answer_is_documented(seen: Observation) -> Iterator[Violation]:
    """Check that status, content type and body are as `openapi.yaml` describes them."""
    if seen.malformed:
        yield Violation("WIRE-1", f"an answer as openapi.yaml documents it for {seen.name}", seen.malformed)


def wrong_credentials_are_a_401(seen: Observation) -> Iterator[Violation]:
    """Check that a request without credentials or with wrong ones is a 401, or a 429."""
    if seen.exchange.caller in ("nobody", "wrong") and seen.status not in (401, 429):
        what = "no credentials" if seen.exchange.caller == "nobody" else "wrong credentials"
        yield Violation("AUTH-1", f"401 for {what}", f"{seen.status}")


@RULES.add("AUTH-3", operations=EVERY, statuses=[401])
def a_401_has_the_documented_words(seen: Observation) -> Iterator[Violation]:
    """Check the `detail` of a 401."""
    if seen.answer["detail"] != WRONG_KEY_DETAIL:
        yield Violation("AUTH-3", f"detail {WRONG_KEY_DETAIL!r}", f"detail {seen.answer['detail']!r}")


@RULES.add("WIRE-2", operations=EVERY, statuses=[422])
def a_422_lists_its_errors(seen: Observation) -> Iterator[Violation]:
    """Check that a 422 has errors with `loc`, `msg` and `type`, each in the query or in the body."""
    errors = seen.answer.get("detail") or []
    if not errors:
        yield Violation("WIRE-2", "a list of errors", f"{seen.answer}")
    for error in errors:
        if not all(error[name] for name in ("loc", "msg", "type")):
            yield Violation("WIRE-2", "loc, msg and type, none of them empty", f"{error}")
        elif error["loc"][0] not in ("query", "body", "path"):
            yield Violation("WIRE-2", "a loc that begins with query or body", f"{error['loc']}")
        elif seen.name in LISTS and error["loc"][0] == "body":
            yield Violation("WIRE-2", "a loc in the query, because there is no body", f"{error['loc']}")


@RULES.add("ID-1", operations=EVERY, statuses=[422])
def an_id_is_never_a_422(seen: Observation) -> Iterator[Violation]:
    """Check that no 422 is about an id in the path."""
    locations = [error["loc"] for error in seen.answer.get("detail") or []]
    if seen.name in BY_ID or any(loc and loc[0] == "path" for loc in locations):
        yield Violation("ID-1", "404 for an unknown id", f"422 for {locations}")


@RULES.add("LIMIT-1", operations=EVERY, statuses=[429])
def a_429_has_the_three_headers(seen: Observation) -> Iterator[Violation]:
    """Check that a 429 tells the limit, nothing remaining, and the reset in Unix seconds."""
    shown = {name: seen.exchange.headers.get(name) for name in LIMIT_HEADERS}
    if not all(value and re.fullmatch(r"[0-9]+", value, re.ASCII) for value in shown.values()):
        yield Violation("LIMIT-1", f"{', '.join(LIMIT_HEADERS)} as whole numbers", f"{shown}")
    elif shown["x-ratelimit-remaining"] != "0" or int(shown["x-ratelimit-reset"] or 0) < LEAST_UNIX_TIME:
        yield Violation("LIMIT-1", "0 remaining and a reset in Unix seconds", f"{shown}")
