"""The client that a command works with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.profiles import chosen_profile, settings_of

if TYPE_CHECKING:
    from xpander_cli.options import Connection
    from xpander_tasks import Configuration, Tasks

# Seconds: a limit of requests an hour makes a long command wait longer than the client's default allows.
_PATIENCE = 3700.0


def connect(connection: Connection, *, attempts: int = 4) -> Tasks:
    """Return a client of the API that the options and the environment name.

    Args:
        connection: The options.
        attempts: How often a request is tried; four give up on an API that is not there after three seconds.

    Raises:
        CommandError: The profile cannot be used, or there is no key.
        TasksError: A setting makes no sense.
    """
    from xpander_tasks import Tasks

    return Tasks(configure(connection, attempts=attempts))


def configure(connection: Connection, *, attempts: int = 4) -> Configuration:
    """Return the configuration that the options and the environment name; the arguments are those of `connect`.

    Raises:
        CommandError: The profile cannot be used, or there is no key.
        TasksError: A setting makes no sense.
    """
    from xpander_tasks import Configuration, Retry

    if connection.debug:
        _log_requests()
    profile = chosen_profile(connection.profile)
    settings: dict[str, Any] = {} if profile is None else settings_of(profile)
    configuration = Configuration(**settings, retry=Retry(attempts=attempts, max_time=_PATIENCE))
    if configuration.api_key is None and configuration.bearer_token is None:
        raise CommandError(
            "no API key is set",
            hint="Set XPANDER_API_KEY, or use --profile. To try things without a key: `xpander-tasks mock`.",
            code=exits.REFUSED,
        )
    return configuration


def _log_requests() -> None:
    import logging

    logger = logging.getLogger("xpander_tasks")
    logger.setLevel(logging.DEBUG)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("debug: %(message)s"))
    logger.addHandler(handler)
