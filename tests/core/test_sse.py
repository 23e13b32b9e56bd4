"""The event-stream decoder against vectors, every chunking, a naive reference, and counters."""

from __future__ import annotations

import copy
import json
import pickle
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gemini_interactions._core.sse import (
    BareText,
    Decoder,
    Frame,
    Item,
    LongFrame,
    SSELimitError,
    as_text,
)

Result: TypeAlias = tuple[list[Item], list[Item]]
"""What was dispatched, and what the end of the stream left."""

VECTORS = Path(__file__).parents[1] / "vectors" / "sse"
LINE_ENDS = {"LF": b"\n", "CR": b"\r", "CRLF": b"\r\n"}
MiB = 1 << 20


# --- helpers -------------------------------------------------------------------------------


def decode(chunks: Iterable[bytes]) -> Result:
    decoder = Decoder()
    items = [item for chunk in chunks for item in decoder.feed(chunk)]
    return items, decoder.close()


def pieces(stream: bytes, size: int) -> Iterator[bytes]:
    return (stream[i : i + size] for i in range(0, len(stream), size))


def chunkings(stream: bytes) -> Iterator[list[bytes]]:
    """Whole, every cut in two, byte by byte, and byte by byte with empty chunks between."""
    yield [stream]
    for cut in range(len(stream) + 1):
        yield [stream[:cut], stream[cut:]]
    yield list(pieces(stream, 1))
    yield [part for byte in pieces(stream, 1) for part in (byte, b"")]


def reference(stream: bytes) -> Result:
    """All of the stream at once, as naive as can be; no line is taken to be cut."""
    text = stream.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    *lines, last = re.split("\r\n|\r|\n", text)
    items: list[Item] = []
    event, data, bare = "", list[str](), list[str]()
    id_: str | None = None
    retry: int | None = None

    def end_block(complete: bool) -> None:
        if data:
            items.append(Frame(event, "\n".join(data), id_, retry, complete))
        if bare:
            items.append(BareText("\n".join(bare)))

    def end_lines(lines: list[str]) -> None:
        nonlocal event, id_, retry
        for line in lines:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                end_block(True)
                event = ""
                data.clear()
                bare.clear()
            elif name not in ("", "data", "event", "id", "retry"):
                bare.append(line)
            elif name:
                if bare:
                    items.append(BareText("\n".join(bare)))
                    bare.clear()
                if name == "data":
                    data.append(value)
                if name == "event":
                    event = value
                if name == "id" and "\0" not in value:
                    id_ = value
                if name == "retry" and re.fullmatch("[0-9]{1,18}", value):
                    retry = int(value)

    end_lines(lines)
    done, items = items, []
    if last.partition(":")[0] not in ("", "event", "id", "retry"):
        end_lines([last])
    end_block(False)
    return done, items


# --- vectors -------------------------------------------------------------------------------


def vectors(*names: str) -> list[Any]:
    """Read vectors as (stream, items, left), once for each line end they are open to."""
    params: list[Any] = []
    for name in names:
        content = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
        for vector in content["vectors"]:
            stream = stream_of(vector)
            items = [item_of(item, True) for item in vector["items"]]
            left = [item_of(item, False) for item in vector.get("left", [])]
            for end_name, end in LINE_ENDS.items():
                if end != b"\n" and name == "lines":
                    continue
                label = f"{name}: {vector['name']} ({end_name})"
                params.append(pytest.param(stream.replace(b"\n", end), items, left, id=label))
    return params


def stream_of(vector: dict[str, Any]) -> bytes:
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    stream: str = vector["stream"]
    return stream.encode()


def item_of(item: dict[str, Any], complete: bool) -> Item:
    if "bare" in item:
        return BareText(item["bare"])
    return Frame(item.get("event", ""), item["data"], item.get("id"), item.get("retry"), complete)


ALL_VECTORS = vectors("fields", "lines", "encoding", "bare", "end")


@pytest.mark.parametrize(("stream", "items", "left"), ALL_VECTORS)
def test_vector(stream: bytes, items: list[Item], left: list[Item]) -> None:
    for chunks in chunkings(stream):
        assert decode(chunks) == (items, left), chunks


@pytest.mark.parametrize(("stream", "items", "left"), ALL_VECTORS)
def test_reference_agrees_with_vectors(stream: bytes, items: list[Item], left: list[Item]) -> None:
    assert reference(stream) == (items, left)


def test_vectors_in_a_row() -> None:
    """One long stream of all that the vectors dispatch, in chunks of every small size."""
    blocks = [param.values[0].removeprefix(b"\xef\xbb\xbf") for param in ALL_VECTORS]
    stream = b"\n\n".join(blocks)
    expected = reference(stream)
    assert len(expected[0]) > len(blocks)
    for size in range(1, 18):
        assert decode(pieces(stream, size)) == expected


