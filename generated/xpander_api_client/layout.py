"""The layout of models: attrs classes whose instances msgspec fills directly from JSON.

Type checkers and users see attrs classes. Their instances are laid out as msgspec structs, because msgspec decodes
structs faster than attrs classes, with renamed fields, and can refuse undeclared fields.
"""

from collections.abc import Iterable
from functools import cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    NamedTuple,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import msgspec

__all__ = (
    "JSON_NAME",
    "OTHERS",
    "Base",
    "Field",
    "Layout",
    "define",
    "factory_of",
    "field",
    "is_model",
    "layout",
    "members",
    "null_is_default",
    "resolve_annotations",
)

# A field's metadata says how it stands in JSON, where that is not simply its own name.
JSON_NAME = "json_name"
OTHERS = {"others": True}
"""Marks the field that holds the undeclared properties of an object."""

if TYPE_CHECKING:
    from attrs import define, field
else:
    field = attrs.field

    def define(*, kw_only):
        """Stand for `attrs.define`, as which type checkers see it: the metaclass has created the class already."""
        return lambda cls: cls


class Field(NamedTuple):
    """A field of a model."""

    name: str
    json_name: str
    type: Any
    default: Any
    """The default, an `attrs.Factory` that makes it, or `attrs.NOTHING`."""

    @property
    def required(self) -> bool:
        """Whether the field has no default."""
        return self.default is attrs.NOTHING

    def make_default(self) -> Any:
        """Return the default."""
        factory = factory_of(self.default)
        return self.default if factory is None else factory()


class Layout(NamedTuple):
    """The fields of a model."""

    fields: tuple[Field, ...]
    others: Field | None
    """The field that holds the undeclared properties; None in a model that declares that there are none."""
    by_json_name: dict[str, Field]


class ModelMeta(msgspec.StructMeta):
    """The metaclass of models: it lays out an attrs class as a msgspec struct."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        """Create a model class. A subclass may have more attributes, which it names in `__slots__`.

        Raises:
            TypeError: The class is decorated with `attrs.define`.
        """
        if "__attrs_attrs__" in namespace:
            raise TypeError(f"{name} extends a model: declare its fields without the decorator attrs.define")
        if options.pop("plain", False):
            return super().__new__(mcs, name, bases, namespace, **options)
        namespace = dict(namespace)
        slots = namespace.pop("__slots__", None)
        annotations = namespace.get("__annotations__", {})
        own = {key: hint for key, hint in annotations.items() if key not in (slots or ())}
        declared = {key: namespace.pop(key) for key in own if key in namespace}
        twins = tuple(base.__dict__["_attrs_twin"] for base in bases if "_attrs_twin" in base.__dict__)
        twin = attrs.define(
            type(name, twins, {"__annotations__": own, **declared}),
            kw_only=True,
            slots=False,
            init=False,
            repr=False,
            eq=False,
        )
        for attribute in attrs.fields(twin):
            if attribute.name in own:
                namespace[attribute.name] = _struct_field(attribute)
        created: Any = super().__new__(
            mcs,
            name,
            bases,
            namespace | {"__annotations__": own},
            kw_only=True,
            forbid_unknown_fields=True,
            weakref=True,
            repr_omit_defaults=True,
            dict=slots is not None,
            **options,
        )
        created._attrs_twin = twin
        created.__attrs_attrs__ = attrs.fields(twin)
        return created


if TYPE_CHECKING:

    class Base:
        """Base class of the models, as which type checkers see it."""

else:

    class Base(msgspec.Struct, metaclass=ModelMeta):
        """Base class of the models."""


def _struct_field(attribute: "attrs.Attribute[Any]") -> Any:
    options: dict[str, Any] = {"name": attribute.metadata.get(JSON_NAME, attribute.name)}
    if (factory := factory_of(attribute.default)) is not None:
        options["default_factory"] = factory
    elif attribute.default is not attrs.NOTHING:
        options["default"] = attribute.default
    return msgspec.field(**options)


def resolve_annotations(models: Iterable[Any], namespace: dict[str, Any]) -> None:
    """Replace the names in annotations of models that refer to each other by the types they name."""
    for model in models:
        if is_model(model):
            _resolve(model, namespace)


def _resolve(model: Any, namespace: dict[str, Any] | None) -> None:
    hints = get_type_hints(model, localns=namespace)
    model.__annotations__ = {name: hints[name] for name in model.__annotations__}
    for attribute in attrs.fields(model):
        object.__setattr__(attribute, "type", hints[attribute.name])


@cache
def layout(model: Any) -> Layout:
    """Return the fields of a model."""
    if any(isinstance(attribute.type, str) for attribute in attrs.fields(model)):
        _resolve(model, None)
    fields = {
        attribute.name: Field(
            attribute.name,
            attribute.metadata.get(JSON_NAME, attribute.name),
            attribute.type,
            attribute.default,
        )
        for attribute in attrs.fields(model)
    }
    others = next((each.name for each in attrs.fields(model) if each.metadata.get("others")), None)
    declared = tuple(field for name, field in fields.items() if name != others)
    return Layout(declared, fields.get(others or ""), {field.json_name: field for field in declared})


def factory_of(default: Any) -> Any:
    """Return what makes a default, or None if it is made already."""
    factory_class: Any = attrs.Factory
    return default.factory if isinstance(default, factory_class) else None


def is_model(as_type: Any) -> bool:
    """Return whether a type is a model."""
    return isinstance(as_type, ModelMeta)


def null_is_default(model: Any, field: Field) -> bool:
    """Return whether null stands for the field's default, which is another value."""
    return bool(model._only_in_responses) and not field.required and field.default is not None


def members(as_type: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the type itself as the only member."""
    return get_args(as_type) if get_origin(as_type) in (Union, UnionType) else (as_type,)
