"""Leaving a stream, from anywhere and at any time, leaves nothing behind."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import urllib3

from gemini_interactions import Clock, Hooks, StreamInterruptedError
from gemini_interactions.testing import InteractionsServer

ClientFactory = Callable[..., Any]
MODEL = "gemini-3-flash-preview"
SOON = 10.0
"""Seconds after which something that should happen at once is said not to happen."""


def ask(api: Any, text: Any = "Hello", **fields: Any) -> Any:
    return api.interactions.create(model=MODEL, input=text, stream=True, **fields)


@pytest.fixture
def pool() -> Iterator[urllib3.PoolManager]:
    """One connection at most, and whoever wants another one waits in vain."""
    pool = urllib3.PoolManager(maxsize=1, block=True, timeout=SOON)
    yield pool
    pool.clear()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that is made."""
    made: list[Any] = []
    connect = urllib3.connection.HTTPConnection.connect

    def noted(self: Any) -> None:
        made.append(self)
        connect(self)

    monkeypatch.setattr(urllib3.connection.HTTPConnection, "connect", noted)
    return made


# --- connections -------------------------------------------------------------------------------


def test_the_connection_is_used_again(
    server: InteractionsServer, client: ClientFactory, connections: list[Any]
) -> None:
    api = client(server)
    for _ in range(5):
        ask(api).until_done()
        api.interactions.get(ask(api).until_done().id)
    assert len(connections) == 1


@pytest.mark.parametrize(
    "fault", ["no-done", "done form=bare", "no-blank-line", "pieces; pace seconds=0.001"]
)
def test_the_connection_is_used_again_however_it_ended(
    server: InteractionsServer, client: ClientFactory, connections: list[Any], fault: str
) -> None:
    api = client(server)
    server.faults.parse(fault)
    ask(api).until_done()
    ask(api).until_done()
    assert len(connections) == 1


@pytest.mark.parametrize("fault", ["eof", "cut", "reset", "close-delimited after=2", "bare-error"])
def test_a_broken_connection_gives_its_place_back(
    server: InteractionsServer, client: ClientFactory, pool: urllib3.PoolManager, fault: str
) -> None:
    api = client(server, pool=pool, resume=False)
    server.faults.parse(fault)
    with pytest.raises(Exception, match=r"ended|broke|block"):
        list(ask(api))
    assert ask(api).until_done().status == "completed"


def test_leaving_early_gives_the_place_back(
    server: InteractionsServer,
    client: ClientFactory,
    pool: urllib3.PoolManager,
    connections: list[Any],
) -> None:
    api = client(server, pool=pool)
    for events in (0, 1, 3, 3, 3):
        server.faults.add("stall", after=3)
        with ask(api, "Count to 50") as stream:
            for _ in range(events):
                next(stream)
    assert ask(api).until_done().status == "completed"
    assert len(connections) == 6


def test_refusals_give_the_place_back(
    server: InteractionsServer, client: ClientFactory, pool: urllib3.PoolManager
) -> None:
    api = client(server, pool=pool)
    server.faults.add("error", status=503, hits=2)
    server.faults.add("html", nth=3)
    for _ in range(2):
        with pytest.raises(Exception, match="text/html"):
            list(ask(api))
        assert ask(api).until_done().status == "completed"
        server.faults.add("html")


# --- leaving -----------------------------------------------------------------------------------


def test_leaving_is_immediate(server: InteractionsServer, client: ClientFactory) -> None:
    """Neither the rest of a large event nor a silent server is waited for."""
    server.faults.add("stall", after=3)
    stream = ask(client(server))
    for _ in range(3):
        next(stream)
    stream.close()
    stream.close()
    server.faults.add("pace", seconds=60.0, nth=2)
    with ask(client(server)):
        pass


def test_the_with_block_closes_on_errors(server: InteractionsServer, client: ClientFactory) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    stream = ask(client(server))
    with pytest.raises(ZeroDivisionError), stream:
        fail()
    with pytest.raises(StreamInterruptedError, match="was closed"):
        next(stream)


def test_closing_inside_the_loop(server: InteractionsServer, client: ClientFactory) -> None:
    """A loop that goes on over a closed stream is told: it cannot mistake that for the end."""
    stream = ask(client(server))
    with pytest.raises(StreamInterruptedError, match="was closed"):
        deque((stream.close() for _ in stream), maxlen=0)
    assert stream.last_event_id == "evt_0"


@pytest.mark.sync_only
def test_closing_inside_a_hook(server: InteractionsServer, client: ClientFactory) -> None:
    class Closing(Hooks):
        def on_event(self, event: Any) -> None:
            stream.close()

    stream = ask(client(server, hooks=Closing()))
    with pytest.raises(StreamInterruptedError, match="was closed"):
        list(stream)
    assert len(server.requests) == 1


