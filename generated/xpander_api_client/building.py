"""Building of values from untyped JSON, part by part: what msgspec does not decode, and errors with their path."""

import re
from types import NoneType
from typing import Any, get_args, get_origin

import attrs
import msgspec

from .layout import is_model, layout, members, null_is_default
from .types import OpenIntEnum, OpenStrEnum, Unset
from .unions import union_plan
from .wire import convert, wire


class Builder:
    """Builds one value. What was built for a part, or why it failed, is kept, so that no part is built twice."""

    def __init__(self) -> None:
        self._built: dict[tuple[int, Any], Any] = {}

    def build(self, value: Any, as_type: Any, path: str = "$") -> Any:
        """Build a value of a type.

        Raises:
            msgspec.ValidationError: The value does not fit; the message ends with the path.
        """
        if is_model(as_type):
            return self._model(value, as_type, path)
        origin, arguments = get_origin(as_type), get_args(as_type)
        if origin is list:
            items = _scalar(value, list[Any], path)
            return [self.build(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(items)]
        if origin is dict:
            entries = _scalar(value, dict[str, Any], path)
            return {name: self.build(item, arguments[1], f"{path}.{name}") for name, item in entries.items()}
        if len(members(as_type)) > 1:
            return self._union(value, as_type, path)
        if attrs.has(as_type):
            return self._attrs_class(value, as_type, path)
        return _scalar(value, as_type, path)

    def _model(self, value: Any, model: Any, path: str) -> Any:
        key = (id(value), model)
        if key not in self._built:
            try:
                self._built[key] = self._new_model(value, model, path)
            except msgspec.ValidationError as error:
                self._built[key] = error
        built = self._built[key]
        if isinstance(built, msgspec.ValidationError):
            raise built
        return built

    def _new_model(self, value: Any, model: Any, path: str) -> Any:
        found = layout(model)
        entries = _scalar(value, dict[str, Any], path)
        arguments: dict[str, Any] = {}
        for field in found.fields:
            if field.json_name in entries:
                part = entries[field.json_name]
                if part is not None or not null_is_default(model, field):
                    arguments[field.name] = self.build(part, field.type, f"{path}.{field.json_name}")
            elif field.required:
                raise msgspec.ValidationError(f"Object missing required field `{field.json_name}` - at `{path}`")
            elif Unset in members(field.type):
                arguments[field.name] = msgspec.UNSET
        if found.others is not None:
            arguments[found.others.name] = {
                name: self.build(part, get_args(found.others.type)[1], f"{path}.{name}")
                for name, part in entries.items()
                if name not in found.by_json_name
            }
        return model(**arguments)

    def _attrs_class(self, value: Any, as_type: Any, path: str) -> Any:
        """Build an object of a class that holds models and is not one of the document's."""
        entries = _scalar(value, dict[str, Any], path)
        arguments: dict[str, Any] = {}
        for field in attrs.fields(attrs.resolve_types(as_type)):
            if field.name in entries:
                arguments[field.alias] = self.build(entries[field.name], field.type, f"{path}.{field.name}")
            elif field.default is attrs.NOTHING:
                raise msgspec.ValidationError(f"Object missing required field `{field.name}` - at `{path}`")
        return as_type(**arguments)

    def _union(self, value: Any, as_type: Any, path: str) -> Any:
        plan = union_plan(as_type)
        native = wire(as_type)
        if not (plan.objects or plan.lists or plan.maps or native.finish):
            return _scalar(value, native.type, path)
        if value is None and plan.nullable:
            return None
        reasons: list[tuple[Any, msgspec.ValidationError]] = []
        unlisted = None
        for member in plan.candidates(value):
            try:
                built = self.build(value, member, path)
            except msgspec.ValidationError as error:
                reasons.append((member, error))
                continue
            if not isinstance(built, OpenStrEnum | OpenIntEnum) or built.known:
                return built
            unlisted = built
        if unlisted is not None:
            return unlisted
        for member in () if reasons else members(as_type):
            if member not in (NoneType, Unset):
                try:
                    self.build(value, member, path)
                except msgspec.ValidationError as error:
                    reasons.append((member, error))
        if len(reasons) == 1:
            raise reasons[0][1]
        told = "; ".join(f"{type_name(member)}: {_shortened(str(error))}" for member, error in reasons)
        raise msgspec.ValidationError(f"Fits none of these: {told} - at `{path}`")


def _scalar(value: Any, as_type: Any, path: str) -> Any:
    """Convert what has no parts to build; an integer may be written as 1.0."""
    decoded = wire(as_type)
    try:
        return convert(value, decoded)
    except msgspec.ValidationError as error:
        below, reason = split_message(str(error))
    if isinstance(value, float) and value.is_integer():
        try:
            return convert(int(value), decoded)
        except msgspec.ValidationError:
            pass
    raise msgspec.ValidationError(f"{reason} - at `{path}{below[1:]}`")


def _shortened(message: str) -> str:
    # A message holds those of the parts below it, which would grow without bound with the depth.
    return message if len(message) <= 200 else f"{message[:200]}…"


def type_name(as_type: Any) -> str:
    """Return the name of a type as it is written in code, without modules."""
    return re.sub(r"\b\w+\.", "", str(as_type)) if get_args(as_type) else str(as_type.__name__)


def split_message(message: str) -> tuple[str, str]:
    """Split an error message of msgspec into the JSON path and the reason."""
    reason, found, path = message.rpartition(" - at `")
    return (path.removesuffix("`"), reason) if found else ("$", message)
