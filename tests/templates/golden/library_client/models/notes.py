from __future__ import annotations

from typing import TypeAlias

from ..models.author import Author

Notes: TypeAlias = dict[str, Author]
"""Notes by their authors."""
