"""Named bugs that the mock can be started with, to prove that a test suite notices them.

Nothing in the mock knows of them: each takes the place of one part, or stands between the client and the application.
All are off unless `--defect` names them; several can be on at once.
"""

from proof.defects import (
    _agent_lists,
    _bodies,
    _consistency,
    _credentials,
    _dates,
    _deletes,
    _filters,
    _gets,
    _invokes,
    _order,
    _paging,
    _stops,
    _streams,
    _threads,
    _turns,
)
from proof.defects._build import UnknownDefect, with_defects
from proof.defects._defect import CATALOGUE, Defect

# Importing a family enters its defects into the catalogue.
_FAMILIES = (
    _paging,
    _filters,
    _dates,
    _order,
    _agent_lists,
    _gets,
    _stops,
    _deletes,
    _threads,
    _turns,
    _invokes,
    _streams,
    _credentials,
    _bodies,
    _consistency,
)

__all__ = ["CATALOGUE", "Defect", "UnknownDefect", "with_defects"]
