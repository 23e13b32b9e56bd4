"""A Python SDK for the Gemini Interactions API.

    import gemini_interactions as genai

    client = genai.Client()
    interaction = client.interactions.create(model="gemini-3-flash-preview", input="Hello")
    print(interaction.output_text)

What is named here is public and stays. urllib3, the asynchronous client (`AsyncClient`, also as
`client.aio`) and the types of a revision load on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import errors
from ._bindings import bindings_of
from ._core.assembly import InteractionAssembler
from ._core.limits import Clock, Timeout
from ._core.resume import Resume
from ._core.retry import Retry
from ._core.waiting import Polling
from ._surface import RawResponse
from .client import Client
from .errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectionFailedError,
    InteractionsError,
    InvalidRequestError,
    NotFoundError,
    NotImplementedByServiceError,
    PermissionDeniedError,
    RateLimitError,
    RedirectRefusedError,
    ServerError,
    StreamInterruptedError,
    TimeoutExpiredError,
    TranslationLossError,
    UnexpectedAnswerError,
    UnknownEventError,
    WaitTimeoutError,
)
from .hooks import FailureInfo, Hooks, RequestInfo, ResponseInfo, ResumeInfo, RetryInfo
from .stream import Stream

__version__: Final = "0.1.0"

if TYPE_CHECKING:
    from ._bindings import latest as types
    from .aio import AsyncClient, AsyncStream

__all__ = [
    "APIError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "FailureInfo",
    "Hooks",
    "InteractionAssembler",
    "InteractionsError",
    "InvalidRequestError",
    "NotFoundError",
    "NotImplementedByServiceError",
    "PermissionDeniedError",
    "Polling",
    "RateLimitError",
    "RawResponse",
    "RedirectRefusedError",
    "RequestInfo",
    "ResponseInfo",
    "Resume",
    "ResumeInfo",
    "Retry",
    "RetryInfo",
    "ServerError",
    "Stream",
    "StreamInterruptedError",
    "Timeout",
    "TimeoutExpiredError",
    "TranslationLossError",
    "UnexpectedAnswerError",
    "UnknownEventError",
    "WaitTimeoutError",
    "errors",
    "types",
]


def __getattr__(name: str) -> Any:
    if name == "types":
        return bindings_of().types
    if name in ("AsyncClient", "AsyncStream"):
        from . import aio

        return getattr(aio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
