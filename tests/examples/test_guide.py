"""The programs of the streaming guide, with no other change than their import line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gemini_interactions.testing import InteractionsServer

Run = Callable[[str], str]
GUIDE = Path(__file__).parents[2] / "examples" / "guide"
MARCUS = "a gladiator named Marcus"


def test_streaming(run: Run) -> None:
    assert run("guide/streaming.py") == ", ".join(map(str, range(1, 26))) + "."


def test_function_calling(run: Run, interactions_server: InteractionsServer) -> None:
    printed = run("guide/function_calling.py")

    assert '{"weather": "Sunny and 22°C"}' in printed
    asked, answered = (request.json for request in interactions_server.requests)
    assert answered["previous_interaction_id"] in interactions_server.store
    assert [tool["name"] for tool in asked["tools"]] == ["get_weather"]
    assert [step["name"] for step in answered["input"]] == ["get_weather"]


def test_several_tools(run: Run) -> None:
    printed = run("guide/several_tools.py")

    kinds = re.findall(r"^--- Step (\d): (\w+) ---$", printed, re.MULTILINE)
    assert kinds == [
        ("0", "google_search_call"),
        ("1", "google_search_result"),
        ("2", "thought"),
        ("3", "function_call"),
    ]
    searched = re.search(r"  Search ID: (\w+)\n  Queries: .*largest mountain in Europe", printed)
    assert searched
    assert f"  Result for: {searched[1]}\n" in printed
    assert "  Function: get_weather({})\n" in printed
    assert '{"location":"Europe"}' in printed.replace("  Args chunk: ", "")
    assert "\n\nStatus: requires_action\nAction required: provide function call" in printed


def test_thinking(run: Run) -> None:
    thought, answer = run("guide/thinking.py").split("\n--- Step: model_output ---\n")

    assert thought.startswith("\n--- Step: thought ---\n")
    assert "greatest common divisor of 1071 and 462" in thought
    assert answer == "The greatest common divisor of 1071 and 462 is 21."


def test_agents(run: Run) -> None:
    printed = run("guide/agents.py")

    *thoughts, report = printed.split("\n--- Step: ")[1:]
    assert "***Generating research plan***" in thoughts[0]
    assert all(thought.startswith("thought ---\n***") for thought in thoughts)
    assert report.startswith("model_output ---\n# Report: Research the latest advances")
    assert re.search(r"\n\nTotal Tokens: [1-9]\d+\n$", report)


def test_images(run: Run) -> None:
    printed = run("guide/images.py")

    assert MARCUS in printed
    assert re.findall(r"### Part (\d)", printed) == ["1", "2", "3"]
    assert len(re.findall(r"^\[Image chunk: [1-9]\d+ bytes\]", printed, re.MULTILINE)) == 2


@pytest.mark.parametrize("path", sorted(GUIDE.glob("*.py")), ids=lambda path: path.stem)
def test_only_the_import_line_is_ours(path: Path) -> None:
    imported, *program = path.read_text(encoding="utf-8").splitlines()

    assert imported == "import gemini_interactions as genai"
    assert program[:3] == ["", "client = genai.Client()", ""]
    assert not [line for line in program if "import" in line or "gemini_interactions" in line]
