"""Answers → the responses ADK works with.

An answer that can be continued carries `interaction_id`, and marks its content with it. One that
cannot be, as it failed or was cut off, tells its id and status in `custom_metadata` alone, and has
no function calls: nothing runs because of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from google.adk.models.llm_response import LlmResponse
from google.genai import types
from pydantic import ValidationError

from ..errors import UnexpectedAnswerError
from .continuation import Continuation, Mark, mark

Json: TypeAlias = Mapping[str, Any]

GOES_ON: Final = frozenset({"completed", "requires_action"})
CUT_OFF: Final = frozenset({"incomplete", "budget_exceeded", "requires_continuation"})
MALFORMED: Final = types.FinishReason.MALFORMED_FUNCTION_CALL
SHOWN: Final = 200
TOLD: Final = frozenset({"candidates", "usageMetadata", "modelVersion"})
"""What ADK has a place for."""


def partial_response(chunk: Json, interaction_id: str | None) -> LlmResponse | None:
    """What a piece of a stream shows, if anything."""
    response = response_of(chunk)
    if not (response.content and response.content.parts):
        return None
    return LlmResponse(content=response.content, partial=True, interaction_id=interaction_id)


def final_response(
    answer: Json, interaction: Json, failure: Json | None, where: Continuation
) -> LlmResponse:
    """An interaction as one response, out of what the bridge made of it."""
    response = response_of(answer)
    response.partial = False
    response.turn_complete = True
    identity, status = interaction.get("id"), str(interaction.get("status"))
    unreadable = next(unreadable_calls(interaction), None)
    if status in GOES_ON and unreadable is None:
        if identity:
            go_on(response, identity, where)
        return response
    about = {"interaction_id": identity, "interaction_status": status}
    response.custom_metadata = {name: value for name, value in about.items() if value}
    if unreadable is not None:
        response.content = None
        response.finish_reason = MALFORMED
        tell(response, MALFORMED.value, unreadable)
    else:
        stop(response, status, failure)
    return response


def response_of(answer: Json) -> LlmResponse:
    """The first candidate of a generateContent answer."""
    told = {name: value for name, value in answer.items() if name in TOLD}
    try:
        whole = types.GenerateContentResponse.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = "/".join(map(str, first["loc"]))
        raise UnexpectedAnswerError(f"{first['msg']}, at {place} of the answer") from error
    candidate = whole.candidates[0] if whole.candidates else types.Candidate()
    return LlmResponse(
        content=candidate.content or types.Content(role="model", parts=[]),
        finish_reason=candidate.finish_reason,
        grounding_metadata=candidate.grounding_metadata,
        usage_metadata=whole.usage_metadata,
        model_version=whole.model_version,
    )


def go_on(response: LlmResponse, interaction_id: str, where: Continuation) -> None:
    """Have the next turn go on from here."""
    assert response.content is not None
    response.interaction_id = interaction_id
    if where.is_turn:
        mark(response.content, Mark(interaction_id, where.previous or where.newest))


def stop(response: LlmResponse, status: str, failure: Json | None) -> None:
    """Take the calls out of an answer that did not come to its end, and say why it did not.

    As with other models of ADK's, text that was cut off for its length is no error.
    """
    assert response.content is not None
    parts = [part for part in response.content.parts or () if not part.function_call]
    response.content = types.Content(role="model", parts=parts) if parts else None
    if failure is None and parts and status in CUT_OFF:
        return
    said = failure or {}
    code = said.get("code") or said.get("status") or status.upper()
    tell(response, str(code), said.get("message") or f"the interaction ended as {status!r}")


def tell(response: LlmResponse, code: str, message: str) -> None:
    response.error_code = code
    response.error_message = message


def unreadable_calls(interaction: Json) -> Iterator[str]:
    """What is wrong with function calls whose arguments are no JSON object."""
    for call in [*interaction.get("steps", ()), *interaction.get("outputs", ())]:
        if call.get("type") != "function_call":
            continue
        arguments = call.get("arguments_text", call.get("arguments"))
        if arguments is not None and not isinstance(arguments, Mapping):
            text = arguments if isinstance(arguments, str) else json.dumps(arguments)
            shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
            yield f"the arguments of a call of {call.get('name')} are no JSON object: {shown}"
