"""Serves `openapi.yaml`, with this mock as its first server."""

import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xpander_mock.contract import Contract, contract_text

_SERVERS = re.compile(r"^servers:\n", re.MULTILINE)


def document_routes(contract: Contract) -> list[Route]:
    """Return the routes `/openapi.yaml` and `/openapi.json`.

    The document names the address that it was read from as its first server, so that a client made from it calls the
    mock, and not production.
    """
    text = contract_text().decode()

    async def as_yaml(request: Request) -> Response:
        entry = f"  - url: {msgspec.json.encode(_address(request)).decode()}\n    description: This mock\n"
        return Response(_SERVERS.sub(lambda match: match[0] + entry, text, count=1), media_type="application/yaml")

    async def as_json(request: Request) -> Response:
        server = {"url": _address(request), "description": "This mock"}
        document = contract.document | {"servers": [server, *contract.document["servers"]]}
        return Response(msgspec.json.encode(document), media_type="application/json")

    return [Route("/openapi.yaml", as_yaml), Route("/openapi.json", as_json)]


def _address(request: Request) -> str:
    return str(request.base_url).rstrip("/")
