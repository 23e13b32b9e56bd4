"""Every form of recorded traffic gives the same payloads."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_interactions.conformance.findings import Finding
from gemini_interactions.conformance.inputs import (
    Item,
    Reading,
    Source,
    StreamEnd,
    StreamEvent,
    StreamStart,
    Subject,
    find_sources,
    read,
)
from gemini_interactions.conformance.inputs.unpacking import Unpacked, UnpackingError, gunzip
from gemini_interactions.conformance.recordings import Exchange

Record = Callable[[Path, Sequence[Exchange]], Path]
Shape = list[tuple[Any, ...]]


def shape(items: Iterator[Item]) -> Shape:
    """What was read, without where it was."""
    found: Shape = []
    for item in items:
        if isinstance(item, Subject):
            found.append((item.kind, item.payload))
        elif isinstance(item, StreamEvent):
            found.append(("event", item.payload))
        elif isinstance(item, Finding):
            found.append((item.kind, item.deviation.rule, item.place.position))
        else:
            found.append((type(item).__name__,))
    return found


def events_of(exchange: Exchange) -> list[Any]:
    assert exchange.response is not None
    assert exchange.response.events is not None
    return [json.loads(e.data) for e in exchange.response.events if e.data != "[DONE]"]


def sse_of(exchange: Exchange) -> bytes:
    assert exchange.response is not None
    assert exchange.response.events is not None
    frames = [f"event: {e.event}\ndata: {e.data}\n\n" for e in exchange.response.events]
    return "".join(frames).encode()


def har_of(exchanges: Sequence[Exchange], *, encode: bool = False) -> Any:
    entries: list[Any] = []
    for exchange in exchanges:
        request, response = exchange.request, exchange.response
        assert response is not None
        body = response.body if response.events is None else sse_of(exchange)
        text = base64.b64encode(body).decode() if encode else body.decode()
        content: Any = {"size": len(body), "mimeType": "x", "text": text}
        if encode:
            content["encoding"] = "base64"
        said: Any = {
            "method": request.method,
            "url": request.url,
            "headers": [{"name": k, "value": v} for k, v in request.headers.items()],
            "bodySize": len(request.body),
        }
        if request.body:
            said["postData"] = {"mimeType": "application/json", "text": request.body.decode()}
        headers = [{"name": k, "value": v} for k, v in response.headers.items()]
        answer = {"status": response.status, "headers": headers, "content": content}
        entries.append({"request": said, "response": answer})
    return {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}}


def put(path: Path, content: Any) -> Source:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return Source(str(path), path.stat().st_size)


def events_expected(exchange: Exchange) -> Shape:
    events = [("event", event) for event in events_of(exchange)]
    return [("StreamStart",), *events, ("StreamEnd",)]


def expected(exchanges: Sequence[Exchange]) -> Shape:
    created, got = exchanges
    assert got.response is not None
    return [
        ("request", json.loads(created.request.body)),
        *events_expected(created),
        ("interaction", json.loads(got.response.body)),
    ]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", ["events", "array", "pretty", "lines"])
def test_forms_of_a_stream(turn: list[Exchange], tmp_path: Path, form: str, packed: bool) -> None:
    created = turn[0]
    events = events_of(created)
    contents: dict[str, bytes] = {
        "events": sse_of(created),
        "array": json.dumps(events).encode(),
        "pretty": json.dumps(events, indent=2).encode(),
        "lines": "\n".join(map(json.dumps, events)).encode(),
    }
    content = contents[form]
    source = put(tmp_path / "x.txt", gzip.compress(content) if packed else content)
    reading = Reading()
    assert shape(read(source, reading=reading)) == events_expected(created)
    assert reading.form == {"array": "json", "pretty": "json"}.get(form, form)
    assert abs(reading.size - len(content)) <= 1


@pytest.mark.parametrize("family", [0, 1])
@pytest.mark.parametrize("encode", [False, True], ids=["plain", "base64"])
def test_har(turns: list[list[Exchange]], tmp_path: Path, family: int, encode: bool) -> None:
    source = put(tmp_path / "x.har", har_of(turns[family], encode=encode))
    items = list(read(source))
    assert shape(iter(items)) == expected(turns[family])
    revisions = {item.revision for item in items if isinstance(item, (Subject, StreamStart))}
    assert revisions == {("2026-05-20", "2026-05-07")[family]}


def test_recording(turns: list[list[Exchange]], tmp_path: Path, record: Record) -> None:
    for number, exchanges in enumerate(turns):
        path = record(tmp_path / f"{number}.jsonl", exchanges)
        items = list(read(Source(str(path))))
        assert shape(iter(items)) == expected(exchanges)
        times = [item.at for item in items if isinstance(item, StreamEvent)]
        assert all(times)
        assert times == sorted(times, key=lambda time: time or 0)
        (end,) = [item for item in items if isinstance(item, StreamEnd)]
        assert end.done


def test_concatenated_streams(turns: list[list[Exchange]], tmp_path: Path) -> None:
    first, second = turns[0][0], turns[2][0]
    wanted = [*events_expected(first), *events_expected(second)]
    assert shape(read(put(tmp_path / "x.sse", sse_of(first) + sse_of(second)))) == wanted
    lines = "\n".join(json.dumps(event) for event in events_of(first) + events_of(second))
    assert shape(read(put(tmp_path / "x.jsonl", lines))) == wanted


def test_streams_that_broke_off_are_told_apart_by_id(
    turns: list[list[Exchange]], tmp_path: Path
) -> None:
    first, second = events_of(turns[0][0])[:4], events_of(turns[2][0])[:4]
    one = [("StreamStart",), *(("event", event) for event in first), ("StreamEnd",)]
    two = [("StreamStart",), *(("event", event) for event in second), ("StreamEnd",)]
    lines = "\n".join(json.dumps(event) for event in first + second)
    assert shape(read(put(tmp_path / "x.jsonl", lines))) == one + two
    again = "\n".join(json.dumps(event) for event in first + first)
    assert shape(read(put(tmp_path / "x.jsonl", again))).count(("StreamStart",)) == 1


def test_kinds_are_recognised(turn: list[Exchange], tmp_path: Path) -> None:
    created, got = turn
    assert got.response is not None
    values: dict[str, Any] = {
        "request": json.loads(created.request.body),
        "interaction": json.loads(got.response.body),
        "error": {"error": {"code": "not_found", "message": "no"}},
    }
    for kind, value in values.items():
        assert shape(read(put(tmp_path / "x.json", value))) == [(kind, value)]
    lines = "\n\n".join(map(json.dumps, values.values())) + "\n"
    assert shape(read(put(tmp_path / "x.jsonl", lines))) == [*values.items()]
    assert shape(read(put(tmp_path / "x.json", [*values.values()]))) == [*values.items()]


def test_as_decides(tmp_path: Path) -> None:
    source = put(tmp_path / "x.jsonl", '{"event_type": "a"}\n{"status": "completed"}\n')
    both = [{"event_type": "a"}, {"status": "completed"}]
    for kind in ("request", "interaction", "event", "error"):
        assert shape(read(source, as_=kind)) == [(kind, value) for value in both]
    together = [("StreamStart",), ("event", both[0]), ("event", both[1]), ("StreamEnd",)]
    assert shape(read(source, as_="stream")) == together


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "marked"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends(tmp_path: Path, mark: bytes, end: str) -> None:
    value = {"model": "m", "input": "é"}
    lines = end.join([json.dumps(value, ensure_ascii=False)] * 2).encode()
    assert shape(read(put(tmp_path / "x.jsonl", mark + lines))) == [("request", value)] * 2
    pretty = json.dumps(value, indent=1).replace("\n", end).encode()
    assert shape(read(put(tmp_path / "x.json", mark + pretty))) == [("request", value)]


def test_errors_in_and_instead_of_streams(turn: list[Exchange], tmp_path: Path) -> None:
    error = {"error": {"code": "internal", "message": "x"}}
    start = sse_of(turn[0])[:300].rpartition(b"\n\n")[0] + b"\n\n"
    framed = start + f"data: {json.dumps(error)}\n\n".encode()
    bare = start + json.dumps([error], indent=1).encode() + b"\n\n"
    assert ("error", error) in shape(read(put(tmp_path / "x.sse", framed)))
    assert ("error", [error]) in shape(read(put(tmp_path / "x.sse", bare)))


# --- bytes -------------------------------------------------------------------------------------


class Drip(io.RawIOBase):
    """A file that gives as much as it likes."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.data = data
        self.sizes = sizes

    def read(self, size: int = -1, /) -> bytes:
        size = self.sizes.pop() if self.sizes else 7
        found, self.data = self.data[:size], self.data[size:]
        return found


