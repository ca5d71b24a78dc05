"""Asks a person for the control token, once for each browser."""

from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from xpander_mock.control.access import COOKIE, Access, AccessDenied

LOGIN_PATH = "/_console/login"
_MAX_FORM = 10_000  # bytes
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded_page(access: Access, page: Endpoint) -> Endpoint:
    """Return a page that is shown only to callers who may use the console; others get the reason or the login form."""

    async def endpoint(request: Request) -> Response:
        try:
            access.check(request)
        except AccessDenied as error:
            return _denied(error)
        return await page(request)

    return endpoint


def login_route(access: Access) -> Route:
    """Return the route that takes the token from the form, and keeps a cookie in the browser."""

    async def login(request: Request) -> Response:
        try:
            access.check(request)
        except AccessDenied as error:
            form = b""
            async for chunk in request.stream():
                form += chunk
                if len(form) > _MAX_FORM:
                    return _denied(error)
            token = parse_qs(form.decode("utf-8", "replace")).get("token", [""])[0]
            if error.status != 401 or not access.is_token(token):
                return _denied(error)
        response = RedirectResponse("/", 303)
        response.set_cookie(COOKIE, access.cookie, httponly=True, samesite="strict")
        return response

    return Route(LOGIN_PATH, login, methods=["POST"])


def _denied(error: AccessDenied) -> Response:
    form = (
        f"<form method=post action={LOGIN_PATH}><label>Control token "
        "<input name=token type=password autocomplete=current-password autofocus></label> <button>Open</button></form>"
    )
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=color-scheme content='light dark'>"
        f"<title>xpander_mock</title><h1>xpander_mock</h1><p>{escape(error.reason)}</p>"
        f"{form if error.status == 401 else ''}</html>",
        error.status,
    )
