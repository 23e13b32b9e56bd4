"""Tools of real MCP servers, over standard input and output."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import mcp
import pytest

import gemini_interactions as genai
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.tools import Tool, Toolbox, function_result
from gemini_interactions.tools.mcp import mcp_tools, open_mcp_tools

HERE = Path(__file__).parent
CALL = {"id": "call_1", "name": "any"}


def server(name: str, *arguments: str) -> mcp.StdioServerParameters:
    return mcp.StdioServerParameters(
        command=sys.executable, args=["-W", "error", str(HERE / name), *arguments]
    )


KINDS, PAGED = server("server.py"), server("paged_server.py")

Main = Callable[[Toolbox], Coroutine[Any, Any, Any]]


def with_tools(main: Main, parameters: mcp.StdioServerParameters = KINDS, **options: Any) -> Any:
    """What a coroutine gives that has a connected server's tools."""

    failures: list[Exception] = []

    async def run() -> Any:
        async with mcp.Client(parameters) as client:
            try:
                return await main(Toolbox.of(await mcp_tools(client, **options)))
            except Exception as error:  # the client would put it into a group of its own
                failures.append(error)

    answer = asyncio.run(run())
    for failure in failures:
        raise failure
    return answer


async def call(box: Toolbox, tool_name: str, /, **arguments: Any) -> Any:
    tool = box.find(tool_name)
    assert tool is not None
    return await tool.prepare(arguments)()


def value_of(tool_name: str, /, **arguments: Any) -> Any:
    return with_tools(lambda box: call(box, tool_name, **arguments))


# --- declarations --------------------------------------------------------------------------------


async def declarations(box: Toolbox) -> dict[str, Any]:
    assert all(tool.is_async and isinstance(tool, Tool) for tool in box.tools.values())
    return {declared["name"]: declared for declared in box.declarations}


def test_tools_are_declared_as_the_server_lists_them() -> None:
    declared = with_tools(declarations)
    weather = declared["weather"]
    assert (weather["type"], weather["description"]) == ("function", "The weather of a city.")
    assert weather["parameters"]["properties"]["city"]["description"] == "Which city"
    assert weather["parameters"]["required"] == ["city"]
    assert declared["now"] == {
        "type": "function",
        "name": "now",
        "description": "No parameters, no content.",
    }


def test_all_pages_are_listed_and_schemas_tidied() -> None:
    first, second, third = with_tools(declarations, PAGED).values()
    assert first == {
        "type": "function",
        "name": "first",
        "description": "The first",
        "parameters": {
            "type": "object",
            "properties": {
                "required": {"type": "array", "items": {"type": "object"}},
                "kept": {"enum": [{"required": []}], "default": {"required": []}},
            },
        },
    }
    assert second == {"type": "function", "name": "path_to.second"}
    assert third == {"type": "function", "name": "third"}


def test_a_prefix_goes_before_the_names_here_alone() -> None:
    async def main(box: Toolbox) -> Any:
        assert list(box.tools) == ["p.first", "p.path_to.second", "p.third"]
        return await call(box, "p.path_to.second", a=1)

    assert with_tools(main, PAGED, prefix="p.") == "path/to.second({'a': 1})"


def test_two_servers_of_one_kind_need_a_prefix() -> None:
    async def main() -> None:
        async with mcp.Client(PAGED) as one, mcp.Client(PAGED) as other:
            ours, theirs = await mcp_tools(one), await mcp_tools(other, prefix="other_")
            assert len(Toolbox.of([*ours, *theirs]).tools) == 6
            with pytest.raises(genai.ToolDeclarationError, match="two tools of that name"):
                Toolbox.of([*ours, *await mcp_tools(other)])

    asyncio.run(main())


def test_a_list_in_a_circle_has_an_end() -> None:
    with pytest.raises(genai.ToolConnectionError, match="in a circle: '1' comes again"):
        with_tools(declarations, server("paged_server.py", "circle"))


def test_a_session_does_as_well_as_a_client() -> None:
    async def main() -> Any:
        async with (
            mcp.stdio_client(KINDS) as streams,
            mcp.ClientSession(*streams) as session,
        ):
            await session.initialize()
            box = Toolbox.of(await mcp_tools(session))
            assert len(box.tools) == 8
            return await call(box, "greet", name="Ada")

    assert asyncio.run(main()) == "Hello, Ada"


# --- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("weather", {"city": "Rome"}, {"city": "Rome", "celsius": 21.0}),
        ("greet", {"name": "Ada"}, "Hello, Ada"),
        ("now", {}, "null"),
        ("several", {}, [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]),
        (
            "mixed",
            {},
            [
                {"type": "text", "text": "see"},
                {"type": "image", "mime_type": "image/png", "data": "aW1n"},
                {"type": "audio", "mime_type": "audio/wav", "data": "c25k"},
                {"type": "text", "text": "inside"},
                {"type": "document", "mime_type": "application/pdf", "data": "cGRm"},
                {"type": "image", "mime_type": "image/gif", "data": "Z2lm"},
                {"type": "document", "mime_type": "application/octet-stream", "data": "AAA="},
                {
                    "type": "text",
                    "text": '{"name": "e", "uri": "file:///e", "type": "resource_link"}',
                },
            ],
        ),
    ],
)
def test_answers_become_results(name: str, arguments: dict[str, Any], expected: Any) -> None:
    answer = function_result(CALL, value_of(name, **arguments))
    assert answer["result"] == expected
    assert "is_error" not in answer


