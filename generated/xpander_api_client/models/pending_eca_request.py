from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class PendingECARequest(_ResponseModel):
    """A sign-in by the user that the task waits for."""

    connector_name: str
    """Connector to sign in to."""
    auth_url: str
    """Address to sign in at."""
