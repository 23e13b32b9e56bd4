"""Functions among the tools are called, as programs of google-genai have it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

import gemini_interactions as genai
from gemini_interactions import bridge
from gemini_interactions.errors import InvalidRequestError, RunInterruptedError
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.tools import FunctionTool

from .merging import merged

REVISIONS = ("2026-05-07", "2026-05-20")
BOTH = "Weather in Paris and Rome, both?"
DECLARED = {"functionDeclarations": [{"name": "divide"}]}

Ask = Callable[..., "list[bridge.Response]"]


def get_weather(location: str) -> dict[str, str]:
    """Get the current weather in a given location."""
    return {"weather": f"{location} is sunny"}


async def get_weather_slowly(location: str) -> dict[str, str]:
    await asyncio.sleep(0)
    return get_weather(location)


def divide(a: float, b: float) -> float:
    """Divide."""
    return a / b


@pytest.fixture(params=REVISIONS)
def revision(request: Any) -> str:
    found: str = request.param
    return found


@pytest.fixture(params=["whole", "streamed", "async whole", "async streamed"])
def ask(request: Any, revision: str, interactions_server: InteractionsServer) -> Ask:
    """generate_content in one of its four forms: gives one response for each round it tells."""
    options: dict[str, Any] = {
        "api_key": "any",
        "base_url": interactions_server.url,
        "api_revision": revision,
    }
    form: str = request.param

    def responses(contents: Any, config: Any, **arguments: Any) -> list[bridge.Response]:
        told = {"model": "gemini-3-flash-preview", "contents": contents, "config": config}
        if form.startswith("async"):
            return asyncio.run(asked({**told, **arguments}))
        with genai.Client(**options) as client:
            if form == "whole":
                return [bridge.generate_content(client, **told, **arguments)]
            return by_round([*bridge.generate_content_stream(client, **told, **arguments)])

    async def asked(told: dict[str, Any]) -> list[bridge.Response]:
        async with genai.AsyncClient(**options) as client:
            if form == "async whole":
                return [await bridge.generate_content_async(client, **told)]
            stream = bridge.generate_content_stream_async(client, **told)
            return by_round([chunk async for chunk in stream])

    return responses


def by_round(chunks: list[bridge.Response]) -> list[bridge.Response]:
    """Chunks up to one with a finish reason are a response."""
    found: list[bridge.Response] = []
    begun: list[bridge.Response] = []
    for chunk in chunks:
        begun.append(chunk)
        if "finishReason" in chunk["candidates"][0]:
            found.append(bridge.Response(merged([*begun]), chunk.losses))
            begun = []
    assert not begun
    return found


def test_functions_are_called_until_there_is_an_answer(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    *calls, answer = ask(BOTH, {"tools": [get_weather]})

    assert "Paris is sunny" in answer.text
    assert "Rome is sunny" in answer.text
    assert answer.function_calls == []
    assert answer["candidates"][0]["finishReason"] == "STOP"
    assert len(interactions_server.requests) == 2
    (tool,) = interactions_server.requests[0].json["tools"]
    assert tool["name"] == "get_weather"
    assert tool["parameters"]["required"] == ["location"]
    for told in calls:  # of a stream: the calls are told, too
        assert [call["args"]["location"] for call in told.function_calls] == ["Paris", "Rome"]
        assert told.automatic_function_calling_history == []


def test_the_history_leads_to_the_answer(
    ask: Ask, revision: str, interactions_server: InteractionsServer
) -> None:
    answer = ask(BOTH, {"tools": [get_weather]})[-1]

    asked, calls, results = answer.automatic_function_calling_history
    assert asked == {"role": "user", "parts": [{"text": BOTH}]}
    assert calls["role"] == "model"
    made = [part["functionCall"] for part in calls["parts"] if "functionCall" in part]
    assert [call["args"] for call in made] == [{"location": "Paris"}, {"location": "Rome"}]
    given = [part["functionResponse"] for part in results["parts"]]
    assert [one["id"] for one in given] == [call["id"] for call in made]
    assert [one["response"] for one in given] == [
        {"weather": "Paris is sunny"},
        {"weather": "Rome is sunny"},
    ]
    again = bridge.to_create([asked, calls, results], revision=revision)
    assert [loss for loss in again.losses if loss.kind == "dropped"] == []
    first, second = (request.json for request in interactions_server.requests)
    assert second["previous_interaction_id"]
    assert first["model"] == second["model"]

    silent = {"tools": [get_weather], "automaticFunctionCalling": {"ignoreCallHistory": True}}
    assert "automaticFunctionCallingHistory" not in ask(BOTH, silent)[-1]
    assert (
        "automaticFunctionCallingHistory"
        not in ask("[scenario: empty]", {"tools": [get_weather]})[-1]
    )


def test_nothing_is_stored_that_shall_not_be(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    answer = ask(BOTH, {"tools": [get_weather], "store": False})[-1]

    assert "Rome is sunny" in answer.text
    assert [request.json["store"] for request in interactions_server.requests] == [False, False]
    assert len(answer.automatic_function_calling_history) == 3


@pytest.mark.parametrize(
    "config",
    [
        {"automaticFunctionCalling": {"disable": True, "maximumRemoteCalls": 10}},
        {"automatic_function_calling": {"maximum_remote_calls": 1}},
        {"automatic_function_calling": {"maximum_remote_calls": 0}},
        {"automaticFunctionCalling": {"maximumRemoteCalls": -1}},
    ],
)
def test_calls_come_back_where_none_is_made(
    config: Any, ask: Ask, interactions_server: InteractionsServer
) -> None:
    (answer,) = ask(BOTH, {**config, "tools": [get_weather, get_weather_slowly]})
    names = ["get_weather", "get_weather_slowly"]

    assert [call["name"] for call in answer.function_calls] == names
    assert len(interactions_server.requests) == 1
    declared = [tool["name"] for tool in interactions_server.requests[0].json["tools"]]
    assert declared == names


def test_the_last_response_has_the_calls_that_were_not_made(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    made: list[int] = []

    def lookup(query: str, limit: int) -> str:
        """Look it up."""
        made.append(limit)
        return query

    config = {"tools": [lookup], "automaticFunctionCalling": {"maximumRemoteCalls": 3}}
    told = ask("[scenario: rounds 5x2]", config)

    assert len(interactions_server.requests) == 3
    assert sorted(made) == [0, 0, 1, 1]
    assert [call["name"] for call in told[-1].function_calls] == ["lookup"] * 2
    assert told[-1]["candidates"][0]["finishReason"] == "STOP"
    assert len(told[-1].automatic_function_calling_history) == 5
    assert [len(one.automatic_function_calling_history) for one in told] in ([5], [0, 3, 5])


def test_ten_requests_unless_the_program_says_otherwise(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    answer = ask("[scenario: rounds 12x1]", {"tools": [divide]})[-1]

    assert len(interactions_server.requests) == 10
    assert answer.function_calls


def test_declared_functions_switch_it_off(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    (answer,) = ask("[scenario: parallel 1]", {"tools": [get_weather, DECLARED]})

    assert [call["name"] for call in answer.function_calls] == ["get_weather"]
    assert len(interactions_server.requests) == 1
    assert ("/config/tools", "changed") in [(loss.path, loss.kind) for loss in answer.losses]


def test_other_tools_do_not(ask: Ask, interactions_server: InteractionsServer) -> None:
    answer = ask(BOTH, {"tools": [{"googleSearch": {}}, get_weather]})[-1]

    assert "Paris is sunny" in answer.text
    kinds = [tool["type"] for tool in interactions_server.requests[0].json["tools"]]
    assert kinds == ["google_search", "function"]


def test_what_goes_wrong_in_a_call_is_told_to_the_model(ask: Ask) -> None:
    def get_weather(location: str) -> str:
        """Get the current weather in a given location."""
        raise genai.ToolError(f"no weather in {location}")

    answer = ask(BOTH, {"tools": [get_weather]})[-1]

    results = answer.automatic_function_calling_history[2]["parts"]
    assert [part["functionResponse"]["response"] for part in results] == [
        {"error": "no weather in Paris"},
        {"error": "no weather in Rome"},
    ]


def test_arguments_of_a_run_can_be_given(ask: Ask) -> None:
    states: list[genai.RunState] = []

    def on_call(call: genai.ToolCall) -> Any:
        return genai.Replace(value={"weather": f"{call.arguments}"[-6:-2]})

    config = {"tools": [FunctionTool.of(get_weather)]}
    answer = ask(BOTH, config, on_call=on_call, checkpoint=states.append)[-1]

    assert "Rome" in answer.text
    assert "sunny" not in answer.text
    assert [len(state.results) for state in states] == [0, 2]
    assert len(answer.automatic_function_calling_history) == 3


def test_an_answer_in_parts_is_one(
    ask: Ask, revision: str, interactions_server: InteractionsServer
) -> None:
    (answer,) = ask("[scenario: continuation 2]", {"tools": [get_weather]})

    can_go_on = revision == "2026-05-20"  # others give no token
    reason = "STOP" if can_go_on else "CONTINUATION"
    assert answer["candidates"][0]["finishReason"] == reason
    assert len(interactions_server.requests) == 1 + can_go_on
    assert ("2 of 2" in answer.text) == can_go_on


def test_failures_raise(ask: Ask) -> None:
    with pytest.raises(genai.APIError) as caught:
        ask("[scenario: failed]", {"tools": [get_weather]})
    assert caught.value.interaction_id


class GoogleConfig:
    """A config as google-genai keeps it: fields of pydantic, with callables among the tools."""

    model_fields: ClassVar[dict[str, Any]] = {"tools": None, "automatic_function_calling": None}
    tools: ClassVar[list[Any]] = [get_weather]
    automatic_function_calling: ClassVar[Any] = None


def test_configs_of_google_genai_keep_their_functions(ask: Ask) -> None:
    assert "Paris is sunny" in ask(BOTH, GoogleConfig())[-1].text


def test_asynchronous_functions_need_an_asynchronous_client(
    interactions_server: InteractionsServer,
) -> None:
    async def get_weather(location: str) -> dict[str, str]:
        """Get the current weather in a given location."""
        return await get_weather_slowly(location)

    config = {"tools": [get_weather]}
    told: dict[str, Any] = {"model": "m", "contents": BOTH, "config": config}
    with (
        genai.Client(api_key="any", base_url=interactions_server.url) as client,
        pytest.raises(InvalidRequestError, match="get_weather is asynchronous"),
    ):
        bridge.generate_content(client, **told)
    assert not interactions_server.requests

    async def ask() -> bridge.Response:
        async with genai.AsyncClient(api_key="any", base_url=interactions_server.url) as client:
            return await bridge.generate_content_async(client, **told)

    assert "Rome is sunny" in asyncio.run(ask()).text


def test_leaving_a_stream_makes_no_further_request(
    interactions_server: InteractionsServer,
) -> None:
    with genai.Client(api_key="any", base_url=interactions_server.url) as client:
        chunks: Iterator[bridge.Response] = bridge.generate_content_stream(
            client, model="m", contents=BOTH, config={"tools": [get_weather]}
        )
        assert next(chunk for chunk in chunks if chunk.function_calls)
        del chunks
    assert len(interactions_server.requests) == 1


def test_what_a_history_cannot_say_is_reported(ask: Ask) -> None:
    def get_weather(location: str) -> list[dict[str, Any]]:
        """Get the current weather in a given location."""
        source = {"type": "url_citation", "url": "https://weather.example"}
        return [{"type": "text", "text": "sunny", "annotations": [source]}]

    calling = {"ignoreCallHistory": True}
    told = ask(BOTH, {"tools": [get_weather]})[-1]
    silent = ask(BOTH, {"tools": [get_weather], "automaticFunctionCalling": calling})[-1]

    about = [loss.path for loss in told.losses if "annotations" in loss.path]
    assert about
    assert all(path.startswith("/history/") for path in about)
    assert not [loss for loss in silent.losses if loss.path.startswith("/history")]


def test_histories_of_chunks_are_the_program_s_own(
    interactions_server: InteractionsServer,
) -> None:
    with genai.Client(api_key="any", base_url=interactions_server.url) as client:
        lengths: list[int] = []
        for chunk in bridge.generate_content_stream(
            client, model="m", contents=BOTH, config={"tools": [get_weather]}
        ):
            history = chunk.automatic_function_calling_history
            lengths.append(len(history))
            history.append({"role": "model", "parts": chunk.parts})

    assert {*lengths} == {0, 3}


# --- to_create --------------------------------------------------------------------------------


def test_a_request_declares_functions_and_keeps_them(revision: str) -> None:
    search: dict[str, Any] = {"google_search": {}}
    request = bridge.to_create("x", {"tools": [search, divide]}, model="m", revision=revision)

    assert request.losses == []
    declaration = dict(FunctionTool.of(divide).declaration)
    assert request.value["tools"] == [{"type": "google_search"}, declaration]
    assert request.calls_functions
    running = request.to_run()
    assert running["tools"] == [{"type": "google_search"}, request.functions["divide"]]
    assert running["max_rounds"] == 9
    assert {**running, "tools": 0} == {**request.value, "tools": 0, "max_rounds": 9}


def test_the_number_of_requests_is_said_in_rounds() -> None:
    config = {"tools": [divide], "automaticFunctionCalling": {"maximumRemoteCalls": 4}}
    request = bridge.to_create("x", config)

    assert request.to_run()["max_rounds"] == 3
    path = "/config/automaticFunctionCalling/maximumRemoteCalls"
    assert [(loss.path, loss.kind) for loss in request.losses] == [(path, "changed")]
    assert request.lossless()


def test_requests_without_functions_call_none() -> None:
    request = bridge.to_create("x", {"tools": [DECLARED]})

    assert not request.calls_functions
    assert request.losses == []


def test_what_cannot_be_declared_is_reported_with_its_reason() -> None:
    session = SimpleNamespace(call_tool=None)
    request = bridge.to_create("x", {"tools": [dict, session, print, divide]})

    assert [loss.path for loss in request.losses] == [f"/config/tools/{at}" for at in range(3)]
    assert "mcp_tools(session)" in request.losses[1].reason
    assert [*request.functions] == ["divide"]


def test_a_run_that_breaks_off_can_be_taken_up(
    ask: Ask, interactions_server: InteractionsServer
) -> None:
    interactions_server.faults.add("error", on="create", nth=2, status=400)

    with pytest.raises(RunInterruptedError) as caught:
        ask(BOTH, {"tools": [get_weather]})
    assert isinstance(caught.value.__cause__, genai.BadRequestError)
    assert caught.value.state.interaction_id