# --- any stream, any chunking --------------------------------------------------------------

LINE_PARTS = st.one_of(
    st.sampled_from([b"data", b"event", b"id", b"retry", b":", b" ", b"12", b"\0"]),
    st.sampled_from([b"foo", b"{", b'  "data": 1', b"}", "ü€𝄞\u2028\u0085".encode()]),
    st.sampled_from([b"\xff", b"\xe2\x82", b"\xef\xbb", b"\xef\xbb\xbf"]),
)
LINES = st.one_of(
    st.just(b""),
    st.lists(LINE_PARTS, max_size=6).map(b"".join),
    st.tuples(
        st.sampled_from([b"data: ", b"data:", b"event: ", b"id: ", b"retry: ", b": "]),
        st.one_of(st.binary(max_size=8), st.text(max_size=8).map(str.encode)),
    ).map(b"".join),
)
STREAMS = st.tuples(
    st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb"]),
    st.lists(st.tuples(LINES, st.sampled_from(list(LINE_ENDS.values()))), max_size=20).map(
        lambda lines: b"".join(part for line in lines for part in line)
    ),
    st.one_of(st.just(b""), LINES),
).map(b"".join)


@st.composite
def chunked(draw: st.DrawFn, streams: st.SearchStrategy[bytes]) -> list[bytes]:
    stream = draw(streams)
    cuts = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


@settings(deadline=None, max_examples=400)
@given(chunked(STREAMS | st.binary(max_size=60)))
def test_any_stream_decodes_as_the_reference_does(chunks: list[bytes]) -> None:
    assert decode(chunks) == reference(b"".join(chunks))


USUAL = [b"event: a\ndata: {}\n\n", b"data: x\n\n", b"data: \n\n"]
NEARLY_USUAL = [b"event: b\n", b"event: \n", b"event:c\n", b"data: y\n", b"data:z\n\n", b"\n"]
AROUND = [b"id: 1\n", b"retry: 5\n", b": ping\n", b"bare\n", b"data: \xff\xe2\x82\n\n", b"data\n"]
BLOCKS = st.lists(st.sampled_from([*USUAL, *NEARLY_USUAL, *AROUND]), max_size=12).map(b"".join)


@settings(deadline=None, max_examples=200)
@given(chunked(BLOCKS), st.none() | st.integers(1, 40))
@example([b"event: b\nevent: \ndata: y\n\n"], None)
@example([b"id: 1\n", b"data: y\n\n"], 10)
def test_blocks_of_the_usual_form_are_blocks_like_others(
    chunks: list[bytes], limit: int | None
) -> None:
    stream = b"".join(chunks)
    assert decode(chunks) == reference(stream)
    if limit is not None:
        byte_by_byte = decode_limited(pieces(stream, 1), limit)
        assert decode_limited(chunks, limit) == byte_by_byte


def test_a_block_of_the_usual_form_has_the_last_event_id() -> None:
    decoder = Decoder()
    decoder.feed(b"id: 1\n")
    assert decoder.last_event_id is None
    decoder.feed(b"event: a\ndata: {}\n\n")
    assert decoder.last_event_id == "1"


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20)
FRAMES = st.builds(
    Frame,
    event=TEXT,
    data=st.lists(TEXT, min_size=1, max_size=4).map("\n".join),
    id=TEXT.filter(lambda id_: "\0" not in id_),
    retry=st.integers(0, 10**18 - 1),
)


@st.composite
def encoded(draw: st.DrawFn, frame: Frame) -> bytes:
    """Write a frame with any line ends, spaces and order of fields."""
    fields = [("event", frame.event), ("id", frame.id), ("retry", frame.retry), ("", " ping")]
    fields = draw(st.permutations(fields))
    fields += [("data", line) for line in frame.data.split("\n")]
    out = bytearray()
    for name, value in fields:
        space = "" if not str(value).startswith(" ") and draw(st.booleans()) else " "
        out += f"{name}:{space}{value}".encode() + draw(st.sampled_from(list(LINE_ENDS.values())))
    blank = draw(st.sampled_from(list(LINE_ENDS.values())))
    return bytes(out) + (b"\r" if out.endswith(b"\r") else blank)


@settings(deadline=None, max_examples=200)
@given(st.data(), st.lists(FRAMES, max_size=6))
def test_encoded_frames_come_back(data: st.DataObject, frames: list[Frame]) -> None:
    # The comment keeps the LF apart from a CR before it.
    stream = b"".join(b":\n" + data.draw(encoded(frame)) for frame in frames)
    assert decode(data.draw(chunked(st.just(stream)))) == (frames, [])


# --- nothing is held back that could go ----------------------------------------------------


