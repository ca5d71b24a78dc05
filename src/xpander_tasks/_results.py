"""Decoding the result of a task into a type of the caller."""

from __future__ import annotations

from typing import Any

import msgspec

from xpander_tasks.errors import DecodeError, UsageError


def decode_result(task_id: str, result: str, as_type: Any) -> Any:
    """Decode a JSON result.

    Args:
        task_id: The task, for the message.
        result: The JSON.
        as_type: A dataclass, attrs or msgspec class, TypedDict, pydantic model, a built-in, or one of these inside
            another.

    Raises:
        DecodeError: The result is not JSON, or does not fit the type.
        UsageError: Nothing can be decoded into the type.
    """
    try:
        if validate := getattr(as_type, "model_validate_json", None):
            return validate(result)
        return msgspec.json.decode(result, type=as_type, dec_hook=_decode_pydantic)
    except TypeError as error:
        raise UsageError(0, f"a result cannot be decoded into {as_type!r}: {error}") from None
    except (ValueError, RecursionError) as error:  # pydantic's and msgspec's errors are both ValueErrors
        raise DecodeError(
            0, f"the result of task {task_id} is not what was expected: {error}", body=result, task_id=task_id
        ) from error


def _decode_pydantic(as_type: Any, value: Any) -> Any:
    """Decode what msgspec does not know: a pydantic model inside another type."""
    if (validate := getattr(as_type, "model_validate", None)) is None:
        raise TypeError(f"{as_type!r} is not supported")
    return validate(value)
