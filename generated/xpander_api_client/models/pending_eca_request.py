from __future__ import annotations

from attrs import define as _define

from ..types import Model as _Model


@_define(kw_only=True)
class PendingECARequest(_Model):
    """A sign-in by the user that the task waits for."""

    connector_name: str
    """Connector to sign in to."""
    auth_url: str
    """Address to sign in at."""
