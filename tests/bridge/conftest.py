from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

__all__ = ["interactions_server", "make_interactions_server"]
