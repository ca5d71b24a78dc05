"""The control of a mock over HTTP, under `/_mock/`, a path that the API does not use."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xpander_mock.control.access import Access, AccessDenied
from xpander_mock.control.control import Control, ResetRefused
from xpander_mock.http.body import read_body
from xpander_mock.http.responses import error_response, json_response
from xpander_mock.rules.errors import Invalid, problem
from xpander_mock.storage.database import NotADataFile
from xpander_mock.world import WorldError

Action = Callable[[Control, Any], Any]

# Method and path, and the call of the control for a decoded JSON body, or without one for the query.
ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", "/_mock/state"): lambda control, _: control.state(),
    ("POST", "/_mock/reset"): lambda control, _: control.reset(),
    ("POST", "/_mock/seed"): lambda control, body: control.seed(**msgspec.convert(body, dict[str, int])),
    ("POST", "/_mock/tasks"): lambda control, body: control.add_task(msgspec.convert(body, dict[str, Any])),
    ("POST", "/_mock/clock"): lambda control, body: control.set_clock(msgspec.convert(body, dict[str, Any])),
    ("POST", "/_mock/scripts"): lambda control, body: control.add_script(body),
    ("DELETE", "/_mock/scripts"): lambda control, _: control.clear_scripts(),
    ("POST", "/_mock/faults"): lambda control, body: control.add_fault(body),
    ("DELETE", "/_mock/faults"): lambda control, _: control.clear_faults(),
    ("PUT", "/_mock/rate-limit"): lambda control, body: control.set_rate_limit(msgspec.convert(body, str | None)),
    ("GET", "/_mock/requests"): lambda control, query: control.requests(**msgspec.convert(query, dict[str, str])),
    ("GET", "/_mock/unused"): lambda control, _: control.unused(),
    ("DELETE", "/_mock/requests"): lambda control, _: control.forget_requests(),
    ("GET", "/_mock/world"): lambda control, _: control.world(),
    ("PUT", "/_mock/world"): lambda control, body: control.set_world(body),
    ("GET", "/_mock/snapshot"): lambda control, _: control.save(),
    ("PUT", "/_mock/snapshot"): lambda control, body: control.load(body),
}


SNAPSHOT = "/_mock/snapshot"
SHARED = ("/_mock/state", "/_mock/reset", "/_mock/seed", "/_mock/tasks")
"""The paths that concern stored tasks alone, and so work with several workers too."""

_ONE_WORKER = "this setting belongs to one process: start the mock with one worker to use it"


def control_routes(control: Control, access: Access) -> list[Route]:
    """Return the routes of the control, which only callers that `access` lets in can use."""
    paths: dict[str, dict[str, Action]] = {}
    for (method, path), action in ACTIONS.items():
        paths.setdefault(path, {})[method] = action
    return [_route(control, access, path, actions) for path, actions in paths.items()]


def _route(control: Control, access: Access, path: str, actions: dict[str, Action]) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            access.check(request)
        except AccessDenied as error:
            return json_response({"detail": error.reason}, error.status)
        if control.shared and path not in SHARED:
            return error_response(Invalid([problem(["path"], _ONE_WORKER, "value_error")]))
        raw = await read_body(request, control.settings.max_body)
        media_type = "application/octet-stream" if path == SNAPSHOT else "application/json"
        if raw and request.headers.get("content-type", "").partition(";")[0].strip().lower() != media_type:
            # A page of another site can send other types without asking the browser first.
            return json_response({"detail": f"expected a body of type {media_type}, or none"}, 415)
        try:
            body = raw if path == SNAPSHOT else msgspec.json.decode(raw) if raw else dict(request.query_params)
            answer = actions[request.method](control, body)
        except (ValueError, TypeError, NotADataFile, WorldError) as error:
            return error_response(Invalid([problem(["body"], str(error), "value_error")]))
        except ResetRefused as error:
            return json_response({"detail": str(error)}, 409)
        if answer is None:
            return Response(status_code=204)
        if isinstance(answer, bytes):
            return Response(answer, media_type="application/octet-stream")
        return json_response(answer)

    route = Route(path, endpoint, methods=list(actions))
    route.methods = set(actions)
    return route
