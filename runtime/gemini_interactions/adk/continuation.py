"""Where a request goes on: the interaction before it, and what that one does not know yet.

ADK gives a model the contents of the session's events: those of its agent, in its branch, without
what was rewound or compacted. Each content that came from an interaction is marked with its id, in
the metadata of one of its parts, which sessions keep. So the newest mark names the interaction
that holds everything up to there, and what follows it is new: the user's turn, the results of
functions, what other agents said in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen
from google.genai import types

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest

MARK: Final = "gemini_interaction_id"


@frozen
class Continuation:
    """The interaction that a request goes on from, if any, and the contents to send."""

    previous: str | None
    contents: Sequence[types.Content]


def continuation(request: LlmRequest) -> Continuation:
    """How little of a request is enough.

    An id that somebody else has put into the request wins over the marks; where nothing is marked
    with it, the latest turn is what is new.
    """
    given, contents = request.previous_interaction_id, request.contents
    for position in reversed(range(len(contents))):
        marked = mark_of(contents[position])
        if marked and given in (None, marked):
            return Continuation(marked, since(contents, position + 1))
    if given is None:
        return Continuation(None, contents)
    return Continuation(given, since(contents, latest_turn(contents)))


def mark(content: types.Content, interaction_id: str) -> None:
    """Have a content say which interaction it came from."""
    parts = content.parts or []
    part = next((part for part in parts if not is_relayed(part)), parts[0] if parts else None)
    if part is not None:
        part.part_metadata = {**(part.part_metadata or {}), MARK: interaction_id}


def is_relayed(part: types.Part) -> bool:
    """Whether ADK shows this part as it is to other agents; a mark would be in their way."""
    return any((part.inline_data, part.file_data, part.executable_code, part.code_execution_result))


def mark_of(content: types.Content) -> str | None:
    if content.role != "model":
        return None
    marks = ((part.part_metadata or {}).get(MARK) for part in content.parts or ())
    return next((mark for mark in marks if isinstance(mark, str)), None)


def latest_turn(contents: Sequence[types.Content]) -> int:
    """Where what was said after the model's last words begins."""
    positions = (n for n in reversed(range(len(contents))) if contents[n].role == "model")
    return next(positions, -1) + 1


def since(contents: Sequence[types.Content], start: int) -> list[types.Content]:
    """The contents from there on, led by the function calls that they answer.

    The service was seen to lose sight of calls in earlier interactions, and refuses a result whose
    call it does not find.
    """
    new = list(contents[start:])
    answered = {part.function_response.id for part in parts_of(new) if part.function_response}
    calls = [
        part
        for part in parts_of(contents[:start])
        if part.function_call and part.function_call.id in answered - {None}
    ]
    return [types.Content(role="model", parts=calls), *new] if calls else new


def parts_of(contents: Sequence[types.Content]) -> Iterator[types.Part]:
    return (part for content in contents for part in content.parts or ())
