"""Which requests a script or a fault is for."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

import msgspec

from xpander_mock.calls import contains

HEADERS: ContextVar[Mapping[str, str]] = ContextVar("HEADERS")
"""The headers of the invoke that is answered, names in lower case; set by the routes."""


class Request(NamedTuple):
    """What of a request can be matched; None where it has none.

    Args:
        agent_id: The agent in its path, or the task's.
        task_id: The task in its path, or the `id` in its body.
        organization_id: The organization that its credentials belong to.
        headers: Its headers, names in lower case.
        body: Its JSON body.
    """

    agent_id: str | None
    task_id: str | None
    organization_id: str | None
    headers: Mapping[str, str]
    body: Any


class RequestMatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Conditions on a request, all of which must hold.

    Args:
        agent_id: Only requests for this agent.
        task_id: Only requests for this task.
        organization_id: Only requests of this organization.
        request_headers: Only requests with these headers and values, names in any case.
        request_body: Only requests whose JSON body has these fields and values, to any depth.
    """

    agent_id: str | None = None
    task_id: str | None = None
    organization_id: str | None = None
    request_headers: dict[str, str] = {}
    request_body: dict[str, Any] = {}

    @property
    def has_conditions(self) -> bool:
        """Whether there is a condition at all."""
        ids = (self.agent_id, self.task_id, self.organization_id)
        return ids != (None, None, None) or bool(self.request_headers or self.request_body)

    def matches(self, request: Request) -> bool:
        """Tell whether all conditions hold for a request."""
        return (
            self.agent_id in (None, request.agent_id)
            and self.task_id in (None, request.task_id)
            and self.organization_id in (None, request.organization_id)
            and all(request.headers.get(name.lower()) == value for name, value in self.request_headers.items())
            and (not self.request_body or contains(request.body, self.request_body))
        )
