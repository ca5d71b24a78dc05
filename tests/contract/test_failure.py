"""A failed contract test says what was expected, what came, and how to see it again, and never shows a key."""

import shlex
from dataclasses import replace

import pytest

from contract_tests.explain import explain
from contract_tests.failure import ContractBroken, as_curl, redact
from contract_tests.recorder import Recorder, Sent
from contract_tests.target import Target
from tests.contract.conftest import KEY, OTHER_KEY

URL = "https://api.example.com/root/v1/tasks"


def test_a_curl_line_names_the_variable_in_place_of_the_key(target: Target) -> None:
    """The key of each organization becomes its variable, in double quotes so that a shell fills it in."""
    line = as_curl(Sent("GET", f"{URL}?page=2", {"x-api-key": KEY, "User-Agent": "x"}, b""), target)
    assert line == f"curl -i '{URL}?page=2' -H \"x-api-key: $XPANDER_API_KEY\""
    assert "$XPANDER_OTHER_API_KEY" in as_curl(Sent("GET", URL, {"x-api-key": OTHER_KEY}, b""), target)


def test_a_curl_line_can_be_given_to_a_shell(target: Target) -> None:
    """Quotes, spaces and newlines in the body and the address arrive as they were sent."""
    body = '{"input": {"text": "it\'s $HOME \\" and\\n more"}}'
    line = as_curl(Sent("POST", f"{URL}/a'b/stop", {"content-type": "application/json"}, body.encode()), target)
    words = shlex.split(line)
    assert words[:4] == ["curl", "-i", "-X", "POST"]
    assert words[4] == f"{URL}/a'b/stop"
    assert words[-2:] == ["--data-raw", body]


def test_a_wrong_key_is_shown(target: Target) -> None:
    """A key that a test has made up is no secret, and part of what there is to see."""
    assert "x-api-key: made-up" in as_curl(Sent("GET", URL, {"x-api-key": "made-up"}, b""), target)


def test_a_key_that_holds_the_other_is_replaced_whole(target: Target) -> None:
    """One key may begin with the other; neither leaves a rest."""
    longer = replace(target, other_api_key=f"{KEY}-2")
    assert redact(f"{KEY}-2 and {KEY}", longer) == "$XPANDER_OTHER_API_KEY and $XPANDER_API_KEY"


def test_an_explanation_keeps_what_the_test_said(target: Target) -> None:
    """A broken contract comes with its expectation, its request and its claim."""
    request = Sent("GET", URL, {"x-api-key": KEY}, b"")
    (fault,) = explain(ContractBroken("200", f"500 {KEY}", request, "AUTH-1"), "promise", Recorder(target))
    assert (fault.expected, fault.came, fault.claim) == ("200", "500 $XPANDER_API_KEY", "AUTH-1")
    assert fault.curl == f'curl -i {URL} -H "x-api-key: $XPANDER_API_KEY"'


def test_the_last_request_stands_in_for_one_that_was_not_named(target: Target) -> None:
    """An assertion of a test's own is shown with the test's promise and the last request that was sent."""
    recorder = Recorder(target)
    recorder.after(Sent("GET", URL, {}, b""), 200)
    (fault,) = explain(AssertionError("3 != 4"), "Pages add up.", recorder)
    assert (fault.expected, fault.came, fault.curl) == ("Pages add up.", "3 != 4", f"curl -i {URL}")


def test_an_accident_is_named(target: Target) -> None:
    """What is no assertion is shown with its type, and a group of errors by its parts, each once."""
    group = BaseExceptionGroup("many", [ValueError("x"), ValueError("x"), KeyError("y")])
    faults = explain(group, "promise", Recorder(target))
    assert [fault.came for fault in faults] == ["ValueError: x", "KeyError: 'y'"]


@pytest.mark.parametrize("length", [10, 100_000])
def test_what_came_is_cut_to_a_length_that_can_be_read(target: Target, length: int) -> None:
    """A huge answer does not fill the report."""
    (fault,) = explain(ContractBroken("little", "x" * length), "promise", Recorder(target))
    assert len(fault.came) < 4000
