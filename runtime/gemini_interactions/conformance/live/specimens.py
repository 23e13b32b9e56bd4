"""The interactions that a check makes: few and short, for somebody may have to pay for them."""

from __future__ import annotations

from typing import Any

from ..._core.events import RUNNING
from ..excerpts import is_array
from .bench import Bench, Json, NotTestableError, Specimen, as_object, status_of
from .calling import Call

__all__ = [
    "ANSWERED",
    "ASKED",
    "ASKED_STREAM",
    "BACKGROUND",
    "CANCELLED",
    "FOLLOW_UP",
    "LEFT",
    "NAME",
    "PLAIN",
    "STREAM",
    "TO_CANCEL",
    "UNSTORED",
    "WEATHER",
    "function_calls",
]

NAME = "Ada"
WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": "Gives the weather of a town.",
    "parameters": {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
    },
}
QUESTION = "What is the weather in Paris? Use the function."


def plain(bench: Bench) -> Call:
    return bench.create(f"My name is {NAME}. Reply with one word.")


def follow_up(bench: Bench) -> Call:
    return bench.create("What is my name?", previous_interaction_id=bench.id_of(PLAIN))


def stream(bench: Bench) -> Call:
    return bench.create("Count from 1 to 25.", stream=True)


def left(bench: Bench) -> Call:
    return bench.create("Count from 1 to 20.", stream=True, leave_after=2)


def background(bench: Bench) -> Call:
    worker: dict[str, Any] = {"agent": bench.agent} if bench.agent else {}
    return bench.create("Name three lighthouses.", background=True, **worker)


def cancelled(bench: Bench) -> Call:
    if status_of(bench.answer(bench.specimen(TO_CANCEL))) not in RUNNING:
        raise NotTestableError("it was over before it could be cancelled")
    return bench.cancel(bench.id_of(TO_CANCEL))


def asked(bench: Bench) -> Call:
    return bench.create(QUESTION, tools=[WEATHER])


def asked_stream(bench: Bench) -> Call:
    return bench.create(QUESTION, tools=[WEATHER], stream=True)


def answered(bench: Bench) -> Call:
    before = bench.answer(bench.specimen(ASKED))
    calls = function_calls(before.get(bench.family.items))
    if not calls:
        raise NotTestableError("the model called no function")
    results = [
        {
            "type": "function_result",
            "call_id": call.get("id"),
            "name": call.get("name"),
            "result": "sunny",
        }
        for call in calls
    ]
    return bench.create(results, previous_interaction_id=bench.id_of(ASKED), tools=[WEATHER])


def unstored(bench: Bench) -> Call:
    return bench.create("Reply with one word.", store=False)


def function_calls(items: Any) -> list[Json]:
    """The function calls among the steps, or outputs, of an interaction."""
    found: list[Any] = items if is_array(items) else []
    return [
        dict(as_object(item)) for item in found if as_object(item).get("type") == "function_call"
    ]


PLAIN = Specimen("plain", plain)
FOLLOW_UP = Specimen("follow-up", follow_up, after=(PLAIN,))
STREAM = Specimen("streamed", stream)
LEFT = Specimen("left", left)
BACKGROUND = Specimen("background", background)
TO_CANCEL = Specimen("running", background)
CANCELLED = Specimen("cancelled", cancelled, after=(TO_CANCEL,), creates=False)
ASKED = Specimen("asking", asked)
ANSWERED = Specimen("answered", answered, after=(ASKED,))
ASKED_STREAM = Specimen("streamed asking", asked_stream)
UNSTORED = Specimen("unstored", unstored)
