"""A stateful stand-in for the xpander.ai Tasks API, for tests and development.

`XpanderMock` runs one beside a test, `MockClient` controls one that runs anywhere, `create_app` is the ASGI
application, `main` the command line. `Parts` names the classes that a mock is built from: `xpander_mock.parts` says how
to replace them, which is how `proof.defects` puts bugs into the mock. Everything else is internal.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xpander_mock.missing_extra import needs_mock_extra

if TYPE_CHECKING:
    from xpander_mock.app import Mock, create_app
    from xpander_mock.cli import main
    from xpander_mock.client import ControlError, MockClient
    from xpander_mock.contract import load_contract
    from xpander_mock.demo import DEMO_API_KEY, DEMO_BEARER_TOKEN, OTHER_API_KEY
    from xpander_mock.embedded import XpanderMock
    from xpander_mock.http.rate_limit import RateLimit
    from xpander_mock.parts import Parts
    from xpander_mock.rules.clock import Clock
    from xpander_mock.settings import Settings

__all__ = [
    "DEMO_API_KEY",
    "DEMO_BEARER_TOKEN",
    "OTHER_API_KEY",
    "Clock",
    "ControlError",
    "Mock",
    "MockClient",
    "Parts",
    "RateLimit",
    "Settings",
    "XpanderMock",
    "create_app",
    "load_contract",
    "main",
]

# Imported when first used: pytest loads the plugin of this package in every project that has it installed.
_MODULES = {
    "DEMO_API_KEY": "demo",
    "DEMO_BEARER_TOKEN": "demo",
    "OTHER_API_KEY": "demo",
    "Clock": "rules.clock",
    "ControlError": "client",
    "Mock": "app",
    "MockClient": "client",
    "Parts": "parts",
    "RateLimit": "http.rate_limit",
    "Settings": "settings",
    "XpanderMock": "embedded",
    "create_app": "app",
    "load_contract": "contract",
    "main": "cli",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with needs_mock_extra():
        module = import_module(f"{__name__}.{_MODULES[name]}")
    return getattr(module, name)
