"""Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from collections.abc import Iterator

import httpx


class EventDecoder:
    """A decoder of a stream of server-sent events that yields the data of each complete event.

    The names, ids and retry times of events are ignored.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next bytes of the stream and yield the data of each event that they complete."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else self._after_cr
        # On bytes, splitlines splits at \n, \r and \r\n only; on text it would split inside strings of the JSON.
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


def media_type(response: httpx.Response) -> str:
    """Return the media type of a body, without parameters."""
    header: str = response.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


def has_events(response: httpx.Response) -> bool:
    """Return whether the response says that its body is a stream of events."""
    return media_type(response) == "text/event-stream"
