"""`xpander-tasks export`: what is in the file, and that cuts, full disks and second exports harm nothing."""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars
import pytest

from xpander_cli import exits
from xpander_cli.records import LIST_FIELDS
from xpander_mock import MockClient
from xpander_tasks import Configuration, Tasks

from .terminal import COMMAND, Cli, assert_fits, plain

MANY, FEW = 100_000, 1_000
KILLS = 5


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def listed(cli: Cli, *filters: str) -> list[dict[str, object]]:
    tasks: list[dict[str, object]] = json.loads(cli("list", "--all", "-o", "json", *filters).stdout)
    return tasks


def test_each_format_holds_every_task_once_and_nothing_is_left_beside_it(cli: Cli, tmp_path: Path) -> None:
    """The ending of the name decides the format; the file is what `list` shows."""
    expected = listed(cli)
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        done = cli("export", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (0, "")
        assert f"238 tasks are in {tmp_path / name}" in done.stderr
    assert lines(tmp_path / "a.jsonl") == expected
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{name: value or "" for name, value in task.items()} for task in expected]
    frame = polars.read_parquet(tmp_path / "a.parquet")
    assert frame.columns == list(LIST_FIELDS)
    assert frame["id"].to_list() == [task["id"] for task in expected]
    assert frame.schema["created_at"] == polars.Datetime("us", "UTC")
    assert [moment.isoformat() for moment in frame["created_at"]] == [task["created_at"] for task in expected]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.jsonl", "a.parquet"]


def test_filters_fields_and_stdout(cli: Cli, tmp_path: Path) -> None:
    """`-` is stdout, `--format` wins over the name, filters are those of `list`."""
    target = tmp_path / "failed.txt"
    assert cli("export", str(target), "--format", "csv", "--status", "failed", "--fields", "id,status").returncode == 0
    ids = [task["id"] for task in listed(cli, "--status", "failed")]
    assert target.read_bytes().decode() == "id,status\r\n" + "".join(f"{task},failed\r\n" for task in ids)
    done = cli("export", "-", "--status", "failed", "--fields", "id")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ids


