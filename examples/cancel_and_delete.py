"""Stop an agent at work, then remove what is stored of it."""

import gemini_interactions as genai

with genai.Client() as client:
    interaction = client.interactions.create(
        agent="deep-research-preview-04-2026",
        input="Draft an outline for an article about supervision trees.",
        background=True,
    )
    interaction_id = interaction.id
    assert interaction_id is not None
    print("created:", interaction.status)
    print("cancelled:", client.interactions.cancel(interaction_id).status)

    client.interactions.delete(interaction_id)
    try:
        client.interactions.get(interaction_id)
    except genai.NotFoundError as error:
        print("deleted:", error.message)
