"""A stand-in for the xpander.ai Tasks API that remembers, for tests and development."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xpander_mock._app import Parts, Settings, create_app
    from xpander_mock._clock import Clock
    from xpander_mock._handle import ControlError, Handle
    from xpander_mock._keys import DEMO_API_KEY, DEMO_BEARER_TOKEN, OTHER_API_KEY
    from xpander_mock._limit import RateLimit
    from xpander_mock._mock import XpanderMock

__all__ = [
    "DEMO_API_KEY",
    "DEMO_BEARER_TOKEN",
    "OTHER_API_KEY",
    "Clock",
    "ControlError",
    "Handle",
    "Parts",
    "RateLimit",
    "Settings",
    "XpanderMock",
    "create_app",
]

# Imported when first used: pytest loads the plugin of this package in every project that has it installed.
_MODULES = {
    "DEMO_API_KEY": "_keys",
    "DEMO_BEARER_TOKEN": "_keys",
    "OTHER_API_KEY": "_keys",
    "Clock": "_clock",
    "ControlError": "_handle",
    "Handle": "_handle",
    "Parts": "_app",
    "RateLimit": "_limit",
    "Settings": "_app",
    "XpanderMock": "_mock",
    "create_app": "_app",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
