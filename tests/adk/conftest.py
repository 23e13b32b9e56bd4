"""An agent of ADK's, our model, the embedded server."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from google.adk.agents import BaseAgent, LlmAgent
from google.adk.agents.run_config import StreamingMode
from google.adk.plugins.base_plugin import BasePlugin

from gemini_interactions import Clock
from gemini_interactions.adk import InteractionsLlm
from gemini_interactions.testing import InteractionsServer
from gemini_interactions.testing.pytest_plugin import (
    interactions_server,
    make_interactions_server,
)

from .chats import Chat

__all__ = ["interactions_server", "make_interactions_server"]

MODEL = "gemini-3-flash-preview"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GEMINI_", "VERTEX_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server(interactions_server: InteractionsServer) -> InteractionsServer:
    return interactions_server


@pytest.fixture(params=[StreamingMode.NONE, StreamingMode.SSE], ids=["unary", "sse"])
def mode(request: pytest.FixtureRequest) -> StreamingMode:
    """Both ways of running an agent."""
    return StreamingMode(request.param)


@pytest.fixture
def llm(server: InteractionsServer) -> InteractionsLlm:
    """A model on the server of this test, whose clock never waits."""
    clock = Clock(sleep=lambda seconds: None)
    return InteractionsLlm(model=MODEL, api_key="test-key", base_url=server.url, clock=clock)


@pytest.fixture
def chat(mode: StreamingMode, llm: InteractionsLlm) -> Callable[..., Chat]:
    """`chat(**fields of the agent)`, or `chat(agent=...)`."""

    def begin(
        agent: BaseAgent | None = None, plugins: list[BasePlugin] | None = None, **fields: Any
    ) -> Chat:
        return Chat(agent or LlmAgent(name="helper", model=llm, **fields), mode, plugins)

    return begin
