"""What is sent again, how often, after which pause; and what never is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemini_interactions import (
    APIError,
    ConfigurationError,
    ConnectionFailedError,
    Hooks,
    InteractionsError,
    NotImplementedByServiceError,
    RateLimitError,
    Retry,
    RetryInfo,
    ServerError,
    TimeoutExpiredError,
)
from gemini_interactions._core.retry import as_retry, asked_pause, pause_before_retry
from gemini_interactions.errors import class_for
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


def create(client: Any, **arguments: Any) -> Any:
    return client.interactions.create(model=MODEL, input="Hello.", **arguments)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a_refused_create_is_sent_again(
    server: InteractionsServer, client: Any, time: Any, status: int, failures: int
) -> None:
    server.faults.add("error", status=status, hits=failures)
    assert create(client(server)).status == "completed"
    assert len(server.requests) == failures + 1
    assert len({request.body for request in server.requests}) == 1
    for pause, full in zip(time.pauses, (0.5, 1.0, 2.0), strict=False):
        assert full / 2 <= pause <= full


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("stream", [False, True])
def test_the_budget_is_bounded(
    server: InteractionsServer, client: Any, status: int, stream: bool
) -> None:
    server.faults.add("error", status=status, hits=0)
    with pytest.raises(class_for(status)) as caught:
        create(client(server), stream=stream)
    assert len(server.requests) == 4
    assert not caught.value.maybe_done


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 409, 418, 500, 501, 502, 504])
@pytest.mark.parametrize("stream", [False, True])
def test_any_other_answer_to_a_create_is_the_answer(
    server: InteractionsServer, client: Any, time: Any, status: int, stream: bool
) -> None:
    server.faults.add("error", status=status, retry_after="0", hits=0)
    with pytest.raises(class_for(status)):
        create(client(server), stream=stream)
    assert len(server.requests) == 1
    assert time.pauses == []


LOST = ["no-response", "no-response reset=true", "head-only", "cut at=20", "reset at=20"]


@pytest.mark.parametrize("fault", LOST)
def test_a_create_that_may_have_arrived_is_never_sent_again(
    server: InteractionsServer, client: Any, fault: str
) -> None:
    server.faults.parse(f"{fault} hits=0")
    with pytest.raises(ConnectionFailedError, match="may have arrived") as caught:
        create(client(server))
    assert caught.value.sent
    assert (caught.value.method, caught.value.url) == ("POST", f"{server.url}/v1beta/interactions")
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["no-response", "no-response reset=true", "head-only reset=true"])
def test_a_stream_that_may_have_begun_is_not_created_again(
    server: InteractionsServer, client: Any, fault: str
) -> None:
    server.faults.parse(f"{fault} hits=0 on=create")
    with pytest.raises(InteractionsError):
        list(create(client(server), stream=True))
    assert [request.operation for request in server.requests] == ["create"]


@pytest.mark.parametrize("fault", LOST)
def test_a_read_is_sent_again(server: InteractionsServer, client: Any, fault: str) -> None:
    made = client(server)
    created = create(made)
    server.faults.parse(f"{fault} hits=3 on=get")
    assert made.interactions.get(created.id).id == created.id
    assert len(server.requests) == 5


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_outlives_passing_errors(
    server: InteractionsServer, client: Any, status: int
) -> None:
    made = client(server)
    created = create(made)
    server.faults.add("error", status=status, hits=2, on="get")
    assert made.interactions.get(created.id).id == created.id


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_what_will_not_pass_is_not_tried_again(
    server: InteractionsServer, client: Any, status: int
) -> None:
    server.faults.add("error", status=status, hits=0)
    with pytest.raises(class_for(status)):
        client(server).interactions.get("x")
    assert len(server.requests) == 1


@pytest.mark.parametrize("operation", ["get", "cancel", "delete", "create"])
def test_501_is_final(server: InteractionsServer, client: Any, operation: str) -> None:
    server.faults.add("not-implemented", hits=0)
    interactions = client(server).interactions
    with pytest.raises(NotImplementedByServiceError, match="501 not_implemented"):
        create(client(server)) if operation == "create" else getattr(interactions, operation)("x")
    assert len(server.requests) == 1


def test_a_refused_connection_is_tried_again(
    server: InteractionsServer, client: Any, time: Any
) -> None:
    made = client(server)
    server.stop()
    with pytest.raises(ConnectionFailedError, match=r"Connection refused.*nothing was sent") as e:
        create(made)
    assert not e.value.sent
    assert len(time.pauses) == 3

    def revive(seconds: float) -> None:
        server.start()

    revived = client(server, clock=type(time.clock)(now=time.now, sleep=revive))
    assert create(revived).status == "completed"


def test_an_unknown_host_is_named(client: Any, server: InteractionsServer) -> None:
    made = client(server, base_url="http://no-such-host.invalid", retry=1)
    with pytest.raises(ConnectionFailedError, match="nothing was sent") as caught:
        create(made)
    assert not caught.value.sent


# --- what the service asks for -------------------------------------------------------------


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


ASKED: list[tuple[dict[str, str], float, float]] = [
    ({"retry_after": "7"}, 7, 7),
    ({"retry_after": "0"}, 0, 0),
    ({"retry_after": "1.5"}, 1.5, 1.5),
    ({"retry_after_ms": "250"}, 0.25, 0.25),
    ({"retry_after_ms": "250", "retry_after": "9"}, 0.25, 0.25),
    ({"retry_after": in_seconds(-100)}, 0, 0),
    ({"retry_after": "soon"}, 0.25, 0.5),
    ({"retry_after": "-3"}, 0.25, 0.5),
    ({"retry_after": "nan"}, 0.25, 0.5),
]


@pytest.mark.parametrize(("headers", "least", "most"), ASKED)
def test_the_service_says_when(
    server: InteractionsServer,
    client: Any,
    time: Any,
    headers: dict[str, str],
    least: float,
    most: float,
) -> None:
    server.faults.add("error", status=429, **headers)
    create(client(server))
    assert len(time.pauses) == 1
    assert least <= time.pauses[0] <= most


def test_a_date_says_when(server: InteractionsServer, client: Any, time: Any) -> None:
    server.faults.add("error", status=503, retry_after=in_seconds(30))
    create(client(server))
    assert 25 < time.pauses[0] <= 30


def test_a_pause_beyond_the_deadline_is_not_made(
    server: InteractionsServer, client: Any, time: Any
) -> None:
    server.faults.add("error", status=429, retry_after="10", hits=0)
    with pytest.raises(RateLimitError):
        create(client(server), timeout=9)
    assert (len(server.requests), time.pauses) == (1, [])
    with pytest.raises(RateLimitError):
        create(client(server, timeout=25))
    assert time.pauses == [10, 10]


def test_a_pause_beyond_patience_is_not_made(
    server: InteractionsServer, client: Any, time: Any
) -> None:
    server.faults.add("error", status=429, retry_after="86400", hits=0)
    with pytest.raises(RateLimitError) as caught:
        create(client(server))
    assert caught.value.headers["Retry-After"] == "86400"
    assert (len(server.requests), time.pauses) == (1, [])
    with pytest.raises(RateLimitError):
        create(client(server, retry=Retry(attempts=2, longest_asked=1e5)))
    assert time.pauses == [86400]


@pytest.mark.parametrize(
    ("own", "call", "attempts"),
    [
        (None, 1, 1),
        (1, None, 1),
        (1, 3, 3),
        (Retry(attempts=2), None, 2),
        (None, 0, 1),
        (None, Retry(attempts=6), 6),
    ],
)
def test_attempts_are_set_for_a_client_and_for_a_call(
    server: InteractionsServer, client: Any, own: Any, call: Any, attempts: int
) -> None:
    server.faults.add("error", status=503, hits=0)
    with pytest.raises(ServerError):
        create(client(server, retry=own), retry=call)
    assert len(server.requests) == attempts


def test_a_lost_attempt_is_remembered(server: InteractionsServer, client: Any, time: Any) -> None:
    """The last failure sent nothing, but an earlier one may have arrived."""
    made = client(server)
    server.faults.add("no-response", on="cancel")
    stop: Callable[[float], None] = lambda seconds: server.stop()  # noqa: E731
    made = client(server, clock=type(time.clock)(now=time.now, sleep=stop), retry=2)
    with pytest.raises(ConnectionFailedError) as caught:
        made.interactions.cancel("x")
    assert caught.value.sent


def test_the_hook_sees_every_retry(server: InteractionsServer, client: Any, time: Any) -> None:
    seen: list[RetryInfo] = []

    class Watch(Hooks):
        def on_retry(self, info: RetryInfo) -> None:
            seen.append(info)

    server.faults.add("error", status=503, hits=2)
    create(client(server, hooks=Watch()))
    assert [info.failures for info in seen] == [1, 2]
    assert [info.pause for info in seen] == time.pauses
    assert all(isinstance(info.error, ServerError) for info in seen)


# --- pure decisions ------------------------------------------------------------------------

numbers = st.floats(0, 1e6, allow_nan=False)
retries = st.builds(
    Retry,
    attempts=st.integers(1, 10**6),
    first_pause=numbers,
    longest_pause=numbers,
    factor=st.floats(1, 1e6),
    longest_asked=numbers,
)


def api_error(status: int, headers: dict[str, str]) -> APIError:
    return class_for(status)("x", status=status, headers=headers)


outcomes = st.one_of(
    st.booleans().map(lambda sent: ConnectionFailedError("x", sent=sent)),
    st.builds(lambda sent: TimeoutExpiredError("x", limit="idle", sent=sent), st.booleans()),
    st.builds(
        api_error,
        st.integers(300, 599),
        st.dictionaries(st.sampled_from(["Retry-After", "retry-after-ms"]), st.text(max_size=12)),
    ),
    st.just(InteractionsError("x")),
)


@given(retries, outcomes, st.integers(1, 10**7), st.booleans())
def test_decisions(retry: Retry, error: Exception, failures: int, billable: bool) -> None:
    pause = pause_before_retry(retry, error, failures, billable=billable)
    if pause is not None:
        assert failures < retry.attempts
        assert 0 <= pause <= max(retry.longest_pause, retry.longest_asked)
    sent = getattr(error, "sent", None)
    status = getattr(error, "status", None)
    if billable and (sent or (status is not None and status not in (429, 503))):
        assert pause is None
    if sent is False and failures < retry.attempts:
        assert pause is not None


@given(retries, st.integers(1, 10**7), st.floats(0, 1))
def test_pauses_grow_and_are_spread(retry: Retry, failures: int, jitter: float) -> None:
    full = retry.pause(failures, lambda: 1.0)
    assert full <= retry.longest_pause
    assert full <= retry.pause(failures + 1, lambda: 1.0)
    assert full / 2 <= retry.pause(failures, lambda: jitter) <= full


@given(st.text(max_size=40) | st.datetimes().map(lambda d: format_datetime(d)))
def test_no_header_is_too_odd(text: str) -> None:
    for name in ("Retry-After", "RETRY-AFTER-MS"):
        pause = asked_pause({name: text})
        assert pause is None or pause >= 0


def test_as_retry_keeps_the_rest() -> None:
    default = Retry(first_pause=3, longest_asked=7)
    assert as_retry(9, default) == Retry(attempts=9, first_pause=3, longest_asked=7)
    assert as_retry(None, default) is default


@pytest.mark.parametrize(
    "settings",
    [
        {"attempts": 0},
        {"first_pause": -1},
        {"longest_pause": float("nan")},
        {"factor": 0.5},
        {"attempts": "3"},
    ],
)
def test_a_retry_that_makes_no_sense_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(settings))):
        Retry(**settings)
