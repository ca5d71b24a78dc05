"""A file that grows under another name until it is whole. Killed at any moment, it can go on."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xpander_cli.errors import CommandError
from xpander_cli.export.checkpoint import Checkpoint

# Seconds: saving more often would cost more than reading the lost tasks again.
_SAVE_EVERY = 0.5


class GrowingFile:
    """The file of one export: `NAME.part` with its state in `NAME.part.json`, renamed to `NAME` at the end.

    Args:
        path: The file to make.
        asked: What was asked for; a state of something else is refused.
        filters: The filters of the API.
        resume: Whether to go on where a cut export was.
        force: Whether to replace what is there.

    Raises:
        CommandError: The file is there already, or a cut one is and neither `resume` nor `force` says what to do.
        OSError: The file cannot be written.
    """

    def __init__(
        self, path: Path, asked: dict[str, Any], filters: dict[str, str], *, resume: bool, force: bool
    ) -> None:
        """Open the file, cut back to what is whole."""
        self.path = path
        self._part = path.with_name(f"{path.name}.part")
        self._state_path = path.with_name(f"{path.name}.part.json")
        self.complete = False
        self.state = Checkpoint(asked=asked, filters=filters)
        if not force and self._goes_on(asked, resume=resume):
            return
        # Not emptied before the lock: another export may be writing it.
        self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        try:
            _lock(self._file.fileno(), self._part)
            if os.fstat(self._file.fileno()).st_size < self.state.size:
                raise CommandError(f"{self._part} is shorter than it was", hint="--force exports from the start.")
            self._file.truncate(self.state.size)
            self._file.seek(self.state.size)
            self.save()
        except BaseException:
            self._file.close()
            raise

    def _goes_on(self, asked: dict[str, Any], *, resume: bool) -> bool:
        """Take the state of a cut export; return whether nothing is left to do.

        Raises:
            CommandError: There is a file or a cut export, and it must not be touched.
        """
        exists, state = self.path.exists(), Checkpoint.load(self._state_path)
        if exists and not resume:
            raise CommandError(f"{self.path} exists already", hint="Choose another name; --force replaces it.")
        if state is None:
            self.complete = exists
            return exists
        if not resume:
            raise CommandError(
                f"{self._part} holds {state.written:,} tasks of an export that was cut",
                hint="--resume goes on with it, --force begins again.",
            )
        if state.asked != asked:
            differ = ", ".join(sorted(name for name in state.asked | asked if state.asked.get(name) != asked.get(name)))
            raise CommandError(
                f"the export that was cut asked for something else: {differ}",
                hint="Repeat its options, or begin again with --force.",
            )
        self.state = state
        if state.finished and exists and not self._part.exists():
            # Killed after the file had its name and before the state was removed.
            self._state_path.unlink()
            self.complete = True
        return self.complete

    def write(self, data: bytes) -> None:
        """Append whole lines, whose tasks the state counts already; save the state now and then."""
        self._file.write(data)
        if time.monotonic() - self._saved >= _SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Write the data to the disk, then the state that counts it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self.state.size = self._file.tell()
        self.state.save(self._state_path)
        self.saved_tasks = self.state.written
        self._saved = time.monotonic()

    def finish(self) -> Path:
        """Note that all tasks are in the file; return it, to be converted or moved to its place."""
        self.state.finished = True
        self.save()
        return self._part

    def publish(self, whole: Path) -> None:
        """Give the finished file its name, and remove the state."""
        whole.replace(self.path)
        self._part.unlink(missing_ok=True)
        self._state_path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the file. After a failure its last saved state counts; the next run cuts off what was written since."""
        if not self.complete:
            with suppress(OSError):
                self._file.close()


def _lock(descriptor: int, path: Path) -> None:
    """Keep a second export from writing the same file; the lock goes with the process.

    Raises:
        CommandError: Another one has it.
    """
    try:
        import fcntl
    except ImportError:  # Windows does not let two processes open it.
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CommandError(f"another export is writing {path}") from None
