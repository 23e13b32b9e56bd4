"""generate_content over interactions: the calls of a generateContent program, nearly as they were.

Every call asks for an interaction of its own, with the whole conversation in it. Python functions
among the tools are called, and their results told to the model, until it has an answer. An
interaction that failed raises, as a failed generateContent does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..errors import RoundsExhaustedError
from .generation import Generation
from .response import Response

if TYPE_CHECKING:
    from ..aio import AsyncClient
    from ..client import Client

__all__ = [
    "generate_content",
    "generate_content_async",
    "generate_content_stream",
    "generate_content_stream_async",
]


def generate_content(
    client: Client[Any],
    *,
    model: str,
    contents: Any,
    config: Any = None,
    strict: bool = False,
    **arguments: Any,
) -> Response:
    """Ask as `client.models.generate_content` does; the answer is camelCase JSON.

    With `strict=True` a request that would lose something raises `TranslationLossError` and is not
    sent. `arguments` are further ones of `client.interactions.create`, such as
    `previous_interaction_id`, and win; where functions are called, those of `run`, too. When no
    request is left for more results, the answer has the calls that were not made.
    """
    generation = Generation.of(client, model, contents, config, strict, arguments)
    try:
        interaction = generation.ask()
    except RoundsExhaustedError as error:
        interaction = error.interaction
    return generation.response(interaction)


async def generate_content_async(
    client: AsyncClient[Any],
    *,
    model: str,
    contents: Any,
    config: Any = None,
    strict: bool = False,
    **arguments: Any,
) -> Response:
    """`generate_content` with an `AsyncClient`."""
    generation = Generation.of(client, model, contents, config, strict, arguments)
    try:
        interaction = await generation.ask()
    except RoundsExhaustedError as error:
        interaction = error.interaction
    return generation.response(interaction)


def generate_content_stream(
    client: Client[Any],
    *,
    model: str,
    contents: Any,
    config: Any = None,
    strict: bool = False,
    **arguments: Any,
) -> Iterator[Response]:
    """Ask as `client.models.generate_content_stream` does; the last chunk has the finish reason.

    Where functions are called, the chunks of all rounds come, each round with a last one of its
    own. `losses` of every chunk are those of the request; of a last one, those of the answer, too.
    """
    generation = Generation.of(client, model, contents, config, strict, arguments)
    with generation.ask(stream=True) as stream, suppress(RoundsExhaustedError):
        for item in stream:
            yield from generation.chunks(item)
    yield from generation.end()


async def generate_content_stream_async(
    client: AsyncClient[Any],
    *,
    model: str,
    contents: Any,
    config: Any = None,
    strict: bool = False,
    **arguments: Any,
) -> AsyncIterator[Response]:
    """`generate_content_stream` with an `AsyncClient`: iterate over it with `async for`."""
    generation = Generation.of(client, model, contents, config, strict, arguments)
    async with await generation.ask(stream=True) as stream:
        with suppress(RoundsExhaustedError):
            async for item in stream:
                for response in generation.chunks(item):
                    yield response
    for response in generation.end():
        yield response
