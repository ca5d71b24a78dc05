"""From HTTP to the service and back: one handler for each operation of the contract."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from xpander_mock._contract import Contract, Operation
from xpander_mock._errors import ApiError
from xpander_mock._keys import Auth
from xpander_mock._limit import Limiter
from xpander_mock._service import Service
from xpander_mock._task import Task, Turn
from xpander_mock._validate import judge_body, judge_parameters

_encode = msgspec.json.Encoder().encode


class Call:
    """A request that passed: who calls, with what parameters and body."""

    def __init__(self, request: Request, caller: str, params: dict[str, Any], body: dict[str, Any]) -> None:
        self.request = request
        self.caller = caller
        self.params = params
        self.body = body


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(_encode(value), status, media_type="application/json")


def error_response(error: ApiError) -> Response:
    """The answer to a refused request."""
    return Response(_encode({"detail": error.detail}), error.status, error.headers, "application/json")


@lru_cache(maxsize=1_000)
def query_of(raw: bytes) -> dict[str, str]:
    """The parameters of a query string, of those given twice the last; clients ask the same over and over."""
    return dict(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))


class Routes:
    """The operations as HTTP: a method here has the name of its operation."""

    def __init__(self, contract: Contract, service: Service, auth: Auth, limiter: Limiter) -> None:
        self.contract = contract
        self.service = service
        self.auth = auth
        self.limiter = limiter

    def routes(self) -> list[Route]:
        """One route for each path of the contract, so that a wrong method is told all the right ones."""
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in self.contract.operations.values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        return [self._route(path, operations) for path, operations in by_path.items()]

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Judge a request, credentials first, and answer it."""
        try:
            caller = self.auth.authenticate(request.headers)
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
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it

    def parameters(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The request's documented parameters."""
        path = {name: unquote(value) for name, value in request.path_params.items()}
        return judge_parameters(operation, query_of(request.scope["query_string"]), path)

    async def body(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The request's JSON body, where the operation has one."""
        if operation.body is None:
            return {}
        return judge_body(operation, request.headers.get("content-type", ""), await request.body())

    async def list_tasks(self, call: Call) -> Response:
        """GET /v1/tasks."""
        return Response(self.service.list_tasks(call.caller, call.params), media_type="application/json")

    async def list_agent_tasks(self, call: Call) -> Response:
        """GET /v1/agents/{agent_id}/tasks."""
        page = self.service.list_agent_tasks(call.caller, call.params["agent_id"], call.params)
        return Response(page, media_type="application/json")

    async def get_task(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}."""
        return json_response(self.service.get_task(call.caller, call.params["task_id"]))

    async def stop_task(self, call: Call) -> Response:
        """POST /v1/tasks/{task_id}/stop."""
        return json_response(self.service.stop_task(call.caller, call.params["task_id"]))

    async def delete_task(self, call: Call) -> Response:
        """DELETE /v1/tasks/{task_id}."""
        self.service.delete_task(call.caller, call.params["task_id"])
        return Response(status_code=204)

    async def get_task_thread(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}/thread."""
        return json_response(self.service.get_task_thread(call.caller, call.params["task_id"]))

    async def get_task_thread_full(self, call: Call) -> Response:
        """GET /v1/tasks/{task_id}/thread/full."""
        return json_response(self.service.get_task_thread_full(call.caller, call.params["task_id"]))

    async def invoke_agent(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke."""
        task, turn = self._invoke(call)
        return json_response(await unless_gone(call.request, self.service.finished(task, turn)))

    async def invoke_agent_async(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke/async."""
        task, _ = self._invoke(call)
        return json_response(self.service.view_of(task))

    async def invoke_agent_stream(self, call: Call) -> Response:
        """POST /v1/agents/{agent_id}/invoke/stream."""
        events = self.service.events(*self._invoke(call))
        return StreamingResponse(
            self.event_lines(events), media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    async def event_lines(self, events: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
        """Events as lines of a server-sent event stream."""
        async for event in events:
            yield b"data: " + _encode(event) + b"\n\n"

    def _invoke(self, call: Call) -> tuple[Task, Turn]:
        return self.service.invoke(call.caller, call.params["agent_id"], call.body, call.params["version"])

    def _route(self, path: str, operations: dict[str, Operation]) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self.answer(operations[request.method], request)

        route = Route(path, endpoint, methods=list(operations))
        assert route.methods is not None
        route.methods &= set(operations)  # Starlette adds HEAD, which the contract does not know
        return route


async def unless_gone(request: Request, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """What the work returns; when the client goes away, the work is given up.

    Raises:
        ClientDisconnect: the client has gone.
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
