"""The requests to the API, as they come."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.charts import heights
from xpander_mock.console.console import Console

NEWEST = 100


class RequestPage:
    """The requests to the API, newest first, each with its body on demand.

    Args:
        console: What the page reads.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """Show the whole page."""
        return self._console.page("requests.html", **self._values())

    async def rows(self, request: Request) -> Response:
        """Show the requests alone."""
        return self._console.page("_requests.html", **self._values())

    async def details(self, request: Request) -> Response:
        """Show the headers and the body of one request."""
        found = self._console.control.find_request(request.path_params["number"])
        return self._console.page("_request.html", 200 if found else 404, request=found)

    def _values(self) -> dict[str, Any]:
        per_second = self._console.control.requests_per_second()
        return {
            "requests": self._console.control.newest_requests(NEWEST),
            "per_second": per_second,
            "heights": heights(per_second),
        }
