"""What the operations share: the parts of a request, and the way from an answer to what it says."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from .. import errors
from ..client import Client, Request, RequestParts, Timeout
from ..types import (
    UNSET,
    File,
    FileTypes,
    Response,
    Unset,
    decode,
    dump,
    named_values,
    split_message,
    type_name,
)

T = TypeVar("T")

Reader = Callable[[httpx.Response, Any], Any]
Readers = Mapping[str, tuple[Reader, Any]]
"""How to read an answer and as which type, by what the API documents: "200", "4XX" or "default"."""


def request(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    cookies: Mapping[str, Any] | None = None,
    body: RequestParts | None = None,
) -> Request:
    """Put a request together, without the parameters that are unset or null."""
    sent: Request = {"method": method, "url": path, **(body or RequestParts())}
    if query:
        sent["params"] = _values(query)
    if cookies:
        sent["cookies"] = _texts(cookies)
    if headers:
        sent["headers"] = {**sent.get("headers", {}), **_texts(headers)}
    return sent


def path_value(value: Any) -> str:
    """Return a path parameter as it stands in the path.

    Raises:
        errors.InvalidRequest: It is empty, so that the path would be another one.
    """
    text = "" if value is None or value is UNSET else quote(_text(dump(value, to_send=True)), safe="")
    if not text:
        raise errors.InvalidRequest("a path parameter must not be empty")
    # A path of dots would be resolved away before it is sent.
    return text.replace(".", "%2E") if text in (".", "..") else text


def json_body(body: Any, content_type: str = "application/json") -> RequestParts:
    """Return the part of a request that sends JSON."""
    return {} if body is UNSET else {"json": dump(body, to_send=True), "headers": {"content-type": content_type}}


def form_body(body: Any) -> RequestParts:
    """Return the part of a request that sends a form."""
    return {} if body is UNSET else {"data": _values(dump(body, to_send=True))}


def file_body(body: Any, content_type: str = "application/octet-stream") -> RequestParts:
    """Return the part of a request that sends the bytes of a file."""
    return {} if body is UNSET else {"content": body.payload.read(), "headers": {"content-type": content_type}}


def multipart_body(body: Any) -> RequestParts:
    """Return the part of a request that sends files and fields: lists as repeated parts, objects as JSON."""
    if body is UNSET:
        return {}
    return {
        "files": [
            (name, _part(value))
            for name, values in named_values(body).items()
            for value in (values if isinstance(values, list) else [values])
        ]
    }


def _part(value: Any) -> FileTypes:
    if isinstance(value, File):
        return value.to_tuple()
    content = dump(value, to_send=True)
    if isinstance(content, dict | list) or content is None:
        return None, msgspec.json.encode(content), "application/json"
    return None, _text(content).encode(), "text/plain"


def _values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as httpx takes them; an object's fields become parameters of their own."""
    sent: dict[str, Any] = {}
    for name, value in dump(parameters, to_send=True).items():
        if isinstance(value, dict):
            sent.update(_values(value))
        elif value is not None:
            sent[name] = value
    return sent


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: ",".join(map(_text, value)) if isinstance(value, list) else _text(value)
        for name, value in _values(parameters).items()
    }


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def json(response: httpx.Response, as_type: Any) -> Any:
    """Read JSON."""
    return decode(response.content, as_type)


def text(response: httpx.Response, as_type: Any) -> Any:
    """Read text, or a number or the like that is sent as text."""
    return msgspec.convert(response.text, as_type, strict=False)


def binary(response: httpx.Response, as_type: Any) -> bytes:
    """Read the bytes as they are."""
    return response.content


def no_body(response: httpx.Response, as_type: Any) -> None:
    """Read nothing."""


def events(response: httpx.Response, as_type: Any) -> list[Any]:
    """Read all server-sent events."""
    if not _has_events(response):
        raise msgspec.DecodeError(f"expected text/event-stream, got {response.headers.get('content-type')!r}")
    return [decode(data, as_type) for data in EventDecoder().feed(response.content)]


