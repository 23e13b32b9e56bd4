"""Many streams on one event loop: each contender gives, in its context, what opens a stream.

All take the server's address and the name of the answer that they ask for.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from .asking import INPUT, MODEL, PATH, STREAMED

Open = Callable[[], Awaitable[AsyncIterator[Any]]]


@asynccontextmanager
async def ours(server: str, answer: str, assemble: bool = True) -> AsyncGenerator[Open, None]:
    from gemini_interactions import AsyncClient

    async with AsyncClient(api_key="k", base_url=f"{server}/{answer}") as client:
        create = client.interactions.create
        yield lambda: create(model=MODEL, input=INPUT, stream=True, assemble=assemble)


@asynccontextmanager
async def google_genai(server: str, answer: str, is_capped: bool) -> AsyncGenerator[Open, None]:
    """With the limit of 100 connections that it comes with, or without one."""
    genai: Any = import_module("google.genai")
    options: dict[str, Any] = {"base_url": f"{server}/{answer}"}
    if not is_capped:
        limits = import_module("httpx2").Limits(max_connections=None)
        options["async_client_args"] = {"limits": limits}
    client = genai.Client(api_key="k", http_options=options)
    yield lambda: client.aio.interactions.create(**STREAMED)


@asynccontextmanager
async def aiohttp(server: str, answer: str) -> AsyncGenerator[Open, None]:
    """No decoder: what stands behind `data: `, parsed. Right for these bytes alone."""
    library: Any = import_module("aiohttp")
    async with library.ClientSession(connector=library.TCPConnector(limit=0)) as session:

        async def events() -> AsyncIterator[Any]:
            async with session.post(f"{server}/{answer}{PATH}", json=STREAMED) as response:
                async for line in response.content:
                    if line.startswith(b"data: ") and not line.endswith(b"[DONE]\n"):
                        yield json.loads(line[6:])

        async def open_stream() -> AsyncIterator[Any]:
            return events()

        yield open_stream
