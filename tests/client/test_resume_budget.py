"""How long a broken stream is taken up again, at what pace, and what happens after that."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, cast

import pytest

from gemini_interactions import (
    BadRequestError,
    Client,
    Clock,
    ConfigurationError,
    ConnectionFailedError,
    Hooks,
    NotFoundError,
    Resume,
    ResumeInfo,
    ServerError,
    StreamInterruptedError,
    Timeout,
    TimeoutExpiredError,
    UnexpectedAnswerError,
)
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
ALWAYS = {"hits": 0}


class Seen(Hooks):
    """Keeps what a stream tells."""

    def __init__(self) -> None:
        self.resumed: list[ResumeInfo] = []
        self.events: list[Any] = []

    def on_resume(self, info: ResumeInfo) -> None:
        self.resumed.append(info)

    def on_event(self, event: Any) -> None:
        self.events.append(event)


def ask(api: Any, text: Any = "Hello", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


def sent(server: InteractionsServer) -> list[str]:
    return [request.operation for request in server.requests]


def test_the_budget_is_bounded_without_progress(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("eof", after=0, on="resume", **ALWAYS)
    stream = ask(client(server, resume=Resume(attempts=4, first_pause=1.0)))
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert sent(server) == ["create"] + ["get"] * 4
    assert (caught.value.interaction_id, caught.value.last_event_id) == (
        stream.interaction_id,
        "evt_2",
    )
    assert len(caught.value.interaction.steps) == 1
    # Each pause is twice the one before, less a random part of up to a half.
    assert len(time.pauses) == 4
    for number, pause in enumerate(time.pauses):
        assert 2**number / 2 <= pause <= 2**number


def test_pauses_have_a_longest(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("no-response", on="resume", **ALWAYS)
    with pytest.raises(StreamInterruptedError):
        list(ask(client(server, resume=Resume(attempts=9, first_pause=1.0, longest_pause=3.0))))
    assert len(time.pauses) == 9
    assert max(time.pauses) <= 3.0


def test_progress_restores_the_budget(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    """Failure, failure, one new event: again and again, with two attempts."""
    server.faults.add("cut", after=3, on="create")
    for number in range(1, 20):
        if number % 2:
            server.faults.add("eof", after=0, nth=number, on="resume")
        else:
            server.faults.add("cut", after=1, nth=number, on="resume")
    seen = Seen()
    stream = ask(client(server, resume=Resume(attempts=2), hooks=seen))
    events = list(stream)
    assert [info.failures for info in seen.resumed] == [1, 2] * (len(events) - 3)
    assert stream.status == "completed"
    assert sent(server).count("create") == 1


def test_repeated_events_are_no_progress(
    make_interactions_server: Any, client: ClientFactory
) -> None:
    server = make_interactions_server(event_ids=False)
    server.faults.add("cut", after=4, on="create")
    server.faults.add("cut", after=3, on="get", **ALWAYS)
    with pytest.raises(StreamInterruptedError):
        list(ask(client(server, resume=Resume(attempts=3))))
    assert sent(server) == ["create", "get", "get", "get"]


def test_the_hook_says_what_happens(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("reset", after=3, on="create")
    server.faults.add("error", status=503, on="resume")
    seen = Seen()
    stream = ask(client(server, hooks=seen))
    events = list(stream)
    first, second = seen.resumed
    assert (first.interaction_id, first.last_event_id) == (stream.interaction_id, "evt_2")
    assert isinstance(first.error, ConnectionFailedError)
    assert isinstance(second.error, ServerError)
    assert [first.failures, second.failures] == [1, 2]
    assert [first.pause, second.pause] == time.pauses
    assert seen.events == events


def test_a_stream_in_order_tells_no_resume(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    seen = Seen()
    events = list(ask(client(server, hooks=seen)))
    assert seen.events == events
    assert seen.resumed == time.pauses == []


def test_repeated_events_are_told_once(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("cut", after=5, on="create")
    server.faults.add("duplicates", events=4, on="resume")
    seen = Seen()
    assert list(ask(client(server, hooks=seen))) == seen.events


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_error_that_passes_costs_an_attempt(
    server: InteractionsServer, client: ClientFactory, status: int
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=status, on="resume", hits=3)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"] + ["get"] * 4


def test_retry_after_is_obeyed(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=503, retry_after="7", on="resume")
    list(ask(client(server)))
    assert time.pauses[1:] == [7.0]


def test_a_pause_that_is_too_long_is_not_made(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=429, retry_after="86400", on="resume")
    with pytest.raises(StreamInterruptedError, match="429"):
        list(ask(client(server)))
    assert len(time.pauses) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: Resume(attempts=-1),
        lambda: Resume(first_pause=-1.0),
        lambda: Client(api_key="k", resume=cast("Any", 3)),
    ],
)
def test_settings_that_make_no_sense(make: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError):
        make()


def test_an_error_that_stays_uses_the_budget_up(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=503, on="resume", **ALWAYS)
    with pytest.raises(StreamInterruptedError, match="503") as caught:
        list(ask(client(server)))
    assert isinstance(caught.value.__cause__, ServerError)
    assert caught.value.last_event_id == "evt_2"
    assert sent(server) == ["create"] + ["get"] * 5


@pytest.mark.parametrize(("status", "kind"), [(400, BadRequestError), (404, NotFoundError)])
def test_a_refusal_ends_it_at_once(
    server: InteractionsServer, client: ClientFactory, status: int, kind: type[Exception]
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=status, on="resume", **ALWAYS)
    stream = ask(client(server))
    with pytest.raises(kind) as caught:
        list(stream)
    error: Any = caught.value
    assert (error.interaction_id, error.last_event_id) == (stream.interaction_id, "evt_2")
    assert error.interaction.status == "in_progress"
    assert sent(server) == ["create", "get"]


def test_a_page_instead_of_the_rest_is_not_asked_for_again(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("html", on="resume")
    with pytest.raises(UnexpectedAnswerError, match="text/html") as caught:
        list(ask(client(server)))
    assert caught.value.last_event_id == "evt_2"
    assert caught.value.interaction.status == "in_progress"
    assert sent(server) == ["create", "get"]


@pytest.mark.parametrize("fault", ["head-only", "empty", "no-response"])
def test_an_answer_without_a_body_costs_an_attempt(
    server: InteractionsServer, client: ClientFactory, fault: str
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add(fault, on="resume", hits=2)
    assert ask(client(server)).until_done().status == "completed"
    assert sent(server) == ["create"] + ["get"] * 3


def test_the_service_is_gone(server: InteractionsServer, client: ClientFactory, time: Any) -> None:
    server.faults.add("stall", after=3, on="create")
    stream = ask(client(server))
    for _ in range(3):
        next(stream)
    server.stop()
    with pytest.raises(StreamInterruptedError, match="nothing was sent") as caught:
        list(stream)
    assert isinstance(caught.value.__cause__, ConnectionFailedError)
    assert len(time.pauses) == 5


def test_the_service_restarts(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("stall", after=3, on="create")
    stream = ask(client(server))
    for _ in range(3):
        next(stream)
    server.restart()
    assert stream.until_done() == client(server).interactions.get(stream.interaction_id)


# --- the deadline ------------------------------------------------------------------------------


def test_no_pause_outlasts_the_deadline(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=503, retry_after="40", on="resume", **ALWAYS)
    with pytest.raises(StreamInterruptedError):
        list(ask(client(server), timeout=100.0))
    assert time.pauses[1:] == [40.0, 40.0]
    assert sent(server) == ["create"] + ["get"] * 3


def test_the_deadline_counts_from_the_call(
    server: InteractionsServer, client: ClientFactory, time: Any
) -> None:
    """Over all connections: what was read before the break has used it up."""
    server.faults.add("stall", after=3, on="create")
    stream = ask(client(server), timeout=100.0)
    for _ in range(3):
        next(stream)
    time.sleep(101.0)
    server.release()
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert isinstance(caught.value.__cause__, TimeoutExpiredError)
    assert caught.value.__cause__.limit == "total"
    assert sent(server) == ["create"]


def test_keep_alives_do_not_move_the_deadline(
    server: InteractionsServer, client: ClientFactory
) -> None:
    """Comments are a sign of life, so only the total limit ends a stream of nothing else."""
    server.faults.add("comments", after=0, every=0.001, on="create")
    every_look_takes = count(0.0, 2.0)
    api = client(server, clock=Clock(now=lambda: next(every_look_takes)))
    stream = ask(api, timeout=Timeout(idle=5.0, total=60.0))
    with pytest.raises(TimeoutExpiredError) as caught:
        list(stream)
    assert caught.value.limit == "total"
    assert sent(server) == ["create"]


# --- silence -----------------------------------------------------------------------------------


def test_silence_is_a_break(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("stall", after=4, on="create")
    seen = Seen()
    stream = ask(client(server, hooks=seen), timeout=Timeout(idle=0.05))
    assert stream.until_done() == client(server).interactions.get(stream.interaction_id)
    (info,) = seen.resumed
    assert isinstance(info.error, TimeoutExpiredError)
    assert info.error.limit == "idle"


def test_silence_before_the_first_event(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("stall", after=0, on="create")
    with pytest.raises(TimeoutExpiredError) as caught:
        list(ask(client(server), timeout=Timeout(idle=0.05)))
    assert caught.value.limit == "idle"
    assert caught.value.sent
    assert sent(server) == ["create"]


def test_silence_without_resuming(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("stall", after=4, on="create")
    with pytest.raises(StreamInterruptedError) as caught:
        list(ask(client(server, resume=False), timeout=Timeout(idle=0.05)))
    assert isinstance(caught.value.__cause__, TimeoutExpiredError)
    assert isinstance(caught.value.__cause__, TimeoutError)


@pytest.mark.parametrize("silence", ["stall", "silent"])
def test_resumed_and_silent(
    server: InteractionsServer, client: ClientFactory, silence: str
) -> None:
    """As seen live: a resumed stream replays a little, then nothing comes any more."""
    server.faults.add("cut", after=2, on="create")
    extra = {"after": 0} if silence == "stall" else {}
    server.faults.add(silence, on="resume", **ALWAYS, **extra)
    api = client(server, resume=Resume(attempts=2))
    with pytest.raises(StreamInterruptedError) as caught:
        list(ask(api, timeout=Timeout(idle=0.05)))
    assert caught.value.last_event_id == "evt_1"
    assert sent(server) == ["create", "get", "get"]


# --- the interaction itself, when its stream cannot be had --------------------------------------


def test_the_fallback_finds_it_finished(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("eof", after=0, on="resume", **ALWAYS)
    stream = ask(client(server, resume=Resume(attempts=2, fallback="get")))
    events = list(stream)
    assert [event.event_id for event in events] == ["evt_0", "evt_1", "evt_2"]
    assert sent(server) == ["create", "get", "get", "get"]
    assert stream.interaction == client(server).interactions.get(stream.interaction_id)
    assert stream.status == "completed"
    assert stream.until_done() == stream.interaction


def test_the_fallback_finds_it_running(server: InteractionsServer, client: ClientFactory) -> None:
    server.script_statuses(["in_progress"])
    server.faults.add("cut", after=2, on="create")
    server.faults.add("eof", after=0, on="resume", **ALWAYS)
    stream = ask(client(server, resume=Resume(attempts=1, fallback="get")), background=True)
    with pytest.raises(StreamInterruptedError) as caught:
        list(stream)
    assert caught.value.interaction.status == "in_progress"
    assert sent(server) == ["create", "get", "get"]


def test_the_fallback_finds_nothing(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("eof", after=0, on="resume", **ALWAYS)
    server.faults.add("error", status=404, on="poll")
    with pytest.raises(StreamInterruptedError) as caught:
        list(ask(client(server, resume=Resume(attempts=1, fallback="get"))))
    assert caught.value.last_event_id == "evt_2"


def test_the_fallback_does_not_hide_an_error(
    server: InteractionsServer, client: ClientFactory
) -> None:
    """What the service says in the stream is the answer: the interaction is not asked for."""
    server.faults.add("error-event", after=4)
    with pytest.raises(ServerError):
        list(ask(client(server, resume=Resume(fallback="get"))))
    assert sent(server) == ["create"]


def test_the_fallback_after_a_refused_cursor(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", after=3, on="create")
    server.faults.add("error", status=400, on="resume")
    stream = ask(client(server, resume=Resume(fallback="get")))
    assert stream.until_done().output_text == 'You said: "Hello".'
    assert sent(server) == ["create", "get", "get"]


def test_switched_off_for_one_call(server: InteractionsServer, client: ClientFactory) -> None:
    server.faults.add("cut", after=3, on="create", **ALWAYS)
    api = client(server)
    with pytest.raises(StreamInterruptedError):
        list(ask(api, resume=False))
    assert sent(server) == ["create"]
    assert ask(api, resume=True).until_done().status == "completed"


# --- the cursor --------------------------------------------------------------------------------


@pytest.mark.parametrize("background", [True, False])
def test_every_cursor_gives_the_tail(
    server: InteractionsServer, client: ClientFactory, background: bool
) -> None:
    api = client(server)
    stream = ask(api, "Write a story", background=background)
    whole = list(stream)
    identity, finished = stream.interaction_id, api.interactions.get(stream.interaction_id)
    assert list(api.interactions.get(identity, stream=True)) == whole
    for position, event in enumerate(whole, start=1):
        tail = api.interactions.get(identity, stream=True, last_event_id=event.event_id)
        assert tail.interaction_id == identity
        assert tail.last_event_id == event.event_id
        assert list(tail) == whole[position:]
        assert tail.last_event_id == whole[-1].event_id
        assert tail.until_done() == finished
    assert sent(server).count("create") == 1


def test_a_tail_breaks_too(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    whole = list(ask(api, "Write a story"))
    identity = whole[0].interaction.id
    for first in (0, 2):
        # Before the first event, and after some.
        server.faults.add("cut", after=first, on="resume")
        tail = api.interactions.get(identity, stream=True, last_event_id="evt_3")
        assert list(tail) == whole[4:]


def test_an_unknown_cursor_is_refused(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    identity = ask(api).until_done().id
    with pytest.raises(BadRequestError, match="last_event_id"):
        api.interactions.get(identity, stream=True, last_event_id="evt_999")


def test_an_empty_cursor_is_none(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    whole = list(ask(api))
    identity = whole[0].interaction.id
    assert list(api.interactions.get(identity, stream=True, last_event_id="")) == whole


def test_arguments_of_get_survive_a_break(
    server: InteractionsServer, client: ClientFactory
) -> None:
    api = client(server, resume=Resume(attempts=1, fallback="get"))
    identity = ask(api).until_done().id
    server.faults.add("cut", after=2, on="get", hits=2)
    server.faults.add("cut", after=0, on="resume")
    stream = api.interactions.get(
        identity, stream=True, include_input=True, extra_query={"trace": "yes"}
    )
    list(stream)
    queries = [request.query for request in server.requests[1:]]
    assert [query.get("include_input") for query in queries] == ["true"] * 3
    assert [query.get("trace") for query in queries] == ["yes"] * 3
    assert [query.get("stream") for query in queries] == ["true", "true", None]
    assert [query.get("last_event_id") for query in queries] == [None, "evt_1", None]


@pytest.mark.parametrize("events", [1, 3, 100])
def test_what_is_sent_again_is_dropped(
    server: InteractionsServer, client: ClientFactory, events: int
) -> None:
    api = client(server)
    server.faults.add("cut", after=6, on="create")
    server.faults.add("duplicates", events=events, on="resume")
    stream = ask(api)
    delivered = list(stream)
    assert delivered == list(api.interactions.get(stream.interaction_id, stream=True))
    assert stream.interaction == api.interactions.get(stream.interaction_id)


def test_a_replay_that_tells_another_story_is_not_believed(
    server: InteractionsServer, client: ClientFactory
) -> None:
    def frames(*texts: str) -> list[bytes]:
        opening = b'data: {"event_type":"interaction.created","interaction":{"id":"i"}}\n\n'
        delta = 'data: {"event_type":"step.delta","index":0,"delta":{"type":"text","text":"%s"}}'
        return [opening, *(f"{delta}\n\n".replace("%s", text).encode() for text in texts)]

    api = client(server, resume=Resume(attempts=2))
    server.script_frames(frames("a", "b"))
    server.script_frames(frames("a", "x", "c"))
    server.script_frames(frames("ab", "c"))
    stream = ask(api)
    texts: list[str] = []
    with pytest.raises(StreamInterruptedError, match="not the ones that were delivered") as caught:
        texts.extend(event.delta.text for event in stream if event.event_type == "step.delta")
    assert texts == ["a", "b"]
    assert caught.value.interaction.output_text == "ab"


def test_a_shorter_replay_that_ends_is_no_end(
    server: InteractionsServer, client: ClientFactory
) -> None:
    """Its closing event falls among those that were delivered already: nothing was proven."""
    opening = b'data: {"event_type":"interaction.created","interaction":{"id":"i"}}\n\n'
    stop = b'data: {"event_type":"step.stop","index":0}\n\n'
    closing = b'data: {"event_type":"interaction.completed","interaction":{"id":"i"}}\n\n'
    server.script_frames([opening, stop, stop, stop])
    server.script_frames([opening, closing, b"data: [DONE]\n\n"], repeat=True)
    with pytest.raises(StreamInterruptedError):
        list(ask(client(server, resume=Resume(attempts=1))))


# --- background --------------------------------------------------------------------------------


def test_a_background_run(server: InteractionsServer, client: ClientFactory) -> None:
    server.script_statuses(["queued", "in_progress", "in_progress", "completed"])
    server.faults.add("cut", after=2, on="create")
    api = client(server)
    stream = ask(api, "Write a report", background=True)
    statuses = [stream.status for _ in stream]
    assert statuses[:3] == ["queued", "queued", "in_progress"]
    assert statuses[-1] == "completed"
    assert stream.interaction == api.interactions.get(stream.interaction_id)


def test_a_cancelled_run(server: InteractionsServer, client: ClientFactory) -> None:
    server.script_statuses(["in_progress"])
    api = client(server)
    stream = ask(api, background=True)
    assert next(stream).interaction.status == "in_progress"
    api.interactions.cancel(stream.interaction_id)
    assert [event.event_type for event in stream][-1] == "interaction.completed"
    assert stream.interaction.status == "cancelled"
