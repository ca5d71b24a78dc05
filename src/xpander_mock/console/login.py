"""Asks a person for the control token, once for each browser."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xpander_mock.console.forms import form_fields
from xpander_mock.console.rendering import page
from xpander_mock.control.access import COOKIE, Access, AccessDenied

LOGIN_PATH = "/_console/login"
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded_page(access: Access, endpoint: Endpoint) -> Endpoint:
    """Return a page that is shown only to callers who may use the console; others get the reason or the login form."""

    async def checked(request: Request) -> Response:
        try:
            access.check(request)
        except AccessDenied as error:
            return _denied(request, error)
        return await endpoint(request)

    return checked


def login_route(access: Access) -> Route:
    """Return the route that takes the token from the form, and keeps a cookie in the browser."""

    async def login(request: Request) -> Response:
        try:
            access.check(request)
        except AccessDenied as error:
            if error.status != 401 or not access.is_token((await form_fields(request)).get("token", "")):
                return _denied(request, error)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, access.cookie, httponly=True, samesite="strict")
        return response

    return Route(LOGIN_PATH, login, methods=["POST"])


def _denied(request: Request, error: AccessDenied) -> Response:
    response = page("login.html", error.status, reason=error.reason, asks=error.status == 401, action=LOGIN_PATH)
    if "hx-request" in request.headers:
        response.headers["HX-Refresh"] = "true"  # a part of a page is no place for the form
    return response
