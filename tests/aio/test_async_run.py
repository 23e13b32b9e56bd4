"""The tool loop on an event loop: async functions, cancellation, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pytest

from gemini_interactions import (
    Approve,
    AsyncClient,
    AsyncRunStream,
    AsyncStream,
    Deny,
    RunState,
    RunTimeoutError,
    StreamInterruptedError,
    ToolCall,
)
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.tools import FunctionTool

Run = Callable[[Callable[[], Any]], Any]
MODEL = "gemini-3-flash-preview"
SOON = 10.0


def client_of(server: InteractionsServer) -> AsyncClient:
    return AsyncClient(api_key="test-key", base_url=server.url)


def results(server: InteractionsServer) -> list[Any]:
    return [step["result"] for step in server.requests[-1].json["input"]]


def test_async_functions_run_together(server: InteractionsServer, run: Run) -> None:
    async def main() -> None:
        arrived = asyncio.Event()
        waiting: list[int] = []

        async def lookup(query: str, limit: int) -> str:
            waiting.append(limit)
            if len(waiting) == 4:
                arrived.set()
            await asyncio.wait_for(arrived.wait(), SOON)
            return str(limit)

        async with client_of(server) as client:
            done = await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x4]", tools=[lookup]
            )
        assert done.output_text == "Done after 1 rounds of 4 calls."

    run(main)
    assert results(server) == list("0123")


def test_no_more_tasks_at_a_time_than_allowed(server: InteractionsServer, run: Run) -> None:
    counts = {"now": 0, "most": 0}

    async def lookup(query: str, limit: int) -> str:
        counts["now"] += 1
        counts["most"] = max(counts["most"], counts["now"])
        for _ in range(5):
            await asyncio.sleep(0)
        counts["now"] -= 1
        return str(limit)

    async def main() -> None:
        async with client_of(server) as client:
            await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x6]", tools=[lookup], max_parallel=2
            )

    run(main)
    assert counts == {"now": 0, "most": 2}
    assert results(server) == list("012345")


def test_functions_of_both_kinds_and_the_context(server: InteractionsServer, run: Run) -> None:
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user")
    threads: list[threading.Thread] = []

    async def first(query: str, limit: int) -> str:
        return user.get()

    def second(query: str, limit: int) -> str:
        threads.append(threading.current_thread())
        return user.get()

    async def third() -> str:
        return "late"

    def fourth(query: str, limit: int) -> Any:
        return third()  # what turns out to be awaitable is awaited

    async def main() -> None:
        user.set("ada")
        async with client_of(server) as client:
            await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x3]", tools=[first, second, fourth]
            )

    run(main)
    assert results(server) == ["ada", "ada", "late"]
    assert threads != [threading.main_thread()]


def test_hooks_may_be_async(server: InteractionsServer, run: Run) -> None:
    async def on_call(call: ToolCall) -> Approve | Deny:
        await asyncio.sleep(0)
        return Approve() if call.index else Deny("no")

    async def lookup(query: str, limit: int) -> str:
        return str(limit)

    async def main() -> None:
        async with client_of(server) as client:
            await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x2]", tools=[lookup], on_call=on_call
            )

    run(main)
    assert results(server) == ["the call was denied: no", "1"]


def test_checkpoints_may_be_async(server: InteractionsServer, run: Run) -> None:
    seen: list[tuple[int, int]] = []

    async def checkpoint(state: RunState) -> None:
        await asyncio.sleep(0)
        seen.append((state.round, len(state.results)))

    def lookup(query: str, limit: int) -> str:
        return "found"

    async def main() -> None:
        async with client_of(server) as client:
            await client.interactions.run(
                model=MODEL,
                input="[scenario: rounds 1x2]",
                tools=[lookup],
                checkpoint=checkpoint,
            )

    run(main)
    assert seen == [(1, 0), (1, 2)]


def test_an_async_hook_cannot_end_a_stream_quietly(server: InteractionsServer, run: Run) -> None:
    async def on_call(call: ToolCall) -> Approve:
        raise StopAsyncIteration

    async def main() -> None:
        async with client_of(server) as client:
            stream = await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x1]", stream=True, on_call=on_call
            )
            with pytest.raises(RuntimeError, match="StopAsyncIteration"):
                async for _ in stream:
                    pass

    run(main)


def test_functions_have_threads_of_their_own(server: InteractionsServer, run: Run) -> None:
    """Those of the loop are fewer, and the end of the program would wait for them."""
    together = threading.Barrier(40)
    kinds: list[bool] = []

    def lookup(query: str, limit: int) -> str:
        kinds.append(threading.current_thread().daemon)
        together.wait(SOON)
        return "found"

    async def main() -> None:
        async with client_of(server) as client:
            await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x40]", tools=[lookup], max_parallel=40
            )

    run(main)
    assert results(server) == ["found"] * 40
    assert kinds == [True] * 40


@pytest.mark.parametrize("is_async", [False, True])
def test_the_end_of_an_iteration_is_told_to_the_model(
    server: InteractionsServer, run: Run, is_async: bool
) -> None:
    def lookup(query: str, limit: int) -> str:
        return next(iter(()))

    async def later(query: str, limit: int) -> str:
        return next(iter(()))

    async def main() -> None:
        async with client_of(server) as client:
            tool = FunctionTool.of(later if is_async else lookup, name="lookup")
            work = client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x2]", tools=[tool]
            )
            await asyncio.wait_for(work, SOON)

    run(main)
    [told, _] = results(server)
    assert told == ("RuntimeError: coroutine raised StopIteration" if is_async else "StopIteration")


def test_closing_while_another_task_waits_for_a_call(server: InteractionsServer, run: Run) -> None:
    async def main() -> None:
        begun = asyncio.Event()

        async def lookup(query: str, limit: int) -> str:
            begun.set()
            await asyncio.sleep(3600)
            return "never"

        async with client_of(server) as client:
            stream = await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x2]", tools=[lookup], stream=True
            )
            reader = asyncio.create_task(stream.until_done())
            await asyncio.wait_for(begun.wait(), SOON)
            await stream.close()
            with pytest.raises(StreamInterruptedError):
                await asyncio.wait_for(reader, SOON)

    run(main)


@pytest.mark.parametrize("stream", [False, True])
def test_cancelling_cancels_what_runs(server: InteractionsServer, run: Run, stream: bool) -> None:
    told: list[str] = []

    async def main() -> None:
        started = asyncio.Event()

        async def lookup(query: str, limit: int) -> str:
            try:
                if limit == 1:
                    started.set()
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                await asyncio.sleep(0)  # even what takes a moment to end
                told.append(f"cancelled {limit}")
                raise
            return "never"

        async with client_of(server) as client:

            async def whole() -> None:
                answer = await client.interactions.run(
                    model=MODEL, input="[scenario: rounds 1x3]", tools=[lookup], stream=stream
                )
                if isinstance(answer, AsyncRunStream):
                    async for _ in answer:
                        pass

            task = asyncio.create_task(whole())
            await asyncio.wait_for(started.wait(), SOON)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert sorted(told) == ["cancelled 0", "cancelled 1", "cancelled 2"]

    run(main)
    assert len(server.requests) == 1


def test_closing_a_stream_cancels_what_runs(server: InteractionsServer, run: Run) -> None:
    told: list[int] = []

    async def main() -> None:
        async def lookup(query: str, limit: int) -> str:
            if limit == 0:
                return "first"
            try:
                await asyncio.sleep(3600)
            finally:
                told.append(limit)
            return "never"

        async with client_of(server) as client:
            stream = await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x3]", tools=[lookup], stream=True
            )
            async with stream:
                async for item in stream:
                    if item.event.event_type == "call.finished":
                        assert item.event.result["result"] == "first"
                        break
            assert sorted(told) == [1, 2]
            assert list(stream.state.results) == [0]
            with pytest.raises(StreamInterruptedError):
                await stream.__anext__()

    run(main)


@pytest.mark.parametrize("stream", [False, True])
def test_the_time_is_bounded(server: InteractionsServer, run: Run, stream: bool) -> None:
    ended: list[int] = []

    async def lookup(query: str, limit: int) -> str:
        try:
            if limit == 1:
                await asyncio.sleep(3600)
        finally:
            ended.append(limit)
        return str(limit)

    async def main() -> None:
        async with client_of(server) as client:

            async def whole() -> None:
                answer = await client.interactions.run(
                    model=MODEL,
                    input="[scenario: rounds 1x3]",
                    tools=[lookup],
                    timeout=1.0,
                    stream=stream,
                )
                if isinstance(answer, AsyncRunStream):
                    await answer.until_done()

            with pytest.raises(RunTimeoutError) as caught:
                await whole()
            assert [call.index for call in caught.value.pending] == [1]

    run(main)
    assert sorted(ended) == [0, 1, 2]


def test_a_function_that_is_cancelled_by_itself_is_told_to_the_model(
    server: InteractionsServer, run: Run
) -> None:
    async def lookup(query: str, limit: int) -> str:
        raise asyncio.CancelledError

    async def main() -> None:
        async with client_of(server) as client:
            done = await client.interactions.run(
                model=MODEL, input="[scenario: rounds 1x2]", tools=[lookup]
            )
            assert done.status == "completed"

    run(main)
    assert results(server) == ["RuntimeError: it was cancelled"] * 2


def test_one_reader_at_a_time(server: InteractionsServer, run: Run) -> None:
    async def main() -> None:
        async with client_of(server) as client:
            stream = await client.interactions.create(
                model=MODEL,
                input="[scenario: continuation 2]",
                stream=True,
                follow_continuation=True,
            )
            assert isinstance(stream, AsyncStream)
            both = await asyncio.gather(
                stream.__anext__(), stream.__anext__(), return_exceptions=True
            )
            assert [type(one).__name__ for one in both].count("RuntimeError") <= 1
            await stream.aclose()

    run(main)


def test_closing_while_another_task_reads(server: InteractionsServer, run: Run) -> None:
    server.faults.add("stall", on="create", after=2)

    async def main() -> None:
        async with client_of(server) as client:
            stream = await client.interactions.run(model=MODEL, input="Hello.", stream=True)
            seen = asyncio.Event()

            async def read() -> None:
                async for item in stream:
                    if item.number == 1:
                        seen.set()

            reader = asyncio.create_task(read())
            await asyncio.wait_for(seen.wait(), SOON)
            await stream.close()
            with pytest.raises(StreamInterruptedError):
                await asyncio.wait_for(reader, SOON)

    run(main)


def test_conversations(server: InteractionsServer, run: Run) -> None:
    async def lookup(query: str, limit: int) -> str:
        return str(limit)

    async def main() -> None:
        async with client_of(server) as client:
            for store in (True, False):
                talk = client.conversation(model=MODEL, tools=[lookup], store=store)
                await talk.send("My name is Ada. [scenario: rounds 1x2]")
                stream = await talk.send("[scenario: rounds 2x2]", stream=True)
                numbers = [item.number async for item in stream]
                assert numbers == list(range(len(numbers)))
                assert talk.turns == 2
                left = await talk.send("Hello.", stream=True)
                await left.close()
                named = talk.branch(tools=None)
                assert (await named.send("What is my name?")).output_text == "Your name is Ada."
                assert (talk.turns, named.turns) == (2, 3)

    run(main)
