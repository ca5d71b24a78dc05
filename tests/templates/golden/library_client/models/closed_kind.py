from ..types import OpenStrEnum


class ClosedKind(OpenStrEnum):
    CLOSED = "closed"
    Closed = CLOSED
