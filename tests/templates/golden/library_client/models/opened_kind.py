from ..types import OpenStrEnum


class OpenedKind(OpenStrEnum):
    OPENED = "opened"
    Opened = OPENED
