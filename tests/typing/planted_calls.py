"""Mistakes in calls that both type checkers must find, one on each line that says so.

The comments keep this file clean for whoever checks all of the repository; the test takes them
away.
"""

from __future__ import annotations

import gemini_interactions as genai


def literal_model(client: genai.Client) -> None:
    create = client.interactions.create
    create(model="gemini-3-flash-preview", input="x", temprature=1)  # type: ignore[call-overload]
    create(model="gemini-3-flash-preview", agent="a", input="x")  # type: ignore[call-overload]
    create(model="gemini-3-flash-preview", input=[{"type": "txt", "text": "x"}])  # type: ignore[arg-type]
    create(model="gemini-3-flash-preview", tools=[{"type": "google_serch"}])  # type: ignore[list-item]


def any_model(client: genai.Client, model: str) -> None:
    create = client.interactions.create
    create(model=model, input="x", temprature=1)  # type: ignore[call-overload]
    create(model=model, agent="a", input="x")  # type: ignore[call-overload]
    create(model=model, input={"type": "txt", "text": "x"})  # type: ignore[typeddict-item]
    stream = create(model=model, input="x", stream=True)
    print(stream.output_text)  # type: ignore[attr-defined]
    for event in stream:
        if event.event_type == "step.dleta":  # type: ignore[comparison-overlap]
            return
        if event.event_type == "step.delta" and event.delta.type == "text":
            print(event.delta.txt)  # type: ignore[attr-defined]
