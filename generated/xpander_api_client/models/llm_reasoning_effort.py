from ..types import OpenStrEnum


class LLMReasoningEffort(OpenStrEnum):
    """Reasoning effort asked of the language model."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    Low = LOW
    Medium = MEDIUM
    High = HIGH
    Xhigh = XHIGH
