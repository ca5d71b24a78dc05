"""The client object: credentials, copies, limits, cookies, and one's own httpx client."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from xpander_api_client import AuthenticatedClient, Client, errors
from xpander_api_client.api.tasks import delete_task
from xpander_api_client.client import DEFAULT_TIMEOUT

SECRET = "s3cret-credential"
Change = Callable[[Any], Any]
CHANGES: list[Any] = [
    pytest.param(lambda client: client.with_headers({"x-more": SECRET}), id="headers"),
    pytest.param(lambda client: client.with_cookies({"more": SECRET}), id="cookies"),
    pytest.param(lambda client: client.with_timeout(99), id="timeout"),
]
changes = pytest.mark.parametrize("change", CHANGES)


class Requests(list[httpx.Request]):
    """The requests that came over a transport, all answered with 204."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        # A copy, as the client takes the credentials off a request that was sent.
        self.append(httpx.Request(request.method, request.url, headers=request.headers, extensions=request.extensions))
        return httpx.Response(204)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)


@pytest.fixture
def requests() -> Requests:
    return Requests()


def authenticated(requests: Requests, **options: Any) -> AuthenticatedClient:
    options = {"api_key": SECRET, **options}
    return AuthenticatedClient("https://api.example", httpx_args={"transport": requests.transport}, **options)


def test_an_api_key_is_the_default_way(requests: Requests) -> None:
    """The API key is sent in `x-api-key`, and nothing in `Authorization`."""
    delete_task.sync("t", client=authenticated(requests))
    assert requests[0].headers["x-api-key"] == SECRET
    assert "authorization" not in requests[0].headers


def test_a_bearer_token_is_the_other_way(requests: Requests) -> None:
    """A token is sent as a bearer token, and nothing in `x-api-key`."""
    delete_task.sync("t", client=authenticated(requests, api_key=None, token=SECRET))
    assert requests[0].headers["authorization"] == f"Bearer {SECRET}"
    assert "x-api-key" not in requests[0].headers


def test_a_token_goes_into_the_header_that_is_named(requests: Requests) -> None:
    """As in every client of this generator, `auth_header_name` and `prefix` say where a token goes and how."""
    client = authenticated(requests, api_key=None, token=SECRET, prefix="", auth_header_name="X-Other")
    delete_task.sync("t", client=client)
    assert requests[0].headers["x-other"] == SECRET
    assert not {"authorization", "x-api-key"} & set(requests[0].headers)


def test_a_client_without_credentials_sends_none(requests: Requests) -> None:
    """`Client` sends none; passing it to an operation that needs credentials is a type error."""
    nobody = Client("https://api.example", httpx_args={"transport": requests.transport})
    delete_task.sync("t", client=nobody)  # type: ignore[arg-type]
    assert not {"authorization", "x-api-key", "cookie"} & set(requests[0].headers)


@pytest.mark.parametrize("credentials", [{}, {"api_key": ""}, {"api_key": SECRET, "token": SECRET}])
def test_credentials_that_are_missing_or_double_are_refused(credentials: dict[str, str]) -> None:
    """Neither or both of key and token is told when the client is made, with what to do instead."""
    with pytest.raises(ValueError, match="give either api_key or token") as caught:
        AuthenticatedClient("https://api.example", **credentials)  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("credential", [f"{SECRET}\n", f" {SECRET}", f"{SECRET}ü", f"{SECRET}\x00"])
def test_a_credential_that_no_header_can_carry_is_refused_unseen(credential: str) -> None:
    """A key with a line break or the like is refused at once, by a message that does not repeat it."""
    for name in ("api_key", "token"):
        with pytest.raises(ValueError, match="no header can carry") as caught:
            AuthenticatedClient("https://api.example", **{name: credential})  # type: ignore[arg-type]
        assert SECRET not in str(caught.value)


def test_repr_shows_no_credential(requests: Requests) -> None:
    """Neither key, token, headers, cookies, a password in the address nor httpx's arguments are in `repr`."""
    client = AuthenticatedClient(
        f"https://user:{SECRET}@api.example",
        api_key=SECRET,
        headers={"authorization": SECRET},
        cookies={"session": SECRET},
        httpx_args={"auth": ("user", SECRET)},
    )
    assert "api.example" in repr(client)
    for shown in (client, client.with_headers({"a": SECRET}), authenticated(requests, api_key=None, token=SECRET)):
        assert SECRET not in repr(shown) + str(shown) + f"{shown}"


@changes
def test_a_changed_copy_leaves_the_original_alone(change: Change, requests: Requests) -> None:
    """`with_headers`, `with_cookies` and `with_timeout` change the copy only, also after the first call."""
    client = authenticated(requests, headers={"x-app": "a"}, cookies={"c": "1"}, timeout=5)
    delete_task.sync("t", client=client)
    copy = change(client)
    delete_task.sync("t", client=copy)
    delete_task.sync("t", client=client)
    first, changed, last = requests
    assert (first.headers, first.extensions) == (last.headers, last.extensions)
    assert (changed.headers, changed.extensions) != (first.headers, first.extensions)
    assert changed.headers["x-api-key"] == SECRET
    assert changed.headers["x-app"] == "a"
    assert type(copy) is type(client)


