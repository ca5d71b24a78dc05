"""A client generated from another document reads and writes every shape that it has."""

from __future__ import annotations

import copy
import datetime
import io
import json
import pickle
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.templates.golden.library_client import AuthenticatedClient, Client, errors, models
from tests.templates.golden.library_client.api.books import add_book, get_cover, patch_cover, put_cover, search_books
from tests.templates.golden.library_client.api.default import list_events
from tests.templates.golden.library_client.api.loans import get_loan
from tests.templates.golden.library_client.conversion import decode
from tests.templates.golden.library_client.models import (
    Author,
    Book,
    BookForm,
    BookUpload,
    Category,
    Closed,
    Genre,
    LentBook,
    LentRoom,
    Loan,
    Nothing,
    Opened,
    Organization,
    Person,
    Problem,
    Rank,
    Request,
    SearchFilter,
    Settings,
    Shelves,
)
from tests.templates.golden.library_client.types import UNSET, File

ID = "0b7a3f7e-6f0c-4c39-9d0b-2f1f6a1d8e11"
CATEGORY: dict[str, Any] = {"name": "b", "parent": {"name": "a", "parent": None}, "children": [{"name": "c"}]}
BOOK: dict[str, Any] = {
    "isbn": "1",
    "title": "T",
    "class": "first",
    "genres": ["novel", "science-fiction", "invented later"],
    "pages": 9,
    "from": "2026-02-07",
    "list": ["x"],
    "str": "s",
    "self": False,
    "datetime": "2026-02-07T02:13:28+00:00",
    "format": "A5",
    "shelfMark": "m",
    "shelf-mark": "n",
    "$ref-count": 3,
    "rank": 2,
    "price": 1.5,
    "category": CATEGORY,
    "authors": [{"id": ID, "born": None, "books": []}],
    "copies": {"north": 3},
    "notes": {"n": {"id": ID}},
}
SETTINGS: dict[str, Any] = {
    "default-branch": "north",
    "shelves": {"a": {"b": {}}},
    "nothing": {},
    "anything": [{"any": None}],
    "north": {"opening": None},
    "south": {"opening": "9"},
}
LOAN: dict[str, Any] = {
    "id": ID,
    "opened": "2026-02-07T02:13:28+00:00",
    "subject": {"kind": "room", "number": 4},
    "borrower": {"name": "ACME", "vat-number": "v"},
    "due": "2026-03-01",
    "reminder": "novel",
}
LEAST = {"isbn": "1", "title": "T", "class": "c", "genres": [], "pages": 1}
EXAMPLES: list[Any] = [
    pytest.param(models.Book, BOOK, id="renamed"),
    pytest.param(models.Category, CATEGORY, id="recursive"),
    pytest.param(models.Settings, SETTINGS, id="additional properties"),
    pytest.param(models.Shelves, {"a": {"b": {"c": {}}}}, id="recursive map"),
    pytest.param(models.Nothing, {}, id="nothing"),
    pytest.param(models.Loan, LOAN, id="composed"),
    pytest.param(models.Problem, {"type": "t", "title": "T", "balance": 3}, id="open"),
    pytest.param(models.Response, {"model": {"request": {"field": "f", "define": "d"}}}, id="names of the client"),
]