@pytest.mark.parametrize(("stream", "items", "left"), ALL_VECTORS)
def test_every_byte_delivers_all_it_can(stream: bytes, items: list[Item], left: list[Item]) -> None:
    decoder = Decoder()
    so_far: list[Item] = []
    for count in range(len(stream)):
        so_far += decoder.feed(stream[count : count + 1])
        assert so_far == reference(stream[: count + 1])[0], stream[: count + 1]
    assert (so_far, decoder.close()) == (items, left)


def test_a_lone_cr_dispatches_and_its_lf_is_swallowed() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: x\r\n\r") == [Frame("", "x", None, None)]
    assert decoder.feed(b"") == []
    assert decoder.feed(b"\ndata: y\r\n") == []
    assert decoder.feed(b"\r\n") == [Frame("", "y", None, None)]
    assert decoder.close() == []


def test_a_chunk_may_complete_many() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: 1\n\n{}\n\ndata: 2\n\ndata") == [
        Frame("", "1", None, None),
        BareText("{}"),
        Frame("", "2", None, None),
    ]
    assert decoder.feed(b": 3\n\n") == [Frame("", "3", None, None)]


# --- ends, ids, errors ---------------------------------------------------------------------


def test_cut_anywhere_the_last_frame_parses_only_when_whole() -> None:
    head = b'data: {"index": 0}\n\n'
    payload = b'{"event_type": "interaction.completed", "text": "\xe2\x82\xac"}'
    tail = b"event: interaction.completed\ndata: " + payload + b"\n\n"
    whole_at = len(tail) - 2
    for cut in range(len(tail)):
        items, left = decode([head + tail[:cut]])
        assert items == [Frame("", '{"index": 0}', None, None)]
        frames = [item for item in left if isinstance(item, Frame)]
        assert not any(frame.complete for frame in frames)
        assert [frame.event for frame in frames if parses(frame.data)] == (
            ["interaction.completed"] if cut >= whole_at else []
        )


