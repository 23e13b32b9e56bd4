"""What only an asynchronous client has: tasks, loops, sessions, cancellation."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import aiohttp
import pytest

import gemini_interactions as genai
from gemini_interactions import (
    AsyncClient,
    AsyncStream,
    Client,
    ConfigurationError,
    ConnectionFailedError,
    Hooks,
    StreamInterruptedError,
    Timeout,
)
from gemini_interactions._bindings import REVISIONS
from gemini_interactions._core.long_json import PIECE, in_turns
from gemini_interactions.aio import interactions as aio_interactions
from gemini_interactions.testing import InteractionsServer

MODEL = "gemini-3-flash-preview"
SOON = 5.0


def client_of(server: InteractionsServer, **arguments: Any) -> Any:
    client: Any = AsyncClient
    return client(**{"api_key": "k", "base_url": server.url, **arguments})


async def create(client: Any, text: str = "Hello.", **arguments: Any) -> Any:
    return await client.interactions.create(model=MODEL, input=text, **arguments)


def sockets() -> int:
    """How many connected sockets this process has to a server."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
    return found


# --- the surface -------------------------------------------------------------------------------


def test_as_it_is_written(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with AsyncClient(api_key="k", base_url=server.url) as client:
            interaction = await client.interactions.create(model=MODEL, input="Hello.")
            assert interaction.output_text == 'You said: "Hello.".'
            assert interaction.id
            kinds = [
                event.event_type
                async for event in await client.interactions.create(
                    model=MODEL, input="Hello.", stream=True
                )
            ]
            assert kinds[-1] == "interaction.completed"
            async with await client.interactions.get(interaction.id, stream=True) as stream:
                assert isinstance(stream, AsyncStream)
                whole = await stream.until_done()
            assert whole == await client.interactions.get(interaction.id)
            assert (await client.interactions.wait(interaction.id)).status == "completed"
            raw = await client.interactions.with_raw_response.get(interaction.id)
            assert (raw.status, raw.parse()) == (200, whole)
            await client.interactions.delete(interaction.id)
            assert repr(client) == f"AsyncClient({server.url}, api_revision='2026-05-20')"

    run(main)


@pytest.mark.parametrize("revision", REVISIONS)
def test_client_aio(make_interactions_server: Any, run: Any, revision: str) -> None:
    server = make_interactions_server(revision=revision)
    made: Any = Client
    client = made(api_key="k", base_url=server.url, api_revision=revision)
    created = client.interactions.create(model=MODEL, input="x")

    async def main() -> None:
        assert client.aio is client.aio
        assert isinstance(client.aio, AsyncClient)
        assert await client.aio.interactions.get(created.id) == created
        await client.aio.aclose()

    run(main)
    assert client.interactions.get(created.id) == created
    client.close()


def test_both_surfaces_are_the_same() -> None:
    from gemini_interactions import interactions

    pairs = [
        (Client, AsyncClient),
        (genai.Stream, AsyncStream),
        (interactions.Interactions, aio_interactions.AsyncInteractions),
        (interactions.LegacyInteractions, aio_interactions.AsyncLegacyInteractions),
        (interactions.RawInteractions, aio_interactions.AsyncRawInteractions),
    ]
    for one, other in pairs:
        names = {name for name in dir(one) if not name.startswith("_")}
        assert names - set(dir(other)) <= {"aio"}


# --- cancellation ------------------------------------------------------------------------------


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts in /proc")
@pytest.mark.parametrize("when", ["head", "body", "stream", "resume"])
def test_a_cancelled_task_leaves_nothing(server: InteractionsServer, run: Any, when: str) -> None:
    faults = {
        "head": "silent",
        "body": "stall after=3",
        "stream": "stall after=3",
        "resume": "cut after=3 on=create; silent on=get",
    }

    async def work(client: Any) -> None:
        if when == "head":
            await create(client)
        else:
            await (await create(client, stream=True)).until_done()

    async def main() -> None:
        async with client_of(server) as client:
            created = await create(client)
            await client.close()
            await asyncio.sleep(0.05)
            before = sockets()
            server.faults.parse(faults[when])
            task = asyncio.create_task(work(client))
            await asyncio.sleep(0.5)
            assert sockets() > before
            begin = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.05)
            assert time.monotonic() - begin < 0.5
            server.release()
            await asyncio.sleep(0.1)
            assert sockets() <= before
            assert not [r for r in server.requests if r.operation == "cancel"]
            assert await client.interactions.get(created.id) == created

    run(main)


def test_a_stream_of_a_cancelled_task_is_closed(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            server.faults.parse("stall after=3")
            stream = await create(client, stream=True)
            for _ in range(3):
                await anext_of(stream)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext_of(stream), 0.05)
            with pytest.raises(StreamInterruptedError, match="was closed"):
                await anext_of(stream)
            server.release()

    run(main)


def anext_of(stream: Any) -> Any:
    return stream.__anext__()


