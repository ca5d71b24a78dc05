"""JSON bodies that may be malformed."""

import json
from typing import Any


def parse_json(body: bytes | str) -> Any:
    """Return the value of a JSON text, or None if it is not JSON.

    Callers that have to tell `null` from malformed text compare the body itself.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
