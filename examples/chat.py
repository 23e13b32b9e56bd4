"""A chat that the service remembers: every turn goes on from the one before it."""

import gemini_interactions as genai

with genai.Client() as client:
    chat = client.conversation(
        model="gemini-3-flash-preview",
        system_instruction="Answer in one sentence.",
    )
    chat.send("My name is Ada.")
    other = chat.branch()

    for event in chat.send("What is my name?", stream=True):
        if event.event.event_type == "step.delta" and event.event.delta.type == "text":
            print(event.event.delta.text, end="", flush=True)
    print()

    other.send("My name is Grace.")
    print(other.send("What is my name?").output_text)
    print(f"{chat.turns} turns here, {other.turns} there")
