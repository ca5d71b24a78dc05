"""Unions: rank their members by how well they fit a value, before anything is decoded."""

import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin
from uuid import UUID

from .layout import is_model, layout, members
from .types import File, Unset


class ObjectMember(NamedTuple):
    """A model as a member of a union, by the names of its fields in JSON."""

    model: Any
    required: frozenset[str]
    known: frozenset[str]
    constants: dict[str, frozenset[Any]]
    """The values of fields that have a constant; another value excludes the member."""
    values: dict[str, frozenset[Any]]
    """The documented values of fields that are enums; another value makes the member a worse fit."""
    closed: bool
    """Whether the model declares that there are no other fields."""

    def rank(self, value: dict[str, Any]) -> tuple[int, int] | None:
        """Return a key to sort members by, or None if the member cannot fit."""
        names = value.keys()
        if not self.required <= names:
            return None
        for name, allowed in self.constants.items():
            if name in names and not _among(value[name], allowed):
                return None
        unlisted = sum(name in names and not _among(value[name], allowed) for name, allowed in self.values.items())
        known = len(names & self.known)
        return unlisted + (self.closed and known < len(value)), -known


class UnionPlan(NamedTuple):
    """The members of a union by the JSON types that they accept."""

    nullable: bool
    scalars: tuple[Any, ...]
    """In the order in which they are tried."""
    lists: tuple[Any, ...]
    maps: tuple[Any, ...]
    objects: tuple[ObjectMember, ...]
    tag: str | None
    """The field whose constants tell the objects apart."""
    by_tag: dict[Any, ObjectMember]

    def candidates(self, value: Any) -> list[Any]:
        """Return the members that may fit a value, the best one first."""
        if isinstance(value, dict):
            return [*self._objects(value), *self.maps]
        return list(self.lists if isinstance(value, list) else self.scalars)

    def _objects(self, value: dict[str, Any]) -> list[Any]:
        if self.tag is not None:
            tag = value.get(self.tag)
            found = self.by_tag.get(tag) if isinstance(tag, str | int) else None
            if found is not None:
                return [found.model]
        ranked = [(rank, index) for index, each in enumerate(self.objects) if (rank := each.rank(value)) is not None]
        return [self.objects[index].model for _, index in sorted(ranked)]


def _among(value: Any, allowed: frozenset[Any]) -> bool:
    return value is None or (isinstance(value, str | int) and value in allowed)


@cache
def union_plan(as_type: Any) -> UnionPlan:
    """Return the plan of a union."""
    parts = members(as_type)
    objects = tuple(_object_member(part) for part in parts if is_model(part))
    tag, by_tag = _tag(objects)
    scalars = [
        part
        for part in parts
        if part not in (NoneType, Unset) and not is_model(part) and get_origin(part) not in (list, dict)
    ]
    return UnionPlan(
        NoneType in parts,
        tuple(sorted(scalars, key=_scalar_order)),
        tuple(part for part in parts if get_origin(part) is list),
        tuple(part for part in parts if get_origin(part) is dict),
        objects,
        tag,
        by_tag,
    )


def _scalar_order(part: Any) -> int:
    """Order scalar types from the most to the least specific."""
    if get_origin(part) is Literal:
        return 0
    if part in (UUID, datetime.date, datetime.datetime):
        return 2
    return 1 if isinstance(part, type) and issubclass(part, Enum) else 4 if part in (float, str, File) else 3


@cache
def _object_member(model: Any) -> ObjectMember:
    found = layout(model)
    constants, values = {}, {}
    for field in found.fields:
        kinds = [part for part in members(field.type) if part not in (NoneType, Unset)]
        if len(kinds) == 1 and get_origin(kinds[0]) is Literal:
            constants[field.json_name] = frozenset(get_args(kinds[0]))
        elif len(kinds) == 1 and isinstance(kinds[0], type) and issubclass(kinds[0], Enum):
            values[field.json_name] = frozenset(member.value for member in kinds[0])
    required = frozenset(field.json_name for field in found.fields if field.required)
    return ObjectMember(model, required, frozenset(found.by_json_name), constants, values, found.others is None)


def _tag(objects: tuple[ObjectMember, ...]) -> tuple[str | None, dict[Any, ObjectMember]]:
    """Return the required field whose values differ in all members, and the member for each value."""
    if len(objects) < 2:
        return None, {}
    told = [member.constants | member.values for member in objects]
    for name in told[0]:
        if all(name in each.required and name in values for each, values in zip(objects, told, strict=True)):
            by_tag = {tag: each for each, values in zip(objects, told, strict=True) for tag in values[name]}
            if len(by_tag) == sum(len(values[name]) for values in told):
                return name, by_tag
    return None, {}