sizes = st.lists(st.integers(1, 20), max_size=30)
texts = st.lists(st.text("ab\r\né", max_size=12)).map(lambda parts: "\n".join(parts).encode())


@settings(deadline=None)
@given(texts, sizes, st.integers(1, 9), st.integers(0, 30))
def test_lines_are_what_split_gives(data: bytes, cuts: list[int], limit: int, head: int) -> None:
    unpacked = Unpacked(Drip(data, cuts), limit)  # type: ignore[arg-type]
    assert unpacked.head(head) == data[:head]
    lines = list(unpacked.lines())
    wanted = data.split(b"\n")
    if not wanted[-1]:
        wanted.pop()
    assert [line.number for line in lines] == list(range(1, len(wanted) + 1))
    assert [line.size for line in lines] == [len(line) for line in wanted]
    assert [line.data for line in lines] == [line[:limit] for line in wanted]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3), sizes, st.integers(0, 400))
def test_gzip_members_and_cuts(parts: list[bytes], cuts: list[int], cut: int) -> None:
    """All members come out; of a cut file, what was there comes out before the error."""
    packed = b"".join(map(gzip.compress, parts))
    data = b"".join(parts)
    file = Drip(packed, list(cuts))
    assert b"".join(gunzip(iter(lambda: file.read(), b""))) == data
    short = packed[: max(1, cut % len(packed))]
    file = Drip(short, list(cuts))
    found, problem = b"", None
    ends = [sum(len(gzip.compress(part)) for part in parts[:n]) for n in range(len(parts) + 1)]
    try:
        for chunk in gunzip(iter(lambda: file.read(), b"")):
            found += chunk
    except UnpackingError as error:
        problem = (error.rule, str(error))
    if len(short) in ends:
        assert problem is None
    else:
        what = f"the gzip data ends early, after {len(found)} unpacked bytes"
        assert problem == ("truncated-gzip", what)
    assert data.startswith(found)


def test_a_small_gzip_can_hold_much(tmp_path: Path) -> None:
    value = json.dumps({"model": "m", "input": "x" * 1000})
    packed = gzip.compress((value + "\n").encode() * 20_000)
    assert len(packed) < 200_000
    source = put(tmp_path / "x.jsonl.gz", packed)
    assert sum(isinstance(item, Subject) for item in read(source)) == 20_000


# --- folders -----------------------------------------------------------------------------------


def test_folders_in_order(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/1.jsonl.gz", "a.har", ".hidden/x.json", ".x.json", "notes.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    (tmp_path / "loop").symlink_to(tmp_path)
    sources = find_sources([str(tmp_path), "-", str(tmp_path / "notes.md")])
    names = [source.path.removeprefix(f"{tmp_path}/") for source in sources.found]
    assert names == ["a.har", "b/1.jsonl.gz", "b/2.json", "-", "notes.md"]
    assert sources.skipped == 1
    assert not sources.problems
