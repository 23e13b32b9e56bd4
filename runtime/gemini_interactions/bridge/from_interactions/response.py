"""An interaction as the response that generateContent would have given."""

from __future__ import annotations

from typing import Any, Final, cast

from ..._bindings import LATEST, bindings_of
from ..fields import Fields
from ..json_values import Json, is_object, pointer
from ..losses import Report, Translated
from ..tokens import write_token
from .contents import OF_USER, Contents
from .ending import BLOCKS, failure_in, finish_of
from .grounding import Grounding, url_context_metadata
from .parts import Parts
from .usage import usage_metadata

__all__ = ["failure", "response_of", "to_response"]

_HEADER: Final = {"id": "responseId", "model": "modelVersion", "created": "createTime"}
_TOLD_OTHERWISE: Final = ("status", "error", "errors", "object", "role")
"""Told by the end of the answer, or the same in every interaction."""


def to_response(interaction: Any, *, revision: str = LATEST) -> Translated[Json]:
    """A GenerateContentResponse, as camelCase JSON, with one candidate.

    `interaction` is an object of `revision`, or JSON. Nothing raises here: how an interaction
    failed is said in `finishReason` and `finishMessage`, and `failure` gives the error itself.
    Steps of the service's tools are parts of the content (`toolCall`, `toolResponse`), so that it
    can be said again whole, and they are in `groundingMetadata` and `urlContextMetadata`.
    Paths of losses point into the interaction.
    """
    data: Json = bindings_of(revision).unstructure(interaction)
    return response_of(data)


def failure(interaction: Any, *, revision: str = LATEST) -> Json | None:
    """The error of an interaction: `code`, `message` and what else it says; `None` if all is well.

    It is found wherever the service writes it: in `errors`, in `error`, or in a step.
    """
    data: Json = bindings_of(revision).unstructure(interaction)
    return failure_in(data)


def response_of(data: Json) -> Translated[Json]:
    """The same for JSON, which it becomes part of."""
    report = Report()
    fields = Fields(data, "", report)
    parts, steps = Parts(report, errors_are_told=True), _steps(fields)
    content = _answer(parts, steps, report)
    candidate: Json = {"index": 0, "content": {"role": "model", "parts": content}}
    candidate |= finish_of(data, parts.malformed)
    candidate |= _metadata(parts, [step for _, step in steps if is_object(step)], content)
    token = fields.take("continuation_token", str)
    if token is not None:
        candidate["continuationToken"] = write_token(token)
    response: Json = {"candidates": [candidate]}
    for name, ours in _HEADER.items():
        value = fields.take(name, str)
        if value is not None:
            response[ours] = value
    usage = fields.object("usage")
    if usage is not None:
        response["usageMetadata"] = usage_metadata(usage)
    if not content and candidate.get("finishReason") in BLOCKS:
        response["promptFeedback"] = {
            "blockReason": candidate["finishReason"],
            "blockReasonMessage": candidate["finishMessage"],
        }
    for name in _TOLD_OTHERWISE:
        fields.any(name)
    fields.close("a response does not say it")
    return Translated(response, report.losses)


def _steps(fields: Fields) -> list[tuple[str, Any]]:
    """The items of an interaction with their places, in either family."""
    found: list[tuple[str, Any]] = []
    for name in ("steps", "outputs"):
        path = fields.path_of(name)
        items = cast("list[Any]", fields.take(name, list) or [])
        found += [(pointer(path, at), item) for at, item in enumerate(items)]
    return found


def _answer(parts: Parts, steps: list[tuple[str, Any]], report: Report) -> list[Json]:
    """What the model said; steps of the user are there only where they were asked for."""
    contents = Contents(parts)
    for path, step in steps:
        item = Fields(step, path, report)
        if item.left.get("type") in OF_USER:
            report.dropped(path, "it is the question, not the answer")
        elif item.left:
            contents.add(item, "model")
    contents.settle()
    return [part for content in contents.found for part in content["parts"]]


def _metadata(parts: Parts, steps: list[Json], content: list[Json]) -> Json:
    grounding = Grounding()
    for step in steps:
        grounding.add_step(step)
    for note in parts.notes:
        grounding.add_note(note, content)
    found = {
        "groundingMetadata": grounding.metadata(),
        "urlContextMetadata": url_context_metadata(steps),
    }
    return {name: metadata for name, metadata in found.items() if metadata}
