from __future__ import annotations

from attrs import define as _define

from ..conversion import ResponseModel as _ResponseModel


@_define(kw_only=True)
class HITLRequest(_ResponseModel):
    """An approval by a person that the task waits for."""

    wait_node_id: str
    """Id of the node that waits."""
