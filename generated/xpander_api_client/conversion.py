"""Conversion between JSON and models."""

import datetime
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Self, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from . import errors
from .types import UNSET, OpenIntEnum, OpenStrEnum, Unset

# A field's metadata says how it stands in JSON, where that is not simply its own name.
JSON_NAME = "json_name"
OTHERS = {"others": True}
"""Marks the field that holds the undeclared properties of an object."""


@attrs.define
class Model:
    """Base class of the models. They compare by value, copy and pickle."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Build the model from plain objects, as `json.loads` returns them.

        Raises:
            errors.InvalidData: A value has the wrong type, or a required one is missing.
        """
        return cast("Self", convert(src_dict, cls))

    def to_dict(self) -> dict[str, Any]:
        """Return plain objects that `json.dumps` accepts, without absent fields."""
        return cast("dict[str, Any]", dump(self))


@attrs.define
class ResponseModel(Model):
    """Base class of the models that only responses use.

    A field that the response leaves out or sends as null has its documented default, else it is None.
    """


def resolve_annotations(models: Iterable[Any], namespace: dict[str, Any]) -> None:
    """Replace the names in annotations of models that refer to each other by the types they name."""
    for model in models:
        if attrs.has(model):
            model.__annotations__ = get_type_hints(model, localns=namespace)


def decode(content: bytes, as_type: Any) -> Any:
    """Decode JSON into a type.

    Raises:
        msgspec.ValidationError: The content is JSON but does not fit the type.
        msgspec.DecodeError: The content is not JSON.
    """
    if _is_native(as_type):
        return _decoder(as_type).decode(content)
    return _build(msgspec.json.decode(content), as_type, "$")


def convert(value: object, as_type: Any) -> Any:
    """Convert plain objects into a type.

    Raises:
        errors.InvalidData: The objects do not fit the type.
    """
    try:
        return _build(value, as_type, "$")
    except msgspec.ValidationError as error:
        raise errors.InvalidData(type_name(as_type), *split_message(str(error))) from None


def dump(value: Any, *, to_send: bool = False) -> Any:
    """Convert models, enums, dates and ids into plain objects, without absent fields.

    Args:
        value: What to convert; dicts and lists are converted in depth.
        to_send: Whether the objects go into a request, where a date-time needs an offset.

    Raises:
        errors.InvalidRequest: A date-time that is to be sent has no offset.
    """
    if isinstance(value, Model):
        value = named_values(value)
    if isinstance(value, Mapping):
        return {name: dump(item, to_send=to_send) for name, item in value.items() if item is not UNSET}
    if isinstance(value, list | tuple):
        return [dump(item, to_send=to_send) for item in value]
    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        if offset is None and to_send:
            raise errors.InvalidRequest(f"{value!r} has no offset; give it one, such as tzinfo=datetime.UTC")
        # RFC 3339 knows hours and minutes only, the offsets of history have seconds too.
        return (value.astimezone(datetime.UTC) if offset and offset.seconds % 60 else value).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    # What is left for msgspec are ids and the like; it would refuse subclasses of these.
    return value if isinstance(value, str | int | float) else msgspec.to_builtins(value)


def named_values(body: Any) -> dict[str, Any]:
    """Return the fields of a model that are not absent, or the items of a dict, by their names in JSON."""
    if not isinstance(body, Model):
        return dict(body)
    omits_none = isinstance(body, ResponseModel)
    values: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for field in attrs.fields(type(body)):
        value = getattr(body, field.name)
        if field.metadata.get("others"):
            others = value
        elif value is not UNSET and (value is not None or field.default is attrs.NOTHING or not omits_none):
            values[_json_name(field)] = value
    return values | {name: value for name, value in others.items() if name not in values}


def type_name(as_type: Any) -> str:
    """Return the name of a type as it is written in code, without modules."""
    return re.sub(r"\b\w+\.", "", str(as_type)) if get_args(as_type) else str(as_type.__name__)


def split_message(message: str) -> tuple[str, str]:
    """Split an error message of msgspec into the JSON path and the reason."""
    reason, found, path = message.rpartition(" - at `")
    return (path.removesuffix("`"), reason) if found else ("$", message)


@cache
def _decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(as_type)


@cache
def _is_native(as_type: Any) -> bool:
    """Return whether msgspec alone decodes the type: it supports neither renamed fields nor unions of objects."""
    seen: set[Any] = set()
    pending = [as_type]
    while pending:
        part = pending.pop()
        if part in seen:
            continue
        seen.add(part)
        pending += get_args(part)
        if attrs.has(part):
            if any(field.metadata or _null_is_default(part, field) for field in attrs.fields(part)):
                return False
            pending += _field_types(part).values()
    try:
        _decoder(as_type)
    except TypeError:
        return False
    return True


@cache
def _field_types(model: Any) -> dict[str, Any]:
    """Return the types of a model's fields, inherited ones included."""
    types: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        types |= base.__dict__.get("__annotations__", {})
    return {field.name: types[field.name] for field in attrs.fields(model)}


