"""The tool loop as one stream: every event knows its round, results come as they are made."""

import gemini_interactions as genai


def get_weather(location: str) -> str:
    """Get the current weather in a given location."""
    return f"sunny in {location}"


with (
    genai.Client() as client,
    client.interactions.run(
        model="gemini-3-flash-preview",
        input="What is the weather in both Paris and Oslo?",
        tools=[get_weather],
        stream=True,
    ) as stream,
):
    for item in stream:
        event = item.event
        if event.event_type == "call.finished":
            print(f"[round {item.round}] {event.call.name}: {event.result['result']}")
        elif event.event_type == "step.delta" and event.delta.type == "text":
            print(event.delta.text, end="", flush=True)
    print(f"\n{stream.round} rounds, {stream.status}")
