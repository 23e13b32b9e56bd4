"""A chat with tools that only this program remembers: saved to a file, and gone on with."""

import tempfile
from pathlib import Path

import gemini_interactions as genai


def get_weather(location: str) -> str:
    """Get the current weather in a given location."""
    return f"sunny in {location}"


with genai.Client() as client, tempfile.TemporaryDirectory() as folder:
    chat = client.conversation(
        model="gemini-3-flash-preview",
        tools=[get_weather, {"type": "google_search"}],
        store=False,
    )
    print(chat.send("What is the weather in Paris?").output_text)

    file = Path(folder, "chat.json")
    file.write_text(chat.to_json(), encoding="utf-8")

    # Later, or elsewhere: functions have no form in JSON, so they are given again.
    again = genai.Conversation.from_json(
        client,
        file.read_text(encoding="utf-8"),
        tools=[get_weather, {"type": "google_search"}],
    )
    print(again.send("And in Oslo?").output_text)
    for step in again.history:
        print(f"- {step.type}")
