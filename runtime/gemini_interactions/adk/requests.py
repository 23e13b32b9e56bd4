"""A request as ADK builds it → the arguments of `create`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from google.genai import types
from pydantic import TypeAdapter

from ..bridge import Translated, to_create
from .continuation import ADK_LABEL, MARK, Continuation

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest


def arguments_of(
    request: LlmRequest, where: Continuation, *, model: str, revision: str, on_vertex: bool
) -> Translated[dict[str, Any]]:
    """What `create` is to be called with, and what it cannot be told."""
    contents = [unmarked(content) for content in where.contents]
    config = plain_config(request.config, on_vertex=on_vertex)
    arguments = to_create(contents, config, model=request.model or model, revision=revision)
    if where.previous is not None:
        arguments.value["previous_interaction_id"] = where.previous
    if request.service_tier is not None:
        arguments.value.update(tier(request.service_tier))
    return arguments


def tier(name: str) -> dict[str, Any]:
    """Deferred work goes on in the background: the service takes it no other way."""
    return {"service_tier": name, **({"background": True} if name == "deferred" else {})}


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
    config: types.GenerateContentConfig, *, on_vertex: bool
) -> types.GenerateContentConfig:
    """A configuration whose schema is data, where it was a Python class.

    ADK labels every request with its agent's name, for bills of Google Cloud; the Gemini API has
    no labels, and is spared that one.
    """
    labels = config.labels or {}
    if not on_vertex:
        labels = {key: value for key, value in labels.items() if key != ADK_LABEL}
    updates: dict[str, Any] = {"labels": labels or None}
    schema: Any = config.response_schema
    if schema is not None and not isinstance(schema, (types.Schema, dict)):
        json_schema = TypeAdapter[Any](schema).json_schema()
        updates |= {"response_schema": None, "response_json_schema": json_schema}
    return config.model_copy(update=updates)
