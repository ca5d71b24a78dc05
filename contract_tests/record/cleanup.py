"""Deletion of the tasks that a run created."""

from urllib.parse import quote

import httpx

from .recorder import Recorder
from .transport import RecordingTransport

TIMEOUT_SECONDS = 30


def delete_created(recorder: Recorder) -> list[str]:
    """Delete the tasks that this process created, newest first.

    A mock that the run started is skipped, because its tasks end with it.

    Returns:
        Ids of the tasks that could not be deleted.
    """
    target = recorder.target
    if target.is_mock or not target.writes:
        return []
    keys = [key for key in (target.api_key, target.other_api_key) if key]
    with httpx.Client(
        base_url=target.base_url, transport=RecordingTransport(recorder), timeout=TIMEOUT_SECONDS
    ) as client:
        return [task for task in reversed(list(recorder.created)) if not _is_gone(client, task, keys)]


def _is_gone(client: httpx.Client, task: str, keys: list[str]) -> bool:
    statuses = []
    for key in keys:
        try:
            statuses.append(client.delete(f"/v1/tasks/{quote(task, safe='')}", headers={"x-api-key": key}).status_code)
        except httpx.TransportError:  # reported with the others that could not be deleted
            return False
        if 200 <= statuses[-1] < 300:
            return True
    return 404 in statuses
