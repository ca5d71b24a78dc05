"""Errors of httpx without what must not be shown."""

from __future__ import annotations

import httpx


def without_frames(error: httpx.RequestError) -> httpx.RequestError:
    """Remove the tracebacks of an error and of its causes, and return it.

    The frames of httpx and below hold the headers of the request as they are sent, and so the credentials; tools that
    show local variables would show them.
    """
    pending: list[BaseException | None] = [error]
    while pending:
        if (part := pending.pop()) is not None and part.__traceback__ is not None:
            part.__traceback__ = None
            pending += [part.__cause__, part.__context__]
    return error