class EventDecoder:
    """Collects the chunks of a stream and gives the data of each complete event, as the HTML standard reads them.

    Names, ids and retry times of events are read over.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next bytes and yield the data of each event that they complete. What the end cuts off is dropped."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else self._after_cr
        # On bytes, splitlines knows \n, \r and \r\n only; on text it would split inside strings of the JSON.
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        for line in lines:
            line = line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
            name, _, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
            elif not line and self._data:
                yield b"\n".join(self._data)
                self._data.clear()


def _has_events(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "text/event-stream"


def read(operation: str, readers: Readers, response: httpx.Response) -> Any:
    """Read an answer by what is documented for its status.

    Raises:
        errors.UnexpectedStatus: Nothing is documented.
        errors.UndecodableBody: The body is not what the status promises.
        errors.InvalidBody: The body does not fit its type.
    """
    status = response.status_code
    documented = _documented(readers, status)
    if documented is None:
        raise errors.UnexpectedStatus(operation, status, response.content)
    reader, as_type = documented
    with _decoding(operation, status, as_type, response.content):
        return reader(response, as_type)


def _documented(readers: Readers, status: int) -> tuple[Reader, Any] | None:
    return readers.get(f"{status}") or readers.get(f"{status // 100}XX") or readers.get("default")


@contextmanager
def _decoding(operation: str, status: int, as_type: Any, content: bytes) -> Iterator[None]:
    """Turn the errors of decoders into those of this client."""
    try:
        yield
    except msgspec.ValidationError as error:
        raise errors.InvalidBody(operation, status, content, type_name(as_type), *split_message(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise errors.UndecodableBody(operation, status, content, str(error)) from None


def respond(client: Client, parse: Callable[[httpx.Response], T], response: httpx.Response) -> Response[T]:
    """Put an answer and what it says together."""
    try:
        parsed = parse(response)
    except errors.UnexpectedStatus:
        if client.raise_on_unexpected_status:
            raise
        return Response(
            status_code=response.status_code,
            content=response.content,
            headers=response.headers,
            parsed=None,
            documented=False,
        )
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def call(
    client: Client,
    request: Request,
    parse: Callable[[httpx.Response], T],
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
    *,
    patient: bool = False,
) -> Response[T]:
    """Send a request and read the answer; `patient` waits for more of it without limit, unless `timeout` is given."""
    http = client.get_httpx_client()
    return respond(client, parse, http.request(**_arguments(client, http, request, headers, timeout, patient)))


async def acall(
    client: Client,
    request: Request,
    parse: Callable[[httpx.Response], T],
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
    *,
    patient: bool = False,
) -> Response[T]:
    """As `call`, asynchronously."""
    http = client.get_async_httpx_client()
    return respond(client, parse, await http.request(**_arguments(client, http, request, headers, timeout, patient)))


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


def event(operation: str, status: int, data: bytes, as_type: Any) -> Any:
    """Read the data of one event."""
    with _decoding(operation, status, as_type, data):
        return decode(data, as_type)


@contextmanager
def stream(
    client: Client,
    request: Request,
    operation: str,
    readers: Readers,
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
) -> Iterator[Iterator[Any]]:
    """Send a request and read the events of the answer as they arrive."""
    http = client.get_httpx_client()
    with http.stream(**_arguments(client, http, request, headers, timeout, True)) as response:
        reader, as_type = _documented(readers, response.status_code) or (None, None)
        if reader is not events or not _has_events(response):
            response.read()
            raise _refusal(operation, readers, response)
        yield _events(operation, response, as_type)


@asynccontextmanager
async def astream(
    client: Client,
    request: Request,
    operation: str,
    readers: Readers,
    headers: Mapping[str, str] | None,
    timeout: Timeout | Unset,
) -> AsyncIterator[AsyncIterator[Any]]:
    """Send a request and read the events of the answer as they arrive, asynchronously."""
    http = client.get_async_httpx_client()
    async with http.stream(**_arguments(client, http, request, headers, timeout, True)) as response:
        reader, as_type = _documented(readers, response.status_code) or (None, None)
        if reader is not events or not _has_events(response):
            await response.aread()
            raise _refusal(operation, readers, response)
        async with aclosing(_aevents(operation, response, as_type)) as arriving:
            yield arriving


def _events(operation: str, response: httpx.Response, as_type: Any) -> Iterator[Any]:
    decoder = EventDecoder()
    for chunk in response.iter_bytes():
        for data in decoder.feed(chunk):
            yield event(operation, response.status_code, data, as_type)


async def _aevents(operation: str, response: httpx.Response, as_type: Any) -> AsyncGenerator[Any, None]:
    decoder = EventDecoder()
    async for chunk in response.aiter_bytes():
        for data in decoder.feed(chunk):
            yield event(operation, response.status_code, data, as_type)


def _refusal(operation: str, readers: Readers, response: httpx.Response) -> errors.ErrorResponse:
    parsed = read(operation, readers, response)
    return errors.ErrorResponse(operation, response.status_code, response.content, parsed)
