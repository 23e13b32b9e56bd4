"""What cannot be read is told with its name and position, and the rest goes on."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gemini_interactions.conformance.corpus import examine_all
from gemini_interactions.conformance.examining import Options
from gemini_interactions.conformance.findings import Finding
from gemini_interactions.conformance.inputs import Source, StreamEvent, Subject, find_sources, read
from gemini_interactions.conformance.recordings import Exchange

Record = Callable[[Path, Sequence[Exchange]], Path]

GOOD = '{"model": "gemini-3-flash-preview", "input": "x"}'
REQUEST = json.loads(GOOD)
STREAM = b'data: {"event_type": "step.stop", "index": 0}\n\n'
HAR = {"log": {"version": "1.2", "entries": []}}


def problems(items: Sequence[Any]) -> list[tuple[str, str]]:
    found = [item for item in items if isinstance(item, Finding) and item.kind == "input"]
    return [(item.deviation.rule, item.place.position) for item in found]


def entry(**changes: Any) -> Any:
    request = {
        "method": "POST",
        "url": "http://x/v1beta/interactions",
        "headers": [],
        "bodySize": 40,
        "postData": {"text": GOOD},
    }
    response = {"status": 200, "headers": [], "content": {"size": 2, "text": '{"status": "x"}'}}
    return {"request": request, "response": response, **changes}


def har(*entries: Any) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


LINES = f"{GOOD}\n%s\n{GOOD}\n"
CASES: dict[str, tuple[str, bytes, list[tuple[str, str]], int]] = {
    # name: file name, content, problems, payloads that were read all the same
    "nothing": ("x.json", b"", [("empty", "")], 0),
    "blank": ("x.jsonl", b" \n\n", [("empty", "")], 0),
    "blank pages": ("x.jsonl", b"\n" * 9000, [("empty", "")], 0),
    "nothing, packed": ("x.json.gz", gzip.compress(b""), [("empty", "")], 0),
    "a picture": ("x.har", b"\x89PNG\r\n\x1a\n\0\0\0", [("unknown-form", "")], 0),
    "prose": ("x.json", b"Dear diary", [("unknown-form", "")], 0),
    "UTF-16": ("x.json", GOOD.encode("utf-16"), [("unknown-form", "")], 0),
    "broken": ("x.json", b'{"model": ', [("json", "line 1")], 0),
    "broken over lines": ("x.json", b'{"model":\n1,\n', [("json", "")], 0),
    "a broken line": ("x.jsonl", (LINES % "{broken").encode(), [("json", "line 2")], 2),
    "a broken first line": ("x.jsonl", f"x\n{GOOD}\n".encode(), [("json", "line 1")], 1),
    "NaN": ("x.jsonl", (LINES % '{"model": NaN}').encode(), [("json", "line 2")], 2),
    "huge number": ("x.jsonl", (LINES % ("9" * 5000)).encode(), [("json", "line 2")], 2),
    "nested": ("x.jsonl", (LINES % ("[" * 100_000)).encode(), [("json", "line 2")], 2),
    "bad byte": ("x.jsonl", LINES.encode() % b'{"a": "\xff"}', [("utf-8", "line 2")], 2),
    "bad byte alone": ("x.json", b'{"a": "\xff"}', [("utf-8", "line 1")], 0),
    "bad byte in an event": ("x.sse", STREAM + b"data: \xff\n\n", [("utf-8", "byte 53")], 1),
    "anything": ("x.jsonl", (LINES % '{"x": 1}').encode(), [("unknown-kind", "line 2")], 2),
    "a number": ("x.json", b"[7]", [("unknown-kind", "item 1")], 0),
    "empty array": ("x.json", b"[]", [("empty", "")], 0),
    "not gzip": ("x.json.gz", GOOD.encode(), [("misnamed", "")], 1),
    "no HAR": ("x.har", GOOD.encode(), [("misnamed", "")], 1),
    "events, not JSON": ("x.json", STREAM, [("misnamed", "")], 1),
    "lines, not a document": ("x.json", (LINES % GOOD).encode(), [("misnamed", "")], 3),
    "truncated gzip": (
        "x.jsonl.gz",
        gzip.compress((GOOD + "\n").encode() * 3)[:-9],
        [("truncated-gzip", "after line 3")],
        3,
    ),
    "gzip that ends behind a value": (
        "x.json.gz",
        gzip.compress(f"{GOOD}\n[".encode() + random.Random(7).randbytes(9000).hex().encode())[
            :-3000
        ],
        [("truncated-gzip", "after line 1")],
        1,
    ),
    "broken gzip": ("x.json.gz", b"\x1f\x8b" + b"x" * 50, [("broken-gzip", "")], 0),
    "HAR of something else": ("x.har", json.dumps(HAR).encode(), [("empty-har", "")], 0),
    "HAR without bodies": (
        "x.har",
        har(
            entry(request={**entry()["request"], "postData": None}),
            entry(response={"status": 200, "headers": [], "content": {"size": 9}}),
            entry(),
        ),
        [("no-body", "entry 1"), ("no-body", "entry 2")],
        4,
    ),
    "HAR with a broken entry": ("x.har", har({"request": 1}, entry()), [("har", "entry 1")], 2),
    "HAR with bad base64": (
        "x.har",
        har(
            entry(
                response={
                    "status": 200,
                    "headers": [],
                    "content": {"text": "%", "encoding": "base64"},
                }
            )
        ),
        [("har", "entry 1"), ("empty-har", "")],
        0,
    ),
    "a recording of nothing": (
        "x.jsonl",
        b'{"recording": "gemini-interactions", "version": 1}\n',
        [("empty", "")],
        0,
    ),
    "a recording of the future": (
        "x.jsonl",
        b'{"recording": "gemini-interactions", "version": 2}\n{}\n',
        [("recording", "line 1")],
        0,
    ),
    "a recording with odd lines": (
        "x.jsonl",
        b'{"recording": "gemini-interactions", "version": 1}\n{"request": 7}\n{broken\n[]\n',
        [("recording", "line 2"), ("json", "line 3"), ("recording", "line 4")],
        0,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_inputs(tmp_path: Path, case: str) -> None:
    name, content, wanted, payloads = CASES[case]
    (tmp_path / name).write_bytes(content)
    items = list(read(Source(str(tmp_path / name))))
    assert problems(items) == wanted
    assert sum(isinstance(item, (Subject, StreamEvent)) for item in items) == payloads
    assert all(item.place.source == str(tmp_path / name) for item in items)
    assert all(i.deviation.message for i in items if isinstance(i, Finding))


def test_bodies_that_a_har_left_out_are_nobody_s_fault(tmp_path: Path) -> None:
    """Nothing is said about the traffic where it is only not there."""
    (tmp_path / "x.har").write_bytes(CASES["HAR without bodies"][1])
    found = [item for item in read(Source(str(tmp_path / "x.har"))) if isinstance(item, Finding)]
    assert [each.kind for each in found] == ["input", "input"]
    assert all("export the HAR again" in each.deviation.message for each in found)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["x", "x.json", "x.jsonl", "x.har", "x.sse.gz"]))
def test_no_bytes_stop_the_reading(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    for data in (content, b"{" + content, b"data: " + content, gzip.compress(content)[:-1]):
        path.write_bytes(data)
        for item in read(Source(str(path))):
            assert item.place.source == str(path)


NAMES = (
    *("log", "entries", "request", "response", "method", "url", "headers", "name", "value"),
    *("content", "text", "status", "postData", "encoding", "events", "t", "data", "recording"),
    *("version", "body", "event_type", "error", "id", "steps", "outputs", "interaction", "index"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(json_values, min_size=1, max_size=3))
def test_no_json_stops_the_judging(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    """Also not what looks like a HAR or a recording, and is none."""
    header = {"recording": "gemini-interactions", "version": 1}
    url = "http://x/v1beta/interactions"
    request = {"method": "POST", "url": url, "headers": [], "postData": {"text": "{}"}}
    shells = (
        values,
        {"log": {"entries": values}},
        {"log": {"entries": [{"request": request, "response": value} for value in values]}},
    )
    folder = tmp_path_factory.getbasetemp() / "shells"
    folder.mkdir(exist_ok=True)
    for number, shell in enumerate(shells):
        (folder / f"{number}.json").write_text(json.dumps(shell))
    lines = [header, *values, *({"request": request, "response": value} for value in values)]
    (folder / "3.jsonl").write_text("\n".join(map(json.dumps, lines)))
    report = examine_all(find_sources([str(folder)]), Options())
    assert len(report.inputs) == 4


def test_long_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f'{GOOD}\n{{"input": "{"x" * 5000}"}}\n{GOOD}\n')
    items = list(read(Source(str(path)), limit=1000))
    assert problems(items) == [("too-large", "line 2")]
    assert sum(isinstance(item, Subject) for item in items) == 2


def test_long_documents_and_events(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps([REQUEST] * 100, indent=1))
    assert problems(list(read(Source(str(path)), limit=1000))) == [("too-large", "")]
    path = tmp_path / "x.sse"
    path.write_bytes(STREAM + b"data: " + b"x" * 5000 + b"\n\n" + STREAM)
    items = list(read(Source(str(path)), limit=1000))
    assert problems(items) == [("too-large", "event 2")]
    assert sum(isinstance(item, StreamEvent) for item in items) == 1


MEASURED = """
import resource, sys
from gemini_interactions.conformance.examining import Options, examined
from gemini_interactions.conformance.inputs import Source
small = examined(Source(sys.argv[1]), Options())
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = examined(Source(sys.argv[2]), Options(limit=1 << 20))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(after - before, report.totals.requests, [
    (f.deviation.rule, f.place.position, f.deviation.message) for f in report.unreadable])
