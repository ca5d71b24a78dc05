"""Requests as commands for a shell, with a variable in place of the key."""

import json
import shlex
from typing import Any
from urllib.parse import quote

from xpander_mock.contract import Contract, Operation

KEY_HEADER = '-H "x-api-key: $XPANDER_API_KEY"'
"""Part of each command. The shell puts in the key, so that no page, history or screenshot shows it."""


def curl(method: str, url: str, body: Any = None, *, streams: bool = False) -> str:
    """Return a shell command that sends a request.

    Args:
        method: The HTTP method.
        url: The whole URL, percent-encoded.
        body: The JSON body; None sends none.
        streams: Whether the answer is a stream, to be printed as it comes.
    """
    words = ["curl -s", KEY_HEADER]
    if streams:
        words.append("-N")
    if method != "GET":
        words.append(f"-X {method}")
    if body is not None:
        words.append(f"-H 'content-type: application/json' -d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " ".join([*words, shlex.quote(url)])


def task_path(task_id: str, rest: str = "") -> str:
    """Return the path of a task, whatever characters its id has."""
    return f"/v1/tasks/{quote(task_id, safe='')}{rest}"


def example(contract: Contract, operation: Operation, url: str) -> str:
    """Return a shell command that calls an operation with the contract's examples."""
    examples = {
        parameter["name"]: parameter["example"]
        for parameter in contract.document["components"]["parameters"].values()
        if parameter["in"] == "path"
    }
    body = None
    if operation.body is not None:
        content = contract.document["components"]["requestBodies"]["Invoke"]["content"]["application/json"]
        body = next(iter(content["examples"].values()))["value"]
    return curl(
        operation.method, url + operation.path.format(**examples), body, streams=operation.id.endswith("_stream")
    )
