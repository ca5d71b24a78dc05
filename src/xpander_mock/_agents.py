"""What agents answer: an echo, unless the input asks for something else."""

import re
from typing import Any

import msgspec

from xpander_mock._samples import NoSample, sample
from xpander_mock._scripts import Script
from xpander_mock._task import COMPLETED, ERROR, FAILED, PAUSED, Answer

_MOST_CHUNKS = 20
_EXACTLY = re.compile(r"reply with exactly[: ]\s*(.+)", re.IGNORECASE | re.DOTALL)
_WISH = re.compile(r"(fail|error|pause|slow)\b[\s:]*(\d+(?:\.\d+)?)?", re.IGNORECASE)
_LONGEST = 3_600.0


class Agents:
    """Deterministic agents.

    An agent repeats the input's text. A text that begins with `fail`, `error` or `pause` ends that way, `slow` or
    `slow 3` takes as many seconds more (5 when none are said), `Reply with exactly X` is answered with X. Asked for
    JSON, an agent answers with a document that conforms to `output_schema`.

    Args:
        pending: seconds before an agent begins.
        executing: seconds that it then works.
    """

    def __init__(self, pending: float = 0.05, executing: float = 0.15) -> None:
        self.pending = round(pending * 1_000_000)
        self.executing = round(executing * 1_000_000)
        self.scripts: list[Script] = []

    def answer(self, agent_id: str, request: dict[str, Any]) -> Answer:
        """What the agent will answer to an `InvokeRequest`: by the first script that applies, or else its own."""
        answer = self.own_answer(request)
        text = request["input"].get("text") or ""
        script = next((script for script in self.scripts if script.applies(agent_id, text)), None)
        if script is not None:
            script.rewrite(answer)
        answer.chunks = self.chunks(answer.result or "") if script is None or script.chunks is None else script.chunks
        return answer

    def own_answer(self, request: dict[str, Any]) -> Answer:
        """What an agent answers without a script."""
        text = request["input"].get("text") or ""
        wish, seconds = self.wish(text)
        executing = self.executing
        if wish == "slow":
            executing += round(min(5.0 if seconds is None else seconds, _LONGEST) * 1_000_000)
        answer = Answer(pending=self.pending, executing=executing)
        if wish == "fail":
            answer.status, answer.result = FAILED, f"The agent failed, as asked: {text}"
        elif wish == "error":
            answer.status, answer.result = ERROR, f"The run broke off, as asked: {text}"
        elif wish == "pause":
            answer.status, answer.fields = PAUSED, {"hitl_request": {"wait_node_id": "approval"}}
        elif request.get("output_format") == "json":
            self.answer_json(answer, text, request.get("output_schema"))
        else:
            answer.result = self.echo(text, request["input"].get("files") or [])
        return answer

    def wish(self, text: str) -> tuple[str | None, float | None]:
        """What the text asks for by its first word, and the number after it."""
        match = _WISH.match(text)
        if match is None:
            return None, None
        return match[1].lower(), float(match[2]) if match[2] else None

    def echo(self, text: str, files: list[str]) -> str:
        """The answer in plain text."""
        exactly = _EXACTLY.fullmatch(text)
        if exactly:
            return exactly[1]
        return text or f"No text was given, and {len(files)} files."

    def answer_json(self, answer: Answer, text: str, schema: dict[str, Any] | None) -> None:
        """Answer with JSON that conforms to the schema, or fail when there can be none."""
        try:
            value = {"answer": text} if schema is None else sample(schema, text)
        except NoSample as error:
            answer.status, answer.result = FAILED, f"The agent could not keep to output_schema: {error}"
        else:
            answer.status, answer.result = COMPLETED, msgspec.json.encode(value).decode()

    def chunks(self, result: str) -> list[str]:
        """The pieces in which a stream sends the result."""
        words = re.findall(r"\s*\S+\s*|\s+", result)
        size = max(1, -(-len(words) // _MOST_CHUNKS))
        return ["".join(words[start : start + size]) for start in range(0, len(words), size)]
