"""Where an export stands: enough to cut its file back to a whole state and to ask the API for the rest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xpander_cli.errors import CommandError

if TYPE_CHECKING:
    from xpander_tasks import TasksListItem

# A server may keep time finer than a datetime does.
_PRECISION = timedelta(microseconds=1)


class Checkpoint(msgspec.Struct, kw_only=True):
    """The state of an export, as it is kept in a file beside the one that grows."""

    asked: dict[str, Any]
    """What was asked for: address, format, fields and filters as they were typed."""
    filters: dict[str, str]
    """The filters of the API, where `--since 24h` counts from the start of the export."""
    size: int = 0
    """Bytes of the file that are whole; what follows them was cut."""
    written: int = 0
    """Tasks in those bytes."""
    oldest: datetime | None = None
    """Creation of the last of them; the rest is as old or older."""
    ids_at_oldest: list[str] = []
    """Those of them that were created at that moment, which the API will list once more."""
    in_order: bool = True
    """Whether every task was as old as the one before or older; else it is unknown which are missing."""
    finished: bool = False
    """Whether all tasks are in the file, so that only its conversion is missing."""

    def unseen(self, items: Iterable[TasksListItem]) -> list[TasksListItem]:
        """Return the tasks that are not in the file, and count them as written."""
        seen = set(self.ids_at_oldest)
        new = [item for item in items if item.id not in seen]
        for item in new:
            self._add(item.id, item.created_at)
        self.written += len(new)
        return new

    def _add(self, task_id: str, created_at: datetime | None) -> None:
        if created_at is None or (self.oldest is not None and created_at > self.oldest):
            self.in_order = False
        elif self.oldest is None or created_at < self.oldest - _PRECISION:
            self.oldest, self.ids_at_oldest = created_at, [task_id]
        else:
            self.oldest = created_at
            self.ids_at_oldest.append(task_id)

    def rest(self) -> dict[str, str]:
        """Return the filters that list what is not in the file yet.

        Raises:
            CommandError: The list was not sorted by creation, so that nobody can tell.
        """
        if not self.in_order:
            raise CommandError(
                "the API did not list the tasks from new to old, so what is missing is unknown",
                hint="--force exports them again from the start.",
            )
        if self.oldest is None:
            return self.filters
        end = self.oldest + _PRECISION
        if "to_date" in self.filters:
            end = min(end, datetime.fromisoformat(self.filters["to_date"]))
        return self.filters | {"to_date": end.isoformat()}

    def save(self, path: Path) -> None:
        """Put the state into its file, which holds either the old or the new one at any moment."""
        temporary = path.with_name(f"{path.name}.new")
        with temporary.open("wb") as file:
            file.write(msgspec.json.encode(self))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> Checkpoint | None:
        """Return the state in a file, or None when there is no such file.

        Raises:
            CommandError: It is not a state.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError:
            raise CommandError(f"{path} is no state of an export", hint="--force exports from the start.") from None
