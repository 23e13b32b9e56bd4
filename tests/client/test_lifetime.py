"""Threads, forks, ends: a client shares well, closes what it opened and nothing else."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import urllib3

from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"


def create(client: Any, text: str = "Hello.", **arguments: Any) -> Any:
    return client.interactions.create(model=MODEL, input=text, **arguments)


def sockets() -> int:
    """How many sockets this process has open."""
    gc.collect()
    found = 0
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # it was closed meanwhile
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return found


pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts in /proc")


@pytest.mark.sync_only
def test_many_threads_share_a_client(server: InteractionsServer, client: Any) -> None:
    made = client(server)
    barrier = threading.Barrier(16)

    def work(number: int) -> list[str]:
        barrier.wait()
        texts = [create(made, f"{number}-{turn}").output_text for turn in range(10)]
        texts += [
            create(made, f"{number}-{turn}", stream=True).until_done().output_text
            for turn in range(10)
        ]
        return texts

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(work, range(16)))
    for number, texts in enumerate(results):
        assert texts == [f'You said: "{number}-{turn}".' for turn in range(10)] * 2


def test_a_connection_is_used_again(server: InteractionsServer, client: Any) -> None:
    made = client(server)
    created = create(made)
    before = sockets()
    for _ in range(5):
        made.interactions.get(created.id)
        create(made)
        create(made, stream=True).until_done()
    server.faults.add("error", status=400, hits=3)
    for _ in range(3):
        with pytest.raises(Exception, match="400"):
            create(made)
    assert sockets() == before


# A stream that is dropped unfinished is warned of, as a file would be; it is gone all the same.
@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)
@pytest.mark.parametrize("leave", ["close", "with", "drop"])
def test_no_socket_is_left(make_interactions_server: Any, client: Any, leave: str) -> None:
    server = make_interactions_server()
    before = sockets()
    made = client(server)
    create(made)
    stream = create(made, "[scenario: many 1000]", stream=True)
    next(stream)
    if leave == "with":
        with stream, made:
            pass
    elif leave == "close":
        stream.close()
        made.close()
    else:
        del stream
        made.close()
    server.stop()
    assert sockets() <= before
    server.start()


def test_it_can_be_used_after_its_end(server: InteractionsServer, client: Any) -> None:
    made = client(server)
    with made:
        create(made)
    assert create(made).output_text
    made.close()
    made.close()
    assert create(made).output_text


@pytest.mark.sync_only
def test_closing_disturbs_no_call_of_another_thread(
    server: InteractionsServer, client: Any
) -> None:
    made = client(server)
    stop = threading.Event()

    def close() -> None:
        while not stop.wait(0.001):
            made.close()

    closer = threading.Thread(target=close)
    closer.start()
    try:
        for number in range(100):
            assert create(made, str(number)).output_text
    finally:
        stop.set()
        closer.join()


@pytest.mark.sync_only
def test_an_open_stream_outlives_the_close(server: InteractionsServer, client: Any) -> None:
    made = client(server)
    stream = create(made, "[scenario: many 2000]", stream=True)
    next(stream)
    made.close()
    assert stream.until_done().status == "completed"


@pytest.mark.sync_only
def test_a_callers_pool_is_not_closed(server: InteractionsServer, client: Any) -> None:
    pool = urllib3.PoolManager()
    with client(server, pool=pool) as made:
        create(made)
        create(made, stream=True).until_done()
    assert len(pool.pools) == 1
    assert pool.request("GET", f"{server.url}/none").status == 404
    pool.clear()


@pytest.mark.sync_only
def test_a_client_without_name_lives_as_long_as_its_stream(
    server: InteractionsServer, client: Any
) -> None:
    from gemini_interactions import Client

    stream = Client(api_key="k", base_url=server.url).interactions.create(
        model=MODEL, input="[scenario: many 500]", stream=True
    )
    gc.collect()
    assert stream.until_done().status == "completed"


def in_child(work: Callable[[], None]) -> int:
    """Run in a forked child and give its exit status."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
class TestFork:
    @pytest.mark.sync_only
    def test_parent_and_child_have_connections_of_their_own(
        self, server: InteractionsServer, client: Any
    ) -> None:
        made = client(server)
        create(made)
        stream = create(made, "[scenario: many 3000]", stream=True)
        next(stream)

        def work() -> None:
            nonlocal stream
            for number in range(20):
                assert create(made, f"child {number}").output_text == f'You said: "child {number}".'
            del stream  # what the child lets go of is still the parent's
            gc.collect()
            made.close()

        assert in_child(work) == 0
        assert stream.until_done().status == "completed"
        assert create(made, "parent").output_text == 'You said: "parent".'

    @pytest.mark.sync_only
    def test_a_stream_that_the_child_closes_goes_on_in_the_parent(
        self, server: InteractionsServer, client: Any
    ) -> None:
        stream = create(client(server, resume=False), "[scenario: many 3000]", stream=True)
        next(stream)
        assert in_child(stream.close) == 0
        assert stream.until_done().status == "completed"

    @pytest.mark.sync_only
    def test_no_lock_is_inherited(self, server: InteractionsServer, client: Any) -> None:
        made = client(server)
        create(made)
        with made._transport._lock:  # as another thread may hold it while this one forks
            assert in_child(lambda: create(made)) == 0


PROGRAM = """
import sys, gemini_interactions as genai
client = genai.Client(api_key="k", base_url=sys.argv[1])
created = client.interactions.create(model="m", input="x")
client.interactions.get(created.id)
stream = client.interactions.create(model="m", input="[scenario: many 500]", stream=True)
next(stream)
raw = client.interactions.with_raw_response.create(model="m", input="x", stream=True)
leaked = genai.Client(api_key="k", base_url=sys.argv[1])
leaked.interactions.create(model="m", input="x")
if sys.argv[2] == "tidy":
    stream.close(); client.close(); leaked.close(); raw.value.close()
print("done")
"""


@pytest.mark.parametrize("manner", ["tidy", "untidy"])
def test_a_program_ends_without_a_word(server: InteractionsServer, manner: str) -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, server.url, manner],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_nothing_has_a_finalizer() -> None:
    import inspect

    import gemini_interactions as genai
    from gemini_interactions import transport

    classes = [*vars(genai).values(), *vars(transport).values()]
    assert not [c for c in classes if inspect.isclass(c) and "__del__" in vars(c)]
