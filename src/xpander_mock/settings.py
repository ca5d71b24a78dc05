"""What a mock is started with."""

from dataclasses import dataclass, field

from xpander_mock.http.rate_limit import RateLimit
from xpander_mock.world import World

DEFAULT_TASKS = 250


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a mock is started with.

    Args:
        data: The data file; None keeps everything in memory.
        tasks: How many sample tasks a new mock gets.
        seed: What they are generated from; the same seed gives the same tasks.
        pending: Seconds that an invoked task is pending.
        executing: Seconds that it then executes.
        commands: Whether inputs such as `fail` tell agents what to do.
        rate_limit: How many requests of each organization pass; None lets all pass.
        world: The organizations and what the mock starts with; None for the demo organizations.
        workers: How many processes share the data file.
        allow_reset: Whether a reset, seed or load may replace tasks that the data file held at the start.
        allowed_hosts: Host names that the control and the console answer to, beside IP addresses and localhost.
        control_token: What callers of the control and the console must know; without one, only loopback is let in.
        cors: The origins whose pages may call the API; `*` for all.
        max_body: The largest request body, in bytes.
    """

    data: str | None = None
    tasks: int = DEFAULT_TASKS
    seed: int = 0
    pending: float = 0.05
    executing: float = 0.15
    commands: bool = True
    rate_limit: RateLimit | None = None
    world: World | None = None
    workers: int = 1
    allow_reset: bool = False
    allowed_hosts: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)
    cors: tuple[str, ...] = ()
    max_body: int = 10_000_000
