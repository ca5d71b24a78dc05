"""Data files: what a reset keeps, which files are refused, and what a full disk does."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from xpander_mock import ControlError, MockClient, Settings, XpanderMock
from xpander_mock.storage.database import Database, NotADataFile

from .processes import COMMAND, running

INVOKE = f"/v1/agents/{XpanderMock.agent_id}/invoke"


@pytest.fixture
def data(tmp_path: Path) -> str:
    """A data file that holds a task which an earlier process has acknowledged."""
    path = str(tmp_path / "tasks.db")
    with XpanderMock(Settings(data=path, tasks=20)) as mock:
        mock.add_task(id="kept", title="acknowledged", user_id="a user")
    return path


def ids(mock: MockClient) -> list[str]:
    with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        return [item["id"] for item in client.get("/v1/tasks", params={"per_page": 50}).json()["items"]]


@pytest.mark.parametrize("change", ["reset", "seed", "load"])
def test_tasks_of_an_earlier_process_are_not_replaced(data: str, change: str) -> None:
    """Reset, seed and load are a 409 that names the option when the file held tasks at the start."""
    with XpanderMock(Settings(data=data)) as mock:
        before = ids(mock)
        arguments: dict[str, list[Any]] = {"reset": [], "seed": [5], "load": [mock.save()]}
        with pytest.raises(ControlError, match="--allow-reset"):
            getattr(mock, change)(*arguments[change])
        assert httpx.post(f"{mock.url}/_mock/reset").status_code == 409
        assert ids(mock) == before
        assert "kept" in before


def test_a_reset_restores_what_the_file_held(data: str) -> None:
    """With `allow_reset` a reset restores the tasks of the start, names included, whatever was changed since."""
    with (
        XpanderMock(Settings(data=data, allow_reset=True)) as mock,
        httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client,
    ):
        before = ids(mock), client.get("/v1/tasks/kept").json(), mock.state()["tasks"]
        client.delete("/v1/tasks/kept")
        client.post(f"{INVOKE}/async", json={"input": {"user": {"id": "new", "email": "n@example.com"}}})
        mock.seed(7, 3)
        assert "kept" not in ids(mock)
        mock.reset()
        assert (ids(mock), client.get("/v1/tasks/kept").json(), mock.state()["tasks"]) == before
        assert client.get("/v1/tasks", params={"user_id": "a user"}).json()["total"] == 1
    with XpanderMock(Settings(data=data)) as mock:
        assert "kept" in ids(mock)


def test_a_reset_restores_the_samples_of_a_new_file(tmp_path: Path) -> None:
    """A file that the mock itself has filled can be reset without an option."""
    with XpanderMock(Settings(data=str(tmp_path / "new.db"), tasks=20)) as mock:
        before = ids(mock)
        mock.add_task(id="x")
        mock.reset()
        assert ids(mock) == before


def test_workers_share_the_start(data: str, tmp_path: Path) -> None:
    """With several workers, a new file can be reset, and one with tasks is restored to what it held at the start."""
    for path, options in ((data, ["--allow-reset"]), (str(tmp_path / "new.db"), ["--tasks", "9"])):
        with running("--data", path, "--workers", "2", *options) as (_, url):
            mock = MockClient(url)
            before = ids(mock)
            for number in range(6):
                mock.add_task(id=f"t{number}", user_id=f"user {number}")
            mock.reset()
            assert [ids(mock) for _ in range(6)] == [before] * 6


def test_a_snapshot_moves_between_file_and_memory(data: str) -> None:
    """What a mock on a file saves, one in memory loads, and the other way round."""
    with XpanderMock(Settings(data=data, allow_reset=True)) as file, XpanderMock(Settings(tasks=5)) as memory:
        small = memory.save()
        memory.load(file.save())
        assert ids(memory) == ids(file)
        file.load(small)
        assert len(ids(file)) < 6


@pytest.mark.parametrize("change", ["PRAGMA user_version = 0", "PRAGMA user_version = 99", "PRAGMA application_id = 5"])
def test_another_version_is_refused(data: str, change: str) -> None:
    """A data file or snapshot of an older, newer or foreign format is refused in one line, and not changed."""
    with closing(sqlite3.connect(data)) as database:
        database.execute(change)
    before = Path(data).read_bytes()
    ended = subprocess.run([*COMMAND, "--port", "0", "--data", data], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "xpander_mock" in ended.stderr
    assert Path(data).read_bytes() == before
    with XpanderMock() as mock:
        tasks = mock.state()["tasks"]
        with pytest.raises(ControlError, match="snapshot"):
            mock.load(before)
        assert mock.state()["tasks"] == tasks


@pytest.mark.parametrize("path", ["", ":memory:"])
def test_a_data_file_needs_a_name(path: str) -> None:
    """Names by which SQLite would keep everything in memory are refused."""
    ended = subprocess.run([*COMMAND, "--port", "0", "--data", path], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "expected the name of a data file" in ended.stderr


@pytest.fixture
def full(data: str) -> Iterator[XpanderMock]:
    """A mock whose data file cannot grow, with a task that becomes due."""
    with XpanderMock(Settings(data=data, executing=60)) as mock:
        mock.clock.freeze()
        with httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
            client.post(f"{INVOKE}/async", json={"id": "running", "input": {"text": "x" * 200_000}})
        database = mock.start()._mock._database
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        yield mock


def test_reading_goes_on_when_the_disk_is_full(full: XpanderMock) -> None:
    """Writes are a 507 that says so and store nothing; reads answer, and show the changes that are due."""
    with httpx.Client(base_url=full.url, headers={"x-api-key": full.api_key}) as client:
        total = client.get("/v1/tasks").json()["total"]
        refused = client.post(f"{INVOKE}/async", json={"id": "new", "input": {"text": "y" * 1_000_000}})
        assert refused.status_code == 507
        assert "full" in refused.json()["detail"]
        assert client.get("/v1/tasks").json()["total"] == total
        assert client.get("/v1/tasks/new").status_code == 404
        full.clock.advance(1_000)
        task = client.get("/v1/tasks/running").json()
        assert (task["status"], len(task["result"])) == ("completed", 200_000)
        assert client.get("/v1/tasks").status_code == 200
        assert client.get("/v1/tasks/running/thread").status_code == 200
        full.start()._mock._database.execute("PRAGMA max_page_count = 1000000")
        assert client.post(f"{INVOKE}/async", json={"id": "new", "input": {}}).status_code == 200


def test_a_half_filled_file_is_removed(tmp_path: Path) -> None:
    """A first fill that fails is one line and status 1, and leaves no file behind."""
    path = tmp_path / "tasks.db"
    command = f"ulimit -f 100; exec {' '.join(COMMAND)} --port 0 --data {path} --tasks 5000"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert str(path) in ended.stderr
    assert os.listdir(tmp_path) == []


def test_a_file_of_somebody_else_is_not_removed(tmp_path: Path) -> None:
    """When the mock cannot fill an empty database that it has not created, it leaves it where it is."""
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("PRAGMA user_version = 7")
        theirs.execute("CREATE TABLE x (y)")
        theirs.execute("DROP TABLE x")
    database = Database(str(path))
    with pytest.raises(ZeroDivisionError), database.bulk_insert():
        raise ZeroDivisionError
    assert path.exists()
    with pytest.raises(NotADataFile):
        Database(str(path))


def test_a_failed_commit_leaves_no_transaction_open(tmp_path: Path) -> None:
    """A write that fails at its end is rolled back, and the next one is a transaction again."""
    database = Database(str(tmp_path / "tasks.db"))
    with database.bulk_insert():
        pass
    database.execute("PRAGMA foreign_keys = ON")
    database.execute("CREATE TABLE child (x REFERENCES names (code) DEFERRABLE INITIALLY DEFERRED)")
    for _ in range(2):
        with pytest.raises(sqlite3.IntegrityError), database.transaction():
            database.execute("INSERT INTO child VALUES (99)")
        assert not database.connection.in_transaction
    assert database.execute("SELECT count(*) FROM child").fetchone() == (0,)
    database.close()
