"""Where calls to Vertex AI go, and with which headers.

A local server takes the place of `https://{location}-aiplatform.googleapis.com`, so nothing
leaves this machine. The quota project is who pays; VERTEX_QUOTA_PROJECT_ID names it as well.
"""

import gemini_interactions as genai
from gemini_interactions.testing import InteractionsServer

with (
    InteractionsServer() as server,
    genai.Client(
        vertexai=True,
        project="my-project",
        location="europe-west4",
        credentials=lambda: "an-access-token",
        quota_project="who-pays",
        base_url=server.url,
    ) as client,
):
    interaction = client.interactions.create(
        agent="deep-research-preview-04-2026", input="Hello.", background=True
    )
    assert interaction.id is not None
    client.interactions.get(interaction.id)
    client.interactions.cancel(interaction.id)
    client.interactions.delete(interaction.id)

    for request in server.requests:
        print(request.method, request.raw_path.replace(interaction.id, "{id}"))

    headers = server.requests[-1].headers
    print("\nheaders:", ", ".join(sorted(headers)))
    print("x-goog-user-project:", headers["x-goog-user-project"])
