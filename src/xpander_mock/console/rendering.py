"""Makes pages from the templates beside this module. Every value is escaped."""

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

if TYPE_CHECKING:
    from jinja2 import Environment

if find_spec("jinja2") is None:  # imported below, with the first page, since most mocks are never looked at
    raise ModuleNotFoundError("No module named 'jinja2'", name="jinja2")

HEADERS = {
    # Scripts and styles come from files of ours alone, so that markup in a task could do nothing even if it got in.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "htmx.min.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""The files that pages load, and their types."""


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Render a template as an answer.

    Args:
        template: The name of the template.
        status: The answer's status.
        values: What the template shows.
    """
    text = _environment().get_template(template).render(values)
    # A lone surrogate, which JSON can hold and UTF-8 cannot, is shown as a question mark.
    return Response(text.encode("utf-8", "replace"), status, HEADERS, "text/html")


@cache
def static_file(name: str) -> bytes:
    """Return one of the files that pages load."""
    return (files("xpander_mock.console") / "static" / name).read_bytes()


@cache
def static_url(name: str) -> str:
    """Return the path of a file, with a part that changes when the file does, so that browsers may store it."""
    return f"/_console/static/{name}?{sha256(static_file(name)).hexdigest()[:12]}"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("xpander_mock.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"instant": instant, "pretty": pretty}
    environment.globals["static_url"] = static_url
    return environment


def instant(text: str | None) -> str:
    """Write an RFC 3339 date-time in UTC for people: to the second, with a space in place of the T."""
    return "" if text is None else text[:19].replace("T", " ")


def pretty(value: Any) -> str:
    """Write a value, or a text that holds one, as indented JSON; a text that holds none as it is."""
    try:
        return json.dumps(json.loads(value) if isinstance(value, str) else value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return str(value)
