"""Types that the models and the operations share, and the way between JSON and models."""

import datetime
import re
from collections.abc import Iterable, Mapping, MutableMapping
from enum import Enum, IntEnum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import (
    IO,
    Any,
    BinaryIO,
    Generic,
    Self,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import msgspec

from . import errors

Unset = msgspec.UnsetType
UNSET = msgspec.UNSET
"""Stands for a value that is not there, in a model as in a call. It is falsy, and it is never sent."""

T = TypeVar("T")

# What httpx takes for one file of a multipart body.
FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None]
RequestFiles = list[tuple[str, FileTypes]]


@attrs.define
class File:
    """A file to upload: its bytes, and the name and the media type to send with it."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the form of it that httpx takes."""
        return self.file_name, self.payload, self.mime_type


@attrs.define(kw_only=True)
class Response(Generic[T]):
    """An answer of the server, with what was read from its body."""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None
    """What the body says; None when there is no body, and when the status is not documented."""
    documented: bool = True
    """Whether the API documents the status."""

    def result(self) -> "T | Response[T]":
        """Return what was parsed, or this plain response when its status is not documented."""
        return cast("T", self.parsed) if self.documented else self


class OpenStrEnum(StrEnum):
    """Named strings. A string without a name is kept: it equals the string sent, and `known` is False."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return _unknown_member(cls, str, value)

    @property
    def known(self) -> bool:
        """Whether the API documents the value."""
        return self.value in type(self)._value2member_map_


class OpenIntEnum(IntEnum):
    """Named integers. An integer without a name is kept: it equals the integer sent, and `known` is False."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return _unknown_member(cls, int, value)

    @property
    def known(self) -> bool:
        """Whether the API documents the value."""
        return self.value in type(self)._value2member_map_


E = TypeVar("E", bound=Enum)


def _unknown_member(cls: type[E], base: type, value: object) -> E | None:
    if type(value) is not base:
        return None
    create: Any = base.__new__
    member: E = create(cls, value)
    member._name_ = str(value)
    member._value_ = value
    return member


@attrs.define
class Model:
    """Base of the models. They compare by value, copy and pickle."""

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the model from plain objects, as `json.loads` returns them.

        Raises:
            errors.InvalidData: A value has the wrong type, or one that is required is missing.
        """
        return cast("Self", convert(src_dict, cls))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain objects that `json.dumps` takes, without what is unset."""
        return cast("dict[str, Any]", dump(self))


# A field's metadata says how it stands in JSON, where that is not simply its own name.
JSON_NAME = "json_name"
OTHERS = {"others": True}
"""Marks the field that holds what has no field of its own."""


def resolve_annotations(models: Iterable[Any], namespace: dict[str, Any]) -> None:
    """Replace the annotations of models that name each other by the types they name."""
    for model in models:
        if attrs.has(model):
            model.__annotations__ = get_type_hints(model, localns=namespace)


def decode(content: bytes, as_type: Any) -> Any:
    """Read JSON into a type.

    Raises:
        msgspec.ValidationError: It is JSON but does not fit the type.
        msgspec.DecodeError: It is not JSON.
    """
    if _is_native(as_type):
        return _decoder(as_type).decode(content)
    return _build(msgspec.json.decode(content), as_type, "$")


def convert(value: object, as_type: Any) -> Any:
    """Turn plain objects into a type.

    Raises:
        errors.InvalidData: They do not fit the type.
    """
    try:
        return _build(value, as_type, "$")
    except msgspec.ValidationError as error:
        raise errors.InvalidData(type_name(as_type), *split_message(str(error))) from None


def dump(value: Any, *, to_send: bool = False) -> Any:
    """Turn models, enums, dates and ids into plain objects, without what is unset.

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
    """Return what is set in a model or a dict, by the names it has in JSON."""
    if not isinstance(body, Model):
        return dict(body)
    values: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for field in attrs.fields(type(body)):
        value = getattr(body, field.name)
        if field.metadata.get("others"):
            others = value
        elif value is not UNSET:
            values[_json_name(field)] = value
    return values | {name: value for name, value in others.items() if name not in values}


def type_name(as_type: Any) -> str:
    """Return the name of a type as its reader writes it."""
    return re.sub(r"\b\w+\.", "", str(as_type)) if get_args(as_type) else str(as_type.__name__)


def split_message(message: str) -> tuple[str, str]:
    """Split a message of msgspec into the path and the reason."""
    reason, found, path = message.rpartition(" - at `")
    return (path.removesuffix("`"), reason) if found else ("$", message)


@cache
def _decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(as_type)


@cache
def _is_native(as_type: Any) -> bool:
    """Whether msgspec alone decodes the type: it knows neither renamed fields nor unions of objects."""
    seen: set[Any] = set()
    pending = [as_type]
    while pending:
        part = pending.pop()
        if part in seen:
            continue
        seen.add(part)
        pending += get_args(part)
        if attrs.has(part):
            if any(field.metadata for field in attrs.fields(part)):
                return False
            pending += part.__annotations__.values()
    try:
        _decoder(as_type)
    except TypeError:
        return False
    return True


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
    arguments = {field: part for field, part in native.items() if part is not UNSET}
    for name, field in plan.rest.items():
        if name in value:
            arguments[field.name] = _build(value[name], model.__annotations__[field.name], f"{path}.{name}")
        elif field.default is attrs.NOTHING:
            raise msgspec.ValidationError(f"Object missing required field `{name}` - at `{path}`")
    if plan.others:
        _, other_type = get_args(model.__annotations__[plan.others])
        arguments[plan.others] = {
            name: _build(other, other_type, f"{path}.{name}") for name, other in value.items() if name not in plan.names
        }
    return model(**arguments)


@attrs.define(frozen=True)
class _Plan:
    """How to build a model that msgspec does not decode."""

    native: Any
    """A struct of the fields that msgspec decodes; unlike an attrs class it can rename them."""
    rest: "dict[str, attrs.Attribute[Any]]"
    """The other fields, by their names in JSON."""
    others: str | None
    """The field that holds what has no field of its own."""
    names: set[str]


@cache
def _plan(model: Any) -> _Plan:
    others = next((field.name for field in attrs.fields(model) if field.metadata.get("others")), None)
    fields = {_json_name(field): field for field in attrs.fields(model) if field.name != others}
    types = {name: model.__annotations__[field.name] for name, field in fields.items()}
    native = {name: field for name, field in fields.items() if _is_native(types[name])}
    struct = msgspec.defstruct(
        model.__name__,
        [
            (field.name, types[name]) if field.default is attrs.NOTHING else (field.name, types[name] | Unset, UNSET)
            for name, field in native.items()
        ],
        rename={field.name: name for name, field in native.items()},
        kw_only=True,
    )
    rest = {name: field for name, field in fields.items() if name not in native}
    return _Plan(struct, rest, others, set(fields))


def _build_best(value: Any, members: list[Any], path: str) -> Any:
    """Build the member of a union that fits best, the first of several that fit equally."""
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
    """Rank what was built: no unknown enum values, then the most fields known, then anything before a bare string."""
    fields = attrs.fields(type(built)) if isinstance(built, Model) else ()
    parts = [getattr(built, field.name) for field in fields] or [built]
    unknown = sum(isinstance(part, OpenStrEnum | OpenIntEnum) and not part.known for part in parts)
    return -unknown, sum(_json_name(field) in value for field in fields), type(built) is not str
