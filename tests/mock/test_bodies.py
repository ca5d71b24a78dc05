"""Request bodies: how large they may be, and what the log shows of them."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xpander_mock import MockClient, Settings, XpanderMock
from xpander_mock.contract import load_contract
from xpander_mock.http.redaction import HIDDEN, redact_body, redact_headers, redact_query
from xpander_mock.http.request_log import LOG

from .processes import running

SECRET = "s3cr3t-v4lue"


def connect(mock: MockClient) -> socket.socket:
    address = urlsplit(mock.url)
    return socket.create_connection((address.hostname, address.port), timeout=10)


def read(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65_536):
        received += part
    return received


@pytest.mark.parametrize("path", [f"/v1/agents/{XpanderMock.agent_id}/invoke", "/_mock/tasks"])
@pytest.mark.parametrize("framing", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
def test_a_large_body_is_refused_and_not_read(path: str, framing: str) -> None:
    """A body above the limit is a 413 after at most a little more than the limit, and the connection closes."""
    with XpanderMock(Settings(max_body=1_000)) as mock, connect(mock) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nx-api-key: {mock.api_key}\r\n"
        connection.sendall(f"{head}content-type: application/json\r\n{framing}\r\n\r\n".encode())
        if "chunked" in framing:
            connection.sendall(b"800\r\n" + b" " * 0x800 + b"\r\n")
        received = read(connection)
        assert received.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in received.lower()
        assert b"--max-body" in received


def test_a_client_that_sends_a_large_body_sees_the_answer() -> None:
    """A client gets the 413 although the server stops reading, and a body of just the limit is accepted."""
    with XpanderMock(Settings(max_body=10_000)) as mock, httpx.Client(base_url=mock.url) as client:
        path, headers = f"/v1/agents/{mock.agent_id}/invoke", {"x-api-key": mock.api_key}
        assert client.post(path, json={"input": {"text": "x" * 20_000_000}}, headers=headers).status_code == 413
        body = json.dumps({"input": {"text": ""}})
        body = body.replace('""', f'"{"x" * (10_000 - len(body))}"')
        headers["content-type"] = "application/json"
        assert client.post(path, content=body, headers=headers).status_code == 200
        assert client.post(path, content=body + " ", headers=headers).status_code == 413


def test_credentials_are_checked_before_the_size() -> None:
    """AUTH-1: a large body without credentials is a 401."""
    with XpanderMock(Settings(max_body=10)) as mock:
        assert httpx.post(f"{mock.url}/v1/agents/x/invoke", json={"input": {}}).status_code == 401


def test_a_failure_of_the_server_announces_that_it_closes(caplog: pytest.LogCaptureFixture) -> None:
    """A 500 says `Connection: close`, since the connection closes after it."""
    with XpanderMock() as mock:
        mock.start()._mock.close()
        answer = httpx.get(f"{mock.url}/v1/tasks", headers={"x-api-key": mock.api_key})
    assert (answer.status_code, answer.headers["connection"]) == (500, "close")


def test_the_log_is_bounded_in_bytes() -> None:
    """Many large requests leave only the last ones in the log, and their bodies cut."""
    with XpanderMock() as mock, httpx.Client(base_url=mock.url, headers={"x-api-key": mock.api_key}) as client:
        for number in range(130):
            client.post("/v1/agents/nobody/invoke", json={"input": {"text": "x" * 200_000}, "title": str(number)})
        logged = mock.requests()
        assert len(logged) < 110
        assert sum(len(request["body"]) for request in logged) <= 10_000_000
        assert max(len(request["body"]) for request in logged) == 100_000
        mock.forget_requests()
        for _ in range(1_100):
            client.get("/v1/tasks?per_page=1")
        assert len(mock.requests()) == 1_000


BODY = {
    "input": {"text": "hello"},
    "user_oidc_token": SECRET,
    "user_tokens": {"github": SECRET, "other": [SECRET]},
    "mcp_servers": [{"url": "http://x", "headers": {"Authorization": SECRET, "x-api-key": SECRET}, "api_key": SECRET}],
}


def test_the_log_hides_every_credential() -> None:
    """Credentials in headers, queries and bodies are hidden from the control; the rest of the request is shown."""
    headers = {"proxy-authorization": SECRET, "x-auth-token": SECRET, "cookie": f"a={SECRET}", "x-request-id": "r"}
    with XpanderMock() as mock:
        headers["x-api-key"] = mock.api_key
        path = f"{mock.url}/v1/agents/{mock.agent_id}/invoke/async?version=1&access_token={SECRET}&api%5Fkey={SECRET}"
        assert httpx.post(path, json=BODY, headers=headers).status_code == 200
        assert httpx.post(path, content=f'{{"user_oidc_token": "{SECRET}"', headers=headers).status_code == 422
        first, second = mock.requests()
    for logged in (first, second):
        assert SECRET not in str(logged)
        assert XpanderMock.api_key not in str(logged)
        assert logged["headers"]["x-request-id"] == "r"
        assert logged["query"].startswith(f"version=1&access_token={HIDDEN}")
    shown = json.loads(first["body"])
    assert shown["input"] == {"text": "hello"}
    assert shown["mcp_servers"][0]["url"] == "http://x"
    assert shown["user_tokens"] == shown["user_oidc_token"] == HIDDEN


def test_the_log_file_hides_every_credential() -> None:
    """`--log` writes queries without credentials."""
    with running("--log", log=True) as (process, url):
        httpx.get(f"{url}/v1/tasks?status=paused&user_token={SECRET}", headers={"x-api-key": XpanderMock.api_key})
        process.terminate()
        assert process.stderr is not None
        line = process.stderr.read()
    assert "status=paused" in line
    assert SECRET not in line
    assert LOG.name == "xpander_mock"


def test_every_documented_credential_is_known() -> None:
    """The fields of the contract that say they hold tokens or credentials are hidden."""
    properties = load_contract().document["components"]["schemas"]["InvokeRequest"]["properties"]
    fields = [name for name in properties if "token" in name]
    assert {"user_oidc_token", "user_tokens"} <= set(fields)
    for name in fields:
        assert SECRET not in redact_body(json.dumps({name: SECRET}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(JSON, st.sampled_from(["token", "X-Api-Key", "userTokens", "client_secret", "PASSWORD"]), st.booleans())
def test_a_credential_is_hidden_wherever_it_stands(value: Any, name: str, ascii_only: bool) -> None:
    """A credential inside any JSON is hidden, and JSON without credentials is shown as it came."""
    body = json.dumps([value, {"a": {name: SECRET, "b": value}}], ensure_ascii=ascii_only)
    assert SECRET not in redact_body(body)
    assert SECRET not in redact_body(body[:-1])
    plain = json.dumps({"a": [1, "text"]})
    assert redact_body(plain) == plain


def test_an_escaped_name_is_hidden() -> None:
    """A field name that is written with escapes is recognized."""
    assert SECRET not in redact_body(f'{{"user\\u005ft\\u006fken": "{SECRET}"}}')
    assert SECRET not in redact_query(f"user%5Ft%6Fken={SECRET}")
    assert redact_headers([(b"x-token", SECRET.encode()), (b"accept", b"*/*")]) == {"accept": "*/*"}
