from __future__ import annotations

import pytest
from xpander_api_client.events import EventDecoder

STREAM = b': hello\nevent: x\ndata: {"a": 1}\nid: 7\n\nretry: 5\r\ndata:two\r\ndata: lines\r\n\r\ndata: last\r\r\n\n'
EVENTS = ['{"a": 1}', "two\nlines", "last"]


def decode(*chunks: bytes) -> list[str]:
    decoder = EventDecoder()
    return [data.decode() for chunk in chunks for data in decoder.feed(chunk)]


@pytest.mark.parametrize("size", range(1, len(STREAM) + 1))
def test_events_are_the_same_however_the_bytes_are_cut(size: int) -> None:
    """An event split across chunks at any place is put together again, with each kind of line end."""
    chunks = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
    assert decode(*chunks) == EVENTS


def test_a_bare_colon_is_a_comment() -> None:
    """A line of nothing but a colon, sent to keep a connection open, does not end the event it stands in."""
    assert decode(b"data: one\n:\ndata: two\n\n") == ["one\ntwo"]


def test_an_event_cut_by_the_end_is_not_given() -> None:
    """Data without the blank line that ends an event is dropped, as the standard says."""
    assert decode(b"data: whole\n\ndata: cut\n") == ["whole"]


def test_a_line_separator_in_the_data_does_not_split_it() -> None:
    """U+2028 and U+0085, which JSON allows in a string, are not line ends of a stream."""
    assert decode("data: a\u2028b\u0085c\n\n".encode()) == ["a\u2028b\u0085c"]


def test_a_character_cut_between_chunks_survives() -> None:
    """The bytes of one character may come in two chunks."""
    raw = "data: é€😀\n\n".encode()
    assert [decode(raw[:cut], raw[cut:]) for cut in range(len(raw))] == [["é€😀"]] * len(raw)


def test_a_byte_order_mark_before_the_first_field_is_read_over() -> None:
    """A stream may begin with a byte order mark."""
    assert decode(b"\xef\xbb\xbfdata: first\n\n") == ["first"]
