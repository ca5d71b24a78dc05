"""Names: every class and module that the generator makes of a component gets its own."""

from __future__ import annotations

from typing import Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from .document import Prepared, Schema


def name_classes(prepared: Prepared) -> None:
    """Drop or change the titles of components whose classes would have the same name or module."""
    taken: set[str] = set()
    named: list[tuple[str, Any]] = []
    for name, schema in prepared.schemas.items():
        if isinstance(schema, dict) and "$ref" not in schema:
            named.append((name, schema))
    # A component whose title is its name has the first right to it.
    for name, schema in sorted(named, key=lambda each: _module(each[1].get("title") or each[0]) != _module(each[0])):
        _name(prepared, name, schema, taken)


def _module(name: str) -> str:
    return str(PythonIdentifier(ClassName(str(name).split("/")[-1], "field_"), "field_"))


def _name(prepared: Prepared, name: str, schema: Schema, taken: set[str]) -> None:
    title = schema.get("title")
    if title and (_module(title) in taken or not str(title).isascii()):
        prepared.change(name, f"the title {title!r}, which another component has, is left out")
        del schema["title"]
        title = None
    chosen, number = title or name, 1
    while _module(chosen) in taken:
        number += 1
        chosen = f"{name} {number}"
    if number > 1:
        prepared.change(name, f"another component has this name in Python: it is called {ClassName(chosen, 'field_')}")
        schema["title"] = chosen
    taken.add(_module(chosen))
