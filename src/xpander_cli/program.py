"""Entry point of the command line: run one command and turn whatever happens into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from xpander_cli import exits


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments, without the name of the program; those of this process when None.

    Returns:
        The exit code; `exits` explains each.
    """
    _open_closed_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        from xpander_cli.app import run
    except ModuleNotFoundError as error:
        # Without the extra, the script is installed all the same.
        if error.name not in {"cyclopts", "rich", "platformdirs"}:
            raise
        print(f"xpander-tasks: {error.name} is missing: pip install 'xpander-tasks[cli]'", file=sys.stderr)
        return exits.USAGE
    try:
        code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = exits.READER_GONE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = exits.INTERRUPTED
    except Exception as error:
        from xpander_cli.errors import report

        code = report(error, debug="--debug" in arguments)
    _give_up_output()
    return code


def _open_closed_streams() -> None:
    """Put something in the place of streams that were closed, as by `>&-`: else the next file opened would be taken.

    What is printed on a closed stdout is lost, which is an error: its replacement cannot be written.
    """
    for name, mode, access in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, access), mode))  # noqa: SIM115 - for the whole process


def _give_up_output() -> None:
    """Drop output that cannot be written: Python would try again at its end, complain, and end in another code."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
