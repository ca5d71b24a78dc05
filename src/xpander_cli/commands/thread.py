"""`xpander-tasks thread`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.options import Connection

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.tree import Tree

    from xpander_cli.conversation import Conversation


def thread(
    task: Annotated[str, Parameter(name="ID")],
    /,
    *,
    full: bool = False,
    output: Annotated[Literal["text", "json", "jsonl"], Parameter(name=["--output", "-o"], metavar="FORMAT")] = "text",
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Show the conversation of a task.

    In a terminal, Markdown is rendered; piped, it is printed as it is. With --full also what system and tools said,
    and the conversations of all sub-tasks as a tree.

    Args:
        task: Id of the task.
        full: Show all messages, and those of sub-tasks.
        output: Text, a JSON array of messages, or a message a line. With --full, JSON is an object by id of the
            sub-task, and `root`.

    Examples:
        xpander-tasks thread 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10
        xpander-tasks thread 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10 --full -o json
    """
    from xpander_cli.conversation import read_conversation
    from xpander_cli.output import json_of, on_terminal, show, write, write_records
    from xpander_cli.session import connect

    with connect(connection) as tasks:
        if output != "text":
            if full:
                whole = tasks.full_thread(task)
                others = {name: [said.to_dict() for said in part] for name, part in whole.additional_properties.items()}
                by_task = {"root": [said.to_dict() for said in whole.root], **others}
                if output == "json":
                    write(json_of(by_task, indent=True) + "\n")
                else:
                    rows = ({"task": name, **said} for name, part in by_task.items() for said in part)
                    write_records(rows, "jsonl")
            else:
                write_records((said.to_dict() for said in tasks.thread(task)), output)
            return exits.DONE
        conversation = read_conversation(tasks, task, full=full)
    if on_terminal():
        show(_rendered(conversation, full=full))
    else:
        write("\n".join(conversation.lines()) + "\n")
    return exits.DONE


def _rendered(conversation: Conversation, *, full: bool) -> RenderableType:
    from rich.console import Group

    if not full:
        return Group(*_messages(conversation))
    return _tree(conversation)


def _tree(conversation: Conversation) -> Tree:
    from rich.console import Group
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Group(Text(conversation.heading, style="bold"), *_messages(conversation)), guide_style="bright_black")
    for part in conversation.sub_tasks:
        tree.children.append(_tree(part))
    return tree


def _messages(conversation: Conversation) -> list[Any]:
    from rich.markdown import Markdown
    from rich.padding import Padding
    from rich.text import Text

    colours = {"user": "cyan", "assistant": "green", "tool": "yellow"}
    shown: list[Any] = []
    for said in conversation.messages:
        shown.append(Text(f"{said.role} · {said.when}", style=f"bold {colours.get(said.role, 'bright_black')}"))
        # Addresses are printed and not hidden behind a text that says another.
        shown.append(Padding(Markdown(said.text, hyperlinks=False), (0, 0, 1, 2)))
    return shown
