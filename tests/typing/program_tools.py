"""A user's program: functions as tools, their results, what runs where."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

import gemini_interactions as genai
from gemini_interactions import types
from gemini_interactions.tools import FunctionResult, FunctionTool, Tool, Toolbox, function_result


class Place(TypedDict):
    lat: float
    lon: float


def weather(
    city: str,
    unit: Annotated[Literal["celsius", "fahrenheit"], "Which degrees"] = "celsius",
) -> dict[str, object]:
    """The weather of a city."""
    return {"city": city, "unit": unit}


@FunctionTool.of
def distance(start: Place, end: Place) -> float:
    """The distance between two places, in kilometres."""
    return abs(start["lat"] - end["lat"]) * 111


async def look_up(word: str) -> str:
    return word.upper()


class Counter:
    def count(self, letters: str, *, letter: str) -> int:
        return letters.count(letter)


class Shout:
    """A tool of its own making."""

    name = "shout"
    is_async = False
    declaration: Mapping[str, Any] = {"type": "function", "name": "shout"}

    def prepare(self, arguments: Mapping[str, Any]) -> functools.partial[str]:
        return functools.partial(str.upper, str(arguments["text"]))


named = FunctionTool.of(look_up, name="find", description="Find it.")
box = Toolbox.of(
    [
        weather,
        distance,
        named,
        Counter().count,
        FunctionTool.of(functools.partial(weather, unit="celsius"), name="celsius"),
        Shout(),
        {"type": "google_search"},
        types.Function(name="elsewhere"),
    ]
)
own: Tool = Shout()


def kilometres() -> float:
    return distance({"lat": 1.0, "lon": 1.0}, end={"lat": 2.0, "lon": 1.0})


def outcome(step: types.FunctionCallStep) -> object:
    tool = box.find(step.name)
    if tool is None or tool.is_async or step.arguments is None:
        return LookupError(f"{step.name} cannot be called")
    try:
        call = tool.prepare(step.arguments)
    except genai.ToolArgumentsError as error:
        return error
    return call()


def answered(client: genai.Client, asked: types.Interaction) -> str:
    calls = [step for step in asked.steps or [] if step.type == "function_call"]
    answer = client.interactions.create(
        model="gemini-3-flash-preview",
        input=[genai.function_result(call, outcome(call)) for call in calls],
        tools=box.declarations,
    )
    alone: FunctionResult = function_result(calls[0], [1, 2], is_error=True)
    return answer.output_text + alone["call_id"]
