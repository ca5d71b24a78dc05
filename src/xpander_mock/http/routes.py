"""The operations of the contract as routes: one handler each."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from xpander_mock.contract import Contract, Operation
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.body import read_body
from xpander_mock.http.protocol import close_connection
from xpander_mock.http.rate_limit import RateLimiter
from xpander_mock.http.responses import error_response, event_line, json_response
from xpander_mock.http.validation import validate_body, validate_parameters
from xpander_mock.rules.errors import ApiError
from xpander_mock.rules.matching import HEADERS
from xpander_mock.rules.rules import Rules
from xpander_mock.rules.turn_follower import ShuttingDown
from xpander_mock.storage.task import Task, Turn

LOG = logging.getLogger("xpander_mock")
_PATIENCE = 2.0  # seconds after which a synchronous invoke with a frozen clock is reported


class Call:
    """A valid request: who calls, with what parameters and body."""

    def __init__(self, request: Request, caller: str, params: dict[str, Any], body: dict[str, Any]) -> None:
        self.request = request
        self.caller = caller
        self.params = params
        self.body = body


@lru_cache(maxsize=1_000)
def parse_query(raw: bytes) -> dict[str, str]:
    """Parse a query string; of a parameter that is given twice the last one counts. Clients repeat the same queries."""
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))


class Routes:
    """The handlers of the operations; each has the name of its operation.

    Args:
        contract: The documented operations.
        rules: What the operations do.
        authentication: Who calls.
        limiter: The rate limit.
        max_body: The largest request body, in bytes.
    """

    def __init__(
        self, contract: Contract, rules: Rules, authentication: Authentication, limiter: RateLimiter, max_body: int
    ) -> None:
        self.contract = contract
        self.rules = rules
        self.authentication = authentication
        self.limiter = limiter
        self.max_body = max_body

    def routes(self) -> list[Route]:
        """Return one route for each path of the contract, so that a 405 names all methods of its path."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.contract.operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [self._route(path, operations) for path, operations in by_path.items()]

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Validate a request, credentials first, and answer it."""
        try:
            caller = self.authentication.authenticate(request.headers)
            limits = self.limiter.take(caller)
            params = self.parameters(operation, request)
            body = await self.body(operation, request)
            handler: Callable[[Call], Awaitable[Response]] = getattr(self, operation.id)
            response = await handler(Call(request, caller, params, body))
            if limits:
                response.headers.update(limits)
            return response
        except ApiError as error:
            return error_response(error)
        except ShuttingDown:
            close_connection(request.scope)
            return Response(status_code=503)  # not sent: the connection is closed
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it

    def parameters(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the request's documented parameters."""
        path = {name: unquote(value) for name, value in request.path_params.items()}
        return validate_parameters(operation, parse_query(request.scope["query_string"]), path)

    async def body(self, operation: Operation, request: Request) -> dict[str, Any]:
        """Return the request's JSON body, empty where the operation has none."""
        if operation.body is None:
            return {}
        content_type = request.headers.get("content-type", "")
        return validate_body(operation, content_type, await read_body(request, self.max_body))

    async def list_tasks(self, call: Call) -> Response:
        """GET /v1/tasks."""
        return Response(self.rules.lists.list_tasks(call.caller, call.params), media_type="application/json")

    async def list_agent_tasks(self, call: Call) -> Response:
        """GET /v1/agents/{agent_id}/tasks."""
        page = self.rules.lists.list_agent_tasks(call.caller, call.params["agent_id"], call.params)
        return Response(page, media_type="application/json")

    async def get_task(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}."""
        return json_response(self.rules.tasks.get_task(call.caller, call.params["task_id"]))

    async def stop_task(self, call: Call) -> Response:
        """POST /v1/tasks/{task_id}/stop."""
        return json_response(self.rules.tasks.stop_task(call.caller, call.params["task_id"]))

    async def delete_task(self, call: Call) -> Response:
        """DELETE /v1/tasks/{task_id}."""
        self.rules.tasks.delete_task(call.caller, call.params["task_id"])
        return Response(status_code=204)

    async def get_task_thread(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}/thread."""
        return json_response(self.rules.tasks.get_task_thread(call.caller, call.params["task_id"]))

    async def get_task_thread_full(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}/thread/full."""
        return json_response(self.rules.tasks.get_task_thread_full(call.caller, call.params["task_id"]))

    async def invoke_agent(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke."""
        task, turn = self._invoke(call)
        warning = asyncio.get_running_loop().call_later(_PATIENCE, self._warn_if_frozen, task.id)
        try:
            return json_response(await unless_disconnected(call.request, self.rules.follower.result(task, turn)))
        finally:
            warning.cancel()

    async def invoke_agent_async(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke/async."""
        return json_response(self.rules.repository.show(*self._invoke(call)))

    async def invoke_agent_stream(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke/stream."""
        events = self.rules.follower.events(*self._invoke(call))
        return StreamingResponse(
            self.event_lines(call.request, events),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache"},
        )

    async def event_lines(self, request: Request, events: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
        """Yield events as lines of a server-sent event stream, which is cut when the mock stops."""
        try:
            async for event in events:
                yield event_line(event)
        except ShuttingDown:
            close_connection(request.scope)

    def _warn_if_frozen(self, task_id: str) -> None:
        if self.rules.clock.frozen:
            LOG.warning("invoke_agent waits for task %s, and the clock is frozen: advance it", task_id)

    def _invoke(self, call: Call) -> tuple[Task, Turn]:
        HEADERS.set(call.request.headers)
        return self.rules.invocations.invoke(call.caller, call.params["agent_id"], call.body, call.params["version"])

    def _route(self, path: str, operations: dict[str, Operation]) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self.answer(operations[request.method], request)

        route = Route(path, endpoint, methods=list(operations))
        assert route.methods is not None
        route.methods &= set(operations)  # Starlette adds HEAD, which the contract does not know
        return route


async def unless_disconnected(request: Request, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Return the result of the work, or cancel it when the client disconnects.

    Raises:
        ClientDisconnect: The client has disconnected.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        working.cancel()
        leaving.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
