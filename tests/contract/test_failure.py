"""A failed contract test reports what was expected, what came and a curl command, and never a key."""

import shlex
from dataclasses import replace

import pytest

from contract_tests.record.display import as_curl, redact
from contract_tests.record.exchange import SentRequest
from contract_tests.record.recorder import Recorder
from contract_tests.report.explain import explain
from contract_tests.report.violation import ContractViolation
from contract_tests.run.target import Target
from tests.contract.conftest import KEY, OTHER_KEY

URL = "https://api.example.com/root/v1/tasks"


def test_a_curl_line_names_the_variable_in_place_of_the_key(target: Target) -> None:
    """The key of each organization becomes its variable, in double quotes so that a shell fills it in."""
    line = as_curl(SentRequest("GET", f"{URL}?page=2", {"x-api-key": KEY, "User-Agent": "x"}, b""), target)
    assert line == f"curl -i '{URL}?page=2' -H \"x-api-key: $XPANDER_API_KEY\""
    assert "$XPANDER_OTHER_API_KEY" in as_curl(SentRequest("GET", URL, {"x-api-key": OTHER_KEY}, b""), target)


def test_a_curl_line_can_be_given_to_a_shell(target: Target) -> None:
    """Quotes, spaces and newlines in body and URL survive the shell."""
    body = '{"input": {"text": "it\'s $HOME \\" and\\n more"}}'
    line = as_curl(SentRequest("POST", f"{URL}/a'b/stop", {"content-type": "application/json"}, body.encode()), target)
    words = shlex.split(line)
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert words[4] == f"{URL}/a'b/stop"
    assert words[-2:] == ["--data-raw", body]


def test_a_wrong_key_is_shown(target: Target) -> None:
    """A key that a test invented is not secret, and is shown."""
    assert "x-api-key: invented" in as_curl(SentRequest("GET", URL, {"x-api-key": "invented"}, b""), target)


def test_a_key_that_holds_the_other_is_replaced_whole(target: Target) -> None:
    """If one key begins with the other, both are replaced completely."""
    longer = replace(target, other_api_key=f"{KEY}-2")
    assert redact(f"{KEY}-2 and {KEY}", longer) == "$XPANDER_OTHER_API_KEY and $XPANDER_API_KEY"


def test_an_explanation_keeps_the_violation(target: Target) -> None:
    """A violation keeps its expectation, its request and its claim."""
    request = SentRequest("GET", URL, {"x-api-key": KEY}, b"")
    (violation,) = explain(ContractViolation("200", f"500 {KEY}", request, "AUTH-1"), "promise", Recorder(target))
    assert (violation.expected, violation.actual, violation.claim) == ("200", "500 $XPANDER_API_KEY", "AUTH-1")
    assert violation.curl == f'curl -i {URL} -H "x-api-key: $XPANDER_API_KEY"'


def test_the_last_request_stands_in_for_one_that_was_not_named(target: Target) -> None:
    """A plain assertion is shown with the test's docstring and the last request that was sent."""
    recorder = Recorder(target)
    recorder.after_response(SentRequest("GET", URL, {}, b""), 200)
    (violation,) = explain(AssertionError("3 != 4"), "Pages add up.", recorder)
    assert (violation.expected, violation.actual, violation.curl) == ("Pages add up.", "3 != 4", f"curl -i {URL}")


def test_another_exception_is_named(target: Target) -> None:
    """Other exceptions are shown with their type, and the parts of a group once each."""
    group = BaseExceptionGroup("many", [ValueError("x"), ValueError("x"), KeyError("y")])
    violations = explain(group, "promise", Recorder(target))
    assert [violation.actual for violation in violations] == ["ValueError: x", "KeyError: 'y'"]


@pytest.mark.parametrize("length", [10, 100_000])
def test_what_came_is_cut_to_a_length_that_can_be_read(target: Target, length: int) -> None:
    """A huge answer does not fill the report."""
    (violation,) = explain(ContractViolation("little", "x" * length), "promise", Recorder(target))
    assert len(violation.actual) < 4000
