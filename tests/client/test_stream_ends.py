"""When a stream is over: after the end of its interaction, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import StreamInterruptedError, Timeout, transport
from gemini_interactions.aio import transport as aio_transport
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
DONE = b"data: [DONE]\n\n"


def ask(api: Any, text: Any = "Hello", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


def sent(server: InteractionsServer) -> list[str]:
    return [request.operation for request in server.requests]


def frame(kind: str, **fields: Any) -> bytes:
    return f"data: {json.dumps({'event_type': kind, **fields})}\n\n".encode()


def created() -> bytes:
    return frame("interaction.created", interaction={"id": "i", "status": "in_progress"})


def completed(status: str = "completed") -> bytes:
    return frame("interaction.completed", interaction={"id": "i", "status": status})


def updated(status: Any) -> bytes:
    return frame("interaction.status_update", interaction_id="i", status=status)


def delta(text: str) -> bytes:
    return frame("step.delta", index=0, delta={"type": "text", "text": text})


def kinds(stream: Any) -> list[str]:
    return [event.event_type for event in stream]


# --- good ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["bare", "tight", "named-tight", "unfinished", "one-newline"])
def test_spellings_of_done(server: InteractionsServer, client: ClientFactory, form: str) -> None:
    server.faults.add("done", form=form)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"]


@pytest.mark.parametrize(
    "last",
    [
        b"event: done\ndata:\n\n",
        b"event: done\ndata: {}\n\n",
        b"event: done\ndata: null\n\n",
        b"event: done\ndata: bye\n\n",
        b"data:  [DONE] \n\n",
        b"data: [DONE]\r\r",
        b"",
    ],
)
def test_other_spellings_of_done(
    server: InteractionsServer, client: ClientFactory, last: bytes
) -> None:
    server.script_frames([created(), completed(), last])
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"]


@pytest.mark.parametrize("fault", ["no-done", "no-blank-line"])
def test_done_is_not_needed(server: InteractionsServer, client: ClientFactory, fault: str) -> None:
    server.faults.add(fault)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"]


def test_nothing_after_done_is_looked_at(server: InteractionsServer, client: ClientFactory) -> None:
    bad = b'data: {"a":\n\n{"error":{"message":"late"}}\n\n'
    server.script_frames([created(), completed() + DONE + bad + delta("late"), bad])
    assert kinds(ask(client(server))) == ["interaction.created", "interaction.completed"]


def test_what_follows_the_closing_event_is_delivered(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.script_frames([created(), completed(), updated("completed"), DONE])
    assert kinds(ask(client(server)))[-1] == "interaction.status_update"


@pytest.mark.parametrize("fault", ["stall", "cut", "reset"])
def test_nothing_is_waited_for_after_the_closing_event(
    server: InteractionsServer,
    client: ClientFactory,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    for module in (transport, aio_transport):
        monkeypatch.setattr(module, "LINGERING", 0.02)
    count = len(kinds(ask(client(server))))
    server.faults.add(fault, after=count)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create", "create"]


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete", "requires_action", "odd"])
def test_a_last_status_and_done(
    server: InteractionsServer, client: ClientFactory, status: str
) -> None:
    server.script_frames([created(), updated(status), DONE])
    stream = ask(client(server))
    assert stream.until_done().status == status
    assert stream.status == status
    assert sent(server) == ["create"]


@pytest.mark.parametrize("resume", [True, False])
def test_a_last_status_and_nothing_more_to_be_had(
    server: InteractionsServer, client: ClientFactory, resume: bool
) -> None:
    """The rest is asked for, as a closing event may have been cut off; there may be none."""
    server.script_frames([created(), updated("failed")])
    server.script_frames([DONE])
    assert ask(client(server), resume=resume).until_done().status == "failed"
    assert sent(server) == ["create", "get"] if resume else ["create"]


def test_an_unterminated_status_is_a_last_word_too(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.script_frames([created(), updated("failed").rstrip()])
    assert ask(client(server), resume=False).until_done().status == "failed"


def test_a_tail_without_an_event(server: InteractionsServer, client: ClientFactory) -> None:
    server.script_frames([DONE])
    stream = client(server).interactions.get("i", stream=True, last_event_id="last")
    assert kinds(stream) == []
    assert sent(server) == ["get"]


# --- bad ends ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([], id="nothing"),
        pytest.param([DONE], id="done alone"),
        pytest.param([b": comment\n\n"], id="comment"),
        pytest.param([created()], id="no end"),
        pytest.param([created(), DONE], id="done too early"),
        pytest.param([created(), updated("in_progress"), DONE], id="running"),
        pytest.param([created(), updated("queued"), DONE], id="queued"),
        pytest.param([created(), updated("failed"), updated("in_progress"), DONE], id="again"),
        pytest.param([created(), updated(None), DONE], id="status null"),
        pytest.param([created(), updated(""), DONE], id="status empty"),
        pytest.param([created(), updated(["failed"]), DONE], id="status list"),
        pytest.param([created(), completed()[:-4]], id="cut"),
        pytest.param([created(), delta("x").rstrip()], id="unterminated"),
        pytest.param([frame("step.stop", index=0), DONE], id="only a step"),
        pytest.param([created(), completed("in_progress").replace(b"ted", b"t")], id="unknown"),
    ],
)
@pytest.mark.parametrize("revision", ["2026-05-20", "2025-12-11"])
def test_ends_that_prove_nothing(
    server: InteractionsServer, client: ClientFactory, frames: list[bytes], revision: str
) -> None:
    if revision == "2025-12-11":
        frames = [text.replace(b".created", b".start") for text in frames]
        frames = [text.replace(b".completed", b".complete") for text in frames]
    server.script_frames(frames)
    with pytest.raises(StreamInterruptedError, match="ended before its interaction"):
        list(ask(client(server, api_revision=revision, resume=False)))


def test_no_tail_without_done(server: InteractionsServer, client: ClientFactory) -> None:
    server.script_frames([b""])
    stream = client(server).interactions.get("i", stream=True, last_event_id="last", resume=False)
    with pytest.raises(StreamInterruptedError):
        list(stream)


def test_a_silence_after_a_last_status_is_a_break(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("stall", after=6, on="create")
    stream = ask(client(server), "[scenario: status incomplete]", timeout=Timeout(idle=0.05))
    assert kinds(stream)[-1] == "interaction.completed"
    assert sent(server) == ["create", "get"]


def test_a_stream_that_raised_does_not_end_quietly(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("eof", after=3)
    stream = ask(client(server, resume=False))
    for attempt in ("ended before", "was closed", "was closed"):
        with pytest.raises(StreamInterruptedError, match=attempt) as caught:
            list(stream)
        assert caught.value.last_event_id == "evt_2"
    with pytest.raises(StreamInterruptedError):
        stream.until_done()


def test_a_stream_that_was_left_does_not_end_quietly(
    server: InteractionsServer, client: ClientFactory
) -> None:
    stream = ask(client(server))
    next(stream)
    stream.close()
    with pytest.raises(StreamInterruptedError, match="was closed") as caught:
        stream.until_done()
    assert caught.value.interaction_id == stream.interaction_id


def test_leaving_after_the_closing_event_is_no_loss(
    server: InteractionsServer, client: ClientFactory
) -> None:
    with ask(client(server)) as stream:
        for event in stream:
            if event.event_type == "interaction.completed":
                break
    assert stream.until_done().output_text
    assert list(stream) == []


def test_the_end_can_be_asked_for_again(server: InteractionsServer, client: ClientFactory) -> None:
    stream = ask(client(server))
    assert stream.until_done() == stream.until_done()
    assert list(stream) == []
    stream.close()
    assert list(stream) == []


def test_without_assembly(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    stream = ask(api, assemble=False)
    next(stream)
    assert stream.interaction is None
    assert sent(server) == ["create"]
    assert stream.until_done() == api.interactions.get(stream.interaction_id)
    assert stream.interaction is not None
    assert sent(server) == ["create", "get", "get"]


def test_without_assembly_and_unstored(server: InteractionsServer, client: ClientFactory) -> None:
    stream = ask(client(server), assemble=False, store=False)
    with pytest.raises(ValueError, match="neither assembled nor stored"):
        stream.until_done()


def test_interrupted_without_assembly(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("eof", after=3)
    with pytest.raises(StreamInterruptedError) as caught:
        list(ask(client(server), assemble=False, resume=False))
    assert caught.value.interaction is None
    assert caught.value.interaction_id
    assert caught.value.last_event_id == "evt_2"


@pytest.mark.parametrize("fault", ["no-usage", "no-event-ids"])
def test_less_than_usual(server: InteractionsServer, client: ClientFactory, fault: str) -> None:
    server.faults.add(fault)
    api = client(server)
    stream = ask(api)
    interaction = stream.until_done()
    stored = api.interactions.get(stream.interaction_id)
    if fault == "no-usage":
        assert interaction.usage is None
        assert stored.usage is not None
        stored.usage = None
    else:
        assert stream.last_event_id is None
    assert interaction == stored


# --- on the way --------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", ["2026-05-20", "2026-05-07"])
def test_how_far_it_has_come(
    make_interactions_server: Any, client: ClientFactory, revision: str
) -> None:
    server = make_interactions_server(revision=revision)
    api = client(server, api_revision=revision)
    stream = ask(api, "Count to 30")
    assert (stream.interaction_id, stream.last_event_id, stream.status) == (None, None, None)
    text = ""
    for number, event in enumerate(stream):
        if event.event_type.endswith(".delta") and event.delta.type == "text":
            text += event.delta.text
        assert stream.interaction_id == server.store.get(stream.interaction_id).id
        assert stream.last_event_id == event.event_id == f"evt_{number}"
        last = event.event_type in ("interaction.completed", "interaction.complete")
        assert stream.status == ("completed" if last else "in_progress")
        assert stream.interaction.status == stream.status
        assert (stream.interaction.output_text or "") == text
    assert text.startswith("1, 2, 3")
    assert stream.interaction == api.interactions.get(stream.interaction_id)
    assert "completed" in repr(stream)


def test_a_snapshot_stays_what_it_was(server: InteractionsServer, client: ClientFactory) -> None:
    stream = ask(client(server), "Count to 30")
    snapshots = [stream.interaction for _ in stream]
    lengths = [len(snapshot.output_text or "") for snapshot in snapshots]
    assert lengths == sorted(lengths)
    assert lengths[0] == 0 < lengths[-1]


def test_the_first_id_counts(server: InteractionsServer, client: ClientFactory) -> None:
    other = frame("interaction.status_update", interaction_id="other", status="in_progress")
    server.script_frames([created(), other, completed(), DONE])
    stream = ask(client(server))
    assert stream.until_done().id == stream.interaction_id == "i"
