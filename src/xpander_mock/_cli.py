"""The command line."""

import argparse
import logging
from collections.abc import Sequence

from xpander_mock._app import Mock, Parts, Settings
from xpander_mock._keys import DEMO_API_KEY, OTHER_API_KEY
from xpander_mock._seed import DEFAULT_TASKS
from xpander_mock._server import Server, listen, url_of
from xpander_mock._store import NotADataFile


def main(argv: Sequence[str] | None = None, parts: Parts | None = None) -> int:
    """Serve the mock until a signal ends it; the exit status.

    Args:
        argv: the arguments; those of the process when None.
        parts: the classes it is built from.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    settings = Settings(
        data=options.data,
        tasks=options.tasks,
        seed=options.seed,
        pending=options.pending,
        executing=options.executing,
    )
    try:
        bound = listen(options.host, options.port)
    except OSError as error:
        return _complain(parser, f"cannot listen on {options.host}:{options.port}: {error.strerror or error}")
    try:
        mock = Mock(settings, parts)
    except NotADataFile as error:
        bound.close()
        return _complain(parser, str(error))
    line = f"xpander_mock listening on {url_of(bound)}"
    server = Server(mock.app, lambda: print(line, flush=True), mock.release)
    server.run([bound])
    mock.close()
    bound.close()
    return 0


def _complain(parser: argparse.ArgumentParser, message: str) -> int:
    parser.exit(1, f"{parser.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m xpander_mock",
        description="Serve a stand-in for the xpander.ai Tasks API. Once it accepts connections it prints one line with "
        "its address.",
        epilog=f"API keys: {DEMO_API_KEY}, and for a second organization {OTHER_API_KEY}.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8787, help="port to listen on, 0 for a free one (%(default)s)")
    parser.add_argument("--data", metavar="FILE", help="keep everything in this file; without it, in memory")
    parser.add_argument(
        "--tasks", type=_count, default=DEFAULT_TASKS, metavar="N", help="tasks to make up (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what they are made up from (%(default)s)")
    parser.add_argument(
        "--pending",
        type=_seconds,
        default=0.05,
        metavar="S",
        help="seconds that an invoked task is pending (%(default)s)",
    )
    parser.add_argument(
        "--executing", type=_seconds, default=0.15, metavar="S", help="seconds that it then executes (%(default)s)"
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text}")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise argparse.ArgumentTypeError(f"expected 0 or more, got {text}")
    return count


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, got {text}")
    return seconds
