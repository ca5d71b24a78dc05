from __future__ import annotations

from attrs import define as _define

from ..types import Model as _Model


@_define(kw_only=True)
class HITLRequest(_Model):
    """An approval by a person that the task waits for."""

    wait_node_id: str
    """Id of the node that waits."""
