"""Resuming: every cursor gives exactly the rest."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions.testing import REVISIONS


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("background", [False, True])
def test_every_cursor_gives_the_tail(api: Any, revision: str, background: bool) -> None:
    tools = [{"type": "google_search"}, {"type": "function", "name": "look"}]
    events = api.stream(
        "Look.", tools=tools, background=background, headers={"Api-Revision": revision}
    )
    identity = events[0]["interaction"]["id"]

    assert api.resume(identity) == events
    for position, event in enumerate(events, start=1):
        assert api.resume(identity, event["event_id"]) == events[position:]


def test_a_broken_stream_goes_on_where_it_broke(api: Any) -> None:
    whole = api.stream("Count to 40")
    for after in range(1, len(whole)):
        api.server.faults.add("eof", after=after, on="create")
        data = api.stream_bytes("Count to 40")
        assert data.count(b"\n\n") == after
        identity = data.partition(b'"id":"')[2].partition(b'"')[0].decode()
        rest = api.resume(identity, whole[after - 1]["event_id"])
        expected = [event["event_type"] for event in whole[after:]]
        assert [event["event_type"] for event in rest] == expected


def test_an_unknown_cursor_is_refused(api: Any) -> None:
    identity = api.create()["id"]
    reply = api.call("GET", f"/v1/interactions/{identity}?stream=true&last_event_id=evt_999")
    assert (reply.status, reply.json()["error"]["code"]) == (400, "invalid_request")


def test_two_streams_follow_the_same_run(api: Any) -> None:
    api.server.script_statuses(["in_progress"])
    identity = api.create(background=True)["id"]
    path = f"/v1/interactions/{identity}?stream=true"
    streams = [api.call("GET", path, preload_content=False) for _ in range(2)]
    openings = [stream.read1() for stream in streams]
    api.cancel(identity)
    told = [
        opening + b"".join(iter(stream.read1, b""))
        for opening, stream in zip(openings, streams, strict=True)
    ]
    assert told[0] == told[1]
    assert told[0].count(b"event: interaction.completed") == 1


def test_duplicates_on_resume(api: Any) -> None:
    events = api.stream()
    identity, cursor = events[0]["interaction"]["id"], events[4]["event_id"]

    api.server.faults.add("duplicates", events=2, on="resume")
    assert api.resume(identity, cursor) == events[3:]
    assert api.resume(identity, cursor) == events[5:]
