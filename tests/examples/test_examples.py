"""Every example does what its first line says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from gemini_interactions.testing import InteractionsServer

Run = Callable[[str], str]
RUN_ELSEWHERE = ("adk_agent.py",)
"""Examples that need more than this environment has: tests/adk runs this one."""


def operations(server: InteractionsServer) -> list[str]:
    return [request.operation for request in server.requests]


def test_create(run: Run, interactions_server: InteractionsServer) -> None:
    head, *answers = run("create.py").splitlines()

    identity, status = head.split()
    assert identity in interactions_server.store
    assert status == "completed"
    assert answers == ["The capital of France is Paris.", "Your name is Ada."]


def test_stream(run: Run) -> None:
    text, tokens = run("stream.py").rsplit("\n\n", 1)

    assert text.count("Paragraph") == 3
    assert re.fullmatch(r"[1-9]\d+ tokens\n", tokens)


def test_resume_after_disconnect(run: Run, interactions_server: InteractionsServer) -> None:
    left, whole = run("resume_after_disconnect.py").splitlines()

    before, after = (int(line.split()[-2]) for line in (left, whole))
    assert 0 < before < after
    assert operations(interactions_server) == ["create", "get", "get"]
    cursor = interactions_server.requests[1].last_event_id
    assert cursor == "evt_8"
    assert f"after event {cursor}," in left


def test_background_and_wait(run: Run) -> None:
    started, *polls, report = run("background_and_wait.py").split("\n", 3)

    assert started.endswith(" in_progress")
    assert polls == ["... in_progress", "... completed"]
    assert report.startswith("# Report: Research the history of quantum computing.")


def test_cancel_and_delete(run: Run, interactions_server: InteractionsServer) -> None:
    created, cancelled, deleted = run("cancel_and_delete.py").splitlines()

    assert (created, cancelled) == ("created: in_progress", "cancelled: cancelled")
    assert deleted.endswith("not found.")
    assert operations(interactions_server) == ["create", "cancel", "delete", "get"]
    assert len(interactions_server.store) == 0


def test_vertex_routing(run: Run, interactions_server: InteractionsServer) -> None:
    routes, headers = run("vertex_routing.py").split("\n\n")

    base = "/v1beta1/projects/my-project/locations/europe-west4/interactions"
    assert routes.splitlines() == [
        f"POST {base}",
        f"GET {base}/{{id}}",
        f"POST {base}/{{id}}/cancel",
        f"DELETE {base}/{{id}}",
    ]
    assert "authorization" in headers
    assert "x-goog-api-key" not in headers
    assert "x-goog-user-project: who-pays\n" in headers
    assert not interactions_server.requests  # it starts a server of its own


def test_tool_round_trip(run: Run) -> None:
    called, answer = run("tool_round_trip.py").splitlines()

    assert called == "get_weather({'location': 'Paris'})"
    assert '"celsius":22' in answer


def test_tool_loop(run: Run, interactions_server: InteractionsServer) -> None:
    *calls, answer = run("tool_loop.py").splitlines()

    assert calls == [
        f"round 1: get_weather({{'location': '{city}'}})" for city in ("Paris", "Rome", "Oslo")
    ]
    assert answer.count('"celsius":22') == 2
    assert "the call was denied: We do not talk about Rome." in answer
    assert operations(interactions_server) == ["create"] * 2
    assert len(interactions_server.requests[1].json["input"]) == 3


def test_tool_loop_stream(run: Run, interactions_server: InteractionsServer) -> None:
    *results, answer, end = run("tool_loop_stream.py").splitlines()

    assert sorted(results) == [
        f"[round 1] get_weather: sunny in {city}" for city in ("Oslo", "Paris")
    ]
    assert "sunny in Paris" in answer
    assert "sunny in Oslo" in answer
    assert end == "2 rounds, completed"
    assert operations(interactions_server) == ["create"] * 2


def test_chat(run: Run, interactions_server: InteractionsServer) -> None:
    assert run("chat.py").splitlines() == [
        "Your name is Ada.",
        "Your name is Grace.",
        "2 turns here, 3 there",
    ]
    bodies = [request.json for request in interactions_server.requests]
    assert {body["system_instruction"] for body in bodies} == {"Answer in one sentence."}
    assert bodies[1]["previous_interaction_id"] == bodies[2]["previous_interaction_id"]


def test_chat_stateless(run: Run, interactions_server: InteractionsServer) -> None:
    first, second, *steps = run("chat_stateless.py").splitlines()

    assert "sunny in Paris" in first
    assert "sunny in Oslo" in second
    assert steps[:2] == ["- user_input", "- google_search_call"]
    assert steps.count("- function_result") == 2
    assert len(interactions_server.store) == 0
    lengths = [len(request.json["input"]) for request in interactions_server.requests[1:]]
    assert lengths == sorted(set(lengths))


def test_decode_a_stream(run: Run, interactions_server: InteractionsServer) -> None:
    assert run("decode_a_stream.py").endswith("\nthe text: Hello, world\n")
    assert not interactions_server.requests


def test_from_generate_content(run: Run, interactions_server: InteractionsServer) -> None:
    lost, called, answer, *more, counted = run("from_generate_content.py").splitlines()

    assert lost.startswith("not carried over: /config/presencePenalty dropped:")
    assert called == "get_weather({'location': 'Paris'})"
    assert "sunny in Paris" in answer
    assert "sunny in Rome" in "".join(more)
    assert "sunny in Oslo" in "".join(more)
    assert counted == "1, 2, 3, 4, 5."
    assert operations(interactions_server) == ["create"] * 5


def test_no_example_is_left_out() -> None:
    examples = Path(__file__).parents[2] / "examples"
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))

    files = [path.relative_to(examples).as_posix() for path in examples.rglob("*.py")]
    left_out = [file for file in files if f'run("{file}")' not in tests]
    assert left_out == [*RUN_ELSEWHERE]
