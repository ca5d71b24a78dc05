"""Conversion between JSON and models."""

import datetime
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Self, cast

import attrs
import msgspec

from . import errors
from .building import build, split_message, type_name
from .layout import Base, factory_of, layout
from .types import UNSET, File
from .wire import Wire, convert, wire


class Model(Base):
    """Base class of the models. They compare by value, copy and pickle."""

    _only_in_responses = False

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Build the model from plain objects, as `json.loads` returns them.

        Raises:
            errors.InvalidData: A value has the wrong type, or a required one is missing.
        """
        return cast("Self", from_plain(src_dict, cls))

    def to_dict(self) -> dict[str, Any]:
        """Return plain objects that `json.dumps` accepts, without absent fields."""
        return cast("dict[str, Any]", dump(self))

    def __repr__(self) -> str:
        """Return the fields that differ from their defaults, without the values of sensitive ones."""
        shown = []
        for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(self))):
            value = getattr(self, field.name)
            factory = factory_of(field.default)
            if value != (field.default if factory is None else factory()):
                shown.append(f"{field.name}={value!r}" if field.repr else f"{field.name}=...")
        return f"{type(self).__name__}({', '.join(shown)})"


class ResponseModel(Model):
    """Base class of the models that only responses use.

    A field that the response leaves out or sends as null has its documented default, else it is None.
    """

    _only_in_responses = True


class _Plan(NamedTuple):
    wire: Wire
    decoder: "msgspec.json.Decoder[Any]"


@cache
def _plan(as_type: Any) -> _Plan:
    decoded = wire(as_type)
    return _Plan(decoded, msgspec.json.Decoder(decoded.type))


def decode(content: bytes, as_type: Any) -> Any:
    """Decode JSON into a type.

    Raises:
        msgspec.ValidationError: The content is JSON but does not fit the type.
        msgspec.DecodeError: The content is not JSON.
    """
    plan = _plan(as_type)
    try:
        value = plan.decoder.decode(content)
        return value if plan.wire.finish is None or value is None else plan.wire.finish(value)
    except msgspec.ValidationError:
        # It may have undeclared fields; if it is invalid, this says where.
        return build(msgspec.json.decode(content), as_type)


def from_plain(value: Any, as_type: Any) -> Any:
    """Convert plain objects into a type.

    Raises:
        errors.InvalidData: The objects do not fit the type.
    """
    try:
        try:
            return convert(value, wire(as_type))
        except msgspec.ValidationError:
            return build(value, as_type)
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
        # RFC 3339 knows hours and minutes only, historical offsets have seconds too.
        return (value.astimezone(datetime.UTC) if offset and offset.seconds % 60 else value).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, File):
        return value.text()
    # What is left for msgspec are ids and the like; it would refuse subclasses of these.
    return value if isinstance(value, str | int | float) else msgspec.to_builtins(value)


def named_values(body: Any) -> dict[str, Any]:
    """Return the fields of a model that are not absent, or the items of a dict, by their names in JSON."""
    if not isinstance(body, Model):
        return dict(body)
    model: Any = type(body)
    found = layout(model)
    values: dict[str, Any] = {}
    for field in found.fields:
        value = getattr(body, field.name)
        if value is not UNSET and (value is not None or field.required or not body._only_in_responses):
            values[field.json_name] = value
    others = {} if found.others is None else getattr(body, found.others.name)
    return values | {name: value for name, value in others.items() if name not in found.by_json_name}