@pytest.mark.parametrize(("model", "content"), EXAMPLES)
def test_every_shape_round_trips(model: Any, content: dict[str, Any]) -> None:
    """JSON that is read and written is the same, from bytes and from a dict, and the models copy and pickle."""
    made = decode(json.dumps(content).encode(), model)
    assert isinstance(made, model)
    assert made == model.from_dict(content)
    for twin in (made, copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert twin == made
        assert twin.to_dict() == content
        assert json.loads(json.dumps(twin.to_dict())) == content


def test_renamed_fields_have_python_names() -> None:
    """Fields that Python cannot name as they are have names near their own; the JSON keeps the document's."""
    book = Book.from_dict(BOOK)
    assert (book.class_, book.from_, book.list_, book.str_, book.self_) == (
        "first",
        datetime.date(2026, 2, 7),
        ["x"],
        "s",
        False,
    )
    assert (book.format, book.shelfMark, book.shelfmark, book.ref_count) == ("A5", "m", "n", 3)
    assert Book(isbn="1", title="T", class_="c", genres=[], pages=1).to_dict() == {
        **LEAST,
        "list": [],
        "str": 'it\'s "quoted"',
        "self": True,
    }


def test_nested_values_have_their_types() -> None:
    """Enums, dates, ids and models are what the document says, however deep they are."""
    book = Book.from_dict(BOOK)
    assert book.genres == [Genre.NOVEL, Genre.SCIENCE_FICTION, Genre("invented later")]
    assert (book.rank, book.datetime_) == (Rank.VALUE_2, datetime.datetime(2026, 2, 7, 2, 13, 28, tzinfo=datetime.UTC))
    assert book.category == Category(name="b", parent=Category(name="a", parent=None), children=[Category(name="c")])
    assert book.authors == [Author(id=UUID(ID), born=None, books=[])]
    assert (book.copies, book.notes) == ({"north": 3}, {"n": Author(id=UUID(ID))})


def test_an_unknown_integer_of_an_enum_is_kept() -> None:
    """An integer that the document does not list equals itself, and goes back as it came."""
    book = Book.from_dict({**LEAST, "rank": 7})
    assert book.rank == 7
    assert isinstance(book.rank, Rank)
    assert not book.rank.known
    assert pickle.loads(pickle.dumps(book)).to_dict()["rank"] == 7
    with pytest.raises(errors.InvalidData, match=r"at `\$.rank` of Book"):
        Book.from_dict({**LEAST, "rank": "7"})


def test_every_nullable_field_may_be_null() -> None:
    """Null stays null where it is allowed, beside what was never sent."""
    content = {**LEAST, "from": None, "datetime": None, "rank": None, "price": None, "authors": None}
    book = Book.from_dict(content)
    assert (book.from_, book.datetime_, book.rank, book.price, book.authors) == (None,) * 5
    assert book.category is UNSET
    assert book.to_dict() == content


def test_additional_properties_are_of_their_type() -> None:
    """What has no field of its own is kept by its name, in the type that the document gives it."""
    settings = Settings.from_dict(SETTINGS)
    assert settings.additional_properties["south"].opening == "9"
    assert settings.shelves == Shelves(additional_properties={"a": Shelves(additional_properties={"b": Shelves()})})
    assert settings.nothing == Nothing()
    problem = Problem(title="T", additional_properties={"balance": 3, "title": "not this one"})
    assert problem.to_dict() == {"type": "about:blank", "title": "T", "balance": 3}


@pytest.mark.parametrize(
    ("model", "content", "message"),
    [
        (Book, {**BOOK, "class": 5}, "Expected `str`, got `int` at `$.class` of Book"),
        (Book, LEAST | {"class": None}, "Expected `str`, got `null` at `$.class` of Book"),
        (Book, {"isbn": "1"}, "Object missing required field `title` at `$` of Book"),
        (Book, {**BOOK, "copies": {"north": "3"}}, "Expected `int`, got `str` at `$.copies.north` of Book"),
        (Book, {**BOOK, "authors": [{}]}, "Object missing required field `id` at `$.authors[0]` of Book"),
        (Book, {**BOOK, "authors": 1}, "Expected `array | null`, got `int` at `$.authors` of Book"),
        (Settings, {"n": {"opening": 9}}, "Expected `str | null`, got `int` at `$.n.opening` of Settings"),
        (Settings, {"n": 9}, "Expected `object`, got `int` at `$.n` of Settings"),
        (Category, {"name": "a", "parent": {"name": 1}}, "Expected `str`, got `int` at `$.parent.name` of Category"),
    ],
)
def test_a_wrong_type_names_the_path_and_the_model(model: Any, content: dict[str, Any], message: str) -> None:
    """The names in the path are the document's, whichever way the model is read."""
    with pytest.raises(errors.InvalidData) as caught:
        model.from_dict(content)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("subject", {"kind": "book", "isbn": "1"}, LentBook(kind="book", isbn="1")),
        (
            "subject",
            {"kind": "room", "number": 4, "isbn": "1"},
            LentRoom(kind="room", number=4, additional_properties={"isbn": "1"}),
        ),
        ("borrower", {"name": "n", "firstName": "f"}, Person(name="n", first_name="f")),
        ("borrower", {"name": "n", "vat-number": "v"}, Organization(name="n", vat_number="v")),
        ("borrower", None, None),
        ("due", "2026-03-01", datetime.date(2026, 3, 1)),
        ("due", "at the next full moon", "at the next full moon"),
        ("reminder", "novel", Genre.NOVEL),
        ("reminder", "by post", "by post"),
    ],
)
def test_a_union_becomes_the_member_that_fits(field: str, value: Any, expected: Any) -> None:
    """Constants, required fields, known fields and formats decide, and what it becomes goes back as it came."""
    loan = Loan.from_dict({**LOAN, field: value})
    assert getattr(loan, field) == expected
    assert type(getattr(loan, field)) is type(expected)
    assert Loan.from_dict(loan.to_dict()) == loan


