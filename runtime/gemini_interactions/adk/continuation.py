"""Where a request goes on: the interaction before it, and what that one does not know yet.

ADK gives a model the contents of the session's events: those of its agent, in its branch, without
what was rewound or compacted. Each content that came from an interaction is marked with its id, in
the metadata of one of its parts, which sessions keep. So the newest mark names the interaction
that holds everything up to there, and what follows it is new: the user's turn, the results of
functions, what other agents said in between.

It does not hold what was said beside it, by an interaction that it was not told of: a function that
took long may have been answered when the talk had moved on. So each mark names the one that was the
newest when it was asked for, too, and where that is not the one before it, all is told anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from attrs import asdict, evolve, frozen
from google.genai import types

from .._core.answers import as_object

if TYPE_CHECKING:
    from google.adk.models.llm_request import LlmRequest

ADK_LABEL: Final = "adk_agent_name"
"""With this label ADK asks for a turn of an agent, and without it for a summary or a judgement."""
MARK: Final = "gemini_interaction"


@frozen
class Continuation:
    """The interaction that a request goes on from, if any, and the contents to send."""

    previous: str | None
    contents: Sequence[types.Content]
    newest: str | None = None
    """The interaction of the newest mark among all contents of the request."""
    is_turn: bool = True
    """Whether its answer becomes part of an agent's history, so that the next turn goes on from it.

    The answer to anything else, such as the summary that events are compacted to, is no place to go
    on from.
    """

    def anew(self, contents: Sequence[types.Content]) -> Continuation:
        """The same turn as one that goes on from nothing."""
        return evolve(self, previous=None, contents=contents)


@frozen
class Mark:
    """The interaction a content came from, and the newest one that it was told of."""

    id: str
    after: str | None = None


def continuation(request: LlmRequest) -> Continuation:
    """How little of a request is enough.

    An id that somebody else has put into the request wins over the marks; where nothing is marked
    with it, the latest turn is what is new.
    """
    given, contents = request.previous_interaction_id, request.contents
    marks = [*marks_of(contents)]
    newest = marks[-1][1].id if marks else None
    where = Continuation(
        None, contents, newest=newest, is_turn=ADK_LABEL in (request.config.labels or {})
    )
    if given is None and not (marks and knows_all([mark for _, mark in marks])):
        return where
    previous = given or newest
    known = [position for position, mark in marks if mark.id == previous]
    start = known[-1] + 1 if known else latest_turn(contents)
    new = [*instructions(request, start), *since(contents, start)]
    return evolve(where, previous=previous, contents=new)


def instructions(request: LlmRequest, end: int) -> list[types.Content]:
    """What ADK puts before all of the history, though it may be another at each turn.

    That is the `instruction` of an agent that has a `static_instruction` with media. Where they end
    is not among ADK's public names.
    """
    length: int = getattr(request, "_static_instruction_prefix_end_index", None) or 0
    return [content for content in request.contents[: min(length, end)] if content.role == "user"]


def knows_all(marks: Sequence[Mark]) -> bool:
    """Whether the newest was told of the one before it, as that one was of its own."""
    return len(marks) < 2 or marks[-1].after == marks[-2].id


def mark(content: types.Content, mark: Mark) -> None:
    """Have a content say which interaction it came from."""
    parts = content.parts or []
    part = next((part for part in parts if not is_relayed(part)), parts[0] if parts else None)
    if part is not None:
        part.part_metadata = {**(part.part_metadata or {}), MARK: asdict(mark)}


def is_relayed(part: types.Part) -> bool:
    """Whether ADK shows this part as it is to other agents; a mark would be in their way."""
    return any((part.inline_data, part.file_data, part.executable_code, part.code_execution_result))


def marks_of(contents: Sequence[types.Content]) -> Iterator[tuple[int, Mark]]:
    for position, content in enumerate(contents):
        if mark := mark_of(content):
            yield position, mark


def mark_of(content: types.Content) -> Mark | None:
    if content.role != "model":
        return None
    told = [as_object((part.part_metadata or {}).get(MARK)) for part in content.parts or ()]
    marks = (
        Mark(each["id"], each.get("after")) for each in told if isinstance(each.get("id"), str)
    )
    return next(marks, None)


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
    known, told = calls_in(contents[:start]), calls_in(new)
    calls = [call for identity, call in known.items() if identity in answered - {*told}]
    return [types.Content(role="model", parts=calls), *new] if calls else new


def calls_in(contents: Sequence[types.Content]) -> dict[str, types.Part]:
    """The newest call of each id."""
    calls = [(part.function_call, part) for part in parts_of(contents)]
    return {call.id: part for call, part in calls if call and call.id}


def parts_of(contents: Sequence[types.Content]) -> Iterator[types.Part]:
    return (part for content in contents for part in content.parts or ())
