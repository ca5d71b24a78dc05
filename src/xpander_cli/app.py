"""The commands of `xpander-tasks`. Each is imported when it is run: `--help` and completion need little of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cyclopts import App, Parameter


@dataclass(frozen=True)
class Command:
    """One command.

    Args:
        name: What is typed.
        target: The function that runs it, as `module:function` below `xpander_cli.commands`.
        summary: What it does; the first line of the function's docstring.
        group: The title under which the first page of help shows it.
    """

    name: str
    target: str
    summary: str
    group: str


COMMANDS = (
    Command("list", "listing:list_tasks", "List tasks, newest first.", "Look"),
    Command("get", "get:get", "Show tasks in full.", "Look"),
    Command("thread", "thread:thread", "Show the conversation of a task.", "Look"),
    Command("export", "export:export", "Write tasks into a file, however many there are.", "Look"),
    Command("stats", "stats:stats", "Show how many tasks there are, how many fail and how long they take.", "Look"),
    Command("invoke", "invoke:invoke", "Run an agent and print its answer as it comes.", "Run"),
    Command("watch", "watch:watch", "Follow tasks until all are done.", "Run"),
    Command("stop", "change:stop", "Stop tasks that run or are paused.", "Change"),
    Command("delete", "change:delete", "Delete tasks and their sub-tasks.", "Change"),
    Command("mock", "mock:mock", "Serve a stand-in for the API on this machine.", "Set up"),
    Command("doctor", "doctor:doctor", "Check address, key, clock, rate limit and versions.", "Set up"),
    Command("completion", "completion:completion", "Print the completion script of a shell.", "Set up"),
)


@cache
def make_app() -> App:
    """Return the program with all its commands, none of them imported yet."""
    plain = Parameter(negative="")  # no `--no-all` beside `--all`
    app = App(
        name="xpander-tasks",
        help="List, run, watch, export and measure the tasks of xpander.ai agents.",
        default_parameter=plain,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for command in COMMANDS:
        app.command(
            f"xpander_cli.commands.{command.target}", name=command.name, help=command.summary, default_parameter=plain
        )
    return app


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name.

    Returns:
        The exit code.

    Raises:
        CycloptsError: The arguments are not those of a command.
    """
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if not arguments or "--help" in own or "-h" in own:
        sys.stdout.write(help_page([argument for argument in own if argument not in ("--help", "-h")]))
        return 0
    if arguments[0] == "--version":
        from importlib.metadata import version

        print(f"xpander-tasks {version('xpander-tasks')}")
        return 0
    code = make_app()(arguments, print_error=False, exit_on_error=False)
    return code if isinstance(code, int) else 0


def help_page(arguments: Sequence[str] = ()) -> str:
    """Return the page of the command that the arguments begin with, or that of the program.

    Raises:
        CycloptsError: There is no such command.
    """
    from xpander_cli.help import command_page, root_page

    name = next((argument for argument in arguments if not argument.startswith("-")), None)
    if name is None:
        groups = dict.fromkeys(command.group for command in COMMANDS)
        rows = [(group, [(each.name, each.summary) for each in COMMANDS if each.group == group]) for group in groups]
        return root_page(rows)
    if name not in {command.name for command in COMMANDS}:
        make_app()([name], print_error=False, exit_on_error=False)
    return command_page(name, make_app()[name])
