"""Performs the effects of the core's procedures, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from ._core.exchange import Authorize, Effect, Pause, Procedure, ReadAll, Send
from ._core.limits import Clock
from ._core.requests import Request
from .errors import InteractionsError
from .transport import Response, Transport

ResultT = TypeVar("ResultT")


@frozen
class Shell:
    transport: Transport
    headers: Callable[[Request], Mapping[str, str]]
    clock: Clock

    def run(self, procedure: Procedure[ResultT]) -> ResultT:
        result: Any = None
        failure: InteractionsError | None = None
        while True:
            try:
                effect = procedure.send(result) if failure is None else procedure.throw(failure)
            except StopIteration as stop:
                value: ResultT = stop.value
                return value
            result = failure = None
            try:
                result = self.perform(effect)
            except InteractionsError as error:
                failure = error

    def perform(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return self.transport.send(effect)
        if isinstance(effect, ReadAll):
            response = effect.response
            assert isinstance(response, Response)
            try:
                return response.read_all()
            finally:
                response.close()
        if isinstance(effect, Authorize):
            return self.headers(effect.request)
        assert isinstance(effect, Pause)
        return self.clock.sleep(effect.seconds)
