"""A response as data: status, headers and a body made of bytes and instructions.

Nothing here touches a socket. `wire` carries a reply out; faults are functions from a reply to
a reply. Each `bytes` item of a chunked body becomes one HTTP chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from .json_values import Json, compact


class Signal:
    """Wakes whoever waits for it. To be used on the server's loop only."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self.count = 0

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back once, at the next `notify`."""
        self._listeners.append(callback)

    def forget(self, callback: Callable[[], None]) -> None:
        """Take a callback back that was not called yet."""
        if callback in self._listeners:
            self._listeners.remove(callback)

    def notify(self) -> None:
        """Call every listener back, once."""
        self.count += 1
        listeners, self._listeners = self._listeners, []
        for callback in listeners:
            callback()


@dataclass(frozen=True)
class Pause:
    """Send what is there, then let this much time pass."""

    seconds: float


@dataclass(frozen=True)
class Wait:
    """Send what is there, then stay silent until the signal.

    A signal that came since `count` ends the silence before it begins: whoever saw the bytes
    before it may signal sooner than the server gets around to waiting.
    """

    signal: Signal
    count: int

    @classmethod
    def from_now(cls, signal: Signal) -> Wait:
        return cls(signal, signal.count)


class Mark(Enum):
    """Instructions without arguments."""

    FLUSH = "send what is there"
    CUT = "close the socket, the body unfinished"
    RESET = "reset the connection"


Item: TypeAlias = "bytes | Pause | Wait | Mark"
Framing = Literal["length", "chunked", "close", "none"]


@dataclass
class Reply:
    """One HTTP response. `before` happens before the first byte of the head."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: Iterable[Item] = ()
    framing: Framing = "length"
    before: tuple[Item, ...] = ()
    resource: Callable[[], Json] | None = None
    """For streams: the answer that the same request without `stream` would get."""
    earlier: Callable[[], Iterator[bytes]] | None = None
    """For resumed streams: the frames up to the cursor, the newest last."""
    hung_up: Callable[[], None] | None = None
    """Called when the body will not be read any further, to its end or not."""

    @property
    def is_stream(self) -> bool:
        return self.framing != "length"


def bytes_reply(status: int, content_type: str, body: bytes) -> Reply:
    """A response with a body of known length."""
    headers = {"Content-Type": content_type} if content_type else {}
    # The length is fixed here: a fault that shortens the body later leaves a broken promise.
    return Reply(status, {**headers, "Content-Length": str(len(body))}, (body,))


def json_reply(status: int, value: object) -> Reply:
    """A response with a JSON body."""
    return bytes_reply(status, "application/json; charset=UTF-8", compact(value).encode())


def error_body(code: str | int, message: str) -> Json:
    """The error object of the API."""
    return {"error": {"message": message, "code": code}}


def stream_reply(body: Iterable[Item]) -> Reply:
    """An event stream, chunked."""
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
    return Reply(200, headers, body, "chunked")
