"""Leave a stream after a few events and take it up again, as another process could.

A connection that merely drops needs none of this: a stream resumes by itself.
"""

from itertools import islice

import gemini_interactions as genai

with genai.Client() as client:
    text = ""

    with client.interactions.create(
        model="gemini-3-flash-preview",
        input="Write a longer story in several paragraphs.",
        stream=True,
    ) as stream:
        for event in islice(stream, 9):
            if event.event_type == "step.delta" and event.delta.type == "text":
                text += event.delta.text

    # These two are all there is to remember.
    interaction_id, cursor = stream.interaction_id, stream.last_event_id
    assert interaction_id is not None
    print(f"left {interaction_id} after event {cursor}, with {len(text)} characters")

    with client.interactions.get(interaction_id, stream=True, last_event_id=cursor) as stream:
        for event in stream:
            if event.event_type == "step.delta" and event.delta.type == "text":
                text += event.delta.text

    assert text == client.interactions.get(interaction_id).output_text
    print(f"whole again: {len(text)} characters")