def test_a_union_that_nothing_fits_says_why() -> None:
    """The message names each member, and why it does not fit."""
    with pytest.raises(errors.InvalidData) as caught:
        Loan.from_dict({**LOAN, "subject": {"kind": "boat"}})
    assert (caught.value.path, caught.value.model) == ("$.subject", "Loan")
    assert "LentBook: Invalid enum value 'boat'" in caught.value.reason
    assert "LentRoom: Invalid enum value 'boat'" in caught.value.reason


@pytest.mark.parametrize("kind", [Opened, Closed])
def test_an_enum_of_one_value_tells_members_apart(kind: Any) -> None:
    """Though unknown values of an enum are kept, a member whose enum knows the value comes first."""
    event = {"kind": kind.__name__.lower(), "at": "2026-02-07T02:13:28+00:00"}
    parsed = list_events.parse_response(httpx.Response(200, json=[event]))
    assert isinstance(parsed, list)
    assert [type(each) for each in parsed] == [kind]
    loan = list_events.parse_response(httpx.Response(200, json=LOAN))
    assert isinstance(loan, Loan)


def test_every_kind_of_parameter_is_sent() -> None:
    """Lists repeat, objects spread, times have an offset, booleans are words, headers and cookies are text."""
    plain = search_books.build_request(
        genres=[Genre.NOVEL, Genre("new")],
        published_after=datetime.date(2026, 2, 7),
        available_only=True,
        changed_since=datetime.datetime(2026, 2, 7, tzinfo=datetime.UTC),
        filter_=SearchFilter(min_pages=3, language=None),
        class_="c",
        timeout=1,
        client_query="c",
        headers="h",
        body="b",
        x_request_id=UUID(ID),
        x_dry_run=True,
        x_branch=4,
        session="s",
    )
    with httpx.Client() as http:
        request = http.build_request(**Client("https://x.example", cookies={"a": "1"}).prepare(plain))
    assert request.url.params.multi_items() == [
        ("genres", "novel"),
        ("genres", "new"),
        ("published-after", "2026-02-07"),
        ("availableOnly", "true"),
        ("changed_since", "2026-02-07T00:00:00+00:00"),
        ("min-pages", "3"),
        ("class", "c"),
        ("timeout", "1"),
        ("client", "c"),
        ("headers", "h"),
        ("body", "b"),
    ]
    sent = {name: request.headers[name] for name in ("x-request-id", "x-dry-run", "x-branch", "x-note", "cookie")}
    assert sent == {
        "x-request-id": ID,
        "x-dry-run": "true",
        "x-branch": "4",
        "x-note": 'it\'s "quoted"',
        "cookie": "a=1; session=s",
    }


def test_parameters_with_the_names_of_options_leave_both_usable() -> None:
    """Where the API has a `timeout` of its own, the client's is `timeout_`."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    client = Client("https://x.example", httpx_args={"transport": httpx.MockTransport(answer)})
    options: dict[str, Any] = {"timeout": 9, "timeout_": 2, "headers": "h", "headers_": {"x-a": "1"}}
    assert search_books.sync(client=client, **options) == []
    assert dict(seen[0].url.params) == {"availableOnly": "false", "timeout": "9", "headers": "h"}
    assert (seen[0].extensions["timeout"]["read"], seen[0].headers["x-a"]) == (2, "1")


def test_path_parameters_of_every_type() -> None:
    """Ids, dates and enums stand in the path as the document's names say."""
    request = get_loan.build_request(UUID(ID), datetime.date(2026, 2, 7), Rank.VALUE_3)
    assert request == {"method": "GET", "url": f"/loans/{ID}/2026-02-07/3"}


@pytest.mark.parametrize(
    ("status", "content", "expected"),
    [
        (200, json.dumps([BOOK]).encode(), [Book.from_dict(BOOK)]),
        (304, b"", None),
        (404, b'{"type": "t", "title": "T"}', Problem(type="t", title="T")),
        (499, b'{"title": "T", "x": 1}', Problem(title="T", additional_properties={"x": 1})),
        (500, "schön".encode(), "schön"),
        (999, b"odd", "odd"),
    ],
)
def test_statuses_ranges_and_the_default(status: int, content: bytes, expected: Any) -> None:
    """A status is read as documented for itself, else for its class, else by default."""
    assert search_books.parse_response(httpx.Response(status, content=content)) == expected


