"""The server under test and what a run may do there, read from the environment once."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import httpx
import pytest

from .rates import Rate, parse_rate

Profile = Literal["quick", "default", "deep"]
PREFLIGHT_TIMEOUT_SECONDS = 20
STATUS_INPUTS = ("CONTRACT_FAILING_INPUT", "CONTRACT_PAUSING_INPUT")


@dataclass(frozen=True, slots=True)
class Target:
    """The server under test and what a run may do there.

    Args:
        base_url: Address of the API's root, without a trailing slash.
        api_key: Key of the organization under test.
        other_api_key: Key of another organization, or None.
        agent_id: Agent to invoke: `XPANDER_AGENT_ID`, or the agent of the first listed task; None if there is none.
        writes: Whether the run may invoke, stop and delete.
        is_mock: Whether the run started this server itself.
        rate_limit: Most requests a second that the whole run sends; None is unlimited.
        seed: Seed of all random choices.
        profile: How much to generate.
        bearer_token: Bearer token of the organization under test, or None.
        status_inputs: Texts that make the agent fail or pause, as far as they are known.
    """

    base_url: str
    api_key: str = field(repr=False)
    other_api_key: str | None = field(repr=False)
    agent_id: str | None
    writes: bool
    is_mock: bool
    rate_limit: float | None
    seed: int
    profile: Profile
    bearer_token: str | None = field(default=None, repr=False)
    status_inputs: tuple[str, ...] = ()


def read_target(environment: Mapping[str, str], mock_url: str | None) -> Target:
    """Read the target from the environment.

    Args:
        environment: Usually `os.environ`.
        mock_url: Address of the mock that the run started, or None.

    Raises:
        UsageError: A variable is missing or has an invalid value.
    """
    base_url = mock_url or environment.get("XPANDER_BASE_URL", "")
    other_api_key = environment.get("XPANDER_OTHER_API_KEY") or None
    bearer_token = environment.get("XPANDER_BEARER_TOKEN") or None
    if mock_url:
        from xpander_mock import DEMO_API_KEY, DEMO_BEARER_TOKEN, OTHER_API_KEY

        api_key, other_api_key, bearer_token = DEMO_API_KEY, OTHER_API_KEY, DEMO_BEARER_TOKEN
    else:
        api_key = environment.get("XPANDER_API_KEY", "")
        if not api_key:
            raise pytest.UsageError(
                "XPANDER_API_KEY is missing: XPANDER_BASE_URL names a server, and every request needs a key"
            )
        if api_key == other_api_key:
            raise pytest.UsageError(
                "XPANDER_OTHER_API_KEY is XPANDER_API_KEY; expected a key of another organization, or none"
            )
    for name, key in (
        ("XPANDER_API_KEY", api_key),
        ("XPANDER_OTHER_API_KEY", other_api_key),
        ("XPANDER_BEARER_TOKEN", bearer_token),
    ):
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise pytest.UsageError(
                f"{name} holds characters that cannot be sent in a header; expected printable ASCII, no spaces"
            )
    rate = read_rate(environment)
    return Target(
        base_url=_url(base_url),
        api_key=api_key,
        other_api_key=other_api_key,
        agent_id=environment.get("XPANDER_AGENT_ID") or None,
        writes=read_writes(environment),
        is_mock=bool(mock_url),
        rate_limit=rate.per_second if rate else None,
        seed=read_seed(environment),
        profile=read_profile(environment),
        bearer_token=bearer_token,
        status_inputs=tuple(text for name in STATUS_INPUTS if (text := environment.get(name))),
    )


def check(target: Target) -> Target:
    """Send one GET with each key, and fill in `agent_id` from the first listed task.

    Only what makes every test pointless is refused here; wrong answers are left to the tests.

    Raises:
        UsageError: The server cannot be reached, is not this API, or refuses a key.
    """
    keys = {"XPANDER_API_KEY": target.api_key, "XPANDER_OTHER_API_KEY": target.other_api_key}
    for name, key in keys.items():
        if key is None:
            continue
        try:
            answer = httpx.get(
                f"{target.base_url}/v1/tasks", headers={"x-api-key": key}, timeout=PREFLIGHT_TIMEOUT_SECONDS
            )
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise pytest.UsageError(f"{target.base_url} cannot be reached: {error or type(error).__name__}") from None
        if not target.is_mock and answer.status_code in (401, 403):
            raise pytest.UsageError(f"{target.base_url} refuses {name}: GET /v1/tasks answered {answer.status_code}")
        if not target.is_mock and answer.status_code in (301, 302, 307, 308, 404, 405):
            raise pytest.UsageError(
                f"{target.base_url} is not the API's root, see XPANDER_BASE_URL: {answer.status_code} at /v1/tasks"
            )
        if target.agent_id is None and key == target.api_key:
            target = replace(target, agent_id=_listed_agent(answer))
    return target


def starts_mock(environment: Mapping[str, str]) -> bool:
    """Check whether the run starts the mock itself, which it does unless `XPANDER_BASE_URL` is set."""
    return not environment.get("XPANDER_BASE_URL")


def _listed_agent(answer: httpx.Response) -> str | None:
    try:
        agent: Any = answer.json()["items"][0]["agent_id"]
    except (ValueError, LookupError, TypeError):  # nothing listed, or a malformed body that the tests report
        return None
    return agent if isinstance(agent, str) else None


def _url(text: str) -> str:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise pytest.UsageError(
            "XPANDER_BASE_URL is not an address; expected one like https://api.xpander.ai, without query or credentials"
        )
    return text.rstrip("/")


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "")
    if text not in ("", "0", "1"):
        raise pytest.UsageError(f"{name} is {text!r}; expected 1 or 0")
    return text == "1"


def read_rate(environment: Mapping[str, str]) -> Rate | None:
    """Return the rate limit that the run was told of, or None."""
    text = environment.get("CONTRACT_RATE_LIMIT", "")
    if not text:
        return None
    try:
        return parse_rate(text)
    except ValueError as error:
        raise pytest.UsageError(f"CONTRACT_RATE_LIMIT: {error}") from None


def read_writes(environment: Mapping[str, str]) -> bool:
    """Check whether the run may invoke, stop and delete."""
    return starts_mock(environment) or _switch(environment, "CONTRACT_WRITES")


def read_har_switch(environment: Mapping[str, str]) -> bool:
    """Check whether the traffic of a live server is recorded, which holds what customers said."""
    return _switch(environment, "CONTRACT_HAR")


def read_seed(environment: Mapping[str, str]) -> int:
    """Return the seed from `SEED`, or a random one."""
    text = environment.get("SEED", "")
    if not text:
        return random.SystemRandom().randrange(2**32)
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise pytest.UsageError(
            f"SEED is {text!r}; expected a whole number, such as the one that an earlier run printed"
        )
    return int(text)


def read_profile(environment: Mapping[str, str]) -> Profile:
    """Return how much the run generates, from `PROFILE`."""
    text = environment.get("PROFILE", "")
    for profile in get_args(Profile):
        if profile == (text or "default"):
            found: Profile = profile
            return found
    raise pytest.UsageError(f"PROFILE is {text!r}; expected {', '.join(get_args(Profile))}")
