"""The chunked transfer coding, against the standard library's reading of the same bytes."""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse, IncompleteRead, LineTooLong
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions._core.chunked import LONGEST_LINE, ChunkedBody

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

extensions = st.sampled_from([b"", b";a", b';a="b;c"', b" "])
trailers = st.sampled_from([b"\r\n", b"X-Sum: 1\r\n\r\n", b"A: 1\r\nB: 2\r\n\r\n", b"\n"])


class Wire:
    """A socket with everything in it."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(io.BytesIO(self.data))


def by_the_library(coded: bytes) -> bytes | None:
    """The body as the standard library reads it, `None` where that fails."""
    wire: Any = Wire(HEAD + coded)
    response = HTTPResponse(wire)
    response.begin()
    try:
        return response.read()
    except HTTPException:
        return None


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A body and one way to code it; the body may look like a coding itself."""
    parts = draw(st.lists(st.binary(min_size=1) | st.sampled_from([b"\r\n0\r\n\r\n", b"5\r\n"])))
    coded = b""
    for part in parts:
        digits = draw(st.sampled_from([b"%x", b"%X", b"%05x"]))
        coded += digits % len(part) + draw(extensions) + b"\r\n" + part + b"\r\n"
    return b"".join(parts), coded + b"0" + draw(extensions) + b"\r\n" + draw(trailers)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = [*sorted({place % (len(data) + 1) for place in places} - {0}), len(data)]
    starts = [0, *ends]
    return [data[start:end] for start, end in zip(starts, ends, strict=False) if start < end]


places = st.lists(st.integers(min_value=0, max_value=10**6), max_size=20)


@given(bodies(), places)
def test_a_body_is_the_same_however_it_arrives(body: tuple[bytes, bytes], cuts: list[int]) -> None:
    plain, coded = body
    decoder = ChunkedBody()
    got = b""
    for piece in cut(coded, cuts):
        assert not decoder.ended
        got += decoder.feed(piece)
    assert got == plain == by_the_library(coded)
    assert decoder.ended


@given(bodies())
def test_nothing_of_a_body_is_held_back(body: tuple[bytes, bytes]) -> None:
    _, coded = body
    decoder = ChunkedBody()
    got = b""
    for end in range(1, len(coded) + 1):
        got += decoder.feed(coded[end - 1 : end])
        whole = ChunkedBody()
        assert whole.feed(coded[:end]) == got
        assert whole.ended == decoder.ended


@given(bodies(), st.integers(min_value=0))
def test_a_body_that_is_cut_is_incomplete(body: tuple[bytes, bytes], place: int) -> None:
    plain, coded = body
    kept = coded[: place % len(coded)]
    decoder = ChunkedBody()
    got = decoder.feed(kept) if kept else b""
    assert plain.startswith(got)
    try:
        assert decoder.feed(b"") == b""
    except IncompleteRead:
        assert not decoder.ended
    else:  # what is missing is in the trailer
        assert decoder.ended
        assert got == plain == by_the_library(kept)


def test_a_server_may_leave_the_trailer_out() -> None:
    decoder = ChunkedBody()
    assert decoder.feed(b"1\r\na\r\n0\r\n") == b"a"
    assert not decoder.ended
    assert decoder.feed(b"") == b""
    assert decoder.ended


@pytest.mark.parametrize("line", [b"", b"x", b"-1", b";", b"\xff", b"5 5", b"<html>"])
def test_a_size_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(IncompleteRead):
        ChunkedBody().feed(line + b"\r\nhello\r\n")


@pytest.mark.parametrize("before", [b"", b"0\r\n"])
def test_a_line_without_end_is_refused(before: bytes) -> None:
    decoder = ChunkedBody()
    decoder.feed(before + b"1" * (LONGEST_LINE - 2))
    with pytest.raises(LineTooLong):
        decoder.feed(b"1" * 8)


def test_what_follows_the_end_is_no_body() -> None:
    decoder = ChunkedBody()
    assert decoder.feed(b"1\r\na\r\n0\r\n\r\n1\r\nb\r\n") == b"a"
    assert decoder.ended
