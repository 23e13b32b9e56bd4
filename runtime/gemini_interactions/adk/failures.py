"""Failures as ADK has them.

What goes wrong before there is an answer is raised, so that `on_model_error_callback` and
whatever else ADK has for it takes part: errors of the service in the classes that ADK expects of a
Gemini model, all others under our names. What goes wrong inside an answer is an answer: a response
with `error_code`.
"""

from __future__ import annotations

from collections.abc import Callable

from google.adk.models import google_llm
from google.adk.models.llm_response import LlmResponse
from google.genai.errors import APIError as GoogleError
from google.genai.errors import ClientError, ServerError
from google.genai.types import FinishReason

from .._core.answers import as_object
from ..errors import APIError, ConnectionFailedError, InteractionsError, StreamInterruptedError

INTERRUPTED = "STREAM_INTERRUPTED"
UNEXPECTED = "UNEXPECTED_ANSWER"


def answered(error: InteractionsError, *, has_begun: bool) -> LlmResponse:
    """The response for an error; one of the service that is no part of an answer is raised."""
    is_answer = has_begun or not isinstance(error, APIError) or is_interaction(error.body)
    if isinstance(error, APIError) and not is_answer:
        raise expected(error) from error
    return failed_response(error)


def expected(error: APIError) -> GoogleError:
    body = {
        "code": error.status,
        "status": None if error.code is None else str(error.code),
        "message": error.message,
        "details": error.details,
    }
    status = error.status or 0
    if 400 <= status < 500:
        refused = ClientError(status, body)
        return resource_exhausted(refused) if status == 429 else refused
    return (ServerError if status >= 500 else GoogleError)(status, body)


def resource_exhausted(error: ClientError) -> ClientError:
    """A 429 as ADK raises it itself, with its advice; its class is not among ADK's public names."""
    own: Callable[[ClientError], ClientError] | None
    own = getattr(google_llm, "_ResourceExhaustedError", None)
    return error if own is None else own(error)


def is_interaction(body: object) -> bool:
    """Whether an error was told by an interaction, whose own status it is that it failed."""
    return as_object(body).get("status") == "failed"


def failed_response(error: InteractionsError) -> LlmResponse:
    """A response that is an error. What it is about goes where no agent goes on from it."""
    code, message = UNEXPECTED, str(error)
    if isinstance(error, APIError):
        code = str(error.code or error.status or FinishReason.OTHER.value)
        message = error.message
    elif isinstance(error, (StreamInterruptedError, ConnectionFailedError)):
        code = INTERRUPTED
    place = {name: getattr(error, name, None) for name in ("interaction_id", "last_event_id")}
    return LlmResponse(
        partial=False,
        turn_complete=True,
        finish_reason=FinishReason.OTHER,
        error_code=code,
        error_message=message,
        custom_metadata={name: value for name, value in place.items() if value} or None,
    )
