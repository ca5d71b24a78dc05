from __future__ import annotations

from typing import TypeAlias

CopiesByBranch: TypeAlias = dict[str, int]
"""How many copies each branch has."""
