"""Socket → typed events: a stream of small text deltas, one HTTP chunk each.

    python -m benchmarks.text_deltas [--rounds N] [--json]
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from .harness import taking
from .harness.command import main
from .harness.row import Contender, Measure, Operation, Row, at_least
from .harness.server import serving
from .harness.taking import CPU_PER_EVENT, EVENTS_PER_S

EVENTS = 20_000
MODEL = "gemini-3-flash-preview"
BODY: dict[str, Any] = {"model": MODEL, "input": "Go on.", "stream": True}
PATH = "/v1beta/interactions"
ADAPTED = "google.genai._gaos.types.interactions"


def ours(url: str) -> Operation:
    from gemini_interactions import Client

    client = Client(api_key="k", base_url=f"{url}/texts")
    create = client.interactions.create

    def read() -> int:
        return sum(1 for _ in create(model=MODEL, input="Go on.", stream=True))

    return read


def google_genai(url: str) -> Operation:
    genai: Any = import_module("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": f"{url}/texts"})

    def read() -> int:
        return sum(1 for _ in client.interactions.create(**BODY))

    return read


def openai(url: str) -> Operation:
    module: Any = import_module("openai")
    client = module.OpenAI(api_key="k", base_url=f"{url}/texts")

    def read() -> int:
        stream = client.post(
            "/interactions",
            body=BODY,
            cast_to=object,
            stream=True,
            stream_cls=module.Stream[object],
        )
        return sum(1 for _ in stream)

    return read


def httpx_sse(url: str) -> Operation:
    httpx: Any = import_module("httpx")
    sse: Any = import_module("httpx_sse")
    client = httpx.Client()

    def read() -> int:
        with sse.connect_sse(client, "POST", f"{url}/texts{PATH}", json=BODY) as source:
            return count_parsed(event.data for event in source.iter_sse())

    return read


def urllib3(url: str, how: str, loads_from: str) -> Operation:
    """No decoder at all: what stands behind `data:`, parsed. Right for these bytes alone."""
    pool = import_module("urllib3").PoolManager()
    loads = import_module(loads_from).loads

    def read() -> int:
        response = pool.request("POST", f"{url}/texts{PATH}", json=BODY, preload_content=False)
        pieces = one_by_one(response.read1) if how == "read1" else response.stream()
        return count_parsed(data_lines(pieces), loads)

    return read


def adapter(url: str) -> Operation:
    """google-genai's types, read by an adapter that is made once, over urllib3."""
    pool = import_module("urllib3").PoolManager()
    event: Any = event_type()
    validate = import_module("pydantic").TypeAdapter(event).validate_json

    def read() -> int:
        response = pool.request("POST", f"{url}/texts{PATH}", json=BODY, preload_content=False)
        return count_parsed(data_lines(response.stream()), validate)

    return read


def event_type() -> Any:
    raise NotImplementedError


def bare_socket(url: str) -> Operation:
    """Counts bytes, and reads as much as there is: the most that the server can give."""
    address = urlsplit(url)
    body = json.dumps(BODY)
    request = (
        f"POST /texts{PATH} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()

    def read() -> int:
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(request)
            buffer = memoryview(bytearray(1 << 16))
            last = b""
            while not last.endswith(b"0\r\n\r\n"):
                count = connection.recv_into(buffer)
                last = last[-5:] + bytes(buffer[max(0, count - 5) : count])
        return EVENTS

    return read


def one_by_one(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(1 << 16):
        yield piece


def data_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                yield line[6:]


def count_parsed(data: Iterator[Any], loads: Callable[[Any], Any] = json.loads) -> int:
    count = 0
    for text in data:
        if text in (b"[DONE]", "[DONE]"):
            break
        loads(text)
        count += 1
    for _ in data:
        pass
    return count


ROW = Row(
    title="Socket → typed events, small text deltas",
    about=f"One stream of {EVENTS:,} text deltas, one HTTP chunk each, read to its end.",
    measures=(Measure(EVENTS_PER_S), Measure(CPU_PER_EVENT, 2)),
    contenders=(
        Contender("ours", "ours", ours),
        Contender("ours with orjson", "ours with orjson", ours),
        Contender("openai, untyped", "openai", openai),
        Contender("httpx-sse + json, untyped", "httpx", httpx_sse),
        Contender("urllib3 read1 + json", "urllib3", urllib3, ("read1", "json")),
        Contender("urllib3 stream + json", "urllib3", urllib3, ("stream", "json")),
        Contender("urllib3 stream + orjson", "urllib3", urllib3, ("stream", "orjson")),
        Contender("google-genai", "google-genai", google_genai, every=5),
        Contender("bare socket, counts bytes", "urllib3", bare_socket),
    ),
    goals=(
        at_least("ours", EVENTS_PER_S, 150_000),
        at_least("ours", EVENTS_PER_S, 1, of="openai, untyped"),
        at_least("ours with orjson", EVENTS_PER_S, 220_000),
    ),
    take=taking.events,
    rounds=9,
    setting=lambda: serving(texts=["texts", EVENTS]),
)

if __name__ == "__main__":
    main(ROW, __file__)
