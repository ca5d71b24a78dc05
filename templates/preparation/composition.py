"""Composition: `allOf` as one schema, unions with what stands beside them, discriminators, and circles of unions."""

from __future__ import annotations

import copy
from typing import Any

from .document import Prepared, Schema, component, component_name
from .schemas import is_note

_UNIONS = ("anyOf", "oneOf")
_MOST_MEMBERS = 60


def compose(prepared: Prepared) -> None:
    """Rewrite compositions that the generator's parser refuses or reads in part."""
    _discriminate(prepared)
    composition = _Composition(prepared)
    for name in list(prepared.schemas):
        composition.component(name)
    prepared.rewrite(lambda schema, where: composition.inline(schema, where))
    _break_circles(prepared)


class _Composition:
    """The components of a document, composed one after the other, each before those that it is part of."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._done: set[str] = set()
        self._busy: set[str] = set()

    def component(self, name: str) -> None:
        """Compose a component."""
        if name in self._done or name in self._busy or name not in self._prepared.schemas:
            return
        self._busy.add(name)
        schema = self._prepared.schemas[name]
        self._prepared.schemas[name] = self._composed(schema, name, name)
        self._busy.discard(name)
        self._done.add(name)

    def inline(self, schema: Schema, where: str) -> Schema:
        """Compose a schema that is no component."""
        return self._composed(schema, where, None)

    def _composed(self, schema: Schema, where: str, name: str | None) -> Schema:
        parts = schema.get("allOf")
        own = {key: value for key, value in schema.items() if key != "allOf"}
        own_union = [key for key in _UNIONS if own.get(key)]
        if not parts:
            if own_union and own.get("properties"):
                return self._distributed([{k: v for k, v in own.items() if k not in _UNIONS}], own, where, name)
            return schema
        constrains = any(not is_note(key) and key not in ("default", "nullable") for key in own)
        if len(parts) == 1 and not constrains and component_name(parts[0]):
            return schema
        expanded = [self._expanded(part, name) for part in [*parts, own]]
        unions = [part for part in expanded if any(part.get(key) for key in _UNIONS)]
        if unions:
            plain = [{k: v for k, v in part.items() if k not in _UNIONS} for part in expanded]
            return self._distributed(plain, unions[-1], where, name)
        return self._merged(expanded, where)

    def _expanded(self, part: Schema, owner: str | None) -> Schema:
        """Return a part of a composition with its reference resolved and its own composition done."""
        found = component_name(part)
        if found is not None:
            if found in self._busy:
                # The part is composed of this schema in turn; what it adds cannot be known.
                target = self._prepared.schemas[found]
                return {key: value for key, value in copy.deepcopy(target).items() if key in ("properties", "required")}
            self.component(found)
            part = self._prepared.schemas.get(found, {})
            seen = {found}
            while (again := component_name(part)) and again not in seen:
                seen.add(again)
                self.component(again)
                part = self._prepared.schemas.get(again, {})
            part = {key: value for key, value in part.items() if key not in ("title", "description", "discriminator")}
            if owner is not None:
                part = {k: v for k, v in part.items() if k not in _UNIONS or not self._leads_to(v, owner)}
            if len(part.get("allOf", [])) == 1:
                return self._expanded(part["allOf"][0], owner)
        elif "$ref" not in part and part.get("allOf"):
            part = self._composed(part, owner or "", None)
            if len(part.get("allOf", [])) == 1:
                return self._expanded(part["allOf"][0], owner)
        return copy.deepcopy(part)

    def _leads_to(self, members: Any, owner: str) -> bool:
        return isinstance(members, list) and any(component_name(member) == owner for member in members)

    def _merged(self, parts: list[Schema], where: str) -> Schema:
        merged: Schema = {}
        for part in parts:
            for key, value in part.items():
                merged[key] = self._joined(key, merged[key], value, where) if key in merged else value
        if "properties" in merged:
            merged.setdefault("type", "object")
        return merged

    def _joined(self, key: str, first: Any, second: Any, where: str) -> Any:
        if key == "properties":
            joined = dict(first)
            for name, schema in second.items():
                joined[name] = self._property(joined[name], schema, f"{where}.{name}") if name in joined else schema
            return joined
        if key == "required":
            return list(dict.fromkeys([*first, *second]))
        if key == "enum":
            return [value for value in first if value in second] or second
        if key == "type" and first != second:
            kinds = [[kind] if isinstance(kind, str) else kind for kind in (first, second)]
            shared = [kind for kind in kinds[0] if kind in kinds[1]]
            return (
                (shared[0] if len(shared) == 1 else shared)
                if shared
                else "integer"
                if {first, second}
                == {
                    "integer",
                    "number",
                }
                else second
            )
        if key == "additionalProperties":
            return second if first is True else first if second is True else second
        return second

    def _property(self, first: Schema, second: Schema, where: str) -> Schema:
        """Return a property that two parts of a composition declare."""
        if first == second or not any(not is_note(key) for key in second):
            return {**first, **second}
        if not any(not is_note(key) for key in first):
            return second
        self._prepared.change(where, "two parts of a composition declare it: the last one counts")
        if "$ref" in first or "$ref" in second or any(key in first or key in second for key in (*_UNIONS, "allOf")):
            return second
        return self._merged([first, second], where)

    def _distributed(self, plain: list[Schema], union: Schema, where: str, name: str | None) -> Schema:
        """Return a union of compositions, one for each member of a union that stands beside other schemas."""
        key = next(key for key in _UNIONS if union.get(key))
        shared = self._merged([copy.deepcopy(part) for part in plain], where)
        members = union[key]
        if len(members) > _MOST_MEMBERS or name is None:
            self._prepared.change(where, f"{key} beside other keywords is left out; its fields are undeclared")
            return shared
        self._prepared.change(where, f"{key} beside other keywords is a union of compositions")
        notes = {note: value for note, value in shared.items() if is_note(note)}
        rest = {note: value for note, value in shared.items() if not is_note(note)}
        composed: list[Schema] = []
        for index, member in enumerate(members):
            expanded = self._expanded(member, name)
            if any(expanded.get(union_key) for union_key in _UNIONS) or expanded.get("type") in ("null", "array"):
                composed.append(member)
                continue
            own = {note: value for note, value in expanded.items() if note != "title"}
            told = component_name(member) or member.get("title") or f"type_{index}"
            composed.append(self._new(f"{name}_{told}", self._merged([copy.deepcopy(rest), own], where)))
        return {**notes, key: composed}

    def _new(self, name: str, schema: Schema) -> Schema:
        free, number = name, 1
        while free in self._prepared.schemas and self._prepared.schemas[free] != schema:
            number += 1
            free = f"{name}_{number}"
        self._prepared.schemas[free] = schema
        self._done.add(free)
        return component(free)


def _discriminate(prepared: Prepared) -> None:
    """Write the values of a discriminator into the members, which the parser does not show otherwise."""
    told: dict[str, dict[str, set[str]]] = {}
    for schema in list(prepared.schemas.values()):
        _collect(prepared, schema, told)
    for name, properties in told.items():
        for field, values in properties.items():
            _limit(prepared, name, field, sorted(values))


def _collect(prepared: Prepared, schema: Any, told: dict[str, dict[str, set[str]]]) -> None:
    if isinstance(schema, list):
        for part in schema:
            _collect(prepared, part, told)
    if not isinstance(schema, dict):
        return
    discriminator = schema.get("discriminator")
    members = [component_name(member) for key in _UNIONS for member in schema.get(key) or []]
    if isinstance(discriminator, dict) and "propertyName" in discriminator:
        mapping = {
            value: component_name({"$ref": ref}) or ref for value, ref in discriminator.get("mapping", {}).items()
        }
        for member in members:
            if member in prepared.schemas:
                values = {value for value, target in mapping.items() if target == member} or {member}
                told.setdefault(member, {}).setdefault(discriminator["propertyName"], set()).update(values)
    for key, part in schema.items():
        if key not in ("example", "examples", "default", "enum"):
            _collect(prepared, part, told)


def _limit(prepared: Prepared, name: str, field: str, values: list[str]) -> None:
    schema = prepared.schemas[name]
    own = schema.get("properties", {}).get(field)
    if own is None or set(own) - {"type"} - {key for key in own if is_note(key)} or own.get("type") != "string":
        return
    own["enum"] = values
    prepared.change(f"{name}.{field}", "the values of the discriminator are an enum")


def _break_circles(prepared: Prepared) -> None:
    """Replace a reference by any value where unions and arrays are made of themselves, without an object between."""
    done: set[str] = set()

    def visit(node: Any, path: tuple[str, ...]) -> Any:
        name = component_name(node)
        if name is not None:
            if name in path:
                prepared.change(name, "it is made of itself without an object between: any value is accepted there")
                return {}
            enter(name, path)
            return node
        if not isinstance(node, dict) or node.get("properties") or node.get("enum"):
            return node
        is_object = node.get("type") == "object" or "additionalProperties" in node
        for key in ("allOf", *_UNIONS):
            if node.get(key):
                node[key] = [visit(part, path) for part in node[key]]
        if isinstance(node.get("items"), dict) and not is_object:
            node["items"] = visit(node["items"], path)
        return node

    def enter(name: str, path: tuple[str, ...]) -> None:
        if name not in done and name in prepared.schemas:
            prepared.schemas[name] = visit(prepared.schemas[name], (*path, name))
            done.add(name)

    for name in list(prepared.schemas):
        enter(name, ())
