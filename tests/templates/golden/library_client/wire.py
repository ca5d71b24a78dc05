"""The types that msgspec decodes for models, and what is left to do afterwards."""

import datetime
from collections.abc import Callable
from enum import Enum, IntEnum
from functools import cache, reduce
from io import BytesIO
from operator import or_
from threading import RLock
from types import NoneType
from typing import Any, Literal, NamedTuple, get_args, get_origin
from uuid import UUID

import attrs
import msgspec

from .layout import (
    Field,
    ModelMeta,
    factory_of,
    is_model,
    layout,
    members,
    null_is_default,
)
from .types import UNSET, File, Unset
from .unions import union_plan

Finish = Callable[[Any], Any]


class Wire(NamedTuple):
    """How to decode a type."""

    type: Any
    """A type that msgspec supports."""
    finish: Finish | None
    """What makes the final value of what msgspec decodes; not called for null."""


class _Undeclared:
    """A type that no JSON fits. A property with the name of the field for undeclared ones is undeclared itself."""


_classes: dict[Any, Any] = {}
"""The class that msgspec decodes for a model: the model, or a subclass that becomes it when it is finished."""
_lock = RLock()


@cache
def wire(as_type: Any) -> Wire:
    """Return how to decode a type, a tree of models, lists, dicts and unions."""
    for model in _reachable(as_type):
        _prepare(model)
    return _wire(as_type)


def _wire(as_type: Any) -> Wire:
    origin, arguments = get_origin(as_type), get_args(as_type)
    if is_model(as_type):
        return Wire(_classes[as_type], None)
    if origin is list:
        item = _wire(arguments[0])
        return Wire(list[item.type], _each(item.finish))  # type: ignore[name-defined]
    if origin is dict:
        item = _wire(arguments[1])
        return Wire(dict[str, item.type], _each_value(item.finish))  # type: ignore[name-defined]
    if origin is Literal:
        return Wire(as_type if all(type(value) in (str, int) for value in arguments) else Any, None)
    if as_type is File:
        return Wire(str, lambda text: File(BytesIO(text.encode())))
    # An integer stays exact where any number is allowed.
    return (
        _wire_union(as_type) if len(members(as_type)) > 1 else Wire(int | float if as_type is float else as_type, None)
    )


def _each(finish: Finish | None) -> Finish | None:
    return (lambda items: [item if item is None else finish(item) for item in items]) if finish else None


def _each_value(finish: Finish | None) -> Finish | None:
    if finish is None:
        return None
    return lambda items: {name: item if item is None else finish(item) for name, item in items.items()}


def _wire_union(as_type: Any) -> Wire:
    parts = members(as_type)
    if Any in parts:
        return Wire(Any, None)
    kinds = [_kind(part) for part in parts]
    if len(set(kinds)) < len(kinds):
        extra = [part for part in (NoneType, Unset) if part in parts]
        # Any includes null, which is refused here if the union does not.
        return Wire(_union([Any, *extra]) if Unset in parts else Any, lambda value: _finish_union(as_type, value))
    wires = [_wire(part) for part in parts]
    finishers = {kind: each.finish for kind, each in zip(kinds, wires, strict=True) if each.finish}
    finish = (lambda value: finishers.get(_value_kind(value), _unchanged)(value)) if finishers else None
    return Wire(_union([each.type for each in wires]), finish)


def _union(types: list[Any]) -> Any:
    return reduce(or_, types)


def _unchanged(value: Any) -> Any:
    return value


def _kind(part: Any) -> str:
    """Return the JSON type of a member; msgspec supports one member of each."""
    origin = get_origin(part)
    if is_model(part) or origin is dict:
        return "object"
    if origin is list:
        return "array"
    if origin is Literal:
        kinds = {type(value).__name__ for value in get_args(part)}
        return kinds.pop() if len(kinds) == 1 else "several"
    if part in (bool, int, float, NoneType, Unset):
        return str(part.__name__)
    if part in (str, File, UUID, datetime.datetime, datetime.date):
        return "str"
    return "int" if issubclass(part, IntEnum) else "str" if issubclass(part, Enum) else "several"


def _value_kind(value: Any) -> str:
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else type(value).__name__


