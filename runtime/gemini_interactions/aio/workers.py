"""Performs what runs need beyond single calls: asks hooks, and makes calls in tasks."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from typing import Any

from attrs import frozen

from .._core.exchange import Effect
from .._core.execution import Ask, Batch, CallFinished, Job, ended, failed, out_of_time
from .shell import AsyncShell


@frozen
class AsyncRunShell(AsyncShell):
    @classmethod
    def of(cls, shell: AsyncShell) -> AsyncRunShell:
        return cls(shell.transport, shell.calls)

    async def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Ask):
            decision = effect.on_call(effect.call)
            return await decision if inspect.isawaitable(decision) else decision
        if isinstance(effect, Batch):
            workers = AsyncWorkers(effect)
            while (done := await workers.next_end()) is not None:
                effect.take(done)
            return None
        return await super().perform(effect)


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
                value = job.work() if job.is_async else await asyncio.to_thread(job.work)
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
