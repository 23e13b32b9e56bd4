"""Performs what runs need beyond single calls: asks hooks, and makes calls in tasks."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any, TypeAlias

from attrs import frozen

from .._core.dialogues.execution import Ask, Batch, CallFinished, Job, ended, failed, out_of_time
from .._core.exchange import Effect
from .shell import AsyncShell

Attempt: TypeAlias = tuple[Any, BaseException | None]


@frozen
class AsyncRunShell(AsyncShell):
    @classmethod
    def of(cls, shell: AsyncShell) -> AsyncRunShell:
        return cls(shell.transport, shell.calls)

    async def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Ask):
            return await heard(effect)
        if isinstance(effect, Batch):
            workers = AsyncWorkers(effect)
            while (done := await workers.next_end()) is not None:
                effect.take(done)
            return None
        return await super().perform(effect)


async def heard(ask: Ask) -> Any:
    """What a hook says. `StopAsyncIteration` out of it is an error: it would end a stream."""
    try:
        said = ask.hook(ask.about)
        return await said if inspect.isawaitable(said) else said
    except StopAsyncIteration as error:
        raise RuntimeError("a hook of the run raised StopAsyncIteration") from error


async def in_thread(work: Callable[[], Any]) -> Attempt:
    """Call a function that is no asynchronous one.

    Its thread is its own: those of the loop are few, others need them, and the end of the program
    waits for them.
    """
    told: Future[Attempt] = Future()
    told.set_running_or_notify_cancel()  # from here on it cannot be taken back
    context = copy_context()
    threading.Thread(
        target=lambda: told.set_result(context.run(attempted, work)),
        name="gemini-tool",
        daemon=True,
    ).start()
    return await asyncio.wrap_future(told)


def attempted(work: Callable[[], Any]) -> Attempt:
    """What a function gives, or what it raises: no future holds a `StopIteration`."""
    try:
        return work(), None
    except BaseException as error:
        return None, error


class AsyncWorkers:
    """Tasks that make the calls of one batch; other functions than async ones run in threads.

    Whoever is cancelled while waiting, or out of time, takes the tasks with them.
    """

    def __init__(self, batch: Batch) -> None:
        self.deadline = batch.deadline
        self.turns = asyncio.Semaphore(batch.at_once)
        self.over = deque(batch.done)
        self.failure: BaseException | None = None
        self.is_stopped = False
        self.tasks = {asyncio.ensure_future(self.outcome(job)) for job in batch.jobs}

    async def outcome(self, job: Job) -> CallFinished:
        async with self.turns:
            if self.deadline.expired():
                raise out_of_time()
            try:
                value, raised = attempted(job.work) if job.is_async else await in_thread(job.work)
                if raised is not None:
                    raise raised
                if inspect.isawaitable(value):
                    value = await value
                return ended(job.call, value)
            except asyncio.CancelledError:
                if self.is_stopped:
                    raise
                return failed(job.call, RuntimeError("it was cancelled"))
            except Exception as error:
                return failed(job.call, error)

    async def next_end(self) -> CallFinished | None:
        """The next call that is over; `None` after the last one."""
        if not self.over and self.tasks and self.failure is None:
            await self.wait()
        if not self.over and self.failure is not None:
            await self.stop()
            raise self.failure
        return self.over.popleft() if self.over else None

    async def wait(self) -> None:
        """Wait for calls to end. What they gave is handed on before what one of them raised."""
        try:
            done, self.tasks = await asyncio.wait(
                self.tasks, timeout=self.deadline.left(), return_when=asyncio.FIRST_COMPLETED
            )
        except BaseException:
            await self.stop()
            raise
        if self.is_stopped:  # by another task
            return
        if not done:
            self.failure = out_of_time()
        for task in done:
            failure = task.exception()
            if failure is None:
                self.over.append(task.result())
            else:
                self.failure = failure

    async def stop(self) -> None:
        """Cancel what is at work, and see it end."""
        self.is_stopped = True
        tasks = list(self.tasks)
        self.tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