def _null_is_default(model: Any, field: "attrs.Attribute[Any]") -> bool:
    """Return whether null stands for the field's default, which is another value."""
    return issubclass(model, ResponseModel) and field.default is not attrs.NOTHING and field.default is not None


def _json_name(field: "attrs.Attribute[Any]") -> str:
    return str(field.metadata.get(JSON_NAME, field.name))


def _build(value: Any, as_type: Any, path: str) -> Any:
    if _is_native(as_type):
        return _convert(value, as_type, path)
    origin = get_origin(as_type)
    if origin is list:
        (item_type,) = get_args(as_type)
        items = _convert(value, list[Any], path)
        return [_build(item, item_type, f"{path}[{index}]") for index, item in enumerate(items)]
    if origin is dict:
        _, item_type = get_args(as_type)
        entries = _convert(value, dict[str, Any], path)
        return {name: _build(item, item_type, f"{path}.{name}") for name, item in entries.items()}
    if origin in (Union, UnionType):
        members = [member for member in get_args(as_type) if member not in (Unset, NoneType)]
        if value is None and NoneType in get_args(as_type):
            return None
        return _build(value, members[0], path) if len(members) == 1 else _build_best(value, members, path)
    return _build_model(value, as_type, path)


def _convert(value: Any, as_type: Any, path: str) -> Any:
    try:
        return msgspec.convert(value, as_type)
    except msgspec.ValidationError as error:
        below, reason = split_message(str(error))
        raise msgspec.ValidationError(f"{reason} - at `{path}{below[1:]}`") from None


def _build_model(value: Any, model: Any, path: str) -> Any:
    plan = _plan(model)
    native = msgspec.structs.asdict(_convert(value, plan.native, path))
    arguments = {
        name: part
        for name, part in native.items()
        if part is not UNSET and (part is not None or name not in plan.null_is_default)
    }
    for name, field in plan.rest.items():
        if name in value and (value[name] is not None or field.name not in plan.null_is_default):
            arguments[field.name] = _build(value[name], _field_types(model)[field.name], f"{path}.{name}")
        elif field.default is attrs.NOTHING:
            raise msgspec.ValidationError(f"Object missing required field `{name}` - at `{path}`")
    if plan.others:
        _, other_type = get_args(_field_types(model)[plan.others])
        arguments[plan.others] = {
            name: _build(other, other_type, f"{path}.{name}") for name, other in value.items() if name not in plan.names
        }
    return model(**arguments)


@attrs.define(frozen=True)
class _Plan:
    """How to build a model that msgspec cannot decode."""

    native: Any
    """A struct of the fields that msgspec decodes; unlike an attrs class it can rename them."""
    rest: "dict[str, attrs.Attribute[Any]]"
    """The other fields, by their names in JSON."""
    others: str | None
    """The field that holds undeclared properties."""
    names: set[str]
    null_is_default: set[str]
    """The fields for which null stands for the default."""


@cache
def _plan(model: Any) -> _Plan:
    others = next((field.name for field in attrs.fields(model) if field.metadata.get("others")), None)
    fields = {_json_name(field): field for field in attrs.fields(model) if field.name != others}
    types = {name: _field_types(model)[field.name] for name, field in fields.items()}
    native = {name: field for name, field in fields.items() if _is_native(types[name])}
    null_is_default = {field.name for field in fields.values() if _null_is_default(model, field)}
    struct = msgspec.defstruct(
        model.__name__,
        [
            (field.name, types[name])
            if field.default is attrs.NOTHING
            else (field.name, types[name] | Unset | (None if field.name in null_is_default else Unset), UNSET)
            for name, field in native.items()
        ],
        rename={field.name: name for name, field in native.items()},
        kw_only=True,
    )
    rest = {name: field for name, field in fields.items() if name not in native}
    return _Plan(struct, rest, others, set(fields), null_is_default)


def _build_best(value: Any, members: list[Any], path: str) -> Any:
    """Build the member of a union that fits best, or the first of several that fit equally."""
    fits: list[tuple[tuple[int, ...], Any]] = []
    reasons: list[str] = []
    for member in members:
        try:
            built = _build(value, member, path)
        except msgspec.ValidationError as error:
            reasons.append(f"{type_name(member)}: {error}")
        else:
            fits.append((_fit(built, value), built))
    if not fits:
        raise msgspec.ValidationError(f"Fits none of these: {'; '.join(reasons)} - at `{path}`")
    return max(fits, key=lambda fit: fit[0])[1]


def _fit(built: Any, value: Any) -> tuple[int, ...]:
    """Return a rank: fewer unknown enum values first, then more known fields, then any type before a plain string."""
    fields = attrs.fields(type(built)) if isinstance(built, Model) else ()
    parts = [getattr(built, field.name) for field in fields] or [built]
    unknown = sum(isinstance(part, OpenStrEnum | OpenIntEnum) and not part.known for part in parts)
    return -unknown, sum(_json_name(field) in value for field in fields), type(built) is not str
