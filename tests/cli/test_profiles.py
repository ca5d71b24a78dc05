"""Profiles: where keys come from, and that none is shown or sent to the address of another."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from xpander_cli import exits
from xpander_mock import MockClient

from .terminal import Cli

SECRET = "secret-that-must-not-show"


@pytest.fixture
def bare(environment: dict[str, str]) -> Cli:
    """The command line without address and key in its environment."""
    return Cli(environment)


def write(cli: Cli, text: str) -> None:
    Path(cli.environment["XPANDER_CONFIG"]).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", ["api_key", "api_key_file", "api_key_command"])
def test_a_key_comes_from_the_file_another_file_or_a_command(
    bare: Cli, mock: MockClient, tmp_path: Path, kind: str
) -> None:
    """Each is as good as the environment; what a command prints for people goes to stderr and is shown."""
    (tmp_path / "key").write_text(f"{mock.api_key}\n")
    program = f"import sys; print('touch the token', file=sys.stderr); print('{mock.api_key}')"
    value = {
        "api_key": json.dumps(mock.api_key),
        "api_key_file": json.dumps(str(tmp_path / "key")),
        "api_key_command": json.dumps([sys.executable, "-c", program]),
    }[kind]
    write(bare, f'[profiles.work]\nbase_url = "{mock.url}"\n{kind} = {value}\ntimeout = 20\nrate_limit = "100/s"\n')
    done = bare("list", "--profile", "work", "-o", "jsonl")
    assert (done.returncode, done.stdout.count("\n")) == (0, 20)
    assert ("touch the token" in done.stderr) == (kind == "api_key_command")
    assert bare("list", environment={"XPANDER_PROFILE": "work"}).returncode == 0


def test_a_bearer_token_takes_the_place_of_a_key(bare: Cli, mock: MockClient) -> None:
    """The API takes either."""
    write(bare, f'[profiles.work]\nbase_url = "{mock.url}"\nbearer_token = "{mock.bearer_token}"\n')
    assert bare("list", "--profile", "work").returncode == 0


def test_the_default_profile_counts_only_where_the_environment_says_nothing(bare: Cli, mock: MockClient) -> None:
    """A key or an address in the environment switches it off as a whole."""
    write(bare, f'default = "work"\n[profiles.work]\nbase_url = "{mock.url}"\napi_key = "{mock.api_key}"\n')
    assert bare("list").returncode == 0
    alone = bare("list", environment={"XPANDER_BASE_URL": mock.url})
    assert (alone.returncode, "no API key is set" in alone.stderr) == (exits.REFUSED, True)


def test_nothing_of_the_environment_is_mixed_into_a_profile(bare: Cli, mock: MockClient) -> None:
    """The key of a profile never goes to the address of the environment, nor the other way round."""
    mock.forget_requests()
    write(bare, f'[profiles.other]\nbase_url = "http://127.0.0.1:1"\napi_key = "{SECRET}"\n[profiles.keyless]\n')
    settings = {"XPANDER_BASE_URL": mock.url, "XPANDER_API_KEY": mock.api_key}
    assert bare("list", "--profile", "other", environment=settings).returncode == exits.NETWORK
    keyless = bare("list", "--profile", "keyless", environment=settings)
    assert (keyless.returncode, "profile keyless" in keyless.stderr) == (exits.USAGE, True)
    assert mock.requests() == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no profile work in"),
        ("profiles = 3", "no profile work in"),
        ("[profiles.work\n", "is not TOML"),
        (f'[profiles.work]\napi_kee = "{SECRET}"\n', "unknown setting: api_kee"),
        ("[profiles.work]\napi_key = 5\n", "api_key has the wrong type"),
        (f'[profiles.work]\napi_key = "{SECRET}"\ntimeout = true\n', "timeout has the wrong type"),
        (f'[profiles.work]\napi_key = "{SECRET}"\nbase_url = "ftp://x"\n', "base_url"),
        (f'[profiles.work]\napi_key = "{SECRET} "\n', "api_key"),
        ('[profiles.work]\napi_key_file = "/no/such/file"\n', "cannot read api_key_file /no/such/file"),
        ('[profiles.work]\napi_key_command = ["no-such-command"]\n', "api_key_command failed"),
        ("[profiles.work]\napi_key_command = []\n", "api_key_command failed"),
        (f'[profiles.work]\napi_key_command = ["sh", "-c", "echo {SECRET}; exit 3"]\n', "ended with status 3"),
    ],
)
def test_what_is_wrong_is_said_without_the_key(bare: Cli, text: str, told: str) -> None:
    """One sentence with the file or the setting; exit code 2; --debug shows no key either."""
    write(bare, text)
    for options in ([], ["--debug"]):
        done = bare("list", "--profile", "work", *options)
        assert (done.returncode, done.stdout) == (exits.USAGE, "")
        assert told in done.stderr
        assert SECRET not in done.stderr
    doctor = bare("doctor", "--profile", "work")
    assert SECRET not in doctor.stdout + doctor.stderr
