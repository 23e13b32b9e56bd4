"""A user's program: the tool loop, continuations and conversations, with both clients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gemini_interactions as genai
from gemini_interactions import types


def get_weather(city: str, days: int = 1) -> str:
    return f"sunny in {city} for {days}"


async def get_time(city: str) -> str:
    return f"noon in {city}"


def on_call(call: genai.ToolCall) -> genai.Approve | genai.Deny | genai.Replace:
    if call.problem or call.arguments is None:
        return genai.Deny(call.problem or "why?")
    return genai.Replace(value="cached") if call.index else genai.Approve()


async def on_call_async(call: genai.ToolCall) -> genai.Approve:
    return genai.Approve()


DECLARED: list[types.Tool] = [types.Function(name="ask_user")]


def loop(client: genai.Client, model: str) -> str:
    states: list[genai.RunState] = []
    done = client.interactions.run(
        model=model,
        input="Hello",
        tools=[get_weather, {"type": "google_search"}],
        max_rounds=3,
        max_parallel=2,
        on_call=on_call,
        checkpoint=states.append,
        follow_continuation=5,
        timeout=60,
    )
    try:
        client.interactions.run(agent="a", input="x", tools=[*DECLARED], background=True)
    except genai.RunError as error:
        again = client.interactions.run(model=model, resume_from=error.state, tools=[get_weather])
        return again.output_text
    question = done.steps[-1] if done.steps else None
    results: list[Mapping[str, Any]] = [genai.function_result(question, "yes")]
    client.interactions.run(model=model, resume_from=done, results=results)
    return done.output_text


def streamed(client: genai.Client, model: str) -> str:
    text = ""
    with client.interactions.run(
        model=model, input="x", tools=[get_weather], stream=True
    ) as stream:
        for item in stream:
            if item.event.event_type == "step.delta" and item.event.delta.type == "text":
                text += item.event.delta.text
            elif item.event.event_type == "call.finished":
                text += item.event.call.name + str(item.event.result["result"])
            number: int = item.number + item.round
            text += str(number)
    last: types.Interaction = stream.until_done()
    return text + last.output_text + (stream.interaction_id or "") + str(stream.state.round)


def either(client: genai.Client, model: str, stream: bool) -> str:
    answer = client.interactions.run(model=model, input="x", stream=stream)
    if isinstance(answer, genai.RunStream):
        return answer.until_done().output_text
    return answer.output_text


def continued(client: genai.Client, model: str) -> tuple[str, ...]:
    whole = client.interactions.create(model=model, input="x", follow_continuation=True)
    parts = client.interactions.create(
        model=model, input="x", follow_continuation=True, stream=True
    )
    for event in parts:
        print(event.event_type == "step.delta" and event.index)
    return whole.continuation_ids if isinstance(whole, genai.Continued) else ()


def chat(client: genai.Client, model: str) -> str:
    talk = client.conversation(
        model=model,
        tools=[get_weather],
        system_instruction="Be brief.",
        generation_config={"temperature": 0.5},
        store=False,
        on_call=on_call,
    )
    text = talk.send("Hello").output_text
    for item in talk.send([{"type": "text", "text": "Go on"}], stream=True, timeout=5):
        if item.event.event_type == "step.delta" and item.event.delta.type == "text":
            text += item.event.delta.text
    if talk.pending:
        text += talk.answer([genai.function_result(talk.pending[0], 1)]).output_text
    other: genai.Conversation = talk.branch(at=1)
    other.rewind()
    again = genai.Conversation.from_json(client, talk.to_json(), tools=[get_weather], on_call=None)
    for step in again.history:
        if step.type == "model_output":
            text += str(step.content)
    return text + str(talk.turns) + (talk.interaction_id or "")


def agent_chat(client: genai.Client) -> str:
    return client.conversation(agent="a", background=True).send("x").output_text


def legacy_chat(key: str) -> int:
    client = genai.Client(api_key=key, api_revision="2026-05-07")
    return len(client.conversation(model="m").send("x").outputs or [])


async def asynchronous(client: genai.AsyncClient, model: str) -> str:
    done = await client.interactions.run(
        model=model, input="x", tools=[get_time, get_weather], on_call=on_call_async
    )
    text = done.output_text
    async with await client.interactions.run(
        model=model, input="x", tools=[get_time], stream=True
    ) as stream:
        async for item in stream:
            if item.event.event_type == "step.delta" and item.event.delta.type == "text":
                text += item.event.delta.text
    talk: genai.AsyncConversation = client.conversation(model=model, tools=[get_time])
    text += (await talk.send("x")).output_text
    async for item in await talk.send("x", stream=True):
        text += item.event.event_type
    return text + (await stream.until_done()).output_text
