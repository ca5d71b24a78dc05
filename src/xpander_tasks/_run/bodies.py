"""Reading the body of an answer with a limit on its size, before and after decompression."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx

from xpander_tasks._core.effects import BODY_ERROR

# A piece of compressed data may grow a thousandfold, so that pieces must be small for the limit to be noticed in time.
_COMPRESSED_PIECE = 1024


def read_body(response: httpx.Response, max_bytes: int) -> None:
    """Read the body of a response as `Response.read` does, up to a limit.

    If it is larger, or cannot be decompressed, the body is empty and the extension `BODY_ERROR` says why.

    Raises:
        httpx.RequestError: The connection failed.
    """
    cut_compressed(response)
    body = _Body(max_bytes)
    try:
        for piece in response.iter_bytes():
            body.add(piece)
    except (httpx.DecodingError, _TooLarge) as error:
        body.fail(response, error)
    finally:
        response.close()
    response._content = body.content()


async def aread_body(response: httpx.Response, max_bytes: int) -> None:
    """Read the body of a response asynchronously; otherwise the same as `read_body`."""
    cut_compressed(response)
    body = _Body(max_bytes)
    try:
        async for piece in response.aiter_bytes():
            body.add(piece)
    except (httpx.DecodingError, _TooLarge) as error:
        body.fail(response, error)
    finally:
        await response.aclose()
    response._content = body.content()


class _TooLarge(Exception):
    """The body is larger than the limit."""


class _Body:
    """The pieces of a body so far."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise _TooLarge(
                f"the body is larger than {self._max_bytes} bytes; Configuration(max_body=...) sets the limit"
            )
        self._pieces.append(piece)

    def fail(self, response: httpx.Response, error: Exception) -> None:
        told = str(error) if isinstance(error, _TooLarge) else f"the body cannot be decompressed: {error}"
        response.extensions[BODY_ERROR] = told
        self._pieces.clear()

    def content(self) -> bytes:
        return b"".join(self._pieces)


def cut_compressed(response: httpx.Response) -> None:
    """Cut the compressed body of a response into small pieces, so that none grows too large when it is decompressed."""
    if "content-encoding" in response.headers:
        response.stream = _SmallPieces(response.stream)


class _SmallPieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A stream cut into small pieces."""

    def __init__(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._stream, httpx.SyncByteStream)
        for data in self._stream:
            yield from _cut(data)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx.AsyncByteStream)
        async for data in self._stream:
            for piece in _cut(data):
                yield piece

    def close(self) -> None:
        assert isinstance(self._stream, httpx.SyncByteStream)
        self._stream.close()

    async def aclose(self) -> None:
        assert isinstance(self._stream, httpx.AsyncByteStream)
        await self._stream.aclose()


def _cut(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _COMPRESSED_PIECE] for start in range(0, len(data), _COMPRESSED_PIECE))
