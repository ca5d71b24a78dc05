"""A server that answers every GET with a page of tasks: `python list_server.py TOTAL DELAY`.

It prints its port, then serves a list of TOTAL tasks and delays each answer by DELAY seconds. Answers come from a
cache, so that the time of the clients is measured and not that of the server.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

NEWEST = datetime(2026, 2, 7, tzinfo=UTC)


@cache
def page(number: int, per_page: int, total: int, documented: bool = True) -> bytes:
    """Return the HTTP answer with one page, newest task first.

    Args:
        number: Number of the page, from 1.
        per_page: Number of tasks on a page.
        total: Number of tasks in the list.
        documented: Whether the body is the documented page; else it is the bare list that the official SDK reads.
    """
    first = (number - 1) * per_page
    items = [
        {
            "id": f"81250b20-e9d7-4b3b-9995-{place:012d}",
            "agent_id": "a1b2c3d4-e5f6-4890-abcd-ef1234567890",
            "organization_id": "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "status": "completed",
            "user_id": "user_42",
            "parent_task_id": None,
            "triggering_agent_id": None,
            "created_at": (NEWEST - timedelta(seconds=place)).isoformat(),
            "updated_at": (NEWEST - timedelta(seconds=place - 9)).isoformat(),
            "source_node_type": "sdk",
            "result": '{"name": "xpander.ai", "notes": "A platform for building and running AI agents."}',
            "title": "What is xpander.ai?",
        }
        for place in range(first, min(first + per_page, total))
    ]
    totals = {"total": total, "page": number, "per_page": per_page, "total_pages": -(-total // per_page)}
    body = json.dumps({"items": items, **totals} if documented else items, separators=(",", ":")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Lists(asyncio.Protocol):
    """Answers the requests of one connection.

    Args:
        total: Number of tasks in the list.
        delay: Seconds before each answer.
    """

    def __init__(self, total: int, delay: float) -> None:
        self.total = total
        self.delay = delay
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for request in requests:
            target = urlsplit(request.split(b" ", 2)[1].decode())
            query = parse_qs(target.query)
            number, per_page = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["50"])[0])
            answer = page(number, per_page, self.total, target.path.startswith("/v1/"))
            if self.total > 10_000:
                page.cache_clear()
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self.transport.write, answer)
            else:
                self.transport.write(answer)


async def main(total: int, delay: float) -> None:
    """Serve until the process ends."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.bind(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(lambda: Lists(total, delay), sock=bound)
    print(bound.getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
