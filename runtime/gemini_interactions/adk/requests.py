"""A request as ADK builds it → the arguments of `create`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from google.genai import types
from pydantic import TypeAdapter

from ..bridge import Loss, Translated, to_create
from .continuation import MARK, Continuation

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest

ADK_LABEL: Final = "adk_agent_name"
PER_CALL: Final = ("headers", "timeout", "extra_body")


def arguments_of(
    request: LlmRequest, continuation: Continuation, *, model: str, revision: str, vertex: bool
) -> Translated[dict[str, Any]]:
    """What `create` is to be called with, and what it cannot be told."""
    config = request.config
    options = call_options(config.http_options)
    arguments = to_create(
        [unmarked(content) for content in continuation.contents],
        plain_config(config, vertex=vertex),
        model=request.model or model,
        revision=revision,
    )
    own: dict[str, Any] = {
        "previous_interaction_id": continuation.previous,
        "service_tier": request.service_tier,
    }
    given = {name: value for name, value in own.items() if value is not None}
    return Translated(
        {**arguments.value, **given, **options.value}, [*arguments.losses, *options.losses]
    )


def unmarked(content: types.Content) -> types.Content:
    """A content without our mark: the service has its own way of knowing."""
    parts = [
        part.model_copy(update={"part_metadata": without_mark(part.part_metadata)})
        for part in content.parts or ()
    ]
    return content.model_copy(update={"parts": parts})


def without_mark(metadata: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {key: value for key, value in (metadata or {}).items() if key != MARK} or None


def plain_config(
    config: types.GenerateContentConfig, *, vertex: bool
) -> types.GenerateContentConfig:
    """A configuration that holds data alone: no options of the call, and no Python classes.

    ADK labels every request with its agent's name, for bills of Google Cloud: the Gemini API has
    none, and is spared that label.
    """
    labels = config.labels or {}
    if not vertex:
        labels = {key: value for key, value in labels.items() if key != ADK_LABEL}
    updates: dict[str, Any] = {"http_options": None, "labels": labels or None}
    schema: Any = config.response_schema
    if schema is not None and not isinstance(schema, (types.Schema, dict)):
        updates |= {
            "response_schema": None,
            "response_json_schema": TypeAdapter[Any](schema).json_schema(),
        }
    return config.model_copy(update=updates)


def call_options(options: types.HttpOptions | None) -> Translated[dict[str, Any]]:
    """What of google-genai's HTTP options one call can follow; the rest belongs to the client."""
    if options is None:
        return Translated({}, [])
    found: dict[str, Any] = {}
    if options.headers:
        found["extra_headers"] = options.headers
    if options.timeout is not None:
        found["timeout"] = options.timeout / 1000
    if options.extra_body:
        found["extra_body"] = options.extra_body
    unused = (name for name in options.model_fields_set if name not in PER_CALL)
    return Translated(found, losses_of(name for name in unused if getattr(options, name)))


def losses_of(names: Iterable[str]) -> list[Loss]:
    reason = "it belongs to the client: give it to InteractionsLlm"
    return [Loss(f"/config/httpOptions/{name}", reason) for name in sorted(names)]
