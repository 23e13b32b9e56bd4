"""Waiting for background interactions: every status, every end, and no second submission."""

from __future__ import annotations

from typing import Any

import pytest

from gemini_interactions import (
    Clock,
    ConfigurationError,
    NotFoundError,
    Polling,
    RateLimitError,
    ServerError,
    Timeout,
    TimeoutExpiredError,
    WaitTimeoutError,
)
from gemini_interactions._bindings import REVISIONS
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


def started(server: InteractionsServer, interactions: Any, *statuses: str) -> Any:
    if statuses:
        server.script_statuses(statuses)
    created = interactions.create(model=MODEL, input="Hello.", background=True)
    assert created.id
    return created


def creates(server: InteractionsServer) -> int:
    return sum(request.operation == "create" for request in server.requests)


@pytest.mark.parametrize("revision", REVISIONS)
def test_it_waits_for_the_end(make_interactions_server: Any, client: Any, revision: str) -> None:
    server = make_interactions_server(revision=revision, polls_until_done=4)
    interactions = client(server, api_revision=revision).interactions
    done = interactions.wait(started(server, interactions).id)
    assert done.status == "completed"
    assert done.output_text == 'You said: "Hello.".'
    assert creates(server) == 1


@pytest.mark.parametrize(
    "last",
    ["completed", "requires_action", "failed", "cancelled", "incomplete", "budget_exceeded", "odd"],
)
def test_every_status_that_is_not_running_is_an_end(
    server: InteractionsServer, client: Any, time: Any, last: str
) -> None:
    interactions = client(server).interactions
    created = started(server, interactions, "queued", "in_progress", "queued", last)
    seen: list[str] = []
    done = interactions.wait(created.id, on_poll=lambda state: seen.append(state.status))
    assert done.status == last
    assert seen == ["in_progress", "queued", last]
    assert time.pauses == [1.0, 1.5]


def test_what_is_over_is_not_waited_for(server: InteractionsServer, client: Any, time: Any) -> None:
    interactions = client(server).interactions
    created = interactions.create(model=MODEL, input="x")
    assert interactions.wait(created.id).id == created.id
    assert time.pauses == []


def test_pauses_grow_up_to_the_longest(server: InteractionsServer, client: Any, time: Any) -> None:
    made = client(server, polling=Polling(first=2, factor=3, longest=10))
    created = started(server, made.interactions, *["in_progress"] * 6, "completed")
    made.interactions.wait(created.id)
    assert time.pauses == [2, 6, 10, 10, 10]
    time.pauses.clear()
    created = started(server, made.interactions, *["in_progress"] * 4, "completed")
    made.interactions.wait(created.id, polling=Polling(first=0.5, factor=1))
    assert time.pauses == [0.5] * 3


def test_a_zombie_meets_the_deadline(server: InteractionsServer, client: Any, time: Any) -> None:
    interactions = client(server).interactions
    created = started(server, interactions, "in_progress")
    begin = time.now()
    with pytest.raises(WaitTimeoutError, match=r"still in_progress .last updated 2026") as caught:
        interactions.wait(created.id, timeout=30)
    assert isinstance(caught.value.interaction, type(created))
    assert caught.value.interaction.id == created.id
    assert caught.value.interaction.updated
    # The last poll comes a second before the end, so that all of the time was used.
    assert time.now() - begin == pytest.approx(29)
    assert creates(server) == 1
    assert not [r for r in server.requests if r.operation in ("cancel", "delete")]


def test_a_late_end_is_still_seen(server: InteractionsServer, client: Any, time: Any) -> None:
    interactions = client(server).interactions
    polls = len(started_polls := [1.0, 1.5, 2.25, 3.375])
    created = started(server, interactions, *["in_progress"] * (polls + 2), "completed")
    assert interactions.wait(created.id, timeout=12).status == "completed"
    assert time.pauses[:polls] == started_polls
    assert sum(time.pauses) == pytest.approx(11)


@pytest.mark.parametrize("seconds", [0.1, 0.5, 1.0, 1.9])
def test_a_short_wait_polls_once_more(
    server: InteractionsServer, client: Any, time: Any, seconds: float
) -> None:
    interactions = client(server).interactions
    created = started(server, interactions, "in_progress")
    with pytest.raises(WaitTimeoutError):
        interactions.wait(created.id, timeout=seconds)
    assert len(server.requests) == 3
    assert sum(time.pauses) < seconds


def test_a_poll_that_outlasts_the_deadline_carries_the_last_state(
    server: InteractionsServer, client: Any
) -> None:
    made = client(server, clock=Clock())
    created = started(server, made.interactions, "in_progress")
    server.faults.add("silent", on="get", nth=2)
    with pytest.raises(WaitTimeoutError) as caught:
        made.interactions.wait(created.id, timeout=0.4, polling=Polling(first=0.01))
    assert caught.value.interaction.status == "in_progress"
    assert isinstance(caught.value.__cause__, TimeoutExpiredError)
    server.release()


def test_the_first_poll_can_time_out_too(server: InteractionsServer, client: Any) -> None:
    made = client(server, clock=Clock())
    server.faults.add("silent", on="get")
    with pytest.raises(TimeoutExpiredError) as caught:
        made.interactions.wait("x", timeout=0.2)
    assert caught.value.limit == "total"
    server.release()


def test_passing_errors_between_polls_pass(server: InteractionsServer, client: Any) -> None:
    interactions = client(server).interactions
    created = started(server, interactions, *["in_progress"] * 4, "completed")
    server.faults.add("error", status=503, on="poll", nth=2, hits=2)
    server.faults.add("no-response", on="poll", nth=5)
    assert interactions.wait(created.id).status == "completed"
    assert creates(server) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFoundError), (503, ServerError), (429, RateLimitError)]
)
def test_a_lasting_error_ends_it_without_a_second_submission(
    server: InteractionsServer, client: Any, status: int, kind: type[Exception]
) -> None:
    interactions = client(server).interactions
    created = started(server, interactions, "in_progress")
    server.faults.add("error", status=status, on="poll", nth=2, hits=0)
    with pytest.raises(kind):
        interactions.wait(created.id)
    assert creates(server) == 1
    assert len(server.requests) == (3 if status == 404 else 6)


def test_what_the_callback_raises_is_the_callers(server: InteractionsServer, client: Any) -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def stop(state: Any) -> None:
        raise Enough

    interactions = client(server).interactions
    created = started(server, interactions, "in_progress")
    with pytest.raises(Enough):
        interactions.wait(created.id, on_poll=stop)


def test_the_clients_total_bounds_it(server: InteractionsServer, client: Any, time: Any) -> None:
    interactions = client(server, timeout=Timeout(total=5)).interactions
    created = started(server, interactions, "in_progress")
    with pytest.raises(WaitTimeoutError):
        interactions.wait(created.id)
    assert sum(time.pauses) == pytest.approx(4)


def test_the_clock_is_monotonic() -> None:
    import time as real

    assert Clock().now is real.monotonic


@pytest.mark.parametrize("settings", [{"first": -1}, {"factor": 0.9}, {"longest": None}])
def test_a_polling_that_makes_no_sense_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(settings))):
        Polling(**settings)


def test_pauses_never_overflow() -> None:
    assert Polling(factor=1e300).pause(10**9) == 20