@pytest.mark.parametrize(
    "arguments", [["--frce"], [""], ["."], ["-", "--resume"], ["-", "--format", "parquet"], ["x", "--fields", "y"]]
)
def test_usage_errors_write_nothing(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    """What cannot work is refused before anything is read."""
    done = subprocess.run(
        [*COMMAND, "export", *arguments], cwd=tmp_path, env=cli.environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (exits.USAGE, "")
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_its_extra_names_the_command_that_installs_it(cli: Cli, tmp_path: Path) -> None:
    """It is said before a thousand pages are read."""
    code = (
        "import sys, importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'polars' else real(name, *more)\n"
        "from xpander_cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "export", str(tmp_path / "a.parquet")],
        env=cli.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == exits.USAGE
    assert "pip install 'xpander-tasks[parquet]'" in done.stderr


def test_a_file_that_is_there_is_never_overwritten_by_accident(cli: Cli, tmp_path: Path) -> None:
    """--force replaces it, and only when the new one is whole; --resume finds nothing to do."""
    target = tmp_path / "tasks.jsonl"
    target.write_text("mine\n")
    assert cli("export", str(target)).returncode == exits.USAGE
    assert target.read_text() == "mine\n"
    assert "is whole already" in cli("export", str(target), "--resume").stderr
    assert cli("export", str(target), "--force").returncode == 0
    assert len(lines(target)) == 238


def test_titles_of_any_kind_survive_every_format(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """Line breaks, quotes, control characters and any script come out as they went in."""
    title = 'a "quoted",\r\nline\u2028 \x1b[31m ünïcödé 検索 🚀 =1+1'
    mock.add_task(title=title, user_id="hostile")
    for name in ("h.jsonl", "h.csv", "h.parquet"):
        assert cli("export", str(tmp_path / name), "--user", "hostile").returncode == 0
    assert lines_of_one(tmp_path / "h.jsonl")["title"] == title
    with (tmp_path / "h.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["title"] == title
    assert polars.read_parquet(tmp_path / "h.parquet")["title"].to_list() == [title]


def lines_of_one(path: Path) -> dict[str, object]:
    task: dict[str, object] = json.loads(path.read_bytes())
    return task


@pytest.fixture(scope="module")
def large_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockClient]:
    """A mock with 100,000 tasks, and 1,000 of an agent of their own among them."""
    command = [sys.executable, "-m", "xpander_mock", "--port", "0", "--tasks", str(MANY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield MockClient(process.stdout.readline().split()[-1])
        process.terminate()


@pytest.fixture
def large(large_mock: MockClient, environment: dict[str, str]) -> Cli:
    """The command line, pointed at that mock."""
    return Cli(environment | {"XPANDER_BASE_URL": large_mock.url, "XPANDER_API_KEY": large_mock.api_key})


def test_killed_five_times_it_loses_no_task_and_repeats_none(large: Cli, tmp_path: Path) -> None:
    """`kill -9` at any moment, `--resume` each time: the file is what an export without a cut would be."""
    target, state = tmp_path / "tasks.jsonl", tmp_path / "tasks.jsonl.part.json"
    reached = -1
    for _ in range(KILLS):
        process = large.popen("export", str(target), "--resume")
        while (written := saved(state)) <= reached:
            assert process.poll() is None, "the export must not end before it was killed"
            time.sleep(0.005)
        reached = written
        process.kill()
        process.communicate()
        assert not target.exists()
    done = large("export", str(target), "--resume", timeout=120)
    assert done.returncode == 0
    assert f"{saved_count(done.stderr):,} tasks are there" in done.stderr
    whole = tmp_path / "whole.jsonl"
    assert large("export", str(whole), timeout=120).returncode == 0
    assert target.read_bytes() == whole.read_bytes()
    ids = [task["id"] for task in lines(target)]
    assert len(ids) == len(set(ids)) == total(large)
    assert sorted(path.name for path in tmp_path.iterdir()) == [target.name, whole.name]


def saved(state: Path) -> int:
    try:
        written: int = json.loads(state.read_bytes())["written"]
    except FileNotFoundError:
        return -1
    return written


def saved_count(errors: str) -> int:
    return int(errors.split(" tasks are there")[0].replace(",", ""))


def total(cli: Cli) -> int:
    settings = Configuration(api_key=cli.environment["XPANDER_API_KEY"], base_url=cli.environment["XPANDER_BASE_URL"])
    with Tasks(settings) as tasks, tasks.iterate(per_page=1, concurrency=0) as found:
        next(found)
        return found.total or 0


def test_memory_does_not_grow_with_the_number_of_tasks(large: Cli, tmp_path: Path) -> None:
    """The peak of 100,000 tasks is at most 10% above that of about 1,000."""
    moments = [str(task["created_at"]) for task in listed_some(large, FEW)]
    few = peak(large, "export", str(tmp_path / "few.jsonl"), "--since", moments[-1])
    assert len(lines(tmp_path / "few.jsonl")) >= FEW
    many = peak(large, "export", str(tmp_path / "many.jsonl"))
    assert many <= 1.10 * few


def listed_some(cli: Cli, number: int) -> list[dict[str, object]]:
    return [json.loads(line) for line in cli("list", "--limit", str(number), "-o", "jsonl").stdout.splitlines()]


def peak(cli: Cli, *arguments: str) -> int:
    """Run a command and return its largest resident memory in kilobytes."""
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen([*COMMAND, *arguments], env=cli.environment, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss


def test_ctrl_c_says_how_to_go_on_and_ends_in_130(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """The bar is shown in the width of the terminal, and what was saved is used by the next run."""
    target = tmp_path / "tasks.jsonl"
    mock.fault("latency", seconds=3, operation="list_tasks", nth=4)
    with cli.terminal("export", str(target)) as terminal:
        terminal.read_until(r"page \d+/")
        terminal.send("\x03")
        shown = terminal.read_to_end()
        assert terminal.process.wait() == exits.INTERRUPTED
    assert "the same command with --resume goes on" in plain(shown)
    assert_fits(shown, 80)
    assert not target.exists()
    mock.clear_faults()
    assert cli("export", str(target), "--resume").returncode == 0
    assert lines(target) == listed(cli)


def test_a_disk_that_fills_up_is_said_and_the_export_goes_on_later(cli: Cli, tmp_path: Path) -> None:
    """The limit on the size of a file stands for a full disk: the write fails half way."""
    target = tmp_path / "tasks.jsonl"
    process = subprocess.Popen(
        [*COMMAND, "export", str(target)],
        env=cli.environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    _, errors = process.communicate(timeout=60)
    assert process.returncode == exits.FAILED
    assert f"error: cannot write {target}: File too large\nhint: When the disk has room" in errors
    assert cli("export", str(target), "--resume").returncode == 0
    assert lines(target) == listed(cli)


def test_a_folder_that_cannot_be_written_is_said(cli: Cli, tmp_path: Path) -> None:
    """Nothing is read when nothing could be written; root may write everywhere but into /proc."""
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path / "locked"
    if folder.parent == tmp_path:
        folder.mkdir(mode=0o500)
    for target in (folder / "tasks.jsonl", tmp_path / "missing" / "tasks.jsonl"):
        done = cli("export", str(target))
        assert (done.returncode, done.stdout) == (exits.FAILED, "")
        assert f"error: cannot write {target}: " in done.stderr


def test_a_cut_export_is_told_and_goes_on_only_with_the_same_question(
    cli: Cli, mock: MockClient, tmp_path: Path
) -> None:
    """Other filters or fields would mix two exports in one file."""
    target = tmp_path / "tasks.jsonl"
    mock.fault("status", status=401, operation="list_tasks", nth=3)
    cut = cli("export", str(target), "--since", "2020-01-01")
    assert cut.returncode == exits.REFUSED
    assert "tasks are saved; the same command with --resume goes on." in cut.stderr
    mock.clear_faults()
    again = cli("export", str(target), "--since", "2020-01-01")
    assert (again.returncode, "tasks of an export that was cut" in again.stderr) == (exits.USAGE, True)
    other = cli("export", str(target), "--since", "2021-01-01", "--fields", "id", "--resume")
    assert other.returncode == exits.USAGE
    assert "asked for something else: --fields, --since" in other.stderr
    assert cli("export", str(target), "--since", "2020-01-01", "--resume").returncode == 0
    assert lines(target) == listed(cli)


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.csv"])
def test_tasks_of_one_moment_come_once_when_the_cut_is_between_them(
    cli: Cli, mock: MockClient, tmp_path: Path, name: str
) -> None:
    """Many tasks can be created in the same microsecond; a cut among them must not lose or repeat any."""
    mock.seed(0)
    for number in range(180):
        mock.add_task(title=f"t{number}", created_at="2026-03-01T10:00:00.123456Z")
    target = tmp_path / name
    for nth in (2, 3):
        mock.clear_faults()
        mock.fault("status", status=401, operation="list_tasks", nth=nth)
        assert cli("export", str(target), "--resume").returncode == exits.REFUSED
    mock.clear_faults()
    assert cli("export", str(target), "--resume").returncode == 0
    with target.open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in (csv.DictReader(file) if name.endswith("csv") else map(json.loads, file))]
    assert sorted(titles) == sorted(f"t{number}" for number in range(180))


def test_new_and_deleted_tasks_do_not_disturb_what_goes_on(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """Between the cut and --resume tasks come and go; those that were there all the time are in the file once."""
    before = listed(cli)
    target = tmp_path / "tasks.jsonl"
    mock.fault("status", status=401, operation="list_tasks", nth=3)
    assert cli("export", str(target)).returncode == exits.REFUSED
    mock.clear_faults()
    for _ in range(70):
        mock.add_task()
    gone = [str(task["id"]) for task in before[::5]]
    assert cli("delete", "--yes", *gone).returncode == 0
    assert cli("export", str(target), "--resume").returncode == 0
    ids = [task["id"] for task in lines(target)]
    assert len(ids) == len(set(ids))
    assert {task["id"] for task in listed(cli)} & {task["id"] for task in before} <= set(ids)


def test_a_second_export_of_the_same_file_is_refused(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """Two writers would ruin it; the lock goes with the process that has it."""
    target, state = tmp_path / "tasks.jsonl", tmp_path / "tasks.jsonl.part.json"
    mock.fault("latency", seconds=60, operation="list_tasks", nth=3)
    first = cli.popen("export", str(target))
    while saved(state) < 0:
        time.sleep(0.005)
    for option in ("--resume", "--force"):
        second = cli("export", str(target), option)
        assert second.returncode == exits.USAGE
        assert "another export is writing" in second.stderr
    first.kill()
    first.communicate()
    mock.clear_faults()
    assert cli("export", str(target), "--resume").returncode == 0
    assert lines(target) == listed(cli)


def test_the_rate_limit_is_kept_to_and_its_time_is_said(cli: Cli, mock: MockClient, tmp_path: Path) -> None:
    """238 tasks are five pages; with two requests in two seconds they wait, and no request is refused."""
    mock.rate_limit("2/2s")
    mock.forget_requests()
    done = cli("export", str(tmp_path / "tasks.jsonl"))
    assert done.returncode == 0
    assert "2 requests a window are allowed, so this takes about" in done.stderr
    assert {request["status"] for request in mock.requests("list_tasks")} == {200}
    assert len(lines(tmp_path / "tasks.jsonl")) == 238
