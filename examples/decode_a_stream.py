"""Decode a recorded stream with the bindings alone: no client, no network."""

from __future__ import annotations

import json

from gemini_interactions_types import v2026_05_20 as api

RECORDING = """\
{"interaction":{"id":"v1_a","status":"in_progress"},"event_type":"interaction.created"}
{"index":0,"step":{"type":"thought"},"event_type":"step.start"}
{"index":0,"delta":{"type":"thought_signature","signature":"c2ln"},"event_type":"step.delta"}
{"index":0,"event_type":"step.stop"}
{"index":1,"step":{"type":"model_output"},"event_type":"step.start"}
{"index":1,"delta":{"type":"text","text":"Hello, "},"event_type":"step.delta"}
{"index":1,"delta":{"text":"world"},"event_type":"step.delta"}
{"index":1,"delta":{"type":"hologram","depth":3},"event_type":"step.delta"}
{"index":1,"event_type":"step.stop"}
{"interaction":{"id":"v1_a","status":"completed"},"event_type":"interaction.completed"}
"""


def main() -> None:
    text = ""
    for line in RECORDING.splitlines():
        payload = json.loads(line)
        event: api.Event = api.structure(api.Event, payload)
        assert api.unstructure(event) == payload
        print(event)
        if event.event_type == "step.delta" and event.delta.type == "text":
            text += event.delta.text
    print(f"\nthe text: {text}")


if __name__ == "__main__":
    main()
