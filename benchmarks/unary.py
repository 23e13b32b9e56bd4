"""A create without a stream, on loopback.

python -m benchmarks.unary [--rounds N] [--json]
"""

from __future__ import annotations

import json
import socket
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from .contenders.asking import INPUT, MODEL, PATH, WHOLE, request_bytes
from .harness import taking
from .harness.command import main
from .harness.row import SERVER_BUSY, Contender, Operation, Row, Scene, at_least, at_most
from .harness.server import serving
from .harness.taking import MILLISECONDS

TIMES = 100


def ours(server: str) -> Operation:
    from gemini_interactions import Client

    create = Client(api_key="k", base_url=f"{server}/whole").interactions.create
    return lambda: create(model=MODEL, input=INPUT)


def google_genai(server: str) -> Operation:
    genai: Any = import_module("google.genai")
    client = genai.Client(api_key="k", http_options={"base_url": f"{server}/whole"})
    return lambda: client.interactions.create(**WHOLE)


def openai(server: str) -> Operation:
    client: Any = import_module("openai").OpenAI(api_key="k", base_url=f"{server}/whole")
    return lambda: client.post("/interactions", body=WHOLE, cast_to=object)


def httpx(server: str) -> Operation:
    client = import_module("httpx").Client()
    return lambda: client.post(f"{server}/whole{PATH}", json=WHOLE).json()


def urllib3(server: str) -> Operation:
    pool = import_module("urllib3").PoolManager()
    return lambda: json.loads(pool.request("POST", f"{server}/whole{PATH}", json=WHOLE).data)


def bare_socket(server: str) -> Operation:
    address = urlsplit(server)
    connection = socket.create_connection((address.hostname, address.port))
    request = request_bytes(f"{server}/whole", WHOLE)

    def ask() -> None:
        connection.sendall(request)
        connection.recv(1 << 16)  # an answer this short comes in one piece

    return ask


def scene() -> AbstractContextManager[Scene]:
    return serving(whole=["interaction"])


ROW = Row(
    title="Create, without a stream",
    about=f"One call after the other on a connection that is kept: the median of {TIMES} a round.",
    measures=(MILLISECONDS, SERVER_BUSY),
    contenders=(
        Contender("ours", "ours", ours),
        Contender("google-genai", "google-genai", google_genai, every=5),
        Contender("openai, untyped", "openai", openai),
        Contender("httpx + json", "httpx", httpx),
        Contender("raw urllib3 + json", "urllib3", urllib3),
        Contender("bare socket", "urllib3", bare_socket),
    ),
    goals=(
        at_most("ours", MILLISECONDS.name, 1.5, of="raw urllib3 + json"),
        at_least("google-genai", MILLISECONDS.name, 20, of="ours"),
    ),
    take=taking.median_ms(TIMES),
    rounds=7,
    scene=scene,
)

if __name__ == "__main__":
    main(ROW, __file__)
