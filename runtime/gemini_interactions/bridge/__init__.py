"""generateContent in terms of interactions, and back: JSON in, JSON out.

    from gemini_interactions import bridge

    request = bridge.to_create(contents, config, model="gemini-3-flash-preview")
    interaction = client.interactions.create(**request.value)
    response = bridge.to_response(interaction)

or all of it at once, `bridge.generate_content(client, model=..., contents=..., config=...)`. What
has no counterpart is in `losses`, each with its place. docs/migration.md has the tables.
"""

from .calling import (
    generate_content,
    generate_content_async,
    generate_content_stream,
    generate_content_stream_async,
)
from .from_interactions import ResponseStream, failure, to_contents, to_response
from .losses import Loss, LossKind, Translated
from .response import Response
from .to_interactions import Request, to_create

__all__ = [
    "Loss",
    "LossKind",
    "Request",
    "Response",
    "ResponseStream",
    "Translated",
    "failure",
    "generate_content",
    "generate_content_async",
    "generate_content_stream",
    "generate_content_stream_async",
    "to_contents",
    "to_create",
    "to_response",
]
