"""The same events, however their bytes are spelled, cut and named."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import (
    StreamInterruptedError,
    Timeout,
    TimeoutExpiredError,
    UnknownEventError,
)
from gemini_interactions.testing import FAULTS, REVISIONS, InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
MARKS = "\u2028\u2029\x85"
SPELLINGS = [
    "multi-line",
    "noise",
    "line-endings style=cr",
    "line-endings style=crlf",
    "line-endings style=mixed",
    "bom",
    "id-lines nul=true",
    "id-lines nul=false",
    "event-name name=message",
    "event-name name=error",
    "event-name name=done",
    "no-event-name",
    "doubled",
    "comments after=2 times=2 every=0",
    "content-type value=application/json",
    "content-type value=text/html",
    "content-type value=",
    "close-delimited",
    "pace seconds=0.001",
    "slow-head seconds=0.01",
    "header name=content-encoding value=identity",
]
CUTS = ["", "; one-byte", "; pieces size=3", "; pieces size=4000"]


def ask(api: Any, text: Any = "Hello", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


def told(stream: Any) -> list[Any]:
    """Events without what differs between two interactions."""
    events = list(stream)
    for event in events:
        for found in (event, getattr(event, "interaction", None)):
            for name in ("id", "interaction_id", "created", "updated"):
                if hasattr(found, name):
                    setattr(found, name, None)
    return events


def test_the_spellings_are_those_of_the_server() -> None:
    assert {spelling.split()[0] for spelling in SPELLINGS} <= set(FAULTS)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelled_otherwise(
    server: InteractionsServer, client: ClientFactory, spelling: str, cut: str
) -> None:
    api = client(server)
    expected = told(ask(api))
    server.faults.parse(spelling + cut)
    stream = ask(api)
    assert told(stream) == expected
    assert stream.interaction == api.interactions.get(stream.interaction_id)
    assert [request.operation for request in server.requests] == ["create", "create", "get"]


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("spelling", ["line-endings style=cr; one-byte", "multi-line; pieces"])
def test_spelled_otherwise_in_every_revision(
    make_interactions_server: Any, client: ClientFactory, revision: str, spelling: str
) -> None:
    server = make_interactions_server(revision=revision)
    api = client(server, api_revision=revision)
    expected = told(ask(api))
    server.faults.parse(spelling)
    assert told(ask(api)) == expected


@pytest.mark.parametrize("ending", ["eof", "cut"])
@pytest.mark.parametrize("spelling", ["line-endings style=crlf", "multi-line", "bom", "id-lines"])
def test_spelled_otherwise_and_broken(
    server: InteractionsServer, client: ClientFactory, spelling: str, ending: str
) -> None:
    api = client(server)
    expected = told(ask(api))
    for at in range(400, 900, 50):
        server.faults.clear()
        server.faults.parse(f"{spelling}; pieces; {ending} at={at}")
        assert told(ask(api)) == expected, at


@pytest.mark.parametrize("cut", CUTS)
def test_separators_of_unicode(server: InteractionsServer, client: ClientFactory, cut: str) -> None:
    """U+2028, U+2029 and U+0085 end no line."""
    server.faults.parse("separators" + cut)
    text = ask(client(server)).until_done().output_text
    assert text == MARKS + 'You said: "Hello".'


@pytest.mark.parametrize("cut", CUTS)
def test_bytes_that_are_no_utf8(
    server: InteractionsServer, client: ClientFactory, cut: str
) -> None:
    server.faults.parse("bad-utf8" + cut)
    text = ask(client(server)).until_done().output_text
    assert text == '\N{REPLACEMENT CHARACTER}You said: "Hello".'


@pytest.mark.parametrize("cut", CUTS)
def test_characters_of_many_bytes(
    server: InteractionsServer, client: ClientFactory, cut: str
) -> None:
    prompt = "Gr\u00fc\u00dfe, \u4e16\u754c, \U0001f30d"
    if cut:
        server.faults.parse(cut)
    assert prompt in ask(client(server), prompt).until_done().output_text


def test_the_cursor_is_the_event_id_and_not_the_id_line(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("id-lines", nul=False)
    server.faults.add("eof", after=4, on="create")
    stream = ask(client(server))
    assert [stream.last_event_id for _ in stream][-1] == "evt_8"
    assert server.requests[1].last_event_id == "evt_3"


def test_events_without_an_id_that_come_twice(
    make_interactions_server: Any, client: ClientFactory
) -> None:
    """Two equal deltas may be meant: what cannot be told apart is delivered as it comes."""
    server = make_interactions_server(event_ids=False)
    api = client(server)
    count = len(list(ask(api)))
    server.faults.add("doubled")
    assert count < len(list(ask(api))) <= 2 * count


# --- large -------------------------------------------------------------------------------------


def test_one_event_of_20_megabytes(server: InteractionsServer, client: ClientFactory) -> None:
    size = 20_000_000
    server.faults.add("cut", at=size // 2, on="create")
    api = client(server)
    stream = ask(api, f"[scenario: image {size}]")
    interaction = stream.until_done()
    assert len(interaction.output_image.data) == size
    assert interaction == api.interactions.get(stream.interaction_id)


def test_many_events_in_one_piece(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("pieces", size=1_000_000)
    stream = ask(client(server), "[scenario: many 3000]")
    assert sum(event.event_type == "step.delta" for event in stream) == 3000


# --- silence -----------------------------------------------------------------------------------


def test_comments_are_life(server: InteractionsServer, client: ClientFactory) -> None:
    """Half a second of nothing else, with a fifth of that allowed in silence."""
    server.faults.add("comments", after=3, times=25, every=0.02)
    stream = ask(client(server, resume=False), timeout=Timeout(idle=0.1))
    assert stream.until_done().status == "completed"


def test_comments_too_rarely(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("comments", after=0, every=60.0)
    with pytest.raises(TimeoutExpiredError) as caught:
        list(ask(client(server), timeout=Timeout(idle=0.05)))
    assert caught.value.limit == "idle"


# --- unknown things ----------------------------------------------------------------------------


def test_an_unknown_event_is_skipped(
    server: InteractionsServer, client: ClientFactory, caplog: pytest.LogCaptureFixture
) -> None:
    api = client(server)
    expected = told(ask(api))
    server.faults.add("unknown-event")
    with caplog.at_level(logging.WARNING, "gemini_interactions"):
        assert told(ask(api)) == expected
    assert "step.sparkle" in caplog.text


def test_an_unknown_event_is_handed_over(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("unknown-event", after=2)
    events = list(ask(client(server), on_unknown="yield"))
    assert events[2].event_type == "unknown"
    assert events[2].tag == "step.sparkle"
    assert events[2].raw == {"index": 0, "event_type": "step.sparkle"}


def test_an_unknown_event_is_refused(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("unknown-event", after=2)
    stream = ask(client(server), on_unknown="raise")
    delivered: list[Any] = []
    with pytest.raises(UnknownEventError, match=r"step\.sparkle") as caught:
        delivered.extend(stream)
    assert len(delivered) == 2
    assert caught.value.event.tag == "step.sparkle"
    assert len(server.requests) == 1


@pytest.mark.parametrize("event_ids", [True, False])
@pytest.mark.parametrize("policy", ["skip", "yield"])
def test_unknown_events_and_breaks(
    make_interactions_server: Any, client: ClientFactory, event_ids: bool, policy: str
) -> None:
    """An event that was skipped counts as delivered: it is not looked at again."""
    server = make_interactions_server(event_ids=event_ids)
    api = client(server)
    prompt = "[scenario: unknown-event]"
    whole = told(ask(api, prompt, on_unknown="yield"))
    expected = [e for e in whole if policy == "yield" or e.event_type != "unknown"]
    assert len(whole) == len(expected) + (policy == "skip")
    for after in range(1, len(whole)):
        server.faults.clear()
        server.faults.add("cut", after=after, on="create")
        assert told(ask(api, prompt, on_unknown=policy)) == expected, after
        cursor = f"evt_{after - 1}" if event_ids else None
        assert server.requests[-1].last_event_id == cursor


def test_an_unknown_step(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    stream = ask(api, "[scenario: unknown-step]")
    interaction = stream.until_done()
    assert interaction.steps[0].tag == "hologram"
    assert interaction == api.interactions.get(stream.interaction_id)


def test_an_unknown_delta(server: InteractionsServer, client: ClientFactory) -> None:
    events = list(ask(client(server), "[scenario: unknown-delta]"))
    (delta,) = [
        event.delta
        for event in events
        if event.event_type == "step.delta" and event.delta.type == "unknown"
    ]
    assert delta.raw == {"type": "scent", "notes": ["cedar"]}


def test_events_of_tomorrow_still_say_where_we_are(
    server: InteractionsServer, client: ClientFactory
) -> None:
    """Id, cursor and status of interaction events count, even of unknown ones and odd ones."""
    began = {"event_type": "interaction.began", "interaction": {"id": "i"}, "event_id": "a"}
    odd = {"event_type": "interaction.completed", "interaction": "odd", "event_id": "b"}
    server.script_frames([f"data: {json.dumps(event)}\n\n".encode() for event in (began, odd)])
    stream = ask(client(server), on_unknown="yield")
    assert [event.tag for event in stream] == ["interaction.began", "interaction.completed"]
    assert (stream.interaction_id, stream.last_event_id) == ("i", "b")


@pytest.mark.parametrize("cursor", [5, None, ["a"], "", {"a": 1}])
def test_a_cursor_of_an_odd_kind_is_none(
    server: InteractionsServer, client: ClientFactory, cursor: Any
) -> None:
    event = {"event_type": "interaction.created", "interaction": {"id": "i"}, "event_id": cursor}
    server.script_frames([f"data: {json.dumps(event)}\n\n".encode()])
    stream = ask(client(server, resume=False), on_unknown="yield")
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert (caught.value.interaction_id, caught.value.last_event_id) == ("i", None)


@pytest.mark.parametrize("tag", [5, None, ["step.stop"], "", {"a": 1}, True])
def test_a_tag_of_an_odd_kind_is_unknown(
    server: InteractionsServer, client: ClientFactory, tag: Any
) -> None:
    server.script_frames([f"data: {json.dumps({'event_type': tag})}{end}".encode() for end in "\n"])
    server.script_frames([f"data: {json.dumps({'event_type': tag})}\n\n".encode()])
    api = client(server, resume=False)
    with pytest.raises(StreamInterruptedError):
        list(ask(api))  # unterminated
    with pytest.raises(StreamInterruptedError):
        assert [event.event_type for event in ask(api, on_unknown="yield")] == ["unknown"]
