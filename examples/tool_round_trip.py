"""Let the model call a function of this program until it has what it needs."""

import gemini_interactions as genai


def get_weather(location: str) -> dict[str, object]:
    return {"location": location, "weather": "sunny", "celsius": 22}


WEATHER = genai.types.Function(
    name="get_weather",
    description="Get the current weather in a given location",
    parameters={
        "type": "object",
        "properties": {"location": {"type": "string"}},
        "required": ["location"],
    },
)

with genai.Client() as client:
    interaction = client.interactions.create(
        model="gemini-3-flash-preview",
        tools=[WEATHER],
        input="What is the weather in Paris right now?",
    )
    while interaction.status == "requires_action":
        results: list[genai.types.FunctionResultStep] = []
        for step in interaction.steps or []:
            if step.type == "function_call":
                arguments = step.arguments or {}
                print(f"{step.name}({arguments})")
                results.append(
                    genai.types.FunctionResultStep(
                        call_id=step.id, name=step.name, result=get_weather(**arguments)
                    )
                )
        assert interaction.id is not None
        interaction = client.interactions.create(
            model="gemini-3-flash-preview",
            previous_interaction_id=interaction.id,
            tools=[WEATHER],
            input=results,
        )
    print(interaction.output_text)
