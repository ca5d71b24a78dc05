"""A request as it was sent."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request as it was sent.

    Args:
        method: Method in capitals.
        url: The whole URL.
        headers: All headers, credentials included.
        body: The body; empty if there was none.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes
