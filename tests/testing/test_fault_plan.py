"""Which requests a planned fault hits."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions.testing import FaultPlan, RecordedRequest
from gemini_interactions.testing.fault_plan import parse_faults

CREATE = ("POST", "/v1/interactions", "", b'{"model": "m", "input": "x"}')
STREAM = ("POST", "/v1/interactions", "", b'{"stream": true}')
POLL = ("GET", "/v1/interactions/a", "", b"")
REPLAY = ("GET", "/v1/interactions/a", "stream=true", b"")
RESUME = ("GET", "/v1/interactions/a", "stream=true&last_event_id=e", b"")
DELETE = ("DELETE", "/v1/interactions/a", "", b"")
ALL = {
    "create": CREATE,
    "stream": STREAM,
    "poll": POLL,
    "replay": REPLAY,
    "resume": RESUME,
    "delete": DELETE,
}


def hit(plan: FaultPlan, line: tuple[str, str, str, bytes], **headers: str) -> list[str]:
    method, path, query, body = line
    request = RecordedRequest(method, path, query, headers, body)
    return [fault.name for fault in plan.hits(request)]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({}, list(ALL)),
        ({"on": "create"}, ["create", "stream"]),
        ({"on": "stream"}, ["stream", "replay", "resume"]),
        ({"on": "resume"}, ["resume"]),
        ({"on": "poll"}, ["poll"]),
        ({"method": "get"}, ["poll", "replay", "resume"]),
        ({"on": "delete", "method": "GET"}, []),
    ],
)
def test_choice_of_requests(choice: dict[str, str], names: list[str]) -> None:
    plan = FaultPlan()
    plan.add("error", hits=0, **choice)
    assert [name for name, line in ALL.items() if hit(plan, line)] == names


def test_faults_of_streams_only_meet_streams() -> None:
    plan = FaultPlan(["stall hits=0"])
    assert [name for name, line in ALL.items() if hit(plan, line)] == ["stream", "replay", "resume"]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("error", [1]),
        ("error nth=3", [3]),
        ("error nth=2 hits=2", [2, 3]),
        ("error hits=0", [1, 2, 3, 4, 5]),
        ("error nth=4 hits=0", [4, 5]),
        ("error p=0", []),
    ],
)
def test_counting(text: str, hits: list[int]) -> None:
    plan = FaultPlan([text])
    assert [number for number in range(1, 6) if hit(plan, POLL)] == hits


def test_chance_depends_on_the_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        plan = FaultPlan(["error p=0.5 hits=0"], seed)
        return [bool(hit(plan, POLL)) for _ in range(64)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert 16 < sum(drawn(1)) < 48


def test_a_header_is_for_one_request() -> None:
    plan = FaultPlan()
    assert hit(plan, STREAM, **{"x-test-fault": "eof after=1; bom"}) == ["bom", "eof"]
    assert hit(plan, STREAM) == []


def test_arguments_take_the_type_of_their_default() -> None:
    (fault,) = parse_faults("bare_error after=3 blank_line=no message='two words'")
    assert fault.name == "bare-error"
    assert fault.arguments == {"after": 3, "blank_line": False, "message": "two words"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("explode", "unknown fault 'explode'"),
        ("eof afer=1", "no option 'afer'"),
        ("eof after=x", "after must be int"),
        ("eof 3", "key=value"),
        ("eof on=tuesday", "unknown 'on'"),
    ],
)
def test_mistakes_are_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FaultPlan([text])


def test_mistakes_in_a_header_reach_the_caller(api: Any) -> None:
    reply = api.call("GET", "/v1/interactions/x", headers={"x-test-fault": "explode"})
    assert reply.status == 500
    assert "unknown fault 'explode'" in reply.json()["error"]["message"]
