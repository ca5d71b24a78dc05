"""Agents: they repeat the input, unless the input or a script asks for something else."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from xpander_mock.rules.json_samples import NoSample, sample
from xpander_mock.rules.matching import HEADERS, Request
from xpander_mock.rules.scripts import Script
from xpander_mock.storage.task import COMPLETED, ERROR, FAILED, PAUSED, Answer, Task

_MAX_CHUNKS = 20
_EXACTLY = re.compile(r"reply with exactly[: ]\s*(.+)", re.IGNORECASE | re.DOTALL)
_COMMAND = re.compile(r"(fail|error|pause|slow):?(?:\s+(\d+(?:\.\d+)?)(?!\S))?(?!\S)", re.IGNORECASE)
_MAX_SECONDS = 3_600.0


AnswerFunction = Callable[[str, dict[str, Any]], str | dict[str, Any] | None]
"""Makes the answer of an agent to a request: its result, the fields of a `Script`, or None."""


class Agents:
    """Deterministic agents.

    An agent repeats the input's text. A text whose first word is `fail`, `error` or `pause` ends that way, `slow` or
    `slow 3` takes as many seconds more (5 without a number), `Reply with exactly X` is answered with X. Asked for
    JSON, an agent answers with a document that conforms to `output_schema`.

    Args:
        pending: Seconds before an agent begins.
        executing: Seconds that it then works.
        commands: Whether the words above have an effect; otherwise every text is repeated.
    """

    def __init__(self, pending: float = 0.05, executing: float = 0.15, *, commands: bool = True) -> None:
        self.commands = commands
        self.pending = round(pending * 1_000_000)
        self.executing = round(executing * 1_000_000)
        self.scripts: list[Script] = []
        self.functions: list[AnswerFunction] = []
        self._used: set[int] = set()  # ids of the scripts that were used

    def add_script(self, script: Script) -> None:
        """Add an answer."""
        self.scripts.append(script)

    def clear_scripts(self) -> None:
        """Delete all scripts and functions."""
        self.scripts.clear()
        self.functions.clear()
        self._used.clear()

    def unused_scripts(self) -> list[Script]:
        """Return the scripts that no invoke has got."""
        return [script for script in self.scripts if id(script) not in self._used]

    def answer(self, task: Task, request: dict[str, Any]) -> Answer:
        """Decide the answer to an `InvokeRequest`: that of a script that applies, or else the agent's own.

        Of several scripts, those with `times` come first, in the order in which they were added, so that they are used
        up one after the other; of the others the one added last is used.
        """
        answer = self.own_answer(request)
        known = Request(task.agent_id, task.id, task.organization_id, HEADERS.get({}), request)
        applicable = [script for script in self.scripts if script.applies(known)]
        limited = [script for script in applicable if script.times is not None]
        computed = (self.computed(function, task.agent_id, request) for function in reversed(self.functions))
        script = next((script for script in computed if script is not None), None)
        script = script or next(iter([*limited, *reversed(applicable)]), None)
        if script is not None:
            if script in applicable:
                self._used.add(id(script))
            script.rewrite(answer)
        answer.chunks = self.chunks(answer.result or "") if script is None or script.chunks is None else script.chunks
        return answer

    def computed(self, function: AnswerFunction, agent_id: str, request: dict[str, Any]) -> Script | None:
        """Return the answer of a function, None when it leaves this one to others."""
        made = function(agent_id, request)
        if made is None:
            return None
        return Script(result=made) if isinstance(made, str) else msgspec.convert(made, Script)

    def own_answer(self, request: dict[str, Any]) -> Answer:
        """Decide the answer without scripts."""
        text = request["input"].get("text") or ""
        command, seconds = self.command(text)
        executing = self.executing
        if command == "slow":
            executing += round(min(5.0 if seconds is None else seconds, _MAX_SECONDS) * 1_000_000)
        answer = Answer(pending=self.pending, executing=executing)
        if command == "fail":
            answer.status, answer.result = FAILED, f"The agent failed, as asked: {text}"
        elif command == "error":
            answer.status, answer.result = ERROR, f"The run broke off, as asked: {text}"
        elif command == "pause":
            answer.status, answer.fields = PAUSED, {"hitl_request": {"wait_node_id": "approval"}}
        elif request.get("output_format") == "json":
            self.answer_json(answer, text, request.get("output_schema"))
        else:
            answer.result = self.echo(text, request["input"].get("files") or [])
        return answer

    def command(self, text: str) -> tuple[str | None, float | None]:
        """Return the command that the text begins with, and the number after it, None where there is none."""
        match = _COMMAND.match(text) if self.commands else None
        if match is None:
            return None, None
        return match[1].lower(), float(match[2]) if match[2] else None

    def echo(self, text: str, files: list[str]) -> str:
        """Return the answer in plain text."""
        exactly = _EXACTLY.fullmatch(text) if self.commands else None
        if exactly:
            return exactly[1]
        return text or f"No text was given, and {len(files)} files."

    def answer_json(self, answer: Answer, text: str, schema: dict[str, Any] | None) -> None:
        """Answer with JSON that conforms to the schema, or fail when no such JSON is found."""
        try:
            value = {"answer": text} if schema is None else sample(schema, text)
        except NoSample as error:
            answer.status, answer.result = FAILED, f"The agent could not keep to output_schema: {error}"
        else:
            answer.status, answer.result = COMPLETED, msgspec.json.encode(value).decode()

    def chunks(self, result: str) -> list[str]:
        """Split the result into the pieces that a stream sends."""
        words = re.findall(r"\s*\S+\s*|\s+", result)
        size = max(1, -(-len(words) // _MAX_CHUNKS))
        return ["".join(words[start : start + size]) for start in range(0, len(words), size)]
