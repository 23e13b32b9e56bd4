"""Ask once, then go on from the answer."""

import gemini_interactions as genai

with genai.Client() as client:
    interaction = client.interactions.create(
        model="gemini-3-flash-preview",
        input="My name is Ada. What is the capital of France?",
    )
    print(interaction.id, interaction.status)
    print(interaction.output_text)

    assert interaction.id is not None  # it is None for store=False
    following = client.interactions.create(
        model="gemini-3-flash-preview",
        previous_interaction_id=interaction.id,
        input="What is my name?",
    )
    print(following.output_text)
