"""The example that needs mcp, which these tests are otherwise run without."""

from __future__ import annotations

from collections.abc import Callable

from gemini_interactions.testing import InteractionsServer

Run = Callable[[str], str]


def test_mcp_tools(run: Run, interactions_server: InteractionsServer) -> None:
    called, answer = run("mcp_tools.py").splitlines()

    assert called == "get_weather({'city': 'Paris'})"
    assert '"celsius":22' in answer
    asked, answered = (request.json for request in interactions_server.requests)
    assert [tool["name"] for tool in asked["tools"]] == ["get_weather"]
    assert answered["input"][0]["result"] == {"city": "Paris", "weather": "sunny", "celsius": 22}