def test_several_statuses_of_success() -> None:
    """Each status of success has its own model, though one is called as the client's own class is."""
    assert add_book.parse_response(httpx.Response(200, json=BOOK)) == Book.from_dict(BOOK)
    assert add_book.parse_response(httpx.Response(201, json=BOOK)) == Book.from_dict(BOOK)
    accepted = add_book.parse_response(httpx.Response(202, json={"model": {"request": {"field": "f", "define": "d"}}}))
    assert accepted == models.Response(model=models.Model(request=Request(field="f", define="d")))
    assert add_book.parse_response(httpx.Response(204)) is None


def test_bodies_of_bytes_and_of_text() -> None:
    """Bytes come as they are, and text becomes the type that the document gives it."""
    assert get_cover.parse_response(httpx.Response(200, content=b"\x89PNG")) == b"\x89PNG"
    assert get_cover.parse_response(httpx.Response(404, content=b"12")) == 12
    with pytest.raises(errors.InvalidBody, match="get_cover answered 404: Expected `int`, got `str`"):
        get_cover.parse_response(httpx.Response(404, content=b"none"))


def sent(plain: Any) -> httpx.Request:
    """The request as httpx sends it, its body read."""
    with httpx.Client() as http:
        request = http.build_request(**Client("https://x.example").prepare(plain))
        request.read()
    return request


def test_a_body_is_sent_as_its_type_says() -> None:
    """Of several media types the one that belongs to the type of the body is sent."""
    as_json = sent(add_book.build_request(body=Book.from_dict(BOOK)))
    assert (as_json.headers["content-type"], json.loads(as_json.content)) == ("application/json", BOOK)
    as_form = sent(add_book.build_request(body=BookForm(title="A & B", page_count=3, lent=True)))
    assert as_form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert as_form.content == b"title=A+%26+B&page-count=3&lent=true"


def test_files_are_uploaded_with_the_fields_beside_them() -> None:
    """Files keep name and media type, lists repeat, objects are JSON, and what is unset is left out."""
    body = BookUpload(
        file=File(io.BytesIO(b"book"), "book.txt", "text/plain"),
        scans=[File(io.BytesIO(b"one"), "1.png", "image/png"), File(io.BytesIO(b"two"))],
        tags=[Genre.NOVEL, Genre.SCIENCE_FICTION],
        printed_on=datetime.date(2026, 2, 7),
        category=Category(name="c"),
        lent=False,
    )
    request = sent(add_book.build_request(body=body))
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    parts = [part.strip() for part in request.content.split(f"--{boundary}".encode())[1:-1]]
    assert parts == [
        b'Content-Disposition: form-data; name="file"; filename="book.txt"\r\nContent-Type: text/plain\r\n\r\nbook',
        b'Content-Disposition: form-data; name="scans"; filename="1.png"\r\nContent-Type: image/png\r\n\r\none',
        b'Content-Disposition: form-data; name="scans"\r\n\r\ntwo',
        b'Content-Disposition: form-data; name="tags"\r\nContent-Type: text/plain\r\n\r\nnovel',
        b'Content-Disposition: form-data; name="tags"\r\nContent-Type: text/plain\r\n\r\nscience-fiction',
        b'Content-Disposition: form-data; name="printed-on"\r\nContent-Type: text/plain\r\n\r\n2026-02-07',
        b'Content-Disposition: form-data; name="category"\r\nContent-Type: application/json\r\n\r\n{"name":"c"}',
        b'Content-Disposition: form-data; name="lent"\r\nContent-Type: text/plain\r\n\r\nfalse',
    ]


def test_bytes_are_uploaded_as_they_are() -> None:
    """A body of bytes is sent unchanged, with its media type."""
    request = sent(put_cover.build_request("1", body=File(io.BytesIO(b"\x89PNG"))))
    assert (request.content, request.headers["content-type"]) == (b"\x89PNG", "application/octet-stream")


def test_a_body_that_need_not_be_sent() -> None:
    """An optional body is left out, and JSON of another media type keeps it."""
    assert patch_cover.build_request("1") == {"method": "PATCH", "url": "/books/1/cover"}
    request = sent(patch_cover.build_request("1", body=Settings.from_dict(SETTINGS)))
    assert request.headers["content-type"] == "application/merge-patch+json"
    assert json.loads(request.content) == SETTINGS


def test_an_operation_that_needs_credentials_says_so_in_its_type() -> None:
    """Where an operation itself asks for credentials, its client must have them."""
    assert get_loan.sync.__annotations__["client"] is AuthenticatedClient
    assert search_books.sync.__annotations__["client"] is Client
