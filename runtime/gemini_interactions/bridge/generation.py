"""One call of generate_content: what is asked, and what becomes of the answers.

Where the program gave functions, a run is asked for, else one interaction. `ask` alone talks to the
service: how it waits is for those who call it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from attrs import define

from .._core.answers import status_of
from .._core.dialogues.execution import CallFinished, RoundEvent
from ..errors import APIError, class_for
from .from_interactions import ResponseStream, failure, to_response
from .history import History
from .json_values import Json
from .losses import Loss
from .response import Response
from .to_interactions import Request, to_create

if TYPE_CHECKING:
    from ..aio import AsyncClient
    from ..client import Client

__all__ = ["Generation"]


@define
class Generation:
    """What the four forms of generate_content have in common."""

    interactions: Any
    """Those of a client, of either kind."""
    request: Request
    given: Json
    """Further arguments of the program, which win."""
    revision: str
    history: History
    _chunks: ResponseStream
    _round: int = 1

    @classmethod
    def of(
        cls,
        client: Client[Any] | AsyncClient[Any],
        model: str,
        contents: Any,
        config: Any,
        strict: bool,
        arguments: Json,
    ) -> Generation:
        revision: str = client.interactions.calls.bindings.label
        request = to_create(contents, config, model=model, revision=revision)
        if strict:
            request.lossless()
        history = History(revision, arguments.get("checkpoint"))
        chunks = ResponseStream(revision)
        return cls(client.interactions, request, arguments, revision, history, chunks)

    def ask(self, **more: Any) -> Any:
        """What the client's `create` or `run` gives; with an `AsyncClient`, to be awaited."""
        if not self.request.calls_functions:
            return self.interactions.create(**{**self.request.value, **self.given, **more})
        told = {**self.request.to_run(), **self.given, **more, "checkpoint": self.history}
        return self.interactions.run(**told)

    # --- whole ------------------------------------------------------------------------------

    def response(self, interaction: Any) -> Response:
        raise_failure(interaction, self.revision)
        response = to_response(interaction, revision=self.revision)
        return self._with_history(response.value, response.losses)

    # --- streamed ---------------------------------------------------------------------------

    def chunks(self, item: Any) -> Iterator[Response]:
        """The chunks that an event completes; the results of calls are no chunks."""
        event = self._event_of_round(item) if self.request.calls_functions else item
        if not isinstance(event, CallFinished):
            yield from self._told(self._chunks.add(event))

    def _event_of_round(self, item: RoundEvent[Any]) -> Any:
        """An event of a run, every round of which is a response of its own."""
        if item.round > self._round:
            self._chunks, self._round = ResponseStream(self.revision), item.round
        return item.event

    def end(self) -> Iterator[Response]:
        yield from self._told(self._chunks.close())
        raise_failure(self._chunks.interaction, self.revision)

    def _told(self, chunks: list[Json]) -> Iterator[Response]:
        for chunk in chunks:
            yield self._with_history(chunk, self._chunks.losses)

    # --- both -------------------------------------------------------------------------------

    def _with_history(self, response: Json, losses: list[Loss]) -> Response:
        said = self.history.said
        losses = [*self.request.losses, *losses]
        if said.value and self.request.calling.keeps_history:
            response["automaticFunctionCallingHistory"] = [*said.value]
            losses += said.losses
        return Response(response, losses)


def raise_failure(interaction: Any, revision: str) -> None:
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
