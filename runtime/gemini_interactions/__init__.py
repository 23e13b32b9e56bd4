"""A Python SDK for the Gemini Interactions API.

    import gemini_interactions as genai

    client = genai.Client()
    interaction = client.interactions.create(model="gemini-3-flash-preview", input="Hello")
    print(interaction.output_text)

What is named here is public and stays. urllib3 and the types of a revision load on first use.
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Final

from . import errors
from ._bindings import bindings_of
from ._core.assembly import InteractionAssembler
from ._core.limits import Clock, Timeout
from ._core.resume import Resume
from ._core.retry import Retry
from ._core.waiting import Polling
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
    UnexpectedAnswerError,
    UnknownEventError,
    WaitTimeoutError,
)
from .hooks import FailureInfo, Hooks, RequestInfo, ResponseInfo, ResumeInfo, RetryInfo
from .interactions import RawResponse
from .stream import Stream

__version__: Final = "0.1.0"

if TYPE_CHECKING:
    from ._bindings import v2026_05_20 as types

__all__ = [
    "APIError",
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
    "UnexpectedAnswerError",
    "UnknownEventError",
    "WaitTimeoutError",
    "errors",
    "types",
]


def __getattr__(name: str) -> ModuleType:
    if name == "types":
        return bindings_of().types
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
