"""The model itself."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

from google.adk.models import BaseLlm, LlmCapabilities
from pydantic import ConfigDict, PrivateAttr

from .._core.events import is_running
from .._core.log import logger
from .._surface import refuse_unknown
from ..bridge import Loss, ResponseStream, failure, to_response
from ..errors import (
    APIError,
    ContinuationError,
    InteractionsError,
    NotFoundError,
    NotImplementedByServiceError,
    PermissionDeniedError,
)
from .computer_use import prepare_computer
from .continuation import Continuation, continuation
from .failures import answered
from .own_client import OwnClient
from .requests import arguments_of
from .responses import final_response, partial_response

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest
    from google.adk.models.llm_response import LlmResponse
    from typing_extensions import Unpack

    from .._core.calls import Calls
    from .._surface import ClientArguments
    from ..aio import AsyncClient, AsyncStream

CANNOT_GO_ON: Final = (NotFoundError, PermissionDeniedError, NotImplementedByServiceError)
"""How the service refuses to go on from an interaction: it is gone, another key's, or too much."""
CONTENT: Final = ("/steps/", "/outputs/")
"""What of an answer is worth a warning if it is lost."""


class InteractionsLlm(BaseLlm):
    """A Gemini model for agents of ADK, over the Interactions API.

    It talks through `client`, an `AsyncClient` of yours, or through one of its own, built on first
    use from the other arguments, which are those of `AsyncClient`. With `store=False` the service
    keeps nothing, and every request brings the whole history.
    """

    model_config = ConfigDict(extra="forbid")

    store: bool | None = None

    _given: AsyncClient[Any] | None = PrivateAttr(default=None)
    _own: OwnClient = PrivateAttr()
    _told: set[tuple[str, str]] = PrivateAttr(default_factory=set[tuple[str, str]])

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            model: str,
            client: AsyncClient[Any] | None = None,
            api_revision: str = ...,
            store: bool | None = None,
            **client_arguments: Unpack[ClientArguments],
        ) -> None: ...

    else:

        def __init__(self, *, client=None, **arguments):
            names = type(self).model_fields
            super().__init__(**{name: arguments.pop(name) for name in names if name in arguments})
            refuse_unknown(arguments, *names, "client", "session")
            self._given = client
            self._own = OwnClient(arguments)

    @property
    def client(self) -> AsyncClient[Any]:
        """The client it talks through."""
        return self._own.get() if self._given is None else self._given

    @property
    def capabilities(self) -> LlmCapabilities:
        """Structured output goes with tools through a tool of ADK's own: not all models do both."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def close(self) -> None:
        """Close the connections on this loop, unless the client was given. It stays usable."""
        await self._own.close()

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """One turn: its response, or with `stream` partial ones and then the same response."""
        self._maybe_append_user_content(llm_request)
        await prepare_computer(llm_request)
        where = continuation(llm_request)
        try:
            answer, where = await self._create(llm_request, where, stream)
            if not stream and is_running(answer.status) and answer.id:
                answer = await self.client.interactions.wait(answer.id)
        except ContinuationError as error:
            answer = as_far_as(error)
        except APIError as error:
            yield answered(error, has_begun=False)
            return
        if not stream:
            yield self._final(answer, where)
            return
        async with aclosing(self._streamed(answer, where)) as responses:
            async for response in responses:
                yield response

    async def _create(
        self, request: LlmRequest, where: Continuation, stream: bool
    ) -> tuple[Any, Continuation]:
        """An interaction, or an open stream. What cannot be continued is told anew, once."""
        try:
            return await self._send(request, where, stream), where
        except CANNOT_GO_ON as error:
            if where.previous is None:
                raise
            text = "interaction %s cannot be continued, so all of the history is sent: %s"
            logger.warning(text, where.previous, error)
        where = where.anew(request.contents)
        return await self._send(request, where, stream), where

    async def _send(self, request: LlmRequest, where: Continuation, stream: bool) -> Any:
        arguments = arguments_of(
            request,
            where,
            model=self.model,
            revision=self._calls.bindings.label,
            on_vertex=self._calls.settings.backend == "vertex",
        )
        self._tell(arguments.losses)
        given = {"store": self.store, **arguments.value, "follow_continuation": True}
        return await self.client.interactions.create(stream=stream, **given)

    async def _streamed(
        self, stream: AsyncStream[Any, Any], where: Continuation
    ) -> AsyncGenerator[LlmResponse, None]:
        pieces = ResponseStream(self._calls.bindings.label)
        has_begun = False
        try:
            async with stream:
                async for event in stream:
                    has_begun = True
                    for chunk in pieces.add(event):
                        if partial := partial_response(chunk, stream.interaction_id):
                            yield partial
                interaction = await self._explained(await stream.until_done())
        except ContinuationError as error:
            yield self._final(as_far_as(error), where)
        except InteractionsError as error:
            yield answered(error, has_begun=has_begun)
        else:
            yield self._final(interaction, where)

    async def _explained(self, interaction: Any) -> Any:
        """A streamed interaction; if it failed, as it is stored: streams do not tell the errors."""
        if interaction.status == "failed" and interaction.id:
            with suppress(InteractionsError):
                return await self.client.interactions.get(interaction.id)
        return interaction

    def _final(self, interaction: Any, where: Continuation) -> LlmResponse:
        bindings = self._calls.bindings
        answer = to_response(interaction, revision=bindings.label)
        self._tell(loss for loss in answer.losses if loss.path.startswith(CONTENT))
        failed = failure(interaction, revision=bindings.label)
        return final_response(answer.value, bindings.unstructure(interaction), failed, where)

    def _tell(self, losses: Iterable[Loss]) -> None:
        """Warn of what was dropped, once for each kind."""
        for loss in losses:
            kind = re.sub(r"/\d+", "", loss.path), loss.reason
            if loss.kind == "dropped" and kind not in self._told:
                self._told.add(kind)
                logger.warning("%s of an agent's request or answer is left out: %s", *kind)

    @property
    def _calls(self) -> Calls:
        calls: Calls = self.client.interactions.calls
        return calls


def as_far_as(error: ContinuationError) -> Any:
    """The interaction whose next part could not be had."""
    logger.warning("an answer is cut off: %s", error)
    return error.interaction