def test_closing_wakes_the_task_that_reads(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            server.faults.parse("stall after=3")
            stream = await create(client, stream=True)
            reader = asyncio.create_task(stream.until_done())
            await asyncio.sleep(0.1)
            with pytest.raises(RuntimeError, match="another task"):
                await anext_of(stream)
            await stream.close()
            with pytest.raises(StreamInterruptedError, match="was closed"):
                await asyncio.wait_for(reader, SOON)
            server.release()

    run(main)


def test_a_long_body_can_be_cancelled(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            server.faults.parse("silent")
            task = asyncio.create_task(create(client, "x" * 3_000_000))
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            server.release()
            assert (await create(client, "x" * 3_000_000)).status == "completed"

    run(main)


def test_a_hook_that_stops_the_program_leaves_nothing(server: InteractionsServer, run: Any) -> None:
    class Stop(Hooks):
        def on_response(self, info: Any) -> None:
            raise SystemExit

    async def main() -> None:
        async with client_of(server, hooks=Stop()) as client:
            await create(client)

    with pytest.raises(SystemExit):
        run(main)


# --- time --------------------------------------------------------------------------------------


def test_a_reader_that_takes_its_time_is_not_idle(server: InteractionsServer, run: Any) -> None:
    """Only waiting for bytes counts: what has come stays, however long nobody asks for it."""

    async def main() -> None:
        async with client_of(server, timeout=Timeout(idle=0.1), resume=False) as client:
            server.faults.parse("pace seconds=0.01")
            stream = await create(client, stream=True)
            await anext_of(stream)
            await asyncio.sleep(0.4)
            assert (await stream.until_done()).status == "completed"

    run(main)


def test_tokens_and_clocks_wait_beside_the_loop(server: InteractionsServer, run: Any) -> None:
    threads: list[threading.Thread] = []

    def token() -> str:
        threads.append(threading.current_thread())
        return "t"

    def sleep(seconds: float) -> None:
        threads.append(threading.current_thread())

    async def main() -> None:
        clock = genai.Clock(sleep=sleep)
        async with client_of(server, api_key=None, credentials=token, clock=clock) as client:
            server.faults.parse("error status=503")
            await create(client)

    run(main)
    assert len(threads) == 3
    assert threading.main_thread() not in threads


def test_the_project_is_found_beside_the_loop(
    server: InteractionsServer, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    class Google:
        token, valid = "t", True

        def refresh(self, request: object) -> None: ...

    def default(scopes: object) -> Any:
        threads.append(threading.current_thread())
        return Google(), "mine"

    monkeypatch.setattr("google.auth.default", default)

    async def main() -> None:
        client: Any = AsyncClient(vertexai=True, location="eu", proxy="http://127.0.0.1:9")
        with pytest.raises(ConnectionFailedError) as caught:
            await client.interactions.get("x", timeout=0.01, retry=1)
        assert "/projects/mine/locations/eu/" in caught.value.url

    run(main)
    assert threads
    assert threading.main_thread() not in threads


# --- loops and sessions ------------------------------------------------------------------------


def test_a_second_loop(server: InteractionsServer, run: Any) -> None:
    client = client_of(server)

    async def main() -> Any:
        interaction = await create(client)
        assert len(client._transport._own) == 1
        return interaction

    assert run(main).id != run(main).id
    assert client._transport._own == {}


def test_loops_in_threads(server: InteractionsServer) -> None:
    client = client_of(server)
    texts: list[str] = []

    async def main() -> None:
        texts.extend([(await create(client)).output_text for _ in range(5)])

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 40


def test_uvloop(server: InteractionsServer) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main() -> None:
        async with client_of(server) as client:
            server.faults.parse("cut after=3 on=create")
            stream = await create(client, "[scenario: many 500]", stream=True)
            assert (await stream.until_done()).status == "completed"
            server.faults.parse("stall after=3")
            stream = await create(client, stream=True)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(stream.until_done(), 0.1)
            server.release()

    for _ in range(2):
        loop = uvloop.new_event_loop()
        try:
            loop.run_until_complete(main())
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()


def test_a_callers_session_is_used_and_not_closed(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with client_of(server, session=session) as client:
                await (await create(client, stream=True)).until_done()
                with pytest.raises(genai.NotFoundError):
                    await client.interactions.get("none")
                assert client._transport._own == {}
            assert not session.closed
            async with session.get(f"{server.url}/none", raise_for_status=False) as answer:
                assert answer.status == 404
        with pytest.raises(ConnectionFailedError, match=r"closed.*nothing was sent"):
            await client.interactions.get("x", retry=1)

    run(main)


def test_proxy_and_session_exclude_each_other(server: InteractionsServer) -> None:
    with pytest.raises(ConfigurationError, match="proxy and session are both given"):
        client_of(server, proxy="http://127.0.0.1:1", session=object())


def test_many_streams_at_once(server: InteractionsServer, run: Any) -> None:
    async def one(client: Any, number: int) -> None:
        stream = await create(client, f"number {number}", stream=True)
        assert (await stream.until_done()).output_text == f'You said: "number {number}".'

    async def main() -> None:
        async with client_of(server) as client:
            await asyncio.gather(*(one(client, number) for number in range(200)))

    run(main)


def test_a_connection_is_used_again(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            for _ in range(5):
                await create(client)
                await (await create(client, stream=True)).until_done()
            connector = client._transport._own[asyncio.get_running_loop()].session.connector
            assert sum(map(len, connector._conns.values())) == 1

    run(main)


def test_a_large_event(server: InteractionsServer, run: Any) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            stream = await create(client, "[scenario: big 20000000]", stream=True)
            largest = 0
            async for event in stream:
                if event.event_type == "step.delta":
                    largest = max(largest, len(getattr(event.delta, "text", "") or ""))
            assert largest >= 20_000_000
            assert stream.status == "completed"

    run(main)


@pytest.mark.parametrize("form", ["big", "image"])
def test_others_go_on_while_a_large_event_is_read(
    server: InteractionsServer, run: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the pieces of an event that is all there, other tasks have their turns."""
    turns = 0
    at: list[int] = []

    def counted(data: bytearray) -> Any:
        at.append(turns)
        return (yield from in_turns(data))

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def main() -> None:
        async with client_of(server) as client:
            counting = asyncio.create_task(count())
            stream = await create(client, f"[scenario: {form} {10 * PIECE}]", stream=True)
            async for _ in stream:
                if len(at) == 1:
                    at.append(turns)
            counting.cancel()
        assert at[1] - at[0] >= 10

    monkeypatch.setattr("gemini_interactions._core.events.in_turns", counted)
    run(main)


@pytest.mark.parametrize("leave", ["close", "cancel"])
def test_leaving_in_the_middle_of_a_large_event(
    server: InteractionsServer, run: Any, leave: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    def noted(data: bytearray) -> Any:
        for turn in in_turns(data):
            reached.set()
            yield turn

    async def main() -> None:
        async with client_of(server) as client:
            stream = await create(client, f"[scenario: big {10 * PIECE}]", stream=True)
            reading = asyncio.create_task(stream.until_done())
            await reached.wait()
            if leave == "close":
                await stream.close()
                with pytest.raises(StreamInterruptedError, match="closed"):
                    await reading
            else:
                reading.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await reading
            await asyncio.sleep(0)
            assert stream.status != "completed"

    monkeypatch.setattr("gemini_interactions._core.events.in_turns", noted)
    run(main)


def test_a_session_that_has_just_been_closed(server: InteractionsServer, run: Any) -> None:
    """Its connections are gone, and nobody has told the streams that read from them."""

    async def main() -> None:
        async with client_of(server) as client:
            fault = {"x-test-fault": "stall after=3 on=create"}
            stream = await create(client, stream=True, extra_headers=fault)
            for _ in range(3):
                await stream.__anext__()
            stream._response._response.connection.protocol.close()
            assert (await stream.until_done()).status == "completed"

    run(main)


# --- whole programs ----------------------------------------------------------------------------

PROGRAM = """
import asyncio, sys, gemini_interactions as genai
client = genai.AsyncClient(api_key="k", base_url=sys.argv[1])
async def main():
    created = await client.interactions.create(model="m", input="x")
    stream = await client.interactions.create(model="m", input="[scenario: many 500]", stream=True)
    await stream.__anext__()
    leaked = genai.AsyncClient(api_key="k", base_url=sys.argv[1])
    await leaked.interactions.create(model="m", input="x")
    if sys.argv[2] == "tidy":
        await stream.close(); await client.close(); await leaked.close()
asyncio.run(main())
asyncio.run(main())
print("done")
"""


def program(*arguments: str) -> tuple[int, str, str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    quiet = [line for line in done.stderr.splitlines() if not line.startswith("Executing <")]
    return done.returncode, done.stdout, "\n".join(quiet)


@pytest.mark.parametrize("manner", ["tidy", "untidy"])
def test_a_program_ends_without_a_word(server: InteractionsServer, manner: str) -> None:
    assert program(PROGRAM, server.url, manner) == (0, "done\n", "")


MISSING = """
import sys
sys.modules["aiohttp"] = None
import asyncio, gemini_interactions as genai
assert "asyncio" in sys.modules
client = genai.AsyncClient(api_key="k")
assert genai.Client(api_key="k").aio
async def main():
    try:
        await client.interactions.get("x")
    except genai.ConfigurationError as error:
        print(error)
asyncio.run(main())
"""


def test_without_aiohttp() -> None:
    said = 'the asynchronous client needs aiohttp: pip install "gemini-interactions[aio]"\n'
    assert program(MISSING) == (0, said, "")


def test_the_import_brings_neither_asyncio_nor_aiohttp() -> None:
    text = "import sys, gemini_interactions; print({'asyncio', 'aiohttp'} & set(sys.modules))"
    assert program(text)[1] == "set()\n"
