"""The list of tasks, filtered and paged by the parameters of the API's own operation."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.charts import heights, segments
from xpander_mock.console.console import Console, problems
from xpander_mock.console.curl import curl
from xpander_mock.http.validation import validate_parameters
from xpander_mock.rules.errors import Invalid

OPERATION = "list_tasks"
NEWEST_REQUESTS = 12


class TaskList:
    """The first page, and the parts of it that follow what happens.

    Args:
        console: What the pages read.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._operation = console.contract.operations[OPERATION]
        self._names = [parameter.name for parameter in self._operation.parameters]

    async def home(self, request: Request) -> Response:
        """Show the first page."""
        return self._console.page(
            "tasks.html",
            **self.values(request) | overview(self._console, self._organization(request)),
        )

    async def rows(self, request: Request) -> Response:
        """Show the list alone."""
        return self._console.page("_task_list.html", **self.values(request))

    async def overview(self, request: Request) -> Response:
        """Show the charts and the newest requests."""
        return self._console.page("_overview.html", **overview(self._console, self._organization(request)))

    def values(self, request: Request) -> dict[str, Any]:
        """Return what the list shows for the parameters of a request."""
        organization = self._organization(request)
        given = {name: value for name, value in _query(request).items() if name in self._names}
        try:
            params = validate_parameters(self._operation, given, {})
            answer = msgspec.json.decode(self._console.rules.lists.list_tasks(organization, params))
            error = None
        except Invalid as refusal:
            answer = {"items": [], "total": 0, "page": 1, "per_page": 0, "total_pages": 0}
            error = problems(refusal.detail)
        base = str(request.base_url).rstrip("/") + self._operation.path
        return {
            "organization": organization,
            "organizations": self._console.organizations(),
            "agents": self._console.agents(),
            "statuses": self._console.contract.document["components"]["schemas"]["AgentExecutionStatus"]["enum"],
            "given": given,
            "answer": answer,
            "error": error,
            "curl": curl("GET", f"{base}?{urlencode(given)}" if given else base),
            "url_of_page": lambda number: self._url(organization, given | {"page": str(number)}),
            "query": urlencode({"organization": organization} | given),
        }

    def _organization(self, request: Request) -> str:
        return _query(request).get("organization") or self._console.default_organization

    def _url(self, organization: str, given: dict[str, str]) -> str:
        return "/?" + urlencode({"organization": organization} | given)


def overview(console: Console, organization: str) -> dict[str, Any]:
    """Return what the charts and the newest requests show."""
    counts = console.counts.get().get(organization, {})
    statuses = console.contract.document["components"]["schemas"]["AgentExecutionStatus"]["enum"]
    per_second = console.control.requests_per_second()
    return {
        "organization": organization,
        "segments": segments({status: counts.get(status, 0) for status in statuses}),
        "per_second": per_second,
        "heights": heights(per_second),
        "requests": console.control.newest_requests(NEWEST_REQUESTS),
    }


def _query(request: Request) -> dict[str, str]:
    """Return the parameters that have a value; a form sends the empty fields too."""
    return {name: value for name, value in parse_qsl(request.url.query) if value}
