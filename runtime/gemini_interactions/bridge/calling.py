"""generate_content over interactions: the calls of a generateContent program, nearly as they were.

Every call asks for an interaction of its own, with the whole conversation in it. An interaction
that failed raises, as a failed generateContent does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, cast

from .._core.answers import status_of
from ..errors import APIError, class_for
from .from_interactions import ResponseStream, failure, to_response
from .json_values import Json
from .losses import Loss, Translated
from .to_interactions import to_create

if TYPE_CHECKING:
    from ..aio import AsyncClient
    from ..client import Client

__all__ = [
    "Response",
    "generate_content",
    "generate_content_async",
    "generate_content_stream",
    "generate_content_stream_async",
]


class Response(dict[str, Any]):
    """A response, or a chunk of one: its JSON, and what programs mostly read out of it."""

    losses: list[Loss]
    """What the request could not say, and what the response cannot."""

    def __init__(self, data: Json, losses: list[Loss]) -> None:
        super().__init__(data)
        self.losses = losses

    @property
    def parts(self) -> list[Json]:
        candidates: list[Json] = self.get("candidates") or [{}]
        content: Json = candidates[0].get("content") or {}
        return cast("list[Json]", content.get("parts") or [])

    @property
    def text(self) -> str:
        """All texts of the answer, without thoughts."""
        return "".join(part.get("text", "") for part in self.parts if not part.get("thought"))

    @property
    def function_calls(self) -> list[Json]:
        return [part["functionCall"] for part in self.parts if "functionCall" in part]


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
    `previous_interaction_id`, and win.
    """
    request = _request(client, model, contents, config, strict)
    interaction = client.interactions.create(**{**request.value, **arguments})
    return _response(client, request, interaction)


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
    request = _request(client, model, contents, config, strict)
    interaction = await client.interactions.create(**{**request.value, **arguments})
    return _response(client, request, interaction)


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

    `losses` of every chunk are those of the request; of the last one, those of the answer as well.
    """
    request = _request(client, model, contents, config, strict)
    chunks = ResponseStream(_revision(client))
    given = {**request.value, **arguments, "stream": True}
    with client.interactions.create(**given) as stream:
        for event in stream:
            yield from _responses(chunks.add(event), request, chunks)
    yield from _responses(chunks.close(), request, chunks)
    _raise_failure(chunks.interaction, _revision(client))


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
    request = _request(client, model, contents, config, strict)
    chunks = ResponseStream(_revision(client))
    given = {**request.value, **arguments, "stream": True}
    async with await client.interactions.create(**given) as stream:
        async for event in stream:
            for response in _responses(chunks.add(event), request, chunks):
                yield response
    for response in _responses(chunks.close(), request, chunks):
        yield response
    _raise_failure(chunks.interaction, _revision(client))


def _revision(client: Client[Any] | AsyncClient[Any]) -> str:
    revision: str = client.interactions.calls.bindings.label
    return revision


def _request(
    client: Client[Any] | AsyncClient[Any], model: str, contents: Any, config: Any, strict: bool
) -> Translated[Json]:
    request = to_create(contents, config, model=model, revision=_revision(client))
    if strict:
        request.lossless()
    return request


def _response(
    client: Client[Any] | AsyncClient[Any], request: Translated[Json], interaction: Any
) -> Response:
    revision = _revision(client)
    _raise_failure(interaction, revision)
    response = to_response(interaction, revision=revision)
    return Response(response.value, [*request.losses, *response.losses])


def _responses(
    chunks: list[Json], request: Translated[Json], stream: ResponseStream
) -> Iterator[Response]:
    for chunk in chunks:
        yield Response(chunk, [*request.losses, *stream.losses])


def _raise_failure(interaction: Any, revision: str) -> None:
    if getattr(interaction, "status", None) != "failed":
        return
    error = failure(interaction, revision=revision) or {}
    code = error.get("code", error.get("status"))
    status = status_of(code)
    raised: APIError = class_for(status)(
        error.get("message", ""), status=status, code=code, details=error.get("details")
    )
    raised.interaction_id = interaction.id
    raised.interaction = interaction
    raise raised
