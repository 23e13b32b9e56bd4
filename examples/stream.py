"""Print the text of an answer as it is written, then what it cost."""

import gemini_interactions as genai

with (
    genai.Client() as client,
    client.interactions.create(
        model="gemini-3-flash-preview",
        input="Write a short poem about rivers.",
        stream=True,
    ) as stream,
):
    for event in stream:
        if event.event_type == "step.delta" and event.delta.type == "text":
            print(event.delta.text, end="", flush=True)
        elif event.event_type == "interaction.completed" and event.interaction.usage:
            print(f"\n\n{event.interaction.usage.total_tokens} tokens")
