"""Toolboxes: what goes to the service, and what runs here when it calls."""

from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

import gemini_interactions as genai
from gemini_interactions import types
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.tools import FunctionTool, Tool, Toolbox, function_result


def weather(city: str) -> dict[str, str]:
    """The weather of a city."""
    return {"city": city, "weather": "sunny"}


async def fetch(url: str) -> str:
    return url


class Shout:
    name = "shout"
    is_async = False
    declaration: Mapping[str, Any] = {"type": "function", "name": "shout"}

    def prepare(self, arguments: Mapping[str, Any]) -> functools.partial[str]:
        return functools.partial(str.upper, arguments["text"])


SEARCH = {"type": "google_search"}


def test_the_order_is_kept_and_declarations_pass_through() -> None:
    typed, plain = types.Function(name="elsewhere"), {"type": "function", "name": "there"}
    box = Toolbox.of([SEARCH, weather, typed, Shout(), plain, SEARCH])
    names = [SEARCH, FunctionTool.of(weather).declaration, typed, Shout.declaration, plain, SEARCH]
    assert box.declarations == names
    assert box.declarations[2] is typed
    assert box.declarations[4] is plain


def test_what_runs_here_is_found_by_its_name() -> None:
    shout = Shout()
    box = Toolbox.of(iter([weather, shout, {"type": "function", "name": "there"}]))
    found = box.find("weather")
    assert found is not None
    assert found.prepare({"city": "Rome"})() == {"city": "Rome", "weather": "sunny"}
    assert box.find("shout") is shout
    for name in ("there", "nowhere", "", None):
        assert box.find(name) is None
    assert repr(box) == "Toolbox(weather, shout)"


def test_whether_something_is_asynchronous() -> None:
    assert not Toolbox.of([weather, Shout(), SEARCH]).has_async
    assert Toolbox.of([weather, fetch]).has_async
    assert not Toolbox.of([]).has_async


def test_tools_of_our_own_are_tools() -> None:
    assert isinstance(FunctionTool.of(weather), Tool)
    assert isinstance(Shout(), Tool)
    assert not isinstance(weather, Tool)


@pytest.mark.parametrize(
    "other",
    [
        weather,
        {"type": "function", "name": "weather"},
        types.Function(name="weather"),
        FunctionTool.of(fetch, name="weather"),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_two_tools_of_one_name_are_refused(other: Any, swapped: bool) -> None:
    tools = [weather, other]
    with pytest.raises(genai.ToolDeclarationError, match="weather: there are two tools of that"):
        Toolbox.of(reversed(tools) if swapped else tools)


def test_a_session_of_mcp_is_no_tool() -> None:
    class Session:
        async def call_tool(self, name: str) -> None: ...

    with pytest.raises(genai.ToolDeclarationError, match=r"what mcp_tools\(session\) lists"):
        Toolbox.of([Session()])


@pytest.mark.parametrize("thing", [3, None, "weather", ["weather"]])
def test_what_is_no_tool_at_all(thing: Any) -> None:
    with pytest.raises(genai.ToolDeclarationError, match="a tool is a function or a method"):
        Toolbox.of([thing])


@pytest.mark.parametrize(
    ("tools", "name"),
    [(weather, "weather"), ("google_search", "str"), (5, "int"), (Shout.declaration, "shout")],
)
def test_a_single_tool_is_no_list(tools: Any, name: str) -> None:
    with pytest.raises(genai.ToolDeclarationError, match="tools are given as a list") as caught:
        Toolbox.of(tools)
    assert caught.value.tool == name


def test_a_round_trip(interactions_server: InteractionsServer) -> None:
    box = Toolbox.of([weather])
    with genai.Client(api_key="any", base_url=interactions_server.url) as client:
        asked = client.interactions.create(
            model="m", input="What is the weather in Paris?", tools=box.declarations
        )
        (call,) = (step for step in asked.steps or [] if step.type == "function_call")
        tool = box.find(call.name)
        assert tool is not None
        answer = client.interactions.create(
            model="m",
            input=[function_result(call, tool.prepare(call.arguments or {})())],
            previous_interaction_id=asked.id,
            tools=box.declarations,
        )
    assert "sunny" in answer.output_text
    sent = interactions_server.requests[-1].json["input"]
    assert sent[0]["result"] == {"city": "Paris", "weather": "sunny"}


def test_nothing_of_it_is_loaded_before_it_is_used() -> None:
    program = """
import sys
import gemini_interactions as genai
assert not {"gemini_interactions.tools", "cattrs"} & set(sys.modules)
genai.function_result({"id": "1", "name": "f"}, 1)
assert genai.tools.Toolbox.of([]).declarations == []
assert not {"mcp", "anyio", "pydantic"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
