"""What the pages of the console read and call."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.charts import AffordableCounts
from xpander_mock.console.in_process import Client, ConnectionBroken, InProcessClient
from xpander_mock.console.rendering import page
from xpander_mock.contract import Contract
from xpander_mock.control.control import Control
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.redaction import redact_json
from xpander_mock.rules.matching import RequestMatch
from xpander_mock.rules.rules import Rules

# Of the request that a browser sends to the console, what the check of the control needs to see again.
_PASSED_ON = ("host", "origin", "cookie", "authorization")


class CallFailed(Exception):
    """The API or the control refused a call, or a fault struck it. The message says which call, and why."""


class Console:
    """The parts of a mock that the console shows.

    Pages read tasks by the rules, past faults, rate limit and log, so that looking changes nothing. What a button
    does goes through all of these, as the call of a client would.

    Args:
        control: What can be done to the mock.
        contract: The documented operations.
        rules: The parts that answer operations.
        authentication: The keys.
        api: A client of the whole mock.
    """

    def __init__(
        self,
        control: Control,
        contract: Contract,
        rules: Rules,
        authentication: Authentication,
        api: InProcessClient,
    ) -> None:
        self.control = control
        self.contract = contract
        self.rules = rules
        self.authentication = authentication
        self.api = api
        self.counts = AffordableCounts(control.count_by_status)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Render a template as an answer. Each knows the settings in force, and whether other processes have theirs."""
        return page(template, status, settings=self.settings_in_force(), shared=self.control.shared, **values)

    def organizations(self) -> list[str]:
        """Return the organizations, those with a key first."""
        with_keys = [*self.authentication.api_keys.values(), *self.authentication.bearer_tokens.values()]
        return list(dict.fromkeys([*with_keys, *self.agents(), *self.counts.get()]))

    @property
    def default_organization(self) -> str:
        """The organization that a page shows when none is asked for; empty when there is none."""
        return next(iter(self.organizations()), "")

    def agents(self) -> dict[str, dict[str, str]]:
        """Return the names of all agents by organization and agent id."""
        return self.rules.ownership.agents.names()

    def settings_in_force(self) -> dict[str, Any]:
        """Return the clock, scripts, faults and rate limit as JSON, without credentials in the conditions of rules."""
        settings: dict[str, Any] = redact_json(msgspec.to_builtins(self.control.settings_in_force()))
        settings["scripts"] = [_said(script) for script in settings["scripts"]]
        for fault in settings["faults"]:
            fault["conditions"] = _said({name: fault[name] for name in RequestMatch.__struct_fields__})
        return settings

    def credentials(self, organization: str) -> dict[str, str]:
        """Return the header that proves an organization.

        Raises:
            CallFailed: It has none.
        """
        for key, owner in self.authentication.api_keys.items():
            if owner == organization:
                return {"x-api-key": key}
        for token, owner in self.authentication.bearer_tokens.items():
            if owner == organization:
                return {"authorization": f"Bearer {token}"}
        raise CallFailed(f"the organization {organization!r} has no credentials, so nothing can be called in its name")

    async def call(self, name: str, organization: str, method: str, path: str) -> None:
        """Call an operation of the API in the name of an organization.

        Raises:
            CallFailed: It was not successful.
        """
        await self._checked(name, method, path, self.credentials(organization))

    async def command(self, request: Request, method: str, path: str, value: Any) -> None:
        """Call the control.

        Args:
            request: The request that asks for it, whose right to do so is checked again.
            method: The HTTP method.
            path: The path below `/_mock/`.
            value: The JSON body.

        Raises:
            CallFailed: It was refused.
        """
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        client = (request.client.host, request.client.port) if request.client else None
        await self._checked(path, method, f"/_mock/{path}", headers, value, client)

    async def _checked(
        self,
        name: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        value: Any = msgspec.UNSET,
        client: Client | None = None,
    ) -> None:
        try:
            status, body = await self.api.request(method, path, headers, value, client)
        except ConnectionBroken as error:
            raise CallFailed(f"{name}: {error}") from error
        if status >= 300:
            raise CallFailed(f"{name} answered {status}: {reason(body)}")


def reason(body: bytes) -> str:
    """Return the reason in the body of a refusal: the messages of a documented error, or else the text itself."""
    try:
        detail = msgspec.json.decode(body)["detail"]
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return body[:300].decode("utf-8", "replace") or "no body"
    return problems(detail)


def problems(detail: Any) -> str:
    """Write the `detail` of a documented error for people."""
    if not isinstance(detail, list):
        return str(detail)
    return "; ".join(_problem(problem["loc"], problem["msg"]) for problem in detail)


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def _problem(where: Sequence[str | int], message: str) -> str:
    return message if where == ["body"] else f"{'.'.join(map(str, where))}: {message}"
