"""An OpenAPI document with the places where each of its parts is used."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Direction = Literal["request", "response", "operation"]
# Parts that show the contract without being part of it.
ILLUSTRATIONS = frozenset({"example", "examples", "links", "x-mcp"})


@dataclass(frozen=True, slots=True)
class Usage:
    """One place where a part of the document is used.

    Args:
        operation: The operationId.
        direction: Whether it is sent, answered, or describes the operation itself.
        status: The status of the answer, or an empty string.
        names: The parameter, header or fields that lead to the part, outermost first.
    """

    operation: str
    direction: Direction
    status: str = ""
    names: tuple[str, ...] = ()


class DocumentError(Exception):
    """A file is not an OpenAPI document; the message says why."""


class Document:
    """An OpenAPI document.

    Args:
        data: The parsed document.
    """

    def __init__(self, data: Any) -> None:
        self.data = data

    @classmethod
    def read(cls, path: Path) -> Document:
        """Read a document in YAML or JSON.

        Raises:
            DocumentError: The file cannot be read, or is no OpenAPI 3 document.
        """
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise DocumentError(f"{path}: {getattr(error, 'strerror', None) or 'expected UTF-8 text'}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise DocumentError(f"{path}: expected YAML or JSON, got {str(error).splitlines()[0]}") from None
        version = data.get("openapi") if isinstance(data, dict) else None
        if not str(version).startswith("3.") or not isinstance(data.get("paths"), dict):
            raise DocumentError(f"{path}: expected an OpenAPI 3 document with `openapi` and `paths`")
        return cls(data)

    def resolve(self, pointer: str) -> Any:
        """Return the node at a pointer such as `#/components/schemas/Task`, or None if there is none."""
        node = self.data
        for part in pointer.removeprefix("#").lstrip("/").split("/") if pointer != "#" else ():
            part = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and part in node:
                node = node[part]
            elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            else:
                return None
        return node

    def follow(self, node: Any) -> Any:
        """Return what a node refers to, or the node itself."""
        seen = 0
        while isinstance(node, dict) and isinstance(node.get("$ref"), str) and seen < 50:
            node, seen = self.resolve(node["$ref"]), seen + 1
        return node

    @cached_property
    def operations(self) -> dict[str, tuple[str, str]]:
        """Method and path of each operation, by operationId."""
        return {
            operation.get("operationId", f"{method} {path}"): (method, path)
            for path, item in self.data["paths"].items()
            for method, operation in item.items()
            if method in METHODS
        }

    def usages(self, pointer: str) -> list[Usage]:
        """Return where the part at a pointer is used; for a part inside an unused one, an empty list."""
        while pointer not in self._usages and "/" in pointer:
            pointer = pointer.rpartition("/")[0]
        return self._usages.get(pointer, [])

    @cached_property
    def _usages(self) -> dict[str, list[Usage]]:
        found: dict[str, list[Usage]] = defaultdict(list)
        seen: set[tuple[str, Usage]] = set()
        for operation, (method, path) in self.operations.items():
            item = f"#/paths/{escape(path)}"
            usage = Usage(operation, "operation")
            found[item].append(usage)
            self._walk(self.resolve(f"{item}/{method}"), f"{item}/{method}", usage, found, seen)
            for number, parameter in enumerate(self.data["paths"][path].get("parameters", ())):
                self._walk(parameter, f"{item}/parameters/{number}", usage, found, seen)
        return found

    def _walk(
        self,
        node: Any,
        pointer: str,
        usage: Usage,
        found: dict[str, list[Usage]],
        seen: set[tuple[str, Usage]],
    ) -> None:
        if isinstance(node, dict) and "in" in node and isinstance(node.get("name"), str):
            usage = Usage(usage.operation, "request", names=(node["name"],))
        # A schema may contain itself: the last names tell whether this way into it is new.
        if (pointer, Usage(usage.operation, usage.direction, usage.status, usage.names[-1:])) in seen:
            return
        seen.add((pointer, Usage(usage.operation, usage.direction, usage.status, usage.names[-1:])))
        found[pointer].append(usage)
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            self._walk(self.resolve(node["$ref"]), node["$ref"], usage, found, seen)
        children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        parent = pointer.rpartition("/")[2]
        for key, value in children:
            if key in ILLUSTRATIONS and parent != "properties":
                continue
            below = f"{pointer}/{escape(str(key))}"
            self._walk(value, below, _step(usage, parent, str(key)), found, seen)


def _step(usage: Usage, parent: str, key: str) -> Usage:
    if usage.direction == "operation" and key == "requestBody":
        return Usage(usage.operation, "request")
    if usage.direction == "operation" and parent == "responses":
        return Usage(usage.operation, "response", key)
    if parent in ("properties", "headers"):
        return Usage(usage.operation, usage.direction, usage.status, (*usage.names, key))
    return usage


def escape(part: str) -> str:
    """Return a key as a part of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def sentences_of(text: str) -> list[str]:
    """Split a text into sentences, with single spaces."""
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(text.split())) if part]
