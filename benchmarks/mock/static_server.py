"""The upper bound for the mock: Starlette sends the bytes of a file from memory, on the same uvicorn as the mock."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main(file: str) -> None:
    """Serve the file as the answer to every GET of /v1/tasks."""
    body = Path(file).read_bytes()

    async def page(request: Request) -> Response:
        return Response(body, media_type="application/json")

    # Without IPPROTO_TCP asyncio would not set TCP_NODELAY, and each answer would take 40 ms longer.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    bound.listen()
    print(f"http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
    config = uvicorn.Config(
        Starlette(routes=[Route("/v1/tasks", page)]), access_log=False, log_config=None, lifespan="off", ws="none"
    )
    uvicorn.Server(config).run([bound])


if __name__ == "__main__":
    main(sys.argv[1])
