"""google-genai talks to the embedded server: a second opinion on how it answers.

Every step runs twice, over the blocking client and over the asynchronous one. One line a step; the
first answer that is not as expected ends the program with a traceback.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import islice
from typing import Any

from google import genai
from google.oauth2.credentials import Credentials

MODEL = "gemini-3-flash-preview"
AGENT = "deep-research-preview-04-2026"
NUMBERS = ", ".join(map(str, range(1, 26))) + "."
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather in a given location",
    "parameters": {
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
}


class Blocking:
    """The blocking client, awaited like the other one."""

    def __init__(self, client: Any) -> None:
        self._operations = client.interactions

    async def call(self, operation: str, *arguments: Any, **fields: Any) -> Any:
        return getattr(self._operations, operation)(*arguments, **fields)

    async def events(self, stream: Any, count: int | None = None) -> list[Any]:
        with stream:
            return list(islice(stream, count))


class Asynchronous:
    """The asynchronous client."""

    def __init__(self, client: Any) -> None:
        self._operations = client.aio.interactions

    async def call(self, operation: str, *arguments: Any, **fields: Any) -> Any:
        return await getattr(self._operations, operation)(*arguments, **fields)

    async def events(self, stream: Any, count: int | None = None) -> list[Any]:
        async with stream:
            return [event async for event in taken(stream, count)]


Api = Blocking | Asynchronous


async def taken(stream: Any, count: int | None) -> AsyncIterator[Any]:
    seen = 0
    async for event in stream:
        yield event
        seen += 1
        if seen == count:
            return


def expect(found: object, expected: object) -> None:
    assert found == expected, f"{found!r} is not {expected!r}"


def text_of(events: list[Any]) -> str:
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    return "".join(delta.text for delta in deltas if delta.type == "text")


def kinds(events: list[Any]) -> list[str]:
    return [event.event_type for event in events]


# --- the steps: each gives what its line says --------------------------------------------------


async def create(api: Api) -> str:
    interaction = await api.call("create", model=MODEL, input="What is the capital of France?")
    expect(interaction.status, "completed")
    expect(interaction.output_text, "The capital of France is Paris.")
    expect([step.type for step in interaction.steps], ["thought", "model_output"])
    usage = interaction.usage
    parts = usage.total_input_tokens + usage.total_output_tokens + usage.total_thought_tokens
    expect(usage.total_tokens, parts)
    return str(interaction.output_text)


async def previous_interaction_id(api: Api) -> str:
    first = await api.call("create", model=MODEL, input="My name is Ada.")
    second = await api.call(
        "create", model=MODEL, input="What is my name?", previous_interaction_id=first.id
    )
    expect(second.output_text, "Your name is Ada.")
    return str(second.output_text)


async def stream(api: Api) -> str:
    events = await api.events(
        await api.call("create", model=MODEL, input="Count from 1 to 25.", stream=True)
    )
    expect(kinds(events)[:3], ["interaction.created", "interaction.status_update", "step.start"])
    expect(kinds(events)[-2:], ["step.stop", "interaction.completed"])
    expect(text_of(events), NUMBERS)
    expect(events[-1].interaction.status, "completed")
    expect(events[-1].interaction.id, events[0].interaction.id)
    return f"{len(events)} events"


async def tool_round(api: Api) -> str:
    asked = await api.call("create", model=MODEL, input="Weather in Paris?", tools=[WEATHER])
    expect(asked.status, "requires_action")
    call = asked.steps[-1]
    expect((call.type, call.name), ("function_call", "get_weather"))
    expect(call.arguments, {"location": "Paris"})
    answered = await api.call(
        "create",
        model=MODEL,
        previous_interaction_id=asked.id,
        tools=[WEATHER],
        input=[
            {
                "type": "function_result",
                "call_id": call.id,
                "name": call.name,
                "result": {"weather": "sunny"},
            }
        ],
    )
    expect(answered.status, "completed")
    assert '{"weather":"sunny"}' in answered.output_text, answered.output_text
    return f"{call.name}({call.arguments})"


async def streamed_tool_call(api: Api) -> str:
    events = await api.events(
        await api.call("create", model=MODEL, input="Paris?", tools=[WEATHER], stream=True)
    )
    steps = [event.step for event in events if event.event_type == "step.start"]
    expect([step.type for step in steps], ["thought", "function_call"])
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    fragments = [delta.arguments for delta in deltas if delta.type == "arguments_delta"]
    expect("".join(fragments), '{"location":"Paris"}')
    expect(events[-1].interaction.status, "requires_action")
    return f"{len(fragments)} fragments"


async def server_tools(api: Api) -> str:
    tools = [{"type": "google_search"}, {"type": "code_execution"}]
    found = await api.call("create", model=MODEL, input="Add 2 and 3.", tools=tools)
    search, result, code, output, _, answer = found.steps
    expect((search.type, search.arguments.queries), ("google_search_call", ["Add 2 and 3"]))
    expect((result.type, result.call_id), ("google_search_result", search.id))
    expect((code.type, code.arguments.code), ("code_execution_call", "print(2 + 3)"))
    expect((output.type, output.call_id, output.result), ("code_execution_result", code.id, "5\n"))
    expect({note.type for note in answer.content[0].annotations}, {"url_citation"})
    return f"{search.type}, {code.type}"


async def media(api: Api) -> str:
    formats = [{"type": "text"}, {"type": "image"}]
    found = await api.call("create", model=MODEL, input="Draw.", response_format=formats)
    expect(found.output_image.mime_type, "image/png")
    assert found.output_image.data.startswith("iVBOR"), found.output_image
    events = await api.events(
        await api.call("create", model=MODEL, input="Draw.", response_format=formats, stream=True)
    )
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    expect([delta.mime_type for delta in deltas if delta.type == "image"], ["image/png"] * 2)
    return str(found.output_image.mime_type)


async def agent_stream(api: Api) -> str:
    events = await api.events(
        await api.call(
            "create",
            agent=AGENT,
            input="Tides.",
            background=True,
            stream=True,
            agent_config={"type": "deep-research", "thinking_summaries": "auto"},
        )
    )
    deltas = [event.delta for event in events if event.event_type == "step.delta"]
    summaries = [delta.content.text for delta in deltas if delta.type == "thought_summary"]
    expect(len(summaries), 3)
    assert text_of(events).startswith("# Report: Tides."), text_of(events)
    expect(events[0].interaction.agent, AGENT)
    return f"{len(summaries)} summaries"


async def background(api: Api) -> str:
    interaction = await api.call("create", agent=AGENT, input="Tides.", background=True)
    statuses = [interaction.status]
    while statuses[-1] == "in_progress" and len(statuses) < 9:
        interaction = await api.call("get", interaction.id)
        statuses.append(interaction.status)
    expect(statuses, ["in_progress", "in_progress", "completed"])
    assert interaction.output_text.startswith("# Report: Tides."), interaction.output_text
    return ", ".join(statuses)


async def get(api: Api) -> str:
    created = await api.call("create", model=MODEL, input="Hello.")
    found = await api.call("get", created.id)
    expect((found.id, found.status), (created.id, "completed"))
    expect(found.output_text, created.output_text)
    whole = await api.call("get", created.id, include_input=True)
    expect([step.type for step in whole.steps], ["user_input", "thought", "model_output"])
    return str(found.output_text)


async def resume(api: Api) -> str:
    streamed = await api.call("create", model=MODEL, input="Count from 1 to 25.", stream=True)
    before = await api.events(streamed, 8)
    identity, cursor = before[0].interaction.id, before[-1].event_id
    after = await api.events(await api.call("get", identity, stream=True, last_event_id=cursor))
    assert text_of(before), before
    expect(text_of(before) + text_of(after), NUMBERS)
    expect(kinds(after)[-1], "interaction.completed")
    every = await api.events(await api.call("get", identity, stream=True))
    expect(kinds(every), kinds(before) + kinds(after))
    return f"after {cursor}: {len(before)} + {len(after)} events"


async def cancel(api: Api) -> str:
    running = await api.call("create", agent=AGENT, input="Tides.", background=True)
    expect((await api.call("cancel", running.id)).status, "cancelled")
    expect((await api.call("get", running.id)).status, "cancelled")
    error = await failure(api.call("cancel", running.id))
    expect(error.status_code, 400)
    return f"cancelled; again: {error.status_code}"


async def delete(api: Api) -> str:
    created = await api.call("create", model=MODEL, input="Hello.")
    await api.call("delete", created.id)
    error = await failure(api.call("get", created.id))
    expect((type(error).__name__, error.status_code), ("NotFoundError", 404))
    return f"then {error.status_code}"


async def not_stored(api: Api) -> str:
    interaction = await api.call("create", model=MODEL, input="Hello.", store=False)
    expect((not interaction.id, interaction.status), (True, "completed"))
    return f"id {interaction.id!r}"


async def continuation(api: Api) -> str:
    marker = "[scenario: continuation 3]"
    whole = await api.call("create", model=MODEL, input=marker)
    expect(whole.output_text, "Part 1 of 3. Part 2 of 3. Part 3 of 3. ")
    events = await api.events(await api.call("create", model=MODEL, input=marker, stream=True))
    expect(text_of(events), whole.output_text)
    ends = [e.interaction.status for e in events if e.event_type == "interaction.completed"]
    expect(ends, ["requires_continuation", "requires_continuation", "completed"])
    return f"{len(whole.continuation_ids)} hops"


async def error_event(api: Api) -> str:
    marker = "[scenario: error-event]"
    events = await api.events(await api.call("create", model=MODEL, input=marker, stream=True))
    expect(kinds(events)[-1], "error")
    expect(events[-1].error.code, "gateway_timeout")
    return str(events[-1].error.code)


async def unknown(api: Api) -> str:
    for name in ("event", "step", "delta"):
        marker = f"[scenario: unknown-{name}]"
        events = await api.events(await api.call("create", model=MODEL, input=marker, stream=True))
        assert "nobody knows" in text_of(events), events
        expect(kinds(events)[-1], "interaction.completed")
    return "passed over"


async def refused(api: Api) -> str:
    stray = {"type": "function_result", "call_id": "none", "name": "x", "result": "y"}
    error = await failure(api.call("create", model=MODEL, input=[stray]))
    expect((type(error).__name__, error.status_code), ("BadRequestError", 400))
    assert "No function call with id" in str(error), error
    return type(error).__name__


async def denied(api: Api) -> str:
    headers = {"x-test-fault": "error status=403"}
    error = await failure(api.call("create", model=MODEL, input="Hi.", extra_headers=headers))
    expect((type(error).__name__, error.status_code), ("PermissionDeniedError", 403))
    return type(error).__name__


async def failure(awaitable: Awaitable[Any]) -> Any:
    try:
        return await awaitable
    except Exception as error:
        return error


STEPS: list[Callable[[Any], Awaitable[str]]] = [
    create,
    previous_interaction_id,
    stream,
    tool_round,
    streamed_tool_call,
    server_tools,
    media,
    agent_stream,
    background,
    get,
    resume,
    cancel,
    delete,
    not_stored,
    continuation,
    error_event,
    unknown,
    denied,
]
PROVOKING = [refused]
"""What a good client does not do; left out with `--conforming`."""
ON_VERTEX = [create, stream, background, resume, cancel, delete]


async def main() -> None:
    gemini = genai.Client()
    user: Any = Credentials  # it is not typed
    vertex = genai.Client(
        vertexai=True,
        project="my-project",
        location="europe-west4",
        credentials=user("an-access-token", quota_project_id="who-pays"),
    )
    all_steps = [*STEPS, *([] if "--conforming" in sys.argv else PROVOKING)]
    for title, client, steps in (("gemini", gemini, all_steps), ("vertex", vertex, ON_VERTEX)):
        for kind in (Blocking, Asynchronous):
            for step in steps:
                told = await step(kind(client))
                print(f"{title} {kind.__name__.lower()} {step.__name__}: {told}", flush=True)
        client.close()
        await client.aio.aclose()


if __name__ == "__main__":
    print("google-genai", genai.__version__)
    asyncio.run(main())
