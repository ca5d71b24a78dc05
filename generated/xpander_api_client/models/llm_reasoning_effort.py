from ..types import OpenStrEnum


class LLMReasoningEffort(OpenStrEnum):
    """Reasoning effort asked of the language model."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
