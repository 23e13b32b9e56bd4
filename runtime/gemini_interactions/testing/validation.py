"""What the service refuses, and how it says so."""

from __future__ import annotations

from typing import Any

from .conversation import Conversation
from .json_values import Json, as_list, compact, is_object, objects


class ApiError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def invalid(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)


def not_found(interaction_id: str) -> ApiError:
    return ApiError(404, "not_found", f"Interaction '{interaction_id}' not found.")


def check_fields(body: Any) -> Json:
    """The body of a create request, if its fields go together."""
    if not is_object(body):
        raise invalid("Request body is not a JSON object.")
    request = body
    _check_exclusions(request)
    for name in ("stream", "store", "background"):
        if name in request and not isinstance(request[name], bool):
            raise invalid(f"'{name}' must be a boolean.")
    if request.get("background") and request.get("store") is False:
        raise invalid("'background' requires 'store'; background interactions are always stored.")
    token = request.get("continuation_token")
    if token is not None and not str(token).rsplit("-", 1)[-1].isdigit():
        raise invalid("'continuation_token' is not valid.")
    if token is None and not request.get("input"):
        raise invalid("'input' is required.")
    return request


def _check_exclusions(request: Json) -> None:
    if bool(request.get("model")) == bool(request.get("agent")):
        raise invalid("Exactly one of 'model' and 'agent' must be set.")
    pairs = (("model", "agent_config"), ("agent", "generation_config"))
    for left, right in pairs:
        if request.get(left) and request.get(right):
            raise invalid(f"'{right}' cannot be combined with '{left}'.")


def check_input(talk: Conversation, *, legacy: bool, strict: bool) -> None:
    """Whether the input makes sense where the conversation stands."""
    items = objects(talk.request.get("input"))
    if not legacy and any("role" in item for item in items):
        raise invalid("Please use step_list input format instead of turn_list.")
    for number, item in enumerate(items):
        if not legacy and "type" not in item and "text" not in item:
            raise invalid(f"'type' parameter is required at input[{number}].")
        if item.get("type") == "function_result":
            _check_result(item, number, strict=strict)
        if strict and item.get("type") == "thought" and item.get("signature") == "":
            raise invalid(f"'signature' must not be empty at input[{number}].")
    _check_call_ids(talk)


def _check_result(item: Json, number: int, *, strict: bool) -> None:
    if "result" not in item:
        raise invalid(f"'result' parameter is required at input[{number}].")
    if strict and not item.get("name"):
        raise invalid(f"'name' parameter is required at input[{number}].")
    for member, block in enumerate(as_list(item["result"])):
        if not isinstance(block, dict) or "type" not in block:
            raise invalid(f"'type' parameter is required at input[{number}].result[{member}].")


def _check_call_ids(talk: Conversation) -> None:
    """Every function result answers a call that came before it."""
    called: set[Any] = set()
    for step in talk.steps:
        if step.get("type") == "function_call":
            called.add(step.get("id"))
        elif step.get("type") == "function_result" and step.get("call_id") not in called:
            known = compact(sorted(map(str, called)))
            raise invalid(
                f"No function call with id '{step.get('call_id')}' precedes this function_result; "
                f"known calls: {known}."
            )
