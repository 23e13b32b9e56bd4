"""One stream, read by one thread: each contender gives its events one by one.

All take the server's address and the name of the answer that they ask for.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from .asking import INPUT, MODEL, PATH, STREAMED, request_bytes

Stream = Callable[[], Iterator[Any]]
PIECE = 1 << 16


def ours(server: str, answer: str, assemble: bool = True) -> Stream:
    from gemini_interactions import Client

    create = Client(api_key="k", base_url=f"{server}/{answer}").interactions.create
    return lambda: create(model=MODEL, input=INPUT, stream=True, assemble=assemble)


def google_genai(server: str, answer: str) -> Stream:
    genai: Any = import_module("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": f"{server}/{answer}"})
    return lambda: client.interactions.create(**STREAMED)


def openai(server: str, answer: str) -> Stream:
    """Its way for services that it has no types for: what comes is parsed JSON."""
    module: Any = import_module("openai")
    client = module.OpenAI(api_key="k", base_url=f"{server}/{answer}")
    untyped = {"cast_to": object, "stream": True, "stream_cls": module.Stream[object]}
    return lambda: client.post("/interactions", body=STREAMED, **untyped)


def httpx_sse(server: str, answer: str) -> Stream:
    httpx: Any = import_module("httpx")
    sse: Any = import_module("httpx_sse")
    client = httpx.Client()

    def events() -> Iterator[Any]:
        url = f"{server}/{answer}{PATH}"
        with sse.connect_sse(client, "POST", url, json=STREAMED) as source:
            for event in source.iter_sse():
                if event.data != "[DONE]":
                    yield json.loads(event.data)

    return events


def urllib3(server: str, answer: str, how: str, library: str = "json") -> Stream:
    """No decoder at all: what stands behind `data: `, parsed. Right for these bytes alone."""
    return read_by_hand(server, answer, how, import_module(library).loads)


def google_types(server: str, answer: str) -> Stream:
    """google-genai's types without its client: read by an adapter that is made once."""
    event: Any = import_module("google.genai.interactions").InteractionSSEEvent
    adapter = import_module("pydantic").TypeAdapter(event)
    return read_by_hand(server, answer, "stream", adapter.validate_json)


def read_by_hand(server: str, answer: str, how: str, read: Callable[[bytes], Any]) -> Stream:
    pool = import_module("urllib3").PoolManager()

    def events() -> Iterator[Any]:
        url = f"{server}/{answer}{PATH}"
        response = pool.request("POST", url, json=STREAMED, preload_content=False)
        pieces = response.stream() if how == "stream" else one_by_one(response.read1)
        for data in data_of(pieces):
            if data != b"[DONE]":
                yield read(data)

    return events


def bare_socket(server: str, answer: str) -> Stream:
    """Gives what each `recv` gives, unread: the most that this server and a client can do."""
    address = urlsplit(server)
    request = request_bytes(f"{server}/{answer}", STREAMED)
    end = b"0\r\n\r\n"

    def pieces() -> Iterator[bytes]:
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(request)
            last = b""
            while not last.endswith(end):
                yield (piece := connection.recv(PIECE))
                last = (last + piece[-len(end) :])[-len(end) :]

    return pieces


def one_by_one(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while piece := read(PIECE):
        yield piece


def data_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The data lines. Each byte is looked at once, also where one line comes in many pieces."""
    held: list[bytes] = []
    for piece in pieces:
        if b"\n" not in piece:
            held.append(piece)
            continue
        *lines, rest = b"".join((*held, piece)).split(b"\n")
        held = [rest]
        for line in lines:
            if line.startswith(b"data: "):
                yield line[6:]
