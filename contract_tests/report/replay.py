"""Checks of recorded traffic: every invariant, and no request."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from ..contract.claims import load_claims
from ..contract.openapi import document, find
from ..invariants.checker import Checker
from ..record.exchange import Exchange
from ..record.har_reader import read_har
from ..record.recorder import Recorder
from ..run.target import Target
from .invariant_findings import finding_of
from .known_failures import KnownFailures
from .model import Report

# Exchanges that may be in flight at the same time in a recording.
WINDOW = 512


@dataclass(slots=True)
class LeftOut:
    """Exchanges of a recording that are not of the API.

    Args:
        hosts: Number of exchanges by unknown host.
        paths: Number of exchanges of known hosts with an undocumented method or path.
    """

    hosts: Counter[str] = field(default_factory=Counter)
    paths: int = 0


def replay(path: Path, base_url: str | None = None, known: KnownFailures | None = None) -> Report:
    """Check the traffic of a HAR by every invariant.

    Args:
        path: The HAR.
        base_url: Address of the API's root; None takes the first host in the recording that a documented request went
            to, with the path before `/v1`.
        known: The known failures, which are reported as such.

    Returns:
        The report; its notes count what was left out.

    Raises:
        HarError: The file cannot be read or is not a HAR.
    """
    left_out = LeftOut()
    exchanges = _of_the_api(read_har(path), base_url, left_out)
    first = next(exchanges, None)
    root = base_url or (_root(first.request.url) if first else "") or document()["servers"][0]["url"]
    target = Target(root.rstrip("/"), "", None, None, False, False, None, 0, "default")
    report = Report(target, Recorder(target), load_claims(), recording=path.name)
    checker = Checker(urlsplit(target.base_url).path)
    for exchange in _in_order_of_answers(checker, [] if first is None else _chain(first, exchanges)):
        report.recorder.after_response(exchange.request, exchange.status)
        report.checked += 1
        for found in checker.check(exchange):
            finding = finding_of(found, target)
            report.add(known.settle(finding) if known else finding)
    hosts = ", ".join(f"{host} ({number})" for host, number in left_out.hosts.most_common(5))
    if hosts:
        report.notes.append(f"Left out, because they went to other hosts: {left_out.hosts.total()} exchanges, {hosts}.")
    if left_out.paths:
        report.notes.append(f"Left out, because the document does not have them: {left_out.paths} exchanges.")
    return report


def _of_the_api(exchanges: Iterable[Exchange], base_url: str | None, left_out: LeftOut) -> Iterator[Exchange]:
    root = base_url.rstrip("/") if base_url else None
    for exchange in exchanges:
        url = exchange.request.url
        if root is None:
            root = _root(url) if _is_documented(exchange, _root(url)) else None
        if root is None or not url.startswith(f"{root}/"):
            left_out.hosts[urlsplit(url).netloc.rpartition("@")[2]] += 1
        elif not _is_documented(exchange, root):
            left_out.paths += 1
        else:
            yield exchange


def _root(url: str) -> str:
    """Return a URL up to the first `/v1/`."""
    return url.partition("?")[0].partition("/v1/")[0]


def _is_documented(exchange: Exchange, root: str) -> bool:
    path = exchange.request.url.partition("?")[0].removeprefix(root)
    return find(exchange.request.method, path) is not None


def _chain(first: Exchange, rest: Iterator[Exchange]) -> Iterator[Exchange]:
    yield first
    yield from rest


def _in_order_of_answers(checker: Checker, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Yield exchanges as they were answered, and tell the checker before each which requests were sent by then.

    Recordings are sorted by start; a bounded window is enough to sort them by end, in constant memory.
    """
    numbers = count()
    starts: list[tuple[float, int, Exchange]] = []
    ends: list[tuple[float, int, Exchange]] = []

    def take() -> Exchange:
        ended, number, exchange = heapq.heappop(ends)
        while starts and starts[0][0] <= ended:
            _, other, begun = heapq.heappop(starts)
            checker.begin(other, begun.request)
        checker.end(number, answered=True)
        return exchange

    for exchange in exchanges:
        number = next(numbers)
        heapq.heappush(starts, (exchange.started, number, exchange))
        heapq.heappush(ends, (exchange.ended, number, exchange))
        if len(ends) > WINDOW:
            yield take()
    while ends:
        yield take()
