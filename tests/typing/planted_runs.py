"""Mistakes with runs and conversations that both type checkers must find."""

from __future__ import annotations

import gemini_interactions as genai


def f(city: str) -> str:
    return city


def runs(client: genai.Client, model: str) -> None:
    run = client.interactions.run
    run(model=model, input="x", tools=[f], max_round=3)  # type: ignore[call-overload]
    run(model=model, agent="a", input="x", tools=[f])  # type: ignore[call-overload]
    run(model=model, input="x", tools=[3])  # type: ignore[list-item]
    run(model=model, input="x", tools=[{"type": "google_serch"}])  # type: ignore[list-item]
    run(model=model, input="x", on_call=lambda call: True)  # type: ignore[arg-type, return-value]
    stream = run(model=model, input="x", stream=True)
    print(stream.output_text)  # type: ignore[attr-defined]
    for item in stream:
        print(item.event_type)  # type: ignore[attr-defined]
        if item.event.event_type == "step.dleta":  # type: ignore[comparison-overlap]
            return
        if item.event.event_type == "call.finished":
            print(item.event.delta)  # type: ignore[attr-defined]
        if item.event.event_type == "step.delta" and item.event.delta.type == "text":
            print(item.event.delta.txt)  # type: ignore[attr-defined]


def conversations(client: genai.Client, model: str) -> None:
    talk = client.conversation(model=model, sytem_instruction="x")  # type: ignore[call-overload]
    talk = client.conversation(model=model)
    talk.send([{"type": "txt", "text": "x"}])  # type: ignore[list-item]
    talk.send("x", temperature=1)  # type: ignore[call-overload]
    print(talk.send("x", stream=True).output_text)  # type: ignore[attr-defined]
    print(talk.send("x").steps_)  # type: ignore[attr-defined]
    talk.resume("v1_x")  # type: ignore[arg-type]
