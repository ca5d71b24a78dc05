"""Building of values from untyped JSON, part by part: what msgspec does not decode, and errors with their path."""

import datetime
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin
from uuid import UUID

import attrs
import msgspec

from .layout import is_model, layout, members, null_is_default
from .types import UNSET, File, Unset
from .unions import union_plan
from .wire import convert, wire

Memo = dict[tuple[int, Any], Any]
"""What was built of a value as a member of a union, or why it failed, so that no value is tried twice."""
Handler = Callable[[Any, Memo], Any] | None
"""What builds a value of one JSON type; None keeps the value as it is."""


class Mismatch(Exception):
    """A value does not fit its type."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path: list[str] = []

    def inside(self, step: str) -> "Mismatch":
        """Add the step that leads from the value around to this one."""
        self.path.append(step)
        return self

    def __str__(self) -> str:
        return f"{self.reason} - at `${''.join(reversed(self.path))}`"


def build(value: Any, as_type: Any) -> Any:
    """Build a value of a type from untyped JSON.

    Raises:
        msgspec.ValidationError: The value does not fit; the message ends with the path.
    """
    try:
        return _build(value, _part(as_type), {})
    except Mismatch as mismatch:
        raise msgspec.ValidationError(str(mismatch)) from None


class _Part(NamedTuple):
    """A type, and what builds it by the Python type of the untyped JSON."""

    of: Any
    handlers: dict[type, Handler]


@cache
def _part(as_type: Any) -> _Part:
    return _Part(as_type, _handlers(as_type))


def _build(value: Any, part: _Part, memo: Memo) -> Any:
    if type(value) not in part.handlers:
        return _build_other(value, part, memo)
    handler = part.handlers[type(value)]
    return value if handler is None else handler(value, memo)


def _build_other(value: Any, part: _Part, memo: Memo) -> Any:
    """Build a value that is no plain JSON, such as a date-time, or raise that it does not fit."""
    if isinstance(value, Mapping) and not isinstance(value, dict):
        return _build(dict(value), part, memo)
    if isinstance(value, float) and value.is_integer() and int in part.handlers:
        return _build(int(value), part, memo)
    return _convert(value, part.of)


def _convert(value: Any, as_type: Any) -> Any:
    try:
        return convert(value, wire(as_type))
    except msgspec.ValidationError as error:
        raise Mismatch(str(error).partition(" - at `")[0]) from None


def _handlers(as_type: Any) -> dict[type, Handler]:
    origin, arguments = get_origin(as_type), get_args(as_type)
    if as_type is Any:
        return dict.fromkeys((NoneType, bool, int, float, str, list, dict))
    if is_model(as_type):
        return {dict: lambda value, memo: _build_model(value, as_type, memo)}
    if origin is list:
        item = _part(arguments[0])
        return {list: lambda value, memo: _build_list(value, item, memo)}
    if origin is dict:
        entry = _part(arguments[1])
        return {dict: lambda value, memo: _build_map(value, entry, memo)}
    if origin is Literal:
        return {type(constant): lambda value, memo: _convert(value, as_type) for constant in arguments}
    if as_type in (UUID, datetime.date, datetime.datetime, File):
        return {str: lambda value, memo: _convert(value, as_type)}
    if as_type is float:
        return {int: None, float: None}
    if as_type in (str, int, bool, NoneType):
        return {as_type: None}
    if len(members(as_type)) > 1:
        return _union_handlers(as_type)
    if attrs.has(as_type):
        return {dict: lambda value, memo: _build_attrs_class(value, as_type, memo)}
    if isinstance(as_type, type) and issubclass(as_type, Enum):
        return {type(next(iter(as_type)).value): lambda value, memo: as_type(value)}
    return {}


def _union_handlers(as_type: Any) -> dict[type, Handler]:
    found: dict[type, Handler] = {}
    parts = [part for part in members(as_type) if part is not Unset]
    for part in parts:
        for kind, handler in _part(part).handlers.items():
            shared = kind in found
            found[kind] = (lambda value, memo: _build_member(value, as_type, memo)) if shared else handler
    return found


def _build_list(value: list[Any], item_part: _Part, memo: Memo) -> list[Any]:
    built = []
    try:
        for item in value:
            built.append(_build(item, item_part, memo))
    except Mismatch as mismatch:
        raise mismatch.inside(f"[{len(built)}]") from None
    return built


def _build_map(value: dict[str, Any], item_part: _Part, memo: Memo) -> dict[str, Any]:
    built = {}
    name = ""
    try:
        for name, item in value.items():
            built[name] = _build(item, item_part, memo)
    except Mismatch as mismatch:
        raise mismatch.inside(f".{name}") from None
    return built


class _Recipe(NamedTuple):
    """How to build a model."""

    absent: dict[str, Any]
    """The arguments for absent fields."""
    fields: dict[str, tuple[str, _Part, bool]]
    """The argument, the type, and whether null stands for the default, by name in JSON."""
    required: tuple[str, ...]
    others: tuple[str, _Part] | None
    """The argument for undeclared properties, and their type."""
    flat: Any
    """What msgspec decodes, if no field has parts in which there may be undeclared properties; else None."""


@cache
def _recipe(model: Any) -> _Recipe:
    found = layout(model)
    return _Recipe(
        {field.name: UNSET for field in found.fields if Unset in members(field.type) and not field.required},
        {field.json_name: (field.name, _part(field.type), null_is_default(model, field)) for field in found.fields},
        tuple(field.json_name for field in found.fields if field.required),
        None if found.others is None else (found.others.name, _part(get_args(found.others.type)[1])),
        wire(model).type if not any(_has_parts(field.type) for field in found.fields) else None,
    )


def _has_parts(as_type: Any) -> bool:
    """Return whether a type leads to models."""
    return is_model(as_type) or any(
        _has_parts(part) for part in get_args(as_type) if get_origin(as_type) is not Literal
    )


def _build_model(value: dict[str, Any], model: Any, memo: Memo) -> Any:
    recipe = _recipe(model)
    if recipe.flat is not None and recipe.others is not None:
        declared = {name: part for name, part in value.items() if name in recipe.fields}
        try:
            built = msgspec.convert(declared, recipe.flat)
        except msgspec.ValidationError:
            pass  # What follows says where, or accepts 1.0 as an integer.
        else:
            setattr(built, recipe.others[0], _build_others(value, recipe, memo))
            return built
    arguments = dict(recipe.absent)
    name = ""
    try:
        for name, part in value.items():
            if name in recipe.fields:
                argument, field_part, has_null_default = recipe.fields[name]
                if part is not None or not has_null_default:
                    arguments[argument] = _build(part, field_part, memo)
    except Mismatch as mismatch:
        raise mismatch.inside(f".{name}") from None
    for name in recipe.required:
        if name not in value:
            raise Mismatch(f"Object missing required field `{name}`")
    if recipe.others is not None:
        arguments[recipe.others[0]] = _build_others(value, recipe, memo)
    return model(**arguments)


def _build_others(value: dict[str, Any], recipe: _Recipe, memo: Memo) -> dict[str, Any]:
    """Build the undeclared properties of an object."""
    others = {name: part for name, part in value.items() if name not in recipe.fields}
    if not others or recipe.others is None or recipe.others[1].of is Any:
        return others
    return _build_map(others, recipe.others[1], memo)


def _build_attrs_class(value: dict[str, Any], as_type: Any, memo: Memo) -> Any:
    """Build an object of a class that holds models and is not one of the document's."""
    arguments: dict[str, Any] = {}
    for field in attrs.fields(attrs.resolve_types(as_type)):
        if field.name in value:
            try:
                arguments[field.alias] = _build(value[field.name], _part(field.type), memo)
            except Mismatch as mismatch:
                raise mismatch.inside(f".{field.name}") from None
        elif field.default is attrs.NOTHING:
            raise Mismatch(f"Object missing required field `{field.name}`")
    return as_type(**arguments)


