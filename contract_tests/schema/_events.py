"""The events of a stream, line by line."""

import json
import re
from collections.abc import Iterator
from functools import cache

import jsonschema_rs

from contract_tests.contract import document


def faults_in_stream(body: bytes) -> Iterator[str]:
    """Yield what is wrong with the body of a whole event stream."""
    # Only these end a line of an event stream; JSON may hold others that Python would split at.
    lines = [line[5:] for line in re.split(rb"\r\n|\r|\n", body) if line.startswith(b"data:")]
    if not lines:
        yield "a stream without one event"
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except ValueError as error:
            yield f"event {number} is not JSON: {error}"
            continue
        for fault in _validator().iter_errors(event):
            yield f"event {number}: {fault.message} at {'/'.join(map(str, fault.instance_path)) or 'its top'}"


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": "#/components/schemas/TaskEvent", "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
