"""Performs what runs need beyond single calls: asks hooks, and makes calls in threads."""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Iterator
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from typing import Any

from attrs import frozen

from ._core.exchange import Effect
from ._core.execution import Ask, Batch, CallFinished, Job, ended, failed, out_of_time
from ._shell import Shell


@frozen
class RunShell(Shell):
    @classmethod
    def of(cls, shell: Shell) -> RunShell:
        return cls(shell.transport, shell.headers, shell.clock)

    def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Ask):
            return effect.on_call(effect.call)
        if isinstance(effect, Batch):
            for done in made(effect):
                effect.take(done)
            return None
        return super().perform(effect)


def made(batch: Batch) -> Iterator[CallFinished]:
    """The ends of the calls of a batch, as they come."""
    yield from batch.done
    if batch.at_once == 1:
        for job in batch.jobs:
            if batch.deadline.expired():
                raise out_of_time()
            yield outcome(job)
    elif batch.jobs:
        yield from Workers(batch).ends()


def outcome(job: Job) -> CallFinished:
    try:
        value = job.work()
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()
            raise TypeError("it is asynchronous: this client cannot wait for it, AsyncClient can")
        return ended(job.call, value)
    except Exception as error:
        return failed(job.call, error)


class Workers:
    """Threads that make the calls of one batch, each in a copy of the caller's context.

    Whoever stops waiting leaves them behind: they finish the call they are at, and begin none.
    """

    def __init__(self, batch: Batch) -> None:
        self.deadline = batch.deadline
        self.count = len(batch.jobs)
        self.waiting: deque[tuple[Context, Job]] = deque(
            (copy_context(), job) for job in batch.jobs
        )
        self.over: SimpleQueue[CallFinished | BaseException] = SimpleQueue()
        for _ in range(min(batch.at_once, self.count)):
            threading.Thread(target=self.work, name="gemini-tool", daemon=True).start()

    def work(self) -> None:
        while True:
            try:
                context, job = self.waiting.popleft()
            except IndexError:
                return
            if self.deadline.expired():
                self.over.put(out_of_time())
                return
            try:
                self.over.put(context.run(outcome, job))
            except BaseException as error:  # such as SystemExit: it is for the caller
                self.over.put(error)

    def ends(self) -> Iterator[CallFinished]:
        try:
            for _ in range(self.count):
                yield self.next_end()
        finally:
            self.waiting.clear()

    def next_end(self) -> CallFinished:
        try:
            end = self.over.get(timeout=self.deadline.left())
        except Empty:
            raise out_of_time() from None
        if isinstance(end, BaseException):
            raise end
        return end