def _build_member(value: Any, as_type: Any, memo: Memo) -> Any:
    """Build the member of a union that fits best."""
    reasons: dict[str, str] = {}
    unlisted = None
    for member in union_plan(as_type).candidates(value) or members(as_type):
        if member in (NoneType, Unset):
            continue
        built = _attempt(value, member, memo)
        if isinstance(built, Mismatch):
            reasons[type_name(member)] = str(built)
        elif isinstance(built, Enum) and not built.known:  # type: ignore[attr-defined]
            unlisted = built
        else:
            return built
    if unlisted is not None:
        return unlisted
    # A message holds those of the parts below it, which would grow without bound with the depth.
    told = "; ".join(f"{name}: {reason[:200]}" for name, reason in reasons.items())
    raise Mismatch(f"Fits none of these: {told}")


def _attempt(value: Any, member: Any, memo: Memo) -> Any:
    key = (id(value), member)
    if key not in memo:
        try:
            memo[key] = _build(value, _part(member), memo)
        except Mismatch as mismatch:
            memo[key] = mismatch
    return memo[key]


def type_name(as_type: Any) -> str:
    """Return the name of a type as it is written in code, without modules."""
    return re.sub(r"\b\w+\.", "", str(as_type)) if get_args(as_type) else str(as_type.__name__)


def split_message(message: str) -> tuple[str, str]:
    """Split an error message of msgspec into the JSON path and the reason."""
    reason, found, path = message.rpartition(" - at `")
    return (path.removesuffix("`"), reason) if found else ("$", message)
