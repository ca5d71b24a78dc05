"""A module that is imported when it is first used, so that `import xpander_tasks` does not wait for the models."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands in for a module in annotations and calls; `typing.get_type_hints` sees the real module through it."""

    def __init__(self, name: str) -> None:
        """Note the module's full name; nothing is imported yet."""
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """Import the module and return its attribute."""
        return getattr(import_module(self._name), name)