def parses(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("end", LINE_ENDS.values(), ids=LINE_ENDS)
def test_a_bare_array_parses_after_every_cut(end: bytes) -> None:
    error = [{"error": {"code": 503, "data": 1, "message": "a: b", "event": "é"}}]
    bare = json.dumps(error, indent=2, ensure_ascii=False).replace("\n", end.decode())
    frame = b"data: x" + end + end
    stream = frame + bare.encode() + end + end + frame
    for chunks in chunkings(stream):
        (first, middle, last), left = decode(chunks)
        assert first == last == Frame("", "x", None, None)
        assert isinstance(middle, BareText)
        assert json.loads(middle.text) == error
        assert left == []


def test_close_leaves_nothing() -> None:
    decoder = Decoder()
    decoder.feed(b"event: a\ndata: x\n{")
    assert decoder.close() == [Frame("a", "x", None, None, complete=False), BareText("{")]
    assert decoder.close() == []


def test_last_event_id_is_set_by_blank_lines_only() -> None:
    decoder = Decoder()
    assert decoder.last_event_id is None
    decoder.feed(b"id: 1\n")
    assert decoder.last_event_id is None
    decoder.feed(b"\n")
    assert decoder.last_event_id == "1"
    decoder.feed(b"id: 2\ndata: x\n")
    assert decoder.close() == [Frame("", "x", "2", None, complete=False)]
    assert decoder.last_event_id == "1"


def test_a_retry_of_many_digits_is_no_crash() -> None:
    stream = b"retry: " + b"9" * 100_000 + b"\ndata: x\n\n"
    assert decode([stream]) == ([Frame("", "x", None, None)], [])


# --- limits --------------------------------------------------------------------------------


def decode_limited(chunks: Iterable[bytes], limit: int) -> tuple[list[Item], bool]:
    decoder = Decoder(max_event_bytes=limit)
    items: list[Item] = []
    try:
        for chunk in chunks:
            items += decoder.feed(chunk)
        items += decoder.close()
    except SSELimitError as error:
        return items, error.limit == limit
    return items, False


@pytest.mark.parametrize("end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize(
    "vector",
    json.loads((VECTORS / "limits.json").read_text("utf-8"))["vectors"],
    ids=lambda vector: vector["name"],
)
def test_limit_vector(vector: dict[str, Any], end: bytes) -> None:
    items = [item_of(item, True) for item in vector["items"]]
    for chunks in chunkings(stream_of(vector).replace(b"\n", end)):
        result = decode_limited(chunks, vector["max_event_bytes"])
        assert result == (items, vector["error"]), chunks


@settings(deadline=None)
@given(chunked(STREAMS), st.integers(3, 40))
def test_a_limit_does_not_depend_on_chunks(chunks: list[bytes], limit: int) -> None:
    whole = decode_limited([b"".join(chunks)], limit)
    assert decode_limited(chunks, limit) == whole
    unlimited = [item for part in decode(chunks) for item in part]
    assert whole[0] == unlimited[: len(whole[0])]
    assert whole[1] or whole[0] == unlimited


def test_the_limit_is_met_before_the_line_ends() -> None:
    decoder = Decoder(max_event_bytes=10)
    assert decoder.feed(b"data: 7890") == []
    with pytest.raises(SSELimitError):
        decoder.feed(b"1")


def test_beyond_the_limit_the_error_stays() -> None:
    decoder = Decoder(max_event_bytes=10)
    assert decoder.feed(b"data: x\n\n" + b"data: " + b"y" * 10) == [Frame("", "x", None, None)]
    calls: list[Callable[[], object]] = [lambda: decoder.feed(b"\n\n"), decoder.close]
    for call in calls * 2:
        with pytest.raises(SSELimitError, match="larger than the limit of 10 bytes"):
            call()


def test_limit_error_is_a_value_that_travels() -> None:
    error = SSELimitError(5)
    assert isinstance(error, ValueError)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert isinstance(other, SSELimitError)
        assert (other.limit, str(other)) == (5, str(error))


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_must_be_positive(limit: int) -> None:
    with pytest.raises(ValueError, match="max_event_bytes"):
        Decoder(max_event_bytes=limit)


# --- work grows with the stream, not with its square ---------------------------------------


def work(call: Callable[[], object]) -> int:
    """Count the bytes and characters that builtin methods were called on."""
    total = 0

    def profile(_frame: FrameType, event: str, arg: Any) -> None:
        nonlocal total
        if event == "c_call" and isinstance(owner := arg.__self__, bytes | bytearray | str):
            total += len(owner)

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return total


def line_of(size: int) -> bytes:
    return b"data: " + b"x" * (size - 8) + b"\n\n"


@pytest.mark.parametrize("size", [1, 7, 1000, 65536])
@pytest.mark.parametrize("limit", [None, MiB])
def test_work_is_linear(size: int, limit: int | None) -> None:
    def feed(total: int) -> None:
        decoder = Decoder(max_event_bytes=limit)
        for chunk in chunks[total]:
            decoder.feed(chunk)

    chunks = {total: list(pieces(line_of(total), size)) for total in (MiB // 16, MiB // 4)}
    assert work(lambda: feed(MiB // 16)) <= 8 * MiB // 16
    assert work(lambda: feed(MiB // 4)) <= 8 * MiB // 4


def test_the_work_counter_sees_a_rescan() -> None:
    def rescan() -> None:
        buffer = bytearray()
        for chunk in pieces(line_of(MiB // 16), 64):
            buffer += chunk
            buffer.find(b"\n\n")

    assert work(rescan) > 100 * MiB // 16


@pytest.mark.parametrize("size", [4096, 65536, 32 * MiB])
def test_a_line_of_20_mib(size: int) -> None:
    stream = line_of(20 * MiB) * 2 + b"data: y\n\n"
    decoder = Decoder()
    tracemalloc.start()
    try:
        lengths = [
            len(item.data)
            for chunk in pieces(stream, size)
            for item in decoder.feed(chunk)
            if not isinstance(item, BareText)
        ]
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert lengths == [20 * MiB - 8, 20 * MiB - 8, 1]
    assert now < 2 * min(size, len(stream)) + MiB
    assert peak < 5 * 20 * MiB + 2 * min(size, len(stream))


@given(
    st.lists(st.sampled_from([b"data: x", b"data:yy", b"data:", b"id: 1", b"\n", b"\r", b"?"])),
    st.integers(1, 12),
    st.integers(0, 40),
)
def test_long_data_is_the_same_data_not_yet_decoded(
    parts: list[bytes], long: int, size: int
) -> None:
    stream = b"data: " + b"\xe2\x82\xac\xff" * size + b"\n\n" + b"".join(parts) + b"\n\n"
    for chunk_size in (1, 3, len(stream)):
        decoder = Decoder(long=long)
        items = [item for chunk in pieces(stream, chunk_size) for item in decoder.feed(chunk)]
        assert [as_frame(item) for item in items] == decode([stream])[0]
        assert decoder.close() == decode([stream])[1]
        assert isinstance(items[0], LongFrame) == (4 * size + len("data: ") > long)


def as_frame(item: Item) -> Item:
    if not isinstance(item, LongFrame):
        return item
    return Frame(item.event, as_text(item.data), item.id, item.retry, item.complete)


def test_a_long_line_byte_by_byte() -> None:
    stream = line_of(2 * MiB)
    assert decode(pieces(stream, 1)) == ([Frame("", "x" * (2 * MiB - 8), None, None)], [])


def test_comments_are_not_kept() -> None:
    decoder = Decoder(max_event_bytes=16)
    tracemalloc.start()
    try:
        assert not any(decoder.feed(b": keep-alive\n") for _ in range(50_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 1024
    assert decoder.close() == []
