"""The pages that `--help` prints. Written without rich, so that they appear at once."""

from __future__ import annotations

import inspect
import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_origin

if TYPE_CHECKING:
    from cyclopts import App

MAX_WIDTH = 100
_COLUMN = 26


def root_page(summaries: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """Return the page of the program: its commands by group.

    Args:
        summaries: Titles of groups, each with the names and summaries of its commands.
    """
    parts = [
        "Usage: xpander-tasks COMMAND [OPTIONS]",
        "List, run, watch, export and measure the tasks of xpander.ai agents.",
        *(_section(title, rows) for title, rows in summaries),
        _section(
            "Options", [("-h, --help", "Show this page, or that of a command."), ("--version", "Show the version.")]
        ),
        "Start here:\n"
        "  $ xpander-tasks mock            # a stand-in for the API to play with, no key needed\n"
        "  $ xpander-tasks doctor          # what is set up, and what is missing",
    ]
    return "\n\n".join(parts) + "\n"


def command_page(name: str, command: App) -> str:
    """Return the page of one command: usage, description, arguments, options by group, examples."""
    shown = [argument for argument in command.assemble_argument_collection(parse_docstring=True) if argument.show]
    positional = [argument for argument in shown if argument.index is not None]
    usage = " ".join([f"Usage: xpander-tasks {name}", *(_usage(argument) for argument in positional), "[OPTIONS]"])
    description, examples = documented(command)
    groups: dict[str, list[tuple[str, str]]] = {}
    for argument in shown:
        title = "Arguments" if argument in positional else _title(argument)
        groups.setdefault(title, []).append((_names(argument, positional), _explained(argument)))
    groups.setdefault("Options", []).append(("-h, --help", "Show this page."))
    order = {"Arguments": 0, "Options": 1, "Filters": 2, "Output": 3, "Connection": 4}
    sections = [_section(title, groups[title]) for title in sorted(groups, key=lambda title: order.get(title, 1))]
    shell = "Examples:\n" + textwrap.indent(examples, "  ") if examples else ""
    return "\n\n".join([usage, _filled(description), *sections, *([shell] if shell else [])]) + "\n"


def documented(command: App) -> tuple[str, str]:
    """Return the description of a command and its examples, from the docstring of its function."""
    text = inspect.cleandoc((command.default_command and command.default_command.__doc__) or "")
    text, _, examples = text.partition("\nExamples:\n")
    return text.partition("\nArgs:\n")[0].strip(), textwrap.dedent(examples.split("\n\nRaises:")[0]).strip()


def _title(argument: Any) -> str:
    title = str(argument.parameter.group[0].name)
    return "Options" if title == "Parameters" else title


def _usage(argument: Any) -> str:
    name: str = argument.names[0].upper()
    name = f"{name}..." if _is_list(argument) else name
    return str(name) if argument.required else f"[{name}]"


def _is_list(argument: Any) -> bool:
    return "list" in str(argument.hint)


def _names(argument: Any, positional: Sequence[Any]) -> str:
    if argument in positional:
        return _usage(argument).strip("[]")
    names = sorted(argument.names, key=len)
    if argument.hint is bool:
        return ", ".join(names)
    return f"{', '.join(names)} {argument.parameter.metavar or _metavar(argument)}"


def _metavar(argument: Any) -> str:
    choices = argument.get_choices()
    if choices and get_origin(argument.hint) is Literal:
        return "|".join(choices)
    return "N" if argument.hint is int else str(argument.names[0]).strip("-").upper()


def _explained(argument: Any) -> str:
    text = " ".join((argument.parameter.help or "").split())
    notes = []
    if choices := argument.get_choices():
        notes.append(" | ".join(choices))
    if argument.parameter.env_var:
        notes.append(f"environment: {', '.join(argument.parameter.env_var)}")
    default = argument.field_info.default
    if argument.index is None and isinstance(default, (str, int, float)) and not isinstance(default, bool):
        notes.append(f"default: {default}")
    return f"{text} [{'; '.join(notes)}]" if notes else text


def _width() -> int:
    return max(40, min(MAX_WIDTH, shutil.get_terminal_size().columns))


def _filled(text: str) -> str:
    return "\n\n".join(textwrap.fill(" ".join(part.split()), _width()) for part in text.split("\n\n"))


def _section(title: str, rows: Sequence[tuple[str, str]]) -> str:
    lines = [f"{title}:"]
    for name, text in rows:
        filled = textwrap.wrap(text, max(20, _width() - _COLUMN)) or [""]
        if len(name) + 4 > _COLUMN:
            lines.append(f"  {name}")
        else:
            lines.append(f"  {name.ljust(_COLUMN - 2)}{filled.pop(0)}".rstrip())
        lines += [" " * _COLUMN + line for line in filled]
    return "\n".join(lines)
