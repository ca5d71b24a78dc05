from ..types import OpenStrEnum


class OutputFormat(OpenStrEnum):
    """Form of the result."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    VOICE = "voice"
    Text = TEXT
    Markdown = MARKDOWN
    Json = JSON
    Voice = VOICE
