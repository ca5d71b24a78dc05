"""Operations: parameters, bodies, responses and security, as the generator reads them.

The generator passes no parameter styles, security schemes or second content types to a template, but it passes the
responses of an operation with all their extensions. So each response carries what the templates need in `x-client`.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from .document import Prepared, Schema

EXTENSION = "x-client"

_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_JSON = re.compile(r"application/(json|.+\+json)$")
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
_READABLE = ("application/json", "application/octet-stream")
_SENDABLE = (*_READABLE, "application/x-www-form-urlencoded", "multipart/form-data")


def prepare_operations(prepared: Prepared) -> None:
    """Rewrite every operation."""
    _unique_names(prepared)
    schemes = _security_schemes(prepared)
    for path, method, item, operation in prepared.operations():
        where = operation.get("operationId", f"{method} {path}")
        _security(prepared, operation)
        told: dict[str, Any] = {"parameters": _parameters(prepared, path, item, operation, where)}
        told |= {"security": schemes, "requirements": [sorted(each) for each in operation.get("security", [])]}
        _request_body(prepared, operation, where)
        _responses(prepared, operation, told, where)
    for item in prepared.document.get("paths", {}).values():
        item.pop("parameters", None)
    prepared.document.get("components", {}).pop("parameters", None)


def _unique_names(prepared: Prepared) -> None:
    taken: set[tuple[str, str]] = set()
    for path, method, _, operation in prepared.operations():
        operation["tags"] = [tag for tag in operation.get("tags", []) if re.search(r"[^\W_]", str(tag))] or ["default"]
        if "operationId" not in operation:
            continue
        name = operation["operationId"]
        number = 1
        while (operation["tags"][0], PythonIdentifier(name, "field_")) in taken:
            number += 1
            name = f"{operation['operationId']}_{number}"
        if number > 1:
            prepared.change(f"{method} {path}", f"another operation has this name: it is called {name}")
            operation["operationId"] = name
        taken.add((operation["tags"][0], PythonIdentifier(name, "field_")))


def _security(prepared: Prepared, operation: dict[str, Any]) -> None:
    requirements = operation.get("security", prepared.document.get("security", []))
    # An empty alternative: credentials are optional, so the client need not have any.
    operation["security"] = [] if any(not each for each in requirements) else requirements
    if not operation["security"]:
        del operation["security"]


def _security_schemes(prepared: Prepared) -> list[dict[str, str]]:
    """Return the schemes that operations ask for, each with where its credential goes."""
    used = dict.fromkeys(
        name
        for _, _, _, operation in prepared.operations()
        for requirement in operation.get("security", prepared.document.get("security", []))
        for name in requirement
    )
    declared = prepared.document.get("components", {}).get("securitySchemes", {})
    schemes = {name: prepared.resolve(declared.get(name, {})) for name in used}
    keys = [name for name, scheme in schemes.items() if scheme.get("type") == "apiKey"]
    found = []
    for name, scheme in schemes.items():
        if scheme.get("type") == "apiKey":
            argument = "api_key" if len(keys) == 1 else str(PythonIdentifier(name, "key_"))
            found.append({"scheme": name, "argument": argument, "in": scheme["in"], "name": scheme["name"]})
        elif str(scheme.get("scheme", "")).lower() == "basic":
            found.append({"scheme": name, "argument": "basic", "in": "basic", "name": "Authorization"})
        elif scheme.get("type") in ("http", "oauth2", "openIdConnect"):
            found.append({"scheme": name, "argument": "token", "in": "bearer", "name": "Authorization"})
    return found


def _parameters(
    prepared: Prepared, path: str, item: dict[str, Any], operation: dict[str, Any], where: str
) -> list[dict[str, Any]]:
    """Write the parameters of an operation in place, and return how those with another style are sent."""
    declared: dict[tuple[str, str], dict[str, Any]] = {}
    for parameter in (*item.get("parameters", []), *operation.get("parameters", [])):
        found = copy.deepcopy(prepared.resolve(parameter))
        if found.get("name") and found.get("in") in _STYLES:
            declared[found["in"], found["name"]] = found
    in_path = re.findall(r"{([^{}]+)}", path)
    for name in in_path:
        if ("path", name) not in declared:
            prepared.change(where, f"the path parameter {name} is declared, as a string")
            declared["path", name] = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for place, name in list(declared):
        if place == "path" and name not in in_path:
            prepared.change(where, f"the parameter {name}, which is not in the path, is left out")
            del declared[place, name]
    told = [_parameter(prepared, parameter, where) for parameter in declared.values()]
    operation["parameters"] = list(declared.values())
    return [each for each in told if each]


def _parameter(prepared: Prepared, parameter: dict[str, Any], where: str) -> dict[str, Any] | None:
    place = parameter["in"]
    style = parameter.get("style", _STYLES[place])
    explode = parameter.get("explode", style == "form")
    if "schema" not in parameter:
        media_types = list(parameter.pop("content", {"text/plain": {}}).items())
        parameter["schema"] = media_types[0][1].get("schema", {"type": "string"})
        style = "json" if _JSON.match(media_types[0][0]) else style
    if place == "path":
        parameter["required"] = True
    schema = parameter["schema"]
    if parameter.get("description") and "$ref" not in schema:
        schema.setdefault("description", parameter["description"])
    told = {"name": parameter["name"], "in": place, "style": style, "explode": bool(explode)}
    if place == "header" and not _is_plain(prepared, schema):
        # The parser takes no such type in a header, though it does in a query: the templates move it back.
        parameter["in"] = "query"
        parameter.pop("style", None)
        prepared.change(where, f"the header {parameter['name']} is declared in the query, for its type")
    elif style == _STYLES[place] and explode == (style == "form"):
        return None
    return told


def _is_plain(prepared: Prepared, schema: Schema) -> bool:
    schema = prepared.resolve(schema)
    members = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])]
    if members:
        return all(_is_plain(prepared, part) for part in members)
    kinds = schema.get("type")
    plain = {"string", "integer", "number", "boolean", "null"}
    return set(kinds if isinstance(kinds, list) else [kinds]) <= plain and schema.get("format") not in (
        "date",
        "date-time",
        "binary",
    )


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()


def _request_body(prepared: Prepared, operation: dict[str, Any], where: str) -> None:
    if "requestBody" not in operation:
        return
    body = copy.deepcopy(prepared.resolve(operation["requestBody"]))
    operation["requestBody"] = body
    content: dict[str, Any] = body.get("content") or {}
    if not content:
        del operation["requestBody"]
        return
    body["content"] = {}
    for media_type, described in content.items():
        bare = _bare(media_type)
        described.setdefault("schema", {})
        if bare in ("*/*", "application/*"):
            prepared.change(where, f"the body of {media_type} is sent as JSON")
            media_type = "application/json"
        elif bare not in _SENDABLE and not _JSON.match(bare):
            prepared.change(where, f"the body of {media_type} is sent as bytes")
            media_type = f"application/octet-stream; as={bare}"
            described = {"schema": {"type": "string", "format": "binary"}}
        elif bare == "application/octet-stream":
            described = {"schema": {"type": "string", "format": "binary"}}
        body["content"].setdefault(media_type, described)


def _responses(prepared: Prepared, operation: dict[str, Any], told: dict[str, Any], where: str) -> None:
    responses = {
        status: copy.deepcopy(prepared.resolve(response)) for status, response in operation.get("responses", {}).items()
    }
    for status, response in responses.items():
        content = response.get("content")
        if content:
            response["content"] = _readable(prepared, content, f"{where} {status}")
        response[EXTENSION] = told
    operation["responses"] = responses


def _readable(prepared: Prepared, content: dict[str, Any], where: str) -> dict[str, Any]:
    """Return the content types of a response, each as one that the parser knows, JSON first."""
    found: dict[str, Any] = {}
    for media_type, described in sorted(content.items(), key=lambda each: not _JSON.match(_bare(each[0]))):
        bare = _bare(media_type)
        if bare in ("*/*", "application/*"):
            prepared.change(where, f"the response of {media_type} is read as JSON")
            media_type = "application/json"
        elif bare in _LINES:
            media_type = f"text/plain; as={bare}"
        elif bare not in _READABLE and not _JSON.match(bare) and not bare.startswith("text/"):
            is_text = "xml" in bare or "yaml" in bare or "javascript" in bare
            prepared.change(where, f"the response of {media_type} is read as {'text' if is_text else 'bytes'}")
            kind = {"type": "string"} if is_text else {"type": "string", "format": "binary"}
            described = {"schema": kind}
            media_type = f"{'text/plain' if is_text else 'application/octet-stream'}; as={bare}"
        elif bare.startswith("text/") and bare != "text/event-stream":
            schema = prepared.resolve(described.get("schema", {}))
            if schema.get("type") not in ("string", "integer", "number", "boolean"):
                described = {"schema": {"type": "string"}}
        elif bare == "application/octet-stream":
            described = {"schema": {"type": "string", "format": "binary"}}
        found.setdefault(media_type, described)
    return found
