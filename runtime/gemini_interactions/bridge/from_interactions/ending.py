"""Why an answer ended: from the status of an interaction and what it says went wrong.

| status | finishReason |
|---|---|
| `completed`, `requires_action` | `STOP` |
| `incomplete`, `budget_exceeded` | `MAX_TOKENS` |
| `requires_continuation` | `CONTINUATION` |
| `failed` | the reason its error is named after, such as `SAFETY`; else `OTHER` |
| `cancelled`, and any that is not known | `OTHER` |
| `in_progress`, `queued` | none: it has not ended |

Arguments of a function that are no JSON make it `MALFORMED_FUNCTION_CALL`, whatever the status.
`finishMessage` says the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..json_values import Json, array_of, is_object, objects_in

__all__ = ["BLOCKS", "failure_in", "finish_of"]

_REASONS: Final = {
    "completed": "STOP",
    "requires_action": "STOP",
    "incomplete": "MAX_TOKENS",
    "budget_exceeded": "MAX_TOKENS",
    "requires_continuation": "CONTINUATION",
}
_RUNNING: Final = (None, "in_progress", "queued")
_NAMED: Final = frozenset(
    [
        *("MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT"),
        *("SPII", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"),
        *("UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MODEL_ARMOR", "NO_IMAGE"),
        *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER"),
    ]
)
"""Reasons that an error can be named after."""
BLOCKS: Final = frozenset(
    ["SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK"]
)
"""Reasons to refuse a prompt."""


def failure_in(interaction: Json) -> Json | None:
    """What an interaction says went wrong: code and message, and all else that it says.

    The service writes it into `errors`, into `error`, or into the step it happened in. Several
    are one: the first, with the messages of all.
    """
    found = list(_failures(interaction))
    if not found and interaction.get("status") != "failed":
        return None
    messages = [str(error["message"]) for error in found if error.get("message")]
    first = found[0] if found else {}
    message = "; ".join(dict.fromkeys(messages)) or "the service gives no reason"
    return {**first, "message": message}


def _failures(interaction: Json) -> Iterator[Json]:
    in_steps = [step.get("error") for step in objects_in(interaction.get("steps"))]
    for error in (*array_of(interaction.get("errors")), interaction.get("error"), *in_steps):
        if is_object(error):
            yield error
        elif isinstance(error, str) and error:
            yield {"message": error}


def finish_of(interaction: Json, malformed: list[str]) -> Json:
    """`finishReason` and `finishMessage` of a candidate."""
    status: Any = interaction.get("status")
    failure = failure_in(interaction)
    if malformed:
        said = f"the arguments are no JSON object: {'; '.join(malformed)}"
        return {"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": said}
    if failure is not None:
        name = str(failure.get("code") or failure.get("status") or "").upper()
        reason = name if name in _NAMED else _REASONS.get(status, "OTHER")
        code = failure.get("code")
        said = failure["message"] if code is None else f"{code}: {failure['message']}"
        return {"finishReason": reason, "finishMessage": said}
    if status in _RUNNING:
        return {}
    reason = _REASONS.get(status, "OTHER")
    return {"finishReason": reason, **({} if reason == "STOP" else {"finishMessage": status})}
