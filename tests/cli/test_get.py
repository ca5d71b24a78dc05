"""`xpander-tasks get`."""

from __future__ import annotations

import json

from xpander_mock import MockClient

from .terminal import Cli


def test_a_documented_field_can_be_named_whether_the_task_has_it_or_not(cli: Cli, mock: MockClient) -> None:
    """A script that asks for the result of a task that still runs gets null; an unknown field is exit code 2."""
    task = mock.add_task(status="executing")
    done = cli("get", task["id"], "-o", "json", "--fields", "status,result,tokens")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [{"status": "executing", "result": None, "tokens": None}]
    unknown = cli("get", task["id"], "-o", "json", "--fields", "status,results")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "unknown field 'results'" in unknown.stderr


def test_a_secret_field_cannot_be_named(cli: Cli, mock: MockClient) -> None:
    """Tokens of the user and headers of tool servers are printed by no option."""
    task = mock.add_task(status="completed")
    done = cli("get", task["id"], "-o", "json", "--fields", "id,user_oidc_token")
    assert (done.returncode, done.stdout) == (2, "")
