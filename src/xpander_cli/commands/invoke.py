"""`xpander-tasks invoke`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError
from xpander_cli.options import Connection

if TYPE_CHECKING:
    from xpander_tasks import InvokeOptions, Task, Tasks


def invoke(
    agent: Annotated[str, Parameter(name="AGENT")],
    text: Annotated[str, Parameter(name="TEXT", allow_leading_hyphen=True)],
    /,
    *,
    background: bool = False,
    json_schema: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    file: Annotated[list[str] | None, Parameter(metavar="URL")] = None,
    reply_to: Annotated[str | None, Parameter(metavar="ID")] = None,
    id: Annotated[str | None, Parameter(metavar="ID")] = None,
    output: Annotated[Literal["text", "json", "jsonl"], Parameter(name=["--output", "-o"], metavar="FORMAT")] = "text",
    connection: Connection = Connection(),  # noqa: B008 - frozen
) -> int:
    """Run an agent and print its answer as it comes.

    The answer goes to stdout, everything else to stderr. The exit code is 0 when the task has completed, 1 when it
    failed and 6 when it waits for a person. Ctrl-C does not stop the task; the command that does is shown.

    Args:
        agent: Id of the agent.
        text: What it is asked; - reads it from stdin.
        background: Start the task, print its id and do not wait.
        json_schema: Ask for JSON that conforms to the JSON Schema in this file.
        file: Address of a file to work on; can be given more than once.
        reply_to: Continue the conversation of this task.
        id: The id that the new task gets; without it the API's.
        output: The answer as text, the finished task as JSON, or each event as a line of JSON.

    Examples:
        xpander-tasks invoke agent-42 'Summarise the error log'
        echo 'And in one line?' | xpander-tasks invoke agent-42 - --reply-to 5f0d6c2e-8a64-4a3c-9c53-0f6b1c7a2f10
        xpander-tasks invoke agent-42 'Describe it' --json-schema product.json > described.json
        xpander-tasks watch $(xpander-tasks invoke agent-42 'Take your time' --background)
    """
    if text.startswith("-") and text != "-":
        raise CommandError(f"unknown option {text}", hint="A text that begins with a hyphen comes from stdin: -")
    options: InvokeOptions = {}
    if json_schema is not None:
        options |= {"output_format": "json", "output_schema": _schema(json_schema)}
    if file:
        if local := next((name for name in file if Path(name).exists()), None):
            raise CommandError(f"expected the address of a file that the agent can read, got {local} of this machine")
        options["files"] = file
    if id is not None and reply_to is not None:
        raise CommandError("expected --id or --reply-to, got both")
    if id == "" or reply_to == "":
        raise CommandError("expected an id, got an empty one; is a variable not set?")
    if id is not None:
        options["id"] = id
    from xpander_cli.session import connect

    with connect(connection) as tasks:
        if reply_to is not None:
            _check_agent(tasks, reply_to, agent)
            options["id"] = reply_to
        asked = sys.stdin.read() if text == "-" else text
        if background:
            return _start(tasks, agent, asked, options, output)
        return _stream(tasks, agent, asked, options, output)


def _schema(path: Path) -> dict[str, Any]:
    import json

    try:
        schema = json.loads(path.read_bytes())
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{path} is not JSON: {error}") from None
    if not isinstance(schema, dict):
        raise CommandError(f"expected a JSON Schema in {path}, which is an object")
    return schema


def _check_agent(tasks: Tasks, task_id: str, agent: str) -> None:
    """Check that there is a conversation to continue: the API would begin a new one under an unknown id."""
    task = tasks.get(task_id)
    if task.agent_id != agent:
        raise CommandError(f"task {task_id} belongs to agent {task.agent_id}, not to {agent}")


def _start(tasks: Tasks, agent: str, text: str, options: InvokeOptions, output: str) -> int:
    from xpander_cli.output import json_of, say, write
    from xpander_cli.records import of_task
    from xpander_cli.text import one_line

    task = tasks.start(agent, text, **options)
    write((one_line(task.id) if output == "text" else json_of(of_task(task))) + "\n")
    say(f"started; `xpander-tasks watch {one_line(task.id)}` follows it")
    return exits.DONE


def _stream(tasks: Tasks, agent: str, text: str, options: InvokeOptions, output: str) -> int:
    from xpander_cli.answer import Answer
    from xpander_cli.output import json_of, say, write
    from xpander_cli.records import of_event, of_task
    from xpander_cli.text import one_line

    answer = Answer(printed=output == "text")
    with tasks.stream(agent, text, **options) as stream:
        try:
            with answer:
                for event in stream:
                    if output == "jsonl":
                        write(json_of(of_event(event)) + "\n")
                    answer.show(event)
        except KeyboardInterrupt:
            known = stream.task.id if stream.task else options.get("id")
            say(f"\n{_goes_on(known, agent)}")
            return exits.INTERRUPTED
        task = stream.task
    if task is None:
        raise CommandError("the stream ended without a task", code=exits.FAILED)
    answer.finish(task)
    if output == "json":
        write(json_of(of_task(task), indent=True) + "\n")
    say(f"{one_line(str(task.status))} in {answer.elapsed} · {one_line(task.id)}")
    return _code(task)


def _goes_on(task_id: str | None, agent: str) -> str:
    from xpander_cli.text import one_line

    if task_id is None:
        return f"interrupted; if a task was begun it goes on: `xpander-tasks list --agent {agent} --since 5m` shows it"
    return f"interrupted; the task goes on: `xpander-tasks stop {one_line(task_id)}` stops it"


def _code(task: Task) -> int:
    from xpander_cli.output import say
    from xpander_cli.text import one_line

    status = str(task.status)
    if status == "paused":
        if request := task.pending_eca_request:
            say(f"it waits for access to {one_line(request.connector_name)}: {one_line(request.auth_url)}")
        else:
            say("it waits for a person")
        return exits.PAUSED
    return exits.DONE if status == "completed" else exits.FAILED
