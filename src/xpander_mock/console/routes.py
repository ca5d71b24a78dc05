"""The routes of the console: `/`, and everything else below `/_console/`, a path that the API does not use."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xpander_mock.console.console import Console
from xpander_mock.console.control_page import ControlPage
from xpander_mock.console.invoke_page import InvokePage
from xpander_mock.console.login import Endpoint, guarded_page, login_route
from xpander_mock.console.reference_page import ReferencePage
from xpander_mock.console.rendering import HEADERS, STATIC, static_file
from xpander_mock.console.request_page import RequestPage
from xpander_mock.console.task_list import TaskList
from xpander_mock.console.task_page import TaskPage
from xpander_mock.control.access import Access
from xpander_mock.http.responses import error_response
from xpander_mock.rules.errors import NotFound


def console_routes(console: Console, access: Access) -> list[Route]:
    """Return the routes of all pages, which only callers that `access` lets in can use."""
    tasks, task, control = TaskList(console), TaskPage(console), ControlPage(console)
    invoke, requests, reference = InvokePage(console), RequestPage(console), ReferencePage(console)

    async def status(request: Request) -> Response:
        return console.page("_status.html")

    shown: dict[str, Endpoint] = {
        "/": tasks.home,
        "/_console/tasks": tasks.rows,
        "/_console/overview": tasks.overview,
        "/_console/task": task.show,
        "/_console/task/content": task.content,
        "/_console/invoke": invoke.show,
        "/_console/requests": requests.show,
        "/_console/requests/rows": requests.rows,
        "/_console/requests/{number:int}": requests.details,
        "/_console/control": control.show,
        "/_console/control/settings": control.settings,
        "/_console/snapshot": control.snapshot,
        "/_console/reference": reference.show,
        "/_console/status": status,
    }
    changing: dict[str, Endpoint] = {
        "/_console/task/stop": task.stop,
        "/_console/task/delete": task.delete,
        "/_console/invoke/stream": invoke.stream,
        "/_console/control/{name}": control.command,
    }
    return [
        *(Route(path, guarded_page(access, endpoint), methods=["GET"]) for path, endpoint in shown.items()),
        *(Route(path, guarded_page(access, endpoint), methods=["POST"]) for path, endpoint in changing.items()),
        login_route(access),
        Route("/_console/static/{name}", _static, methods=["GET"]),
    ]


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return error_response(NotFound("Not Found"))
    # The path has a part that changes when the file does.
    return Response(static_file(name), 200, HEADERS | {"Cache-Control": "max-age=31536000, immutable"}, STATIC[name])
