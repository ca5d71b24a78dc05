"""Server-sent events from bytes, as WHATWG HTML 9.2.6 interprets them; no I/O.

Only what this API uses is kept: the data of each event. Names, ids and retry times are read over.
"""

from __future__ import annotations

from collections.abc import Iterator

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventDecoder:
    """Collects the chunks of a stream and gives the data of each complete event."""

    def __init__(self) -> None:
        """Start before the first byte of a stream."""
        self._rest = b""
        self._data: list[bytes] = []
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take the next bytes and yield the data of each event that they complete.

        An event that the stream's end cuts is never given, as the standard says.
        """
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r") if chunk else self._after_cr
        # On bytes, splitlines knows \n, \r and \r\n only; on text it would split inside strings of the JSON.
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        for line in lines:
            line = line.rstrip(b"\r\n").removeprefix(_BYTE_ORDER_MARK)
            if not line:
                if self._data:
                    yield b"\n".join(self._data).decode(errors="replace")
                    self._data.clear()
            else:
                field, _, value = line.partition(b":")
                if field == b"data":
                    self._data.append(value.removeprefix(b" "))
