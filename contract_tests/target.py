"""Which server the run is held against, and what it may do there; read from the environment once."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import httpx
import pytest

Profile = Literal["quick", "default", "deep"]
SECONDS_IN = {"s": 1, "m": 60, "h": 3600}
PREFLIGHT_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Target:
    """A server and what the run may do there.

    Args:
        base_url: Address of the server, without a slash at the end.
        api_key: Key of the organization under test.
        other_api_key: Key of another organization, if there is one.
        agent_id: Agent to invoke: the one asked for, or the first that the list shows; None when it shows none.
        writes: Whether the run may invoke, stop and delete.
        is_mock: Whether the run has started this server itself.
        rate_limit: Requests a second that the whole run may send; None for as many as it can.
        seed: What all random choices follow from.
        profile: How much to generate.
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


def read_target(environment: Mapping[str, str], mock_url: str | None) -> Target:
    """Read the target from the environment.

    Args:
        environment: Usually `os.environ`.
        mock_url: Address of the mock that was started for this run, if one was.

    Raises:
        UsageError: A variable is missing or has a value that cannot be used.
    """
    base_url = mock_url or environment.get("XPANDER_BASE_URL", "")
    other_api_key = environment.get("XPANDER_OTHER_API_KEY") or None
    if mock_url:
        from xpander_mock import DEMO_API_KEY, OTHER_API_KEY

        api_key, other_api_key = DEMO_API_KEY, OTHER_API_KEY
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
    for name, key in (("XPANDER_API_KEY", api_key), ("XPANDER_OTHER_API_KEY", other_api_key)):
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise pytest.UsageError(
                f"{name} holds characters that cannot be sent in a header; expected printable ASCII, no spaces"
            )
    return Target(
        base_url=_url(base_url),
        api_key=api_key,
        other_api_key=other_api_key,
        agent_id=environment.get("XPANDER_AGENT_ID") or None,
        writes=read_writes(environment),
        is_mock=bool(mock_url),
        rate_limit=_rate(environment.get("CONTRACT_RATE_LIMIT", "")),
        seed=read_seed(environment),
        profile=read_profile(environment),
    )


def check(target: Target) -> Target:
    """Send one GET with each key, and fill in `agent_id` from what the list shows.

    Only what makes every test pointless is refused here; a server that answers wrongly is for the tests to judge.

    Raises:
        UsageError: The server cannot be reached, is another one, or refuses a key.
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
    """Tell whether the run has to start the mock: it does when no server is named."""
    return not environment.get("XPANDER_BASE_URL")


def _listed_agent(answer: httpx.Response) -> str | None:
    try:
        agent: Any = answer.json()["items"][0]["agent_id"]
    except (ValueError, LookupError, TypeError):  # nothing listed, or a body that the tests will judge
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


def _rate(text: str) -> float | None:
    if not text:
        return None
    match = re.fullmatch(r"([1-9][0-9]*)/([smh])", text)
    if not match:
        raise pytest.UsageError(
            f"CONTRACT_RATE_LIMIT is {text!r}; expected requests per second, minute or hour, such as 100/m"
        )
    return int(match[1]) / SECONDS_IN[match[2]]


def read_writes(environment: Mapping[str, str]) -> bool:
    """Tell whether the run may invoke, stop and delete."""
    return starts_mock(environment) or _switch(environment, "CONTRACT_WRITES")


def read_seed(environment: Mapping[str, str]) -> int:
    """Return the seed that was asked for, or a new one."""
    text = environment.get("SEED", "")
    if not text:
        return random.SystemRandom().randrange(2**32)
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise pytest.UsageError(f"SEED is {text!r}; expected a whole number, such as the one a former run printed")
    return int(text)


def read_profile(environment: Mapping[str, str]) -> Profile:
    """Return how much the run generates."""
    text = environment.get("PROFILE", "")
    for profile in get_args(Profile):
        if profile == (text or "default"):
            found: Profile = profile
            return found
    raise pytest.UsageError(f"PROFILE is {text!r}; expected {', '.join(get_args(Profile))}")
