"""The ceiling: Starlette serving the bytes of a file from memory, on the server that the mock uses."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xpander_mock._server import listen, url_of


def main(file: str) -> None:
    """Serve the file at every documented path of a list."""
    body = Path(file).read_bytes()

    async def page(request: Request) -> Response:
        return Response(body, media_type="application/json")

    bound = listen("127.0.0.1", 0)
    bound.listen()
    print(url_of(bound), flush=True)
    config = uvicorn.Config(
        Starlette(routes=[Route("/v1/tasks", page)]), access_log=False, log_config=None, lifespan="off", ws="none"
    )
    uvicorn.Server(config).run([bound])


if __name__ == "__main__":
    main(sys.argv[1])
