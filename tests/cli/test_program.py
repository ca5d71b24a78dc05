"""What holds for every command: help, completion, exit codes, closed pipes, errors without secrets."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from importlib import import_module
from typing import get_args

import pytest

from xpander_cli import exits
from xpander_cli.app import COMMANDS, help_page, make_app
from xpander_cli.options import Status
from xpander_mock import MockClient
from xpander_tasks import AgentExecutionStatus

from .terminal import COMMAND, Cli, assert_fits

NAMES = [command.name for command in COMMANDS]
HEAVY = ("rich", "httpx", "xpander_tasks", "xpander_api_client", "xpander_mock", "polars", "jinja2")


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in NAMES), ["completion", "bash"]])
def test_help_and_completion_import_neither_client_nor_rich(arguments: list[str]) -> None:
    """They appear at once, because nothing heavy is imported for them."""
    code = (
        "import sys; from xpander_cli import main\n"
        f"status = main({arguments!r})\n"
        f"print(status, sorted(set(name.split('.')[0] for name in sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"
    assert done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_each_command_is_documented(name: str) -> None:
    """Its page has a usage line, an explanation of each option and an example; its summary is the docstring's."""
    command = next(command for command in COMMANDS if command.name == name)
    module, _, function = command.target.partition(":")
    documented = inspect.getdoc(getattr(import_module(f"xpander_cli.commands.{module}"), function))
    assert documented
    assert documented.splitlines()[0] == command.summary
    page = help_page([name])
    assert page.startswith(f"Usage: xpander-tasks {name}")
    assert "Examples:\n  " in page
    shown = [
        argument for argument in make_app()[name].assemble_argument_collection(parse_docstring=True) if argument.show
    ]
    assert [argument.names for argument in shown if not argument.parameter.help] == []


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_80_columns(name: str, cli: Cli) -> None:
    """No line of a page of help is wider than a terminal of 80 columns, examples aside."""
    code, text = cli.on_terminal(*filter(None, [name]), "--help")
    assert code == 0
    assert_fits(text.partition("Examples:")[0].partition("Start here:")[0], 80)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_the_shell(shell: str, cli: Cli) -> None:
    """It names every command and option, and the shell accepts it, where that shell is installed."""
    script = cli("completion", shell).stdout
    for word in (*NAMES, "status", "paused"):
        assert word in script
    try:
        checked = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        assert shell != "bash"
        return
    assert (checked.returncode, checked.stderr) == (0, "")


def test_bash_completes_commands_and_values() -> None:
    """The script completes a command by its beginning, and the values of an option."""
    script = subprocess.run([*COMMAND, "completion", "bash"], capture_output=True, text=True, check=True).stdout

    def completed(*words: str) -> list[str]:
        line = " ".join(words)
        run = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _xpander_tasks; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(["bash", "-c", f"{script}\n{run}"], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("xpander-tasks", "li") == ["list"]
    assert completed("xpander-tasks", "list", "--stat") == ["--status"]
    assert completed("xpander-tasks", "list", "--status", "pau") == ["paused"]


def test_the_statuses_offered_are_those_of_the_api() -> None:
    """The command line has its own list, so that help needs no client."""
    assert set(get_args(Status)) == {status.value for status in AgentExecutionStatus}


def test_without_arguments_the_page_of_help_is_shown(cli: Cli) -> None:
    """A newcomer who types the name alone gets the list of commands."""
    assert cli().stdout == cli("--help").stdout
    assert cli("--version").stdout.startswith("xpander-tasks ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lst"], 'Unknown command "lst"'),
        (["list", "--limt", "3"], "Did you mean --limit?"),
        (["list", "--limit", "many"], "--limit"),
        (["lst", "--help"], 'Unknown command "lst"'),
        (["get"], "ID"),
        (["list", "extra"], "unexpected: extra"),
        (["-o", "json", "list"], "expected a command before -o"),
        (["--profile", "work", "list"], "expected a command before --profile"),
    ],
)
def test_a_typing_error_ends_in_2_with_a_hint(cli: Cli, arguments: list[str], told: str) -> None:
    """One sentence on what is wrong, one on what to do."""
    done = cli(*arguments)
    assert (done.returncode, done.stdout) == (exits.USAGE, "")
    assert told in done.stderr
    assert "hint: `xpander-tasks" in done.stderr


def test_exit_codes_tell_what_went_wrong(cli: Cli, mock: MockClient) -> None:
    """A refused key, a missing key, a missing task and an API that is not there have codes of their own."""
    for settings, code in (
        ({"XPANDER_API_KEY": "wrong-key"}, exits.REFUSED),
        ({"XPANDER_API_KEY": ""}, exits.REFUSED),
        ({"XPANDER_BASE_URL": "http://127.0.0.1:1"}, exits.NETWORK),
        ({"XPANDER_BASE_URL": "nonsense"}, exits.USAGE),
    ):
        done = cli("list", environment=settings)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("error: ")
        assert "Traceback" not in done.stderr
        assert "wrong-key" not in done.stderr
    assert cli("get", "no-such-task").returncode == exits.NOT_FOUND
    mock.fault("status", status=500, times=1)
    assert cli("list").returncode == exits.FAILED


def test_debug_shows_requests_and_where_an_error_came_from_but_no_key(cli: Cli, mock: MockClient) -> None:
    """`--debug` is for reports, which others read."""
    done = cli("get", "no-such-task", "--debug")
    assert "GET " in done.stderr
    assert f"{mock.url}/v1/tasks/no-such-task" in done.stderr
    done = cli("list", "--debug", environment={"XPANDER_API_KEY": "key-that-must-not-show"})
    assert "Traceback" in done.stderr
    assert "UnauthorizedError" in done.stderr
    assert "key-that-must-not-show" not in done.stderr


def test_a_closed_pipe_ends_quietly(cli: Cli) -> None:
    """`xpander-tasks list --all | head -1` prints one line and no complaint."""
    with cli.popen("list", "--all", "-o", "jsonl") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == exits.READER_GONE


def test_a_full_disk_is_said(cli: Cli) -> None:
    """Output that cannot be written is a failure in one sentence."""
    with open("/dev/full", "w") as full:
        process = cli.popen("list", stdout=full)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == exits.FAILED
    assert errors.splitlines()[-1] == "error: cannot write the output: No space left on device"


def test_closed_streams_are_no_crash(cli: Cli, mock: MockClient) -> None:
    """Without stdin nobody agrees; without stdout the data is lost, which is a failure."""
    task = mock.add_task(status="executing")["id"]
    for shell, code in ((f"stop {task} <&-", exits.USAGE), ("list >&-", exits.FAILED), ("list 2>&- >/dev/null", 0)):
        line = f'exec "$@" {shell}'
        done = subprocess.run(
            ["bash", "-c", line, "bash", *COMMAND], env=cli.environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert json.loads(cli("get", task, "-o", "jsonl").stdout)["status"] == "executing"


def test_a_missing_extra_names_the_command_that_installs_it() -> None:
    """The script is installed without the extra as well, and must say what it lacks."""
    code = "import sys; sys.modules['cyclopts'] = None\nfrom xpander_cli import main; sys.exit(main(['list']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == exits.USAGE
    assert done.stderr == "xpander-tasks: cyclopts is missing: pip install 'xpander-tasks[cli]'\n"
