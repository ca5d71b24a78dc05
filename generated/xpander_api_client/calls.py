"""Calls: send a request and parse its response, at once or as a stream of events."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from typing import Any, TypeVar

import httpx

from . import errors, responses, sending
from .client import Client, Timeout
from .events import EventDecoder, has_events
from .requests import Request
from .types import UNSET, Response, Unset

T = TypeVar("T")


def call(
    client: Client,
    request: Request,
    parse: Callable[[httpx.Response], T],
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
    *,
    patient: bool = False,
) -> Response[T]:
    """Send a request and parse the response.

    Args:
        client: The client to send with.
        request: The request.
        parse: Parses the response.
        headers: Headers of this call.
        timeout: Limits of this call in seconds, in place of the client's.
        patient: Whether to wait for more of the body without limit, unless `timeout` is given.
    """
    http = client.get_httpx_client()
    built = sending.build(http, _arguments(client, http, request, headers, timeout, patient))
    response = sending.send(client, http, built)
    with closing(response), sending.decompressing(f"{built.method} {built.url.path}", response):
        response.read()
    return responses.detailed(parse, response, client.raise_on_unexpected_status)


async def acall(
    client: Client,
    request: Request,
    parse: Callable[[httpx.Response], T],
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
    *,
    patient: bool = False,
) -> Response[T]:
    """Send a request and parse the response, asynchronously."""
    http = client.get_async_httpx_client()
    built = sending.build(http, _arguments(client, http, request, headers, timeout, patient))
    response = await sending.asend(client, http, built)
    async with aclosing(response):
        with sending.decompressing(f"{built.method} {built.url.path}", response):
            await response.aread()
    return responses.detailed(parse, response, client.raise_on_unexpected_status)


@contextmanager
def stream(
    client: Client,
    request: Request,
    operation: str,
    readers: responses.Readers,
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
) -> Iterator[Iterator[Any]]:
    """Send a request and iterate over the events of the response as they arrive.

    Raises:
        errors.ErrorResponse: The response is a documented error.
        errors.UnexpectedStatus: The status is not documented.
        errors.UndecodableBody: The response has no events.
    """
    http = client.get_httpx_client()
    built = sending.build(http, _arguments(client, http, request, headers, timeout, True))
    response = sending.send(client, http, built)
    with closing(response), sending.decompressing(operation, response):
        is_stream, as_type = _event_type(readers, response)
        if not is_stream:
            response.read()
            raise _refusal(operation, readers, response)
        yield _events(operation, response, as_type)


@asynccontextmanager
async def astream(
    client: Client,
    request: Request,
    operation: str,
    readers: responses.Readers,
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
) -> AsyncIterator[AsyncIterator[Any]]:
    """Send a request and iterate over the events of the response as they arrive, asynchronously."""
    http = client.get_async_httpx_client()
    built = sending.build(http, _arguments(client, http, request, headers, timeout, True))
    response = await sending.asend(client, http, built)
    async with aclosing(response):
        with sending.decompressing(operation, response):
            is_stream, as_type = _event_type(readers, response)
            if not is_stream:
                await response.aread()
                raise _refusal(operation, readers, response)
            async with aclosing(_aevents(operation, response, as_type)) as arriving:
                yield arriving


def _arguments(
    client: Client,
    http: httpx.Client | httpx.AsyncClient,
    request: Request,
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
    patient: bool,
) -> dict[str, Any]:
    arguments = client.prepare(request, headers=headers, timeout=timeout)
    if patient and timeout is UNSET:
        limits = httpx.Timeout(arguments.get("timeout", http.timeout))
        arguments["timeout"] = httpx.Timeout(connect=limits.connect, read=None, write=limits.write, pool=limits.pool)
    return arguments


def _event_type(readers: responses.Readers, response: httpx.Response) -> tuple[bool, Any]:
    """Return whether the response is a documented stream of events, and the type of one event."""
    reader, as_type = responses.reading(readers, response) or (None, None)
    return reader is responses.events and has_events(response), as_type


def _events(operation: str, response: httpx.Response, as_type: Any) -> Iterator[Any]:
    decoder = EventDecoder()
    for chunk in response.iter_bytes():
        for data in decoder.feed(chunk):
            yield responses.parse_event(operation, response.status_code, data, as_type)


async def _aevents(operation: str, response: httpx.Response, as_type: Any) -> AsyncGenerator[Any, None]:
    decoder = EventDecoder()
    async for chunk in response.aiter_bytes():
        for data in decoder.feed(chunk):
            yield responses.parse_event(operation, response.status_code, data, as_type)


def _refusal(operation: str, readers: responses.Readers, response: httpx.Response) -> errors.ErrorResponse:
    parsed = responses.parse(operation, readers, response)
    return errors.ErrorResponse(operation, response.status_code, response.content, parsed)
