from ..types import OpenStrEnum


class MessageRole(OpenStrEnum):
    """Who said a message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"
    User = USER
    Assistant = ASSISTANT
    System = SYSTEM
    Tool = TOOL
