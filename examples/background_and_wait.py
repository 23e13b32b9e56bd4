"""Send an agent off, and come back when it is done."""

import gemini_interactions as genai

with genai.Client() as client:
    interaction = client.interactions.create(
        agent="deep-research-preview-04-2026",
        input="Research the history of quantum computing.",
        background=True,
    )
    print(interaction.id, interaction.status)
    assert interaction.id is not None

    finished = client.interactions.wait(
        interaction.id,
        timeout=600,
        on_poll=lambda state: print(f"... {state.status}"),
    )
    print(finished.output_text)
