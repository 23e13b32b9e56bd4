"""Give the model functions of this program, and let it call them until it has an answer."""

import gemini_interactions as genai


def get_weather(location: str) -> dict[str, object]:
    """Get the current weather in a given location."""
    return {"location": location, "weather": "sunny", "celsius": 22}


def on_call(call: genai.ToolCall) -> genai.Approve | genai.Deny:
    """Look at every call before it is made."""
    print(f"round {call.round}: {call.name}({call.arguments})")
    return genai.Deny("We do not talk about Rome.") if "Rome" in str(call) else genai.Approve()


with genai.Client() as client:
    interaction = client.interactions.run(
        model="gemini-3-flash-preview",
        input="What is the weather in each of Paris, Rome and Oslo?",
        tools=[get_weather],
        on_call=on_call,
        max_rounds=5,
        timeout=120,
    )
    print(interaction.output_text)
