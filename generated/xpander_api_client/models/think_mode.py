from ..types import OpenStrEnum


class ThinkMode(OpenStrEnum):
    """How hard the agent thinks before it answers."""

    DEFAULT = "default"
    HARDER = "harder"
    Default = DEFAULT
    Harder = HARDER
