"""Agents of Google's Agent Development Kit (google-adk) on this client.

    from google.adk.agents import Agent
    from gemini_interactions.adk import InteractionsLlm

    agent = Agent(name="helper", model=InteractionsLlm(model="gemini-3-flash-preview"))

google-adk is an extra: `pip install "gemini-interactions[adk]"`. See docs/adk.md.
"""

try:
    import google.adk as _  # noqa: F401
except ImportError as error:
    hint = 'agents need google-adk: pip install "gemini-interactions[adk]"'
    raise ImportError(hint) from error

from .llm import InteractionsLlm
from .plugin import InteractionsPlugin

__all__ = ["InteractionsLlm", "InteractionsPlugin"]
