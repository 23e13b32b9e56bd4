"""generate_content over real sockets, with both clients and every revision the server speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

import gemini_interactions as genai
from gemini_interactions import bridge
from gemini_interactions.errors import APIError, TranslationLossError
from gemini_interactions.testing import InteractionsServer

from .merging import merged

WEATHER = {
    "name": "get_weather",
    "parameters": {"type": "OBJECT", "properties": {"location": {"type": "STRING"}}},
}
TOOLS = {"tools": [{"functionDeclarations": [WEATHER]}]}
ASK: dict[str, Any] = {
    "model": "gemini-3-flash-preview",
    "contents": "What is the capital of France?",
}


@pytest.fixture(params=["2026-05-07", "2026-05-20"])
def client(request: Any, interactions_server: InteractionsServer) -> Iterator[genai.Client[Any]]:
    with genai.Client(
        api_key="any", base_url=interactions_server.url, api_revision=request.param
    ) as client:
        yield client


def test_a_question(client: genai.Client[Any]) -> None:
    response = bridge.generate_content(client, **ASK)

    assert response.text == "The capital of France is Paris."
    assert response["candidates"][0]["finishReason"] == "STOP"
    assert response.function_calls == []


def test_chunks_say_what_the_response_says(client: genai.Client[Any]) -> None:
    whole = bridge.generate_content(client, **ASK)
    chunks = list(bridge.generate_content_stream(client, **ASK))

    assert len(chunks) > 2
    assert merged([*chunks])["candidates"] == merged([whole])["candidates"]
    assert chunks[-1]["usageMetadata"] == whole["usageMetadata"]


def test_a_round_of_functions(
    client: genai.Client[Any], interactions_server: InteractionsServer
) -> None:
    contents: list[Any] = [
        {"role": "user", "parts": [{"text": "Weather in Paris and Rome, both?"}]}
    ]
    asked = bridge.generate_content(client, **{**ASK, "contents": contents}, config=TOOLS)
    contents.append(asked["candidates"][0]["content"])
    contents.append(
        {
            "role": "user",
            "parts": [
                {"functionResponse": {**call, "args": None, "response": {"output": "sunny"}}}
                for call in asked.function_calls
            ],
        }
    )
    answer = bridge.generate_content(client, **{**ASK, "contents": contents}, config=TOOLS)

    assert [call["args"] for call in asked.function_calls] == [
        {"location": "Paris"},
        {"location": "Rome"},
    ]
    assert "sunny" in answer.text
    sent = interactions_server.requests[-1].json["input"]
    items = [item for one in sent for item in one.get("content", [one])]
    signatures = [item["signature"] for item in items if item.get("signature")]
    assert signatures == [asked.parts[0]["thoughtSignature"]]


def test_strictness_sends_nothing(
    client: genai.Client[Any], interactions_server: InteractionsServer
) -> None:
    lossy: dict[str, Any] = {**ASK, "config": {"logprobs": 3}}
    with pytest.raises(TranslationLossError):
        bridge.generate_content(client, **lossy, strict=True)
    with pytest.raises(TranslationLossError):
        next(iter(bridge.generate_content_stream(client, **lossy, strict=True)))
    assert not interactions_server.requests

    assert "/config/logprobs" in {
        loss.path for loss in bridge.generate_content(client, **lossy).losses
    }


def test_arguments_of_create_win(
    client: genai.Client[Any], interactions_server: InteractionsServer
) -> None:
    bridge.generate_content(client, **ASK, config={"store": True}, store=False)

    assert interactions_server.requests[-1].json["store"] is False


def test_failures_raise(client: genai.Client[Any]) -> None:
    failing = {**ASK, "contents": "[scenario: failed]"}
    with pytest.raises(APIError) as caught:
        bridge.generate_content(client, **failing)
    assert caught.value.interaction_id
    assert caught.value.message

    with pytest.raises(APIError):
        list(bridge.generate_content_stream(client, **failing))


def test_the_asynchronous_client_does_the_same(interactions_server: InteractionsServer) -> None:
    async def ask() -> tuple[Any, list[Any]]:
        async with genai.AsyncClient(api_key="any", base_url=interactions_server.url) as client:
            whole = await bridge.generate_content_async(client, **ASK)
            stream = bridge.generate_content_stream_async(client, **ASK)
            return whole, [chunk async for chunk in stream]

    whole, chunks = asyncio.run(ask())
    assert whole.text == "The capital of France is Paris."
    assert merged(chunks)["candidates"] == merged([whole])["candidates"]


def test_leaving_a_stream_early_drops_its_connection(client: genai.Client[Any]) -> None:
    chunks = bridge.generate_content_stream(client, **{**ASK, "contents": "Write a story."})
    assert next(iter(chunks)).text
    assert isinstance(chunks, Iterator)
    del chunks  # ResourceWarning is an error here
