"""Agents of Google's Agent Development Kit (google-adk) on this client.

    from google.adk.agents import Agent
    from gemini_interactions.adk import InteractionsLlm

    agent = Agent(name="helper", model=InteractionsLlm(model="gemini-3-flash-preview"))

google-adk is an extra: `pip install "gemini-interactions[adk]"`.
"""

from .llm import InteractionsLlm
from .plugin import InteractionsPlugin

__all__ = ["InteractionsLlm", "InteractionsPlugin"]
