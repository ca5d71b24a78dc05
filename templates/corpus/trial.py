"""The trial of one generated client, in a process of its own: `python trial.py FOLDER BODIES`.

Imports every module of the package `client` in FOLDER, decodes and encodes the bodies, and prints the outcome as JSON.
"""

import datetime
import functools
import importlib
import json
import operator
import pkgutil
import sys
import time
import typing
from pathlib import Path
from typing import Any

import httpx


def main() -> None:
    """Run the trial and print its outcome."""
    folder, bodies = sys.argv[1:]
    sys.path.insert(0, folder)
    failed = _failing_modules()
    outcomes = [_outcome(body) for body in json.loads(Path(bodies).read_text())] if "client" not in failed else []
    print(json.dumps({"failed": failed, "outcomes": outcomes}))


def _failing_modules() -> list[str]:
    failed = []
    try:
        package = importlib.import_module("client")
        names = [module.name for module in pkgutil.walk_packages(package.__path__, "client.", onerror=lambda _: None)]
    except Exception as error:
        return ["client", f"{type(error).__name__}: {error}"]
    for name in names:
        try:
            importlib.import_module(name)
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {str(error)[:100]}")
    return failed


def _outcome(body: dict[str, Any]) -> dict[str, Any]:
    """Decode a body and encode it again."""
    try:
        module = importlib.import_module(body["module"])
    except Exception:
        return {"result": "missing", "why": body["module"]}
    is_request = body["status"] == "request"
    decode, encode = (_request if is_request else _response)(module, body)
    try:
        again = encode(decode())
    except Exception as error:
        return {"result": "refused", "why": f"{type(error).__name__}: {str(error)[:200]}"}
    kept = _same(body["content"], again) if is_request else _holds(again, body["content"])
    seconds = []
    for _ in range(0 if is_request else 7):
        begun = time.perf_counter()
        decode()
        seconds.append(time.perf_counter() - begun)
    return {
        "result": "kept" if kept else "lost",
        "why": "" if kept else str(again)[:200],
        "seconds": min(seconds, default=None),
    }


def _response(module: Any, body: dict[str, Any]) -> tuple[Any, Any]:
    status = {"default": 599}.get(body["status"]) or int(body["status"].replace("XX", "99"))
    content = json.dumps(body["content"]).encode()

    response = httpx.Response(status, content=content, headers={"content-type": body["media_type"]})
    if hasattr(module, "parse_response"):
        dump = importlib.import_module("client.conversion").dump
        return lambda: module.parse_response(response), dump
    client = importlib.import_module("client").Client(base_url="https://x.example", raise_on_unexpected_status=True)
    return lambda: module._parse_response(client=client, response=response), _stock_dump


def _request(module: Any, body: dict[str, Any]) -> tuple[Any, Any]:
    if hasattr(module, "build_request"):
        conversion = importlib.import_module("client.conversion")
        hints = typing.get_type_hints(module.build_request)
        return lambda: conversion.from_plain(body["content"], _json_type(hints["body"])), conversion.dump
    hints = typing.get_type_hints(module._get_kwargs)
    kind = _json_type(hints["body"])
    if hasattr(kind, "from_dict"):
        return lambda: kind.from_dict(body["content"]), _stock_dump
    return lambda: body["content"], _stock_dump


def _json_type(hint: Any) -> Any:
    """Return the part of a union of bodies that stands for JSON: all but files and `Unset`."""
    parts = [
        part for part in typing.get_args(hint) if getattr(part, "__name__", "") not in ("Unset", "UnsetType", "File")
    ]
    if not parts or typing.get_origin(hint) in (list, dict):
        return hint
    return parts[0] if len(parts) == 1 else functools.reduce(operator.or_, parts)


def _stock_dump(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [_stock_dump(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return (
        getattr(value, "value", value)
        if value is None or not hasattr(value, "hex") or isinstance(value, float)
        else str(value)
    )


def _plain(value: Any) -> Any:
    """Return a scalar so that two spellings of one instant or id are equal."""
    if isinstance(value, str) and len(value) > 18 and value[4:5] == "-":
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            return value
        return moment.astimezone(datetime.UTC).isoformat() if moment.tzinfo else moment.isoformat()
    return value.lower() if isinstance(value, str) and len(value) == 36 else value


def _holds(again: Any, body: Any) -> bool:
    """Return whether a decoded response has all of the body; null is absent, and defaults may be added."""
    if isinstance(body, dict):
        return isinstance(again, dict) and all(_holds(again.get(name), value) for name, value in body.items())
    if isinstance(body, list):
        return isinstance(again, list) and len(again) == len(body) and all(map(_holds, again, body))
    return body is None or ((type(body) is bool) == (type(again) is bool) and bool(_plain(again) == _plain(body)))


def _same(body: Any, again: Any) -> bool:
    if isinstance(body, dict):
        return (
            isinstance(again, dict)
            and body.keys() == again.keys()
            and all(_same(body[name], again[name]) for name in body)
        )
    if isinstance(body, list):
        return isinstance(again, list) and len(again) == len(body) and all(map(_same, body, again))
    return (type(body) is bool) == (type(again) is bool) and bool(_plain(again) == _plain(body))


if __name__ == "__main__":
    main()
