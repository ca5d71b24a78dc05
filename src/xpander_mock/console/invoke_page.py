"""The form that invokes an agent, and the stream that it shows."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from xpander_mock.console.console import CallFailed, Console
from xpander_mock.console.forms import form_fields
from xpander_mock.console.in_process import Answer, ConnectionBroken
from xpander_mock.console.rendering import HEADERS
from xpander_mock.http.responses import json_response


class InvokePage:
    """The form that invokes an agent by the API, and passes its stream on to the browser.

    Args:
        console: What the page reads and calls.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """Show the form; the query may fill in `organization`, `agent_id` and the `id` of a task to continue."""
        organization = request.query_params.get("organization") or self._console.default_organization
        return self._console.page(
            "invoke.html",
            organization=organization,
            organizations=self._console.organizations(),
            agents=self._console.agents().get(organization, {}),
            agent_id=request.query_params.get("agent_id", ""),
            task_id=request.query_params.get("id", ""),
        )

    async def stream(self, request: Request) -> Response:
        """Invoke an agent, and answer as the API does: with a stream, or with the reason of a refusal."""
        fields = await form_fields(request, self._console.control.settings.max_body)
        try:
            headers = self._console.credentials(fields.get("organization", ""))
            body = msgspec.json.encode(invoke_body(fields))
        except (CallFailed, ValueError) as error:
            return _refusal(422, str(error))
        path = f"/v1/agents/{quote(fields.get('agent_id', ''), safe='')}/invoke/stream"
        calling = self._console.api.stream("POST", path, headers | {"content-type": "application/json"}, body)
        try:
            answer = await calling.__aenter__()
        except ConnectionBroken as error:
            return _refusal(502, str(error))
        return StreamingResponse(_passed_on(calling, answer), answer.status, HEADERS, answer.content_type)


async def _passed_on(calling: AbstractAsyncContextManager[Answer], answer: Answer) -> AsyncIterator[bytes]:
    """Yield the body of an answer, and end the call with it, or as soon as the browser leaves."""
    try:
        async for chunk in answer.chunks():
            yield chunk
    finally:
        await calling.__aexit__(None, None, None)


def _refusal(status: int, detail: str) -> Response:
    response = json_response({"detail": detail}, status)
    response.headers.update(HEADERS)
    return response


def invoke_body(fields: dict[str, str]) -> dict[str, Any]:
    """Return the body of an invoke for the fields of the form.

    Raises:
        ValueError: The field `more` is not a JSON object.
    """
    body: dict[str, Any] = {"input": {"text": fields.get("text", "")}}
    if fields.get("id"):
        body["id"] = fields["id"]
    if fields.get("more"):
        try:
            body |= msgspec.json.decode(fields["more"], type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(f"More of the body: expected a JSON object: {error}") from error
    return body
