"""Scenarios that a test asks for by name, with `[scenario: NAME ARGUMENTS]` in the prompt.

Counts may be left out; the table shows what they default to.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import media, steps
from .answer import Answer
from .conversation import Conversation
from .json_values import Json

SCENARIOS: dict[str, str] = {
    "big 1000000": "one text delta of that many characters",
    "image 1000000": "one image delta whose data has about that many base64 characters",
    "many 1000": "that many text deltas of one short word each",
    "parallel 3": "that many function calls at once, argument fragments interleaved",
    "bad-calls": "calls of a function that is not there, and with arguments that fit nothing",
    "rounds 2x3": "rounds of parallel function calls, a round for each batch of results, then text",
    "continuation 2": "that many parts, all but the last with status requires_continuation; "
    "older revisions give no token for the next one",
    "status NAME": "a short text, finished with the status NAME, known or not",
    "failed": "status failed, no steps, an error in the resource",
    "error-event": "an `error` event in the middle of the text, only [DONE] after it",
    "unknown-event": "an event type nobody knows between the steps",
    "unknown-step": "a step type nobody knows, all of it in its start event",
    "unknown-delta": "a delta type nobody knows inside a text step",
    "empty": "completed without any step",
    "text-around-tool": "text, a search of the service's own, more text",
}
"""Marker with default argument -> what the model does."""

_Marked = Callable[[Conversation, list[str]], Answer]


def marked_answer(talk: Conversation) -> Answer | None:
    """The answer a marker asks for; markers of earlier turns only matter to those with rounds."""
    if talk.marker is None:
        return None
    name, words = talk.marker
    build = _BUILDERS.get(name)
    lasting = name in _LASTING and not talk.prompt
    if build is None or not (talk.marked_now or lasting):
        return None
    return build(talk, words)


def _count(words: list[str], default: int) -> int:
    return int(words[0]) if words and words[0].isdigit() else default


def _said(value: str) -> Json:
    return steps.model_output(steps.text(value))


def _big(talk: Conversation, words: list[str]) -> Answer:
    size = _count(words, 1_000_000)
    line = "the quick brown fox jumps over the lazy dog "
    return Answer([_said((line * (size // len(line) + 1))[:size])], words_per_delta=0)


def _image(talk: Conversation, words: list[str]) -> Answer:
    size = _count(words, 1_000_000) // 4 * 4
    block = dict(media.image())
    block["data"] = (str(block["data"]).rstrip("=") * (size // 64 + 1))[:size]
    return Answer([steps.model_output(block)])


def _many(talk: Conversation, words: list[str]) -> Answer:
    text = "".join(f"w{number % 10} " for number in range(_count(words, 1000)))
    return Answer([_said(text)], words_per_delta=1)


def _calls(talk: Conversation, count: int, turn: int) -> list[Json]:
    names = [str(function.get("name")) for function in talk.functions] or ["lookup"]
    return [
        steps.function_call(
            names[number % len(names)],
            {"query": f"question {number} of round {turn}", "limit": number},
            seed=(len(talk.steps), number),
        )
        for number in range(count)
    ]


def _parallel(talk: Conversation, words: list[str]) -> Answer:
    calls = _calls(talk, _count(words, 3), 1)
    return Answer([steps.thought(seed=talk.prompt), *calls], status="requires_action")


def _bad_calls(talk: Conversation, words: list[str]) -> Answer:
    name = str(talk.functions[0].get("name")) if talk.functions else "lookup"
    calls = [
        steps.function_call("no_such_function", {"query": "anything"}, seed=(len(talk.steps), 0)),
        steps.function_call(name, {"no_such_argument": [{}]}, seed=(len(talk.steps), 1)),
    ]
    return Answer([steps.thought(seed=talk.prompt), *calls], status="requires_action")


def _rounds(talk: Conversation, words: list[str]) -> Answer:
    rounds, width = map(int, re.findall(r"\d+", words[0] if words else "2x3"))
    done = sum(
        1
        for before, step in zip([{}, *talk.steps], talk.steps, strict=False)
        if step.get("type") == "function_result" and before.get("type") != "function_result"
    )
    if done >= rounds:
        return Answer([_said(f"Done after {rounds} rounds of {width} calls.")])
    thought = steps.thought(seed=(talk.prompt, done))
    return Answer([thought, *_calls(talk, width, done + 1)], status="requires_action")


def _continuation(talk: Conversation, words: list[str]) -> Answer:
    total = _count(words, 2)
    token = str(talk.request.get("continuation_token", ""))
    part = int(token.rsplit("-", 1)[-1]) if token else 1
    said = _said(f"Part {part} of {total}. ")
    if part >= total:
        return Answer([said])
    next_token = f"continue-{part + 1}"
    return Answer([said], status="requires_continuation", continuation_token=next_token)


def _status(talk: Conversation, words: list[str]) -> Answer:
    status = words[0] if words else "incomplete"
    return Answer([_said(f"This ends as {status}.")], status=status)


def _failed(talk: Conversation, words: list[str]) -> Answer:
    error = {"code": "internal", "message": "The model could not finish this interaction."}
    return Answer(status="failed", errors=[error])


def _error_event(talk: Conversation, words: list[str]) -> Answer:
    error = {
        "message": "Deadline expired before operation could complete.",
        "code": "gateway_timeout",
    }
    text = "This text is long enough to be streamed in more than one delta before it breaks."
    return Answer([_said(text)], status="failed", errors=[error], stream_error=error)


def _unknown_event(talk: Conversation, words: list[str]) -> Answer:
    event: Json = {"index": 0, "sparkle": {"colour": "blue"}, "event_type": "step.sparkle"}
    return Answer([_said("An event nobody knows came before this text.")], inserted={2: event})


def _unknown_step(talk: Conversation, words: list[str]) -> Answer:
    step: Json = {"type": "hologram", "depth": 3, "payload": {"voxels": [1, 2, 3]}}
    return Answer([step, _said("A step nobody knows came before this text.")])


def _unknown_delta(talk: Conversation, words: list[str]) -> Answer:
    delta: Json = {"index": 0, "delta": {"type": "scent", "notes": ["cedar"]}}
    event = delta | {"event_type": "step.delta"}
    return Answer([_said("A delta nobody knows came inside this text.")], inserted={3: event})


def _empty(talk: Conversation, words: list[str]) -> Answer:
    return Answer()


def _text_around_tool(talk: Conversation, words: list[str]) -> Answer:
    seed = len(talk.steps)
    call = steps.tool_call("google_search", seed, arguments={"queries": ["in between"]})
    found = [{"search_suggestions": "<div>in between</div>"}]
    result = steps.tool_result("google_search", seed, is_error=False, result=found)
    return Answer([_said("First words. "), call, result, _said("Last words.")])


_BUILDERS: dict[str, _Marked] = {
    "big": _big,
    "image": _image,
    "many": _many,
    "parallel": _parallel,
    "bad-calls": _bad_calls,
    "rounds": _rounds,
    "continuation": _continuation,
    "status": _status,
    "failed": _failed,
    "error-event": _error_event,
    "unknown-event": _unknown_event,
    "unknown-step": _unknown_step,
    "unknown-delta": _unknown_delta,
    "empty": _empty,
    "text-around-tool": _text_around_tool,
}
# These also answer the requests without words that carry a marked prompt on.
_LASTING = frozenset({"rounds", "continuation"})