@changes
def test_a_copy_uses_the_httpx_client_of_ones_own_and_leaves_it_alone(change: Change, requests: Requests) -> None:
    """A copy sends over the httpx client that was given, without changing that one's headers, cookies or limits."""
    with httpx.Client(transport=requests.transport, headers={"x-own": "1"}, timeout=8) as own:
        before = (dict(own.headers), dict(own.cookies), own.timeout)
        client = AuthenticatedClient("https://api.example", api_key=SECRET, httpx_client=own)
        copy = change(client)
        assert copy.get_httpx_client() is client.get_httpx_client() is own
        delete_task.sync("t", client=copy)
        delete_task.sync("t", client=client)
        assert (dict(own.headers), dict(own.cookies), own.timeout) == before
    assert [request.headers["x-own"] for request in requests] == ["1", "1"]
    assert "x-more" not in requests[1].headers
    assert "cookie" not in requests[1].headers
    assert requests[1].extensions["timeout"]["read"] == 8


def test_ones_own_httpx_client_gets_address_and_credentials(requests: Requests) -> None:
    """An httpx client of one's own needs neither: it may even have another address of its own."""
    with httpx.Client(transport=requests.transport, base_url="https://elsewhere.example/v9") as own:
        client = AuthenticatedClient("https://api.example/root/", api_key=SECRET).set_httpx_client(own)
        delete_task.sync("t", client=client)
    assert str(requests[0].url) == "https://api.example/root/v1/tasks/t"
    assert requests[0].headers["x-api-key"] == SECRET


def test_closing_closes_what_it_has_made_and_nothing_else(requests: Requests) -> None:
    """Leaving the context closes the client's own connections; an httpx client that was given stays open."""
    with authenticated(requests) as client:
        delete_task.sync("t", client=client)
        made = client.get_httpx_client()
    assert made.is_closed
    with httpx.Client(transport=requests.transport) as own:
        with authenticated(requests, httpx_client=own) as client:
            delete_task.sync("t", client=client)
        assert not own.is_closed


def test_an_httpx_client_that_is_set_later_is_not_closed_in_place_of_the_one_made(requests: Requests) -> None:
    """What was made before is closed even if calls have used an httpx client of one's own since."""
    with httpx.Client(transport=requests.transport) as own:
        with authenticated(requests) as client:
            made = client.get_httpx_client()
            client.set_httpx_client(own)
        assert (made.is_closed, own.is_closed) == (True, False)


def test_closing_asynchronously(requests: Requests) -> None:
    """The same for `async with` and an asynchronous httpx client."""

    async def check() -> None:
        async with authenticated(requests) as client:
            await delete_task.asyncio("t", client=client)
            made = client.get_async_httpx_client()
        assert made.is_closed
        async with httpx.AsyncClient(transport=requests.transport) as own:
            async with authenticated(requests).set_async_httpx_client(own) as client:
                await delete_task.asyncio("t", client=client)
                assert client.get_async_httpx_client() is own
            assert not own.is_closed

    asyncio.run(check())
    assert len(requests) == 2


def test_closing_a_copy_leaves_the_original_open(requests: Requests) -> None:
    """A copy has connections of its own."""
    with authenticated(requests) as client:
        with client.with_timeout(1) as copy:
            delete_task.sync("t", client=copy)
        delete_task.sync("t", client=client)