def test_closing_while_another_thread_reads(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("stall", after=3, hits=0)
    api = client(server)
    for _ in range(20):
        stream = ask(api)
        with reading(stream, events=3) as outcome:
            stream.close()
        assert isinstance(outcome["error"], StreamInterruptedError)
        assert "was closed" in str(outcome["error"])
        assert outcome["error"].last_event_id == "evt_2"
    assert {request.operation for request in server.requests} == {"create"}


@pytest.mark.sync_only
def test_closing_while_another_thread_waits_to_resume(
    server: InteractionsServer, client: ClientFactory
) -> None:
    server.faults.add("cut", after=3, on="create")
    pausing, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        pausing.set()
        assert go_on.wait(SOON)

    stream = ask(client(server, clock=Clock(sleep=sleep)))
    with reading(stream, events=3) as outcome:
        assert pausing.wait(SOON)
        stream.close()
        go_on.set()
    assert isinstance(outcome["error"], StreamInterruptedError)
    assert "was closed" in str(outcome["error"])


@contextmanager
def reading(stream: Any, *, events: int) -> Iterator[dict[str, Any]]:
    """Another thread reads; the block runs once that has seen so many events."""
    outcome: dict[str, Any] = {"error": None}
    enough = threading.Event()

    def read() -> None:
        try:
            for number, _ in enumerate(stream, start=1):
                if number == events:
                    enough.set()
        except Exception as error:
            outcome["error"] = error

    thread = threading.Thread(target=read)
    thread.start()
    assert enough.wait(SOON)
    yield outcome
    thread.join(SOON)
    assert not thread.is_alive()


def test_the_client_may_be_closed_first(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    stream = ask(api)
    next(stream)
    api.close()
    assert stream.until_done().status == "completed"


@pytest.mark.sync_only
def test_many_streams_at_once(server: InteractionsServer, client: ClientFactory) -> None:
    api = client(server)
    outcomes: list[str] = []

    def read(number: int) -> None:
        server_fault = {"x-test-fault": f"cut after={number} on=create"}
        stream = ask(api, f"Count to {number + 20}", extra_headers=server_fault)
        outcomes.append(stream.until_done().output_text)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(2, 22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert sorted(map(len, outcomes)) == sorted(
        len(", ".join(map(str, range(1, number + 21)))) + 1 for number in range(2, 22)
    )


# --- nothing left behind -----------------------------------------------------------------------


def test_forgotten_is_closed(
    server: InteractionsServer, client: ClientFactory, pool: urllib3.PoolManager
) -> None:
    """A stream that nobody holds lets go of its connection, garbage collector or not."""
    api = client(server, pool=pool)
    server.faults.add("stall", after=3)
    gc.disable()
    try:
        for _ in ask(api):
            break
    finally:
        gc.enable()
    assert ask(api).until_done().status == "completed"


@pytest.mark.parametrize(
    "leave",
    [
        "stream.close()",
        "next(stream); stream.close()",
        "[next(stream) for _ in range(3)]; stream.close()",
        "next(stream); del stream",
        "del stream",
        "for _ in stream: break",
        "list(islice(stream, 3)); stream.close()",
        "stream.__enter__(); next(stream); stream.__exit__(None, None, None)",
        "stream.until_done()",
        "refused resume",
    ],
)
def test_no_socket_no_thread_no_warning(server: InteractionsServer, leave: str) -> None:
    """In a process of its own, where every warning is an error."""
    if leave == "refused resume":
        server.faults.add("cut", after=3, on="create", hits=0)
        server.faults.add("error", status=404, on="resume", hits=0)
        leave = "drain(stream)"
    elif "until_done" not in leave:
        server.faults.add("stall", after=3, hits=0)
    program = f"""
import gc, os, sys, threading
from itertools import islice
from gemini_interactions import Client, Clock, NotFoundError

def drain(stream):
    try:
        list(stream)
    except NotFoundError:
        pass
    else:
        raise AssertionError

unraisable = []
sys.unraisablehook = unraisable.append

clock = Clock(sleep=lambda seconds: None)
with Client(api_key="k", base_url={server.url!r}, clock=clock) as client:
    def once():
        stream = client.interactions.create(model="m", input="Hello", stream=True)
        {leave}
    once()
    client.close()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        once()
    client.close()
    gc.collect()
    after = len(os.listdir("/proc/self/fd"))
assert after == before, (before, after)
assert threading.active_count() == 1
assert not unraisable, unraisable
print("clean", end="")
"""
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (found.stdout, found.stderr) == ("clean", "")