def _finish_union(as_type: Any, value: Any) -> Any:
    """Convert untyped JSON into the best member of a union, if that one fits."""
    unlisted = None
    for member in union_plan(as_type).candidates(value):
        decoded = wire(member)
        if isinstance(value, dict):
            return convert(value, decoded)
        try:
            built = convert(value, decoded)
        except msgspec.ValidationError:
            continue
        if isinstance(built, Enum) and not built.known:  # type: ignore[attr-defined]
            unlisted = built
            continue
        return built
    if unlisted is None:
        raise msgspec.ValidationError("no member fits")
    return unlisted


def convert(value: Any, decoded: Wire) -> Any:
    """Convert untyped JSON into a type.

    Raises:
        msgspec.ValidationError: The value does not fit, has undeclared fields, or needs to be built part by part.
    """
    converted = msgspec.convert(value, decoded.type)
    return converted if decoded.finish is None or converted is None else decoded.finish(converted)


def _reachable(as_type: Any) -> list[Any]:
    """Return the models that a type leads to and that are not prepared yet."""
    found: dict[Any, None] = {}
    pending = [as_type]
    while pending:
        part = pending.pop()
        if not is_model(part):
            pending += (
                [field.type for field in attrs.fields(attrs.resolve_types(part))] if attrs.has(part) else get_args(part)
            )
        elif part not in found and part not in _classes:
            found[part] = None
            pending += [field.type for field in layout(part).fields]
            if (others := layout(part).others) is not None:
                pending.append(others.type)
    return list(found)


def _prepare(model: Any) -> None:
    """Let msgspec read the types that it decodes in place of the annotations of a model and of those it leads to."""
    with _lock:
        group = _reachable(model)
        for each in group:
            _classes[each] = _wire_class(each) if _needs_finish(each) else each
        annotations = {_classes[each]: dict(_classes[each].__annotations__) for each in group}
        for each in group:
            found = layout(each)
            hints = {field.name: _field_type(each, field) for field in found.fields}
            if found.others is not None:
                hints[found.others.name] = _Undeclared
            _classes[each].__annotations__ = hints
        for each in group:
            msgspec.json.Decoder(_classes[each])
        for decoded, public in annotations.items():
            decoded.__annotations__ = public


def _field_type(model: Any, field: Field) -> Any:
    decoded = _wire(field.type).type
    return _union([decoded, None]) if null_is_default(model, field) else decoded


def _absent_stays_absent(model: Any, field: Field) -> bool:
    return Unset in members(field.type) and field.default is not UNSET


def _needs_finish(model: Any) -> bool:
    return any(
        null_is_default(model, field) or _absent_stays_absent(model, field) or _has_finish(field.type)
        for field in layout(model).fields
    )


def _has_finish(as_type: Any) -> bool:
    """Return whether msgspec decodes something else than the type itself, models aside."""
    parts = members(as_type)
    if as_type is File or get_origin(as_type) in (list, dict):
        return as_type is File or _has_finish(get_args(as_type)[-1])
    if len(parts) == 1 or Any in parts:
        return False
    kinds = [_kind(part) for part in parts]
    return len(set(kinds)) < len(kinds) or any(map(_has_finish, parts))


def _wire_class(model: Any) -> Any:
    """Return a subclass that msgspec decodes; when it is finished, the instance becomes one of the model."""
    fields = layout(model).fields
    namespace: dict[str, Any] = {"__annotations__": {}, "__module__": model.__module__}
    for field in fields:
        namespace["__annotations__"][field.name] = Any
        options: dict[str, Any] = {"name": field.json_name}
        if _absent_stays_absent(model, field):
            options["default"] = UNSET
        elif (factory := factory_of(field.default)) is not None:
            options["default_factory"] = factory
        elif not field.required:
            options["default"] = field.default
        namespace[field.name] = msgspec.field(**options)
    finishers: list[tuple[str, Finish]] | None = None
    defaults = [(field.name, field.make_default) for field in fields if null_is_default(model, field)]

    def finish(self: Any) -> None:
        nonlocal finishers
        if finishers is None:
            found = [(field.name, _wire(field.type).finish) for field in fields]
            finishers = [(name, each) for name, each in found if each]
        for name, each in finishers:
            value = getattr(self, name)
            if value is not None and value is not UNSET:
                setattr(self, name, each(value))
        for name, make_default in defaults:
            if getattr(self, name) is None:
                setattr(self, name, make_default())
        self.__class__ = model

    namespace["__post_init__"] = finish
    has_dict = hasattr(model, "__dictoffset__") and model.__struct_config__.dict
    return ModelMeta(
        model.__name__, (model,), namespace, plain=True, kw_only=True, forbid_unknown_fields=True, dict=has_dict
    )
