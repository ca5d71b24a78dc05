"""The history of runs survives killed runs and two at once, and holds no secret."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.report.history import append, flaky_rate, night_of, quantile, read
from contract_tests.report.model import Night, Report
from contract_tests.run.target import Target
from tests.contract._sample_report import sample_report

WRITERS, LINES = 4, 25


@pytest.fixture
def night(target: Target) -> Night:
    return night_of(sample_report(target))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nights" / "history.jsonl"


def test_a_run_is_read_as_it_was_written(night: Night, path: Path) -> None:
    append(path, night)
    append(path, replace(night, seed=8))
    assert read(path, night.host) == [night, replace(night, seed=8)]


def test_a_run_is_told_by_host_claims_counts_and_latency(night: Night) -> None:
    assert (night.when, night.host, night.profile) == ("2026-03-01T02:30:00Z", "api.example.com", "default")
    assert {night.claims[claim] for claim in ("PAGE-1", "GET-5", "ID-1", "PAGE-6", "LIST-1")} == {
        "broken",
        "known",
        "flaky",
        "warned",
        "held",
    }
    assert (night.failed, night.known, night.flaky) == (2, 1, ("test_odd",))
    half, most = night.latency["list_tasks"]
    assert 0 < half < most


def test_credentials_in_an_address_are_left_out(target: Target) -> None:
    report = sample_report(replace(target, base_url="https://user:secret@api.example.com:8443/root"))
    assert night_of(report).host == "api.example.com:8443"


def test_without_a_file_there_are_no_runs(path: Path) -> None:
    assert read(path, "api.example.com") == []


def test_other_servers_are_left_out(night: Night, path: Path) -> None:
    append(path, night)
    assert read(path, "mock") == []


@given(st.integers(0, 400), st.binary(max_size=40))
def test_what_a_killed_run_left_spoils_no_other_line(
    tmp_path_factory: pytest.TempPathFactory, kept: int, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("killed") / "history.jsonl"
    night = Night("2026-03-01T00:00:00Z", "mock", 1, "quick", "0", {"PAGE-1": "held"}, 0, 0, (), 9, {"a": (0.1, 0.2)})
    append(path, night)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: min(kept, len(whole) - 2)] + noise.replace(b"\n", b""))
    append(path, replace(night, seed=2))
    assert [one.seed for one in read(path, "mock")] == [1, 2]


def write(path: Path, number: int) -> None:
    claims = {f"CLAIM-{one}": "held" for one in range(300)}
    night = Night("2026-03-01T00:00:00Z", "mock", number, "quick", "0", claims, 0, 0, (), 9, {})  # type: ignore[arg-type]
    for _ in range(LINES):
        append(path, night)


def test_runs_at_the_same_time_keep_every_line(path: Path) -> None:
    writers = [multiprocessing.get_context("spawn").Process(target=write, args=(path, one)) for one in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    nights = read(path, "mock")
    assert sorted(night.seed for night in nights) == sorted(list(range(WRITERS)) * LINES)


def test_a_flaky_tests_rate_is_that_of_the_last_runs(target: Target) -> None:
    report: Report = sample_report(target)
    flaky = sum("test_odd" in night.flaky for night in report.nights)
    assert flaky_rate("test_odd", report.nights) == flaky / 60
    assert flaky_rate("test_odd", []) == 0


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
def test_quantiles_are_values_of_the_list(values: list[float]) -> None:
    assert quantile(values, 1) == max(values)
    assert sum(value <= quantile(values, 0.5) for value in values) >= len(values) / 2
    assert quantile(values, 0.95) in values
