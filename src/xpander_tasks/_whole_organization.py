"""The default of `agent_id` in lists."""

from __future__ import annotations

from enum import Enum


class WholeOrganization(Enum):
    """The type of that default; None is refused, so that a variable that was never set does not list everybody."""

    WHOLE_ORGANIZATION = "the whole organization"


WHOLE_ORGANIZATION = WholeOrganization.WHOLE_ORGANIZATION
"""Lists the tasks of all agents."""
