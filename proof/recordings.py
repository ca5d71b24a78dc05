"""Record sessions of the command line in a pseudo-terminal, against a mock, as SVG under docs/recordings/.

Run by `make recordings`. Look at the files before they are committed: nothing checks that they look well.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from xpander_mock import Settings, XpanderMock

FOLDER = Path(__file__).parents[1] / "docs" / "recordings"
COLUMNS, ROWS = 92, 40
AGENT = XpanderMock.agent_id

SESSIONS: dict[str, tuple[str, ...]] = {
    "list": (
        "xpander-tasks list --limit 5",
        "xpander-tasks list --status failed --limit 2 -o jsonl --fields status,title",
    ),
    "invoke": (
        f"xpander-tasks invoke {AGENT} 'What do you know about lemon cake?' --id cake",
        "xpander-tasks thread cake",
    ),
    "watch": ("xpander-tasks watch backup report upload --exit-status --timeout 10m",),
    "stats": ("xpander-tasks stats",),
}
ANSWER = (
    "# Lemon cake\n\n"
    "- **250 g** of flour, butter and sugar each\n- 4 eggs, 2 lemons\n\n"
    "Bake for *50 minutes* at 180 °C. See https://example.com/cake."
)
# Seconds of the recording after which it shows what a person sees while the tasks run.
WATCHED = 2.5

_CONTROL = re.compile(r"\x1b\[(\d*)([AK])|\x1b\[\?25[lh]|(\r\n|\n|\r)")
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def main() -> None:
    """Record each session, and write its file."""
    FOLDER.mkdir(exist_ok=True)
    for name, commands in SESSIONS.items():
        with XpanderMock(Settings(tasks=1500, seed=7, pending=0.05, executing=0.6)) as mock:
            _prepare(mock, name)
            svg = _svg(name, [(command, _run(mock, command, cut=name == "watch")) for command in commands])
        path = FOLDER / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        print(path)


def _prepare(mock: XpanderMock, name: str) -> None:
    """Give a session what it shows."""
    mock.script(text="cake", chunks=[f"{word} " for word in ANSWER.split(" ")])
    if name == "watch":
        now = mock.clock.now().isoformat()
        for task, title, status in (
            ("backup", "Back up the mailbox", "completed"),
            ("report", "Write the weekly report", "executing"),
            ("upload", "Upload the invoices", "failed"),
        ):
            mock.add_task(id=task, title=title, status=status, created_at=now)


def _run(mock: XpanderMock, command: str, *, cut: bool) -> str:
    """Return what a terminal shows after a command, or a moment before it is ended when it is cut."""
    main_end, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XPANDER_", "NO_COLOR"))}
    environment |= {"XPANDER_BASE_URL": mock.url, "XPANDER_API_KEY": mock.api_key, "TERM": "xterm-256color"}
    arguments = [sys.executable, "-m", "xpander_cli", *shlex.split(command)[1:]]
    process = subprocess.Popen(
        arguments, stdin=other, stdout=other, stderr=other, env=environment, start_new_session=True
    )
    os.close(other)
    # Killed, it cannot clear its lines any more: what it showed stays.
    timer = threading.Timer(WATCHED, process.kill)
    if cut:
        timer.start()
    received = b""
    try:
        while data := os.read(main_end, 65536):
            received += data
    except OSError:  # Linux says so when the last process has closed the terminal.
        pass
    finally:
        os.close(main_end)
        timer.cancel()
        process.wait()
    return screen(received.decode())


def screen(received: str) -> str:
    """Return the lines that a terminal shows, with their colours; rich moves only up, and clears only whole lines."""
    lines, row, at = [""], 0, 0
    for match in _CONTROL.finditer(received):
        lines[row] += received[at : match.start()]
        at = match.end()
        if match[2] == "A":
            row -= int(match[1] or 1)
        elif match[2] == "K":
            lines[row] = ""
        elif match[3] and "\n" in match[3]:
            row += 1
            if row == len(lines):
                lines.append("")
    lines[row] += received[at:]
    return "\n".join(lines).rstrip()


def _svg(name: str, shown: list[tuple[str, str]]) -> str:
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True, highlight=False)  # noqa: SIM115
    for command, text in shown:
        console.print(Text("$ ", style="green") + Text(command, style="bold"))
        console.print(Text.from_ansi(text))
    svg = console.export_svg(title="xpander-tasks", theme=MONOKAI, unique_id=f"recording-{name}")
    # The page that shows it loads nothing from elsewhere: a font of the reader's machine will do.
    own = _FONT_FACE.sub("", svg).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    return "\n".join(line.rstrip() for line in own.splitlines()) + "\n"


if __name__ == "__main__":
    main()
