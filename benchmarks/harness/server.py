"""A server that sends bytes prepared beforehand, in a process of its own.

    python -m benchmarks.harness.server ANSWERS

The first segment of a request's path says which of the answers it gets; the rest of the request
is read and dropped.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from . import wire
from .processes import piped
from .row import Scene

BACKLOG = 4096


@contextmanager
def serving(**answers: list[Any]) -> Generator[Scene, None, None]:
    """Name of an answer → the function of `wire` that makes it, and its arguments."""
    arguments = ("-m", "benchmarks.harness.server", json.dumps(answers))
    with piped(sys.executable, *arguments) as process:
        assert process.stdout is not None
        yield Scene(process.stdout.readline().strip(), process.pid)


class Connection(asyncio.Protocol):
    def __init__(self, answers: dict[bytes, wire.Answer]) -> None:
        self._answers = answers
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end or len(body) < length_of(head):
            return
        self._received.clear()  # nobody here sends a request before the last one's answer
        answer = self._answers[bytes(head.split(b"/", 2)[1])]
        self._transport.write(answer.start)
        if answer.paced:
            self._pace(answer, 0, asyncio.get_running_loop().time())

    def _pace(self, answer: wire.Answer, number: int, begin: float) -> None:
        if self._transport.is_closing():
            return
        if number:
            self._transport.write(answer.paced[number - 1])
        if number < len(answer.paced):
            at = begin + (number + 1) * answer.seconds
            asyncio.get_running_loop().call_at(at, self._pace, answer, number + 1, begin)


def length_of(head: bytes | bytearray) -> int:
    for line in bytes(head).lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def serve(answers: dict[bytes, wire.Answer]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(answers), "127.0.0.1", 0, backlog=BACKLOG)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until whoever started it is gone


def main(described: str) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    answers = {
        name.encode(): getattr(wire, function)(*arguments)
        for name, (function, *arguments) in json.loads(described).items()
    }
    asyncio.run(serve(answers))


if __name__ == "__main__":
    main(sys.argv[1])
