"""A user's program: every form of call, with literal models and with `model: str`."""

from __future__ import annotations

import gemini_interactions as genai
from gemini_interactions import types


def turns(client: genai.Client, model: str, agent: str) -> str:
    first = client.interactions.create(model="gemini-3-flash-preview", input="Hello")
    second = client.interactions.create(
        model=model,
        input=[{"type": "user_input", "content": [{"type": "text", "text": "And now?"}]}],
        previous_interaction_id=first.id,
        generation_config={"thinking_level": "low", "thinking_summaries": "auto"},
        tools=[{"type": "google_search"}, {"type": "function", "name": "f"}],
        response_format={"type": "text", "mime_type": "application/json"},
    )
    third = client.interactions.create(
        agent=agent,
        agent_config={"type": "deep-research", "thinking_summaries": "auto"},
        input=types.TextContent(text="Find out."),
        background=True,
        timeout=30,
        retry=2,
        extra_body={"new": 1},
    )
    return first.output_text + second.output_text + (third.status or "")


def streamed(client: genai.Client, model: str) -> str:
    text = ""
    with client.interactions.create(model=model, input="Hello", stream=True) as stream:
        for event in stream:
            if event.event_type == "step.delta" and event.delta.type == "text":
                text += event.delta.text
    last: types.Interaction = stream.until_done()
    return text + last.output_text + (stream.last_event_id or "")


def either(client: genai.Client, model: str, stream: bool) -> str:
    answer = client.interactions.create(model=model, input="Hello", stream=stream)
    return answer.until_done().output_text if isinstance(answer, genai.Stream) else "unary"


def lookups(client: genai.Client, id: str) -> int:
    count = sum(1 for _ in client.interactions.get(id, stream=True, last_event_id="e"))
    state = client.interactions.wait(id, polling=genai.Polling(first=0.1), timeout=5)
    client.interactions.cancel(id, timeout=genai.Timeout(total=1))
    client.interactions.delete(id)
    return count + len(state.steps or [])


def legacy(key: str) -> int:
    client = genai.Client(api_key=key, api_revision="2026-05-07")
    return len(client.interactions.get("x").outputs or [])
