"""Types that models and operations share: unset values, files, responses and open enums."""

from collections.abc import MutableMapping
from enum import Enum, IntEnum, StrEnum
from typing import IO, Any, BinaryIO, Generic, Self, TypeVar

import attrs
import msgspec

Unset = msgspec.UnsetType
UNSET = msgspec.UNSET
"""Marks an argument or a field of a request as absent. It is falsy and never sent."""

T = TypeVar("T")

# What httpx takes for one file of a multipart body.
FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None]
RequestFiles = list[tuple[str, FileTypes]]


@attrs.define
class File:
    """A file to upload, with the name and the media type to send."""

    payload: BinaryIO
    file_name: str | None = None
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        """Return the tuple that httpx takes for a file."""
        return self.file_name, self.payload, self.mime_type

    def text(self) -> str:
        """Return the bytes as text, as they stand in JSON."""
        position = self.payload.tell()
        content = self.payload.read()
        self.payload.seek(position)
        return content.decode()


@attrs.define(kw_only=True)
class Response(Generic[T]):
    """A response of the server and its parsed body."""

    status_code: int
    content: bytes
    headers: MutableMapping[str, str]
    parsed: T | None
    """The parsed body; None when there is no body, and when the status is not documented."""
    documented: bool = True
    """Whether the API documents the status."""


class OpenStrEnum(StrEnum):
    """An enum of strings that accepts undocumented ones: such a member equals its string, and `known` is False."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return _unknown_member(cls, str, value)

    @property
    def known(self) -> bool:
        """Whether the API documents this value."""
        return self.value in type(self)._value2member_map_


class OpenIntEnum(IntEnum):
    """An enum of integers that accepts undocumented ones: such a member equals its integer, and `known` is False."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return _unknown_member(cls, int, value)

    @property
    def known(self) -> bool:
        """Whether the API documents this value."""
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
