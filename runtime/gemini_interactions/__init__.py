"""A Python SDK for the Gemini Interactions API.

    import gemini_interactions as genai

    client = genai.Client()
    interaction = client.interactions.create(model="gemini-3-flash-preview", input="Hello")
    print(interaction.output_text)

What is named here is public and stays. urllib3, the asynchronous client (`AsyncClient`, also as
`client.aio`), the tools, the bridge and the types of a revision load on first use.
"""

from __future__ import annotations

from importlib import import_module
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
    ContinuationError,
    InteractionsError,
    InvalidRequestError,
    NotFoundError,
    NotImplementedByServiceError,
    PermissionDeniedError,
    RateLimitError,
    RedirectRefusedError,
    RoundsExhaustedError,
    RunError,
    RunInterruptedError,
    RunTimeoutError,
    ServerError,
    StreamInterruptedError,
    TimeoutExpiredError,
    ToolArgumentsError,
    ToolConnectionError,
    ToolDeclarationError,
    ToolError,
    ToolTimeoutError,
    TranslationLossError,
    UnexpectedAnswerError,
    UnknownEventError,
    WaitTimeoutError,
)
from .hooks import FailureInfo, Hooks, RequestInfo, ResponseInfo, ResumeInfo, RetryInfo
from .stream import Stream

__version__: Final = "0.1.0"

if TYPE_CHECKING:
    from . import bridge as bridge
    from . import tools as tools
    from ._bindings import latest as types
    from ._core.dialogues.continuation import Continued
    from ._core.dialogues.decisions import Approve, Deny, Replace, ToolCall
    from ._core.dialogues.execution import CallFinished, RoundEvent
    from ._core.dialogues.run_state import RunState
    from .aio import AsyncClient, AsyncStream
    from .aio.chained import AsyncRunStream
    from .aio.conversation import AsyncConversation
    from .chained import RunStream
    from .conversation import Conversation
    from .tools import function_result

__all__ = [
    "APIError",
    "Approve",
    "AsyncClient",
    "AsyncConversation",
    "AsyncRunStream",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "CallFinished",
    "Client",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "ContinuationError",
    "Continued",
    "Conversation",
    "Deny",
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
    "Replace",
    "RequestInfo",
    "ResponseInfo",
    "Resume",
    "ResumeInfo",
    "Retry",
    "RetryInfo",
    "RoundEvent",
    "RoundsExhaustedError",
    "RunError",
    "RunInterruptedError",
    "RunState",
    "RunStream",
    "RunTimeoutError",
    "ServerError",
    "Stream",
    "StreamInterruptedError",
    "Timeout",
    "TimeoutExpiredError",
    "ToolArgumentsError",
    "ToolCall",
    "ToolConnectionError",
    "ToolDeclarationError",
    "ToolError",
    "ToolTimeoutError",
    "TranslationLossError",
    "UnexpectedAnswerError",
    "UnknownEventError",
    "WaitTimeoutError",
    "bridge",
    "errors",
    "function_result",
    "tools",
    "types",
]

_LAZY: Final = {
    "Approve": "._core.dialogues.decisions",
    "AsyncClient": ".aio",
    "AsyncConversation": ".aio.conversation",
    "AsyncRunStream": ".aio.chained",
    "AsyncStream": ".aio",
    "CallFinished": "._core.dialogues.execution",
    "Continued": "._core.dialogues.continuation",
    "Conversation": ".conversation",
    "Deny": "._core.dialogues.decisions",
    "Replace": "._core.dialogues.decisions",
    "RoundEvent": "._core.dialogues.execution",
    "RunState": "._core.dialogues.run_state",
    "RunStream": ".chained",
    "ToolCall": "._core.dialogues.decisions",
    "function_result": ".tools",
}
"""What is loaded on first use, by the module that has it."""


def __getattr__(name: str) -> Any:
    if name == "types":
        return bindings_of().types
    if name in ("bridge", "tools"):
        return import_module(f".{name}", __name__)
    if name in _LAZY:
        return getattr(import_module(_LAZY[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