"""


def test_a_line_of_a_gigabyte_is_not_held(tmp_path: Path) -> None:
    """Real bytes from a real file, which the file system keeps as a hole."""
    small, large = tmp_path / "s.jsonl", tmp_path / "l.jsonl"
    small.write_text(GOOD + "\n")
    with large.open("wb") as file:
        file.write(f"{GOOD}\n[".encode())
        file.seek(1 << 30, os.SEEK_CUR)
        file.write(f"]\n{GOOD}\n".encode())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", MEASURED, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    grown, requests, told = done.stdout.split(maxsplit=2)
    assert int(grown) < 20_000, "kilobytes"
    assert requests == "2"
    assert f"('too-large', 'line 2', 'a line of {(1 << 30) + 2} bytes" in told


def test_unreadable_paths(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.md").write_text("x")
    (tmp_path / "link.json").symlink_to("nowhere")
    (tmp_path / "good.json").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.json")
    paths = [str(tmp_path / name) for name in ("empty", "other", "", "missing.json")]
    report = examine_all(find_sources(paths), Options())
    told = [
        (f.deviation.rule, Path(f.place.source).name, f.deviation.message)
        for f in report.unreadable
    ]
    missing = "it cannot be read: No such file or directory"
    assert told[:2] == [
        ("unreadable", "link.json", missing),
        ("unreadable", "missing.json", missing),
    ]
    assert [each[:2] for each in told[2:]] == [("empty-folder", "empty"), ("empty-folder", "other")]
    assert report.totals.requests == 1
    assert report.skipped == 2


@pytest.mark.skipif(sys.platform != "linux", reason="such a file is a speciality of Linux")
def test_files_that_open_and_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(GOOD)
    paths = ["/proc/self/mem", str(tmp_path / "good.json")]
    report = examine_all(find_sources(paths), Options())
    (problem,) = report.unreadable
    assert problem.deviation.message == "it cannot be read: Input/output error"
    assert report.totals.requests == 1
