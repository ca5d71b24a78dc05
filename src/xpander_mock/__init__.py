"""A stand-in for the xpander.ai Tasks API that remembers, for tests and development."""

from xpander_mock._app import Parts, Settings, create_app
from xpander_mock._clock import Clock
from xpander_mock._handle import ControlError, Handle
from xpander_mock._keys import DEMO_API_KEY, DEMO_BEARER_TOKEN, OTHER_API_KEY
from xpander_mock._mock import XpanderMock

__all__ = [
    "DEMO_API_KEY",
    "DEMO_BEARER_TOKEN",
    "OTHER_API_KEY",
    "Clock",
    "ControlError",
    "Handle",
    "Parts",
    "Settings",
    "XpanderMock",
    "create_app",
]
