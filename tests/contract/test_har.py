"""Traffic is recorded as HAR without credentials, read again in constant memory, and checked without a request."""

import gzip
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract_tests import cli
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import HarRecorder, write_har
from contract_tests.record.har_reader import HarError, read_har
from contract_tests.record.har_transport import HarTransport
from contract_tests.record.redaction import redact_body, redact_headers, redact_url
from contract_tests.report.replay import replay
from tests.contract.conftest import KEY, OTHER_KEY
from tests.contract.invariants._builders import BASE, EVENTS, absent, exchange, invoke, item, page, start, stream, task

NAMES = {KEY: "$XPANDER_API_KEY", OTHER_KEY: "$XPANDER_OTHER_API_KEY"}
HEALTHY = [
    page([item(5)]),
    start("task-2"),
    stream(EVENTS),
    absent(caller="other"),
    exchange("GET", "/v1/tasks", 401, body=b"\xff"),
]
WRONG_ORDER = page([item(2), item(1)], agent="agent-1")


def record(folder: Path, exchanges: list[Exchange], most_bytes: int = 1_000_000) -> Path:
    recorder = HarRecorder(folder / "traffic-main.jsonl", NAMES, most_bytes)
    for each in exchanges:
        recorder.write(each)
    recorder.close()
    write_har(folder / "traffic.har", [folder / "traffic-main.jsonl"])
    return folder / "traffic.har"


