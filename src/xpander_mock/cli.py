"""The command line."""

import argparse
import logging
import os
from collections.abc import Sequence
from typing import NoReturn

from xpander_mock.demo import DEMO_API_KEY, OTHER_API_KEY
from xpander_mock.http.rate_limit import RateLimit
from xpander_mock.http.request_log import LOG
from xpander_mock.parts import Parts
from xpander_mock.server import listen, url_of
from xpander_mock.settings import DEFAULT_TASKS, Settings
from xpander_mock.storage.database import NotADataFile
from xpander_mock.workers import serve, serve_together
from xpander_mock.world import World, WorldError, read_world

PROGRAM = "python -m xpander_mock"


def main(argv: Sequence[str] | None = None, parts: Parts | None = None, *more: argparse.ArgumentParser) -> int:
    """Serve the mock until a signal ends it.

    Args:
        argv: The arguments; those of the process when None.
        parts: The classes that the mock is built from.
        more: Parsers of further options, which `--help` shows as well.

    Returns:
        The exit status: 0 after a signal, 1 when it could not serve, 2 after a wrong option.
    """
    parser = _parser(more)
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    LOG.setLevel(logging.INFO if options.log else logging.WARNING)
    if options.workers > 1 and options.data is None:
        parser.error("argument --workers: several workers share a data file: name it with --data")
    settings = Settings(
        data=options.data,
        tasks=options.tasks,
        seed=options.seed,
        pending=options.pending,
        executing=options.executing,
        commands=not options.no_commands,
        rate_limit=options.rate_limit,
        world=options.world,
        workers=options.workers,
        allow_reset=options.allow_reset,
        allowed_hosts=tuple(options.allow_host),
        control_token=options.control_token or os.environ.get("XPANDER_MOCK_TOKEN") or None,
        cors=tuple(options.cors),
        max_body=options.max_body,
    )
    try:
        bound = listen(options.host, options.port)
    except OSError as error:
        parser.exit(1, f"{parser.prog}: cannot listen on {options.host}:{options.port}: {error.strerror or error}\n")
    line = f"xpander_mock listening on {url_of(bound)}"
    try:
        if settings.workers > 1:
            return serve_together(settings, parts, bound, line)
        serve(settings, parts, bound, line)
    except (NotADataFile, WorldError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    finally:
        bound.close()
    return 0


class Parser(argparse.ArgumentParser):
    """An argument parser that reports an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message in one line, and exit with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def _parser(more: Sequence[argparse.ArgumentParser]) -> Parser:
    parser = Parser(
        prog=PROGRAM,
        parents=more,
        description="Serve a stand-in for the xpander.ai Tasks API. Once it accepts connections it prints one line "
        "with its address.",
        epilog=f"API keys: {DEMO_API_KEY}, and for a second organization {OTHER_API_KEY}.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=_port, default=8787, help="port to listen on, 0 for a free one")
    add("--data", metavar="FILE", help="store everything in this file; without it, in memory")
    add("--tasks", type=_count, default=DEFAULT_TASKS, metavar="N", help="sample tasks that a new mock gets")
    add("--seed", type=_count, default=0, metavar="N", help="what they are generated from; same seed, same tasks")
    add("--pending", type=_seconds, default=0.05, metavar="S", help="seconds that an invoked task is pending")
    add("--executing", type=_seconds, default=0.15, metavar="S", help="seconds that it then executes")
    add("--no-commands", action="store_true", help="let agents repeat inputs such as `fail` in place of obeying them")
    add("--rate-limit", type=_rate_limit, metavar="RATE", help="requests that pass for each organization: 100/60s")
    add("--world", type=_world, metavar="FILE", help="organizations, keys, agents, tasks, scripts, faults and clock")
    add("--workers", type=_workers, default=1, metavar="N", help="processes that share the data file")
    add("--allow-reset", action="store_true", help="let a reset replace the tasks that the data file held")
    add("--max-body", type=_count, default=10_000_000, metavar="BYTES", help="largest request body")
    add(
        "--cors",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin call the API",
    )
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name of control and console",
    )
    add("--control-token", metavar="TOKEN", help="token for control and console, better set as XPANDER_MOCK_TOKEN")
    add("--log", action="store_true", help="write a line for each request to stderr")
    return parser


def _rate_limit(text: str) -> RateLimit:
    try:
        return RateLimit.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _world(path: str) -> World:
    try:
        return read_world(path)
    except WorldError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise argparse.ArgumentTypeError(f"expected a whole number, 0 or more, got {text!r}")
    return int(text)


def _workers(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text[:4]) <= 64:
        raise argparse.ArgumentTypeError(f"expected 1 to 64 workers, got {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= 65_535):
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, got {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"expected seconds, 0 or more, got {text!r}")
    return seconds