def test_threads_share_one_httpx_client(requests: Requests) -> None:
    """Threads that call at the same time for the first time get the same httpx client."""
    client = authenticated(requests)
    start = threading.Barrier(8)
    seen: list[httpx.Client] = []

    def get() -> None:
        start.wait()
        seen.append(client.get_httpx_client())

    threads = [threading.Thread(target=get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len({id(each) for each in seen}) == 1
    client.close()


def test_limits_have_a_default(requests: Requests) -> None:
    """A client that is told nothing does not wait for ever; None does, and a call may say otherwise."""
    delete_task.sync("t", client=authenticated(requests))
    delete_task.sync("t", client=authenticated(requests, timeout=None))
    delete_task.sync("t", client=authenticated(requests), timeout=None)
    delete_task.sync("t", client=authenticated(requests), timeout=httpx.Timeout(2, connect=1))
    limits = [request.extensions["timeout"] for request in requests]
    assert limits[0] == DEFAULT_TIMEOUT.as_dict()
    assert [limit["read"] for limit in limits[1:]] == [None, None, 2]
    assert limits[3]["connect"] == 1


def test_cookies_are_sent(requests: Requests) -> None:
    """Cookies of the client are sent with every request."""
    delete_task.sync("t", client=authenticated(requests, cookies={"a": "1", "b": "2"}))
    assert requests[0].headers["cookie"] == "a=1; b=2"


def test_headers_of_a_call_win_over_credentials(requests: Requests) -> None:
    """A call may use other credentials than its client, in any spelling of the header's name."""
    delete_task.sync("t", client=authenticated(requests), headers={"X-API-Key": "other"})
    assert requests[0].headers.get_list("x-api-key") == ["other"]


@pytest.mark.parametrize("follow", [True, False])
def test_redirects_are_followed_if_told(follow: bool) -> None:
    """A redirect is a status like any other, unless the client is told to follow it."""

    def answer(request: httpx.Request) -> httpx.Response:
        there = request.url.path.endswith("/there")
        return httpx.Response(204) if there else httpx.Response(307, headers={"location": "/v1/tasks/there"})

    client = AuthenticatedClient(
        "https://api.example",
        api_key=SECRET,
        follow_redirects=follow,
        raise_on_unexpected_status=False,
        httpx_args={"transport": httpx.MockTransport(answer)},
    )
    assert delete_task.sync_detailed("t", client=client).status_code == (204 if follow else 307)


ELSEWHERE = ["https://other.example/t", "http://api.example/t", "https://api.example:444/t"]


@pytest.mark.parametrize("location", [*ELSEWHERE, "https://api.example/t", "/t"])
@pytest.mark.parametrize("options", [{}, {"api_key": None, "token": SECRET}], ids=["key", "token"])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("awaited", [False, True])
def test_credentials_go_to_the_own_origin_only(
    location: str, options: dict[str, Any], own: bool, awaited: bool
) -> None:
    """A redirect to another host, port or scheme takes no credentials along, and no request keeps any."""
    came: list[tuple[str, bool]] = []
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        came.append((str(request.url), SECRET in repr(request.headers.raw)))
        return httpx.Response(204) if request.url.path == "/t" else httpx.Response(307, headers={"location": location})

    transport = httpx.MockTransport(answer)
    options = {"api_key": SECRET, **options}
    client = AuthenticatedClient(
        "https://api.example", follow_redirects=True, httpx_args={"transport": transport}, **options
    )
    if own:
        client.set_httpx_client(httpx.Client(transport=transport, follow_redirects=True))
        client.set_async_httpx_client(httpx.AsyncClient(transport=transport, follow_redirects=True))
    if awaited:
        asyncio.run(delete_task.asyncio("first", client=client))
    else:
        delete_task.sync("first", client=client)
    target = location if location.startswith("http") else f"https://api.example{location}"
    assert came == [("https://api.example/v1/tasks/first", True), (target, location not in ELSEWHERE)]
    assert all(SECRET not in repr(request.headers.raw) for request in requests)


def test_a_redirect_that_is_not_followed_names_its_location() -> None:
    """The error says where it leads, and the request that it holds has no credentials."""
    answer = httpx.Response(308, headers={"location": "https://new.example/v1"})
    transport = httpx.MockTransport(lambda request: answer)
    client = AuthenticatedClient("https://api.example", api_key=SECRET, httpx_args={"transport": transport})
    with pytest.raises(
        errors.UnexpectedStatus, match=r"answered 308: a redirect to 'https://new.example/v1'"
    ) as caught:
        delete_task.sync("t", client=client)
    assert caught.value.location == "https://new.example/v1"
    assert pickle.loads(pickle.dumps(caught.value)).location == "https://new.example/v1"
    assert answer.next_request is not None
    assert SECRET not in repr(answer.next_request.headers.raw)


def test_redirects_without_end_are_an_error() -> None:
    """The bound is that of the httpx client."""
    transport = httpx.MockTransport(lambda request: httpx.Response(307, headers={"location": str(request.url)}))
    client = AuthenticatedClient(
        "https://api.example", api_key=SECRET, follow_redirects=True, httpx_args={"transport": transport}
    )
    with pytest.raises(httpx.TooManyRedirects):
        delete_task.sync("t", client=client)


def test_no_cookie_of_a_server_is_kept(requests: Requests) -> None:
    """A cookie that no header can carry would break every later call."""

    def answer(request: httpx.Request) -> httpx.Response:
        requests(request)
        return httpx.Response(204, headers=[(b"set-cookie", "a=\u00e9".encode())])

    transport = httpx.MockTransport(answer)
    client = AuthenticatedClient("https://api.example", api_key=SECRET, httpx_args={"transport": transport})
    delete_task.sync("t", client=client)
    delete_task.sync("t", client=client)
    assert "cookie" not in requests[1].headers


@pytest.mark.parametrize("status", [204, 404])
def test_a_body_that_cannot_be_decompressed_is_told_with_its_status(status: int) -> None:
    """The error is of this client, not of httpx."""
    transport = httpx.MockTransport(
        lambda request: httpx.Response(status, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"no"))
    )
    client = AuthenticatedClient("https://api.example", api_key=SECRET, httpx_args={"transport": transport})
    with pytest.raises(errors.UndecodableBody, match=f"answered {status}: it cannot be decompressed"):
        delete_task.sync("t", client=client)


def test_what_cannot_be_sent_is_an_invalid_request() -> None:
    """Nothing was sent, and the error is of this client."""
    client = AuthenticatedClient("https://api.example", api_key=SECRET)
    with pytest.raises(errors.InvalidRequest, match="cannot be sent"):
        delete_task.sync("t" * 70_000, client=client)
