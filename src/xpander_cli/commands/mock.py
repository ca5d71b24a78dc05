"""`xpander-tasks mock`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xpander_cli import exits
from xpander_cli.errors import CommandError


def mock(
    *,
    port: Annotated[int, Parameter(metavar="N")] = 8787,
    tasks: Annotated[int | None, Parameter(metavar="N")] = None,
    data: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    rate_limit: Annotated[str | None, Parameter(metavar="LIMIT")] = None,
) -> int:
    """Serve a stand-in for the API on this machine.

    Prints the two lines that point the other commands at it; paste them into another terminal. Ctrl-C ends it. It
    comes with made-up tasks, and runs agents that repeat what they are told. `python -m xpander_mock --help` shows
    everything that it can do.

    Args:
        port: Port to listen on; 0 for a free one.
        tasks: Tasks to make up at first.
        data: Keep the tasks in this file; without it they are gone at the end.
        rate_limit: Requests that it allows, such as 100/60s.

    Examples:
        xpander-tasks mock
        xpander-tasks mock --port 9000 --tasks 5000
    """
    import signal
    import subprocess
    import sys
    from importlib.util import find_spec

    from xpander_cli.output import say, write

    if find_spec("xpander_mock") is None or find_spec("uvicorn") is None:
        raise CommandError("the mock is not installed", hint="pip install 'xpander-tasks[mock]'")
    from xpander_mock import XpanderMock

    options = {"--port": port, "--tasks": tasks, "--data": data, "--rate-limit": rate_limit}
    arguments = [str(part) for option, value in options.items() if value is not None for part in (option, value)]
    # Whoever ends this process by SIGTERM means the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    command = [sys.executable, "-m", "xpander_mock", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline().split()
            if line:
                write(f"export XPANDER_BASE_URL={line[-1]}\nexport XPANDER_API_KEY={XpanderMock.api_key}\n")
                say(
                    "\nThe mock runs. Paste the two lines into another terminal; then, for example:\n"
                    f"  xpander-tasks list\n  xpander-tasks invoke {XpanderMock.agent_id} 'Say hello'\n"
                    f"A browser shows its console at {line[-1]}. Ctrl-C ends it."
                )
            code = server.wait()
            return code if code in (exits.DONE, exits.USAGE) else exits.FAILED
        except KeyboardInterrupt:
            server.wait()
            say("The mock has ended." + ("" if data else " Its tasks are gone."))
            return exits.INTERRUPTED
        finally:
            if server.poll() is None:
                server.terminate()