def with_key(each: Exchange, key: str) -> Exchange:
    return replace(each, request=replace(each.request, headers={"x-api-key": key}))


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Requests, answers, streams, bytes, times and callers survive; the parts of the recorder are gone."""
    path = record(tmp_path, HEALTHY)
    read = list(read_har(path))
    assert [replace(each, started=0, ended=0) for each in read] == [
        replace(each, started=0, ended=0) for each in HEALTHY
    ]
    assert [each.started for each in read] == pytest.approx([each.started for each in HEALTHY], abs=0.001)
    assert [each.ended for each in read] == pytest.approx([each.ended for each in HEALTHY], abs=0.001)
    assert [path.name for path in tmp_path.iterdir()] == ["traffic.har"]


def test_a_recording_holds_no_credentials(tmp_path: Path) -> None:
    """Keys, tokens and cookies are hidden in headers, URLs and bodies, and a known key wherever it is repeated."""
    secret = "s3cr3t-0123456789"
    sent = invoke(task(title=f"echo of {KEY}", user_tokens={"mail": secret}), user_oidc_token=secret, title=KEY)
    headers = {"x-api-key": KEY, "Authorization": f"Bearer {secret}", "Cookie": f"session={secret}", "accept": "*/*"}
    request = replace(sent.request, headers=headers, url=f"{sent.request.url}?version=draft&token={secret}")
    events = stream([{**EVENTS[0], "data": {**EVENTS[0]["data"], "user_oidc_token": secret}}, *EVENTS[1:]])
    answered = {"content-type": "application/json", "set-cookie": f"session={secret}"}
    text = record(tmp_path, [replace(sent, request=request, headers=answered), events]).read_text()
    assert secret not in text
    assert KEY not in text
    assert "$XPANDER_API_KEY" in text
    assert "version=draft" in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b'{"user_tokens": {"a": "x"}, "tokens": {"total_tokens": 5}}',
            {"user_tokens": {"a": "(redacted)"}, "tokens": {"total_tokens": 5}},
        ),
        (b'[{"deep": [{"API_KEY": "x", "key": null}]}]', [{"deep": [{"API_KEY": "(redacted)", "key": None}]}]),
    ],
)
def test_secret_fields_are_hidden_at_every_depth(before: bytes, after: Any) -> None:
    """Only the values of secret fields change, and counts of tokens stay."""
    assert json.loads(redact_body(before, {})) == after


@pytest.mark.parametrize(
    "body", [b"", b"plain text", b"\xff\xfe", b'{"a":  1}', b"data: hello\n\ndata:x\r\n", b"{ broken"]
)
def test_a_body_without_secrets_keeps_its_bytes(body: bytes) -> None:
    """Nothing is reformatted, even if it is neither JSON nor text."""
    assert redact_body(body, NAMES) == body


def test_urls_and_headers_lose_credentials_only() -> None:
    """Userinfo, tokens in the query and cookies are hidden; empty values and other headers stay."""
    assert redact_url("https://me:pw@a.b/c?page=1&api_key=x&d=", {}) == "https://a.b/c?page=1&api_key=%28redacted%29&d="
    assert redact_headers({"Cookie": "a", "x-api-key": "", "etag": "b"}, {}) == {
        "Cookie": "(redacted)",
        "x-api-key": "",
        "etag": "b",
    }


def test_a_recording_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    """Beyond the size limit the oldest exchanges are dropped."""
    exchanges = [absent(name=f"task-{number}") for number in range(200)]
    path = record(tmp_path, exchanges, most_bytes=40_000)
    read = list(read_har(path))
    assert path.stat().st_size < 45_000
    assert read[-1].request.url == exchanges[-1].request.url
    assert 20 < len(read) < 200


def test_recordings_of_several_workers_are_merged_by_time(tmp_path: Path) -> None:
    """The exchanges of all processes are in the order in which they were sent."""
    exchanges = [absent(name=f"task-{number}") for number in range(6)]
    parts = [tmp_path / "traffic-gw0.jsonl", tmp_path / "traffic-gw1.jsonl"]
    for number, part in enumerate(parts):
        recorder = HarRecorder(part, NAMES)
        for each in exchanges[number::2]:
            recorder.write(each)
        recorder.close()
    write_har(tmp_path / "traffic.har", parts)
    assert [each.request.url for each in read_har(tmp_path / "traffic.har")] == [each.request.url for each in exchanges]


def test_a_line_that_a_killed_worker_left_is_dropped(tmp_path: Path) -> None:
    """A cut last line does not spoil the recording."""
    part = tmp_path / "traffic-gw0.jsonl"
    record(tmp_path, [])
    part.write_text('{"startedDateTime": "2026')
    assert write_har(tmp_path / "traffic.har", [part]) == 0
    assert list(read_har(tmp_path / "traffic.har")) == []


def test_a_large_recording_is_read_in_constant_memory(tmp_path: Path) -> None:
    """Reading takes the memory of a few entries, whatever the size of the file."""
    path = record(tmp_path, [page([item(number) for number in range(1, 50)])] * 400, most_bytes=100_000_000)
    assert path.stat().st_size > 5_000_000
    tracemalloc.start()
    assert sum(1 for _ in read_har(path)) == 400
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it has no log.entries"),
        ("no JSON at all", "it has no log.entries"),
        ('{"log": {"version": "1.2"}}', "it has no log.entries"),
        ('{"entries": [{}]}', "it has no log.entries"),
        ('{"log": {"entries": [', "the file ends early"),
        ('{"log": {"entries": [{"a": "x', "the file ends early"),
        ('{"log": {"entries": [[]]}}', "where an entry should begin"),
        ('{"log": {"entries": [{"a": 1}]}}', "entry 1 is malformed"),
        ('{"log": {"entries": [{"request": 5, "response": {"status": 200}}]}}', "entry 1 is malformed"),
    ],
)
def test_a_broken_recording_is_one_clear_line(
    tmp_path: Path, text: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command names the file and the problem, and exits with 2."""
    path = tmp_path / "broken.har"
    path.write_text(text)
    assert cli.main(["replay", str(path), "--output", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "broken.har is not a HAR" in error
    assert problem in error


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    """The message names the file and the system's reason."""
    with pytest.raises(HarError, match=r"nowhere\.har: No such file"):
        list(read_har(tmp_path / "nowhere.har"))


def test_healthy_traffic_is_replayed_without_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 0, and the same reports are written as by a run."""
    path = record(tmp_path, HEALTHY[:4])
    assert cli.main(["replay", str(path), "--output", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert f"{BASE}, as recorded in traffic.har" in shown
    assert "4 exchanges checked by" in shown
    assert "No exchange breaks the contract." in shown
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "report.md",
        "report.html",
        "findings.json",
        "wfc.json",
    }


def test_a_violation_in_recorded_traffic_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 1, with the claim and a curl command whose key is a variable."""
    path = record(tmp_path, [with_key(WRONG_ORDER, KEY)])
    assert cli.main(["replay", str(path), "--output", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "FAILED contract_tests/invariants::items_come_newest_first[LIST-6]" in shown
    assert 'curl -i https://api.example.com/v1/agents/agent-1/tasks -H "x-api-key: $XPANDER_API_KEY"' in shown
    assert "The contract is broken: 1 invariant failed." in shown


def test_what_is_not_of_the_api_is_counted_and_left_out(tmp_path: Path) -> None:
    """Other hosts and undocumented paths are in the notes of the report, and are not checked."""
    foreign = exchange("GET", "/v1/tasks", 200, {"anything": 1})
    foreign = replace(foreign, request=replace(foreign.request, url="https://other.example.com/v1/tasks"))
    report = replay(record(tmp_path, [page([]), foreign, exchange("GET", "/v2/health", 200)]))
    assert report.checked == 1
    assert not report.findings
    assert report.notes == [
        "Left out, because they went to other hosts: 1 exchanges, other.example.com (1).",
        "Left out, because the document does not have them: 1 exchanges.",
    ]


def test_a_recording_of_a_browser_is_read(tmp_path: Path) -> None:
    """Browsers add fields, leave credentials out, and list requests that got no answer."""
    entry: dict[str, Any] = {
        "_initiator": {"type": "script", "text": 'a "quoted" } brace'},
        "startedDateTime": "2026-03-01T10:00:00.000Z",
        "time": 12.5,
        "request": {
            "method": "GET",
            "url": f"{BASE}/v1/agents/agent-1/tasks",
            "headers": [{"name": "Accept", "value": "*/*"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"mimeType": "application/json", "text": WRONG_ORDER.body.decode()},
        },
    }
    unanswered = {**entry, "response": {"status": 0, "headers": [], "content": {}}}
    path = tmp_path / "browser.har"
    path.write_text(json.dumps({"log": {"pages": [{"entries": []}], "entries": [unanswered, entry], "comment": ""}}))
    report = replay(path)
    assert report.checked == 1
    assert {claim for finding in report.findings.values() for claim in finding.claims} == {"LIST-6"}


def test_a_known_violation_does_not_fail_a_replay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a replay found can be accepted as known; the next one shows it as known and exits with 0."""
    monkeypatch.setenv("CONTRACT_REPORTS", str(tmp_path))
    path, baseline = record(tmp_path, [WRONG_ORDER]), str(tmp_path / "baseline.json")
    replayed = ["replay", str(path), "--output", str(tmp_path), "--baseline", baseline]
    assert cli.main(replayed) == 1
    assert cli.main(["baseline", "--baseline", baseline, "--reason", "ticket 7"]) == 0
    assert cli.main(replayed) == 0
    assert "KNOWN contract_tests/invariants::items_come_newest_first[LIST-6]" in capsys.readouterr().out


def test_the_traffic_of_any_client_is_recorded(tmp_path: Path) -> None:
    """The file is there when the client is closed, with compressed answers as text and without the key."""
    compressed = gzip.compress(WRONG_ORDER.body)
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    upstream = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, content=compressed))
    transport = HarTransport(tmp_path / "client.har", upstream)
    with httpx.Client(base_url=BASE, headers={"x-api-key": KEY}, transport=transport) as client:
        assert client.get("/v1/agents/agent-1/tasks").json()["items"]
    (recorded,) = read_har(tmp_path / "client.har")
    assert recorded.body == WRONG_ORDER.body
    assert recorded.caller == "unknown"
    assert KEY not in (tmp_path / "client.har").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["client.har"]
    assert len(replay(tmp_path / "client.har").findings) == 1
