"""Every Python block of these pages, run in order against the embedded server."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gemini_interactions.testing import InteractionsServer

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(page: str) -> dict[str, Any]:
    """Run a page's blocks in one namespace; a failure has the page's own line numbers."""
    path = DOCS / page
    text = path.read_text()
    names: dict[str, Any] = {"__name__": "page"}
    for block in BLOCK.finditer(text):
        lines_before = text.count("\n", 0, block.start(1))
        exec(compile("\n" * lines_before + block[1], str(path), "exec"), names)
    return names


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Any:
    with InteractionsServer() as server:
        monkeypatch.setenv("GEMINI_API_KEY", "any")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.url)
        # Time passes in the documentation, not in its test.
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        yield server


def close_clients(names: dict[str, Any]) -> None:
    for value in names.values():
        if type(value).__name__ == "Client":
            value.close()


def test_readme(environment: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("../README.md")
    printed = capsys.readouterr().out
    assert ", ".join(map(str, range(1, 26))) in printed
    assert '{"location":"Paris","celsius":22}' in printed
    close_clients(names)


def test_usage(environment: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("usage.md")
    printed = capsys.readouterr().out
    assert 'You said: "Hello.".' in printed
    assert ", ".join(map(str, range(1, 26))) in printed
    assert "Sunny in Paris" in printed
    paths = {request.raw_path for request in environment.requests}
    assert "/v1beta1/projects/my-project/locations/global/interactions" in paths
    close_clients(names)


def test_conversations(environment: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("conversations.md")
    printed = capsys.readouterr().out
    assert '{"location":"Oslo","celsius":22}' in printed
    assert "max_rounds=2 is used up" in printed
    assert names["whole"].continuation_ids[-1] == names["whole"].id
    close_clients(names)


def test_tools(environment: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("tools.md")
    printed = capsys.readouterr().out
    assert "sunny" in printed
    assert "tag: a model cannot fill in *labels" in printed
    assert "get_weather was not called, its arguments do not fit. " in printed
    asked, answered = (request.json for request in environment.requests)
    assert answered["tools"] == asked["tools"] == names["box"].declarations
    close_clients(names)


def test_migration(environment: InteractionsServer, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("migration.md")
    printed = capsys.readouterr().out
    assert "The capital of France is Paris." in printed
    assert "1, 2, 3, 4, 5." in printed
    assert "sunny" in printed
    assert "/config/presencePenalty dropped the service refuses it" in printed
    assert "STOP" in printed
    assert names["chunks"].is_over
    close_clients(names)


class Span:
    def __init__(self, name: str, spans: list[Span]) -> None:
        self.name = name
        self.attributes: dict[str, Any] = {}
        self.ended = 0
        spans.append(self)

    def set_attribute(self, name: str, value: object) -> None:
        self.attributes[name] = value

    def set_status(self, *status: object) -> None:
        self.attributes["error"] = True

    def record_exception(self, error: Exception) -> None:
        self.attributes["exception"] = error

    def end(self) -> None:
        self.ended += 1


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> list[Span]:
    """As much of OpenTelemetry as the page needs: it is no dependency, not even of the tests."""
    made: list[Span] = []
    trace: Any = ModuleType("opentelemetry.trace")
    trace.SpanKind = type("SpanKind", (), {"CLIENT": 3})
    trace.StatusCode = type("StatusCode", (), {"ERROR": 2})
    tracer: Any = type("Tracer", (), {})()
    tracer.start_span = lambda name, kind: Span(name, made)
    trace.get_tracer = lambda name: tracer
    root: Any = type("Root", (), {})()
    root.add_event = lambda name, attributes: made[-1].set_attribute(name, attributes)
    trace.get_current_span = lambda: root
    package: Any = ModuleType("opentelemetry")
    package.trace = trace
    monkeypatch.setitem(sys.modules, "opentelemetry", package)
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", trace)
    return made


def test_tracing(environment: InteractionsServer, spans: list[Span]) -> None:
    names = run("tracing.md")
    assert [span.name for span in spans] == ["gemini interactions.create"] * 2
    spans.clear()
    environment.faults.parse("error status=503; no-response on=get")
    client = names["client"]
    created = client.interactions.create(model="m", input="x")
    client.interactions.get(created.id)
    assert [span.attributes.get("http.response.status_code") for span in spans] == [
        503,
        200,
        None,
        200,
    ]
    assert [span.attributes["http.request.resend_count"] for span in spans] == [0, 1, 0, 1]
    assert all(span.ended == 1 for span in spans)
    assert "gemini retry" in spans[0].attributes
    close_clients(names)
