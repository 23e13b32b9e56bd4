"""Performs what runs need beyond single calls: asks hooks, and makes calls in threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextvars import Context, copy_context
from queue import Empty, SimpleQueue
from typing import Any

from attrs import frozen

from ._core.dialogues.execution import (
    Ask,
    Batch,
    CallFinished,
    Job,
    ended,
    failed,
    not_awaited,
    out_of_time,
)
from ._core.exchange import Effect
from ._shell import Shell


@frozen
class RunShell(Shell):
    @classmethod
    def of(cls, shell: Shell) -> RunShell:
        return cls(shell.transport, shell.headers, shell.clock)

    def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Ask):
            return heard(effect)
        if isinstance(effect, Batch):
            workers = Workers(effect)
            try:
                for done in workers.ends():
                    effect.take(done)
            finally:
                workers.stop()
            return None
        return super().perform(effect)


def heard(ask: Ask) -> Any:
    """What a hook says. `StopIteration` out of it is an error: it would end a stream quietly."""
    try:
        return not_awaited(ask.hook(ask.about))
    except StopIteration as error:
        raise RuntimeError("a hook of the run raised StopIteration") from error


def outcome(job: Job) -> CallFinished:
    try:
        return ended(job.call, not_awaited(job.work()))
    except Exception as error:
        return failed(job.call, error)


class Workers:
    """Threads that make the calls of one batch, each in a copy of the caller's context.

    Whoever stops waiting leaves them behind: they finish the call they are at, and begin none.
    One call at a time needs no threads: it is made where it is waited for.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.deadline = batch.deadline
        self.waiting: deque[tuple[Context, Job]] = deque(
            (copy_context(), job) for job in batch.jobs
        )
        self.over: SimpleQueue[CallFinished | BaseException | None] = SimpleQueue()
        self.is_stopped = False
        for _ in range(min(batch.at_once, len(batch.jobs)) if batch.at_once > 1 else 0):
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
        """The ends of the calls, as they come; no more of them once it is stopped."""
        yield from self.batch.done
        for job in self.batch.jobs:
            end = self.next_end() if self.batch.at_once > 1 else self.end_of(job)
            if end is None or self.is_stopped:
                return
            yield end

    def end_of(self, job: Job) -> CallFinished:
        if self.deadline.expired():
            raise out_of_time()
        return outcome(job)

    def next_end(self) -> CallFinished | None:
        try:
            end = self.over.get(timeout=self.deadline.left())
        except Empty:
            raise out_of_time() from None
        if isinstance(end, BaseException):
            raise end
        return end

    def stop(self) -> None:
        """Begin no further call; whoever waits for one, in another thread, waits no longer."""
        self.is_stopped = True
        self.waiting.clear()
        self.over.put(None)
