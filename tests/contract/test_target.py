"""The target of a contract run is read from the environment, and what cannot be used is said in one line."""

import subprocess
from collections.abc import Callable

import pytest

from contract_tests.run.target import read_target
from tests.contract._servers import Proxy
from tests.contract.conftest import KEY, OTHER_KEY, Run

LIVE = {"XPANDER_BASE_URL": "https://api.example.com/", "XPANDER_API_KEY": KEY}
NOWHERE = "http://127.0.0.1:9"


def test_a_live_server_is_only_read_unless_asked_otherwise() -> None:
    """Nothing but CONTRACT_WRITES=1 lets the run write to a server that is not its own mock."""
    assert not read_target(LIVE, None).writes
    assert not read_target({**LIVE, "CONTRACT_WRITES": "0"}, None).writes
    assert read_target({**LIVE, "CONTRACT_WRITES": "1"}, None).writes
    assert read_target({}, NOWHERE).writes


def test_every_variable_is_read() -> None:
    """Address, keys, agent, rate, seed and profile come from the environment."""
    extra = {"XPANDER_OTHER_API_KEY": OTHER_KEY, "XPANDER_AGENT_ID": "a", "CONTRACT_RATE_LIMIT": "120/60s"}
    extra |= {"XPANDER_BEARER_TOKEN": "token", "CONTRACT_FAILING_INPUT": "fail", "CONTRACT_PAUSING_INPUT": "pause"}
    target = read_target({**LIVE, **extra, "SEED": "5", "PROFILE": "deep"}, None)
    assert (target.base_url, target.api_key, target.other_api_key) == ("https://api.example.com", KEY, OTHER_KEY)
    assert (target.agent_id, target.rate_limit, target.seed, target.profile) == ("a", 2.0, 5, "deep")
    assert (target.bearer_token, target.status_inputs) == ("token", ("fail", "pause"))


def test_no_key_is_shown() -> None:
    """The representation of a target holds neither key nor token."""
    keys = {"XPANDER_OTHER_API_KEY": OTHER_KEY, "XPANDER_BEARER_TOKEN": "sk-live-token"}
    assert "sk-live" not in repr(read_target({**LIVE, **keys}, None))


def test_without_a_seed_every_run_has_another() -> None:
    """Two runs that name no seed differ."""
    assert read_target(LIVE, None).seed != read_target(LIVE, None).seed


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"XPANDER_API_KEY": ""}, "XPANDER_API_KEY is missing"),
        ({"XPANDER_BASE_URL": "api.example.com"}, "XPANDER_BASE_URL is not an address"),
        ({"XPANDER_BASE_URL": "https://me:secret@api.example.com"}, "XPANDER_BASE_URL is not an address"),
        ({"XPANDER_BASE_URL": "https://api.example.com:port"}, "XPANDER_BASE_URL is not an address"),
        ({"XPANDER_API_KEY": "two words"}, "XPANDER_API_KEY holds characters"),
        ({"XPANDER_OTHER_API_KEY": "ключ"}, "XPANDER_OTHER_API_KEY holds characters"),
        ({"XPANDER_OTHER_API_KEY": KEY}, "XPANDER_OTHER_API_KEY is XPANDER_API_KEY"),
        ({"CONTRACT_WRITES": "yes"}, "CONTRACT_WRITES is 'yes'; expected 1 or 0"),
        ({"CONTRACT_RATE_LIMIT": "100"}, "CONTRACT_RATE_LIMIT: '100' is not a rate"),
        ({"CONTRACT_RATE_LIMIT": "0/m"}, "CONTRACT_RATE_LIMIT: '0/m' is not a rate"),
        ({"SEED": "x"}, "SEED is 'x'"),
        ({"PROFILE": "fast"}, "PROFILE is 'fast'; expected quick, default, deep"),
    ],
)
def test_a_bad_variable_is_named(variables: dict[str, str], line: str) -> None:
    """What cannot be used is refused with the variable's name and what was expected, and without a key."""
    with pytest.raises(pytest.UsageError) as caught:
        read_target({**LIVE, **variables}, None)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "variables", "line"),
    [
        ((), {"XPANDER_BASE_URL": NOWHERE}, "XPANDER_API_KEY is missing"),
        (("-n", "2"), {"XPANDER_BASE_URL": NOWHERE, "XPANDER_API_KEY": KEY}, f"{NOWHERE} cannot be reached"),
        ((), {"CONTRACT_MOCK_ARGS": "--port nowhere"}, "the mock did not start"),
    ],
)
def test_a_run_that_cannot_begin_says_so_in_one_line(
    run: Run, arguments: tuple[str, ...], variables: dict[str, str], line: str
) -> None:
    """One line on standard error, a status that is not success, and no traceback, with workers or without."""
    assert_one_line(run("contract_tests", *arguments, **variables), line)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"XPANDER_API_KEY": "wrong"}, "refuses XPANDER_API_KEY: GET /v1/tasks answered 401"),
        ({"XPANDER_OTHER_API_KEY": "wrong"}, "refuses XPANDER_OTHER_API_KEY: GET /v1/tasks answered 401"),
    ],
)
def test_a_wrong_key_is_said_in_one_line(
    run: Run, proxy: Callable[..., Proxy], variables: dict[str, str], line: str
) -> None:
    """A key that the server refuses ends the run before its first test."""
    server = proxy()
    done = run(**{"XPANDER_BASE_URL": server.url, "XPANDER_API_KEY": KEY, **variables})
    assert_one_line(done, f"{server.url} {line}")
    assert server.methods() == {"GET"}


def assert_one_line(done: subprocess.CompletedProcess[str], line: str) -> None:
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith(f"ERROR: {line}")
    assert "Traceback" not in done.stdout + done.stderr
    assert "sk-live" not in done.stdout + done.stderr
