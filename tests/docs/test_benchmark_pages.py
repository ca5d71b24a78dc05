"""The pages of the benchmarks show the recorded figures, and compare them with the goals correctly."""

from __future__ import annotations

import pytest

from benchmarks import pages, results
from benchmarks.results import ClientResults, Comparison, Kind, Measurement, MockResults


def comparison(ours: float, other: float | None, goal: float | None, kind: Kind = "at most") -> Comparison:
    measured = None if other is None else Measurement("other", other)
    return Comparison("name", "what", Measurement("ours", ours), measured, goal, kind)


def test_the_pages_are_up_to_date() -> None:
    """Both pages are as `make docs` would write them from the recorded figures."""
    assert pages.outdated() == [], "run `make docs`"


@pytest.mark.parametrize(
    ("case", "ratio", "met"),
    [
        (comparison(1.1, 1.0, 1.15), 1.1, True),
        (comparison(1.2, 1.0, 1.15), 1.2, False),
        (comparison(1.0, 8.0, 6, "faster"), 8.0, True),
        (comparison(1.0, 4.0, 6, "faster"), 4.0, False),
        (comparison(1.05, 1.0, 0.1, "equal"), 1.05, True),
        (comparison(0.8, 1.0, 0.1, "equal"), 0.8, False),
        (comparison(2.0, 1.0, None), 2.0, None),
        (comparison(2.0, None, 1.5), None, None),
    ],
)
def test_a_comparison_knows_its_ratio_and_whether_the_goal_is_met(
    case: Comparison, ratio: float | None, met: bool | None
) -> None:
    """`at most` limits ours divided by the other, `faster` the inverse, `equal` the distance from 1."""
    assert case.ratio == (None if ratio is None else pytest.approx(ratio))
    assert case.met is met


def test_results_survive_saving_and_loading(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is loaded from the recorded files is written back unchanged."""
    folder = tmp_path_factory.mktemp("results")
    client, mock = ClientResults.load(), MockResults.load()
    recorded = results.CLIENT.read_text(encoding="utf-8"), results.MOCK.read_text(encoding="utf-8")
    monkeypatch.setattr(results, "CLIENT", folder / "client.json")
    monkeypatch.setattr(results, "MOCK", folder / "mock.json")
    client.save()
    mock.save()
    assert (results.CLIENT.read_text(encoding="utf-8"), results.MOCK.read_text(encoding="utf-8")) == recorded
    assert (ClientResults.load(), MockResults.load()) == (client, mock)


def test_a_duration_is_shown_in_a_readable_unit() -> None:
    """Seconds become milliseconds or microseconds; other units stay."""
    assert pages.show(Measurement("a", 0.0000308)) == "a: 30.8 µs"
    assert pages.show(Measurement("a", 0.0658)) == "a: 65.8 ms"
    assert pages.show(Measurement("a", 1.5)) == "a: 1.5 s"
    assert pages.show(Measurement("a", 51.23, "MB")) == "a: 51.23 MB"
