"""Performs the effects of the core's procedures without blocking the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import frozen

from .._core.calls import Calls
from .._core.exchange import Authorize, Effect, Pause, Procedure, ReadAll, Send
from .._core.requests import Request
from ..errors import InteractionsError
from .transport import AsyncResponse, AsyncTransport

ResultT = TypeVar("ResultT")


@frozen
class AsyncShell:
    transport: AsyncTransport
    calls: Calls

    async def ready(self) -> None:
        """Find out where requests go: the credentials may have to be asked for their project."""
        if self.calls.router_may_block():
            await asyncio.to_thread(lambda: self.calls.router)

    async def run(self, procedure: Procedure[ResultT]) -> ResultT:
        result: Any = None
        failure: InteractionsError | None = None
        while True:
            try:
                effect = procedure.send(result) if failure is None else procedure.throw(failure)
            except StopIteration as stop:
                value: ResultT = stop.value
                return value
            except BaseException:
                if isinstance(result, AsyncResponse):  # which nobody holds any more
                    result.close()
                raise
            result = failure = None
            try:
                result = await self.perform(effect)
            except InteractionsError as error:
                failure = error

    async def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return await self.transport.send(effect)
        if isinstance(effect, ReadAll):
            response = effect.response
            assert isinstance(response, AsyncResponse)
            try:
                return await response.read_all()
            finally:
                response.close()
        if isinstance(effect, Authorize):
            return await self.headers(effect.request)
        assert isinstance(effect, Pause)
        return await self.pause(effect.seconds)

    async def headers(self, request: Request) -> Mapping[str, str]:
        """A token may have to be fetched: that happens beside the event loop."""
        if self.calls.settings.credential.may_block():
            return await asyncio.to_thread(self.calls.headers, request)
        return self.calls.headers(request)

    async def pause(self, seconds: float) -> None:
        """A clock of the caller's own may sleep as it likes: beside the event loop."""
        sleep = self.calls.clock.sleep
        if sleep is time.sleep:
            await asyncio.sleep(seconds)
        else:
            await asyncio.to_thread(sleep, seconds)
