"""What is read out of requests and responses, and how streams of several exchanges go together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from gemini_interactions.conformance.examining import Options, examined
from gemini_interactions.conformance.findings import Finding, Place
from gemini_interactions.conformance.inputs import Source, StreamStart, Subject
from gemini_interactions.conformance.inputs.exchanges import items_of
from gemini_interactions.conformance.recordings import Exchange, Request, Response
from gemini_interactions.conformance.report import Report

Record = Callable[[Path, Sequence[Exchange]], Path]
JSON = {"content-type": "application/json"}
ANSWER = b'{"id": "i", "status": "completed"}'
BODY = b'{"model": "gemini-3-flash-preview", "input": "x"}'
BASE = "https://host/v1beta/interactions"


def read(method: str, url: str, body: bytes, response: Response | None) -> list[Any]:
    request = Request(method=method, url=url, headers={"API-REVISION": "2026-05-07"}, body=body)
    place = Place(source="x", position="line 2")
    return list(items_of(Exchange(request=request, response=response), place, 1 << 20))


def told(items: Sequence[Any]) -> list[tuple[str, str]]:
    return [
        (item.kind, item.deviation.rule if isinstance(item, Finding) else item.place.position)
        for item in items
        if isinstance(item, (Finding, Subject))
    ]


def answer(status: int = 200, body: bytes = ANSWER) -> Response:
    return Response(status=status, headers=JSON, body=body)


ASKED = ("request", "line 2, request")
CASES: dict[str, tuple[str, str, bytes, Response | None, list[tuple[str, str]]]] = {
    "create": ("POST", BASE, BODY, answer(), [ASKED, ("interaction", "line 2, response")]),
    "vertex": (
        "post",
        "/v1beta1/projects/p/locations/l/interactions?x=y",
        BODY,
        answer(),
        [ASKED, ("interaction", "line 2, response")],
    ),
    "get": ("GET", f"{BASE}/i", b"", answer(), [("interaction", "line 2, response")]),
    "cancel": ("POST", f"{BASE}/i/cancel", b"{}", answer(), [("interaction", "line 2, response")]),
    "delete": ("DELETE", f"{BASE}/i", b"", answer(200, b"{}"), []),
    "refused delete": (
        "DELETE",
        f"{BASE}/i",
        b"",
        answer(404, b'{"error": {}}'),
        [("error", "line 2, response")],
    ),
    "refused": ("POST", BASE, BODY, answer(400, b"{}"), [ASKED, ("error", "line 2, response")]),
    "no answer": ("POST", BASE, BODY, None, [ASKED]),
    "aborted": ("POST", BASE, BODY, answer(0, b""), [ASKED]),
    "no request": ("POST", BASE, b"", None, [("request", "no-body")]),
    "no JSON": ("POST", BASE, b"{", None, [("request", "json")]),
    "nothing answered": ("GET", f"{BASE}/i", b"", answer(200, b""), [("interaction", "no-body")]),
    "nothing said of an error": ("GET", f"{BASE}/i", b"", answer(502, b""), []),
    "a page": ("GET", f"{BASE}/i", b"", answer(502, b"<html>"), [("error", "json")]),
    "no stream": (
        "GET",
        f"{BASE}/i?stream=true",
        b"",
        answer(),
        [("interaction", "not-a-stream"), ("interaction", "line 2, response")],
    ),
    "no stream either": (
        "POST",
        BASE,
        BODY[:-1] + b', "stream": true}',
        answer(),
        [ASKED, ("interaction", "not-a-stream"), ("interaction", "line 2, response")],
    ),
    "another service": ("POST", "https://host/v1beta/models/x", BODY, answer(), []),
}


@pytest.mark.parametrize("case", CASES)
def test_exchanges(case: str) -> None:
    method, url, body, response, wanted = CASES[case]
    items = read(method, url, body, response)
    assert told(items) == wanted
    assert {item.revision for item in items if isinstance(item, Subject)} <= {"2026-05-07"}


def test_errors_in_arrays_as_gateways_send_them() -> None:
    (item,) = read("GET", f"{BASE}/i", b"", answer(503, b'[{"error": {"code": "x"}}]'))
    assert item.payload == {"error": {"code": "x"}}


def test_unknown_revisions_name_none() -> None:
    request = Request(method="POST", url=BASE, headers={"Api-Revision": "1999"}, body=BODY)
    (item,) = items_of(Exchange(request=request), Place(source="x"), 100)
    assert isinstance(item, Subject)
    assert item.revision is None


# --- streams over several exchanges ------------------------------------------------------------


def judged(record: Record, path: Path, exchanges: Sequence[Exchange]) -> Report:
    return examined(Source(str(record(path, exchanges))), Options())


def rules(report: Report) -> list[str]:
    return sorted(group.rule for group in report.groups.values() if group.known is None)


def cut(created: Exchange, start: int, stop: int | None, *, left: bool = False) -> Response:
    assert created.response is not None
    assert created.response.events is not None
    return evolve(created.response, events=created.response.events[start:stop], left=left)


def resumed(created: Exchange, got: Exchange, at: int) -> Exchange:
    """What a client asks for after so many events, and gets."""
    assert created.response is not None
    assert created.response.events is not None
    cursor = json.loads(created.response.events[at - 1].data)["event_id"]
    url = f"{got.request.url}?stream=true&last_event_id={cursor}"
    request = evolve(got.request, url=url)
    return Exchange(request=request, response=cut(created, at, None))


@pytest.mark.parametrize("family", [0, 1])
def test_a_turn_conforms(
    turns: list[list[Exchange]], tmp_path: Path, record: Record, family: int
) -> None:
    report = judged(record, tmp_path / "x.jsonl", turns[family])
    assert rules(report) == []
    assert report.totals.streams == report.totals.requests == report.totals.interactions == 1
    assert [timeline.timed for timeline in report.timelines] == [True]


@pytest.mark.parametrize("family", [0, 1])
def test_resumed_streams_are_one(
    turns: list[list[Exchange]], tmp_path: Path, record: Record, family: int
) -> None:
    created, got = turns[family]
    for at in (3, 5, 8):
        first = evolve(created, response=cut(created, 0, at))
        whole = [first, resumed(created, got, at), got]
        report = judged(record, tmp_path / "x.jsonl", whole)
        assert rules(report) == []
        assert len(report.timelines) == 1
        assert rules(judged(record, tmp_path / "x.jsonl", [first])) == ["done", "terminal"]
        skipped = [first, resumed(created, got, at + 1), got]
        assert "terminal" not in rules(judged(record, tmp_path / "x.jsonl", skipped))


def test_a_resumed_stream_whose_start_was_not_recorded(
    turn: list[Exchange], tmp_path: Path, record: Record
) -> None:
    created, got = turn
    report = judged(record, tmp_path / "x.jsonl", [resumed(created, got, 5), got])
    assert rules(report) == []


def test_streams_that_the_client_left(turn: list[Exchange], tmp_path: Path, record: Record) -> None:
    left = evolve(turn[0], response=cut(turn[0], 0, 4, left=True))
    assert rules(judged(record, tmp_path / "x.jsonl", [left])) == []


def test_what_is_stored_is_compared(turn: list[Exchange], tmp_path: Path, record: Record) -> None:
    created, got = turn
    assert got.response is not None
    other = json.loads(got.response.body)
    other["steps"][-1]["content"][0]["text"] += "!"
    changed = evolve(got, response=evolve(got.response, body=json.dumps(other).encode()))
    report = judged(record, tmp_path / "x.jsonl", [created, changed])
    assert rules(report) == ["stored"]
    running = {**other, "status": "in_progress"}
    changed = evolve(got, response=evolve(got.response, body=json.dumps(running).encode()))
    assert rules(judged(record, tmp_path / "x.jsonl", [created, changed, got])) == []


def test_many_streams_wait_for_little(
    turns: list[list[Exchange]], tmp_path: Path, record: Record
) -> None:
    """Beyond a bound, the oldest is judged as it is: nothing is lost, nothing is twice."""
    created = turns[0][0]
    assert created.response is not None
    assert created.response.events is not None
    name = json.loads(created.response.events[0].data)["interaction"]["id"]
    exchanges: list[Exchange] = []
    for number in range(100):
        events = tuple(
            evolve(event, data=event.data.replace(name, f"i{number}"))
            for event in created.response.events[:-1]
        )
        exchanges.append(evolve(created, response=evolve(created.response, events=events)))
    report = judged(record, tmp_path / "x.jsonl", exchanges)
    assert {group.rule: group.count for group in report.groups.values() if not group.known} == {
        "done": 100
    }
    assert report.totals.streams == 100


def test_starts_name_what_they_resume(turn: list[Exchange]) -> None:
    created, got = turn
    resume = resumed(created, got, 5)
    starts = [i for i in items_of(resume, Place(source="x"), 100) if isinstance(i, StreamStart)]
    assert [start.resumed for start in starts] == [got.request.url.rpartition("/")[2]]