def test_what_failed_there_is_an_error_result_here() -> None:
    with pytest.raises(genai.ToolError) as caught:
        value_of("fail", reason="because")
    answer = function_result(CALL, caught.value)
    assert answer["result"] == "Error executing tool fail: because"
    assert answer["is_error"] is True


def test_arguments_are_an_object() -> None:
    async def main(box: Toolbox) -> None:
        with pytest.raises(genai.ToolArgumentsError, match="weather was not called"):
            box.tools["weather"].prepare(cast("dict[str, Any]", None))

    with_tools(main)


def test_arguments_are_judged_there() -> None:
    with pytest.raises(genai.ToolError, match="validation error for weather"):
        value_of("weather", city=3)


def test_what_the_server_refuses_the_model_may_read() -> None:
    async def main(box: Toolbox) -> Any:
        return await call(box, "third", refuse=True)

    with pytest.raises(genai.ToolError, match="not today"):
        with_tools(main, PAGED)


def test_a_session_that_is_closed() -> None:
    async def main() -> None:
        async with mcp.Client(PAGED) as client:
            tools = await mcp_tools(client)
        with pytest.raises(genai.ToolConnectionError, match="a call of first"):
            await tools[0].prepare({})()

    asyncio.run(main())


# --- a connection that fails ---------------------------------------------------------------------


def test_a_call_without_an_answer_ends_in_time() -> None:
    async def main(box: Toolbox) -> None:
        with pytest.raises(genai.ToolTimeoutError, match="no answer to a call of hang") as caught:
            await call(box, "hang")
        assert caught.value.tool == "hang"
        assert isinstance(caught.value, TimeoutError)
        assert await call(box, "greet", name="Ada") == "Hello, Ada"

    with_tools(main, timeout=2)


def test_a_server_that_dies_has_a_name() -> None:
    async def main(box: Toolbox) -> None:
        with pytest.raises(genai.ToolConnectionError, match="a call of die") as caught:
            await call(box, "die")
        assert caught.value.tool == "die"
        with pytest.raises(genai.ToolConnectionError, match="a call of greet"):
            await call(box, "greet", name="Ada")

    with_tools(main)


# --- for those who cannot await ------------------------------------------------------------------


def test_tools_for_a_program_without_a_loop() -> None:
    with open_mcp_tools(KINDS, prefix="k_") as tools:
        box = Toolbox.of(tools)
        assert not box.has_async
        greet = box.find("k_greet")
        assert greet is not None
        assert greet.prepare({"name": "Ada"})() == "Hello, Ada"
        with pytest.raises(genai.ToolError, match="because"):
            box.tools["k_fail"].prepare({"reason": "because"})()
        assert repr(greet) == "WaitingTool('k_greet')"
        with pytest.raises(genai.ToolConnectionError, match="a call of k_die"):
            box.tools["k_die"].prepare({})()
    with pytest.raises(genai.ToolConnectionError, match="not connected any more"):
        greet.prepare({"name": "Ada"})()


def test_they_may_be_called_from_any_thread() -> None:
    found: list[Any] = []
    with open_mcp_tools(KINDS) as tools:
        greet = Toolbox.of(tools).tools["greet"]
        threads = [
            threading.Thread(target=lambda n=n: found.append(greet.prepare({"name": str(n)})()))
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [f"Hello, {n}" for n in range(8)]


@pytest.mark.parametrize(
    "nothing",
    [
        mcp.StdioServerParameters(command=sys.executable, args=["-c", ""]),
        mcp.StdioServerParameters(command="/no/such/program"),
    ],
)
def test_a_server_that_cannot_be_reached(nothing: mcp.StdioServerParameters) -> None:
    with (
        pytest.raises(genai.ToolConnectionError, match="no connection to the MCP server: "),
        open_mcp_tools(nothing),
    ):
        raise AssertionError


def test_what_the_block_raises_comes_through() -> None:
    with pytest.raises(KeyError), open_mcp_tools(KINDS):
        raise KeyError


def test_a_round_with_the_model(interactions_server: InteractionsServer) -> None:
    with (
        open_mcp_tools(KINDS) as tools,
        genai.Client(api_key="any", base_url=interactions_server.url) as client,
    ):
        box = Toolbox.of([tool for tool in tools if tool.name == "weather"])
        asked = client.interactions.create(
            model="m", input="What is the weather in Paris?", tools=box.declarations
        )
        (step,) = (step for step in asked.steps or [] if step.type == "function_call")
        value = box.tools["weather"].prepare(step.arguments or {})()
        answer = client.interactions.create(
            model="m", input=[function_result(step, value)], previous_interaction_id=asked.id
        )
    assert "Paris" in answer.output_text
